"""WebKitGTK with a profile of its own, driven over lines of JSON: /usr/bin/python3 browser.py PROFILE

{"goto": address} loads a page, {"run": body} runs an asynchronous function in it and answers with what it returns.
It runs under the system's Python, which has GTK's bindings, and imports nothing of the project.
"""

import json
import sys
from importlib import import_module

import gi

# A version is chosen before its module is loaded, so these are no import statements.
gi.require_version("Gtk", "3.0")
gi.require_version("WebKit2", "4.1")
GLib, Gtk, WebKit2 = (import_module(f"gi.repository.{name}") for name in ("GLib", "Gtk", "WebKit2"))


def say(**values):
    sys.stdout.write(json.dumps(values) + "\n")
    sys.stdout.flush()


class Browser:
    def __init__(self, profile):
        data = WebKit2.WebsiteDataManager(
            base_data_directory=f"{profile}/data", base_cache_directory=f"{profile}/cache"
        )
        cookies = f"{profile}/cookies.sqlite"
        data.get_cookie_manager().set_persistent_storage(cookies, WebKit2.CookiePersistentStorage.SQLITE)
        self.view = WebKit2.WebView.new_with_context(WebKit2.WebContext.new_with_website_data_manager(data))
        self.waits = False
        self.view.connect("load-changed", self.on_load)
        self.view.connect("load-failed", self.on_failure)
        window = Gtk.Window()
        window.set_default_size(390, 844)
        window.add(self.view)
        window.show_all()
        GLib.io_add_watch(sys.stdin, GLib.IO_IN | GLib.IO_HUP, self.on_line)

    def on_load(self, _view, event):
        if event == WebKit2.LoadEvent.FINISHED:
            self.answer(result="loaded")

    def on_failure(self, _view, _event, _address, error):
        self.answer(error=error.message)
        return True

    def answer(self, **values):
        if self.waits:
            self.waits = False
            say(**values)

    def on_result(self, view, result):
        try:
            say(result=view.call_async_javascript_function_finish(result).to_string())
        except GLib.Error as error:
            say(error=error.message)

    def on_line(self, channel, _condition):
        line = channel.readline()
        if not line:
            Gtk.main_quit()
            return False
        command = json.loads(line)
        if "goto" in command:
            self.waits = True
            self.view.load_uri(command["goto"])
        else:
            self.view.call_async_javascript_function(command["run"], -1, None, None, None, None, self.on_result)
        return True


browser = Browser(sys.argv[1])
Gtk.main()

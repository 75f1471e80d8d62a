"""Serving with waitress: threads, as many processes as are wanted, and workers for what is done after the answer."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import socket
from threading import Thread, current_thread, main_thread

import waitress

from auditapp.config import Settings
from auditapp.factory import App, create_app


def serve(settings: Settings, *, host: str, port: int, processes: int = 1) -> None:
    """Serve the instance until the process is ended. All processes answer at one address; this one has the workers."""
    listening = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    for _ in range(processes - 1):  # before there are threads, which a fork would not take along
        multiprocessing.get_context("fork").Process(target=_join_in, args=(settings, listening), daemon=True).start()
    app = create_app(settings)
    workers = app.extensions["auditapp.jobs"].start(settings.workers) if settings.workers else None
    if current_thread() is main_thread():
        for number in (signal.SIGINT, signal.SIGTERM):  # said outright: who starts us may have told us to ignore them
            signal.signal(number, _end)
    try:
        _answer(app, settings, listening)
    finally:
        if workers is not None:
            workers.stop(graceful=True)  # what is begun is finished


def _end(_number: int, _frame: object) -> None:
    raise SystemExit(0)


def _join_in(settings: Settings, listening: socket.socket) -> None:
    """Serve beside the process that started this one, and end with it however it ends."""
    Thread(target=_end_with_parent, daemon=True).start()
    _answer(create_app(settings), settings, listening)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
    os._exit(0)


def settle() -> None:
    """Leave what the application was built of out of every later search for garbage, and search less often.

    Measured: a search through everything takes 0.3 s once a wide quarter is kept, and sending gains a tenth.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 10, 10)


def _answer(app: App, settings: Settings, listening: socket.socket) -> None:
    settle()
    waitress.serve(
        app,
        sockets=[listening],
        threads=8,
        max_request_body_size=settings.max_request,
        ident="auditapp",
        clear_untrusted_proxy_headers=not settings.proxies,
    )

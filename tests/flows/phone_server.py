"""The application with faults that a test switches on.

POST /_faults {"name": times} sets how many of the next sending requests suffer from a fault:
drop_before (cut before it is read), cut_upload (cut after 1,000 bytes), status_500, status_401, drop_after (the work
is done and stored, the answer never arrives).
"""

from __future__ import annotations

import json
import os
import socket
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from werkzeug.serving import make_server

from auditapp import static_files
from auditapp.config import Settings
from auditapp.factory import create_app

FAULTS: Counter[str] = Counter()
Start = Callable[..., Any]


def happens(name: str) -> bool:
    if FAULTS[name] < 1:
        return False
    FAULTS[name] -= 1
    return True


def cut(environ: dict[str, Any]) -> Iterable[bytes]:
    """End the connection as a lost signal does."""
    connection: socket.socket = environ["werkzeug.socket"]
    connection.shutdown(socket.SHUT_RDWR)
    connection.close()
    raise ConnectionAbortedError


def with_faults(app: Callable[..., Iterable[bytes]]) -> Callable[..., Iterable[bytes]]:
    def faulty(environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if path == "/_faults":
            FAULTS.clear()
            FAULTS.update(json.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))))
            start("204 No Content", [])
            return []
        if not path.startswith("/api/"):
            return app(environ, start)
        if happens("drop_before"):
            return cut(environ)
        if "/photos/" in path and happens("cut_upload"):
            environ["wsgi.input"].read(1000)
            return cut(environ)
        for status in ("500 Internal Server Error", "401 Unauthorized"):
            if happens(f"status_{status[:3]}"):
                environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
                start(status, [("Content-Type", "application/json")])
                return [b'{"error": "fault"}']
        answer = app(environ, start)
        return cut(environ) if happens("drop_after") else answer

    return faulty


def serve(folder: Path, port: int, files: Path) -> None:
    """Serve the instance in `folder` with the scripts and styles in `files`, writing into its log, until killed."""
    with (folder / "server.log").open("ab") as log:
        for stream in (1, 2):
            os.dup2(log.fileno(), stream)
    static_files.FOLDER = files
    app = create_app(Settings.from_env(folder))
    app.wsgi_app = with_faults(app.wsgi_app)
    make_server("127.0.0.1", port, app, threaded=True).serve_forever()

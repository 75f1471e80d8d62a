"""Serving with waitress: one process, threads, no terminal needed, and workers for what is done after the answer."""

from __future__ import annotations

import waitress

from auditapp.config import Settings
from auditapp.factory import create_app


def serve(settings: Settings, *, host: str, port: int) -> None:
    """Serve the instance until the process is ended."""
    app = create_app(settings)
    workers = app.extensions["auditapp.jobs"].start(settings.workers) if settings.workers else None
    try:
        waitress.serve(
            app,
            host=host,
            port=port,
            threads=8,
            max_request_body_size=settings.max_request,
            ident="auditapp",
            clear_untrusted_proxy_headers=True,
        )
    finally:
        if workers is not None:
            workers.stop(graceful=True)  # what is begun is finished

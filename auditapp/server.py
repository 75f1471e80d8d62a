"""Serving with waitress: one process, threads, no terminal needed."""

from __future__ import annotations

import waitress

from auditapp.config import Settings
from auditapp.factory import create_app


def serve(settings: Settings, *, host: str, port: int) -> None:
    """Serve the instance until the process is ended."""
    waitress.serve(
        create_app(settings),
        host=host,
        port=port,
        threads=8,
        max_request_body_size=settings.max_request,
        ident="auditapp",
        clear_untrusted_proxy_headers=True,
    )

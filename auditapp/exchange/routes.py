"""Routes of `exchange`: access, form, service or query, template."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("exchange", __name__, url_prefix="/p/<programme>")

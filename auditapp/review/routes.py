"""Routes of `review`: access, form, service or query, template."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("review", __name__, url_prefix="/p/<programme>")

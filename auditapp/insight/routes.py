"""Routes of `insight`: access, form, service or query, template."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("insight", __name__, url_prefix="/p/<programme>")

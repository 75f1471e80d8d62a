"""Alembic migrations, run by `auditapp db upgrade` and by the demo."""

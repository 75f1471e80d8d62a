"""Entry for a WSGI server: builds the application from AUDITAPP_* and nothing else."""

from auditapp.config import Settings
from auditapp.factory import create_app

app = create_app(Settings.from_env())

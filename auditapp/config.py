"""Settings of one instance: read once at start, frozen, and a bad variable is named in the error."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass, replace
from pathlib import Path

from environs import Env
from environs.exceptions import EnvError


class BadSetting(Exception):
    """A setting is missing or cannot be read; the message names the variable."""


@dataclass(frozen=True)
class Settings:
    """Where this instance keeps things and how it talks to the outside.

    `dir` is the instance's folder (database, files, mail, secret); sizes are in bytes.
    """

    dir: Path
    database_url: str
    secret_key: str
    base_url: str = "http://127.0.0.1:8000"
    secure_cookies: bool = False
    max_request: int = 32 * 1024 * 1024
    max_photo: int = 12 * 1024 * 1024
    max_photo_pixels: int = 50_000_000
    testing: bool = False

    @property
    def files_dir(self) -> Path:
        return self.dir / "files"

    @property
    def mail_dir(self) -> Path:
        return self.dir / "mail"

    @classmethod
    def from_env(cls, directory: str | Path | None = None) -> Settings:
        """Read AUDITAPP_* variables; `directory` (the command's --dir) wins over AUDITAPP_DIR."""
        env = Env()
        try:
            folder = Path(directory or env.str("AUDITAPP_DIR", "var/auditapp")).resolve()
            base_url = env.str("AUDITAPP_BASE_URL", cls.base_url).rstrip("/")
            settings = cls(
                dir=folder,
                database_url=env.str("AUDITAPP_DATABASE_URL", f"sqlite:///{folder / 'audit.db'}"),
                secret_key=env.str("AUDITAPP_SECRET_KEY", "") or _kept_secret(folder),
                base_url=base_url,
                secure_cookies=env.bool("AUDITAPP_SECURE_COOKIES", base_url.startswith("https:")),
                max_photo=env.int("AUDITAPP_MAX_PHOTO", cls.max_photo),
            )
        except EnvError as error:
            raise BadSetting(str(error)) from error
        if settings.database_url.startswith("postgresql://"):
            settings = replace(
                settings, database_url=settings.database_url.replace("postgresql://", "postgresql+psycopg://", 1)
            )
        return settings


def _kept_secret(folder: Path) -> str:
    """Return the instance's own key, made at first use and readable by its owner alone."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "secret.key"
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text()
    with os.fdopen(descriptor, "w") as file:
        key = secrets.token_urlsafe(48)
        file.write(key)
    return key

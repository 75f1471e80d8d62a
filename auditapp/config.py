"""Settings of one instance: read once at start, frozen, and a bad variable is named in the error."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlsplit

from environs import Env, validate
from environs.exceptions import EnvError

HERE = ("127.0.0.1", "localhost", "::1")


class BadSetting(Exception):
    """A setting is missing or cannot be read; the message names the variable."""


@dataclass(frozen=True)
class Bucket:
    """An S3-compatible bucket. Without `key` and `secret` the machine's own AWS credentials are used.

    `prefix` goes before every name; `endpoint` is "" for Amazon's own.
    """

    name: str
    prefix: str = ""
    endpoint: str = ""
    region: str = "us-east-1"
    key: str = ""
    secret: str = field(default="", repr=False)


@dataclass(frozen=True)
class Settings:
    """Where this instance keeps things and how it talks to the outside.

    `dir` is the instance's folder (database, files, mail, secret); sizes are in bytes. Without a `bucket` files lie in
    the folder, without a `queue_url` the queue does too. `workers` are threads that do jobs beside the pages.
    """

    dir: Path
    database_url: str
    secret_key: str
    base_url: str = "http://127.0.0.1:8000"
    secure_cookies: bool = False
    max_request: int = 32 * 1024 * 1024
    max_photo: int = 12 * 1024 * 1024
    max_photo_pixels: int = 50_000_000
    bucket: Bucket | None = None
    queue_url: str = field(default="", repr=False)
    workers: int = 1
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
                bucket=_bucket(env),
                queue_url=_queue_url(env.str("AUDITAPP_QUEUE_URL", "")),
                workers=env.int("AUDITAPP_WORKERS", cls.workers, validate=validate.Range(min=0, max=64)),
            )
        except EnvError as error:
            raise BadSetting(str(error)) from error
        if settings.database_url.startswith("postgresql://"):
            settings = replace(
                settings, database_url=settings.database_url.replace("postgresql://", "postgresql+psycopg://", 1)
            )
        return settings


def _bucket(env: Env) -> Bucket | None:
    url = env.str("AUDITAPP_STORAGE_URL", "")
    if not url:
        return None
    parts = urlsplit(url)
    if parts.scheme != "s3" or not parts.netloc or parts.query or parts.fragment:
        raise BadSetting(f"AUDITAPP_STORAGE_URL: {url!r} names no bucket. Write s3://bucket or s3://bucket/prefix.")
    endpoint = env.str("AUDITAPP_STORAGE_ENDPOINT", "").rstrip("/")
    there = urlsplit(endpoint)
    if endpoint and not (there.hostname and (there.scheme == "https" or _is_here(endpoint))):
        raise BadSetting(
            f"AUDITAPP_STORAGE_ENDPOINT: {endpoint!r} cannot be used. Write https://host; http:// only for 127.0.0.1."
        )
    key, secret = env.str("AUDITAPP_STORAGE_KEY", ""), env.str("AUDITAPP_STORAGE_SECRET", "")
    if bool(key) != bool(secret):
        raise BadSetting("AUDITAPP_STORAGE_KEY and AUDITAPP_STORAGE_SECRET: give both or neither.")
    region = env.str("AUDITAPP_STORAGE_REGION", Bucket.region)
    return Bucket(parts.netloc, parts.path.strip("/"), endpoint, region, key, secret)


def _is_here(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme == "http" and parts.hostname in HERE


def _queue_url(url: str) -> str:
    if url and urlsplit(url).scheme not in ("redis", "rediss", "postgresql"):
        raise BadSetting(
            "AUDITAPP_QUEUE_URL: write redis://host:6379/0, postgresql://user@host/name, or leave it out for a file."
        )
    return url


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

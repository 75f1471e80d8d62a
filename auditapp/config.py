"""Settings of one instance: read once at start, frozen, and a bad variable is named in the error."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass, field, replace
from email.errors import MessageError
from email.headerregistry import HeaderRegistry
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

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
class MailServer:
    """A server that takes letters. TLS is spoken from the first byte (`tls`), after the greeting (`starttls`), or not.

    Without a `user` nobody logs in.
    """

    host: str
    port: int
    tls: bool = False
    starttls: bool = False
    user: str = ""
    password: str = field(default="", repr=False)


@dataclass(frozen=True)
class Settings:
    """Where this instance keeps things and how it talks to the outside.

    `dir` is the instance's folder (database, files, mail, secret); sizes are in bytes. Without a `bucket` files lie in
    the folder, without a `queue_url` the queue does too, and without a `mail_server` letters do. `workers` are threads
    that do jobs beside the pages; `proxies` stand before the instance, each adding to X-Forwarded-For.
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
    proxies: int = 0
    mail_server: MailServer | None = None
    mail_from: str = ""
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
            server, sender = _mail_server(env.str("AUDITAPP_SMTP_URL", "")), _sender(env.str("AUDITAPP_MAIL_FROM", ""))
            if server is not None and not sender:
                raise BadSetting("AUDITAPP_MAIL_FROM: AUDITAPP_SMTP_URL needs the address that letters come from.")
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
                proxies=env.int("AUDITAPP_PROXIES", cls.proxies, validate=validate.Range(min=0, max=8)),
                mail_server=server,
                mail_from=sender,
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


def _mail_server(url: str) -> MailServer | None:
    """Read the address of a mail server. What is said of a bad one does not repeat it: a password may be in it."""
    if not url:
        return None
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        parts, host, port = urlsplit(""), "", None
    allowed = {"smtp": ("", "starttls"), "smtps": ("",)}.get(parts.scheme, ())
    if not host or parts.query not in allowed or parts.path.strip("/") or bool(parts.username) != bool(parts.password):
        raise BadSetting(
            "AUDITAPP_SMTP_URL: write smtp://user:password@host:587?starttls or smtps://user:password@host:465 "
            "(signs such as @ : / in the password as %40 %3A %2F), or leave it out for a folder."
        )
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if not (user + password).isascii():
        raise BadSetting("AUDITAPP_SMTP_URL: the user and the password may hold letters of ASCII only.")
    tls, starttls = parts.scheme == "smtps", parts.query == "starttls"
    if password and not (tls or starttls or host in HERE):
        raise BadSetting("AUDITAPP_SMTP_URL: a password must not travel in the clear. Add ?starttls or write smtps://.")
    usual = 465 if tls else 587 if starttls else 25
    return MailServer(host, port or usual, tls, starttls, user, password)


def _sender(text: str) -> str:
    """Read who letters are from: one address, with or without a name before it."""
    header: Any
    try:
        header = HeaderRegistry()("From", text)
    except (ValueError, MessageError):
        header = HeaderRegistry()("From", "?")
    addresses = [address.addr_spec for address in header.addresses if address.domain and address.addr_spec.isascii()]
    if text and (header.defects or len(addresses) != len(header.addresses) or len(addresses) != 1):
        raise BadSetting(f"AUDITAPP_MAIL_FROM: {text!r} is not one address. Write Audit <audit@company.pl>.")
    return text


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

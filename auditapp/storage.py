"""Files by name in a folder or a bucket: evidence and issued PDFs. A file whose row was rolled back is harmless."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError
from obstore.store import LocalStore, S3Store

from auditapp.config import BadSetting, Bucket, Settings
from checklists.problems import Problem

if TYPE_CHECKING:
    from obstore.store import S3Config

# A request or a job that waits for a bucket gives up soon: both are tried again by whoever asked for them.
PATIENCE = timedelta(seconds=10)


class Storage:
    """put, get and delete over one store. Nothing is ever overwritten."""

    def __init__(self, store: Any) -> None:
        self._store = store

    @classmethod
    def open(cls, settings: Settings) -> Storage:
        """Return the storage of an instance; BadSetting when its bucket or folder cannot be used."""
        bucket = settings.bucket
        try:
            storage = cls.in_folder(settings.files_dir) if bucket is None else cls(bucket_store(bucket))
            storage._try_out()
        except (BaseError, OSError, Problem, ValueError) as error:
            raise BadSetting(_unusable(settings, error)) from error
        return storage

    @classmethod
    def in_folder(cls, folder: Path) -> Storage:
        folder.mkdir(parents=True, exist_ok=True)
        return cls(LocalStore(folder))

    def put(self, kind: str, data: bytes) -> str:
        """Store `data` and return its SHA-256; storing the same bytes again changes nothing."""
        digest = hashlib.sha256(data).hexdigest()
        self.put_as(kind, digest, data)
        return digest

    def put_as(self, kind: str, digest: str, data: bytes) -> None:
        """Store `data` under a digest of the caller's; what lies there already stays. Problem no_space."""
        try:
            with suppress(AlreadyExistsError):
                obstore.put(self._store, _key(kind, digest), data, mode="create")
        except BaseError as error:
            if is_full(error):
                raise Problem("no_space") from error
            raise

    def get(self, kind: str, digest: str) -> bytes:
        """Return the bytes; FileNotFoundError when there are none."""
        return bytes(obstore.get(self._store, _key(kind, digest)).bytes())

    def delete(self, kind: str, digest: str) -> None:
        """Remove the bytes; harmless when there are none."""
        with suppress(FileNotFoundError):
            obstore.delete(self._store, _key(kind, digest))

    def _try_out(self) -> None:
        """Write, read and remove one small file, so that a wrong setting is known before the first photo."""
        digest = self.put("trial", b"auditapp")
        self.get("trial", digest)
        self.delete("trial", digest)


def is_full(error: Exception) -> bool:
    """Tell whether an error says that a disk is full, as the operating system, a store, SQLite or PostgreSQL put it."""
    return any(words in str(error).lower() for words in ("no space left", "disk is full"))


def bucket_store(bucket: Bucket) -> S3Store:
    """Return obstore's store of a bucket; nothing is asked of the bucket yet."""
    config: S3Config = {"region": bucket.region}
    if bucket.key:
        config |= {"access_key_id": bucket.key, "secret_access_key": bucket.secret}
    if bucket.endpoint:
        config["endpoint"] = bucket.endpoint
    return S3Store(
        bucket.name,
        prefix=bucket.prefix or None,
        config=config,
        client_options={"allow_http": bucket.endpoint.startswith("http:"), "timeout": timedelta(seconds=30)},
        retry_config={"max_retries": 3, "retry_timeout": PATIENCE},
    )


def _key(kind: str, digest: str) -> str:
    return f"{kind}/{digest[:2]}/{digest}"


def _unusable(settings: Settings, error: Exception) -> str:
    """Say what is wrong, where, and what would be right; the reason is the store's own first line."""
    reason = str(error).strip().partition("\n")[0][:300]
    bucket = settings.bucket
    if bucket is None:
        return f"AUDITAPP_DIR: files cannot be kept in {settings.files_dir}: {reason}. It must be a folder to write in."
    where = f"{bucket.name} at {bucket.endpoint or 'Amazon S3'} ({bucket.region})"
    return (
        f"AUDITAPP_STORAGE_URL: the bucket {where} cannot be used: {reason}\n"
        "It must exist, and AUDITAPP_STORAGE_KEY must be allowed to write, read and delete in it."
    )

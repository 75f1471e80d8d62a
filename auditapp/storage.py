"""Files by the hash of their bytes: evidence and issued PDFs. A file whose row was rolled back is harmless."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from pathlib import Path
from typing import Any

import obstore
from obstore.exceptions import AlreadyExistsError
from obstore.store import LocalStore


class Storage:
    """put, get and exists over one store; a folder today, a bucket by giving another store."""

    def __init__(self, store: Any) -> None:
        self._store = store

    @classmethod
    def in_folder(cls, folder: Path) -> Storage:
        folder.mkdir(parents=True, exist_ok=True)
        return cls(LocalStore(folder))

    def put(self, kind: str, data: bytes) -> str:
        """Store `data` and return its SHA-256; storing the same bytes again changes nothing."""
        digest = hashlib.sha256(data).hexdigest()
        with suppress(AlreadyExistsError):
            obstore.put(self._store, _key(kind, digest), data, mode="create")
        return digest

    def get(self, kind: str, digest: str) -> bytes:
        """Return the bytes; FileNotFoundError when there are none."""
        return bytes(obstore.get(self._store, _key(kind, digest)).bytes())


def _key(kind: str, digest: str) -> str:
    return f"{kind}/{digest[:2]}/{digest}"

"""A real S3-compatible server (SeaweedFS) on this machine, with one bucket that one key may use."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import obstore
from obstore.exceptions import BaseError

from auditapp.config import Bucket
from auditapp.storage import bucket_store
from tests.ports import free_ports

NAME = "evidence"
OFFICE = ("office-key", "office-secret")
OWNER = ("owner-key", "owner-secret")
PORTS = ("master.port", "master.port.grpc", "volume.port", "volume.port.grpc", "filer.port", "filer.port.grpc",
         "s3.port", "s3.port.grpc")  # fmt: skip


@contextmanager
def running_server() -> Iterator[Bucket]:
    """Start the server, make the bucket, and yield how the office reaches it."""
    folder = Path(tempfile.mkdtemp(prefix="audit-s3-"))
    ports = dict(zip(PORTS, free_ports(len(PORTS)), strict=True))
    rights = [f"{act}:{NAME}" for act in ("Read", "Write", "List")]
    identities = [
        {"name": who, "credentials": [{"accessKey": key, "secretKey": secret}], "actions": actions}
        for who, (key, secret), actions in (("owner", OWNER, ["Admin", "Write"]), ("office", OFFICE, rights))
    ]
    (folder / "s3.json").write_text(json.dumps({"identities": identities}))
    options = {
        "ip": "127.0.0.1", "ip.bind": "127.0.0.1", "dir": folder, "s3": "true", "s3.config": folder / "s3.json",
        "s3.port.iceberg": 0, "s3.port.lance": 0, "master.telemetry": "false", "master.volumeSizeLimitMB": 64,
        "filer.localSocket": folder / "filer.sock", "volume.max": 20, "volume.minFreeSpace": 0, **ports,
    }  # fmt: skip
    server = Path(sys.executable).with_name("weed")
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [str(server), "server", *(f"-{name}={value}" for name, value in options.items())],
            stdout=log, stderr=log, cwd=folder,
        )  # fmt: skip
    bucket = Bucket(NAME, "visits/2026", f"http://127.0.0.1:{ports['s3.port']}", "eu-central-1", *OFFICE)
    try:
        _make(replace(bucket, key=OWNER[0], secret=OWNER[1]), process, folder / "log")
        yield bucket
    finally:
        process.kill()
        process.wait()
        shutil.rmtree(folder, ignore_errors=True)
        for port in ports.values():
            for left in Path(tempfile.gettempdir()).glob(f"seaweedfs-*-{port}.sock"):  # what its killed parts leave
                left.unlink()


def _make(owners: Bucket, process: subprocess.Popen[bytes], log: Path) -> None:
    """Writing as the owner makes the bucket, once the server is up."""
    store = bucket_store(owners)
    until = time.monotonic() + 60
    while True:
        try:
            obstore.put(store, "first", b"1")
            return
        except BaseError:
            if process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(log.read_text()[-3000:]) from None
            time.sleep(0.2)

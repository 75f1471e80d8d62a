"""A real Redis on this machine."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

import redis

from tests.ports import free_ports


@contextmanager
def running_redis() -> Iterator[str]:
    """Start a Redis that keeps nothing and yield its address."""
    server = shutil.which("redis-server")
    assert server is not None, "these tests need redis-server (Debian: apt-get install redis-server)"
    port = free_ports(1)[0]
    process = subprocess.Popen(
        [server, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"],
        stdout=subprocess.DEVNULL,
    )
    client = redis.Redis(port=port)
    try:
        until = time.monotonic() + 20
        while True:
            try:
                client.ping()
                break
            except redis.ConnectionError:
                assert time.monotonic() < until
                time.sleep(0.05)
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        client.close()
        process.kill()
        process.wait()

"""Files in a folder and in a bucket: the same cases, and what is said when one cannot be used."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import obstore
import pytest
from obstore.exceptions import BaseError

from auditapp.config import BadSetting, Bucket, Settings
from auditapp.factory import create_app
from auditapp.storage import Storage, bucket_store
from tests.buckets import running_server
from tests.ports import free_ports

pytestmark = pytest.mark.xdist_group("bucket")  # one server for all of them


@pytest.fixture(scope="module")
def bucket() -> Iterator[Bucket]:
    with running_server() as made:
        yield made


@pytest.fixture(params=["folder", "bucket"])
def storage(request: pytest.FixtureRequest, settings: Settings) -> Storage:
    if request.param == "bucket":
        settings = replace(settings, bucket=request.getfixturevalue("bucket"))
    return Storage.open(settings)


def test_what_is_put_comes_back_by_its_hash(storage: Storage) -> None:
    for data in (b"", b"one", bytes(range(256)) * 40_000):
        digest = storage.put("photo", data)
        assert digest == hashlib.sha256(data).hexdigest()
        assert storage.get("photo", digest) == data
        with pytest.raises(FileNotFoundError):
            storage.get("other", digest)


def test_nothing_is_overwritten(storage: Storage) -> None:
    name = hashlib.sha256(b"the name").hexdigest()
    storage.put_as("raw", name, b"first")
    storage.put_as("raw", name, b"second")
    assert storage.get("raw", name) == b"first"


def test_many_writers_of_one_file(storage: Storage) -> None:
    data = b"the same photo" * 1000
    with ThreadPoolExecutor(8) as pool:
        digests = set(pool.map(lambda _: storage.put("photo", data), range(24)))
    assert storage.get("photo", digests.pop()) == data
    assert not digests


def test_what_is_deleted_is_gone_and_can_be_deleted_again(storage: Storage) -> None:
    digest = storage.put("raw", b"gone soon")
    storage.delete("raw", digest)
    storage.delete("raw", digest)
    with pytest.raises(FileNotFoundError):
        storage.get("raw", digest)


def test_trying_out_leaves_nothing_behind(bucket: Bucket, settings: Settings) -> None:
    Storage.open(replace(settings, bucket=replace(bucket, prefix="fresh")))
    assert list(obstore.list(bucket_store(replace(bucket, prefix="fresh")))) == []


def test_files_of_a_bucket_lie_under_its_prefix(bucket: Bucket, settings: Settings) -> None:
    digest = Storage.open(replace(settings, bucket=bucket)).put("photo", b"where am I")
    path = f"{bucket.prefix}/photo/{digest[:2]}/{digest}"
    assert bytes(obstore.get(bucket_store(replace(bucket, prefix="")), path).bytes()) == b"where am I"
    assert not settings.files_dir.exists()


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"name": "nobody"}, ("nobody", "must exist")),
        ({"secret": "wrong"}, ("evidence", "AUDITAPP_STORAGE_KEY must be allowed")),
        ({"key": "stranger"}, ("evidence", "AUDITAPP_STORAGE_KEY must be allowed")),
    ],
    ids=["no such bucket", "wrong secret", "unknown key"],
)
def test_a_bucket_that_cannot_be_used_is_said_at_start(
    bucket: Bucket, settings: Settings, changed: dict[str, str], said: tuple[str, ...]
) -> None:
    with pytest.raises(BadSetting) as refused:
        create_app(replace(settings, bucket=replace(bucket, **changed)))
    for words in ("AUDITAPP_STORAGE_URL", bucket.endpoint, *said):
        assert words in str(refused.value)
    assert bucket.secret not in str(refused.value)


def test_a_server_that_is_not_there_is_said_at_start(settings: Settings) -> None:
    nowhere = f"http://127.0.0.1:{free_ports(1)[0]}"
    with pytest.raises(BadSetting, match=nowhere):
        create_app(replace(settings, bucket=Bucket("evidence", endpoint=nowhere, key="k", secret="s")))


def test_a_folder_that_is_a_file_is_said_at_start(settings: Settings) -> None:
    settings.files_dir.write_text("in the way")
    with pytest.raises(BadSetting, match="must be a folder"):
        create_app(settings)


def test_a_server_that_goes_away_fails_soon(settings: Settings) -> None:
    nowhere = Bucket("evidence", endpoint=f"http://127.0.0.1:{free_ports(1)[0]}", key="k", secret="s")
    with pytest.raises(BaseError):
        Storage(bucket_store(nowhere)).put("photo", b"x")


GIVEN = {
    "AUDITAPP_STORAGE_URL": "s3://audit-files/lumo/2026/",
    "AUDITAPP_STORAGE_ENDPOINT": "https://files.example.pl/",
    "AUDITAPP_STORAGE_REGION": "eu-central-1",
    "AUDITAPP_STORAGE_KEY": "key",
    "AUDITAPP_STORAGE_SECRET": "secret",
}


def set_to(monkeypatch: pytest.MonkeyPatch, **changed: str) -> None:
    for name, value in (GIVEN | changed).items():
        monkeypatch.setenv(name, value)


def test_a_bucket_is_read_from_its_variables(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert Settings.from_env(tmp_path).bucket is None
    set_to(monkeypatch)
    settings = Settings.from_env(tmp_path)
    assert settings.bucket == Bucket(
        "audit-files", "lumo/2026", "https://files.example.pl", "eu-central-1", "key", "secret"
    )
    assert "secret=" not in repr(settings.bucket)
    set_to(monkeypatch, AUDITAPP_STORAGE_KEY="", AUDITAPP_STORAGE_SECRET="", AUDITAPP_STORAGE_URL="s3://plain")
    assert Settings.from_env(tmp_path).bucket == replace(settings.bucket, name="plain", prefix="", key="", secret="")


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("AUDITAPP_STORAGE_URL", "audit-files"),
        ("AUDITAPP_STORAGE_URL", "ftp://audit-files"),
        ("AUDITAPP_STORAGE_URL", "s3:///prefix"),
        ("AUDITAPP_STORAGE_URL", "s3://bucket?region=x"),
        ("AUDITAPP_STORAGE_ENDPOINT", "http://files.example.pl"),
        ("AUDITAPP_STORAGE_ENDPOINT", "http://127.0.0.1.example.pl"),
        ("AUDITAPP_STORAGE_ENDPOINT", "files.example.pl"),
        ("AUDITAPP_STORAGE_SECRET", ""),
        ("AUDITAPP_QUEUE_URL", "amqp://host"),
        ("AUDITAPP_WORKERS", "-1"),
        ("AUDITAPP_WORKERS", "many"),
        ("AUDITAPP_PROXIES", "-1"),
    ],
)
def test_a_bad_variable_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, variable: str, value: str) -> None:
    set_to(monkeypatch, **{variable: value})
    with pytest.raises(BadSetting, match=variable):
        Settings.from_env(tmp_path)


@pytest.mark.parametrize("endpoint", ["http://127.0.0.1:9000", "http://localhost", "http://[::1]:9000"])
def test_plain_http_is_for_this_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, endpoint: str) -> None:
    set_to(monkeypatch, AUDITAPP_STORAGE_ENDPOINT=endpoint)
    bucket = Settings.from_env(tmp_path).bucket
    assert bucket is not None
    assert bucket.endpoint == endpoint

"""Jobs: a row that is never lost, a queue that may be, and work that may happen twice."""

from __future__ import annotations

import os
import pickle
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from threading import Barrier, Thread

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from auditapp import jobs as module
from auditapp.config import BadSetting, Settings
from auditapp.db import Database
from auditapp.jobs import MOST, NEARLY_EMPTY, Jobs, Kind
from auditapp.models import Job
from auditapp.storage import Storage
from checklists.problems import Problem
from tests.auditapp.sent import Clock
from tests.ports import free_ports
from tests.queues import running_redis

LEASE = timedelta(minutes=5)


def nothing(_key: str) -> None:
    pass


def fail(_key: str) -> None:
    raise ZeroDivisionError


@dataclass
class Probe:
    """What the jobs of these tests do, and what was seen of them."""

    act: Callable[[str], None] = nothing
    ran: list[str] = field(default_factory=list)
    given_up: list[tuple[str, str]] = field(default_factory=list)

    def run(self, _jobs: Jobs, key: str) -> None:
        self.ran.append(key)
        self.act(key)

    def give_up(self, _jobs: Jobs, _session: Session, key: str, code: str) -> None:
        self.given_up.append((key, code))


@pytest.fixture
def probe(monkeypatch: pytest.MonkeyPatch) -> Probe:
    probe = Probe()
    monkeypatch.setattr(module, "_kind", lambda _name: Kind(probe.run, probe.give_up, LEASE))
    return probe


@dataclass
class Shop:
    """The jobs of one instance with a clock that a test moves."""

    settings: Settings
    database: Database
    clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        self.jobs = self.again()

    def again(self, **changed: object) -> Jobs:
        """The same instance in another process, so to say."""
        settings = replace(self.settings, **changed)
        return Jobs(settings, self.database, Storage.in_folder(settings.files_dir), self.clock)

    def ask(self, key: str = "one") -> int:
        with self.database.transaction() as session:
            self.jobs.ask(session, "probe", key)
        return self.job(key).id

    def job(self, key: str = "one") -> Job:
        with self.database.transaction(write=False) as session:
            return session.scalars(select(Job).where(Job.key == key)).one()

    def drain(self) -> int:
        """Do what the queue names, until it is empty."""
        done = 0
        while (task := self.jobs.huey.dequeue()) is not None:
            self.jobs.huey.execute(task)
            done += 1
        return done

    def pass_time(self, **time_: float) -> None:
        self.clock.now += timedelta(**time_)


@pytest.fixture
def shop(settings: Settings, database: Database, probe: Probe) -> Shop:
    return Shop(settings, database)


@pytest.fixture
def either_shop(either_settings: Settings, either_database: Database, probe: Probe) -> Shop:
    return Shop(either_settings, either_database)


# --- The row


def test_a_job_is_done_once_its_cause_is_committed(either_shop: Shop, probe: Probe) -> None:
    shop = either_shop
    with shop.database.transaction() as session:
        shop.jobs.ask(session, "probe", "one")
        assert shop.jobs.huey.pending_count() == 0, "nothing leaves before the commit"
    assert (shop.job().state, shop.job().attempts) == ("queued", 0)
    assert shop.drain() == 1
    job = shop.job()
    assert (job.state, job.attempts, job.error, job.ended_at) == ("done", 1, "", shop.clock.now)
    assert probe.ran == ["one"]


def test_work_that_was_undone_is_not_asked_for(shop: Shop, probe: Probe) -> None:
    with suppress(ZeroDivisionError), shop.database.transaction() as session:
        shop.jobs.ask(session, "probe", "one")
        fail("the cause of it")
    assert (shop.drain(), shop.jobs.sweep()) == (0, 0)


def test_asking_again_is_one_job(shop: Shop, probe: Probe) -> None:
    assert shop.ask() == shop.ask()
    shop.drain()
    assert probe.ran == ["one"]
    shop.ask()
    shop.drain()
    assert probe.ran == ["one"], "what is done stays done"


def test_a_job_that_fails_is_put_off_longer_and_longer(either_shop: Shop, probe: Probe) -> None:
    shop, pauses = either_shop, []
    probe.act = fail
    job_id = shop.ask()
    for attempt in range(1, MOST):
        shop.jobs.work(job_id)
        job = shop.job()
        assert (job.state, job.attempts, job.error) == ("queued", attempt, "ZeroDivisionError")
        pauses.append((job.due_at - shop.clock.now).total_seconds())
        shop.jobs.work(job_id)
        assert shop.job().attempts == attempt, "not before it is due"
        shop.clock.now = job.due_at
    assert pauses == [10, 40, 160, 640, 2560, 3600, 3600]
    assert probe.given_up == []
    shop.jobs.work(job_id)
    job = shop.job()
    assert (job.state, job.attempts, job.error) == ("failed", MOST, "ZeroDivisionError")
    assert probe.given_up == [("one", "ZeroDivisionError")]
    shop.pass_time(days=30)
    assert shop.jobs.sweep() == 0
    assert len(probe.ran) == MOST


def test_a_refusal_is_final_at_once(shop: Shop, probe: Probe) -> None:
    def refuse(_key: str) -> None:
        raise Problem("photo_not_an_image")

    probe.act = refuse
    shop.jobs.work(shop.ask())
    assert (shop.job().state, shop.job().attempts) == ("failed", 1)
    assert probe.given_up == [("one", "photo_not_an_image")]


def test_a_failed_job_begins_anew_when_it_is_asked_for(shop: Shop, probe: Probe) -> None:
    test_a_refusal_is_final_at_once(shop, probe)
    probe.act = nothing
    shop.ask()
    shop.drain()
    assert (shop.job().state, shop.job().attempts, shop.job().error) == ("done", 1, "")


def test_a_job_that_fails_once_is_done_by_the_sweep(shop: Shop, probe: Probe) -> None:
    probe.act = fail
    shop.ask()
    shop.drain()
    probe.act = nothing
    assert shop.jobs.sweep() == 0
    shop.pass_time(seconds=11)
    assert shop.jobs.sweep() == 1
    shop.drain()
    assert (shop.job().state, shop.job().attempts, shop.job().error) == ("done", 2, "")


# --- Workers that die, meet, or are slow


def test_the_job_of_a_dead_worker_is_taken_over(either_shop: Shop, probe: Probe) -> None:
    shop = either_shop
    job_id = shop.ask()
    assert shop.jobs._claim(job_id) is not None  # and here the worker dies
    shop.drain()
    assert shop.job().state == "running"
    shop.clock.now += LEASE - timedelta(seconds=1)
    assert shop.jobs.sweep() == 0
    shop.pass_time(seconds=1)
    assert shop.jobs.sweep() == 1
    shop.drain()
    assert (shop.job().state, shop.job().attempts, shop.job().error) == ("done", 2, "")
    assert probe.ran == ["one"]


def test_a_job_that_kills_its_workers_ends(shop: Shop, probe: Probe) -> None:
    job_id = shop.ask()
    for _ in range(MOST):
        assert shop.jobs._claim(job_id) is not None
        shop.clock.now += LEASE
    shop.jobs.work(job_id)
    assert (shop.job().state, shop.job().attempts, shop.job().error) == ("failed", MOST, "worker_lost")
    assert probe.given_up == [("one", "worker_lost")]
    assert probe.ran == []


def test_a_worker_that_comes_back_late_changes_nothing(either_shop: Shop, probe: Probe) -> None:
    shop = either_shop
    job_id = shop.ask()

    def overslept(_key: str) -> None:
        probe.act = nothing
        shop.clock.now += LEASE
        shop.again().work(job_id)
        raise RuntimeError("too late anyway")

    probe.act = overslept
    shop.jobs.work(job_id)
    assert (shop.job().state, shop.job().attempts, shop.job().error) == ("done", 2, "")
    assert probe.ran == ["one", "one"]


def test_many_workers_on_one_job(either_shop: Shop, probe: Probe) -> None:
    shop = either_shop
    job_id, start = shop.ask(), Barrier(6)

    def worker() -> None:
        start.wait()
        shop.jobs.work(job_id)

    threads = [Thread(target=worker) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert probe.ran == ["one"]
    assert (shop.job().state, shop.job().attempts) == ("done", 1)


# --- The queue


@pytest.fixture(scope="module")
def redis_url() -> Iterator[str]:
    with running_redis() as url:
        yield url


@pytest.fixture(params=["sqlite", "redis", "postgresql"])
def queue_url(request: pytest.FixtureRequest) -> str:
    if request.param == "redis":
        return str(request.getfixturevalue("redis_url"))
    if request.param == "postgresql":
        server = str(request.getfixturevalue("postgres_server"))
        return f"{server.replace('postgresql+psycopg', 'postgresql')}/postgres"
    return ""


def key() -> str:
    return os.urandom(8).hex()  # an instance is known to a shared queue by its secret


def wait_until(true: Callable[[], bool]) -> None:
    until = time.monotonic() + 30
    while not true():
        assert time.monotonic() < until
        time.sleep(0.02)


def test_workers_of_every_queue(settings: Settings, database: Database, probe: Probe, queue_url: str) -> None:
    shop = Shop(replace(settings, queue_url=queue_url, secret_key=key()), database)
    web = shop.again()
    consumer = shop.jobs.start(2)
    try:
        with database.transaction() as session:
            for number in range(20):
                web.ask(session, "probe", str(number))
        wait_until(lambda: len(probe.ran) >= 20)
        wait_until(lambda: shop.job("19").state == "done")
    finally:
        consumer.stop(graceful=True)
        shop.jobs.huey.storage.close()
        web.huey.storage.close()
    assert sorted(probe.ran, key=int) == [str(number) for number in range(20)]


def test_instances_share_a_server_and_not_their_jobs(settings: Settings, database: Database, queue_url: str) -> None:
    one, other = (Shop(replace(settings, queue_url=queue_url, secret_key=key()), database) for _ in range(2))
    one.ask()
    assert (one.jobs.huey.pending_count(), other.jobs.huey.pending_count()) == (1, 0)
    for shop in (one, other):
        shop.jobs.huey.storage.close()


def test_a_lost_queue_loses_nothing(shop: Shop, probe: Probe) -> None:
    keys = [str(number) for number in range(NEARLY_EMPTY + 1)]
    for name in keys:
        shop.ask(name)
    for left in Path(shop.settings.dir).glob("queue.db*"):
        left.unlink()
    shop.jobs = shop.again()
    assert shop.drain() == 0
    assert shop.jobs.sweep() == len(keys)
    assert shop.jobs.sweep() == 0, "they are in the queue now"
    shop.drain()
    assert probe.ran == keys


def test_a_queue_deleted_under_its_workers(shop: Shop, probe: Probe) -> None:
    consumer = shop.jobs.start(1)
    try:
        shop.ask("before")
        wait_until(lambda: probe.ran == ["before"])
        for left in Path(shop.settings.dir).glob("queue.db*"):
            left.unlink()
        web = shop.again()
        with shop.database.transaction() as session:
            web.ask(session, "probe", "after")
        assert shop.jobs.sweep() == 1, "the workers cannot hear of it and find it by themselves"
        wait_until(lambda: shop.job("after").state == "done")
    finally:
        consumer.stop(graceful=True)
    assert probe.ran == ["before", "after"]


@pytest.mark.parametrize("scheme", ["redis", "postgresql"])
def test_a_queue_that_is_away_refuses_nobody(shop: Shop, probe: Probe, scheme: str) -> None:
    shop.jobs = shop.again(queue_url=f"{scheme}://127.0.0.1:{free_ports(1)[0]}/0")
    job_id = shop.ask()
    assert shop.job().state == "queued"
    shop.jobs = shop.again()
    assert shop.jobs.sweep() == 1
    shop.drain()
    assert shop.job().state == "done"
    assert job_id == shop.job().id


@pytest.mark.parametrize("scheme", ["redis", "postgresql"])
def test_workers_say_at_start_that_there_is_no_queue(shop: Shop, scheme: str) -> None:
    nowhere = shop.again(queue_url=f"{scheme}://127.0.0.1:{free_ports(1)[0]}/0")
    with pytest.raises(BadSetting, match="AUDITAPP_QUEUE_URL"):
        nowhere.start(1)


class Trap:
    def __reduce__(self) -> tuple[Callable[[str], None], tuple[str]]:
        return os.mkdir, ("trapped",)


@pytest.mark.parametrize("message", [pickle.dumps(Trap()), b"", b"[1, 2", b'["id", "os.mkdir", null]', b"\xff\x00"])
def test_nonsense_in_the_queue_is_passed_over(
    shop: Shop, probe: Probe, message: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    shop.jobs.huey.storage.enqueue(message)
    shop.ask()
    consumer = shop.jobs.start(1)
    try:
        wait_until(lambda: shop.job().state == "done")
    finally:
        consumer.stop(graceful=True)
    assert not (tmp_path / "trapped").exists()

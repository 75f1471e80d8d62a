"""Letters: written with what caused them, sent by a job to a real mail server, once as far as mail can promise it."""

from __future__ import annotations

import socket
import ssl
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from auditapp import mail
from auditapp.cli import main
from auditapp.config import BadSetting, MailServer, Settings
from auditapp.factory import App, create_app
from auditapp.jobs import MOST, Jobs
from auditapp.models import Job, OutgoingMail
from checklists.problems import Problem
from tests.auditapp.sent import Clock
from tests.letters import Sink, make_certificate
from tests.workers import do_jobs

TO = "ala@example.pl"
SENDER = "Audyt Łódź <audit@example.pl>"
REFUSED = "550 5.1.1 no such mailbox"
LATER = "451 4.7.1 come back later"


@dataclass
class Post:
    """An instance that sends to a sink, with a clock that a test moves."""

    app: App
    sink: Sink
    clock: Clock

    @property
    def jobs(self) -> Jobs:
        jobs: Jobs = self.app.extensions["auditapp.jobs"]
        return jobs

    def post(self, to: str = TO, subject: str = "Raport", body: str = "Dzień dobry.\n") -> int:
        with self.app.database.transaction() as session:
            mail.post(session, self.jobs, to=to, subject=subject, body=body)
            return session.scalars(select(OutgoingMail.id).order_by(OutgoingMail.id.desc())).first() or 0

    def work(self) -> None:
        do_jobs(self.app)

    def later(self, **time_: float) -> None:
        self.clock.now += timedelta(**time_)
        self.work()

    def row(self) -> OutgoingMail:
        with self.app.database.transaction(write=False) as session:
            return session.scalars(select(OutgoingMail)).one()

    def job(self) -> tuple[str, int, str]:
        with self.app.database.transaction(write=False) as session:
            job = session.scalars(select(Job)).one()
            return job.state, job.attempts, job.error


def open_post(settings: Settings, sink: Sink) -> Post:
    clock = Clock()
    return Post(create_app(replace(settings, mail_server=sink.server, mail_from=SENDER), clock=clock), sink, clock)


@pytest.fixture
def sink() -> Iterator[Sink]:
    sink = Sink()
    with sink.open():
        yield sink


@pytest.fixture
def office(settings: Settings, sink: Sink) -> Iterator[Post]:
    post = open_post(settings, sink)
    yield post
    post.app.database.engine.dispose()


@pytest.fixture
def either_office(either_settings: Settings, sink: Sink) -> Iterator[Post]:
    post = open_post(either_settings, sink)
    yield post
    post.app.database.engine.dispose()


# --- Sent


def test_a_letter_is_sent_once_its_cause_is_committed(either_office: Post) -> None:
    office = either_office
    office.post()
    assert (office.sink.letters, office.row().sent_at) == ([], None), "nothing is sent by who wrote it"
    office.work()
    (letter,) = office.sink.letters
    assert letter.recipients == [TO]
    assert letter.message["To"] == TO
    assert office.row().sent_at == office.clock.now
    assert office.job() == ("done", 1, "")
    mail.send(office.jobs, str(office.row().id))  # as a second worker would
    assert len(office.sink.letters) == 1


def test_a_letter_whose_cause_was_undone_is_not_sent(office: Post) -> None:
    with suppress(ZeroDivisionError), office.app.database.transaction() as session:
        mail.post(session, office.jobs, to=TO, subject="Raport", body="")
        raise ZeroDivisionError
    office.work()
    assert office.sink.letters == []


def test_polish_comes_through(office: Post) -> None:
    subject = "Zażółć gęślą jaźń: raport „Łódź – Piotrkowska” " + "ż" * 120
    body = "Zażółć gęślą jaźń.\n\n" + "Łódź, ul. Święty Marcin — 68 % " * 60 + "\n.\n..\nFrom tu\n\n🙂 & <b>\n"
    office.post(subject=subject, body=body)
    office.work()
    (letter,) = office.sink.letters
    message = letter.message
    assert letter.data.isascii()
    assert max(map(len, letter.data.split(b"\r\n"))) < 998
    assert message["Subject"] == subject
    assert message.get_content().replace("\r\n", "\n") == body
    assert message["From"] == SENDER
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Date"].datetime == office.clock.now
    assert message.get_content_type() == "text/plain"


INJECTIONS = [
    "Raport\r\nBcc: eve@example.pl",
    "Raport\nBcc: eve@example.pl",
    "Raport\r\n\r\n<html>",
    "Raport\x0bBcc: eve@example.pl",
    "Raport\u2028Bcc: eve@example.pl",
    "Raport\x85Bcc: eve@example.pl\x7f",
    "=?utf-8?q?Raport=0D=0ABcc:_eve@example.pl?=",
    "Raport" + " " * 400 + "\nBcc: eve@example.pl",
]


@pytest.mark.parametrize("subject", INJECTIONS)
def test_a_subject_is_never_more_than_a_subject(office: Post, subject: str) -> None:
    office.post(subject=subject)
    office.work()
    (letter,) = office.sink.letters
    assert letter.recipients == [TO]
    assert sorted(letter.message.keys()) == sorted(
        ["From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type",
         "Content-Transfer-Encoding"]
    )  # fmt: skip
    assert letter.data.count(b"\r\n\r\n") == 1
    assert letter.message.get_content().strip() == "Dzień dobry."


@pytest.mark.parametrize(
    "to",
    [
        "",
        "ala",
        "ala@example",
        "ala@example.pl, eve@example.pl",
        "ala@example.pl eve@example.pl",
        "ala@example.pl;eve@example.pl",
        "Ala <ala@example.pl>",
        "ala@example.pl\r\nBcc: eve@example.pl",
        "ala@example.pl\nRCPT TO:<eve@example.pl>",
        "ala@example.pl\x00",
        "ala..kot@example.pl",
        "ala@example..pl",
        "zażółć@example.pl",
        "=?utf-8?q?ala=0D=0ABcc=3Aeve?=@example.pl",
    ],
)
def test_a_letter_goes_to_exactly_one_address(office: Post, to: str) -> None:
    if "\x00" in to:
        with pytest.raises(Problem, match="not an e-mail address"):  # PostgreSQL would not even keep it
            mail.build_message(office.jobs.settings, OutgoingMail(id=1, recipient=to))
        return
    office.post(to)
    office.work()
    assert office.sink.letters == []
    assert office.job() == ("failed", 1, "bad_email")


def test_a_domain_may_have_polish_letters(office: Post) -> None:
    office.post("ala@żółw.example.pl")
    office.work()
    assert office.sink.letters[0].recipients == ["ala@xn--w-uga1v8h.example.pl"]


# --- Not sent


def test_a_server_that_is_away_is_tried_again(settings: Settings) -> None:
    office = open_post(settings, Sink())
    office.post()
    office.work()
    assert office.job() == ("queued", 1, "ConnectionRefusedError")
    office.later(seconds=9)
    assert office.job() == ("queued", 1, "ConnectionRefusedError"), "not before it is due"
    office.later(seconds=1)
    with office.sink.open():
        office.later(seconds=40)
    assert office.job() == ("done", 3, "")
    assert len(office.sink.letters) == 1
    office.app.database.engine.dispose()


def test_a_server_that_says_later_is_tried_again(office: Post) -> None:
    office.sink.to_recipient, office.sink.to_letter = [LATER], [LATER]
    office.post()
    office.work()
    assert office.job() == ("queued", 1, "SMTPRecipientsRefused")
    office.later(seconds=10)
    assert office.job() == ("queued", 2, "SMTPDataError")
    office.later(seconds=40)
    assert (office.job(), len(office.sink.letters)) == (("done", 3, ""), 1)


def test_a_server_that_never_answers(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail, "PATIENCE", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        office = open_post(settings, Sink(server=MailServer("127.0.0.1", silent.getsockname()[1])))
        office.post()
        office.work()
    assert office.job() == ("queued", 1, "SMTPServerDisconnected")
    office.app.database.engine.dispose()


@pytest.mark.parametrize("stage", ["to_recipient", "to_letter"])
def test_a_refused_letter_is_final_and_can_be_seen(office: Post, stage: str) -> None:
    setattr(office.sink, stage, [REFUSED])
    office.post()
    office.work()
    assert office.job() == ("failed", 1, "mail_refused")
    assert office.row().sent_at is None
    office.later(days=1)
    assert office.sink.letters == []
    folder = str(office.jobs.settings.dir)
    told = CliRunner().invoke(main, ["jobs", "list", "--dir", folder]).output
    assert "1 failed" in told
    assert f"failed   mail {office.row().id}" in told
    assert "mail_refused" in told
    assert CliRunner().invoke(main, ["jobs", "retry", "--dir", folder]).output == "1 job begins anew.\n"
    office.clock.now += timedelta(days=3650)  # the command reads the real clock
    office.work()
    assert (office.job()[0], len(office.sink.letters)) == ("done", 1)


def test_what_never_works_ends(settings: Settings) -> None:
    office = open_post(settings, Sink())
    office.post()
    for _ in range(MOST):
        office.later(hours=1)
    assert office.job() == ("failed", MOST, "ConnectionRefusedError")
    office.app.database.engine.dispose()


# --- Once


def test_a_worker_that_dies_after_the_server_accepted(office: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    """It cannot be known whether the letter left, so it leaves again, with the name that tells it is the same."""

    def die(*_: object) -> None:
        raise RuntimeError

    office.post()
    with monkeypatch.context() as dying:
        dying.setattr(mail, "_note_sent", die)
        office.work()
    office.later(seconds=10)
    first, second = office.sink.letters
    assert first.data == second.data
    assert office.job() == ("done", 2, "")


def test_what_goes_wrong_at_parting_is_of_no_matter(office: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    def cut(connection: mail.smtplib.SMTP) -> None:
        raise TimeoutError

    monkeypatch.setattr(mail.smtplib.SMTP, "quit", cut)
    office.post()
    office.work()
    office.later(hours=1)
    assert (office.job(), len(office.sink.letters)) == (("done", 1, ""), 1)


def test_names_of_letters_tell_instances_apart(office: Post, settings: Settings) -> None:
    office.post()
    here = mail.build_message(settings, office.row())["Message-ID"]
    assert here == mail.build_message(replace(settings, mail_from=SENDER), office.row())["Message-ID"]
    assert here != mail.build_message(replace(settings, secret_key="another"), office.row())["Message-ID"]
    assert here.endswith("@localhost>")


def test_five_hundred_letters(office: Post) -> None:
    with office.app.database.transaction() as session:
        for number in range(500):
            mail.post(session, office.jobs, to=f"kierownik{number}@example.pl", subject=f"Raport {number}", body="x\n")
    workers = office.jobs.start(4)
    try:
        for _ in range(600):
            with office.app.database.transaction(write=False) as session:
                if session.scalars(select(Job.id).where(Job.state != "done")).first() is None:
                    break
            time.sleep(0.1)
    finally:
        workers.stop(graceful=True)
    times = Counter(letter.recipients[0] for letter in office.sink.letters)
    assert times == {f"kierownik{number}@example.pl": 1 for number in range(500)}
    assert len({letter.message["Message-ID"] for letter in office.sink.letters}) == 500
    with office.app.database.transaction(write=False) as session:
        assert session.scalars(select(OutgoingMail.id).where(OutgoingMail.sent_at.is_(None))).all() == []


# --- TLS and log-in


@pytest.mark.parametrize("way", ["tls", "starttls"])
def test_log_in_over_tls(settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, way: str) -> None:
    certificate = make_certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    plain = Sink()
    server = replace(plain.server, **{way: True}, user="audit", password="secret:@/")
    office = open_post(settings, Sink(server=server))
    with office.sink.open(certificate):
        office.post()
        office.work()
    assert office.job() == ("done", 1, "")
    assert len(office.sink.letters) == 1
    office.app.database.engine.dispose()


@pytest.mark.parametrize("way", ["tls", "starttls"])
def test_nothing_is_told_to_a_server_that_nobody_vouches_for(settings: Settings, tmp_path: Path, way: str) -> None:
    server = replace(Sink().server, **{way: True}, user="audit", password="secret:@/")
    office = open_post(settings, Sink(server=server))
    with office.sink.open(make_certificate(tmp_path)):
        office.post()
        office.work()
    assert office.job() == ("queued", 1, ssl.SSLCertVerificationError.__name__)
    assert (office.sink.log_ins, office.sink.letters) == ([], [])
    office.app.database.engine.dispose()


def test_a_server_that_offers_no_tls_where_it_is_wanted(settings: Settings) -> None:
    plain = Sink()
    office = open_post(settings, Sink(server=replace(plain.server, starttls=True, user="audit", password="x")))
    with office.sink.open():
        office.post()
        office.work()
    assert office.job() == ("queued", 1, "SMTPNotSupportedError")
    assert office.sink.log_ins == []
    office.app.database.engine.dispose()


# --- Without a server


def test_without_a_server_letters_lie_in_the_folder(app: App) -> None:
    with app.database.transaction() as session:
        mail.post(session, app.extensions["auditapp.jobs"], to=TO, subject="Żółw", body="x\n")
    folder = app.extensions["auditapp.settings"].mail_dir
    assert not folder.exists()
    do_jobs(app)
    (path,) = folder.iterdir()
    assert path.name == "000001.eml"
    assert b"To: ala@example.pl" in path.read_bytes()
    with app.database.transaction(write=False) as session:
        assert session.scalars(select(OutgoingMail)).one().sent_at is not None


# --- Settings


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://mail.example.pl", MailServer("mail.example.pl", 25)),
        ("smtp://mail.example.pl:2525/", MailServer("mail.example.pl", 2525)),
        ("smtp://127.0.0.1:25", MailServer("127.0.0.1", 25)),
        ("smtp://a:b@localhost", MailServer("localhost", 25, user="a", password="b")),
        ("smtp://mail.example.pl?starttls", MailServer("mail.example.pl", 587, starttls=True)),
        (
            "smtp://audit%40example.pl:secretive%3A%2F@mail.example.pl:587?starttls",
            MailServer("mail.example.pl", 587, starttls=True, user="audit@example.pl", password="secretive:/"),
        ),
        ("smtps://a:b@mail.example.pl", MailServer("mail.example.pl", 465, tls=True, user="a", password="b")),
    ],
)
def test_a_server_is_read_from_its_variable(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, url: str, server: MailServer
) -> None:
    monkeypatch.setenv("AUDITAPP_SMTP_URL", url)
    monkeypatch.setenv("AUDITAPP_MAIL_FROM", SENDER)
    settings = Settings.from_env(tmp_path)
    assert (settings.mail_server, settings.mail_from) == (server, SENDER)
    assert "secretive" not in repr(settings)


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("AUDITAPP_SMTP_URL", "mail.example.pl"),
        ("AUDITAPP_SMTP_URL", "http://mail.example.pl"),
        ("AUDITAPP_SMTP_URL", "smtp://"),
        ("AUDITAPP_SMTP_URL", "smtp://mail.example.pl:port"),
        ("AUDITAPP_SMTP_URL", "smtp://mail.example.pl:99999"),
        ("AUDITAPP_SMTP_URL", "smtp://[mail.example.pl"),
        ("AUDITAPP_SMTP_URL", "smtp://mail.example.pl/folder"),
        ("AUDITAPP_SMTP_URL", "smtp://mail.example.pl?tls"),
        ("AUDITAPP_SMTP_URL", "smtps://mail.example.pl?starttls"),
        ("AUDITAPP_SMTP_URL", "smtp://secretive@mail.example.pl?starttls"),
        ("AUDITAPP_SMTP_URL", "smtp://audit:secretive@mail.example.pl"),
        ("AUDITAPP_SMTP_URL", "smtps://audit:secretive%C5%82@mail.example.pl"),
        ("AUDITAPP_MAIL_FROM", ""),
        ("AUDITAPP_MAIL_FROM", "Audyt"),
        ("AUDITAPP_MAIL_FROM", "audit@example.pl, eve@example.pl"),
        ("AUDITAPP_MAIL_FROM", "Audyt <audit@example.pl"),
        ("AUDITAPP_MAIL_FROM", "łódź@example.pl"),
        ("AUDITAPP_MAIL_FROM", "audit@łódź.pl"),
        ("AUDITAPP_MAIL_FROM", "Audyt\nBcc: eve@example.pl <audit@example.pl>"),
    ],
)
def test_a_bad_variable_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, variable: str, value: str) -> None:
    monkeypatch.setenv("AUDITAPP_SMTP_URL", "smtp://mail.example.pl")
    monkeypatch.setenv("AUDITAPP_MAIL_FROM", SENDER)
    monkeypatch.setenv(variable, value)
    with pytest.raises(BadSetting, match=variable) as refused:
        Settings.from_env(tmp_path)
    assert "secretive" not in str(refused.value)

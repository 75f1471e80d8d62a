"""Letters: written into the database in the transaction that caused them, sent by a job after its commit.

A letter goes to the mail server of the settings or, without one, into the instance's mail folder. A job may run twice,
so its letter may be sent twice: when the worker dies between the server's "accepted" and the note of it, or when that
word is lost on the way. The second letter then has the Message-ID of the first, by which mailboxes know a duplicate.
Of a letter that was sent the text is erased: it may hold a link that lets somebody in.
"""

from __future__ import annotations

import hashlib
import hmac
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from urllib.parse import urlsplit

from sqlalchemy import update
from sqlalchemy.orm import Session

from auditapp.config import MailServer, Settings
from auditapp.jobs import Jobs, Kind
from auditapp.links import EMAIL
from auditapp.models import OutgoingMail
from checklists.problems import Problem

PATIENCE = 30  # seconds that a worker waits for one word of the server; a letter takes some ten
SUBJECT = 200  # characters
FINAL = 500  # a reply of the server from here on is its last word


def post(session: Session, jobs: Jobs, *, to: str, subject: str, body: str) -> None:
    """Write a letter; it leaves once the transaction is safely committed."""
    letter = OutgoingMail(recipient=to, subject=subject[:SUBJECT], body=body, created_at=jobs.clock(), sent_at=None)
    session.add(letter)
    session.flush()
    jobs.ask(session, "mail", str(letter.id))


def send(jobs: Jobs, key: str) -> None:
    """Send one letter and note it. Sent already: nothing happens.

    Problem bad_email when the recipient is not one address, mail_refused when the server refuses it for good.
    """
    with jobs.database.transaction(write=False) as session:
        letter = session.get(OutgoingMail, int(key))
    if letter is None or letter.sent_at is not None:
        return
    settings, message = jobs.settings, build_message(jobs.settings, letter)
    if settings.mail_server is None:
        settings.mail_dir.mkdir(parents=True, exist_ok=True)
        (settings.mail_dir / f"{letter.id:06d}.eml").write_bytes(bytes(message))
        _note_sent(jobs, letter.id)
        return
    with _connected(settings.mail_server) as server:
        _hand_over(server, message)
        _note_sent(jobs, letter.id)


def build_message(settings: Settings, letter: OutgoingMail) -> EmailMessage:
    """Return the letter as it is sent: ASCII on the wire, the same bytes each time. Problem bad_email."""
    # Seven bits, so that every server takes it.
    message = EmailMessage(SMTP.clone(cte_type="7bit"))
    if settings.mail_from:
        message["From"] = settings.mail_from
    message["To"] = _one_address(letter.recipient)
    message["Subject"] = _one_line(letter.subject)
    message["Date"] = letter.created_at
    name = hmac.new(settings.secret_key.encode(), f"letter {letter.id}".encode(), hashlib.sha256).hexdigest()[:32]
    message["Message-ID"] = f"<{name}@{urlsplit(settings.base_url).hostname or 'localhost'}>"
    message["Auto-Submitted"] = "auto-generated"  # nobody's "I am on holiday" should come back
    message.set_content(letter.body, cte="quoted-printable")
    return message


def _one_line(text: str) -> str:
    """Return a text that a header can hold. Python reads "=?...?=" as encoded, with line ends that may be inside."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split()).replace("=?", "= ?")


def _one_address(text: str) -> Address:
    """Return the address, its domain as the mail system writes it; Problem bad_email when it is not exactly one."""
    name, _, domain = text.rpartition("@")
    try:
        if EMAIL.fullmatch(text) and "=?" not in text:
            return Address(addr_spec=f"{name}@{domain.encode('idna').decode()}")
    except (ValueError, MessageError):
        pass
    raise Problem("bad_email", value=text)


@contextmanager
def _connected(server: MailServer) -> Iterator[smtplib.SMTP]:
    """Yield a connection that letters may be given to. What goes wrong at parting is of no matter."""
    connection: smtplib.SMTP
    if server.tls:
        trust = ssl.create_default_context()
        connection = smtplib.SMTP_SSL(server.host, server.port, timeout=PATIENCE, context=trust)
    else:
        connection = smtplib.SMTP(server.host, server.port, timeout=PATIENCE)
    try:
        if server.starttls:
            connection.starttls(context=ssl.create_default_context())
        if server.user:
            connection.login(server.user, server.password)
        yield connection
        with suppress(smtplib.SMTPException, OSError):
            connection.quit()
    finally:
        connection.close()


def _hand_over(server: smtplib.SMTP, message: EmailMessage) -> None:
    """Return once the server has accepted the letter; Problem mail_refused when it never will.

    Only what it says of the recipient or of the letter is final: sender and password are for the office to put right.
    """
    try:
        sender, recipient = (message[name].addresses[0].addr_spec for name in ("From", "To"))
        server.sendmail(sender, [recipient], bytes(message))
    except smtplib.SMTPRecipientsRefused as error:
        if all(code >= FINAL for code, _said in error.recipients.values()):
            raise Problem("mail_refused") from error
        raise
    except smtplib.SMTPDataError as error:
        if error.smtp_code >= FINAL:
            raise Problem("mail_refused") from error
        raise


def _note_sent(jobs: Jobs, letter_id: int) -> None:
    with jobs.database.transaction() as session:
        session.execute(
            update(OutgoingMail)
            .where(OutgoingMail.id == letter_id, OutgoingMail.sent_at.is_(None))
            .values(sent_at=jobs.clock(), body="")
        )


def _give_up(_jobs: Jobs, _session: Session, _key: str, _code: str) -> None:
    """Nothing else to note: the letter stays unsent, and its job says why."""


JOB = Kind(send, _give_up, timedelta(minutes=10))

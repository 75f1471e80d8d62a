"""The contact as a source: the auditor's page, what phones send, and the way a source leaves the house."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, flash, request
from flask_babel import force_locale
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from auditapp import errors, web
from auditapp.access import DESK, Actor, allow, get_own_visit
from auditapp.fieldwork import contacts, sending
from auditapp.fieldwork.api import bp as phones
from auditapp.fieldwork.api import by_token
from auditapp.fieldwork.contacts import Choice, Reading, Use
from auditapp.fieldwork.sending import Sender
from auditapp.models import Visit
from auditapp.sources import clock, files_of
from auditapp.wording import duration_typed, range_words
from checklists.contacts import Measured
from checklists.lifecycle import Role, State
from checklists.problems import Problem
from checklists.sources import STEPS, SourceKind, write_call
from checklists.transcripts import read_text

bp = Blueprint("contact", __name__, url_prefix="/p/<programme>")
UNDER_WAY = (State.IN_PROGRESS, State.RETURNED)
QUOTE = 80  # characters of a message shown beside its time
SENDING_LIMIT = contacts.FILES * contacts.LIMIT + 2**16


@bp.get("/visits/<int:visit_id>/contact")
@allow(Role.AUDITOR)
def contact(actor: Actor, visit_id: int) -> Any:
    session, visit = web.session(), get_own_visit(web.session(), actor, visit_id)
    if visit.status not in UNDER_WAY or contacts.find_kind(visit) is None:
        return web.see_other("fieldwork.brief", programme=actor.programme, visit_id=visit.id)
    newest = None if "new" in request.args else contacts.find_newest(session, visit)
    try:
        if request.args.get("new", "1") != "1":  # the text of another reading, to be mended line by line
            rows = contacts.rows_of(session, visit, _uuid(request.args, "new"))
            return _page(visit, None, typed={"text": _shown(files_of(web.storage(), rows)[0][1])})
        return _page(visit, _reading(actor, visit, newest, Choice()) if newest else None)
    except Problem as problem:  # a lost file, or one that cannot be read any more: another one can be added
        return _page(visit, None, problem=problem)


def _reading(actor: Actor, visit: Visit, reading: UUID, choice: Choice) -> Reading:
    rows = contacts.rows_of(web.session(), visit, reading)
    return contacts.read(web.storage(), visit, rows, choice, _names(actor.name))


def _names(name: str) -> tuple[str, str]:
    """Return what the auditor may be called in a chat: by the whole name or by the first one."""
    return name, name.partition(" ")[0]


def _page(
    visit: Visit,
    reading: Reading | None,
    *,
    typed: Mapping[str, str] | None = None,
    problem: Problem | None = None,
    wrong: Mapping[str, Problem] | None = None,
) -> Response:
    status = _status(problem) if problem else 422 if wrong else 200
    return web.page(
        "fieldwork/contact.html",
        status,
        visit=visit,
        kind=contacts.get_kind(visit),
        reading=reading,
        zone=ZoneInfo(visit.location.timezone),
        quote=QUOTE,
        typed=typed or {},
        problem=problem,
        sentence=_said(problem, web.locale()) if problem else "",
        wrong=wrong or {},
        odd=contacts.odd_times(web.session(), visit, reading) if reading else [],
        range_words=range_words,
        typed_duration=_typed_duration,
        clock=clock,
    )


@bp.post("/visits/<int:visit_id>/contact")
@allow(Role.AUDITOR)
def save_contact(actor: Actor, visit_id: int) -> Any:
    """Keep what came, measure it anew, take its times over, or take it out; a refusal brings back what was typed."""
    session, visit = web.session(), get_own_visit(web.session(), actor, visit_id)
    if visit.status not in UNDER_WAY or contacts.find_kind(visit) is None:
        return web.see_other("fieldwork.brief", programme=actor.programme, visit_id=visit.id)
    pressed = request.form.get("go", "keep")
    if pressed == "keep":
        return _keep(actor, visit)
    reading = _reading(actor, visit, _uuid(request.form), _choice(request.form))
    if pressed == "remove":
        contacts.remove(session, visit, reading.id, web.now())
        flash(_("It is taken out of the visit."))
        return web.see_other(".contact", programme=actor.programme, visit_id=visit.id)
    if pressed != "use":
        return _page(visit, reading)
    values = {use.item.code: request.form.get(f"v-{use.item.code}", "") for use in reading.uses}
    if reading.unread and not request.form.get("looked"):
        return _page(visit, reading, typed=values, problem=Problem("doubtful_lines"))
    try:
        wrong = contacts.answer(session, visit, reading, values, new_id=uuid4(), actor_id=actor.user_id, now=web.now())
    except Problem as problem:
        return _page(visit, reading, typed=values, problem=problem)
    if wrong:
        return _page(visit, reading, typed=values, wrong=wrong)
    flash(_("The times are saved as answers."))
    return web.see_other("fieldwork.brief", programme=actor.programme, visit_id=visit.id)


def _keep(actor: Actor, visit: Visit) -> Response:
    files = _files()
    try:
        contacts.keep(web.session(), web.storage(), visit, files, new_id=uuid4(), now=web.now())
    except Problem as problem:
        typed = request.form.to_dict()
        if contacts.get_kind(visit) is SourceKind.CHAT and files and files[0][0]:
            typed["text"] = _shown(files[0][1])  # a browser does not choose a file again by itself
        return _page(visit, None, typed=typed, problem=problem)
    return web.see_other(".contact", programme=actor.programme, visit_id=visit.id, _anchor="times")


def _files() -> list[tuple[str, bytes]]:
    """Return what came as (name, bytes): chosen files, else a pasted text, else the times of a call."""
    files = [(file.filename, file.read()) for file in request.files.getlist("file") if file.filename]
    if files:
        return files
    text = request.form.get("text", "")
    if text.strip():
        return [("", text.encode(errors="replace"))]
    times = [request.form.get(step, "") for step in STEPS]
    return [("", write_call(times))] if any(step in request.form for step in STEPS) else []


def _shown(data: bytes) -> str:
    """Return the text of a file that was refused, to be mended in the form; nothing when it is none."""
    try:
        return read_text(data[: contacts.LIMIT])
    except Problem:
        return ""


def _typed_duration(value: str) -> str:
    """Return a duration in the form in which it is typed; what was typed and is none as it stands."""
    return duration_typed(value) if value.count(":") == 2 else value


def _uuid(form: MultiDict[str, str], name: str = "reading") -> UUID:
    try:
        return UUID(form.get(name, ""))
    except ValueError as error:
        raise Problem("not_found") from error


def _choice(form: MultiDict[str, str]) -> Choice:
    return Choice(tuple(form.getlist("part")), form.get("asked", type=int))


@phones.post("/visits/<int:visit_id>/contact")
@by_token
def send_contact(sender: Sender, visit_id: int) -> Response:  # noqa: ARG001 (the token names the same visit)
    """Keep what a phone sends, or take up a kept reading; returns who wrote and which times it tells.

    Files are read before the database is asked to write, so that nobody waits for that.
    """
    request.max_content_length = SENDING_LIMIT
    form, files = request.form, _files()
    with web.database().transaction(write=False) as looking:
        visit, member = sending.know_sender(looking, sender)
        contacts.check_open(visit, member.id)
        try:
            if not form.get("reading"):
                contacts.check_files(visit, files, web.now())
        except Problem as problem:
            return _refused(problem)
    session = web.session()
    visit, member = sending.find_sender(session, sender)
    contacts.check_open(visit, member.id)
    try:
        if form.get("reading"):
            rows = contacts.rows_of(session, visit, _uuid(form))
        else:
            rows = contacts.keep(session, web.storage(), visit, files, new_id=uuid4(), now=web.now())
        reading = contacts.read(web.storage(), visit, rows, _choice(form), _names(member.user.name))
        if form.get("confirm"):
            values = {use.item.code: form.get(f"v-{use.item.code}", use.measured.value) for use in reading.uses}
            used = contacts.used_of(reading, values)
            contacts.confirm(session, reading, used, actor_id=member.user_id, now=web.now())
    except Problem as problem:
        return _refused(problem)
    with force_locale(web.api_locale()):
        return web.json(_as_json(reading, visit, contacts.odd_times(session, visit, reading)))


def _refused(problem: Problem) -> Response:
    return web.json({"error": problem.code, "sentence": _said(problem, web.api_locale())}, _status(problem))


def _said(problem: Problem, locale: str) -> str:
    """Return a refusal in words, with its line where it has one."""
    line = problem.place.find("line") if problem.place else None
    return problem.text(locale) if line else problem.sentence(locale)


def _status(problem: Problem) -> int:
    return errors.STATUS.get(problem.code, 422)


def _as_json(reading: Reading, visit: Visit, odd: list[str]) -> dict[str, Any]:
    zone, locale = ZoneInfo(visit.location.timezone), web.api_locale()

    def quoted(number: int) -> dict[str, Any] | None:
        if not reading.messages:
            return None  # a call has steps, no messages
        message = reading.message(number)
        return {"number": number, "who": message.who, "time": clock(message, zone), "text": message.text[:QUOTE]}

    def used(use: Use) -> dict[str, Any]:
        return {
            "item": use.item.code,
            "question": use.item.question.get(locale),
            "value": duration_typed(use.measured.value),
            "decides": use.decides,
        }

    def told(time: Measured) -> dict[str, Any]:
        return {
            "measure": time.measure.value,
            "low": time.low,
            "high": time.high,
            "seconds": time.seconds,
            "words": range_words(time.low, time.high, time.seconds),
            "from": quoted(time.start),
            "to": quoted(time.end),
            "answers": [used(use) for use in reading.uses if use.measured == time],
        }

    return {
        "reading": str(reading.id),
        "kind": reading.kind.value,
        "confirmed": reading.confirmed_at is not None,
        "bot": reading.with_bot,
        "participants": [{"who": p.who, "part": p.part.value, "messages": p.messages} for p in reading.people],
        "own": [quoted(message.number) for message in reading.own],
        "asked": reading.asked,
        "messages": [quoted(message.number) for message in reading.messages],
        "aside": [{"line": line, "text": text[:QUOTE]} for line, text in reading.aside],
        "doubts": [
            {"line": doubt.line, "text": doubt.text[:QUOTE], "begins": doubt.begins} for doubt in reading.doubts
        ],
        "odd": odd,
        "times": [told(time) for time in reading.times],
    }


@bp.get("/sources/<int:source_id>")
@allow(*DESK, Role.AUDITOR)
def download(actor: Actor, source_id: int) -> Response:
    """Send a source as it came."""
    row = contacts.get_source(web.session(), actor, source_id)
    return web.as_it_came(files_of(web.storage(), [row])[0][1], f"source-{row.id}.txt")

"""The visit as one page that works without signal, and the service worker that keeps it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from flask import Blueprint, Response, current_app, request, url_for
from flask_babel import force_locale

from auditapp import static_files, web
from auditapp.access import EVERYBODY, Actor, allow, get_own_visit
from auditapp.evidence import service as evidence
from auditapp.fieldwork import documents, forms, queries, sending, service, words
from auditapp.fieldwork.queries import Brief, Question
from auditapp.models import Visit
from checklists.lifecycle import Role, State
from checklists.model import Item, Section

bp = Blueprint("offline", __name__)
TO_FILL = (State.ASSIGNED, State.IN_PROGRESS, State.RETURNED)
FRESH = 30  # seconds in which the service worker may keep the page that was just loaded instead of loading it again


@dataclass(frozen=True, slots=True)
class Part:
    """One section with every question that the location's attributes allow; branches are decided on the phone."""

    section: Section
    questions: Sequence[Question]

    @property
    def notes(self) -> int:
        return sum(len(question.notes) for question in self.questions)


@bp.get("/p/<programme>/visits/<int:visit_id>/form/<int:round_>", defaults={"language": None})
@bp.get("/p/<programme>/visits/<int:visit_id>/form/<int:round_>/<any(pl, en):language>")
@allow(Role.AUDITOR)
def form(actor: Actor, visit_id: int, round_: int, language: str | None) -> Any:
    """Show the whole visit of one round; leads to the brief when there is nothing to fill in.

    With a language it is shown in that one: the phone keeps the form in both.
    """
    own = web.locale()
    with force_locale(language or own):
        return _form(actor, visit_id, round_, own)


def _form(actor: Actor, visit_id: int, round_: int, own: str) -> Any:
    session, visit = web.session(), get_own_visit(web.session(), actor, visit_id)
    closed = visit.status == State.ASSIGNED and visit.wave is not None and visit.wave.status != "open"
    if visit.status not in TO_FILL or visit.round != round_ or closed:
        return web.see_other("fieldwork.brief", programme=actor.programme, visit_id=visit.id)
    brief = queries.brief(session, visit)
    parts = [Part(section, found) for section, found in queries.whole(session, visit, brief, web.locale())]
    address = url_for(".form", programme=actor.programme, visit_id=visit.id, round_=visit.round)
    response = web.page(
        "fieldwork/form.html",
        visit=visit,
        brief=brief,
        parts=parts,
        address=address,
        switch=_switch(address, own),
        times=_times(visit, brief),
        config=_config(actor, visit, brief, parts, address),
    )
    response.headers["X-Page"] = "form"
    response.headers["Cache-Control"] = f"private, max-age={FRESH}"
    return response


def _switch(address: str, own: str) -> tuple[str, str]:
    """Return the other language and where the form stands in it: without signal the phone knows no third address."""
    other = "en" if web.locale() == "pl" else "pl"
    return other, address if other == own else f"{address}/{other}"


def _times(visit: Visit, brief: Brief) -> forms.SubmitForm:
    zone = ZoneInfo(visit.location.timezone)
    began = (brief.document.started_at if brief.document else web.now()).astimezone(zone)
    ended = brief.document.ended_at.astimezone(zone) if brief.document and brief.document.ended_at else None
    return forms.SubmitForm(
        formdata=None,
        data={
            "started_on": began.date(),
            "started_at": began.time(),
            "ended_on": (ended or began).date(),
            "ended_at": ended.time() if ended else None,
            "recognised": brief.document.recognised if brief.document else False,
            "conflict": brief.document.conflict if brief.document else "",
            "reply": brief.document.reply if brief.document else "",
        },
    )


def _config(actor: Actor, visit: Visit, brief: Brief, parts: Sequence[Part], address: str) -> dict[str, Any]:
    """Return what the scripts need to know of the visit, as plain JSON."""
    stored = service.find_document(web.session(), visit)
    document = brief.document
    return {
        "visit_id": visit.id,
        "visit": visit.code,
        "round": visit.round,
        "programme": actor.programme,
        "place": visit.location.name,
        "user": actor.auditor_id,
        "address": address,
        "checklist": service.version_of(visit),
        "app": static_files.asset("form.js").split("/")[2],
        "token": sending.make_token(web.settings().secret_key, visit),
        "zone": visit.location.timezone,
        "minutes": brief.checklist.minutes,
        "longest": service.longest_of(visit)[0].total_seconds(),
        "locale": web.locale(),
        "attributes": sorted(visit.location.attributes),
        "started_at": document.started_at.isoformat() if document else None,
        "server": {"id": str(stored.id), "rev": stored.rev} if stored else None,
        "parts": [{"code": part.section.code, "title": part.section.title.get(web.locale())} for part in parts],
        "items": [rules_of(question.item) for part in parts for question in part.questions],
        "photos": _photos(actor, visit, document),
        "returned": queries.as_returned(web.session(), visit, web.locale()),
        "notes": msgspec.to_builtins(document.notes if document else ()),
        "gps": msgspec.to_builtins(document.gps) if document else None,
        "words": {**words.of_form(), **words.of_tools()},
        "plurals": words.plurals_of_form(),
    }


def rules_of(item: Item) -> dict[str, Any]:
    """Return what the phone needs to decide whether the item is asked and what it lacks."""
    branch = item.show_if
    return {
        "code": item.code,
        "section": item.section,
        "type": item.type.value,
        "required": item.required,
        "evidence_required": item.evidence_required,
        "minimum": item.minimum,
        "maximum": item.maximum,
        "whole": item.whole,
        "requires": list(item.requires),
        "show_if": {"item": branch.item, "values": list(branch.values)} if branch else None,
    }


def _photos(actor: Actor, visit: Visit, document: documents.Document | None) -> list[dict[str, str]]:
    """Return the photos that the office has and the draft names."""
    named = {(photo.item, photo.sha): photo for photo in document.photos} if document else {}
    return [
        {
            "item": item,
            "sha": row.sent_sha256,
            "url": url_for("evidence.photo", programme=actor.programme, evidence_id=row.id),
            "taken_at": named[item, row.sent_sha256].taken_at,
            "source": named[item, row.sent_sha256].source,
        }
        for item, rows in evidence.photos_of(web.session(), visit.id).items()
        for row in rows
        if (item, row.sent_sha256) in named
    ]


@bp.get("/sw.js")
@allow(EVERYBODY)
def worker() -> Response:
    """Send the service worker with the addresses of the files it keeps."""
    shell = {name: static_files.asset(f"{name}.js") for name in ("store", "send")}
    names = (
        "app.css",
        "icon.svg",
        "app.webmanifest",
        "asked.js",
        "photos.js",
        "phone.js",
        "tools.js",
        "check.js",
        "form.js",
        "list.js",
    )
    shell |= {name: static_files.asset(name) for name in names}
    script = f"self.AUDIT_SHELL = {json.dumps(shell)};\n" + static_files.read("sw.js").decode()
    response = current_app.make_response(script)
    response.mimetype = "text/javascript"
    response.headers["Cache-Control"] = "no-cache"
    response.add_etag()
    response.make_conditional(request)  # browsers ask at every opening whether there is a newer one
    return response

"""Reads of `fieldwork`: the list of visits, the brief, one section, the answers before sending."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from auditapp.access import Actor, visits_for
from auditapp.convert import checklist_of
from auditapp.evidence import service as evidence
from auditapp.fieldwork import documents, service
from auditapp.fieldwork.documents import Document
from auditapp.fieldwork.service import Typed
from auditapp.models import ChecklistVersion, Evidence, ReviewNote, Submission, Visit
from auditapp.wording import answer_words, decimal_mark, duration_typed
from checklists.applicability import asked, given, progress
from checklists.lifecycle import State
from checklists.model import Answer, AnswerState, Checklist, Item, ItemType, Scenario, Section
from checklists.problems import Problem

TO_DO = (State.RETURNED, State.IN_PROGRESS, State.ASSIGNED)
SENT = (State.SUBMITTED, State.APPROVED, State.REJECTED)
SENT_SHOWN = 10  # on one page of the list


@dataclass(frozen=True, slots=True)
class Errand:
    """One visit in the auditor's list. `rev` is the revision of its draft at the office, None before there is one."""

    visit: Visit
    minutes: int
    rev: int | None = None


@dataclass(frozen=True, slots=True)
class Errands:
    to_do: list[Errand]
    sent: list[Errand]
    more: bool


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a visit has come, in the same words on every page.

    `parts` are all sections that this location can be asked, whatever is answered: branches never make them more.
    `complete` ones miss nothing; `answered` counts every question dealt with.
    """

    parts: Sequence[Section]
    complete: int
    answered: int


@dataclass(frozen=True, slots=True)
class SectionState:
    """How far a section has come. `missing` required answers; `asks_back` is the number of the reviewer's notes in it.

    Nothing is `asked` in a section that the answers have switched off.
    """

    section: Section
    asked: bool
    answered: int
    missing: int
    asks_back: int


@dataclass(frozen=True, slots=True)
class Brief:
    """Everything around the questions of a visit. `document` is None before the start.

    `questions` is the most that can be asked here, `branches` whether answers can make it fewer.
    """

    visit: Visit
    checklist: Checklist
    scenario: Scenario | None
    questions: int
    branches: bool
    document: Document | None
    receipt: Submission | None
    sections: Sequence[SectionState]
    progress: Progress
    general_notes: tuple[str, ...]

    @property
    def next_section(self) -> str:
        """Return where to go on: the first section with a note or an open question, else the first."""
        waiting = (state for state in self.sections if state.asks_back or state.missing)
        return next(waiting, self.sections[0]).section.code


@dataclass(frozen=True, slots=True)
class Question:
    """One question on the page with what stands in its fields."""

    item: Item
    typed: Typed
    photos: Sequence[Evidence]
    notes: tuple[str, ...]
    error: Problem | None

    @property
    def chosen(self) -> frozenset[str]:
        return frozenset(self.typed.value.split(";"))


@dataclass(frozen=True, slots=True)
class SectionPage:
    visit: Visit
    checklist: Checklist
    section: Section
    number: int
    previous: Section | None
    following: Section | None
    questions: Sequence[Question]
    rev: int
    progress: Progress


@dataclass(frozen=True, slots=True)
class Line:
    """One question before sending. `lacks_photo`: it is answered, and the photo that belongs to it is not here."""

    item: Item
    words: str
    given: bool
    comment: str
    photos: Sequence[Evidence]
    lacks_photo: bool


@dataclass(frozen=True, slots=True)
class CheckedSection:
    section: Section
    lines: Sequence[Line]
    missing: Sequence[Problem]

    @property
    def missing_first(self) -> list[Line]:
        """Return the lines as they are read before sending: what is missing on top."""
        return sorted(self.lines, key=lambda line: not (line.lacks_photo or (line.item.required and not line.given)))


@dataclass(frozen=True, slots=True)
class CheckPage:
    """What is about to be sent. `notes` is what the reviewer asked back, by item ("" for the whole visit)."""

    visit: Visit
    document: Document
    sections: Sequence[CheckedSection]
    notes: Mapping[str, tuple[str, ...]]
    progress: Progress

    @property
    def missing(self) -> int:
        return sum(len(section.missing) for section in self.sections)


def errands(session: Session, actor: Actor, page: int = 1) -> Errands:
    """Return the auditor's visits: to do by the end of their window, one page of the sent ones, newest first."""
    mine = (
        visits_for(actor)
        .where(Visit.auditor_id == actor.auditor_id)
        .options(
            joinedload(Visit.location),
            selectinload(Visit.checklist_version).selectinload(ChecklistVersion.standard_version),
        )
    )
    to_do = session.scalars(
        mine.where(Visit.status.in_(TO_DO)).order_by(Visit.window_to.is_(None), Visit.window_to, Visit.id)
    ).all()
    sent = session.scalars(
        mine.where(Visit.status.in_(SENT))
        .order_by(Visit.submitted_at.desc(), Visit.id.desc())
        .offset((page - 1) * SENT_SHOWN)
        .limit(SENT_SHOWN + 1)
    ).all()
    ordered = sorted(to_do, key=lambda visit: TO_DO.index(State(visit.status)))
    drafts = session.execute(
        select(Submission.visit_id, Submission.round, Submission.rev).where(
            Submission.visit_id.in_([visit.id for visit in to_do])
        )
    )
    revs = {(row.visit_id, row.round): row.rev for row in drafts}
    return Errands(
        [_errand(visit, revs.get((visit.id, visit.round))) for visit in ordered],
        [_errand(visit) for visit in sent[:SENT_SHOWN]],
        len(sent) > SENT_SHOWN,
    )


def _errand(visit: Visit, rev: int | None = None) -> Errand:
    return Errand(visit, checklist_of(visit.checklist_version).minutes, rev)


def brief(session: Session, visit: Visit) -> Brief:
    """Return the visit with its brief, its progress and what the reviewer asked back."""
    checklist, attributes = checklist_of(visit.checklist_version), frozenset(visit.location.attributes)
    under_way = visit.status in (State.IN_PROGRESS, State.RETURNED)
    document = service.get_document(session, visit) if under_way else None
    answers = documents.answers_in(checklist, document) if document is not None else {}
    notes = notes_for(session, visit)
    possible = [item for item in checklist.items if attributes.issuperset(item.requires)]
    whole = _progress(checklist, answers, attributes)
    return Brief(
        visit=visit,
        checklist=checklist,
        scenario=next((scenario for scenario in checklist.scenarios if scenario.code == visit.scenario), None),
        questions=len(possible),
        branches=any(item.show_if for item in possible),
        document=document,
        receipt=None if under_way else service.find_receipt(session, visit.id, visit.round),
        sections=[_section_state(checklist, section, answers, attributes, notes) for section in whole.parts],
        progress=whole,
        general_notes=notes.get("", ()),
    )


def _progress(checklist: Checklist, answers: Mapping[str, Answer], attributes: frozenset[str]) -> Progress:
    possible = {item.section for item in checklist.items if attributes.issuperset(item.requires)}
    parts = [section for section in checklist.sections if section.code in possible]
    counts = [progress(checklist, answers, attributes, section.code) for section in parts]
    return Progress(
        parts=parts,
        complete=sum(done == total for done, total in counts),
        answered=sum(given(answers.get(item.code)) for item in asked(checklist, answers, attributes)),
    )


def _section_state(
    checklist: Checklist,
    section: Section,
    answers: Mapping[str, Answer],
    attributes: frozenset[str],
    notes: Mapping[str, tuple[str, ...]],
) -> SectionState:
    done, total = progress(checklist, answers, attributes, section.code)
    visible = [item for item in asked(checklist, answers, attributes) if item.section == section.code]
    return SectionState(
        section=section,
        asked=bool(visible),
        answered=sum(given(answers.get(item.code)) for item in visible),
        missing=total - done,
        asks_back=sum(len(notes.get(item.code, ())) for item in checklist.items if item.section == section.code),
    )


def notes_for(session: Session, visit: Visit) -> Mapping[str, tuple[str, ...]]:
    """Return what the reviewer wrote last, by item ("" for the whole visit)."""
    round_ = visit.round if visit.status == State.REJECTED else visit.round - 1
    rows = session.scalars(
        select(ReviewNote).where(ReviewNote.visit_id == visit.id, ReviewNote.round == round_).order_by(ReviewNote.id)
    )
    notes: dict[str, tuple[str, ...]] = {}
    for row in rows:
        notes[row.item] = (*notes.get(row.item, ()), row.text)
    return notes


def section_page(
    session: Session,
    visit: Visit,
    code: str,
    *,
    locale: str,
    typed: Mapping[str, Typed] | None = None,
    errors: Mapping[str, Problem] | None = None,
) -> SectionPage:
    """Return one section with the draft's answers, or with `typed` where a form comes back to its author.

    Problem not_found for a section that the checklist does not have here.
    """
    checklist, attributes = checklist_of(visit.checklist_version), frozenset(visit.location.attributes)
    document = service.get_document(session, visit)
    answers = documents.answers_in(checklist, document)
    visible = asked(checklist, answers, attributes)
    whole = _progress(checklist, answers, attributes)
    open_codes = {item.section for item in visible} | {code}
    sections = [section for section in whole.parts if section.code in open_codes]
    codes = [section.code for section in sections]
    if code not in codes:
        raise Problem("not_found")
    index = codes.index(code)
    return SectionPage(
        visit=visit,
        checklist=checklist,
        section=sections[index],
        number=whole.parts.index(sections[index]) + 1,
        previous=sections[index - 1] if index else None,
        following=sections[index + 1] if index + 1 < len(sections) else None,
        questions=_questions(
            session, visit, [item for item in visible if item.section == code], answers, locale, typed, errors
        ),
        rev=document.rev,
        progress=whole,
    )


def _questions(
    session: Session,
    visit: Visit,
    items: Sequence[Item],
    answers: Mapping[str, Answer],
    locale: str,
    typed: Mapping[str, Typed] | None = None,
    errors: Mapping[str, Problem] | None = None,
) -> list[Question]:
    photos, notes = evidence.photos_of(session, visit.id), notes_for(session, visit)
    return [
        Question(
            item=item,
            typed=(typed or {}).get(item.code) or _as_typed(item, answers.get(item.code), locale),
            photos=photos.get(item.code, ()),
            notes=notes.get(item.code, ()),
            error=(errors or {}).get(item.code),
        )
        for item in items
    ]


def whole(session: Session, visit: Visit, brief: Brief, locale: str) -> list[tuple[Section, list[Question]]]:
    """Return every question that the location's attributes allow, by section, whatever the branches say just now."""
    checklist, attributes = brief.checklist, frozenset(visit.location.attributes)
    answers = documents.answers_in(checklist, brief.document) if brief.document else {}
    possible = [item for item in checklist.items if attributes.issuperset(item.requires)]
    questions = _questions(session, visit, possible, answers, locale)
    sections = [(section, [q for q in questions if q.item.section == section.code]) for section in checklist.sections]
    return [(section, found) for section, found in sections if found]


def as_returned(session: Session, visit: Visit, locale: str) -> dict[str, dict[str, Any]]:
    """Return by item that the reviewer asks about what stood there when the visit came back, as its fields show it.

    Photos are named by their hashes as sent.
    """
    codes = {code for code in notes_for(session, visit) if code}
    if not codes or visit.status != State.RETURNED:
        return {}
    checklist = checklist_of(visit.checklist_version)
    answers = documents.answers_in(checklist, service.as_returned(session, visit))
    last = service.find_row(session, visit.id, visit.round - 1)
    photos = documents.read(last.document).photos if last is not None else ()
    found = {}
    for code in codes:
        typed, answer = _as_typed(checklist.item(code), answers.get(code), locale), answers.get(code)
        found[code] = {
            "state": answer.state.value if answer else AnswerState.MISSING.value,
            "value": "" if typed.na else typed.value,
            "comment": typed.comment,
            "photos": [photo.sha for photo in photos if photo.item == code],
        }
    return found


def _as_typed(item: Item, answer: Answer | None, locale: str) -> Typed:
    """Return what a recorded answer looks like in the fields of its question."""
    if answer is None:
        return Typed()
    value = answer.value
    if value and item.type is ItemType.DURATION:
        value = duration_typed(value)
    elif value and item.type is ItemType.NUMBER:
        value = decimal_mark(value, locale)
    return Typed(value, answer.state is AnswerState.NA, answer.comment)


def check_page(session: Session, visit: Visit, locale: str) -> CheckPage:
    """Return every question asked with its answer in words, and what is missing, by section."""
    checklist, attributes = checklist_of(visit.checklist_version), frozenset(visit.location.attributes)
    document = service.get_document(session, visit)
    answers = documents.answers_in(checklist, document)
    photos = evidence.photos_of(session, visit.id)
    visible = asked(checklist, answers, attributes)
    missing = service.missing_in(checklist, document, attributes)
    sections = []
    for section in checklist.sections:
        items = [item for item in visible if item.section == section.code]
        codes = {item.code for item in items}
        problems = [problem for problem in missing if problem.place and problem.place.find("item") in codes]
        unproven = [problem.place for problem in problems if problem.place and problem.code == "evidence_missing"]
        bare = {place.find("item") for place in unproven}
        lines = [_line(item, answers.get(item.code), photos.get(item.code, ()), locale, bare) for item in items]
        if lines:
            sections.append(CheckedSection(section, lines, problems))
    return CheckPage(visit, document, sections, notes_for(session, visit), _progress(checklist, answers, attributes))


def _line(
    item: Item, answer: Answer | None, photos: Sequence[Evidence], locale: str, bare: Collection[str | None]
) -> Line:
    comment = answer.comment if answer is not None else ""
    return Line(item, answer_words(item, answer, locale), given(answer), comment, photos, item.code in bare)


def sent_visit(session: Session, visit: Visit) -> Submission | None:
    """Return the final submission that the visit rests on now, or None while it is not sent."""
    return service.find_receipt(session, visit.id, visit.round) if visit.status in SENT else None

"""Bring in visits that were made elsewhere, with their answers; and corrections to the answers of stored visits.

Files are read in pieces and answers go straight to the database, so that memory stays bounded: of a visit only its
place in the files is kept. Completeness is judged and scores are computed at the end, when every answer is there.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, cast
from zoneinfo import ZoneInfo

from sqlalchemy import Row as SqlRow
from sqlalchemy import Table, delete, insert, select, update
from sqlalchemy.orm import Session, joinedload

from auditapp import rollups
from auditapp.convert import checklist_of
from auditapp.db import Base
from auditapp.exchange.findings import Findings
from auditapp.exchange.rows import ImportResult, Line, Row, batched, numbered
from auditapp.models import (
    AnswerRow,
    ChecklistVersion,
    CriterionScoreRow,
    JournalLine,
    Location,
    Membership,
    Programme,
    Visit,
    VisitScoreRow,
)
from checklists.answers import check
from checklists.applicability import asked
from checklists.lifecycle import Act, Role, State, move
from checklists.model import Answer, AnswerState, Checklist, Item, VisitKind
from checklists.problems import Problem, at
from checklists.scoring import score
from reports.periods import Quarter

Progress = Callable[[int], None]
STATES = (State.APPROVED.value, State.SUBMITTED.value, State.REJECTED.value)
COLUMN_OF = {
    "location_id": "location",
    "checklist_version_id": "checklist",
    "auditor_id": "shopper",
    "kind": "visit_kind",
    "started_at": "started_at",
    "ended_at": "ended_at",
    "submitted_at": "submitted_at",
}
ANSWER_STATES = tuple(state.value for state in AnswerState)
VISIT_KINDS = tuple(kind.value for kind in VisitKind)
REASON = "import"


def import_visits(
    session: Session,
    programme: Programme,
    visits: Iterable[Mapping[str, str]],
    answers: Iterable[Mapping[str, str]],
    *,
    actor_id: int | None,
    now: datetime,
    progress: Progress | None = None,
) -> ImportResult:
    """Bring in rows of the tables `visits` and `answers`; Refused with every problem, and then nothing is stored.

    `progress` is told how many visits are done. The result counts rows of both tables.
    """
    return import_lines(
        session,
        programme,
        numbered("visits", visits),
        numbered("answers", answers),
        Findings(),
        actor_id=actor_id,
        now=now,
        progress=progress,
    )


def import_lines(
    session: Session,
    programme: Programme,
    visits: Iterable[Line],
    answers: Iterable[Line],
    findings: Findings,
    *,
    actor_id: int | None,
    now: datetime,
    progress: Progress | None = None,
) -> ImportResult:
    """As `import_visits`, for lines of files; problems of reading the files are in `findings`."""
    with session.begin_nested():
        work = _VisitImport(session, programme, findings, actor_id, now, progress)
        work.read_visits(visits)
        work.read_answers(answers)
        work.finish()
        findings.check()
    return ImportResult(work.new, work.changed, work.unchanged)


@dataclass(frozen=True, slots=True)
class _Version:
    """A checklist version with its items by code, each with its number."""

    id: int
    checklist: Checklist
    items: Mapping[str, tuple[int, Item]]


@dataclass(slots=True)
class _Known:
    """A visit of this import: one just stored, or a stored one whose answers come again."""

    id: int
    location_id: int
    version: _Version
    status: State
    new: bool
    file: str
    row: int
    rows: array[int]  # by item: the line that answered it, 0 for none yet
    touched: bool
    failed: bool = False


class _VisitImport:
    def __init__(
        self,
        session: Session,
        programme: Programme,
        findings: Findings,
        actor_id: int | None,
        now: datetime,
        progress: Progress | None,
    ) -> None:
        self.session, self.findings, self.actor_id, self.now = session, findings, actor_id, now
        self.programme_id = programme.id
        self.progress = progress or (lambda _done: None)
        self.new = self.changed = self.unchanged = 0
        self.known: dict[str, _Known] = {}
        self.seen: dict[str, int] = {}
        self.refused: set[str] = set()
        places = session.execute(
            select(Location.code, Location.id, Location.timezone, Location.attributes).where(
                Location.programme_id == programme.id
            )
        ).all()
        self.locations = {code: (key, ZoneInfo(zone)) for code, key, zone, _ in places}
        self.attributes = {key: frozenset(attributes) for _, key, _, attributes in places}
        shoppers = select(Membership.pseudonym, Membership.id).where(
            Membership.programme_id == programme.id, Membership.role == Role.AUDITOR
        )
        self.shoppers: dict[str | None, int] = dict(session.execute(shoppers).all())
        self.versions: dict[int, _Version] = {}
        for row in session.scalars(
            select(ChecklistVersion)
            .where(ChecklistVersion.programme_id == programme.id)
            .options(joinedload(ChecklistVersion.standard_version))
        ):
            checklist = checklist_of(row)
            items = {item.code: (number, item) for number, item in enumerate(checklist.items)}
            self.versions[row.id] = _Version(row.id, checklist, items)
        self.by_code = {(v.checklist.code, v.checklist.version): v for v in self.versions.values()}

    # --- visits

    def read_visits(self, lines: Iterable[Line]) -> None:
        for batch in batched(lines, 1000):
            rows = [Row(line, self.findings) for line in batch]
            stored = self._find([row.raw("visit") for row in rows])
            fresh: dict[str, tuple[Row, dict[str, object]]] = {}
            for row in rows:
                values = self._visit_values(row)
                code = row.raw("visit")
                if code and code in self.seen:
                    row.refuse("duplicate_id", "visit", value=code, first=self.seen[code])
                self.seen.setdefault(code, row.number)
                if not row.failed and code in stored:
                    self._compare(row, values, stored[code])
                if row.failed:
                    self.refused.add(code)
                elif code not in stored:
                    fresh[code] = (row, values)
            self._insert(Visit, [values for _, values in fresh.values()])
            for code, visit in self._find(list(fresh)).items():
                self._remember(visit, fresh[code][0].file, fresh[code][0].number, new=True)
            self.new += len(fresh)

    def _find(self, codes: list[str]) -> dict[str, SqlRow[Any]]:
        if not codes:
            return {}
        columns = [Visit.id, Visit.code, Visit.status, *(getattr(Visit, name) for name in COLUMN_OF)]
        rows = self.session.execute(
            select(*columns).where(Visit.programme_id == self.programme_id, Visit.code.in_(codes))
        )
        return {row.code: row for row in rows}

    def _remember(self, visit: SqlRow[Any], file: str, number: int, *, new: bool) -> None:
        version = self.versions[visit.checklist_version_id]
        self.known[visit.code] = _Known(
            id=visit.id,
            location_id=visit.location_id,
            version=version,
            status=State(visit.status),
            new=new,
            file=file,
            row=number,
            rows=array("l", bytes(array("l").itemsize * len(version.items))),
            touched=new,
        )

    def _visit_values(self, row: Row) -> dict[str, object]:
        code = row.text("visit", 60)
        started = row.instant("started_at", required=True)
        ended, submitted = row.instant("ended_at"), row.instant("submitted_at")
        if started and ended and ended < started:
            row.refuse("window_backwards", "ended_at", start=started.isoformat(), end=ended.isoformat())
        version = self._version(row)
        shopper = row.text("shopper", 40)
        if shopper and shopper not in self.shoppers:
            row.refuse("unknown_person", "shopper", value=shopper)
        location = row.text("location", 40)
        if location and location not in self.locations:
            row.refuse("unknown_location", "location", value=location)
        location_id, zone = self.locations.get(location, (None, ZoneInfo("UTC")))
        local_date = started.astimezone(zone).date() if started else None
        return {
            "programme_id": self.programme_id,
            "code": code,
            "location_id": location_id,
            "checklist_version_id": version.id if version else None,
            "auditor_id": self.shoppers.get(shopper),
            "channel": version.checklist.channel if version else None,
            "kind": row.one_of("visit_kind", VISIT_KINDS, VisitKind.REGULAR),
            "status": row.one_of("status", STATES, State.APPROVED),
            "started_at": started,
            "ended_at": ended,
            "submitted_at": submitted,
            "local_date": local_date,
            "quarter": self._quarter(row, str(Quarter.of(local_date)) if local_date and location_id else None),
            "imported": True,
        }

    def _version(self, row: Row) -> _Version | None:
        code, number = row.text("checklist", 40), row.whole("version")
        version = self.by_code.get((code, number or 0))
        if number is None and not row.failed:
            row.refuse("empty_value", "version")
        elif version is None and code and number is not None:
            row.refuse("unknown_checklist", "checklist", value=code, version=number)
        elif version is not None:
            row.one_of("channel", (version.checklist.channel,), version.checklist.channel)
        return version

    def _quarter(self, row: Row, expected: str | None) -> str | None:
        value = row.raw("quarter")
        if not value:
            return expected
        try:
            Quarter.parse(value)
        except ValueError:
            row.refuse("bad_quarter", "quarter", value=value)
        else:
            if expected is not None and value != expected:
                row.refuse("quarter_differs", "quarter", value=value, expected=expected)
        return expected

    def _compare(self, row: Row, values: Mapping[str, object], stored: SqlRow[Any]) -> None:
        """What happened is never rewritten. The status is left out: what was decided here stands."""
        for name, column in COLUMN_OF.items():
            if getattr(stored, name) != values[name]:
                row.refuse("differs_from_stored", column, value=row.raw(column))
        self.unchanged += not row.failed

    # --- answers

    def read_answers(self, lines: Iterable[Line]) -> None:
        answered: set[int] = set()
        for batch in batched(lines, 2000):
            rows = [Row(line, self.findings) for line in batch]
            unseen = {row.raw("visit") for row in rows} - self.known.keys()
            for visit in self._find(list(unseen)).values():
                self._remember(visit, "", 0, new=False)
            given: list[tuple[Row, _Known, Answer, int | None]] = []
            for row in rows:
                known = self.known.get(row.raw("visit"))
                if known is None:
                    if row.raw("visit") not in self.refused:
                        row.refuse("unknown_visit", "visit", value=row.raw("visit"))
                    continue
                answer, revision = self._answer(row, known), row.whole("revision")
                if row.failed or answer is None:
                    known.failed = True
                else:
                    given.append((row, known, answer, revision))
            self._write(given)
            answered.update(known.id for _, known, _, _ in given)
            self.progress(len(answered) // 2)  # reading is about half of the work

    def _answer(self, row: Row, known: _Known) -> Answer | None:
        code = row.raw("item")
        number, item = known.version.items.get(code, (None, None))
        if number is None or item is None:
            row.refuse("unknown_item", "item", value=code, checklist=known.version.checklist.code)
            return None
        if known.rows[number]:
            row.refuse("duplicate_id", "item", value=f"{row.raw('visit')} {code}", first=known.rows[number])
        known.rows[number] = row.number
        state = row.one_of("state", ANSWER_STATES)
        if row.failed:
            return None
        if state != AnswerState.ANSWERED:
            row.blank("value")
            row.blank("points")
        try:
            answer = check(
                item,
                row.values.get("value") or "" if state == AnswerState.ANSWERED else "",
                na=state == AnswerState.NA,
                comment=row.values.get("comment") or "",
            )
        except Problem as problem:
            row.refuse_as(problem, "state" if problem.code == "na_not_allowed" else "value")
            return None
        if state == AnswerState.ANSWERED:
            return self._with_points(row, item, answer)
        return replace(answer, state=AnswerState(state))

    def _with_points(self, row: Row, item: Item, answer: Answer) -> Answer | None:
        """Return an answer that was given. Points recorded elsewhere stand; without any the checklist decides."""
        if answer.state is not AnswerState.ANSWERED:
            row.refuse("answer_missing", "value")
            return None
        if item.max_points is None:
            row.blank("points")
            return answer
        points = row.number_between("points", 0, item.max_points)
        return answer if points is None else replace(answer, points=points)

    def _write(self, given: list[tuple[Row, _Known, Answer, int | None]]) -> None:
        stored = self._stored_answers([known.id for _, known, _, _ in given if not known.new])
        fresh: list[dict[str, object]] = []
        replaced: list[int] = []
        for row, known, answer, revision in given:
            history = stored.get((known.id, answer.item), [])
            current = next((old for old in history if old.is_current), None)
            newest = max((old.revision for old in history), default=0)
            # A line that says what some revision said was brought in before, unless it is expressly newer.
            if any(_same(old, answer) for old in history) and not (
                revision is not None and revision > newest and current is not None and not _same(current, answer)
            ):
                self.unchanged += 1
                continue
            if not known.new and not self._may_correct(row, known):
                continue
            if current is not None:
                replaced.append(current.id)
            self.changed += current is not None
            self.new += current is None
            known.touched = True
            fresh.append(self._answer_values(known.id, answer, max(newest + 1, revision or 1)))
        if replaced:
            self.session.execute(update(AnswerRow).where(AnswerRow.id.in_(replaced)).values(is_current=False))
        self._insert(AnswerRow, fresh)

    def _stored_answers(self, ids: list[int]) -> dict[tuple[int, str], list[Any]]:
        found: dict[tuple[int, str], list[Any]] = {}
        if ids:
            columns = (
                AnswerRow.id,
                AnswerRow.visit_id,
                AnswerRow.item,
                AnswerRow.revision,
                AnswerRow.is_current,
                AnswerRow.state,
                AnswerRow.value,
                AnswerRow.points,
                AnswerRow.comment,
            )
            for row in self.session.execute(select(*columns).where(AnswerRow.visit_id.in_(set(ids)))):
                found.setdefault((row.visit_id, row.item), []).append(row)
        return found

    def _may_correct(self, row: Row, known: _Known) -> bool:
        try:
            move(known.status, Act.CORRECT, {Role.PROGRAMME_MANAGER}, REASON)
        except Problem as problem:
            row.refuse_as(problem, "visit")
            known.failed = True
        if not known.file:
            known.file, known.row = row.file, row.number
        return not known.failed

    def _answer_values(self, visit_id: int, answer: Answer, revision: int) -> dict[str, object]:
        return {
            "visit_id": visit_id,
            "item": answer.item,
            "revision": revision,
            "state": answer.state.value,
            "value": answer.value,
            "points": answer.points,
            "comment": answer.comment,
            "is_current": True,
            "author_id": self.actor_id,
            "reason": REASON,
            "created_at": self.now,
        }

    # --- scores

    def finish(self) -> None:
        """Score every visit that came or changed, write the journal, rebuild the cells."""
        done = 0
        touched = [known for known in self.known.values() if known.touched and not known.failed]
        for batch in batched(touched, 500):
            self._score(batch)
            done += len(batch)
            self.progress((len(touched) + done) // 2)
        if any(known.status is State.APPROVED for known in touched) and not self.findings.count:
            rollups.rebuild(self.session, self.programme_id)

    def _score(self, batch: list[_Known]) -> None:
        answers = self._current_answers(batch)
        absent: list[dict[str, object]] = []
        visits: list[dict[str, object]] = []
        criteria: list[dict[str, object]] = []
        for known in batch:
            given = answers[known.id]
            checklist, attributes = known.version.checklist, self.attributes[known.location_id]
            absent += [self._answer_values(known.id, each, 1) for each in _absent(checklist, given, attributes)]
            try:
                scored = score(checklist, given, attributes)
            except Problem as problem:
                self.findings.add(Problem(problem.code, at(file=known.file, row=known.row), **problem.arguments))
                continue
            visits.append(rollups.visit_score_values(known.id, scored))
            criteria += rollups.criterion_score_values(known.id, scored)
        stale = [known.id for known in batch if not known.new]
        if stale:
            self.session.execute(delete(CriterionScoreRow).where(CriterionScoreRow.visit_id.in_(stale)))
            self.session.execute(delete(VisitScoreRow).where(VisitScoreRow.visit_id.in_(stale)))
        self._insert(AnswerRow, absent)
        self._insert(VisitScoreRow, visits)
        self._insert(CriterionScoreRow, criteria)
        self._insert(JournalLine, [self._journal_values(known) for known in batch])

    def _insert(self, model: type[Base], rows: list[dict[str, object]]) -> None:
        """Insert through the table: the mapped way would cut the rows wherever a value is None."""
        if rows:
            self.session.execute(insert(cast(Table, model.__table__)), rows)

    def _current_answers(self, batch: list[_Known]) -> dict[int, dict[str, Answer]]:
        answers: dict[int, dict[str, Answer]] = {known.id: {} for known in batch}
        rows = self.session.execute(
            select(
                AnswerRow.visit_id,
                AnswerRow.item,
                AnswerRow.state,
                AnswerRow.value,
                AnswerRow.points,
                AnswerRow.comment,
            ).where(AnswerRow.visit_id.in_(answers.keys()), AnswerRow.is_current)
        )
        for visit_id, item, state, value, points, comment in rows:
            answers[visit_id][item] = Answer(item, AnswerState(state), value, points, comment)
        return answers

    def _journal_values(self, known: _Known) -> dict[str, object]:
        return {
            "programme_id": self.programme_id,
            "at": self.now,
            "actor_id": self.actor_id,
            "act": "import" if known.new else Act.CORRECT.value,
            "subject": "visit",
            "subject_id": str(known.id),
            "detail": {"after": known.status.value} if known.new else {"reason": REASON},
        }


def _same(old: SqlRow[Any], answer: Answer) -> bool:
    return (old.state, old.value, old.points, old.comment) == (
        answer.state.value,
        answer.value,
        answer.points,
        answer.comment,
    )


def _absent(checklist: Checklist, given: Mapping[str, Answer], attributes: frozenset[str]) -> Iterator[Answer]:
    """Return what the file is silent about: every item of the version has a row, asked or not."""
    if len(given) < len(checklist.items):
        codes = {item.code for item in asked(checklist, given, attributes)}
        for item in checklist.items:
            if item.code not in given:
                yield Answer(item.code, AnswerState.MISSING if item.code in codes else AnswerState.NOT_ASKED)

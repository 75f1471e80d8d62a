"""Reads of `insight`: what the actor may see, and the visits behind a score."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from auditapp.access import Actor, get_visit, locations_for, regions_for, visits_for
from auditapp.convert import checklist_of, standard_of
from auditapp.evidence import service as evidence
from auditapp.models import CriterionScoreRow, Evidence, IssuedReport, Location, Programme, Region, Visit, VisitScoreRow
from auditapp.visits import current_answers
from auditapp.wording import answer_words
from checklists.lifecycle import State
from checklists.model import Answer, AnswerState, Criterion, Item, ItemType, Section, VisitKind
from checklists.problems import Problem
from reports.periods import Quarter


@dataclass(frozen=True, slots=True)
class Scope:
    """What the actor may see: `regions` by path, and the codes of all locations (None: the whole network)."""

    regions: Sequence[Region]
    codes: frozenset[str] | None

    def within(self, locations: pd.DataFrame) -> frozenset[str]:
        """Return the codes of LOCATIONS that lie in the scope."""
        codes = frozenset(locations["location"].tolist())
        return codes if self.codes is None else codes & self.codes


def scope_of(session: Session, actor: Actor) -> Scope:
    """Return the actor's scope, in two queries."""
    regions = session.scalars(regions_for(actor).order_by(Region.path)).all()
    if actor.sees_network:
        return Scope(regions, None)
    codes = session.scalars(locations_for(actor).with_only_columns(Location.code))
    return Scope(regions, frozenset(codes))


def get_programme(session: Session, actor: Actor) -> Programme:
    return session.get_one(Programme, actor.programme_id)


def issued_reports(
    session: Session, programme_id: int, quarter: Quarter, place: Location | Region | None
) -> Sequence[IssuedReport]:
    """Return the reports in force about a place (None: the network) in a quarter, one for each language."""
    rows = session.scalars(
        select(IssuedReport)
        .where(
            IssuedReport.programme_id == programme_id,
            IssuedReport.quarter == str(quarter),
            IssuedReport.location_id == (place.id if isinstance(place, Location) else None),
            IssuedReport.region_id == (place.id if isinstance(place, Region) else None),
        )
        .order_by(IssuedReport.locale.desc(), IssuedReport.issue)
    )
    newest = {row.locale: row for row in rows}  # a later issue stands in the place of an earlier one
    return [row for row in newest.values() if row.withdrawn is None]


@dataclass(frozen=True, slots=True)
class VisitLine:
    """One approved visit of a location. `auditor` is empty for those who may not see who it was.

    `photos` are the ids of those the reader may see, in the order of the questions.
    """

    visit: Visit
    score: float | None
    scorable: bool
    critical_asked: int
    critical_failed: int
    auditor: str
    photos: Sequence[int]

    @property
    def counts(self) -> bool:
        return self.scorable and self.visit.kind == VisitKind.REGULAR


def visit_lines(session: Session, actor: Actor, location: Location, quarter: Quarter) -> list[VisitLine]:
    """Return the approved visits of a location in a quarter, newest first."""
    query = (
        visits_for(actor)
        .add_columns(VisitScoreRow)
        .join(VisitScoreRow, VisitScoreRow.visit_id == Visit.id)
        .where(Visit.location_id == location.id, Visit.quarter == str(quarter), Visit.status == State.APPROVED)
        .order_by(Visit.local_date.desc(), Visit.id.desc())
    )
    if actor.sees_auditors:
        query = query.options(joinedload(Visit.auditor))
    rows = session.execute(query.options(joinedload(Visit.checklist_version))).all()
    photos = evidence.photos_of_visits(session, [visit.id for visit, _ in rows])
    return [
        VisitLine(
            visit,
            score.score,
            score.scorable,
            score.critical_applicable,
            score.critical_failed,
            (visit.auditor.pseudonym or "") if actor.sees_auditors else "",
            _photos(actor, visit, photos.get(visit.id, {})),
        )
        for visit, score in rows
    ]


def _photos(actor: Actor, visit: Visit, found: Mapping[str, Sequence[Evidence]]) -> list[int]:
    items = checklist_of(visit.checklist_version).items if found else ()
    return [row.id for item in items if evidence.may_see(actor, visit, item) for row in found.get(item.code, ())]


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """One question of a visit with its answer in words; `share` of its points, None when it earned and lost nothing.

    `withheld`: photos are kept that are not for this reader.
    """

    item: Item
    words: str
    share: float | None
    comment: str
    photos: Sequence[Evidence]
    withheld: bool
    hidden: bool


@dataclass(frozen=True, slots=True)
class VisitPage:
    """An approved visit as its location reads it."""

    visit: Visit
    score: VisitScoreRow
    criteria: Sequence[tuple[Criterion, CriterionScoreRow]]
    sections: Sequence[tuple[Section, Sequence[AnswerLine]]]
    auditor: str

    @property
    def photos(self) -> list[tuple[AnswerLine, Evidence]]:
        """Return the photos that the reader may see, in the order of the questions."""
        return [(line, photo) for _, lines in self.sections for line in lines for photo in line.photos]


@dataclass(frozen=True, slots=True)
class PhotoPage:
    """One photo of a visit, `number` of `total`, with its question and the photos beside it."""

    visit: Visit
    line: AnswerLine
    photo: Evidence
    number: int
    total: int
    before: Evidence | None
    after: Evidence | None


def photo_page(session: Session, actor: Actor, visit_id: int, evidence_id: int, locale: str) -> PhotoPage:
    """Return one photo of an approved visit; Problem not_found when the reader may not see it."""
    page = visit_page(session, actor, visit_id, locale)
    shown = page.photos
    index = next((place for place, (_, photo) in enumerate(shown) if photo.id == evidence_id), None)
    if index is None:
        raise Problem("not_found")
    line, photo = shown[index]
    return PhotoPage(
        visit=page.visit,
        line=line,
        photo=photo,
        number=index + 1,
        total=len(shown),
        before=shown[index - 1][1] if index else None,
        after=shown[index + 1][1] if index + 1 < len(shown) else None,
    )


def visit_page(session: Session, actor: Actor, visit_id: int, locale: str) -> VisitPage:
    """Return the visit when it is approved and in the actor's scope; Problem not_found otherwise."""
    visit = get_visit(session, actor, visit_id)
    if visit.status != State.APPROVED:
        raise Problem("not_found")
    score = session.get_one(VisitScoreRow, visit.id)
    rows = session.scalars(select(CriterionScoreRow).where(CriterionScoreRow.visit_id == visit.id))
    by_code = {row.criterion: row for row in rows}
    checklist = checklist_of(visit.checklist_version)
    standard = standard_of(visit.checklist_version.standard_version)
    answers, photos = current_answers(session, visit.id), evidence.photos_of(session, visit.id)
    lines = {
        section: [
            _line(actor, visit, item, answers[item.code], photos.get(item.code, ()), locale)
            for item in checklist.items
            if item.section == section.code
            and item.code in answers
            and answers[item.code].state is not AnswerState.NOT_ASKED
        ]
        for section in checklist.sections
    }
    return VisitPage(
        visit=visit,
        score=score,
        criteria=[(each, by_code[each.code]) for each in standard.criteria if each.code in by_code],
        sections=[(section, found) for section, found in lines.items() if found],
        auditor=(visit.auditor.pseudonym or "") if actor.sees_auditors else "",
    )


def _line(
    actor: Actor, visit: Visit, item: Item, answer: Answer, photos: Sequence[Evidence], locale: str
) -> AnswerLine:
    shown = evidence.may_see(actor, visit, item)
    scored = item.max_points is not None and answer.points is not None
    return AnswerLine(
        item=item,
        words=answer_words(item, answer, locale, len(photos)),
        share=(answer.points or 0.0) / (item.max_points or 1.0) if scored else None,
        comment=answer.comment,
        photos=photos if shown else (),
        withheld=bool(photos) and not shown,
        # A time of day, next to the till's own records, would tell who the shopper was.
        hidden=item.type is ItemType.TIME and answer.state is AnswerState.ANSWERED and not actor.sees_auditors,
    )

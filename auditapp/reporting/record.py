"""What a publication freezes: the parameters, the versions, the visits that count and those that do not, and why."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import msgspec
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from auditapp.models import AnswerRow, ChecklistVersion, Location, Programme, StandardVersion, Visit, VisitScoreRow
from checklists.lifecycle import State
from checklists.model import VisitKind
from reports.periods import Quarter
from reports.thresholds import Thresholds

KIND = "publications"
COLUMNS = (
    "visit", "location", "channel", "date", "kind", "status", "checklist", "score", "critical_failed", "last_answer",
    "left_out",
)  # fmt: skip


@dataclass(frozen=True)
class Record:
    """The frozen list of a quarter as plain values. `counted` visits make the figures, `left_out` ones do not."""

    values: Mapping[str, Any]
    counted: int
    left_out: int

    @cached_property
    def sha(self) -> str:
        """The SHA-256 of the values: equal as long as nothing has changed."""
        return hashlib.sha256(self._text).hexdigest()

    def packed(self) -> bytes:
        """Return the values as compressed JSON, the same bytes for the same values."""
        return gzip.compress(self._text, mtime=0)

    @cached_property
    def _text(self) -> bytes:
        return msgspec.json.encode(self.values)


def build_record(session: Session, programme: Programme, quarter: Quarter) -> Record:
    """Return what the figures of a quarter are made of just now, every visit on a line of its own (COLUMNS)."""
    mine = (Visit.programme_id == programme.id, Visit.quarter == str(quarter))
    last = (
        select(AnswerRow.visit_id, func.max(AnswerRow.id).label("answer"))
        .join(Visit, Visit.id == AnswerRow.visit_id)
        .where(*mine)
        .group_by(AnswerRow.visit_id)
        .subquery()
    )
    rows = session.execute(
        select(
            Visit.id,
            Location.code,
            Visit.channel,
            Visit.local_date,
            Visit.kind,
            Visit.status,
            ChecklistVersion.id,
            VisitScoreRow.score,
            VisitScoreRow.critical_failed,
            last.c.answer,
            VisitScoreRow.scorable,
        )
        .join(Location, Location.id == Visit.location_id)
        .join(ChecklistVersion, ChecklistVersion.id == Visit.checklist_version_id)
        .outerjoin(VisitScoreRow, VisitScoreRow.visit_id == Visit.id)
        .outerjoin(last, last.c.visit_id == Visit.id)
        .where(*mine)
        .order_by(Visit.id)
    ).all()
    versions = {
        id_: (f"{code} {version}", f"{standard} {standard_version}")
        for id_, code, version, standard, standard_version in session.execute(
            select(
                ChecklistVersion.id,
                ChecklistVersion.code,
                ChecklistVersion.version,
                StandardVersion.code,
                StandardVersion.version,
            )
            .join(StandardVersion, StandardVersion.id == ChecklistVersion.standard_version_id)
            .where(ChecklistVersion.id.in_({row[6] for row in rows}))
        )
    }
    lines = []
    for id_, location, channel, day, kind, status, version, score, critical, answer, scorable in rows:
        reason = _left_out(status, kind, bool(scorable))
        shown = (id_, location, channel, day, kind, status, versions[version][0], score, critical, answer, reason)
        lines.append(dict(zip(COLUMNS, shown, strict=True)))
    counted = sum(not line["left_out"] for line in lines)
    values = {
        "programme": programme.code,
        "quarter": str(quarter),
        "parameters": asdict(Thresholds()),
        "weights": dict(programme.channel_weights),
        "checklists": sorted({name for name, _standard in versions.values()}),
        "standards": sorted({standard for _name, standard in versions.values()}),
        "visits": lines,
    }
    return Record(values, counted, len(lines) - counted)


def _left_out(status: str, kind: str, scorable: bool) -> str:
    """Return why a visit does not count: its status, its kind, or "not_scorable"; "" where it does."""
    if status != State.APPROVED:
        return status
    if kind != VisitKind.REGULAR:
        return kind
    return "" if scorable else "not_scorable"

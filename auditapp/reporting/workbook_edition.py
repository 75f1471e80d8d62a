"""The workbook of an edition: the values of its reports, the same bytes whenever it is opened.

The whole of it, which only the desk may open, is written with the publication. It holds every value with all its
digits, so it also tells whether anything has changed since: a manager's part is written when it is first opened, while
the whole would still be written byte for byte the same, and lies in storage from then on.
"""

from __future__ import annotations

import hashlib
import io
import json

from sqlalchemy.orm import Session

from auditapp.i18n import speaking
from auditapp.models import Programme, Publication
from auditapp.reporting import workbook
from auditapp.reporting.quarter import QuarterFacts, gather
from auditapp.reporting.workbook_sheets import Part
from auditapp.storage import Storage
from checklists.problems import Problem
from reports.periods import Quarter

KIND = "workbooks"
LOCALES = ("pl", "en")
WHOLE = Part(frozenset(), (), network=True)  # under what the desk's lies: all places, whichever they are


def keep(storage: Storage, publication: Publication, quarter: QuarterFacts) -> None:
    """Write the whole workbook of an edition in both languages; one that lies there already stays."""
    for locale in LOCALES:
        if _find(storage, publication, WHOLE, locale) is None:
            _put(storage, publication, WHOLE, locale, _write(quarter, _whole(quarter), locale, publication))


def read(
    session: Session, storage: Storage, programme: Programme, publication: Publication, part: Part, locale: str
) -> bytes:
    """Return the workbook of an edition, or somebody's part of it.

    Problem workbook_not_kept where it was never opened and cannot be made any more, because figures have changed.
    """
    kept = _find(storage, publication, part, locale)
    if kept is not None:
        return kept
    frozen = None if part.network else _find(storage, publication, WHOLE, locale)
    if frozen is not None:
        quarter = gather(session, programme, Quarter.parse(publication.quarter))
        if _write(quarter, _whole(quarter), locale, publication) == frozen:
            data = _write(quarter, part, locale, publication)
            _put(storage, publication, part, locale, data)
            return data
    raise Problem("workbook_not_kept", quarter=publication.quarter, edition=str(publication.edition))


def _whole(quarter: QuarterFacts) -> Part:
    return Part(frozenset(quarter.facts.locations["location"].tolist()), quarter.regions, network=True)


def _write(quarter: QuarterFacts, part: Part, locale: str, publication: Publication) -> bytes:
    file = io.BytesIO()
    with speaking(locale):
        workbook.write(file, quarter, part, locale, publication.created_at, edition=publication.edition)
    return file.getvalue()


def _find(storage: Storage, publication: Publication, part: Part, locale: str) -> bytes | None:
    try:
        return storage.get(KIND, _key(publication, part, locale))
    except FileNotFoundError:
        return None


def _put(storage: Storage, publication: Publication, part: Part, locale: str, data: bytes) -> None:
    storage.put_as(KIND, _key(publication, part, locale), data)


def _key(publication: Publication, part: Part, locale: str) -> str:
    """Return under what the workbook lies: a part is of exactly these places, so that nobody gets another's."""
    places = ["*"] if part.network else [*sorted(part.locations), "", *part.regions]
    named = [publication.id, publication.record, locale, places]
    return hashlib.sha256(json.dumps(named).encode()).hexdigest()

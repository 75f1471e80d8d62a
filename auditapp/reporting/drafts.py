"""Reports before they are printed: what each would print, its fingerprint, its number, what changed since the last."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from sqlalchemy import select
from sqlalchemy.orm import Session

from auditapp.models import IssuedReport, Location, OrderedReport, Programme, Region
from auditapp.storage import Storage
from checklists.problems import Problem
from reports import corrections, pdf
from reports.corrections import Change, Correction
from reports.periods import Quarter
from reports.quarterly import LocationReport, NetworkReport
from reports.regional import RegionReport

KIND = "inputs"
Same = tuple[str, int | None, int | None, str]  # what makes two reports issues of one: kind, location, region, language
About = tuple[str, int | None, int | None]  # the same without the language
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,23}")


@dataclass(frozen=True, slots=True)
class Draft:
    """One report in one language: `inputs` is everything it is printed from (`pdf.inputs_of`) but its number.

    `place` is its part of the number.
    """

    kind: str
    location_id: int | None
    region_id: int | None
    place: str
    locale: str
    inputs: dict[str, Any]

    @property
    def same(self) -> Same:
        return self.kind, self.location_id, self.region_id, self.locale

    @property
    def fingerprint(self) -> str:
        """The SHA-256 of everything that would be printed."""
        return hashlib.sha256(_encode(self.inputs)).hexdigest()


def about(place: Location | Region | None) -> About:
    """Return what a report of this place (None: the network) is about."""
    if place is None:
        return "network", None, None
    return ("location", place.id, None) if isinstance(place, Location) else ("region", None, place.id)


def of_location(location: Location, report: LocationReport, locale: str) -> Draft:
    plain = _PLAIN.fullmatch(location.code) and location.code != "NET"
    place = location.code if plain else f"_{location.id}"
    return Draft("location", location.id, None, place, locale, pdf.inputs_of(report, locale))


def of_region(region: Region, report: RegionReport, locale: str) -> Draft:
    # The code of a location never has this letter in a number, so no two reports have one number.
    place = f"REG_{region.id}"
    return Draft("region", None, region.id, place, locale, pdf.inputs_of(report, locale))


def of_network(report: NetworkReport, locale: str) -> Draft:
    return Draft("network", None, None, "NET", locale, pdf.inputs_of(report, locale))


def not_visited(location: Location, quarter: Quarter) -> Problem:
    """Return the refusal of one location's report: others of the quarter may well have visits."""
    return Problem("location_not_visited", location=f"{location.name} ({location.code})", quarter=str(quarter))


def number_of(programme: Programme, quarter: Quarter, draft: Draft, issue: int) -> str:
    """Return the number that is printed, which is a file name and part of an address as well."""
    return f"{programme.code.upper()[:20]}-{quarter}-{draft.place}-{draft.locale.upper()}-{issue}"


def keep_inputs(storage: Storage, draft: Draft, number: str, correction: Correction | None, *, base_url: str) -> str:
    """Store what the report is printed from and return its SHA-256.

    The number and where anybody can check it are not part of the fingerprint: an installation that moves to another
    address issues nothing anew.
    """
    address = f"{base_url}/verify"
    said = corrections.lines(correction, draft.locale) if correction is not None else None
    page = {
        **draft.inputs["page"],
        "number": number,
        "correction": said,
        "verify": {"address": address, "link": f"{address}?number={quote(number)}"},
    }
    return storage.put(KIND, _encode({**draft.inputs, "page": page}))


def read_inputs(storage: Storage, digest: str) -> dict[str, Any]:
    """Return what `keep_inputs` kept."""
    inputs: dict[str, Any] = json.loads(storage.get(KIND, digest))
    return inputs


def kept_inputs(session: Session, programme_id: int, quarter: Quarter) -> dict[int, str]:
    """Return under which hash the inputs of a quarter's issued reports lie, by their id."""
    rows = session.execute(
        select(IssuedReport.id, OrderedReport.inputs)
        .join(OrderedReport, OrderedReport.issued_id == IssuedReport.id)
        .where(IssuedReport.programme_id == programme_id, IssuedReport.quarter == str(quarter))
    )
    return dict(rows.all())


def changes(storage: Storage, digest: str | None, draft: Draft) -> tuple[Change, ...]:
    """Return which figures differ from those of the standing issue; none (None) where its inputs were not kept."""
    if digest is None:
        return ()
    return corrections.find_changes(read_inputs(storage, digest)["page"], draft.inputs["page"], draft.locale)


def _encode(page: dict[str, Any]) -> bytes:
    return json.dumps(page, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()

"""A small network with results: sixteen stores, two quarters, one store clearly worse than the others."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pandas as pd
from sqlalchemy.orm import Session

from auditapp import ground, rollups
from auditapp.factory import App, create_app
from auditapp.models import ChecklistVersion, Location, Membership, Programme, User
from checklists.lifecycle import Role
from reports import compare, frames
from reports.periods import Quarter
from tests import factories as make
from tests.conftest import instance_settings
from tests.documents import GOOD

BEFORE, NOW_SHOWN = Quarter(2026, 1), Quarter(2026, 2)
IN_QUARTER = {BEFORE: datetime(2026, 2, 3, 11, tzinfo=UTC), NOW_SHOWN: datetime(2026, 5, 5, 11, tzinfo=UTC)}
# Ordinary visits lose a little, each time elsewhere; the bad store loses a lot.
ORDINARY = ({**GOOD}, {**GOOD, "M8": "no"}, {**GOOD, "M5": "00:05:00"}, {**GOOD, "M6": "some"})
BAD = ({**GOOD, "M1": "no", "M8": "no", "M7": "bag"}, {**GOOD, "M5": "00:09:00", "M8": "no", "M6": "some"})
REGIONS = ("Północ/Pomorze", "Północ/Mazury", "Południe", "Południe")
CODES = tuple(f"L{n:02d}" for n in range(1, 17))
WORST, TWO_VISITS, ONE_VISIT, NONE = "L01", "L14", "L15", "L16"


@dataclass
class Network:
    programme: Programme
    version: ChecklistVersion
    auditor: Membership
    locations: dict[str, Location]
    users: dict[str, User] = field(default_factory=dict)


def open_app(folder: Path, template: Path) -> App:
    """Return an application of its own over a copy of the empty database, for tests that only read pages."""
    shutil.copy(template, folder / "audit.db")
    return create_app(instance_settings(folder, f"sqlite:///{folder / 'audit.db'}"), clock=lambda: make.NOW)


def make_network(session: Session, code: str = "lumo") -> Network:
    """Build the network with a desk, a regional manager of Północ and a manager of the worst store."""
    programme = make.make_programme(session, code)
    version = make.make_checklist(session, programme)
    auditor = make.make_member(session, programme, Role.AUDITOR, name="Tajna Osoba", email=f"tajna@{code}.example")
    locations = {
        each: make.make_location(session, programme, each, REGIONS[index % 4], name=f"Sklep {each}")
        for index, each in enumerate(CODES)
    }
    network = Network(programme, version, auditor, locations)
    for quarter in (BEFORE, NOW_SHOWN):
        for index, each in enumerate(CODES):
            add_visits(session, network, each, quarter, _visits(each, index, quarter))
    network.users = {
        "desk": make.make_member(session, programme, Role.PROGRAMME_MANAGER).user,
        "region": make.make_member(
            session, programme, Role.REGIONAL_MANAGER, region=make.make_region(session, programme, "Północ")
        ).user,
        "location": make.make_member(session, programme, Role.LOCATION_MANAGER, location=locations[WORST]).user,
    }
    return network


def _visits(code: str, index: int, quarter: Quarter) -> list[dict[str, str]]:
    if code == WORST:
        return [BAD[n % 2] for n in range(4)]
    wanted = {TWO_VISITS: 2, ONE_VISIT: 1, NONE: 0}.get(code, 4) if quarter == NOW_SHOWN else 3
    return [ORDINARY[(index + n) % 4] for n in range(wanted)]


def add_visits(
    session: Session, network: Network, code: str, quarter: Quarter, answers: list[dict[str, str]], **values: object
) -> None:
    """Add approved visits of one location, a week apart."""
    for number, given in enumerate(answers):
        make.make_visit(
            session,
            network.locations[code],
            values.get("version", network.version),
            network.auditor,
            given,
            at=IN_QUARTER[quarter] + timedelta(days=7 * number),
        )


def expected(session: Session, programme_id: int) -> compare.Comparison:
    """The comparison of all stored cells, straight from `reports`."""
    cells = frames.check(rollups.cells_frame(session, programme_id), frames.CELLS)
    return compare.build_comparison(
        pd.DataFrame(cells),
        ground.read_network(session, programme_id).frame,
        NOW_SHOWN,
        items={("store_visit", ""): 7},
        previous=BEFORE,
    )

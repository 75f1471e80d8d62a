"""A small whole programme with one person of every role: the ground for tests of access and of whole pages."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from auditapp.models import Location, Membership, Programme, User, Visit, Wave
from checklists.lifecycle import Role
from tests import factories as make
from tests.documents import GOOD

ROLES = tuple(Role)


@dataclass
class World:
    """One programme: L1 in Północ/Pomorze, L2 in Południe; auditors `auditor` and `other`."""

    programme: Programme
    north: Location
    south: Location
    auditor: Membership
    other: Membership
    wave: Wave
    assigned: Visit
    submitted: Visit
    approved: Visit
    approved_south: Visit
    users: dict[Role, User] = field(default_factory=dict)


def make_world(session: Session, code: str = "lumo") -> World:
    """Build the world; two worlds have the same codes everywhere, so that only the wall keeps them apart."""
    programme = make.make_programme(session, code)
    north = make.make_location(session, programme, "L1", "Północ/Pomorze", name=f"Gdynia {code}", city="Gdynia")
    south = make.make_location(session, programme, "L2", "Południe", name=f"Kraków {code}", city="Kraków")
    version = make.make_checklist(session, programme)
    auditor = make.make_member(session, programme, Role.AUDITOR, name=f"Tajna Osoba {code}", email=f"tk@{code}.example")
    other = make.make_member(session, programme, Role.AUDITOR, name=f"Inna Osoba {code}")
    wave = make.make_wave(session, programme, code="W1")
    world = World(
        programme=programme,
        north=north,
        south=south,
        auditor=auditor,
        other=other,
        wave=wave,
        assigned=make.make_assignment(session, north, version, auditor, code="V-900001", wave=wave),
        submitted=make.make_visit(session, north, version, auditor, approve=False, code="V-900002", wave=wave),
        approved=make.make_visit(session, north, version, auditor, code="V-900003", wave=wave),
        approved_south=make.make_visit(
            session, south, version, other, {**GOOD, "M8": "no"}, code="V-900004", wave=wave
        ),
    )
    world.users = {
        Role.ADMINISTRATOR: make.make_user(session, is_administrator=True, email=f"admin@{code}.example"),
        Role.PROGRAMME_MANAGER: make.make_member(session, programme, Role.PROGRAMME_MANAGER).user,
        Role.REVIEWER: make.make_member(session, programme, Role.REVIEWER).user,
        Role.REGIONAL_MANAGER: make.make_member(
            session, programme, Role.REGIONAL_MANAGER, region=make.make_region(session, programme, "Północ")
        ).user,
        Role.LOCATION_MANAGER: make.make_member(session, programme, Role.LOCATION_MANAGER, location=north).user,
        Role.AUDITOR: auditor.user,
    }
    return world

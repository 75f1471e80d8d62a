"""How issued reports reach their readers: a letter when a publication is done, and all PDFs of a region in one file.

A letter carries an address and no report: whoever opens it logs in, and the journal knows who opened what.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterable
from typing import IO

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from auditapp import mail
from auditapp.jobs import Jobs
from auditapp.models import (
    IssuedReport,
    Location,
    Membership,
    OrderedReport,
    Programme,
    Publication,
    Region,
    User,
    WithdrawnReport,
)
from auditapp.storage import Storage
from checklists.lifecycle import Role
from checklists.model import Text
from reports.periods import Quarter

KIND = "reports"  # where issued PDFs lie in storage
SUBJECT = Text("{programme}: raporty za {quarter}", "{programme}: reports for {quarter}")
BODY = Text(
    "Raporty za {quarter} są gotowe. Znajdziesz je tutaj:\n\n{url}\n",
    "The reports for {quarter} are ready. You find them here:\n\n{url}\n",
)
CORRECTED = Text(
    "Raporty za {quarter} zostały poprawione. Powód: {note}\n\nTo, co teraz obowiązuje, znajdziesz tutaj:\n\n{url}\n",
    "The reports for {quarter} have been corrected. Reason: {note}\n\nYou find what stands now here:\n\n{url}\n",
)


def announce(session: Session, jobs: Jobs, publication: Publication) -> int:
    """Write to everybody who may read a report that this order issued or withdrew; returns how many."""
    programme = session.get_one(Programme, publication.programme_id)
    quarter = Quarter.parse(publication.quarter)
    people = _entitled(session, publication)
    for user in people:
        words = {
            "programme": programme.name,
            "quarter": quarter.label(user.locale),
            "note": publication.note,
            "url": f"{jobs.settings.base_url}/p/{programme.code}/reports?quarter={quarter}",
        }
        body = CORRECTED if publication.edition > 1 else BODY
        subject, text = SUBJECT.get(user.locale).format(**words), body.get(user.locale).format(**words)
        mail.post(session, jobs, to=user.email, subject=subject, body=text)
    return len(people)


def _entitled(session: Session, publication: Publication) -> list[User]:
    """Return the people who may read one of the reports issued or withdrawn since the last order, each once."""
    place = func.coalesce(Location.region_id, IssuedReport.region_id)
    touched = [and_(OrderedReport.publication_id == publication.id, OrderedReport.order == publication.orders)]
    if publication.orders == 1:  # what an edition withdraws it withdraws with its first order
        touched.append(WithdrawnReport.publication_id == publication.id)
    issued = session.execute(
        select(IssuedReport.location_id, Region.path)
        .select_from(IssuedReport)
        .outerjoin(Location, Location.id == IssuedReport.location_id)
        .outerjoin(Region, Region.id == place)
        .outerjoin(OrderedReport, OrderedReport.issued_id == IssuedReport.id)
        .outerjoin(WithdrawnReport, WithdrawnReport.issued_id == IssuedReport.id)
        .where(
            IssuedReport.programme_id == publication.programme_id,
            IssuedReport.quarter == publication.quarter,
            or_(*touched),
        )
    ).all()
    locations = {location for location, _path in issued}
    # Every region above a report's own is one whose manager may read it.
    homes = [path.split("/") for _location, path in issued if path is not None]
    paths = {"/".join(parts[:depth]) for parts in homes for depth in range(1, len(parts) + 1)}
    members = session.execute(
        select(User, Membership.role, Membership.location_id, Region.path)
        .join(Membership, Membership.user_id == User.id)
        .outerjoin(Region, Region.id == Membership.region_id)
        .where(Membership.programme_id == publication.programme_id, Membership.active, User.active)
        .order_by(User.id)
    )
    found = {
        user.id: user
        for user, role, location, path in members
        if (role == Role.PROGRAMME_MANAGER and issued)
        or (role == Role.REGIONAL_MANAGER and path in paths)
        or (role == Role.LOCATION_MANAGER and location in locations)
    }
    return list(found.values())


def write_zip(storage: Storage, reports: Iterable[IssuedReport], out: IO[bytes]) -> int:
    """Write the PDFs into one file, each under its number; returns how many. None is squeezed: PDFs are small."""
    count = 0
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as packed:
        for report in reports:
            entry = zipfile.ZipInfo(f"{report.number}.pdf", report.created_at.timetuple()[:6])
            packed.writestr(entry, storage.get(KIND, report.sha256))
            count += 1
    return count

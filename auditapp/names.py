"""What a programme calls people. An account may have been made by another programme, whose words for its owner are
nobody else's business."""

from __future__ import annotations

from sqlalchemy import ColumnElement, func, select

from auditapp.models import Membership, User


def name_in(programme_id: int) -> ColumnElement[str]:
    """Return the name that pages of the programme show for `User`, as a column of a query on users."""
    own = select(func.min(Membership.name)).where(
        Membership.user_id == User.id, Membership.programme_id == programme_id
    )
    return func.coalesce(own.correlate(User).scalar_subquery(), User.name)

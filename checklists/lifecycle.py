"""The life of a visit, from assignment to approval, as one table: which act leads where, and whose it is.

Nothing else in the product decides whether a status may change. Whether a person may reach this visit at all (own
assignment, own region, own programme) is decided by the caller before.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from checklists.model import Text
from checklists.problems import Problem


class Role(StrEnum):
    """What a person is in a programme."""

    ADMINISTRATOR = "administrator"
    PROGRAMME_MANAGER = "programme_manager"
    REVIEWER = "reviewer"
    REGIONAL_MANAGER = "regional_manager"
    LOCATION_MANAGER = "location_manager"
    AUDITOR = "auditor"


class State(StrEnum):
    """Where a visit stands. Only `approved` visits enter results."""

    ASSIGNED = "assigned"
    IN_PROGRESS = "in_progress"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    APPROVED = "approved"
    REJECTED = "rejected"
    CANCELLED = "cancelled"


class Act(StrEnum):
    """What can be done with a visit."""

    START = "start"
    SAVE = "save"
    SUBMIT = "submit"
    RETURN = "return"
    APPROVE = "approve"
    REJECT = "reject"
    CORRECT = "correct"
    REOPEN = "reopen"
    CANCEL = "cancel"
    REASSIGN = "reassign"


@dataclass(frozen=True, slots=True)
class Move:
    """One line of the table. `after` None means that the state stays."""

    before: tuple[State, ...]
    after: State | None
    roles: frozenset[Role]
    needs_reason: bool = False


_AUDITOR = frozenset({Role.AUDITOR})
_MANAGER = frozenset({Role.PROGRAMME_MANAGER, Role.ADMINISTRATOR})
_REVIEWER = _MANAGER | {Role.REVIEWER}

MOVES: Mapping[Act, Move] = {
    Act.START: Move((State.ASSIGNED,), State.IN_PROGRESS, _AUDITOR),
    Act.SAVE: Move((State.IN_PROGRESS, State.RETURNED), None, _AUDITOR),
    Act.SUBMIT: Move((State.IN_PROGRESS, State.RETURNED), State.SUBMITTED, _AUDITOR),
    Act.RETURN: Move((State.SUBMITTED,), State.RETURNED, _REVIEWER),
    Act.APPROVE: Move((State.SUBMITTED,), State.APPROVED, _REVIEWER),
    Act.REJECT: Move((State.SUBMITTED,), State.REJECTED, _REVIEWER, needs_reason=True),
    Act.CORRECT: Move((State.SUBMITTED, State.APPROVED), None, _REVIEWER, needs_reason=True),
    Act.REOPEN: Move((State.APPROVED, State.REJECTED), State.SUBMITTED, _REVIEWER, needs_reason=True),
    Act.CANCEL: Move((State.ASSIGNED, State.IN_PROGRESS, State.RETURNED), State.CANCELLED, _MANAGER, needs_reason=True),
    Act.REASSIGN: Move((State.ASSIGNED,), None, _MANAGER),
}

STATE_NAMES: Mapping[State, Text] = {
    State.ASSIGNED: Text("przydzielona", "assigned"),
    State.IN_PROGRESS: Text("w toku", "in progress"),
    State.SUBMITTED: Text("wysłana", "submitted"),
    State.RETURNED: Text("do uzupełnienia", "returned"),
    State.APPROVED: Text("zatwierdzona", "approved"),
    State.REJECTED: Text("odrzucona", "rejected"),
    State.CANCELLED: Text("odwołana", "cancelled"),
}

ACT_NAMES: Mapping[Act, Text] = {
    Act.START: Text("rozpocząć", "start"),
    Act.SAVE: Text("uzupełnić", "fill in"),
    Act.SUBMIT: Text("wysłać", "submit"),
    Act.RETURN: Text("zwrócić do uzupełnienia", "return"),
    Act.APPROVE: Text("zatwierdzić", "approve"),
    Act.REJECT: Text("odrzucić", "reject"),
    Act.CORRECT: Text("poprawić", "correct"),
    Act.REOPEN: Text("otworzyć ponownie", "reopen"),
    Act.CANCEL: Text("odwołać", "cancel"),
    Act.REASSIGN: Text("przydzielić komuś innemu", "reassign"),
}


def move(state: State, act: Act, roles: Iterable[Role], reason: str = "") -> State:
    """Return the state after `act`; Problem not_yours, move_not_allowed or reason_missing when it may not be done.

    `reason` must not be blank for an act that takes something back or overrules somebody (`MOVES[act].needs_reason`).
    """
    rule = MOVES[act]
    if rule.roles.isdisjoint(roles):
        raise Problem("not_yours", act=ACT_NAMES[act])
    if state not in rule.before:
        raise Problem("move_not_allowed", act=ACT_NAMES[act], state=STATE_NAMES[state])
    if rule.needs_reason and not reason.strip():
        raise Problem("reason_missing")
    return rule.after or state


def allowed(state: State, roles: Iterable[Role]) -> tuple[Act, ...]:
    """Return the acts open to somebody with `roles`, in the order of the table."""
    held = frozenset(roles)
    return tuple(act for act, rule in MOVES.items() if state in rule.before and rule.roles & held)


def touches_rollup(before: State, after: State) -> bool:
    """Tell whether stored results must be rebuilt: an approved visit came, went or was corrected."""
    return State.APPROVED in (before, after)

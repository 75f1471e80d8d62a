"""The table of states and acts, read from the outside: every cell of it."""

from __future__ import annotations

import pytest

from checklists.lifecycle import ACT_NAMES, MOVES, STATE_NAMES, Act, Role, State, allowed, move, touches_rollup
from checklists.problems import Problem

# state -> act -> the state it leads to; what is not listed may not be done
TABLE = {
    "assigned": {"start": "in_progress", "cancel": "cancelled", "reassign": "assigned"},
    "in_progress": {"save": "in_progress", "submit": "submitted", "cancel": "cancelled"},
    "submitted": {"return": "returned", "approve": "approved", "reject": "rejected", "correct": "submitted"},
    "returned": {"save": "returned", "submit": "submitted", "cancel": "cancelled"},
    "approved": {"correct": "approved", "reopen": "submitted"},
    "rejected": {"reopen": "submitted"},
    "cancelled": {},
}


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("act", Act)
def test_every_cell(state: State, act: Act) -> None:
    expected = TABLE[state].get(act)
    if expected is None:
        with pytest.raises(Problem) as refused:
            move(state, act, Role, reason="Powód")
        assert refused.value.code == "move_not_allowed"
        assert STATE_NAMES[state].pl in refused.value.text("pl")
        assert ACT_NAMES[act].en in refused.value.text("en")
    else:
        assert move(state, act, Role, reason="Powód") is State(expected)


@pytest.mark.parametrize(
    ("role", "acts"),
    [
        (Role.AUDITOR, {"start", "save", "submit"}),
        (Role.REVIEWER, {"return", "approve", "reject", "correct", "reopen"}),
        (Role.PROGRAMME_MANAGER, {"return", "approve", "reject", "correct", "reopen", "cancel", "reassign"}),
        (Role.ADMINISTRATOR, {"return", "approve", "reject", "correct", "reopen", "cancel", "reassign"}),
        (Role.REGIONAL_MANAGER, set()),
        (Role.LOCATION_MANAGER, set()),
    ],
)
def test_whose_acts_they_are(role: Role, acts: set[str]) -> None:
    assert {act for state in State for act in allowed(state, [role])} == acts
    for act in Act:
        if act not in acts:
            with pytest.raises(Problem, match="not allowed") as refused:
                move(MOVES[act].before[0], act, [role], reason="Powód")
            assert refused.value.code == "not_yours"


@pytest.mark.parametrize("act", [Act.REJECT, Act.CORRECT, Act.REOPEN, Act.CANCEL])
def test_some_acts_need_a_reason(act: Act) -> None:
    with pytest.raises(Problem) as refused:
        move(MOVES[act].before[0], act, Role, reason="  ")
    assert refused.value.code == "reason_missing"


def test_roles_add_up() -> None:
    assert allowed(State.IN_PROGRESS, [Role.AUDITOR, Role.PROGRAMME_MANAGER]) == (Act.SAVE, Act.SUBMIT, Act.CANCEL)
    assert allowed(State.ASSIGNED, []) == ()


@pytest.mark.parametrize(
    ("before", "after", "touches"),
    [
        (State.SUBMITTED, State.APPROVED, True),
        (State.APPROVED, State.SUBMITTED, True),
        (State.APPROVED, State.APPROVED, True),
        (State.SUBMITTED, State.SUBMITTED, False),
        (State.SUBMITTED, State.REJECTED, False),
    ],
)
def test_what_touches_the_stored_results(before: State, after: State, touches: bool) -> None:
    assert touches_rollup(before, after) is touches

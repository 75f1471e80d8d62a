"""Somebody acting in one programme: a plain value with everything that scopes are made of."""

from __future__ import annotations

from dataclasses import dataclass

from checklists.lifecycle import Role

DESK = frozenset({Role.ADMINISTRATOR, Role.PROGRAMME_MANAGER, Role.REVIEWER})
MANAGERS = frozenset({Role.REGIONAL_MANAGER, Role.LOCATION_MANAGER})


@dataclass(frozen=True, slots=True)
class Actor:
    """One person acting in one programme, with everything that scopes are made of."""

    user_id: int
    name: str
    programme_id: int
    programme: str
    roles: frozenset[Role]
    regions: tuple[str, ...] = ()
    location_ids: frozenset[int] = frozenset()
    auditor_id: int | None = None
    newcomer: bool = False  # in the programme for the first time

    @property
    def sees_auditors(self) -> bool:
        """Auditors are visible to the desk alone: never to regional and location managers."""
        return bool(self.roles & DESK)

    @property
    def sees_network(self) -> bool:
        return bool(self.roles & DESK)

    def has(self, *roles: Role) -> bool:
        return not self.roles.isdisjoint(roles)

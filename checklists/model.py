"""The values of this floor: a standard, the checklists derived from it, answers and visit scores.

Everything here is frozen and compares by value. Nothing here computes: reading documents is in
`parse`, meaning of answers in `answers`, who is asked what in `applicability`, arithmetic in
`scoring`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

LOCALES = ("pl", "en")


class Channel(StrEnum):
    """How the customer meets the company."""

    STORE_VISIT = "store_visit"
    PHONE = "phone"
    CHAT = "chat"
    EMAIL = "email"
    ONLINE_ORDER = "online_order"


class LocationFormat(StrEnum):
    """What kind of place a location is; a population of comparable scores is a format x channel."""

    STORE = "store"
    CONTACT_CENTRE = "contact_centre"
    ONLINE_SHOP = "online_shop"


class Dimension(StrEnum):
    """The four standards of service that every criterion belongs to."""

    TIMELINESS = "timeliness"
    ACCURACY = "accuracy"
    COURTESY = "courtesy"
    EFFICIENCY = "efficiency"


class Area(StrEnum):
    """The three sources of customer satisfaction."""

    PRODUCT = "product"
    PEOPLE = "people"
    TOUCH_POINTS = "touch_points"


class Stage(StrEnum):
    """The step of the sale, from the first contact to help after the purchase."""

    WELCOME = "welcome"
    NEEDS = "needs"
    OFFER = "offer"
    OBJECTIONS = "objections"
    PURCHASE = "purchase"
    FAREWELL = "farewell"
    AFTER_SALE = "after_sale"
    ENVIRONMENT = "environment"


class ItemType(StrEnum):
    """What the auditor is given to answer with."""

    YES_NO = "yes_no"
    SCALE = "scale"
    SINGLE = "single"
    MULTIPLE = "multiple"
    NUMBER = "number"
    DURATION = "duration"
    TIME = "time"
    TEXT = "text"
    PHOTO = "photo"


class Measure(StrEnum):
    """A time that the contact itself tells: see `contacts`."""

    FIRST_RESPONSE = "first_response"
    LONGEST_WAIT = "longest_wait"
    TOTAL_TIME = "total_time"
    HAND_OVER = "hand_over"
    PICK_UP = "pick_up"


class ItemKind(StrEnum):
    """Whether the item records something seen or heard, or the auditor's opinion of it."""

    FACT = "fact"
    JUDGEMENT = "judgement"


class AnswerState(StrEnum):
    """`missing` is neither `na` nor zero; `not_asked` was switched off by a branch or an attribute."""

    ANSWERED = "answered"
    NA = "na"
    MISSING = "missing"
    NOT_ASKED = "not_asked"


class VisitKind(StrEnum):
    """Only `regular` visits enter averages."""

    REGULAR = "regular"
    REVISIT = "revisit"
    TRAINING = "training"
    PILOT = "pilot"


@dataclass(frozen=True, slots=True)
class Text:
    """One sentence in both languages of the interface."""

    pl: str
    en: str

    def get(self, locale: str) -> str:
        """Return the sentence in `locale`; anything but "en" reads Polish."""
        return self.en if locale == "en" else self.pl


@dataclass(frozen=True, slots=True)
class Section:
    code: str
    title: Text


@dataclass(frozen=True, slots=True)
class Criterion:
    """One norm of the standard. Its code is never reused, so that quarters stay comparable.

    `weight` > 0 is the importance of the norm and the default weight of the items that measure it;
    `acceptance_level` is the target share of its points, 0 to 1.
    """

    code: str
    section: str
    title: Text
    procedure: Text
    dimension: Dimension
    area: Area
    stage: Stage
    weight: float
    acceptance_level: float
    channels: tuple[Channel, ...]


@dataclass(frozen=True, slots=True)
class CriticalPolicy:
    """What a failed critical item does to the gated score S': `flag` nothing, `zero` 0, `cap` at most `cap`."""

    kind: str = "flag"
    cap: float | None = None

    def __str__(self) -> str:
        return f"cap:{self.cap:g}" if self.kind == "cap" else self.kind


@dataclass(frozen=True, slots=True)
class Standard:
    code: str
    version: int
    valid_from: date
    title: Text
    purpose: Text
    critical_policy: CriticalPolicy
    sections: tuple[Section, ...]
    criteria: tuple[Criterion, ...]

    def criterion(self, code: str) -> Criterion:
        """Return the criterion with `code`; KeyError when there is none."""
        for criterion in self.criteria:
            if criterion.code == code:
                return criterion
        raise KeyError(code)


@dataclass(frozen=True, slots=True)
class Option:
    """One choice or one anchor of a scale. `points` is what choosing it earns (None on unscored items)."""

    code: str
    text: Text
    points: float | None


@dataclass(frozen=True, slots=True)
class Band:
    """A number, duration (seconds) or time of day (seconds after midnight) up to `up_to` earns `points`.

    Bands stand in rising order; only the last has `up_to` None ("everything above").
    """

    up_to: float | None
    points: float


@dataclass(frozen=True, slots=True)
class Branch:
    """Ask the item only when `item` was answered with one of `values` (option codes; yes/no)."""

    item: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """One question. Measures exactly one criterion.

    `max_points` and `weight` are positive on scored items and None on unscored ones (text, photo, and numbers
    without bands). `good` says which answer of a yes/no item earns the point. `pass_mark` is the share of
    `max_points` below which a critical item fails. A number lies between `minimum` and `maximum` (both included, None
    is open) and is without decimals where it is `whole`. `requires` names location attributes without which the
    item is not asked; `show_if` the branch. `measure` is the time of a contact that answers a duration.
    """

    code: str
    section: str
    criterion: str
    type: ItemType
    kind: ItemKind
    question: Text
    weight: float | None = None
    max_points: float | None = None
    good: str = "yes"
    na_allowed: bool = False
    required: bool = True
    critical: bool = False
    pass_mark: float = 1.0
    options: tuple[Option, ...] = ()
    bands: tuple[Band, ...] = ()
    unit: Text | None = None
    minimum: float | None = None
    maximum: float | None = None
    whole: bool = False
    counts_as_yes: Text | None = None
    counts_as_no: Text | None = None
    example: Text | None = None
    evidence: Text | None = None
    evidence_required: bool = False
    show_if: Branch | None = None
    requires: tuple[str, ...] = ()
    measure: Measure | None = None

    @property
    def scored(self) -> bool:
        return self.weight is not None


@dataclass(frozen=True, slots=True)
class Scenario:
    """Who the auditor plays and what they need."""

    code: str
    title: Text
    persona: Text
    task: Text


@dataclass(frozen=True, slots=True)
class Checklist:
    """The questions for one channel, in the order asked. Immutable once in force."""

    code: str
    version: int
    standard: str
    standard_version: int
    channel: Channel
    title: Text
    brief: Text
    minutes: int
    sections: tuple[Section, ...]
    scenarios: tuple[Scenario, ...]
    items: tuple[Item, ...]
    critical_policy: CriticalPolicy = field(default_factory=CriticalPolicy)

    def item(self, code: str) -> Item:
        """Return the item with `code`; KeyError when there is none."""
        for item in self.items:
            if item.code == code:
                return item
        raise KeyError(code)

    @property
    def total_weight(self) -> float:
        """Weight of all scored items of the version, asked or not."""
        return sum(item.weight for item in self.items if item.weight is not None)


@dataclass(frozen=True, slots=True)
class Answer:
    """What was recorded for one item.

    `value` is the canonical text of what the auditor chose ("yes", "3", "00:04:30", "a;c", free text; empty unless
    answered); `points` lies in [0, max_points] and is None when nothing was earned or lost (N/A, missing, not asked,
    unscored).
    """

    item: str
    state: AnswerState
    value: str = ""
    points: float | None = None
    comment: str = ""


@dataclass(frozen=True, slots=True)
class CriterionScore:
    """One criterion in one visit: `score` = earned / applicable weight, in [0, 1]."""

    criterion: str
    score: float
    applicable_weight: float
    answers: int
    critical_failed: int
    critical_applicable: int
    lost: float  # (D_vc / D_v) * (1 - S_vc); sums over criteria to 1 - S


@dataclass(frozen=True, slots=True)
class VisitScore:
    """The score of one visit (scoring.md section 1). `score` is None when no weight applied at all."""

    score: float | None
    score_gated: float | None
    applicable_weight: float
    total_weight: float
    scorable: bool
    critical_failed: int
    critical_applicable: int
    criteria: Mapping[str, CriterionScore]

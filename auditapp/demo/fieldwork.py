"""What shoppers in the demo record: values for every item of a visit, drawn from the truth, with comments."""

from __future__ import annotations

from datetime import datetime
from random import Random

from auditapp.demo.truth import Truth, chance
from checklists.applicability import asked
from checklists.model import Answer, AnswerState, Checklist, Item, ItemType

NO_COMMENTS = {
    "timeliness": [
        "Czekałam dłużej, niż się spodziewałam.",
        "Kolejka stała, choć druga kasa była wolna.",
        "Odpowiedź przyszła późno.",
    ],
    "accuracy": [
        "Cena przy półce różniła się od tej na kasie.",
        "Podano inny termin niż na stronie.",
        "Zabrakło informacji o zwrocie.",
    ],
    "courtesy": [
        "Nikt się nie przywitał.",
        "Rozmowa była rzeczowa, ale bez uśmiechu.",
        "Nikt nie zareagował, mimo kontaktu wzrokowego.",
    ],
    "efficiency": [
        "Trzeba było pytać trzy razy.",
        "Odesłano mnie do innego działu.",
        "Sprawę udało się załatwić dopiero za drugim podejściem.",
    ],
}
YES_COMMENTS = [
    "Od razu i z uśmiechem.",
    "Wszystko wyjaśniono spokojnie.",
    "Bez zarzutu.",
    "Pomoc zaproponowano, zanim o nią poprosiłem.",
]
STORIES = [
    "Po wejściu obejrzałam ekspozycję, po chwili padło pytanie, czego szukam. Pokazano dwa modele i omówiono różnice.",
    "W sklepie były trzy osoby. Obsługa układała towar, ale na prośbę o pomoc zareagowała od razu.",
    "Zakup trwał krótko. Paragon wydano bez proszenia, towar zapakowano w papier.",
    "Szukanej patelni nie było na półce. Sprawdzono dostępność w innych sklepach i zaproponowano odłożenie.",
    "Najpierw zapytano o kuchenkę, potem o budżet. Poradę dało się zapamiętać i powtórzyć w domu.",
]


def draw_answers(
    random: Random,
    truth: Truth,
    checklist: Checklist,
    *,
    location: str,
    attributes: frozenset[str],
    quarter: int,
    shopper: str,
    luck: float,
    started_at: datetime,
    dimensions: dict[str, str],
) -> list[Answer]:
    """Return an answer (value, comment; points are for the checklist to decide) for every item that is asked."""
    given: dict[str, Answer] = {}
    for item in checklist.items:
        if not attributes.issuperset(item.requires):
            continue
        # Parents come earlier in the document, so this sees every branch taken so far.
        if item.show_if is not None and item not in asked(checklist, given, attributes):
            continue
        if item.na_allowed and random.random() < 0.04:
            given[item.code] = Answer(item.code, AnswerState.NA)
            continue
        quality = chance(truth, item, location, quarter, shopper, luck)
        value, good = _value(random, item, quality, started_at)
        comment = ""
        if item.type == ItemType.YES_NO and random.random() < (0.02 if good else 0.2):
            comment = random.choice(YES_COMMENTS if good else NO_COMMENTS[dimensions[item.criterion]])
        if value:
            given[item.code] = Answer(item.code, AnswerState.ANSWERED, value, None, comment)
    return list(given.values())


def _value(random: Random, item: Item, quality: float, started_at: datetime) -> tuple[str, bool]:
    if item.type == ItemType.YES_NO:
        good = random.random() < quality
        return (item.good if good else "no" if item.good == "yes" else "yes"), good
    draw = random.random()
    share = 1.0 if draw < quality else 0.5 if draw < quality + (1 - quality) / 2 else 0.0
    if item.type == ItemType.TEXT:
        return random.choice(STORIES), True
    if item.type == ItemType.PHOTO:
        return "", True
    if item.options and item.type != ItemType.MULTIPLE:
        return _option(random, item, share), share > 0.5
    if item.type == ItemType.MULTIPLE:
        chosen = [o.code for o in item.options if (o.points or 0) > 0 and random.random() < quality]
        nothing = [o.code for o in item.options if not o.points]
        return ";".join(chosen or nothing[:1] or [item.options[0].code]), bool(chosen)
    return _quantity(random, item, share, started_at), share > 0.5


def _option(random: Random, item: Item, share: float) -> str:
    if not item.scored:
        return random.choices(item.options, weights=range(len(item.options), 0, -1))[0].code
    most = item.max_points or 1.0
    closest = min(abs((option.points or 0.0) - share * most) for option in item.options)
    return random.choice([o for o in item.options if abs((o.points or 0.0) - share * most) == closest]).code


def _quantity(random: Random, item: Item, share: float, started_at: datetime) -> str:
    low, high = 0.0, 3.0
    if item.type == ItemType.TIME:
        return f"{started_at:%H:%M}"
    if item.bands:
        most = item.max_points or 1.0
        chosen = min(range(len(item.bands)), key=lambda n: abs(item.bands[n].points - share * most))
        below = item.bands[chosen - 1].up_to if chosen else None
        low = (below + 1) if below is not None else 0.0
        limit = item.bands[chosen].up_to
        high = limit if limit is not None else low + max(2.0, low * 0.25)
    if item.minimum is not None:
        low, high = max(low, item.minimum), max(high, item.minimum)
    if item.maximum is not None:
        low, high = min(low, item.maximum), min(high, item.maximum)
    number = random.randint(round(low), max(round(low), round(high)))
    if item.type == ItemType.DURATION:
        return f"{number // 3600:02d}:{number // 60 % 60:02d}:{number % 60:02d}"
    return str(number)

"""Reading one item of a checklist document, and the branches between items."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from checklists.answers import choices, quantity, typed
from checklists.documents import Table, check_unique
from checklists.model import Band, Branch, Channel, Item, ItemKind, ItemType, Measure, Option, Section, Standard, Text
from checklists.problems import Problem

_PICKED = (ItemType.SCALE, ItemType.SINGLE, ItemType.MULTIPLE)
_MEASURED = (ItemType.NUMBER, ItemType.DURATION, ItemType.TIME)
_ATTRIBUTE = re.compile(r"[a-z][a-z0-9_]*")

_ONLY_FOR = Text("stosuje się tylko w pytaniach typu {types}", "it is only for items of type {types}")
_NOT_SCORED = Text("to pytanie nie jest oceniane", "the item is not scored")
_NOT_CRITICAL = Text("to pytanie nie jest krytyczne", "the item is not critical")
_WHOLE = Text("liczba całkowita, bo jest „whole = true”", "a whole number, because of “whole = true”")
_SCORED = Text("oceniane pytanie jest zawsze obowiązkowe", "a scored item is always required")

# Keys that only some types of item know.
_KEYS_BY_TYPE: dict[str, tuple[ItemType, ...]] = {
    "good": (ItemType.YES_NO,),
    "option": _PICKED,
    "band": _MEASURED,
    "unit": (ItemType.NUMBER,),
    "min": (ItemType.NUMBER,),
    "max": (ItemType.NUMBER,),
    "whole": (ItemType.NUMBER,),
    "measure": (ItemType.DURATION,),
}


def parse_item(table: Table, sections: Sequence[Section], standard: Standard | None, channel: Channel | None) -> Item:
    """Return the item; what is wrong with it is noted in `table`, and a stand-in takes the place of what is."""
    criterion = table.string("criterion")
    kind = _type(table)
    options = _options(table, kind)
    bands = _bands(table, kind)
    max_points = _max_points(kind, options, bands)
    item = Item(
        code=table.code(),
        section=table.reference("section", [known.code for known in sections], "unknown_section"),
        criterion=criterion,
        type=kind or ItemType.TEXT,
        kind=table.choice("kind", ItemKind) or ItemKind.FACT,
        question=table.text("question"),
        weight=_weight(table, criterion, standard, channel, scored=max_points is not None),
        max_points=max_points,
        good=table.string("good", "yes"),
        na_allowed=table.flag("na", default=False),
        required=table.flag("required", default=True),
        critical=table.flag("critical", default=False),
        pass_mark=table.share("pass_mark", 1.0),
        options=options,
        bands=bands,
        unit=table.optional_text("unit"),
        minimum=table.number("min", required=False),
        maximum=table.number("max", required=False),
        whole=table.flag("whole", default=False),
        counts_as_yes=table.optional_text("counts_as_yes"),
        counts_as_no=table.optional_text("counts_as_no"),
        example=table.optional_text("example"),
        evidence=table.optional_text("evidence"),
        evidence_required=table.flag("evidence_required", default=False),
        show_if=_branch(table),
        requires=_requires(table),
        measure=table.choice("measure", Measure) if table.has("measure") else None,
    )
    if kind is not None:
        _check_keys(table, item)
    if kind is ItemType.NUMBER:
        _check_bounds(table, item)
    table.close()
    return item


def check_branches(tables: Sequence[Table], items: Sequence[Item]) -> None:
    """Refuse branches that lead nowhere, forward, in a circle, or to an answer that cannot be given."""
    position = {item.code: number for number, item in reversed(list(enumerate(items)))}
    parents = {item.code: item.show_if.item for item in items if item.show_if}
    circling: set[str] = set()
    for number, (table, item) in enumerate(zip(tables, items, strict=True)):
        branch = item.show_if
        if branch is None or item.code in circling:
            continue
        circle = _circle(item.code, parents)
        if circle:
            circling.update(circle)
            table.refuse("branch_cycle", path=" → ".join([*circle, item.code]))
        elif branch.item not in position:
            table.refuse("branch_to_nowhere", target=branch.item)
        elif position[branch.item] > number:
            table.refuse("branch_not_earlier", target=branch.item)
        else:
            _check_branch_values(table, branch, items[position[branch.item]])


def _circle(start: str, parents: dict[str, str]) -> list[str]:
    """Return the codes from `start` back to itself along the branches; empty when they do not lead back."""
    path = [start]
    while path[-1] in parents:
        step = parents[path[-1]]
        if step == start:
            return path
        if step in path:  # a circle further up, which `start` only leads into
            return []
        path.append(step)
    return []


def _check_branch_values(table: Table, branch: Branch, target: Item) -> None:
    possible = choices(target)
    if not possible:
        table.refuse("branch_type", target=target.code)
        return
    for value in branch.values:
        if value not in possible:
            table.refuse("branch_value", target=target.code, value=value, allowed=possible)


def _type(table: Table) -> ItemType | None:
    value = table.string("type")
    if value in list(ItemType):
        return ItemType(value)
    if value:
        table.refuse("unknown_item_type", value=value, allowed=list(ItemType))
    return None


def _weight(
    table: Table, criterion: str, standard: Standard | None, channel: Channel | None, *, scored: bool
) -> float | None:
    weight = table.positive("weight", required=False)
    if standard is not None and criterion:
        norm = next((known for known in standard.criteria if known.code == criterion), None)
        if norm is None:
            table.refuse("unknown_criterion", code=criterion)
        else:
            weight = norm.weight if weight is None else weight
            if channel is not None and channel not in norm.channels:
                table.refuse("channel_not_covered", criterion=criterion, channel=channel)
    return (weight or 1.0) if scored else None


def _options(table: Table, kind: ItemType | None) -> tuple[Option, ...]:
    tables = table.tables("option")
    options = [Option(inner.code(), inner.text("text"), inner.number("points", required=False)) for inner in tables]
    check_unique(tables, [option.code for option in options])
    for inner, option in zip(tables, options, strict=True):
        _check_points(inner, option.points)
        inner.close()
    if kind not in _PICKED:
        return tuple(options)
    points = [option.points for option in options if option.points is not None]
    if len(options) < 2:
        table.refuse("too_few_options")
    elif kind is ItemType.SCALE and len(points) < len(options):
        table.refuse("points_needed")
    elif points and len(points) < len(options):
        table.refuse("points_on_some_options")
    elif points and max(points) <= 0:
        table.refuse("points_all_zero")
    elif kind is ItemType.SCALE and not (_rising(points) or _rising(points[::-1])):
        table.refuse("scale_not_ordered")
    return tuple(options)


def _bands(table: Table, kind: ItemType | None) -> tuple[Band, ...]:
    tables = table.tables("band")
    bands = [Band(_limit(inner, kind), inner.number("points") or 0.0) for inner in tables]
    for inner, band in zip(tables, bands, strict=True):
        _check_points(inner, band.points)
        inner.close()
    if kind not in _MEASURED or not bands:
        return tuple(bands)
    for (before, band), (table_before, inner) in zip(pairwise(bands), pairwise(tables), strict=True):
        if not table_before.has("up_to"):
            inner.refuse("band_after_open")
        elif before.up_to is not None and band.up_to is not None and band.up_to <= before.up_to:
            inner.refuse("bands_not_rising")
    if tables[-1].has("up_to"):
        tables[-1].refuse("last_band_closed")
    if max(band.points for band in bands) <= 0:
        table.refuse("points_all_zero")
    return tuple(bands)


def _limit(band: Table, kind: ItemType | None) -> float | None:
    """Return `up_to` as a number, seconds or seconds after midnight; None where it is absent or wrong."""
    if kind not in (ItemType.DURATION, ItemType.TIME):
        return band.number("up_to", required=False)
    written = band.string("up_to", "")
    if not written:
        return None
    try:
        return quantity(kind, typed(kind, written, band.place))
    except Problem as problem:
        band.problems.append(problem)
        return None


def _check_points(table: Table, points: float | None) -> None:
    if points is not None and points < 0:
        table.refuse("points_negative")


def _max_points(kind: ItemType | None, options: Sequence[Option], bands: Sequence[Band]) -> float | None:
    """Return the most an answer can earn; None for an item that is not scored."""
    points = [option.points for option in options if option.points is not None]
    if kind is ItemType.YES_NO:
        return 1.0
    if kind in _PICKED and points:
        return sum(points) if kind is ItemType.MULTIPLE else max(points)
    if kind in _MEASURED and bands:
        return max(band.points for band in bands)
    return None


def _branch(table: Table) -> Branch | None:
    inner = table.table("show_if", field="show_if")
    if inner is None:
        return None
    branch = Branch(inner.string("item"), inner.strings("is"))
    inner.close()
    return branch if branch.item else None


def _requires(table: Table) -> tuple[str, ...]:
    attributes = table.strings("requires", required=False)
    for attribute in attributes:
        if not _ATTRIBUTE.fullmatch(attribute):
            table.refuse("bad_attribute", value=attribute)
    return attributes


def _check_keys(table: Table, item: Item) -> None:
    """Refuse keys that mean nothing on an item of this type."""
    for key, types in _KEYS_BY_TYPE.items():
        if table.has(key) and item.type not in types:
            names = ", ".join(types)
            why = Text(_ONLY_FOR.pl.format(types=names), _ONLY_FOR.en.format(types=names))
            table.refuse("key_not_allowed", key=key, why=why)
    if item.good not in ("yes", "no"):
        table.refuse("unknown_value", key="good", value=item.good, allowed=("yes", "no"))
    if not item.scored:
        for key, written in (("weight", table.has("weight")), ("critical", item.critical)):
            if written:
                table.refuse("key_not_allowed", key=key, why=_NOT_SCORED)
    elif not item.required:
        table.refuse("key_not_allowed", key="required = false", why=_SCORED)
    if table.has("pass_mark") and not item.critical:
        table.refuse("key_not_allowed", key="pass_mark", why=_NOT_CRITICAL)
    if item.evidence_required and item.evidence is None:
        table.refuse("missing_key", key="evidence")


def _check_bounds(table: Table, item: Item) -> None:
    """Refuse bounds that no number keeps, and bands that no number inside the bounds can reach."""
    low, high = item.minimum, item.maximum
    for key, bound in (("min", low), ("max", high)):
        if item.whole and bound is not None and not bound.is_integer():
            table.refuse("wrong_type", key=key, expected=_WHOLE)
    if low is not None and high is not None and low >= high:
        table.refuse("bounds_backwards", low=low, high=high)
        return
    starts = (None, *(band.up_to for band in item.bands))
    for band, start, inner in zip(item.bands, starts, table.tables("band"), strict=False):
        below = low is not None and band.up_to is not None and band.up_to < low
        if below or (high is not None and start is not None and start >= high):
            inner.refuse("band_unreachable")


def _rising(points: Sequence[float]) -> bool:
    return all(low < high for low, high in pairwise(points))

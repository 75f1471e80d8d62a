"""Documents read into values, and documents broken in every way the format knows."""

from __future__ import annotations

from datetime import date

import pytest

from checklists.model import (
    Area,
    Band,
    Branch,
    Channel,
    Checklist,
    CriticalPolicy,
    Dimension,
    ItemKind,
    ItemType,
    Stage,
    Standard,
    Text,
)
from checklists.parse import parse_checklist, parse_documents, parse_standard
from checklists.problems import Problem, Problems

STANDARD = """
kind = "standard"
code = "SOK"
version = 1
valid_from = 2023-10-01
critical_policy = "cap:0.5"
title = {pl = "Standard", en = "Standard"}
purpose = {pl = "Po co", en = "What for"}
[[section]]
code = "A"
title = {pl = "Powitanie", en = "Welcome"}
[[criterion]]
code = "A1"
section = "A"
title = {pl = "Witamy", en = "We greet"}
procedure = {pl = "Mówimy dzień dobry.", en = "We say good morning."}
dimension = "courtesy"
area = "people"
stage = "welcome"
weight = 2
acceptance_level = 0.9
channels = ["store_visit", "phone"]
[[criterion]]
code = "A2"
section = "A"
title = {pl = "Odpisujemy", en = "We reply"}
procedure = {pl = "Odpisujemy w ciągu doby.", en = "We reply within a day."}
dimension = "timeliness"
area = "touch_points"
stage = "needs"
weight = 1.5
acceptance_level = 1
channels = ["email"]
"""

FRAME = """
kind = "checklist"
code = "STORE"
version = 3
standard = "SOK"
standard_version = 1
channel = "store_visit"
minutes = 14
title = {pl = "Sklep", en = "Store"}
brief = {pl = "Wejdź.", en = "Go in."}
[[scenario]]
code = "S1"
title = {pl = "Prezent", en = "Gift"}
persona = {pl = "Anna, 34", en = "Anna, 34"}
task = {pl = "Kup prezent.", en = "Buy a gift."}
[[section]]
code = "entry"
title = {pl = "Wejście", en = "Entry"}
"""


def item(code: str, kind: str, *lines: str) -> str:
    question = '{pl = "Czy?", en = "Is it?"}'
    head = f'[[item]]\ncode = "{code}"\nsection = "entry"\ncriterion = "A1"\ntype = "{kind}"\nkind = "fact"'
    return "\n".join([head, f"question = {question}", *lines, ""])


def options(*points: float | None) -> str:
    entries = []
    for code, worth in zip("abcde", points, strict=False):
        entries.append(f'[[item.option]]\ncode = "{code}"\ntext = {{pl = "o", en = "o"}}')
        if worth is not None:
            entries.append(f"points = {worth}")
    return "\n".join(entries)


def bands(*pairs: tuple[str | None, float]) -> str:
    return "\n".join(
        "[[item.band]]\n" + (f"up_to = {limit}\n" if limit is not None else "") + f"points = {worth}"
        for limit, worth in pairs
    )


CHECKLIST = FRAME + "".join(
    [
        item(
            "ST01",
            "yes_no",
            "weight = 3",
            'good = "no"',
            "na = true",
            "critical = true",
            "pass_mark = 0.5",
            'counts_as_yes = {pl = "tak, gdy", en = "yes when"}',
            'evidence = {pl = "paragon", en = "receipt"}',
            "evidence_required = true",
        ),
        item("ST02", "scale", 'show_if = {item = "ST01", is = ["no"]}', options(0, 2, 4)),
        item("ST03", "single", options(None, None)),
        item("ST04", "multiple", options(1, 2, 0)),
        item("ST05", "number", 'unit = {pl = "szt.", en = "pcs"}', bands(("2", 2), ("5.5", 1), (None, 0))),
        item("ST06", "duration", 'requires = ["car_park"]', bands(('"00:03:00"', 2), (None, 0))),
        item("ST07", "time", bands(('"09:30"', 1), (None, 0))),
        item("ST08", "text", "required = false"),
        item("ST09", "photo"),
    ]
)


def standards() -> dict[tuple[str, int], Standard]:
    return {("SOK", 1): parse_standard(STANDARD, name="sok.toml")}


def read(text: str) -> Checklist:
    return parse_checklist(text, standards(), name="s.toml")


def named(problems: tuple[Problem, ...]) -> list[tuple[str, str]]:
    """Return code and Polish place of each problem, the file left out."""
    return [(p.code, p.place.text("pl").removeprefix("plik s.toml").removeprefix(", ")) for p in problems if p.place]


def test_a_standard() -> None:
    standard = parse_standard(STANDARD, name="sok.toml")
    assert (standard.code, standard.version, standard.valid_from) == ("SOK", 1, date(2023, 10, 1))
    assert standard.critical_policy == CriticalPolicy("cap", 0.5)
    assert [section.code for section in standard.sections] == ["A"]
    first = standard.criterion("A1")
    assert first.procedure == Text("Mówimy dzień dobry.", "We say good morning.")
    assert (first.dimension, first.area, first.stage) == (Dimension.COURTESY, Area.PEOPLE, Stage.WELCOME)
    assert (first.weight, first.acceptance_level) == (2.0, 0.9)
    assert first.channels == (Channel.STORE_VISIT, Channel.PHONE)


def test_a_checklist() -> None:
    checklist = read(CHECKLIST)
    assert (checklist.code, checklist.version, checklist.minutes) == ("STORE", 3, 14)
    assert checklist.critical_policy == CriticalPolicy("cap", 0.5)
    assert checklist.scenarios[0].persona.pl == "Anna, 34"
    assert [(i.code, i.weight, i.max_points) for i in checklist.items] == [
        ("ST01", 3.0, 1.0),
        ("ST02", 2.0, 4.0),
        ("ST03", None, None),
        ("ST04", 2.0, 3.0),
        ("ST05", 2.0, 2.0),
        ("ST06", 2.0, 2.0),
        ("ST07", 2.0, 1.0),
        ("ST08", None, None),
        ("ST09", None, None),
    ]
    first = checklist.item("ST01")
    assert (first.good, first.na_allowed, first.critical, first.pass_mark) == ("no", True, True, 0.5)
    assert (first.type, first.kind, first.section, first.criterion) == (ItemType.YES_NO, ItemKind.FACT, "entry", "A1")
    assert first.counts_as_yes == Text("tak, gdy", "yes when")
    assert first.evidence == Text("paragon", "receipt")
    assert first.evidence_required
    assert checklist.item("ST02").show_if == Branch("ST01", ("no",))
    assert checklist.item("ST05").bands == (Band(2.0, 2.0), Band(5.5, 1.0), Band(None, 0.0))
    assert checklist.item("ST05").unit == Text("szt.", "pcs")
    assert checklist.item("ST06").bands[0].up_to == 180
    assert checklist.item("ST06").requires == ("car_park",)
    assert checklist.item("ST07").bands[0].up_to == 9.5 * 3600
    assert not checklist.item("ST08").required
    assert checklist.item("ST09").required


@pytest.mark.parametrize(
    ("old", "new", "problems"),
    [
        ("kind =", "kind", [("toml_syntax", "")]),
        ("version = 1", "version = " + "9" * 5000, [("toml_syntax", "")]),
        ("version = 1", "version = " + "[" * 5000, [("toml_syntax", "")]),
        ('kind = "standard"', 'kind = "checklist"', [("wrong_kind", "")]),
        ('kind = "standard"\n', "", [("missing_key", "")]),
        ('code = "SOK"', 'code = "ŻAR"', [("bad_code", "")]),
        ('code = "SOK"', "code = 7", [("wrong_type", "")]),
        ("version = 1", "version = 0", [("wrong_type", "")]),
        ("version = 1", "version = true", [("wrong_type", "")]),
        ("2023-10-01", '"2023-10-01"', [("wrong_type", "")]),
        ("2023-10-01", "2023-10-01T10:00:00", [("wrong_type", "")]),
        ("cap:0.5", "cap:1.5", [("bad_policy", "")]),
        ("cap:0.5", "cap:nan", [("bad_policy", "")]),
        ("cap:0.5", "cap", [("bad_policy", "")]),
        ("cap:0.5", "strict", [("bad_policy", "")]),
        ('en = "What for"', 'de = "Wozu"', [("wrong_type", "")]),
        ('en = "What for"', 'en = "  "', [("wrong_type", "")]),
        ('{pl = "Po co", en = "What for"}', '"Po co"', [("wrong_type", "")]),
        (
            "[[section]]",
            "[[chapter]]",
            [
                ("missing_key", ""),
                ("unknown_section", "kryterium A1"),
                ("unknown_section", "kryterium A2"),
                ("unknown_key", ""),
            ],
        ),
        (
            'code = "A"\n',
            "",
            [("missing_key", "obszar 1"), ("unknown_section", "kryterium A1"), ("unknown_section", "kryterium A2")],
        ),
        ('code = "A2"\nsection = "A"', 'code = "A2"\nsection = "B"', [("unknown_section", "kryterium A2")]),
        ('code = "A2"', 'code = "A1"', [("duplicate_code", "kryterium A1")]),
        ('"courtesy"', '"kindness"', [("unknown_value", "kryterium A1")]),
        ('"people"', '"staff"', [("unknown_value", "kryterium A1")]),
        ('"needs"', '"wishes"', [("unknown_value", "kryterium A2")]),
        ("weight = 2", "weight = 0", [("not_positive", "kryterium A1")]),
        ("weight = 2", "weight = -1", [("not_positive", "kryterium A1")]),
        ("weight = 2", "weight = nan", [("wrong_type", "kryterium A1")]),
        ("weight = 2", "weight = inf", [("wrong_type", "kryterium A1")]),
        ("weight = 2", "weight = true", [("wrong_type", "kryterium A1")]),
        ("weight = 2", 'weight = "2"', [("wrong_type", "kryterium A1")]),
        ("weight = 2\n", "", [("missing_key", "kryterium A1")]),
        ("weight = 2", "wieght = 2", [("missing_key", "kryterium A1"), ("unknown_key", "kryterium A1")]),
        ("acceptance_level = 0.9", "acceptance_level = 90", [("not_a_share", "kryterium A1")]),
        ('["email"]', '["letter"]', [("unknown_value", "kryterium A2")]),
        ('["email"]', '["email", "email"]', [("wrong_type", "kryterium A2")]),
        ('["email"]', "[]", [("wrong_type", "kryterium A2")]),
        ('["email"]', '"email"', [("wrong_type", "kryterium A2")]),
    ],
)
def test_a_broken_standard(old: str, new: str, problems: list[tuple[str, str]]) -> None:
    assert old in STANDARD
    with pytest.raises(Problems) as refused:
        parse_standard(STANDARD.replace(old, new, 1), name="s.toml")
    assert named(refused.value.problems) == problems


@pytest.mark.parametrize(
    ("old", "new", "problems"),
    [
        ('kind = "checklist"', 'kind = "standard"', [("wrong_kind", "")]),
        ("standard_version = 1", "standard_version = 2", [("unknown_standard", "")]),
        ('standard = "SOK"', 'standard = "XYZ"', [("unknown_standard", "")]),
        ('"store_visit"', '"shop"', [("unknown_value", "")]),
        ('"store_visit"', '"email"', [("channel_not_covered", f"pytanie ST0{n}") for n in range(1, 10)]),
        ("minutes = 14", "minutes = 0", [("wrong_type", "")]),
        ("minutes = 14", "minutes = 2.5", [("wrong_type", "")]),
        ("[[scenario]]", "[scenario]", [("wrong_type", "")]),
        ('code = "S1"', 'code = "S 1"', [("bad_code", "scenariusz S 1")]),
        ('code = "S1"', 'code = "S1"\nmood = "good"', [("unknown_key", "scenariusz S1")]),
        ('code = "entry"', 'code = "entry"\norder = 1', [("unknown_key", "obszar entry")]),
    ],
)
def test_a_broken_frame(old: str, new: str, problems: list[tuple[str, str]]) -> None:
    assert old in CHECKLIST
    with pytest.raises(Problems) as refused:
        read(CHECKLIST.replace(old, new, 1))
    assert named(refused.value.problems) == problems


YES = item("Q1", "yes_no")
HERE = "pytanie Q2"


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        (item("Q2", "slider"), [("unknown_item_type", HERE)]),
        (item("Q2", "text").replace('"fact"', '"guess"'), [("unknown_value", HERE)]),
        (item("Q2", "text").replace('"entry"', '"exit"'), [("unknown_section", HERE)]),
        (item("Q2", "text").replace('"A1"', '"Z9"'), [("unknown_criterion", HERE)]),
        (item("Q2", "yes_no").replace('"A1"', '"A2"'), [("channel_not_covered", HERE)]),
        (item("Q1", "text"), [("duplicate_code", "pytanie Q1")]),
        (item("2Q", "text"), [("bad_code", "pytanie 2Q")]),
        (item("Q2", "text").replace('code = "Q2"\n', ""), [("missing_key", "pytanie 2")]),
        (item("Q2", "text", "colour = 1"), [("unknown_key", HERE)]),
        (item("Q2", "yes_no", "na = 1"), [("wrong_type", HERE)]),
        (item("Q2", "yes_no", 'good = "maybe"'), [("unknown_value", HERE)]),
        (item("Q2", "yes_no", "weight = 0"), [("not_positive", HERE)]),
        (item("Q2", "yes_no", "weight = -2"), [("not_positive", HERE)]),
        (item("Q2", "text", "weight = 2"), [("key_not_allowed", HERE)]),
        (item("Q2", "text", "critical = true"), [("key_not_allowed", HERE)]),
        (item("Q2", "text", 'good = "no"'), [("key_not_allowed", HERE)]),
        (item("Q2", "yes_no", "required = false"), [("key_not_allowed", HERE)]),
        (item("Q2", "yes_no", "pass_mark = 0.5"), [("key_not_allowed", HERE)]),
        (item("Q2", "yes_no", "critical = true", "pass_mark = 1.5"), [("not_a_share", HERE)]),
        (item("Q2", "yes_no", "critical = true", "pass_mark = -0.1"), [("not_a_share", HERE)]),
        (item("Q2", "yes_no", 'unit = {pl = "szt.", en = "pcs"}'), [("key_not_allowed", HERE)]),
        (item("Q2", "yes_no", "evidence_required = true"), [("missing_key", HERE)]),
        (item("Q2", "yes_no", options(1, 0)), [("key_not_allowed", HERE)]),
        (item("Q2", "yes_no", bands((None, 1))), [("key_not_allowed", HERE)]),
        (item("Q2", "yes_no", "requires = []"), [("wrong_type", HERE)]),
        (item("Q2", "yes_no", 'requires = ["Car park"]'), [("bad_attribute", HERE)]),
        (item("Q2", "single", options(1)), [("too_few_options", HERE)]),
        (item("Q2", "single"), [("too_few_options", HERE)]),
        (item("Q2", "single", options(1, None)), [("points_on_some_options", HERE)]),
        (item("Q2", "multiple", options(1, None, 2)), [("points_on_some_options", HERE)]),
        (item("Q2", "single", options(0, 0)), [("points_all_zero", HERE)]),
        (item("Q2", "single", options(2, -1)), [("points_negative", f"{HERE}, opcja b")]),
        (item("Q2", "scale", options(None, None)), [("points_needed", HERE)]),
        (item("Q2", "scale", options(0, 1, None)), [("points_needed", HERE)]),
        (item("Q2", "scale", options(0, 2, 1)), [("scale_not_ordered", HERE)]),
        (item("Q2", "scale", options(0, 1, 1)), [("scale_not_ordered", HERE)]),
        (item("Q2", "single", options(1, 0).replace('"b"', '"a"')), [("duplicate_code", f"{HERE}, opcja a")]),
        (item("Q2", "single", options(1, 0) + "\nhint = 1"), [("unknown_key", f"{HERE}, opcja b")]),
        (item("Q2", "text", "min = 1"), [("key_not_allowed", HERE)]),
        (item("Q2", "duration", "max = 1"), [("key_not_allowed", HERE)]),
        (item("Q2", "yes_no", "whole = true"), [("key_not_allowed", HERE)]),
        (item("Q2", "number", 'min = "0"'), [("wrong_type", HERE)]),
        (item("Q2", "number", "whole = 1"), [("wrong_type", HERE)]),
        (item("Q2", "number", "whole = true", "min = 0.5"), [("wrong_type", HERE)]),
        (item("Q2", "number", "whole = true", "max = 9.5"), [("wrong_type", HERE)]),
        (item("Q2", "number", "min = 3", "max = 2"), [("bounds_backwards", HERE)]),
        (item("Q2", "number", "min = 3", "max = 3"), [("bounds_backwards", HERE)]),
        (
            item("Q2", "number", "min = 6", bands(("5", 1), ("6", 2), (None, 0))),
            [("band_unreachable", f"{HERE}, przedział 1")],
        ),
        (
            item("Q2", "number", "max = 5", bands(("3", 1), ("5", 2), (None, 0))),
            [("band_unreachable", f"{HERE}, przedział 3")],
        ),
        (item("Q2", "number", bands(("5", 1), ("3", 2), (None, 0))), [("bands_not_rising", f"{HERE}, przedział 2")]),
        (item("Q2", "number", bands(("5", 1), ("5", 2), (None, 0))), [("bands_not_rising", f"{HERE}, przedział 2")]),
        (item("Q2", "number", bands((None, 1), ("3", 2), (None, 0))), [("band_after_open", f"{HERE}, przedział 2")]),
        (item("Q2", "number", bands(("3", 1), ("5", 2))), [("last_band_closed", f"{HERE}, przedział 2")]),
        (item("Q2", "number", bands(("3", 0), (None, 0))), [("points_all_zero", HERE)]),
        (item("Q2", "number", bands(("3", -1), (None, 2))), [("points_negative", f"{HERE}, przedział 1")]),
        (item("Q2", "number", bands(('"3"', 1), (None, 0))), [("wrong_type", f"{HERE}, przedział 1")]),
        (item("Q2", "duration", bands(('"3 min"', 1), (None, 0))), [("bad_duration", f"{HERE}, przedział 1")]),
        (item("Q2", "duration", bands(("180", 1), (None, 0))), [("wrong_type", f"{HERE}, przedział 1")]),
        (item("Q2", "time", bands(('"25:00"', 1), (None, 0))), [("bad_time", f"{HERE}, przedział 1")]),
        (item("Q2", "yes_no", 'show_if = {item = "Q9", is = ["yes"]}'), [("branch_to_nowhere", HERE)]),
        (item("Q2", "yes_no", 'show_if = {item = "Q1", is = ["a"]}'), [("branch_value", HERE)]),
        (item("Q2", "yes_no", 'show_if = {item = "Q1", is = []}'), [("wrong_type", f"{HERE}, pole show_if")]),
        (item("Q2", "yes_no", 'show_if = {item = "Q1"}'), [("missing_key", f"{HERE}, pole show_if")]),
        (item("Q2", "yes_no", 'show_if = {is = ["yes"]}'), [("missing_key", f"{HERE}, pole show_if")]),
        (item("Q2", "yes_no", 'show_if = "Q1"'), [("wrong_type", HERE)]),
        (
            item("Q2", "yes_no", 'show_if = {item = "Q3", is = ["yes"]}') + item("Q3", "yes_no"),
            [("branch_not_earlier", HERE)],
        ),
        (
            item("Q2", "text") + item("Q3", "text", 'show_if = {item = "Q2", is = ["x"]}'),
            [("branch_type", "pytanie Q3")],
        ),
        (item("Q2", "yes_no", 'show_if = {item = "Q2", is = ["yes"]}'), [("branch_cycle", HERE)]),
    ],
)
def test_a_broken_item(text: str, problems: list[tuple[str, str]]) -> None:
    with pytest.raises(Problems) as refused:
        read(FRAME + YES + text)
    assert named(refused.value.problems) == problems


def test_the_numbers_that_are_possible() -> None:
    text = item("Q2", "number", "min = 0", "max = 10", "whole = true", bands(("0", 0), ("9", 1), (None, 2)))
    bounded = read(FRAME + YES + text).item("Q2")
    assert (bounded.minimum, bounded.maximum, bounded.whole) == (0.0, 10.0, True)
    free = read(CHECKLIST).item("ST05")
    assert (free.minimum, free.maximum, free.whole) == (None, None, False)


def test_a_circle_of_branches_is_named_once() -> None:
    def after(code: str, parent: str) -> str:
        return item(code, "yes_no", f'show_if = {{item = "{parent}", is = ["yes"]}}')

    with pytest.raises(Problems) as refused:
        read(FRAME + after("Q1", "Q3") + after("Q2", "Q1") + after("Q3", "Q2") + after("Q4", "Q3"))
    (problem,) = refused.value.problems
    assert problem.text("en").startswith(
        "File s.toml, item Q1: the “show_if” conditions form a circle: Q1 → Q3 → Q2 → Q1."
    )


def test_a_checklist_needs_something_to_score() -> None:
    with pytest.raises(Problems) as refused:
        read(FRAME + item("Q1", "text"))
    assert named(refused.value.problems) == [("nothing_scored", "")]


def test_places_read_well_in_both_languages() -> None:
    with pytest.raises(Problems) as refused:
        read(FRAME + item("ST07", "single", options(2, -1)))
    assert refused.value.text("pl") == "Plik s.toml, pytanie ST07, opcja b: punkty nie mogą być ujemne."
    assert refused.value.text("en") == "File s.toml, item ST07, option b: points cannot be negative."


def test_all_problems_of_all_documents_at_once() -> None:
    documents = {
        "b.toml": CHECKLIST.replace("minutes = 14", "minutes = 0"),
        "broken.toml": "kind",
        "a.toml": STANDARD,
        "s.toml": STANDARD.replace("weight = 2", "weight = 0").replace('"SOK"', '"INNY"'),
    }
    with pytest.raises(Problems) as refused:
        parse_documents(documents)
    found = [(p.code, p.place and p.place.find("file")) for p in refused.value.problems]
    assert found == [("toml_syntax", "broken.toml"), ("not_positive", "s.toml"), ("wrong_type", "b.toml")]


def test_documents_in_any_order() -> None:
    read_standards, checklists = parse_documents({"b.toml": CHECKLIST, "a.toml": "\ufeff" + STANDARD})
    assert read_standards == tuple(standards().values())
    assert checklists == (read(CHECKLIST),)
    assert parse_documents({"b.toml": CHECKLIST}, standards()) == ((), checklists)

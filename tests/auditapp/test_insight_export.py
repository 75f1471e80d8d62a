"""The pages print what the `comparison` table exports: every score, range, number of visits, level and change.

A dozen locations with up to three channels, some visited once, twice or never; quarters on which a dispersion is known,
borrowed or unknown. The exported figures are unrounded and written here by the filters of the pages alone.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from auditapp import formats, results
from auditapp.documents import add_document
from auditapp.factory import App
from auditapp.models import ChecklistVersion, Programme, User
from checklists.lifecycle import Role
from checklists.rounding import percent
from tests import documents
from tests import factories as make
from tests.auditapp.exchange_rows import exported
from tests.auditapp.networks import BAD, BEFORE, IN_QUARTER, NOW_SHOWN, ORDINARY, open_app
from tests.documents import GOOD
from tests.pages import Page, Person

HOME = "/p/lumo/results"
CODES = [f"L{number:02d}" for number in range(1, 14)]
CLOSED, PERFECT, WORST, RISEN, NEVER = "L13", "L02", "L01", "L03", "L12"
CHANNELS = ("store_visit", "phone", "chat")
# Visits by location and channel, in the quarter before and in the one shown.
VISITS: Mapping[str, Mapping[str, tuple[int, int]]] = {
    WORST: {"store_visit": (4, 5), "phone": (6, 3)},
    PERFECT: {"store_visit": (4, 4)},
    RISEN: {"store_visit": (6, 6), "chat": (0, 3)},
    "L04": {"store_visit": (3, 4), "phone": (6, 2)},
    "L05": {"store_visit": (4, 4), "phone": (6, 1)},
    "L06": {"store_visit": (4, 2)},
    "L07": {"store_visit": (4, 1)},
    "L08": {"store_visit": (0, 4), "phone": (6, 0)},
    "L09": {"phone": (6, 3)},
    "L10": {"store_visit": (4, 5), "phone": (6, 3), "chat": (3, 3)},
    "L11": {"store_visit": (7, 7), "phone": (6, 3)},
    NEVER: {},
    CLOSED: {"store_visit": (3, 3)},
}
LEVELS = {
    "below": "clearly below the network",
    "above": "clearly above the network",
    "none": "no clear difference",
    "indicative": "indicative: 2 visits",
    "single": "1 visit – no location score",
}

GROUPS = {
    "below": "Clearly below the network",
    "above": "Clearly above the network",
    "none": "No clear difference",
    "indicative": "Provisional score",
    "single": "1 visit – no location score",
    "": "No verdict",
    "not_visited": "Not visited this quarter",
}
CHANNEL_NAMES = {"store_visit": "store visit", "phone": "phone", "chat": "chat"}


@dataclass
class Shown:
    app: App
    user: User
    rows: dict[tuple[str, str], dict[str, str]]

    def page(self, path: str, locale: str = "en") -> Page:
        """Open a page of results about the quarter shown."""
        asked = f"{path}{'&' if '?' in path else '?'}quarter={NOW_SHOWN}&previous={BEFORE}"
        return Person(self.app, self.user, locale=locale).get(HOME + asked)

    def writing(self, locale: str = "en") -> AbstractContextManager[object]:
        """Where the filters of the pages write in a language."""
        return self.app.test_request_context(headers={"Accept-Language": locale})


def answers(code: str, channel: str, number: int, *, now: bool) -> list[dict[str, str]]:
    if code == PERFECT:
        given = [GOOD]
    elif code == WORST and channel == "store_visit":
        given = [*BAD, {**GOOD, "M8": "no"}]
    elif code == RISEN:
        given = [GOOD, GOOD, ORDINARY[3]] if now else list(BAD)
    else:
        start = CODES.index(code) + now
        given = [ORDINARY[(start + step) % 4] for step in range(4)]
    return list(islice(cycle(given), number))


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Shown]:
    app = open_app(tmp_path_factory.mktemp("agrees"), sqlite_template)
    with app.database.transaction() as session:
        programme = make.make_programme(session)
        programme.channel_weights = {"store_visit": 2, "phone": 1}
        listed = ", ".join(f'"{channel}"' for channel in CHANNELS)
        versions = {
            "store_visit": make.make_checklist(
                session,
                programme,
                documents.STANDARD.replace('["store_visit", "phone"]', f"[{listed}]").replace(
                    '["store_visit"]', f"[{listed}]"
                ),
            )
        }
        for channel in CHANNELS[1:]:
            text = documents.CHECKLIST.replace("MINI-STORE", f"MINI-{channel.upper()}")
            text = text.replace('channel = "store_visit"', f'channel = "{channel}"')
            row = add_document(session, programme.id, text, name="c.toml", actor_id=None, now=make.NOW)
            assert isinstance(row, ChecklistVersion)
            versions[channel] = row
        auditor = make.make_member(session, programme, Role.AUDITOR)
        for index, code in enumerate(CODES):
            place = make.make_location(session, programme, code, ("Północ", "Południe")[index % 2])
            if code == CLOSED:
                place.closed_on = IN_QUARTER[NOW_SHOWN].date() + timedelta(days=30)
            for channel, (before, now) in VISITS[code].items():
                for quarter, number in ((BEFORE, before), (NOW_SHOWN, now)):
                    for step, given in enumerate(answers(code, channel, number, now=quarter == NOW_SHOWN)):
                        at = IN_QUARTER[quarter] + timedelta(days=5 * step)
                        make.make_visit(session, place, versions[channel], auditor, given, at=at)
        user = make.make_member(session, programme, Role.PROGRAMME_MANAGER).user
    table = csv.DictReader(io.StringIO(exported(app.database, programme, "comparison").decode(), newline=""))
    rows = {(row["location"], row["channel"]): row for row in table if row["quarter"] == str(NOW_SHOWN)}
    yield Shown(app, user, rows)
    app.database.engine.dispose()


def number(value: str) -> float | None:
    return float(value) if value else None


def score_of(row: Mapping[str, str]) -> str:
    return formats.percent(number(row["score"])).replace(formats.NBSP, " ")


def range_of(row: Mapping[str, str]) -> str:
    return formats.interval(number(row["low"]), number(row["high"]))


def level_of(row: Mapping[str, str]) -> str:
    if row["level"]:
        return LEVELS[row["level"]]
    return "several channels: no verdict over all of them" if row["low"] and not row["phi"] else "no verdict"


def change_of(row: Mapping[str, str], label: str = "") -> str:
    """The change in words; `label` where a list of many may not call it clear."""
    label = label or row["change_label"]
    if label not in ("up", "down"):
        return {"none": "no clear change", "not_comparable": "not comparable", "": ""}[label]
    points = int(abs(percent(float(row["change"]))))
    return f"{label} {points} point{'' if points == 1 else 's'}"


def words_of(element: Any) -> str:
    return " ".join(element.text_content().split())


def test_the_world_has_every_case(shown: Shown) -> None:
    """A test that compares nothing would agree with everything."""
    rows = shown.rows.values()
    assert {row["level"] for row in rows} >= {"below", "above", "none", "indicative", "single", ""}
    assert {row["change_label"] for row in rows} >= {"up", "none", ""}
    assert {row["location"] for row in rows} == set(CODES)
    assert any(row["score"] and not row["low"] for row in rows), "no dispersion is known somewhere"
    assert any(row["low"] and not row["level"] for row in rows), "headlines over channels"


def figures(row: Mapping[str, str]) -> list[str]:
    """The cells of a table that hold a location's figures; where there is no score one cell says why."""
    if not row["score"]:
        return [LEVELS.get(row["level"], "not visited"), row["n"]]
    return [score_of(row), "", range_of(row), row["n"]]


def cells_of(row: Any) -> list[str]:
    return [words_of(cell) for cell in row.xpath("./td")]


@pytest.mark.parametrize("code", CODES)
def test_the_page_of_a_location_prints_the_exported_figures(shown: Shown, code: str) -> None:
    page = shown.page(f"/locations/{code}")
    headline = shown.rows[code, ""]
    visited = [row for (place, channel), row in shown.rows.items() if place == code and channel and int(row["n"])]
    (lead,) = page.document.xpath("//p[@class='lead']")
    if not visited:
        assert (headline["n"], headline["score"]) == ("0", "")
        assert words_of(lead).startswith("No visit counts in this quarter.")
        assert not page.document.xpath("//p[@class='big']")
        return
    (section,) = page.document.xpath("//section[h2='Score of the quarter']")
    with shown.writing():
        found = f"{score_of(headline)} {range_of(headline)}" if headline["low"] else score_of(headline)
        expected = [
            [CHANNEL_NAMES[row["channel"]], *figures(row), level_of(row) if row["score"] else ""] for row in visited
        ]
        low, _, high = range_of(headline).partition("–")
        tags = [level_of(headline)] if len(visited) == 1 else []
        compared = headline
        if headline["change_label"] == "not_comparable" and len(visited) == 1:  # the channels changed, one is left
            compared = visited[0] if visited[0]["change_label"] in ("up", "down", "none") else headline
        tags += [change_of(compared)] if compared["change_label"] else []
    assert words_of(section.xpath("./p[@class='big']")[0]) == found
    assert [cells_of(row) for row in section.xpath(".//tbody/tr")] == (expected if len(visited) > 1 else [])
    assert [words_of(tag).lstrip("▲▼ ") for tag in section.xpath("./p/span[starts-with(@class, 'tag')]")] == tags
    if headline["low"]:
        said = f"with {headline['n']} visits the true level is likely between {low} and {high}%."
        assert words_of(lead).startswith(f"{found.split()[0]}; {said}")


@pytest.mark.parametrize("locale", ["en", "pl"])
@pytest.mark.parametrize("channel", ["all", *CHANNELS])
def test_the_comparison_prints_the_exported_figures(shown: Shown, channel: str, locale: str) -> None:
    page = shown.page(f"/compare?channel={channel}", locale)
    listed = page.document.xpath("//tr[.//input[@name='location']]")
    codes = [row.xpath(".//input[@name='location']/@value")[0] for row in listed]
    rows = {place: row for (place, name), row in shown.rows.items() if name == channel.replace("all", "")}
    assert sorted(codes) == sorted(rows)
    for code, line in zip(codes, listed, strict=True):
        with shown.writing(locale):
            expected = figures(rows[code])
        found = cells_of(line)[1:-1]
        if locale == "en" or rows[code]["score"]:
            assert found == expected, code
        else:
            assert found[-1] == expected[-1], code


@pytest.mark.parametrize("channel", ["all", *CHANNELS])
def test_the_comparison_groups_and_words_are_those_exported(shown: Shown, channel: str) -> None:
    """A list of many calls a change clear only where it survives among all of them; what it says else is exported."""
    page = shown.page(f"/compare?channel={channel}")
    with shown.app.database.reading() as session:
        programme = session.scalars(select(Programme)).one()
        built = results.build_comparison(session, programme, NOW_SHOWN, previous=BEFORE)
    chance = {(row.location, row.channel): row.change_p for row in built.rows}
    name = channel.replace("all", "")
    group, seen = "", 0
    for line in page.document.xpath("//table[contains(@class, 'picked')]/tbody/tr"):
        if line.get("class") == "group":
            group = words_of(line).partition(" · ")[0]
            continue
        code = line.xpath(".//input[@name='location']/@value")[0]
        row, p = shown.rows[code, name], chance[code, name]
        assert GROUPS[row["level"] if int(row["n"]) else "not_visited"] == group, code
        clear = row["change_label"] in ("up", "down") and p is not None and p <= 0.1
        said = change_of(row, "" if clear or row["change_label"] == "not_comparable" else "none")
        told = words_of(line.xpath("./td")[-1]).lstrip("▲▼ ")
        assert told == (said if row["change_label"] else "too few visits"), code
        place = re.search(r"likely place (\d+) to (\d+) of", words_of(line))
        if place is not None:
            ends = float(row["rank_low"]), float(row["rank_high"])
            assert tuple(float(end) for end in place.groups()) == ends, code
        seen += place is not None
    assert seen > 5 or channel != "store_visit"


@pytest.mark.parametrize("region", ["Północ", "Południe"])
def test_lists_of_a_region_print_the_exported_figures(shown: Shown, region: str) -> None:
    page = shown.page(f"/regions/{region}")
    lines = page.document.xpath("//section[h2='Locations']//tbody/tr")
    assert len(lines) > 4
    for line in lines:
        row = shown.rows[line.xpath(".//a/@href")[0].rpartition("/")[2].partition("?")[0], ""]
        with shown.writing():
            assert cells_of(line)[1:-1] == figures(row), row["location"]

"""The page of what went well and what needs somebody: every list by its rule, calm where nothing is clear."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from sqlalchemy import delete, event, select, update

from auditapp import documents, failures, results
from auditapp.db import Database
from auditapp.factory import App
from auditapp.insight import agenda
from auditapp.models import Cell, CellStamp, ChecklistVersion, Location, Programme, Visit
from checklists.lifecycle import Role
from reports.periods import Quarter
from tests import factories as make
from tests.auditapp.networks import BEFORE, CODES, IN_QUARTER, NOW_SHOWN, WORST, Network, expected, make_network
from tests.documents import CHECKLIST, GOOD
from tests.pages import Page, Person

HERE = "/p/lumo/results/agenda"
PLACES = CODES[:12]
# Each loses a little, so that it is known how visits vary; the wait is short, or long every time.
QUICK = ({**GOOD}, {**GOOD, "M1": "no"}, {**GOOD, "M6": "some"})
LATE = tuple({**each, "M5": "00:09:00", "M7": "bag"} for each in QUICK)
RENAMED = CHECKLIST.replace("version = 1\nstandard", "version = 2\nstandard", 1).replace('code = "M5"', 'code = "M5B"')
REWRITTEN = RENAMED.replace('code = "M6"', 'code = "M6B"').replace('code = "M8"', 'code = "M8B"')


@dataclass
class Made:
    network: Network
    manager: Person
    desk: Person


def make_area(app: App, codes: tuple[str, ...] = PLACES) -> Made:
    """A network without visits: its even locations lie in Północ and have a manager, the others in Południe."""
    with app.database.transaction() as session:
        programme = make.make_programme(session)
        version = make.make_checklist(session, programme)
        auditor = make.make_member(session, programme, Role.AUDITOR)
        places = {
            code: make.make_location(session, programme, code, ("Północ", "Południe")[index % 2])
            for index, code in enumerate(codes)
        }
        region = make.make_region(session, programme, "Północ")
        manager = make.make_member(session, programme, Role.REGIONAL_MANAGER, region=region).user
        desk = make.make_member(session, programme, Role.PROGRAMME_MANAGER).user
    network = Network(programme, version, auditor, places)
    return Made(network, Person(app, manager, locale="en"), Person(app, desk, locale="en"))


def add(
    app: App,
    made: Made,
    quarter: Quarter,
    answers: Sequence[dict[str, str]],
    *,
    n: int = 4,
    codes: Iterable[str] | None = None,
    version: ChecklistVersion | None = None,
) -> None:
    """Add n visits to each location; they go through ANSWERS, each location from another one on."""
    with app.database.transaction() as session:
        for index, code in enumerate(codes or made.network.locations):
            for number in range(n):
                make.make_visit(
                    session,
                    session.merge(made.network.locations[code]),
                    session.merge(version or made.network.version),
                    session.merge(made.network.auditor),
                    answers[(index + number) % len(answers)],
                    at=IN_QUARTER[quarter] + timedelta(days=7 * number),
                )


def parts(page: Page) -> dict[str, list[str]]:
    """The lines of every list, by its heading."""
    assert page.document is not None
    found = {}
    for section in page.document.xpath("//section[h3]"):
        heading = " ".join(section.xpath("./h3")[0].text_content().split()).partition(" (")[0]
        found[heading] = [" ".join(line.text_content().split()) for line in section.xpath("./ul/li")]
    return found


def lead(page: Page) -> str:
    assert page.document is not None
    return " ".join(page.document.xpath("//p[@class='lead']")[0].text_content().split())


def known(page: Page) -> str:
    assert page.document is not None
    return " ".join(page.document.xpath("//section[h2='Good to know']")[0].text_content().split())


@pytest.fixture
def people(app: App) -> dict[str, Person]:
    with app.database.transaction() as session:
        network = make_network(session)
    return {name: Person(app, user, locale="en") for name, user in network.users.items()}


def test_the_day_of_a_regional_manager_begins_here(people: dict[str, Person]) -> None:
    assert people["region"].get("/", follow=True).response.request.path == HERE
    assert people["desk"].get("/", follow=True).response.request.path == "/p/lumo/programme"
    for who, status in (("desk", 200), ("region", 200), ("location", 403)):
        assert people[who].get(HERE).status == status
        assert (HERE in people[who].get("/p/lumo/results", follow=True).links()) is (status == 200)


def figures(person: Person, query: str = "") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(person.get(f"{HERE}?format=csv{query}").response.text)))


def named(lines: list[str]) -> list[str]:
    return [line.split()[2] for line in lines]  # "Sklep L01 L01 · ..."


def test_what_needs_somebody_is_what_the_lists_say(app: App, people: dict[str, Person]) -> None:
    with app.database.reading() as session:
        programme_id = session.scalars(select(Programme.id)).one()
        row = expected(session, programme_id).get_row(WORST, "store_visit")
    page = people["region"].get(HERE)
    (below,) = parts(page)["Clearly below the network"]
    assert "52%; with 4 visits the true level is likely between 34 and 69%." in below
    assert "Most points were lost on “Receipt”: 20.7 of 48.2." in below
    (listed,) = [each for each in figures(people["region"]) if each["what"] == "below"]
    assert (listed["location"], listed["criterion"]) == (WORST, "B2")
    for name in ("score", "low", "high", "p_below", "change"):
        assert float(listed[name]) == pytest.approx(getattr(row, name)), name
    assert lead(page) == "8 locations need you."
    assert "an error on this list is very unlikely" in page.text


def test_a_critical_failure_leads_to_its_visit(app: App, people: dict[str, Person]) -> None:
    page = people["region"].get(HERE)
    lines = parts(page)["Critical questions that failed"]
    assert named(lines) == [WORST, "L02", "L05", "L06", "L09", "L10", "L13", "L14"]  # most failures first, then by name
    assert lines[0].startswith("Sklep L01 L01 · Północ/Pomorze 4 failures Was a receipt given? Receipt")
    assert lines[0].endswith("26 May 2026, 19 May 2026, 12 May 2026, 5 May 2026")
    assert "In 11 of 30 visits with critical questions at least one of them failed." in page.text
    links = [link for link in page.links() if "/results/visits/" in link]
    assert len(links) == 11 == len([each for each in figures(people["region"]) if each["what"] == "critical"])
    visit = people["region"].get(links[0])
    assert visit.status == 200
    assert "Was a receipt given?" in visit.text
    # Only what counts is counted, as in every score.
    with app.database.transaction() as session:
        for kind, visit_id in (("revisit", links[0]), ("training", links[1])):
            session.get_one(Visit, int(visit_id.rpartition("/")[2])).kind = kind
        session.execute(update(CellStamp).values(stamp=7))
    again = people["region"].get(HERE)
    assert len([link for link in again.links() if "/results/visits/" in link]) == 9
    assert "In 9 of 28 visits" in again.text


def test_a_corrected_answer_changes_the_list_at_once(app: App, people: dict[str, Person]) -> None:
    before = figures(people["region"])
    with app.database.transaction() as session:
        visit = session.scalars(
            select(Visit).join(Location).where(Location.code == "L02", Visit.quarter == "2026Q2")
        ).first()
        assert visit is not None
        make.make_visit(
            session,
            visit.location,
            visit.checklist_version,
            visit.auditor,
            {**GOOD, "M8": "no"},
            at=IN_QUARTER[NOW_SHOWN],
        )
    after = figures(people["region"])
    assert [each["what"] for each in after].count("critical") == [each["what"] for each in before].count("critical") + 1


def test_nobody_sees_more_than_what_is_theirs(people: dict[str, Person]) -> None:
    mine, all_of_it = (figures(people[who]) for who in ("region", "desk"))
    north = {code for index, code in enumerate(CODES) if index % 4 < 2}
    assert {each["location"] for each in mine} <= north
    assert {each["location"] for each in all_of_it} > north
    assert {each["location"] for each in figures(people["desk"], "&region=Północ/Pomorze")} <= north
    assert people["region"].get(f"{HERE}?region=Południe").status == 404
    assert people["region"].get(f"{HERE}?region=Północ/Mazury").status == 200
    assert people["region"].get(f"{HERE}?quarter=soon").status == 422
    assert people["region"].get(f"{HERE}?quarter=2026Q1&previous=then").status == 422


def test_a_long_list_is_cut_and_says_so(people: dict[str, Person], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(agenda, "SHOWN", 3)
    page, whole = people["region"].get(HERE), people["region"].get(f"{HERE}?all=1")
    assert named(parts(page)["Critical questions that failed"]) == [WORST, "L02", "L05"]
    assert "the first 3 are shown" in page.text
    (more,) = [link for link in page.links() if "all=1" in link]
    assert parts(people["region"].get(more)) == parts(whole)
    assert len(parts(whole)["Critical questions that failed"]) == 8
    assert lead(page) == lead(whole)


def test_what_fell_everywhere_is_one_criterion_and_the_locations_that_carry_it(app: App) -> None:
    made = make_area(app)
    add(app, made, BEFORE, QUICK)
    add(app, made, NOW_SHOWN, LATE)
    page = made.manager.get(HERE)
    found = parts(page)
    assert found["Criteria that clearly fell"] == [
        "Waiting time B1 Since Q1 2026: down 50 points. Likely between 45 and 55 points. "
        "Compared in the 6 locations visited in both quarters."
    ]
    assert named(found["Locations that clearly fell"]) == list(PLACES[::2])
    assert (
        lead(page)
        == "7 things need you: 6 locations, 1 criterion. 1 thing went well. What separates the locations can be chance."
    )
    assert "No critical question failed: 24 visits asked about them." in page.text
    (criterion,) = [link for link in page.links() if "/criteria/B1" in link]
    assert made.manager.get(criterion).status == 200
    # The other way round it went well, and the whole network is asked alike.
    made.manager.get(f"{HERE}?previous=none")
    assert "Criteria that clearly fell" not in parts(made.manager.get(f"{HERE}?previous=none"))
    assert parts(made.desk.get(f"{HERE}?region=Południe"))["Criteria that clearly fell"][0].startswith(
        "Waiting time B1"
    )


def test_what_rose_is_said_first(app: App) -> None:
    made = make_area(app)
    add(app, made, BEFORE, LATE)
    add(app, made, NOW_SHOWN, QUICK)
    page = made.manager.get(HERE)
    assert parts(page)["Criteria that clearly rose"][0].startswith("Waiting time B1 Since Q1 2026: up 50 points.")
    assert lead(page).startswith("Nothing stands out that needs you. 8 things went well.")
    assert "What needs you" not in [heading.text for heading in page.document.xpath("//h2")]


def test_the_same_criterion_elsewhere_is_no_change_here(app: App) -> None:
    made = make_area(app)
    add(app, made, BEFORE, QUICK)
    add(app, made, NOW_SHOWN, QUICK, codes=PLACES[::2])
    add(app, made, NOW_SHOWN, LATE, codes=PLACES[1::2])
    assert "Criteria that clearly fell" not in parts(made.manager.get(HERE))
    assert "Criteria that clearly fell" in parts(made.desk.get(HERE))


def test_calm_where_nothing_is_clear(app: App) -> None:
    made = make_area(app)
    add(app, made, BEFORE, QUICK)
    add(app, made, NOW_SHOWN, QUICK)
    page = made.manager.get(HERE)
    assert (
        lead(page)
        == "No clear differences this quarter. 1 thing went well. What separates the locations can be chance."
    )
    assert list(parts(page)) == ["Critical questions"]


@pytest.mark.parametrize(
    ("codes", "answers", "n", "said"),
    [
        (PLACES, (), 0, "No visit counts in this quarter yet. Choose another quarter"),
        (PLACES, QUICK, 1, "There are not enough visits to tell locations apart."),
        (("L01",), QUICK, 12, "Only one location was visited, so there is nothing to compare it with."),
        (PLACES, (GOOD,), 4, "Every visit earned all its points."),
        (PLACES, QUICK[2:], 4, "No clear differences this quarter. 1 thing went well. All locations have the"),
    ],
    ids=["no visits", "too few", "one location", "all perfect", "all equal"],
)  # fmt: skip
def test_every_poor_quarter_has_its_sentence(
    app: App, codes: tuple[str, ...], answers: tuple[dict[str, str], ...], n: int, said: str
) -> None:
    made = make_area(app, codes)
    add(app, made, BEFORE, answers or QUICK)
    if n:
        add(app, made, NOW_SHOWN, answers, n=n)
    for person in (made.manager, made.desk):
        assert said in lead(person.get(f"{HERE}?quarter={NOW_SHOWN}&previous={BEFORE}"))


def test_an_area_without_visits_is_not_the_network(app: App) -> None:
    made = make_area(app)
    add(app, made, NOW_SHOWN, QUICK, codes=[code for code in PLACES if code not in PLACES[::2]])
    said = "No visit counts here in this quarter yet; elsewhere in the network visits do."
    for path in (HERE, "/p/lumo/results/regions/Północ"):
        assert said in lead(made.manager.get(f"{path}?quarter={NOW_SHOWN}"))
    assert said not in lead(made.desk.get(f"{HERE}?quarter={NOW_SHOWN}"))


@pytest.mark.parametrize(
    ("document", "code", "said"),
    [
        (RENAMED, "M5B", "1 criterion has other questions than before, so its change is not shown."),
        (REWRITTEN, "M5B", "Store visit: Not comparable with Q1 2026: the checklist changed too much."),
    ],
    ids=["one question", "most of them"],
)
def test_other_questions_are_no_change(app: App, document: str, code: str, said: str) -> None:
    made = make_area(app)
    add(app, made, BEFORE, QUICK)
    with app.database.transaction() as session:
        new = documents.add_document(
            session, made.network.programme.id, document, name="v2.toml", actor_id=None, now=make.NOW
        )
    assert isinstance(new, ChecklistVersion)
    names = {item: item + "B" for item in ("M5", "M6", "M8") if f'"{item}B"' in document}
    late = [{names.get(item, item): value for item, value in each.items()} for each in LATE]
    add(app, made, NOW_SHOWN, late, version=new)
    page = made.manager.get(HERE)
    assert said in known(page)
    assert "Criteria that clearly fell" not in parts(page)  # waiting is asked about in other words


def test_a_criterion_nobody_was_asked_about_is_named(app: App) -> None:
    made = make_area(app)
    add(app, made, NOW_SHOWN, QUICK)
    assert "Nobody was asked about" not in known(made.manager.get(HERE))
    with app.database.transaction() as session:
        session.execute(delete(Cell).where(Cell.criterion == "B2"))  # as where its questions do not apply anywhere
        session.execute(update(CellStamp).values(stamp=7))
    assert "Nobody was asked about: Receipt." in known(made.manager.get(HERE))


def test_places_that_moved_closed_or_were_not_visited(app: App) -> None:
    made = make_area(app)
    add(app, made, BEFORE, QUICK)
    add(app, made, NOW_SHOWN, LATE, codes=PLACES[:8])
    closed_before, closed_after, moved = PLACES[8], PLACES[0], PLACES[1]
    with app.database.transaction() as session:
        places = {each.code: each for each in session.scalars(select(Location))}
        places[closed_before].closed_on = date(2026, 3, 1)
        places[closed_after].closed_on = date(2026, 7, 1)
        places[moved].region_id = places[closed_after].region_id
    found = parts(made.manager.get(HERE))
    assert named(found["Not visited this quarter"]) == ["L11"]  # L09 had closed before
    fell = found["Locations that clearly fell"]
    assert named(fell) == ["L01", "L02", "L03", "L05", "L07"]  # L02 with both its quarters
    assert "closed on 1 Jul 2026" in fell[0]


def test_an_area_whose_locations_are_all_closed_says_so(app: App) -> None:
    made = make_area(app)
    add(app, made, BEFORE, QUICK)
    with app.database.transaction() as session:
        session.execute(update(Location).values(closed_on=date(2026, 3, 31)))
    page = made.manager.get(f"{HERE}?quarter={NOW_SHOWN}")
    assert lead(page) == "No location here was open in this quarter."


def test_a_quarter_under_way_and_visits_that_wait(app: App) -> None:
    made = make_area(app)
    add(app, made, NOW_SHOWN, QUICK)
    with app.database.transaction() as session:
        for code, approve in (("L01", True), ("L03", False), ("L02", False)):
            make.make_visit(
                session,
                session.merge(made.network.locations[code]),
                session.merge(made.network.version),
                session.merge(made.network.auditor),
                approve=approve,
            )
    page = made.manager.get(f"{HERE}?quarter=2026Q3")
    assert "The quarter is under way: 1 of 6 locations visited so far." in known(page)
    assert "1 visit waits for its review; it counts once it is approved." in known(page)  # L02 is another's
    assert "Not visited this quarter" not in parts(page)
    assert "review" not in known(made.manager.get(f"{HERE}?quarter=2026Q2"))  # it was made in another quarter


def test_the_page_costs_few_queries(app: App, people: dict[str, Person]) -> None:
    people["region"].get(HERE)
    statements: list[str] = []

    @event.listens_for(app.database.engine, "before_cursor_execute")
    def count(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    people["region"].get(HERE)
    assert len(statements) <= 14, statements


def test_what_counts_is_counted_on_both_databases(either_database: Database) -> None:
    with either_database.transaction() as session:
        network = make_network(session)
        revisit = session.scalars(select(Visit).where(Visit.location_id == network.locations["L02"].id)).all()[-1]
        revisit.kind = "revisit"
        session.flush()
        facts = results.gather(session, network.programme, NOW_SHOWN)
        found, asked, failed = failures.read_critical(session, network.programme, facts).of({WORST, "L02", "L06"})
    assert (asked, failed) == (4 + 3 + 4, 4 + 1 + 1)
    others = {(each.location, each.item.code) for each in found if each.location != WORST}
    assert others == {("L02", "M8"), ("L06", "M8")}
    assert [each.day for each in found] == sorted((each.day for each in found if each.day), reverse=True)

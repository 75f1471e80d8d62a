"""Sentences about regions and the network, made by rules like those of `findings`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from checklists.model import Criterion, Text
from checklists.rounding import half_up
from reports import findings
from reports.change import ChangeLabel
from reports.change import rebound as expected_rebound
from reports.columns import Population
from reports.compare import ComparisonRow
from reports.labels import CHANNELS, DIMENSIONS, LEVELS, population_name
from reports.quarterly import DimensionLost, NetworkReport, Verdicts
from reports.regional import AreaStanding, FirstStep, Matrix, RegionReport

_REST: Mapping[str, Text] = {
    "below": Text("wyraźnie poniżej reszty sieci", "clearly below the rest of the network"),
    "above": Text("wyraźnie powyżej reszty sieci", "clearly above the rest of the network"),
    "none": Text("bez wyraźnej różnicy wobec reszty sieci", "no clear difference from the rest of the network"),
}


def beside(standings: Sequence[AreaStanding], locale: str) -> str:
    """Is the region above or below the rest of the network? A sentence for each population, the largest first."""
    if not standings:
        return Text(
            "Z siecią nie da się porównać: wizyt jest za mało.",
            "It cannot be compared with the network: too few visits.",
        ).get(locale)
    if len(standings) == 1:
        said = _REST[standings[0].level].get(locale)
        return f"{said[:1].upper()}{said[1:]}."
    sentences = []
    for each in standings:
        name = population_name(each.format, each.channel, locale)
        score = findings.share(each.region.score, locale)
        sentences.append(f"{name[:1].upper()}{name[1:]}, {score}: {_REST[each.level].get(locale)}.")
    return " ".join(sentences)


def tones(rows: Sequence[ComparisonRow], locale: str) -> str:
    """How many locations of a region differ from the network, and how many of these are expected to be wrong."""
    judged = [row for row in rows if row.level in ("below", "none", "above")]
    if not judged:
        return Text(
            "Wizyt jest za mało, żeby porównywać placówki.", "There are too few visits to compare locations."
        ).get(locale)
    below, none, above = ([row for row in judged if row.level == level] for level in ("below", "none", "above"))
    text = Text(
        f"Wyraźnie poniżej sieci: {len(below)}, bez wyraźnej różnicy: {len(none)}, wyraźnie powyżej: {len(above)}.",
        f"Clearly below the network: {len(below)}, no clear difference: {len(none)}, clearly above: {len(above)}.",
    ).get(locale)
    if not below and not above:
        return text
    wrong = sum(1 - (row.p_below or 0.0) for row in below) + sum(row.p_below or 0.0 for row in above)
    return f"{text} " + Text(
        f"Spodziewana liczba pomyłek wśród wyraźnych: {findings.about(wrong, 'pl')}.",
        f"Mistakes to be expected among the clear ones: {findings.about(wrong, 'en')}.",
    ).get(locale)


def differences(report: NetworkReport, locale: str) -> str:
    """Which locations really differ, and how many of the lists may be wrong."""
    comparison = report.frame.comparison
    below, above = len(report.below), len(report.above)
    if not any(row.channel and row.level in _REST for row in comparison.rows):
        return Text(
            "Wizyt jest za mało, żeby porównywać placówki.", "There are too few visits to compare locations."
        ).get(locale)
    if not below and not above:
        return Text(
            "W tym kwartale nie ma wyraźnych różnic między placówkami.",
            "There are no clear differences between locations this quarter.",
        ).get(locale)
    wrong = sum((p.wrong_below or 0) + (p.wrong_above or 0) for p in comparison.populations)
    pl, en = (findings.about(wrong, each) for each in ("pl", "en"))
    return Text(
        f"Wyraźnie poniżej sieci: {below}, wyraźnie powyżej: {above}. Spodziewana liczba pomyłek na tych listach: {pl}."
        " U pozostałych różnice mieszczą się w tym, co może zrobić przypadek.",
        f"Clearly below the network: {below}, clearly above: {above}. Mistakes to be expected on these lists: {en}. "
        "For all others the differences are within what chance can do.",
    ).get(locale)


def rebound(rows: Sequence[ComparisonRow], populations: Sequence[Population], locale: str) -> str:
    """What chance alone will bring the locations chosen for their low scores (scoring.md section 4); "" of none."""
    means = {(each.format, each.channel): each.mu for each in populations}
    steps = [
        float(expected_rebound(row.reliability, mu, row.score))
        for row in rows
        if row.reliability is not None
        and row.score is not None
        and (mu := means.get((row.format, row.channel))) is not None
    ]
    mean = sum(steps) / len(steps) if steps else 0.0
    if half_up(100 * mean, 0) < 1:
        return ""
    by = findings.decimal(100 * mean, locale, 0)
    return Text(
        f"Nawet gdyby nic się nie zmieniło, sam przypadek podniesie te wyniki w następnym kwartale średnio o {by} pkt; "
        "o poprawie mówi dopiero wyraźny wzrost.",
        f"Even if nothing changes, chance alone will lift these scores by {by} point{'' if by == '1' else 's'} on "
        "average next quarter; only a clear rise speaks of improvement.",
    ).get(locale)


def places_changed(report: RegionReport, locale: str) -> str:
    """Which locations changed, by the list of real changes of the whole network."""
    compared = [row for row in report.rows if row.change_p is not None]
    if report.frame.previous is None or not compared:
        return Text(
            "Żadnej placówki nie da się jeszcze porównać z poprzednim kwartałem.",
            "No location can be compared with the previous quarter yet.",
        ).get(locale)
    if not report.fell and not report.rose:
        return Text(
            f"Porównaliśmy z poprzednim kwartałem wyniki placówek ({len(compared)}): żaden nie zmienił się wyraźnie.",
            f"Scores of locations were compared with the previous quarter ({len(compared)}): none has clearly changed.",
        ).get(locale)
    return Text(
        f"Porównane wyniki placówek: {len(compared)}. Wyraźnie w górę: {len(report.rose)}, wyraźnie w dół: "
        f"{len(report.fell)}. U pozostałych różnice mieszczą się w tym, co może zrobić przypadek.",
        f"Scores of locations compared: {len(compared)}. Clearly up: {len(report.rose)}, clearly down: "
        f"{len(report.fell)}. For the others the differences are within what chance can do.",
    ).get(locale)


def region_change(report: RegionReport, locale: str) -> str:
    """Did the region change? Says why not where it cannot be told; "" in the first quarter."""
    if report.frame.previous is None:
        return ""
    if report.change is None and not report.comparable:
        return Text(
            "Z poprzednim kwartałem nie da się porównać: zmieniło się zbyt wiele pytań.",
            "The previous quarter cannot be compared: too many questions have changed.",
        ).get(locale)
    return findings.summary_change(report.change, locale)


def reasons(step: FirstStep, locale: str) -> str:
    """Why a location is to be looked at first."""
    parts = []
    row = step.row
    if row is not None and row.level == "below":
        parts.append(f"{LEVELS['below'].get(locale)} ({findings.share(row.score, locale)})")
    if row is not None and step.change == ChangeLabel.DOWN and row.change is not None:
        by = findings.decimal(100 * abs(row.change), locale, 0)
        parts.append(Text(f"spadek o {by} pkt", f"down {by} points").get(locale))
    if row is None:
        parts.append(Text("tylko pytania krytyczne", "critical questions only").get(locale))
    return ", ".join(parts)


def matrix_note(matrix: Matrix, locale: str) -> str:
    """How to read the table of all criteria, and what is not in it."""
    counted = [cell for row in matrix.rows for cell in row.cells if cell.score is not None]
    toned = sum(cell.level != "none" for cell in counted)
    parts = [
        Text(
            f"Wyniki w %, w nagłówku kody kryteriów. ▲ wyraźnie powyżej sieci, ▼ wyraźnie poniżej: {toned} z "
            f"{len(counted)} {findings.plural(len(counted), 'pola', 'pól', 'pól')}; w pozostałych różnicę może robić "
            "przypadek. „–”: za mało wizyt.",
            f"Scores in %, codes of criteria in the heading. ▲ clearly above the network, ▼ clearly below: {toned} of "
            f"{len(counted)} cell{'' if len(counted) == 1 else 's'}; in the others the difference can be chance. “–”: "
            "too few visits.",
        )
    ]
    if any(cell.older for cell in counted):
        parts.append(
            Text("Kursywa: razem z trzema poprzednimi kwartałami.", "Italics: together with the three quarters before.")
        )
    if matrix.by == "region":
        parts.append(
            Text(
                f"Placówek jest {matrix.left_out}, za wiele na jedną tabelę: wiersze to regiony, porównane z resztą "
                "sieci.",
                f"There are {matrix.left_out} locations, too many for one table: the rows are regions, compared with "
                "the rest of the network.",
            )
        )
    if matrix.by == "standing_out":
        parts.append(
            Text(
                "W tabeli są tylko placówki, które wyraźnie się różnią albo zmieniły; pominięte bez wyraźnej różnicy: "
                f"{matrix.left_out}.",
                "The table holds only locations that clearly differ or changed; left out without a clear difference: "
                f"{matrix.left_out}.",
            )
        )
    return " ".join(part.get(locale) for part in parts)


def verdict_note(verdicts: Verdicts, locale: str) -> str:
    """What the verdicts on regions are of; "" where there are none."""
    if not verdicts.levels:
        return ""
    name = population_name(verdicts.format, verdicts.channel, locale)
    return Text(
        f"Wynik łączy kanały. Wobec reszty sieci: tylko {name}, bo regiony o innych kanałach trudno porównać.",
        f"The score combines channels. Against the rest of the network: {name} only, because regions with other "
        "channels are hard to compare.",
    ).get(locale)


def dimensions(rows: Sequence[DimensionLost], locale: str) -> str:
    """Which of the four standards of service lost most; "" where nothing was lost."""
    if not rows or rows[0].lost <= findings.NOTHING:
        return ""
    first = DIMENSIONS[rows[0].dimension].get(locale)
    return Text(
        f"Najwięcej punktów zabiera wymiar „{first}”: {findings.share(rows[0].share, 'pl')} wszystkich strat.",
        f"Most points are lost in “{first}”: {findings.share(rows[0].share, 'en')} of the whole loss.",
    ).get(locale)


def reliability(populations: Sequence[Population], locale: str) -> str:
    """How much of the differences between locations is real, in the population with most visited locations."""
    known = [each for each in populations if each.reliability is not None and each.visited >= 2]
    if not known:
        return Text(
            "Wizyt jest za mało, żeby powiedzieć, jaka część różnic między placówkami nie jest przypadkiem.",
            "There are too few visits to say which part of the differences between locations is not chance.",
        ).get(locale)
    largest = max(known, key=lambda each: (each.visited, each.df))
    name = population_name(largest.format, largest.channel, locale)
    part = findings.share(largest.reliability, locale)
    return Text(
        f"{name[:1].upper()}{name[1:]}: {part} różnic między wynikami placówek to różnice prawdziwe, reszta to "
        "przypadek.",
        f"{name[:1].upper()}{name[1:]}: {part} of the differences between the scores of locations are real, the rest "
        "is chance.",
    ).get(locale)


def critical_criteria(report: RegionReport, criteria: Mapping[str, Criterion], locale: str) -> list[list[str]]:
    """Return the criteria with failed critical questions: title, failed of answered, the locations with most."""
    rows = []
    for lost in sorted(report.lost, key=lambda row: (-row.critical_failed, row.criterion)):
        if not lost.critical_failed:
            continue
        places = [
            (place.failed[lost.criterion], place.name) for place in report.critical if lost.criterion in place.failed
        ]
        places.sort(key=lambda each: (-each[0], each[1]))
        named = [f"{name} ({number})" if number > 1 else name for number, name in places[: findings.NAMED]]
        left = len(places) - len(named)
        more = Text(f" i {left} {findings.plural(left, 'inna', 'inne', 'innych')}", f" and {left} more").get(locale)
        rows.append(
            [
                criteria[lost.criterion].title.get(locale),
                f"{lost.critical_failed}/{lost.critical_applicable}",
                ", ".join(named) + (more if left else ""),
            ]
        )
    return rows


def channel_name(channel: str, locale: str) -> str:
    """Return a channel as a heading or the first word of a line."""
    name = CHANNELS[channel].get(locale) if channel else ""
    return name[:1].upper() + name[1:]

"""Sentences made from values by rules, in Polish and English, that never say more than the numbers do.

Each function takes the value and a locale ("pl" or "en"). Numbers follow scoring.md 1.11; words follow its section 7.
"""

from __future__ import annotations

from collections.abc import Sequence

from checklists.model import Criterion
from checklists.rounding import half_up, outward, percent
from reports.compare import ComparisonRow
from reports.criteria import PointsLost
from reports.planner import visits_for_reliability
from reports.quarterly import CriterionLine, LocationReport, NetworkReport
from reports.summary import Summary, SummaryChange

NBSP = "\N{NO-BREAK SPACE}"


def plural(number: int, one: str, few: str, many: str) -> str:
    """Return the Polish form that goes with a number: 1 wizyta, 2 wizyty, 5 wizyt, 22 wizyty."""
    if number == 1:
        return one
    return few if number % 10 in (2, 3, 4) and number % 100 not in (12, 13, 14) else many


def share(value: float | None, locale: str, digits: int = 0) -> str:
    """Write a share in percent: "68 %" or "68%"; an en dash for none."""
    if value is None:
        return "–"
    return f"{decimal(percent(value, digits), locale, digits)}{'%' if locale == 'en' else NBSP + '%'}"


def decimal(value: float, locale: str, digits: int = 1) -> str:
    """Write a number with a decimal comma or point."""
    text = f"{half_up(value, digits):.{digits}f}"
    return text if locale == "en" else text.replace(".", ",")


def points(value: float, locale: str, *, signed: bool = False) -> str:
    """Write a share as points with one decimal: 0.051 is 5,1; `signed` puts + or − before a change."""
    text = decimal(percent(abs(value), 1), locale)
    return (("+" if value > 0 else "−" if value < 0 else "") if signed else "") + text


def between(low: float, high: float, locale: str, *, genitive: bool = False) -> str:
    """Write an interval rounded outward: "między 51 a 81 %" / "between 51 and 81%"."""
    bottom, top = outward(low, high)
    if locale == "en":
        return f"between {bottom:.0f} and {top:.0f}%"
    return f"{'od' if genitive else 'między'} {bottom:.0f} {'do' if genitive else 'a'} {top:.0f}{NBSP}%"


def visits(number: int, locale: str) -> str:
    """Write a number of visits."""
    if locale == "en":
        return f"{number} visit{'' if number == 1 else 's'}"
    return f"{number} {plural(number, 'wizyta', 'wizyty', 'wizyt')}"


def at_visits(number: int, locale: str) -> str:
    """Write "przy 3 wizytach" / "with 3 visits"."""
    if locale == "en":
        return f"with {visits(number, locale)}"
    return f"przy {number} {'wizycie' if number == 1 else 'wizytach'}"


def score(row: ComparisonRow, locale: str) -> str:
    """How did this location do?"""
    if row.n == 0:
        return "No visit counts in this quarter." if locale == "en" else "W tym kwartale nie liczy się żadna wizyta."
    if row.score is None:
        if locale == "en":
            return "One visit was made. A single visit is shown below; it gives no score for the location."
        return "Odbyła się jedna wizyta. Pokazujemy ją niżej; z jednej wizyty nie ma jeszcze wyniku placówki."
    text = share(row.score, locale)
    if row.low is None or row.high is None:
        if locale == "en":
            return f"{text}, {visits(row.n, locale)}. The network has too few visits yet to say how far chance reaches."
        return (
            f"{text}, {visits(row.n, locale)}. Sieć ma jeszcze za mało wizyt, by powiedzieć, ile może zrobić przypadek."
        )
    likely = "the true level is likely" if locale == "en" else "prawdziwy poziom leży zapewne"
    sentence = f"{text}; {at_visits(row.n, locale)} {likely} {between(row.low, row.high, locale)}."
    if row.n == 2:
        sentence += " Two visits are indicative only." if locale == "en" else " Dwie wizyty to wynik wstępny."
    return sentence


def level(row: ComparisonRow, locale: str) -> str:
    """Above or below the network? Empty where nothing may be said."""
    words = {
        "below": ("Wyraźnie poniżej sieci.", "Clearly below the network."),
        "above": ("Wyraźnie powyżej sieci.", "Clearly above the network."),
        "none": (
            "Bez wyraźnej różnicy wobec sieci: taka odległość mieści się w tym, co może zrobić przypadek.",
            "No clear difference from the network: a distance like this is within what chance can do.",
        ),
    }
    return words[row.level][locale == "en"] if row.level in words else ""


def change(row: ComparisonRow, locale: str) -> str:
    """Did it change? Empty without an earlier quarter."""
    return _change(row.change_label, row.change, row.change_low, row.change_high, locale)


def summary_change(found: SummaryChange | None, locale: str) -> str:
    """Did the network change? Empty where it cannot be said."""
    if found is None or found.label is None:
        return ""
    return _change(found.label.value, found.change, found.low, found.high, locale)


def _change(label: str | None, by: float | None, low: float | None, high: float | None, locale: str) -> str:
    if label == "not_comparable":
        if locale == "en":
            return "The quarters are not comparable: too many questions have changed."
        return "Kwartałów nie da się porównać: zmieniło się zbyt wiele pytań."
    if label is None or by is None or low is None or high is None:
        return ""
    span = f"{points(low, locale, signed=True)} … {points(high, locale, signed=True)}"
    by_points = points(by, locale, signed=True)
    if locale == "en":
        words = {"up": "Up", "down": "Down"}
        head = (
            f"{words[label]} on the previous quarter" if label in words else "No clear change on the previous quarter"
        )
        return f"{head}: {by_points} points (likely {span})."
    words = {"up": "Wzrost", "down": "Spadek"}
    head = (
        f"{words[label]} wobec poprzedniego kwartału"
        if label in words
        else "Bez wyraźnej zmiany wobec poprzedniego kwartału"
    )
    return f"{head}: {by_points} pkt (zapewne {span})."


def lost(rows: Sequence[PointsLost], titles: dict[str, Criterion], locale: str) -> str:
    """What to fix first: the criteria that cost most, never more than three."""
    total = sum(row.lost for row in rows)
    if total <= 1e-9:
        return "No points were lost." if locale == "en" else "Nie stracono żadnych punktów."
    top = [row for row in rows if row.lost > 1e-9][:3]
    parts = [f"„{titles[row.criterion].title.pl}” {points(row.lost, 'pl')}" for row in top]
    if locale == "en":
        parts = [f"“{titles[row.criterion].title.en}” {points(row.lost, 'en')}" for row in top]
        return f"Of the {points(total, 'en')} points lost, most went to {_and(parts, 'and')}."
    return f"Z {points(total, 'pl')} straconych punktów najwięcej kosztowały: {_and(parts, 'i')}."


def praise(lines: Sequence[CriterionLine], locale: str) -> str:
    """What went well: the criteria that met their acceptance level, best first, at most three by name."""
    if not lines:
        if locale == "en":
            return "No criterion with enough visits reached its acceptance level yet."
        return "Żadne kryterium z wystarczającą liczbą wizyt nie osiągnęło jeszcze poziomu akceptacji."
    names = [line.criterion.title.get(locale) for line in lines[:3]]
    count = len(lines)
    if locale == "en":
        met = f"{count} {'criterion meets its' if count == 1 else 'criteria meet their'} acceptance level"
        return f"{met}, best of all {_and([f'“{name}”' for name in names], 'and')}."
    met = plural(count, "kryterium osiąga", "kryteria osiągają", "kryteriów osiąga")
    return f"{count} {met} poziom akceptacji, najlepiej wypada: {_and([f'„{name}”' for name in names], 'i')}."


def critical(failed: int, applicable: int, locale: str) -> str:
    """Critical questions, as counts."""
    if applicable == 0:
        return "No critical question was asked." if locale == "en" else "Nie zadano żadnego pytania krytycznego."
    if locale == "en":
        if failed == 0:
            return f"All {applicable} answers to critical questions were in order."
        return f"{failed} of {applicable} answers to critical questions failed."
    if failed == 0:
        return f"Wszystkie odpowiedzi na pytania krytyczne są w porządku ({applicable})."
    return f"Pytania krytyczne: {failed} z {applicable} odpowiedzi poniżej progu."


def area(found: Summary, locale: str, *, digits: int = 1) -> str:
    """How did the network or a region do?"""
    if found.score is None:
        return "There is no score in this quarter." if locale == "en" else "W tym kwartale nie ma wyniku."
    text = share(found.score, locale, digits)
    if found.low is None or found.high is None:
        return f"{text}."
    likely = "the true level is likely" if locale == "en" else "prawdziwy poziom leży zapewne"
    return f"{text}; {likely} {between(found.low, found.high, locale)}."


def coverage(found: Summary, locale: str) -> str:
    """Write "62 of 64 locations, 190 visits"."""
    if locale == "en":
        places = f"{found.visited} of {found.locations} location{'' if found.locations == 1 else 's'}"
    else:
        places = f"{found.visited} z {found.locations} {'placówki' if found.locations == 1 else 'placówek'}"
    return f"{places}, {visits(found.n, locale)}"


def differences(report: NetworkReport, locale: str) -> str:
    """Which locations really differ, and how many of the list may be wrong."""
    below, above = len(report.below), len(report.above)
    if not below and not above:
        if locale == "en":
            return "No clear differences between locations this quarter."
        return "W tym kwartale nie ma wyraźnych różnic między placówkami."
    wrong = sum((p.wrong_below or 0) + (p.wrong_above or 0) for p in report.frame.comparison.populations)
    if locale == "en":
        return (
            f"Clearly below: {below}, clearly above: {above}. "
            f"Of these {below + above}, about {decimal(wrong, 'en')} may be wrong; the order of the others means nothing."
        )
    return (
        f"Wyraźnie poniżej: {below}, wyraźnie powyżej: {above}. "
        f"Z tych {below + above} wskazań około {decimal(wrong, 'pl')} może być pomyłką; kolejność pozostałych nic nie znaczy."
    )


def trust(report: LocationReport, locale: str) -> list[str]:
    """Can I trust it? One sentence for each channel with a known reliability."""
    sentences = []
    for row, population in zip(report.rows, report.populations, strict=True):
        if row.reliability is None or row.n == 0:
            continue
        if population.k0 is None:
            sentences.append(
                "The locations of this kind do not differ reliably this quarter."
                if locale == "en"
                else "Placówki tego rodzaju nie różnią się w tym kwartale w sposób pewny."
            )
            continue
        needed = visits_for_reliability(population.k0, 0.8)
        value = decimal(row.reliability, locale, 2)
        if locale == "en":
            sentences.append(f"{visits(row.n, 'en')} give a reliability of {value}; 0.80 needs {needed}.")
        else:
            sentences.append(f"Wiarygodność {at_visits(row.n, 'pl')}: {value}; do 0,80 trzeba {needed}.")
    return sentences


def _and(parts: Sequence[str], word: str) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} {word} {parts[-1]}"

"""Sentences made from values by rules, in Polish and English, that never say more than the numbers do.

Each function takes the value and a locale ("pl" or "en"). Numbers follow scoring.md 1.11; words follow its section 7.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil, floor

from checklists.model import Criterion, Text
from checklists.rounding import half_up, outward, percent
from reports.attention import CriterionChange
from reports.change import ChangeLabel
from reports.compare import ComparisonRow
from reports.criteria import PointsLost
from reports.labels import CHANNELS
from reports.quarterly import VisitLine
from reports.summary import Summary, SummaryChange

NBSP = "\N{NO-BREAK SPACE}"
NAMED = 3  # criteria that a sentence names
NOTHING = 1e-9
FINEST = 3  # decimals


def plural(number: int, one: str, few: str, many: str) -> str:
    """Return the Polish form that goes with a number: 1 wizyta, 2 wizyty, 5 wizyt, 22 wizyty."""
    if number == 1:
        return one
    return few if number % 10 in (2, 3, 4) and number % 100 not in (12, 13, 14) else many


def decimal(value: float, locale: str, digits: int = 1) -> str:
    """Write a number with a decimal comma or point."""
    text = f"{half_up(value, digits):.{digits}f}"
    return text if locale == "en" else text.replace(".", ",")


def share(value: float | None, locale: str, digits: int = 0) -> str:
    """Write a share in percent: "68 %" or "68%"; an en dash for none."""
    return "–" if value is None else _unit(decimal(percent(value, digits), locale, digits), locale)


def points(value: float, locale: str) -> str:
    """Write a share as points with one decimal: 0.051 is 5,1."""
    return decimal(percent(value, 1), locale)


def signed(value: float, locale: str, digits: int = 0) -> str:
    """Write points with their sign, a true minus; none before 0."""
    rounded = half_up(value, digits)
    return ("+" if rounded > 0 else "−" if rounded < 0 else "") + decimal(abs(rounded), locale, digits)


def interval(low: float | None, high: float | None) -> str:
    """Write both ends of an interval, rounded outward: "51–81"."""
    if low is None or high is None:
        return "–"
    bottom, top = outward(low, high)
    return f"{bottom:.0f}–{top:.0f}"


def between(low: float, high: float, locale: str) -> str:
    """Write an interval rounded outward: "między 51 a 81 %" / "between 51 and 81%"."""
    bottom, top = (f"{end:.0f}" for end in outward(low, high))
    text = f"between {bottom} and {top}" if locale == "en" else f"między {bottom} a{NBSP}{top}"
    return _unit(text, locale)


def visits(number: int, locale: str) -> str:
    """Write a number of visits."""
    if locale == "en":
        return f"{number} visit{'' if number == 1 else 's'}"
    return f"{number} {plural(number, 'wizyta', 'wizyty', 'wizyt')}"


def listed(parts: Sequence[str], locale: str) -> str:
    """Write names one after another, "and" before the last."""
    word = "and" if locale == "en" else "i"
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} {word} {parts[-1]}"


def quoted(title: Text, locale: str) -> str:
    """Write a title in the quotation marks of the language."""
    return f"“{title.en}”" if locale == "en" else f"„{title.pl}”"


def change_ends(low: float, high: float, digits: int = 0) -> tuple[float, float, int]:
    """Return both ends of a change in points, rounded outward, and their decimals: `digits`, or as many as a clear
    change needs not to seem to hold 0."""
    scale = 10**digits
    ends = floor(round(100 * low * scale, 8)) / scale, ceil(round(100 * high * scale, 8)) / scale
    if low * high > 0 and 0 in ends and digits < FINEST:
        return change_ends(low, high, digits + 1)
    return *ends, digits


def change_range(low: float | None, high: float | None, locale: str, digits: int = 0) -> str:
    """Write both ends of a change in points, rounded outward: "od −25 do −1"; an en dash for none."""
    if low is None or high is None:
        return "–"
    *ends, decimals = change_ends(low, high, digits)
    bottom, top = (signed(end, locale, decimals) for end in ends)
    return f"from {bottom} to {top}" if locale == "en" else f"od {bottom} do {top}"


def likely(row: ComparisonRow, locale: str) -> str:
    """How did this location do? What stands beside its printed score, or in place of one."""
    if row.n == 0:
        text = Text("W tym kwartale nie liczy się żadna wizyta.", "No visit counts in this quarter.")
    elif row.score is None:
        text = Text(
            "Odbyła się jedna wizyta. Pokazujemy ją, ale z jednej wizyty nie ma jeszcze wyniku placówki.",
            "One visit was made. It is shown; a single visit gives no score for the location.",
        )
    elif row.low is None or row.high is None:
        text = Text(
            f"Liczba wizyt: {row.n}. Sieć ma ich jeszcze za mało, żeby powiedzieć, ile może tu zrobić przypadek.",
            f"Number of visits: {row.n}. The network has too few yet to say how far chance reaches.",
        )
    else:
        counted = f"{row.n} {'wizycie' if row.n == 1 else 'wizytach'}"
        text = Text(
            f"Przy {counted} prawdziwy poziom leży prawdopodobnie {between(row.low, row.high, 'pl')}.",
            f"With {visits(row.n, 'en')} the true level is likely {between(row.low, row.high, 'en')}.",
        )
    return text.get(locale) + (_indicative(row.n, locale) if row.level == "indicative" else "")


def _indicative(number: int, locale: str) -> str:
    pl, en = f" {visits(number, 'pl')} to wynik wstępny.", f" {visits(number, 'en')} are indicative only."
    return Text(pl, en).get(locale)


def standing(headline: ComparisonRow, rows: Sequence[ComparisonRow], locale: str) -> str:
    """Above or below the network? Empty where nothing is due.

    Where there are several channels each has its sentence, with the channel's own score, because the verdict is of it.
    """
    if len(rows) == 1:
        return _LEVELS[headline.level].get(locale) if headline.level in _LEVELS else ""
    sentences = []
    for row in rows:
        name = CHANNELS[row.channel].get(locale)
        scored = "" if row.score is None else f", {share(row.score, locale)}"
        level = _CHANNEL_LEVELS.get(row.level, _NO_VERDICT).get(locale)
        sentences.append(f"{_upper(name)}{scored}: {level}.")
    return " ".join(sentences)


_LEVELS: Mapping[str | None, Text] = {
    "below": Text("Wyraźnie poniżej sieci.", "Clearly below the network."),
    "above": Text("Wyraźnie powyżej sieci.", "Clearly above the network."),
    "none": Text(
        "Bez wyraźnej różnicy wobec sieci: taka odległość mieści się w tym, co może zrobić przypadek.",
        "No clear difference from the network: a distance like this is within what chance can do.",
    ),
}
_CHANNEL_LEVELS: Mapping[str | None, Text] = {
    "below": Text("wyraźnie poniżej sieci", "clearly below the network"),
    "above": Text("wyraźnie powyżej sieci", "clearly above the network"),
    "none": Text("bez wyraźnej różnicy wobec sieci", "no clear difference from the network"),
}
_NO_VERDICT = Text("wizyt jest za mało, żeby porównywać z siecią", "too few visits to compare with the network")


def change(row: ComparisonRow, rows: Sequence[ComparisonRow], needed: int, locale: str) -> str:
    """Did it change? Empty without an earlier quarter; `needed` visits in both quarters allow an answer.

    Where only the mix of channels changed, each of the channels in `rows` that can be compared has its sentence.
    """
    if row.previous is None:
        return ""
    alone = [each for each in rows if each.change_label in (ChangeLabel.UP, ChangeLabel.DOWN, ChangeLabel.NONE)]
    if row.change_label == ChangeLabel.NOT_COMPARABLE and alone:
        said = [
            f"{_upper(CHANNELS[each.channel].get(locale))}: {_lower(change(each, (), needed, locale))}"
            for each in alone
        ]
        lead = Text(
            "Kanały badania się zmieniły, więc porównujemy każdy osobno.",
            "The channels have changed, so each is compared by itself.",
        )
        return " ".join([lead.get(locale), *said])
    if row.change_label == ChangeLabel.NOT_COMPARABLE:
        text = Text(
            "Z poprzednim kwartałem nie da się porównać: zmieniły się kanały albo zbyt wiele pytań.",
            "The previous quarter cannot be compared: the channels or too many questions have changed.",
        )
    elif row.change is None or row.change_low is None or row.change_high is None:
        text = Text(
            "Zmiany wobec poprzedniego kwartału nie da się jeszcze policzyć: wizyt jest za mało.",
            "The change on the previous quarter cannot be told yet: there are too few visits.",
        )
    elif row.change_label is None:
        text = Text(
            f"O zmianie będzie można mówić od {needed} wizyt w obu kwartałach.",
            f"A change can be told from {needed} visits in both quarters.",
        )
    else:
        return _change(ChangeLabel(row.change_label), row.change, row.change_low, row.change_high, locale, 0)
    return text.get(locale)


def summary_change(found: SummaryChange | None, locale: str) -> str:
    """Did the network change? Empty where it cannot be said."""
    if found is None or found.label is None or found.low is None or found.high is None:
        return ""
    return _change(found.label, found.change, found.low, found.high, locale, 1)


def _change(label: ChangeLabel, by: float, low: float, high: float, locale: str, digits: int) -> str:
    scale = 10**digits
    size = half_up(100 * abs(by), digits)
    amount = decimal(size or 1 / scale, locale, digits)
    unit = "point" if amount == "1" else "points"
    if label == ChangeLabel.NONE:
        text = Text(
            f"Bez wyraźnej zmiany wobec poprzedniego kwartału: {signed(100 * by, 'pl', digits)} pkt, "
            f"prawdopodobnie {change_range(low, high, 'pl', digits)}.",
            f"No clear change on the previous quarter: {signed(100 * by, 'en', digits)} {unit}, "
            f"likely {change_range(low, high, 'en', digits)}.",
        )
    else:
        up = label == ChangeLabel.UP
        text = Text(
            f"{'Wzrost' if up else 'Spadek'} wobec poprzedniego kwartału o {'' if size else 'mniej niż '}{amount} pkt, "
            f"prawdopodobnie {change_range(low, high, 'pl', digits)}.",
            f"{'Up' if up else 'Down'} {'' if size else 'less than '}{amount} {unit} on the previous quarter, "
            f"likely {change_range(low, high, 'en', digits)}.",
        )
    return text.get(locale)


CHANGES: Mapping[str | None, Text] = {
    ChangeLabel.UP: Text("wzrost", "up"),
    ChangeLabel.DOWN: Text("spadek", "down"),
    ChangeLabel.NONE: Text("bez wyraźnej zmiany", "no clear change"),
    ChangeLabel.NOT_COMPARABLE: Text("nie da się porównać", "cannot be compared"),
    None: Text("wizyt jest za mało", "too few visits"),
}


def criteria_change(changes: Sequence[CriterionChange], locale: str) -> str:
    """Which criteria changed on the previous quarter? Those on the list of real changes, as counts."""
    if not changes:
        return Text(
            "Pojedynczych kryteriów nie da się jeszcze porównać z poprzednim kwartałem: pytania się zmieniły albo wizyt"
            " jest za mało.",
            "Single criteria cannot be compared with the previous quarter yet: the questions changed or there are too "
            "few visits.",
        ).get(locale)
    up, down = (sum(each.label == label for each in changes) for label in (ChangeLabel.UP, ChangeLabel.DOWN))
    if not up and not down:
        return Text(
            f"Porównaliśmy kryteria z poprzednim kwartałem ({len(changes)}): w żadnym nie ma wyraźnej zmiany.",
            f"Criteria were compared with the previous quarter ({len(changes)}): none has clearly changed.",
        ).get(locale)
    return Text(
        f"Porównane kryteria: {len(changes)}. Wyraźnie w górę: {up}, wyraźnie w dół: {down}. U pozostałych różnice "
        "mieszczą się w tym, co może zrobić przypadek.",
        f"Criteria compared: {len(changes)}. Clearly up: {up}, clearly down: {down}. For the others the differences "
        "are within what chance can do.",
    ).get(locale)


def cost(part: float, total: float, locale: str) -> str:
    """Write what one criterion took: "5,8 z 32,1 brakujących pkt"."""
    return Text(
        f"{points(part, 'pl')} z {points(total, 'pl')} brakujących pkt",
        f"{points(part, 'en')} of the {points(total, 'en')} points missing",
    ).get(locale)


def lost(rows: Sequence[PointsLost], criteria: Mapping[str, Criterion], locale: str) -> str:
    """What to fix first: what is missing from 100 and the criteria that cost most, at most three."""
    costly = [row for row in rows if row.lost > NOTHING]
    if not costly:
        return Text("Nie stracono żadnego punktu.", "No point was lost.").get(locale)
    total = points(sum(row.lost for row in rows), locale)
    named = [f"{quoted(criteria[row.criterion].title, locale)} {points(row.lost, locale)}" for row in costly[:NAMED]]
    if len(costly) == 1:
        only = quoted(criteria[costly[0].criterion].title, locale)
        text = Text(
            f"Do {_unit('100', 'pl')} brakuje {total} pkt, wszystko przez kryterium {only}.",
            f"{total} points are missing from 100%, all through {only}.",
        )
    else:
        most = len(costly) > NAMED
        text = Text(
            f"Do {_unit('100', 'pl')} brakuje {total} pkt; {'najwięcej kosztują' if most else 'kosztują je'}: "
            f"{listed(named, locale)}.",
            f"{total} points are missing from 100%; {'most went' if most else 'they went'} to {listed(named, locale)}.",
        )
    return text.get(locale)


def praise(best: Sequence[Criterion], met: int, scored: int, locale: str, *, judged: bool = True) -> str:
    """What went well: how many of the `scored` criteria surely meet their acceptance level, and the `best` by name.

    `best` are those that do, else those whose score reaches it so far; never one below its level. `judged`: visits
    are enough to speak of any.
    """
    unsure = Text(
        "O żadnym kryterium nie można jeszcze powiedzieć z pewnością, że osiąga poziom akceptacji.",
        "For no criterion is it certain yet that its acceptance level is met.",
    )
    if not best and judged:
        text = unsure
    elif not best:
        text = Text(
            "Wizyt jest jeszcze za mało, żeby mówić o pojedynczych kryteriach.",
            "There are too few visits yet to speak of single criteria.",
        )
    elif met == 0:
        text = Text(f"{unsure.pl} Wyniki, które na razie go osiągają:", f"{unsure.en} Scores that reach it so far:")
    else:
        names = listed([quoted(criterion.title, locale) for criterion in best[: min(NAMED, met)]], locale)
        text = Text(
            f"W {met} z {scored} {'kryterium' if scored == 1 else 'kryteriów'} poziom akceptacji jest osiągnięty na "
            f"pewno, najlepiej {'wypada' if min(NAMED, met) == 1 else 'wypadają'}: {names}.",
            f"In {met} of {scored} {'criterion' if scored == 1 else 'criteria'} the acceptance level is met for "
            f"certain, best of all {names}.",
        )
    return text.get(locale)


def critical(
    rows: Sequence[PointsLost], counted: Sequence[VisitLine], locale: str, visits_hit: tuple[int, int] = (0, 0)
) -> str:
    """Critical questions, as counts of answers and, where `counted` visits are given, of visits.

    `visits_hit` are the visits of many locations: those that asked, and those in which one failed.
    """
    failed, applicable = sum(row.critical_failed for row in rows), sum(row.critical_applicable for row in rows)
    if applicable == 0:
        text = Text("Nie zadano żadnego pytania krytycznego.", "No critical question was asked.")
    elif failed == 0:
        text = Text(
            f"Pytania krytyczne: wszystkie odpowiedzi są w porządku ({applicable}).",
            f"Critical questions: all answers are in order ({applicable}).",
        )
    else:
        asked, hit = (len(counted), sum(1 for visit in counted if visit.critical_failed)) if counted else visits_hit
        text = Text(
            f"Niespełnione pytania krytyczne: {failed} z {applicable}"
            + (f", w {hit} z {asked} {'wizyty' if asked == 1 else 'wizyt'}." if asked else "."),
            f"Critical questions: {failed} of {applicable} answers failed"
            + (f", in {hit} of {visits(asked, 'en')}." if asked else "."),
        )
    return text.get(locale)


def area(found: Summary, locale: str) -> str:
    """How did the network do? What stands beside its printed score."""
    if found.score is None:
        return Text("W tym kwartale nie ma wyniku.", "There is no score in this quarter.").get(locale)
    if found.low is None or found.high is None:
        return Text(
            "Wizyt jest jeszcze za mało, żeby powiedzieć, ile może tu zrobić przypadek.",
            "There are too few visits yet to say how far chance reaches.",
        ).get(locale)
    alike = Text("", "")
    if found.se == 0:
        alike = Text(
            ", choć w każdej placówce wizyty wypadły tak samo",
            ", though within each location the visits were all alike",
        )
    return Text(
        f"Prawdziwy poziom leży prawdopodobnie {between(found.low, found.high, 'pl')}{alike.pl}.",
        f"The true level is likely {between(found.low, found.high, 'en')}{alike.en}.",
    ).get(locale)


def coverage(found: Summary, locale: str) -> str:
    """Write "62 z 64 placówek, 190 wizyt" / "62 of 64 locations, 190 visits"."""
    text = Text(
        f"{found.visited} z {found.locations} {'placówki' if found.locations == 1 else 'placówek'}",
        f"{found.visited} of {found.locations} location{'' if found.locations == 1 else 's'}",
    )
    return f"{text.get(locale)}, {visits(found.n, locale)}"


def about(value: float, locale: str) -> str:
    """Write an expected number with one decimal, "less than 0.1" for almost none."""
    if half_up(value, 1) > 0:
        return decimal(value, locale)
    return ("less than " if locale == "en" else "mniej niż ") + decimal(0.1, locale)


def _unit(number: str, locale: str) -> str:
    return f"{number}%" if locale == "en" else f"{number}{NBSP}%"


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]

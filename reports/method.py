"""How a report is to be read: its rules with the thresholds it used, and how far its scores can be trusted."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

from checklists.model import Text
from reports import findings
from reports.columns import Population
from reports.labels import CHANNELS, population_name
from reports.parameters import FewShoppers
from reports.planner import visits_for_reliability
from reports.quarterly import Frame
from reports.thresholds import Thresholds

ENOUGH = 0.8  # the reliability whose price in visits is printed
_BOTH = ("pl", "en")
UNKNOWN = Text("nie wiadomo", "unknown")
POINTS = Text("pkt", "points")
_AGAIN = Text(
    " Poprzedni kwartał opublikowano z innymi wagami; zmianę liczymy w obu kwartałach z tymi samymi.",
    " The earlier quarter was published with other weights; the change counts both quarters with these.",
)


def notes(frame: Frame, channels: Sequence[str], populations: Sequence[Population], locale: str) -> list[str]:
    """Return the paragraphs of the box, with the thresholds and versions of this report and who is compared there."""
    weights = _weights(frame, channels)
    compared = {(each.format, each.channel) for each in populations}
    known = [each for each in frame.shoppers or () if (each.format, each.channel) in compared]
    texts = [*rules(frame.comparison.settings, locale), *few_shoppers(known)]
    texts += [*([weights] if weights else []), _versions(frame)]
    return [text.get(locale) for text in texts]


def rules(settings: Thresholds, locale: str) -> list[Text]:
    """Return the rules of scores, intervals and verdicts with their thresholds."""
    scorable, error, overlap = (
        findings.share(value, locale) for value in (settings.scorable_share, settings.list_error, settings.overlap)
    )
    return [
        Text(
            "Wynik wizyty to suma zdobytych wag podzielona przez sumę wag pytań, które jej dotyczyły; wizyta liczy się,"
            f" gdy dotyczyło jej co najmniej {scorable} wagi ankiety. „Nie dotyczy” nie liczy się ani na plus, ani na "
            "minus. Wynik placówki w kanale to średnia jej wizyt, łączny to średnia jej kanałów (także tych z jedną "
            "wizytą), a wynik sieci i regionu to średnia placówek.",
            "A visit's score is the weight earned divided by the weight of the questions that applied; a visit counts "
            f"when at least {scorable} of the checklist's weight applied. “Not applicable” counts neither way. A "
            "location's score in a channel is the mean of its visits, its score in all the mean of its channels (those "
            "with one visit too), that of the network or a region the mean of its locations.",
        ),
        Text(
            "Przedział mówi, ile przy tej liczbie wizyt może zrobić przypadek: prawdziwy poziom mieści się w 95 takich "
            "przedziałach na 100. Placówki porównujemy tylko w tym samym formacie i kanale.",
            "The interval says what chance can do with this number of visits: 95 of 100 such intervals contain the "
            "true level. Locations are compared only within the same format and channel.",
        ),
        Text(
            f"„Wyraźnie” piszemy od {settings.label_visits} wizyt i tylko wtedy, gdy na całej liście może być pomyłką "
            f"średnio najwyżej {error} wskazań. Wzrost lub spadek piszemy, gdy cały przedział zmiany leży po jednej "
            f"stronie zera; kwartały porównujemy na wspólnych pytaniach, gdy niosą co najmniej {overlap} wagi.",
            f"We write “clearly” from {settings.label_visits} visits, and only while on average at most {error} of the "
            "whole list may be wrong. We write up or down when the whole interval of the change lies on one side of "
            f"zero; quarters are compared on common questions when these carry at least {overlap} of the weight.",
        ),
        Text(
            f"Kryterium ma wynik od {settings.criterion_visits} wizyt i {settings.criterion_answers} odpowiedzi; gdy w "
            "kwartale jest ich mniej, liczymy je razem z trzema poprzednimi.",
            f"A criterion has a score from {settings.criterion_visits} visits and {settings.criterion_answers} answers;"
            " where a quarter has fewer, it counts together with the three before.",
        ),
    ]


def few_shoppers(known: Sequence[FewShoppers] | None) -> list[Text]:
    """Return in which populations intervals know that few shoppers made the visits, and in which they cannot.

    `known` is None where nobody looked, and then no interval knows.
    """
    told = [each for each in known or () if each.var_shopper is not None]
    untold = [each for each in known or () if each.var_shopper is None]
    if not told:
        return [
            Text(
                "Przedziały nie uwzględniają tego, że kilka wizyt w placówce mogła odbyć ta sama osoba.",
                "The intervals do not take into account that one shopper may have made several of a location's visits.",
            )
        ]
    but = Text("", "")
    if untold:
        pl, en = ("; ".join(population_name(each.format, each.channel, locale) for each in untold) for locale in _BOTH)
        but = Text(f" Tych różnic nie dało się poznać: {pl}.", f" These differences are not known in: {en}.")
    return [
        Text(
            "Przedział wyniku całej ankiety jest szerszy, gdy w placówce kilka wizyt odbyła ta sama osoba: o tyle, ile "
            f"wynika z różnic między osobami badającymi.{but.pl}",
            "The interval of a score over the whole checklist is wider where one shopper made several of a location's "
            f"visits, by as much as shoppers differ.{but.en}",
        )
    ]


def fairness(frame: Frame, locale: str) -> list[str]:
    """Return what everybody may rely on who is spoken of in this report."""
    texts = [
        Text(
            "Wyniki służą lepszej obsłudze, a nie ocenie pojedynczych osób. Nie ma tu nazwisk ani rankingu "
            "pracowników.",
            "Results serve better service, not the judgement of individuals. There are no names here and no ranking of "
            "staff.",
        ),
        *_told(frame),
        Text(
            "Wizyty mają datę bez godziny, a o osobach, które je wykonały, raport nic nie mówi. Komentarz, który "
            "mógłby wskazać konkretną osobę, pomijamy.",
            "Visits have a date and no hour, and nothing is said of the people who made them. A comment that might "
            "tell who somebody is has been left out.",
        ),
        *_judgement(frame),
        Text(
            "Skrajny wynik z kilku wizyt następnym razem zwykle zbliża się do średniej sam z siebie. Dlatego nie "
            "chwalimy ani nie ganimy za zmianę, która mieści się w przedziale.",
            "An extreme score from a few visits usually comes closer to the mean by itself the next time. That is why "
            "no change within its interval is praised or blamed.",
        ),
    ]
    return [text.get(locale) for text in texts]


def _told(frame: Frame) -> list[Text]:
    """Return when staff were told that service is checked, where that was recorded."""
    found = []
    for wave in frame.waves:
        if wave.told_on is not None:
            by = f" ({wave.told_by})" if wave.told_by else ""
            found.append(
                Text(
                    f"Pracownicy zostali wcześniej powiadomieni o badaniu: {wave.told_on:%d.%m.%Y}{by}.",
                    f"Staff were told beforehand that service is checked: {wave.told_on:%Y-%m-%d}{by}.",
                )
            )
    return found


def _judgement(frame: Frame) -> list[Text]:
    shares = [each.judgement for each in frame.checklists]
    if not shares:
        return []
    low, high = min(shares), max(shares)
    pl, en = (
        findings.share(high, locale)
        if findings.share(low, locale) == findings.share(high, locale)
        else f"{findings.share(low, locale).rstrip('%').rstrip()}–{findings.share(high, locale)}"
        for locale in ("pl", "en")
    )
    return [
        Text(
            f"Pytania dotyczą przede wszystkim faktów; oceny osoby badającej to {pl} wagi ankiety."
            if high < 0.5
            else f"Oceny osoby badającej to {pl} wagi ankiety, reszta to fakty.",
            f"Most questions are about facts; the visitor's judgement makes up {en} of the checklist's weight."
            if high < 0.5
            else f"The visitor's judgement makes up {en} of the checklist's weight, the rest is facts.",
        )
    ]


def _weights(frame: Frame, channels: Sequence[str]) -> Text | None:
    """Return how channels make up a headline; None where there is one only."""
    if len(channels) < 2:
        return None
    weights = [(CHANNELS[channel], frame.weights.get(channel, 1.0)) for channel in channels]
    again = _AGAIN if frame.reweighted else Text("", "")
    if len({weight for _, weight in weights}) == 1:
        return Text(
            "Kanały liczą się w wyniku łącznym po równo." + again.pl,
            "Channels count equally in the headline." + again.en,
        )
    pl, en = (
        ", ".join(f"{name.get(locale)} {findings.decimal(weight, locale)}" for name, weight in weights)
        for locale in ("pl", "en")
    )
    return Text(
        f"Wagi kanałów w wyniku łącznym: {pl}.{again.pl}", f"Weights of the channels in the headline: {en}.{again.en}"
    )


def _versions(frame: Frame) -> Text:
    title, versions = frame.standard.title, ", ".join(each.name for each in frame.checklists)
    return Text(
        f"{title.pl}, wersja {frame.standard.version}; ankiety: {versions}.",
        f"{title.en}, version {frame.standard.version}; checklists: {versions}.",
    )


def trust(populations: Sequence[Population], locale: str) -> list[list[str]]:
    """Return a row for each population: who is compared, how far one visit is off, mean reliability, visits for 80 %.

    How far one visit is off is the standard deviation of visits inside a location; `trust_note` says so in words.
    """
    return [_trust(population, locale) for population in populations if population.visited]


def _trust(population: Population, locale: str) -> list[str]:
    name = population_name(population.format, population.channel, locale)
    borrowed = "*" if population.source == "previous_four" else ""
    needed = None if population.k0 is None else visits_for_reliability(population.k0, ENOUGH)
    unknown, points = UNKNOWN.get(locale), POINTS.get(locale)
    within = population.var_within
    return [
        name,
        unknown if within is None else f"{findings.decimal(100 * sqrt(within), locale, 0)} {points}{borrowed}",
        unknown if population.reliability is None else findings.share(population.reliability, locale),
        unknown if needed is None else str(needed),
    ]


def trust_note(populations: Sequence[Population], locale: str) -> str:
    """Return the note under the table of `trust`; what holds for none of its rows is left out."""
    shown = [population for population in populations if population.visited]
    parts = []
    if any(population.reliability is not None for population in shown):
        parts.append(
            Text(
                "Odchylenie jednej wizyty: o tyle jej wynik leży zwykle nad poziomem placówki albo pod nim (dyspersja)."
                " Prawdziwe różnice: taka część różnic między wynikami placówek nie jest przypadkiem (wiarygodność).",
                "One visit is off by: so far its score usually lies above or below the location's level (dispersion). "
                "Real differences: this part of the differences between scores is not chance (reliability).",
            )
        )
    if any(population.source == "previous_four" for population in shown):
        parts.append(Text("* z czterech poprzednich kwartałów.", "* from the four quarters before."))
    if any(population.reliability is not None and population.k0 is None for population in shown):
        parts.append(
            Text(
                "Bez liczby wizyt: wizyty nie pokazują wyraźnych różnic między tymi placówkami.",
                "Without a number of visits: the visits show no reliable differences between these locations.",
            )
        )
    return " ".join(part.get(locale) for part in parts)

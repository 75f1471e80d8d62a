"""Comments of visitors on paper: which may be printed at all, and which of those are."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

SHORTEST, LONGEST = 12, 240
SHOWN = 6

# Nobody may be known by what is printed: no badge, no looks, no hour, no number that leads to a person or a receipt.
_TELLING = re.compile(
    r"identyfikator|plakietk|imieni|na imię|nazwisk|nazywa się|name ?tag|badge|surname|her name|his name|named"
    r"|włos|blond|brunet|\brud[aey]\b|\błys|\bbrod|\bwąs|okular|tatua|kolczyk|wzrost|szczupł|otył|\bgrub[aey]\b"
    r"|\bmłod|\bstarsz|\bw wieku\b|w ciąży|akcent|\bcer[aąy]\b|\bhair|beard|moustache|glasses|tattoo|piercing"
    r"|\btall\b|\bslim\b|\bfat\b|\byoung|\belderly|\baged\b|pregnant|accent|\bskin\b"
    r"|@|https?:|www\.|\d{5}|\b(?:[01]?\d|2[0-3])[:.][0-5]\d\b(?! ?(?:zł|pln|%))|\bgodz",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_BEGINS = re.compile(r"(?:^|[.!?…:]['\"”’)]*\s+|[„“\"(–-]\s*)$")
# A name inside a sentence is told by its capital letter; one that begins a sentence by being a common first name.
_NAMES = re.compile(
    "Ada|Adam|Adrian|Aga|Agata|Agnieszka|Ala|Aleksandra|Alicja|Andrzej|Aneta|Ania|Anka|Anna|Antoni|Artur|Asia|"
    "Barbara|Bartek|Bartosz|Basia|Beata|Bogdan|Bożena|Damian|Daniel|Danuta|Darek|Daria|Dariusz|Dawid|Dominik|"
    "Dominika|Dorota|Edyta|Ela|Elżbieta|Emilia|Ewa|Ewelina|Filip|Gabriela|Gosia|Grażyna|Grzegorz|Grzesiek|Halina|"
    "Hania|Hanna|Henryk|Hubert|Igor|Ilona|Irena|Iwona|Iza|Izabela|Jacek|Jadwiga|Jakub|Jan|Janek|Janusz|Jerzy|"
    "Joanna|Jola|Jolanta|Julia|Jurek|Justyna|Kacper|Kamil|Kamila|Karol|Karolina|Kasia|Katarzyna|Kinga|Klaudia|"
    "Konrad|Krystyna|Krzysiek|Krzysztof|Kuba|Lena|Lidia|Magda|Magdalena|Maciej|Maciek|Maja|Małgorzata|Marcin|"
    "Marek|Maria|Mariola|Mariusz|Marta|Martyna|Marysia|Mateusz|Michalina|Michał|Mirosław|Monika|Natalia|Norbert|"
    "Ola|Olga|Oliwia|Oskar|Patrycja|Patryk|Paulina|Paweł|Piotr|Piotrek|Przemek|Przemysław|Rafał|Renata|Robert|"
    "Roman|Ryszard|Sebastian|Sławek|Sławomir|Stanisław|Sylwia|Szymon|Tadek|Tadeusz|Teresa|Tomasz|Tomek|Ula|"
    "Urszula|Wanda|Weronika|Wiesław|Wiktor|Wiktoria|Wioletta|Witold|Wojciech|Wojtek|Zbigniew|Zofia|Zosia|Zuzanna|"
    "Łukasz|Olena|Oksana|Iryna|Andrij|James|John|Mary|Sarah|Tom"
)


@dataclass(frozen=True, slots=True)
class Quote:
    """A comment a visitor wrote beside an answer. `good` tells whether the answer earned its points."""

    text: str
    criterion: str
    channel: str
    good: bool


def may_be_printed(text: str, known: Collection[str] = ()) -> bool:
    """Tell whether a comment surely names and describes nobody; in doubt it does not.

    `known` are capitalised words that are no people: of the programme, of its places. Abbreviations in capitals pass.
    """
    if _TELLING.search(text):
        return False
    for match in _WORD.finditer(text):
        word = match[0]
        if not word[0].isupper() or len(word) == 1 or word.isupper() or word in known:
            continue
        if _NAMES.fullmatch(word) or not _BEGINS.search(text[: match.start()]):
            return False
    return True


def select_quotes(quotes: Iterable[Quote], limit: int = SHOWN, known: Collection[str] = ()) -> tuple[Quote, ...]:
    """Return the comments to print: at most `limit`, praise first, the longest of each criterion, none twice.

    Comments that may tell who somebody is, too short to say anything or too long for a report are left out. Praise and
    criticism have half of the places each, and what one does not need goes to the other.
    """
    texts: set[str] = set()
    chosen: dict[bool, dict[str, Quote]] = {True: {}, False: {}}
    for quote in sorted(quotes, key=lambda quote: (-len(quote.text), quote.text, quote.criterion)):
        about = chosen[quote.good]
        if not SHORTEST <= len(quote.text) <= LONGEST or quote.text in texts or quote.criterion in about:
            continue
        if not may_be_printed(quote.text, known):
            continue
        texts.add(quote.text)
        about[quote.criterion] = quote
    good, bad = (list(about.values()) for about in chosen.values())
    half = limit // 2
    bad = bad[: max(half, limit - len(good))]
    return (*good[: limit - len(bad)], *bad)

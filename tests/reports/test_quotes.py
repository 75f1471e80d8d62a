"""Which comments may stand on paper: nobody is named, described or found by an hour."""

from __future__ import annotations

import pytest

from reports.quotes import Quote, may_be_printed, select_quotes


@pytest.mark.parametrize(
    "text",
    [
        "Od razu i z uśmiechem.",
        "Nikt się nie przywitał. Czekanie trwało kwadrans.",
        "Płatność BLIK nie działała, zapłata była możliwa gotówką.",
        "Cena przy półce 19,99 zł, przy kasie 24.50 zł.",
        "Przy kasie padło: „Dzień dobry” i nic więcej.",
        "Ani razu nie zapytano o potrzeby.",
        "Jan Kowalski Meble to tylko nazwa sklepu.",  # known words of the programme
        "A short queue, and I was served at once.",
    ],
)
def test_a_comment_about_service_is_printed(text: str) -> None:
    assert may_be_printed(text, known=["Jan", "Kowalski", "Meble"])


@pytest.mark.parametrize(
    "text",
    [
        "Pani Ania pomogła mi od razu.",
        "Ania pomogła mi od razu.",
        "Obsłużył mnie Krzysztof z działu mebli.",
        "Na identyfikatorze było napisane „Zofia”.",
        "Sprzedawca w okularach nie podniósł wzroku.",
        "Wysoka blondynka przy kasie.",
        "Starsza osoba z obsługi, bardzo miła.",
        "O 14:20 nikogo nie było przy kasie.",
        "Przyszło o godz. siódmej.",
        "Proszę dzwonić: 600123456.",
        "Pisać na adres ktos@firma.example.",
        "The young man with a beard was kind.",
        "Her name tag was hidden.",
        "We spoke to Emily about it.",
    ],
)
def test_a_comment_that_may_tell_who_somebody_is_stays_out(text: str) -> None:
    assert not may_be_printed(text)
    quote = Quote(text, "A1", "store_visit", good=True)
    assert select_quotes([quote]) == ()

"""The fixed words of a printed report, in Polish and English."""

from __future__ import annotations

from collections.abc import Mapping

from checklists.model import Channel, Dimension, Text

CHANNELS: Mapping[str, Text] = {
    Channel.STORE_VISIT: Text("wizyty w sklepie", "store visits"),
    Channel.PHONE: Text("rozmowy telefoniczne", "phone calls"),
    Channel.CHAT: Text("czaty", "chats"),
    Channel.EMAIL: Text("e-maile", "e-mails"),
    Channel.ONLINE_ORDER: Text("zamówienia internetowe", "online orders"),
}
FORMATS: Mapping[str, Text] = {
    "store": Text("sklepy", "stores"),
    "contact_centre": Text("centra kontaktu", "contact centres"),
    "online_shop": Text("sklepy internetowe", "online shops"),
}
DIMENSIONS: Mapping[Dimension, Text] = {
    Dimension.TIMELINESS: Text("Terminowość", "Timeliness"),
    Dimension.ACCURACY: Text("Dokładność", "Accuracy"),
    Dimension.COURTESY: Text("Uprzejmość", "Courtesy"),
    Dimension.EFFICIENCY: Text("Sprawność", "Efficiency"),
}
VISIT_KINDS: Mapping[str, Text] = {
    "revisit": Text("ponowna wizyta", "re-visit"),
    "training": Text("wizyta szkoleniowa", "training visit"),
    "pilot": Text("wizyta pilotażowa", "pilot visit"),
}
LEVELS: Mapping[str | None, Text] = {
    "below": Text("wyraźnie poniżej", "clearly below"),
    "above": Text("wyraźnie powyżej", "clearly above"),
    "none": Text("bez wyraźnej różnicy", "no clear difference"),
    "indicative": Text("wynik wstępny", "indicative"),
    "single": Text("1 wizyta, bez wyniku", "1 visit, no score"),
    None: Text("bez porównania", "not compared"),
}
LABELS: Mapping[str, Text] = {
    "report_location": Text("Raport z badania obsługi", "Service audit report"),
    "report_network": Text("Raport sieci z badania obsługi", "Service audit report of the network"),
    "score": Text("Wynik", "Score"),
    "no_score": Text("brak", "none"),
    "interval": Text("Przedział", "Interval"),
    "interval_short": Text("95 %", "95%"),
    "likely": Text("Prawdopodobny poziom", "Likely level"),
    "visits": Text("Wizyty", "Visits"),
    "network": Text("Sieć", "Network"),
    "target": Text("Akceptacja", "Acceptance"),
    "channel": Text("Kanał", "Channel"),
    "level": Text("Wobec sieci", "Against the network"),
    "went_well": Text("Co poszło dobrze", "What went well"),
    "cost_most": Text("Co kosztowało najwięcej punktów", "What cost most points"),
    "by_channel": Text("Wynik w kanałach", "Score by channel"),
    "history": Text("Wynik w kolejnych kwartałach", "Score by quarter"),
    "quarter": Text("Kwartał", "Quarter"),
    "criteria": Text("Kryteria standardu", "Criteria of the standard"),
    "criteria_note": Text(
        "Linia przerywana: poziom akceptacji. Trójkąt: cały przedział leży na tym poziomie lub wyżej (▲) albo poniżej "
        "niego (▼). Kropka: na takie zdanie jest za wcześnie.",
        "Dashed line: acceptance level. Triangle: the whole interval lies at this level or above (▲) or below it (▼). "
        "Dot: too early to say.",
    ),
    "four_quarters": Text(
        "Gwiazdka: razem z trzema poprzednimi kwartałami, bo w tym wizyt jest za mało.",
        "Asterisk: together with the three quarters before, because this one has too few visits.",
    ),
    "unscored": Text("Bez wyniku, bo wizyt jest za mało:", "No score, because of too few visits:"),
    "criterion": Text("Kryterium", "Criterion"),
    "points_lost": Text("Stracone punkty", "Points lost"),
    "lost_short": Text("Strata", "Lost"),
    "made_visits": Text("Wizyty kwartału", "Visits of the quarter"),
    "date": Text("Data", "Date"),
    "scale": Text("0–100 %", "0–100%"),
    "scale_low": Text("0 %", "0%"),
    "scale_high": Text("100 %", "100%"),
    "remark": Text("Uwagi", "Remarks"),
    "not_counted": Text("nie liczy się do wyniku", "not counted in the score"),
    "quotes": Text("Co spotkało klienta", "What customers met"),
    "quotes_note": Text(
        "Dosłowne komentarze z zatwierdzonych wizyt, zapisane przy odpowiedziach.",
        "Comments from approved visits, word for word, as written beside the answers.",
    ),
    "quotes_good": Text("Tak trzymać", "Keep it up"),
    "quotes_bad": Text("Do poprawy", "To improve"),
    "method": Text("Jak to czytać", "How to read this"),
    "population": Text("Porównujemy między sobą", "Compared with each other"),
    "scatter": Text("Odchylenie jednej wizyty", "One visit is off by"),
    "reliability": Text("Prawdziwe różnice", "Real differences"),
    "needed": Text("Wizyt do 80 %", "Visits for 80%"),
    "talk": Text("Rozmowa z zespołem", "The talk with the team"),
    "talk_intro": Text(
        "Zacznijcie od tego, co się udało. Potem wybierzcie jedno kryterium i najwyżej trzy działania. Pierwsze "
        "wiersze podpowiadają kryteria, które kosztowały najwięcej; można wpisać inne.",
        "Begin with what went well. Then choose one criterion and at most three actions. The first lines suggest the "
        "criteria that cost most; others are welcome.",
    ),
    "action": Text("Co zmienimy", "What we will change"),
    "who": Text("Kto", "Who"),
    "until": Text("Do kiedy", "By when"),
    "regions": Text("Regiony", "Regions"),
    "region": Text("Region", "Region"),
    "locations": Text("Placówki", "Locations"),
    "dimensions": Text("Cztery wymiary obsługi", "The four standards of service"),
    "dimension": Text("Wymiar", "Dimension"),
    "below": Text("Wyraźnie poniżej sieci", "Clearly below the network"),
    "above": Text("Wyraźnie powyżej sieci", "Clearly above the network"),
    "location": Text("Placówka", "Location"),
    "not_visited": Text("Bez wizyt w tym kwartale", "Not visited this quarter"),
    "approved": Text("wizyty zatwierdzone", "visits approved"),
    "rejected": Text("wizyty odrzucone", "visits rejected"),
    "auditors": Text("osoby, które je wykonały", "people who made them"),
    "page": Text("Strona", "Page"),
    "of": Text("z", "of"),
    "none": Text("W tym kwartale nie ma tu żadnej placówki.", "No location stands here this quarter."),
    "contents": Text("W tym raporcie", "In this report"),
    "report_region": Text("Raport regionu z badania obsługi", "Service audit report of a region"),
    "channel_changes": Text("Zmiana wobec poprzedniego kwartału", "Change on the previous quarter"),
    "before": Text("Poprzednio", "Before"),
    "change": Text("Zmiana, pkt", "Change, points"),
    "change_range": Text("Przedział zmiany", "Interval of the change"),
    "verdict": Text("Co można powiedzieć", "What can be said"),
    "restated": Text(
        "Pytania zmieniły się między kwartałami: poprzedni wynik i zmiana są policzone na pytaniach wspólnych, więc "
        "zmiana nie musi być różnicą wyników.",
        "Questions changed between the quarters: the earlier score and the change are those of common questions, so "
        "the change need not be the difference of the scores.",
    ),
    "criteria_changes": Text("Zmiany w kryteriach", "Changes in criteria"),
    "closer_look": Text("Gdzie uciekają punkty: z bliska", "Where points go: a closer look"),
    "closer_note": Text(
        "Trzy kryteria, które kosztowały najwięcej: czego wymaga standard i które pytania traciły punkty. Przy "
        "pytaniach tak/nie: ile odpowiedzi było w porządku, przy innych: zdobyta część punktów i liczba odpowiedzi.",
        "The three criteria that cost most: what the standard asks and which questions lost points. For yes/no "
        "questions: how many answers were in order; for others: the share of points earned and the number of answers.",
    ),
    "asked": Text("Pytanie", "Question"),
    "earned": Text("W porządku", "In order"),
    "critical": Text("Pytania krytyczne", "Critical questions"),
    "photos": Text("Zdjęcia z wizyt", "Photos from the visits"),
    "photos_note": Text(
        "Zdjęcia zachowane przy odpowiedziach, z zatwierdzonych wizyt.",
        "Photos kept with the answers, from approved visits.",
    ),
    "photo": Text("Zdjęcie", "Photo"),
    "fairness": Text("Uczciwie o tym badaniu", "Fair play"),
    "verify": Text("Sprawdź, czy ten raport jest prawdziwy:", "Check that this report is genuine:"),
    "verify_number": Text("numer", "number"),
    "notes": Text("Notatki", "Notes"),
    "actions": Text("Działania", "Actions"),
    "subject": Text("Kryterium", "Criterion"),
    "rest": Text("Wobec reszty sieci", "Against the rest of the network"),
    "beside": Text("Region obok sieci", "The region beside the network"),
    "standing_of": Text("Gdzie", "Where"),
    "first": Text("Od czego zacząć", "Where to begin"),
    "first_note": Text(
        "Najpierw placówki wyraźnie poniżej sieci, potem te z wyraźnym spadkiem, na końcu te, w których zawiodły tylko "
        "pytania krytyczne.",
        "First the locations clearly below the network, then those that clearly fell, then those where only critical "
        "questions failed.",
    ),
    "why": Text("Dlaczego", "Why"),
    "costs_most": Text("Co kosztuje najwięcej", "What costs most"),
    "critical_short": Text("Krytyczne", "Critical"),
    "stores": Text("Placówki w trzech grupach", "The locations in three groups"),
    "tone_none": Text("Bez wyraźnej różnicy", "No clear difference"),
    "tone_early": Text("Za mało wizyt, żeby porównywać", "Too few visits to compare"),
    "all_criteria": Text("Wszystkie kryteria w jednej tabeli", "All criteria in one table"),
    "biggest_changes": Text("Największe zmiany", "Biggest changes"),
    "fell": Text("Wyraźny spadek", "Clearly down"),
    "rose": Text("Wyraźny wzrost", "Clearly up"),
    "areas": Text("Niższe regiony", "Regions below"),
    "behind": Text("Wizyty za tymi liczbami", "The visits behind these figures"),
    "counted": Text("Liczą się do wyniku", "Counted in scores"),
    "uncounted": Text("Nie liczą się", "Not counted"),
    "key": Text("Kryteria w tabeli", "Criteria of the table"),
    "part_of_lost": Text("Część strat", "Share of the loss"),
    "trust": Text("Na ile można ufać tym liczbom", "How far these figures can be trusted"),
    "programme_facts": Text("Fakty o badaniu", "Facts of the programme"),
    "planned": Text("wizyty zaplanowane", "visits planned"),
    "made": Text("wizyty wykonane", "visits made"),
    "waiting": Text("czekają na weryfikację", "waiting for review"),
    "not_in_scores": Text("zatwierdzone, ale bez wpływu na wynik", "approved, but in no score"),
    "count": Text("Liczba", "Number"),
    "fact": Text("Fakt", "Fact"),
    "checklists": Text("Ankiety", "Checklists"),
    "checklist": Text("Ankieta", "Checklist"),
    "questions": Text("Pytania punktowane", "Scored questions"),
    "judgement": Text("Udział ocen", "Judgement"),
    "waves": Text("Fale badania", "Waves"),
    "wave": Text("Fala", "Wave"),
    "period": Text("Okres", "Period"),
    "told": Text("Powiadomienie pracowników", "Staff told"),
    "standard": Text("Standard", "Standard"),
    "version": Text("Wersja", "Version"),
    "in_force": Text("Obowiązuje od", "In force since"),
}


def population_name(location_format: str, channel: str, locale: str) -> str:
    """Return who is compared with each other: "sklepy, wizyty w sklepie"."""
    return f"{FORMATS[location_format].get(locale)}, {CHANNELS[channel].get(locale)}"

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
        "Zacznijcie od tego, co się udało. Potem wybierzcie jedno kryterium i najwyżej trzy działania.",
        "Begin with what went well. Then choose one criterion and at most three actions.",
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
    "facts": Text("Przebieg badania", "Fieldwork"),
    "approved": Text("zatwierdzone wizyty", "approved visits"),
    "rejected": Text("odrzucone wizyty", "rejected visits"),
    "auditors": Text("osoby w terenie", "auditors in the field"),
    "page": Text("Strona", "Page"),
    "of": Text("z", "of"),
    "none": Text("W tym kwartale nie ma tu żadnej placówki.", "No location stands here this quarter."),
}

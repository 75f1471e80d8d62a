"""The demo's places and people: a Polish chain of home and kitchen shops, its contact centres and its online shop."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

# region path -> (city, lat, lon, shops there)
CITIES: dict[str, list[tuple[str, float, float, list[str]]]] = {
    "Północ/Pomorze": [
        ("Gdańsk", 54.352, 18.646, ["Forum", "Oliwa", "Morena"]),
        ("Gdynia", 54.519, 18.531, ["Batory", "Riviera"]),
        ("Sopot", 54.442, 18.560, ["Monciak"]),
        ("Słupsk", 54.464, 17.028, ["Jantar"]),
    ],
    "Północ/Warmia i Mazury": [
        ("Olsztyn", 53.778, 20.480, ["Aura", "Jaroty"]),
        ("Elbląg", 54.156, 19.404, ["Ogrody"]),
        ("Ełk", 53.828, 22.365, ["Brama"]),
    ],
    "Północ/Pomorze Zachodnie": [
        ("Szczecin", 53.428, 14.553, ["Galaxy", "Kaskada", "Turzyn"]),
        ("Koszalin", 54.194, 16.172, ["Atrium"]),
    ],
    "Centrum/Mazowsze": [
        ("Warszawa", 52.230, 21.012, ["Arkadia", "Mokotów", "Ursynów", "Wola", "Targówek", "Promenada"]),
        ("Radom", 51.403, 21.147, ["Słoneczna"]),
        ("Płock", 52.546, 19.706, ["Mosty"]),
    ],
    "Centrum/Łódzkie": [
        ("Łódź", 51.759, 19.456, ["Manufaktura", "Port", "Retkinia"]),
        ("Piotrków Trybunalski", 51.405, 19.703, ["Focus"]),
    ],
    "Zachód/Wielkopolska": [
        ("Poznań", 52.406, 16.925, ["Malta", "Plaza", "Stary Browar", "Posnania"]),
        ("Kalisz", 51.762, 18.091, ["Tęcza"]),
        ("Leszno", 51.842, 16.575, ["Rynek"]),
    ],
    "Zachód/Dolny Śląsk": [
        ("Wrocław", 51.108, 17.039, ["Magnolia", "Pasaż", "Bielany", "Krzyki"]),
        ("Legnica", 51.207, 16.155, ["Piast"]),
        ("Wałbrzych", 50.771, 16.284, ["Victoria"]),
    ],
    "Południe/Śląsk": [
        ("Katowice", 50.265, 19.024, ["Silesia", "Supersam", "Libero"]),
        ("Gliwice", 50.294, 18.671, ["Forum"]),
        ("Bielsko-Biała", 49.822, 19.044, ["Sfera"]),
        ("Częstochowa", 50.811, 19.120, ["Jurajska"]),
        ("Rybnik", 50.102, 18.546, ["Plaza"]),
    ],
    "Południe/Małopolska": [
        ("Kraków", 50.065, 19.945, ["Bonarka", "Kazimierz", "Bronowice", "Serenada"]),
        ("Tarnów", 50.013, 20.986, ["Gemini"]),
        ("Nowy Sącz", 49.622, 20.697, ["Trzy Korony"]),
    ],
    "Wschód/Lubelskie i Podkarpacie": [
        ("Lublin", 51.246, 22.568, ["Olimp", "Felicity"]),
        ("Zamość", 50.723, 23.252, ["Twierdza"]),
        ("Rzeszów", 50.041, 21.999, ["Millenium", "Nowy Świat"]),
        ("Przemyśl", 49.784, 22.767, ["Sanowa"]),
    ],
    "Wschód/Podlasie": [
        ("Białystok", 53.132, 23.169, ["Alfa", "Biała"]),
        ("Suwałki", 54.099, 22.929, ["Plaza"]),
    ],
}
ATTRIBUTES = ("car_park", "fitting_room", "self_checkout", "click_and_collect", "customer_toilet", "service_desk")
FIRST = [
    "Anna",
    "Piotr",
    "Katarzyna",
    "Tomasz",
    "Maria",
    "Paweł",
    "Agnieszka",
    "Michał",
    "Ewa",
    "Marcin",
    "Joanna",
    "Krzysztof",
    "Magdalena",
    "Jakub",
    "Zofia",
    "Adam",
    "Barbara",
]
LAST = [
    "Nowak",
    "Wójcik",
    "Lis",
    "Mazur",
    "Krawczyk",
    "Zając",
    "Wrona",
    "Dudek",
    "Pawlak",
    "Górska",
    "Sikora",
    "Bąk",
    "Rutkowska",
    "Kalinowski",
    "Urban",
    "Gajda",
    "Sowa",
]


@dataclass(frozen=True, slots=True)
class DemoLocation:
    code: str
    name: str
    region: str
    format: str
    city: str
    lat: float | None
    lon: float | None
    attributes: tuple[str, ...]
    footfall: int


def regions() -> list[str]:
    """Return every region path, parents before children."""
    paths: dict[str, None] = {}
    for path in [*CITIES, "Centrala"]:
        parts = path.split("/")
        for depth in range(1, len(parts) + 1):
            paths["/".join(parts[:depth])] = None
    return list(paths)


def locations(random: Random) -> list[DemoLocation]:
    """Return the shops, two contact centres and the online shop."""
    found: list[DemoLocation] = []
    for region, cities in CITIES.items():
        for city, lat, lon, shops in cities:
            for shop in shops:
                in_centre = random.random() < 0.6
                chosen = tuple(
                    name
                    for name, share in zip(
                        ATTRIBUTES, (0.25 if in_centre else 0.9, 0.3, 0.5, 0.7, 0.35, 0.6), strict=True
                    )
                    if random.random() < share
                )
                found.append(
                    DemoLocation(
                        f"S{len(found) + 1:03d}",
                        f"{city}, {shop}",
                        region,
                        "store",
                        city,
                        round(lat + random.uniform(-0.02, 0.02), 5),
                        round(lon + random.uniform(-0.02, 0.02), 5),
                        chosen,
                        random.randrange(4_000, 30_000, 100),
                    )
                )
    found.append(
        DemoLocation("CC1", "Centrum kontaktu Łódź", "Centrala", "contact_centre", "Łódź", None, None, (), 60_000)
    )
    found.append(
        DemoLocation("CC2", "Centrum kontaktu Rzeszów", "Centrala", "contact_centre", "Rzeszów", None, None, (), 45_000)
    )
    found.append(DemoLocation("WWW", "Sklep internetowy", "Centrala", "online_shop", "", None, None, (), 90_000))
    return found


def names(count: int) -> list[str]:
    """Return `count` different names of people who do not exist."""
    return [f"{FIRST[n % len(FIRST)]} {LAST[(n * 5 + n // len(FIRST)) % len(LAST)]}" for n in range(count)]


RIVALS = [
    ("R01", "Warszawa, Rondo", "Polska"),
    ("R02", "Kraków, Wisła", "Polska"),
    ("R03", "Gdańsk, Port", "Polska"),
    ("R04", "Poznań, Park", "Polska"),
    ("R05", "Wrocław, Odra", "Polska"),
    ("R06", "Łódź, Fabryczna", "Polska"),
]

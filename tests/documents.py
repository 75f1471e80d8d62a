"""A small standard and checklist with every item type, for tests that do not need the shipped ones."""

STANDARD = """
kind = "standard"
code = "MINI"
version = 1
valid_from = 2024-01-01
critical_policy = "zero"
title = {pl = "Mały standard", en = "Small standard"}
purpose = {pl = "Do testów.", en = "For tests."}
[[section]]
code = "A"
title = {pl = "Powitanie", en = "Welcome"}
[[section]]
code = "B"
title = {pl = "Obsługa", en = "Service"}
[[criterion]]
code = "A1"
section = "A"
title = {pl = "Powitanie klienta", en = "Greeting"}
procedure = {pl = "Witamy każdego.", en = "We greet everybody."}
dimension = "courtesy"
area = "people"
stage = "welcome"
weight = 2
acceptance_level = 0.9
channels = ["store_visit", "phone"]
[[criterion]]
code = "B1"
section = "B"
title = {pl = "Czas oczekiwania", en = "Waiting time"}
procedure = {pl = "Nikt nie czeka dłużej niż trzy minuty.", en = "Nobody waits longer than three minutes."}
dimension = "timeliness"
area = "touch_points"
stage = "purchase"
weight = 3
acceptance_level = 0.8
channels = ["store_visit", "phone"]
[[criterion]]
code = "B2"
section = "B"
title = {pl = "Paragon", en = "Receipt"}
procedure = {pl = "Paragon wydajemy zawsze.", en = "A receipt is always given."}
dimension = "accuracy"
area = "product"
stage = "purchase"
weight = 3
acceptance_level = 0.95
channels = ["store_visit"]
"""

CHECKLIST = """
kind = "checklist"
code = "MINI-STORE"
version = 1
standard = "MINI"
standard_version = 1
channel = "store_visit"
minutes = 5
title = {pl = "Mała ankieta", en = "Small checklist"}
brief = {pl = "Wejdź i kup coś małego.", en = "Go in and buy something small."}
[[scenario]]
code = "S1"
title = {pl = "Prezent", en = "A present"}
persona = {pl = "Osoba, która szuka prezentu.", en = "Somebody looking for a present."}
task = {pl = "Zapytaj o prezent do 50 zł.", en = "Ask for a present up to 50 zł."}
[[section]]
code = "entry"
title = {pl = "Wejście", en = "Entry"}
[[section]]
code = "till"
title = {pl = "Kasa", en = "Till"}
[[item]]
code = "M1"
section = "entry"
criterion = "A1"
type = "yes_no"
kind = "fact"
question = {pl = "Czy ktoś z obsługi się przywitał?", en = "Did anybody of the staff greet you?"}
counts_as_yes = {pl = "Słowo lub skinienie głową.", en = "A word or a nod."}
counts_as_no = {pl = "Nikt nie zareagował.", en = "Nobody reacted."}
[[item]]
code = "M2"
section = "entry"
criterion = "A1"
type = "scale"
kind = "judgement"
weight = 1
na = true
question = {pl = "Jak brzmiało powitanie?", en = "How did the greeting sound?"}
show_if = {item = "M1", is = ["yes"]}
[[item.option]]
code = "cold"
points = 0
text = {pl = "obojętnie", en = "indifferent"}
[[item.option]]
code = "polite"
points = 2
text = {pl = "uprzejmie", en = "polite"}
[[item.option]]
code = "warm"
points = 4
text = {pl = "serdecznie", en = "warm"}
[[item]]
code = "M3"
section = "entry"
criterion = "A1"
type = "yes_no"
kind = "fact"
na = true
question = {pl = "Czy wjazd na parking był oznaczony?", en = "Was the way into the car park signposted?"}
requires = ["car_park"]
[[item]]
code = "M4"
section = "entry"
criterion = "B1"
type = "time"
kind = "fact"
question = {pl = "O której godzinie zaczęła się wizyta?", en = "At what time did the visit begin?"}
[[item]]
code = "M5"
section = "till"
criterion = "B1"
type = "duration"
kind = "fact"
question = {pl = "Ile trwało oczekiwanie w kolejce?", en = "How long was the wait in the queue?"}
[[item.band]]
up_to = "00:03:00"
points = 2
[[item.band]]
up_to = "00:06:00"
points = 1
[[item.band]]
points = 0
[[item]]
code = "M6"
section = "till"
criterion = "B1"
type = "single"
kind = "fact"
question = {pl = "Ile kas było otwartych?", en = "How many tills were open?"}
[[item.option]]
code = "all"
points = 2
text = {pl = "wszystkie", en = "all"}
[[item.option]]
code = "some"
points = 1
text = {pl = "część", en = "some"}
[[item]]
code = "M7"
section = "till"
criterion = "B1"
type = "multiple"
kind = "fact"
question = {pl = "Co zaproponowano przy kasie?", en = "What was offered at the till?"}
[[item.option]]
code = "bag"
points = 1
text = {pl = "torbę", en = "a bag"}
[[item.option]]
code = "card"
points = 1
text = {pl = "kartę klienta", en = "a loyalty card"}
[[item]]
code = "M8"
section = "till"
criterion = "B2"
type = "yes_no"
kind = "fact"
critical = true
question = {pl = "Czy wydano paragon?", en = "Was a receipt given?"}
evidence = {pl = "Zdjęcie paragonu", en = "A photo of the receipt"}
[[item]]
code = "M9"
section = "till"
criterion = "B2"
type = "number"
kind = "fact"
question = {pl = "Kwota z paragonu", en = "Amount on the receipt"}
unit = {pl = "zł", en = "PLN"}
required = false
[[item]]
code = "M10"
section = "till"
criterion = "B2"
type = "photo"
kind = "fact"
question = {pl = "Zdjęcie paragonu", en = "Photo of the receipt"}
required = false
[[item]]
code = "M11"
section = "till"
criterion = "B2"
type = "text"
kind = "fact"
question = {pl = "Co jeszcze się wydarzyło?", en = "What else happened?"}
required = false
"""

GOOD = {
    "M1": "yes",
    "M2": "warm",
    "M4": "14:05",
    "M5": "00:02:00",
    "M6": "all",
    "M7": "bag;card",
    "M8": "yes",
}

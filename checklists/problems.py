"""Every refusal of the product, named once: code, sentence in Polish and English, named arguments.

A sentence says what is wrong and what would be right; where it is wrong is the `Place` of the `Problem`. How a
refusal becomes an HTTP status is decided on the top floor, once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from string import Formatter

from checklists.model import Text

REFUSALS: Mapping[str, Text] = {
    # --- Anywhere in the product
    "not_found": Text("Nie ma takiej strony albo nie jest ona dostępna dla tego konta.",
                      "There is no such page, or it is not open to this account."),
    "forbidden": Text("To konto nie ma uprawnień do tej czynności.", "This account is not allowed to do that."),
    "sign_in_required": Text("Zaloguj się, aby przejść dalej.", "Please sign in to continue."),
    "stale_form": Text("Ktoś zmienił te dane w międzyczasie albo formularz stracił ważność. Odśwież stronę i spróbuj "
                       "ponownie.",
                       "Someone changed this in the meantime, or the form has expired. Reload the page and try again."),
    "too_many_attempts": Text("Zbyt wiele prób. Spróbuj ponownie za {minutes} min.",
                              "Too many attempts. Try again in {minutes} min."),
    "unexpected": Text("Coś nie zadziałało po naszej stronie. Spróbuj ponownie za chwilę.",
                       "Something went wrong on our side. Please try again in a moment."),
    "no_space": Text("Na dysku serwera zabrakło miejsca. Trzeba je zwolnić i spróbować ponownie.",
                     "The server's disk is full. Make room on it and try again."),
    "empty_value": Text("Tego pola nie można zostawić pustego.", "This field cannot be left empty."),
    "text_too_long": Text("Tekst jest za długi: ma {length} znaków, a może mieć najwyżej {limit}.",
                          "The text is too long: it has {length} characters, and {limit} is the most."),
    "reason_missing": Text("Podaj krótko powód.", "Please give a short reason."),
    "bad_setting": Text("Ustawienie {name} ma wartość „{value}”. Oczekiwano: {expected}.",
                        "The setting {name} is “{value}”. Expected: {expected}."),
    # --- Accounts
    "wrong_credentials": Text("Adres albo hasło się nie zgadza.", "The address or the password does not match."),
    "wrong_code": Text("Kod się nie zgadza albo wygasł. Wpisz aktualny kod z aplikacji.",
                       "The code does not match or has expired. Enter the current code from the app."),
    "password_too_short": Text("Hasło jest za krótkie: potrzeba co najmniej {minimum} znaków.",
                               "The password is too short: it needs at least {minimum} characters."),
    "password_too_common": Text("To hasło łatwo odgadnąć. Wybierz inne.",
                                "This password is easy to guess. Choose another one."),
    "passwords_differ": Text("Hasła różnią się od siebie. Wpisz dwa razy to samo.",
                             "The passwords differ. Enter the same one twice."),
    "too_many_views": Text("Masz już {limit} zapisanych widoków i więcej się nie zmieści. Usuń ten, którego nie "
                           "używasz.",
                           "You have already saved {limit} views and there is no room for more. Remove one that you "
                           "do not use."),
    "link_expired": Text("Ten odnośnik stracił ważność. Poproś o nowy.",
                         "This link is no longer valid. Ask for a new one."),
    "bad_email": Text("„{value}” nie jest adresem e-mail. Wpisz adres w postaci imie@firma.pl.",
                      "“{value}” is not an e-mail address. Enter one like name@company.com."),
    "email_taken": Text("Konto z adresem {value} już istnieje.", "An account with the address {value} already exists."),
    "mail_refused": Text("Serwer poczty odmówił przyjęcia tego listu i ponowienie nic nie zmieni.",
                         "The mail server refused this letter, and trying again will not help."),
    # --- Documents of the standard and the checklists
    "toml_syntax": Text("Tego dokumentu nie da się odczytać jako TOML: {detail}.",
                        "This document cannot be read as TOML: {detail}."),
    "unknown_key": Text("Nieznane pole „{key}”. Można użyć: {allowed}.", "Unknown key “{key}”. Possible: {allowed}."),
    "missing_key": Text("Brakuje pola „{key}”.", "The key “{key}” is missing."),
    "wrong_type": Text("Pole „{key}” ma niewłaściwą postać. Oczekiwano: {expected}.",
                       "The key “{key}” has the wrong form. Expected: {expected}."),
    "wrong_kind": Text("To dokument rodzaju „{kind}”. Oczekiwano: „{expected}”.",
                       "This is a document of kind “{kind}”. Expected: “{expected}”."),
    "bad_code": Text("Kod „{code}” jest niepoprawny. Zacznij od litery; dalej litery a–z, cyfry i „-”.",
                     "The code “{code}” is not valid. Start with a letter; then letters a–z, digits and “-”."),
    "bad_attribute": Text("Cecha placówki „{value}” jest niepoprawna. Użyj małych liter a–z, cyfr i „_”.",
                          "The location attribute “{value}” is not valid. Use small letters a–z, digits and “_”."),
    "duplicate_code": Text("Kod „{code}” już występuje. Każdy kod może wystąpić raz.",
                           "The code “{code}” occurs already. A code may occur only once."),
    "duplicate_name": Text("Nazwa „{name}” już tu występuje. Wybierz inną.",
                           "The name “{name}” exists here already. Choose another one."),
    "unknown_item_type": Text("Nieznany typ pytania „{value}”. Można użyć: {allowed}.",
                              "Unknown item type “{value}”. Possible: {allowed}."),
    "unknown_value": Text("Pole „{key}” ma nieznaną wartość „{value}”. Można użyć: {allowed}.",
                          "The key “{key}” has the unknown value “{value}”. Possible: {allowed}."),
    "bad_policy": Text("Zasada „{value}” jest nieznana. Można użyć: flag, zero albo cap:x, gdzie x to od 0 do 1.",
                       "The policy “{value}” is not known. Possible: flag, zero or cap:x with x from 0 to 1."),
    "not_positive": Text("Pole „{key}” musi być większe od zera.", "The key “{key}” must be greater than zero."),
    "not_a_share": Text("Pole „{key}” musi leżeć między 0 a 1.", "The key “{key}” must lie between 0 and 1."),
    "unknown_standard": Text("Nie ma standardu {code} w wersji {version}.",
                             "There is no standard {code} in version {version}."),
    "unknown_section": Text("Nie ma obszaru „{code}”. Jest: {allowed}.",
                            "There is no section “{code}”. There are: {allowed}."),
    "unknown_criterion": Text("Standard nie ma kryterium „{code}”.", "The standard has no criterion “{code}”."),
    "channel_not_covered": Text("Kryterium {criterion} nie dotyczy kanału {channel}.",
                                "The criterion {criterion} does not cover the channel {channel}."),
    "key_not_allowed": Text("Pola „{key}” nie stosuje się tutaj: {why}.",
                            "The key “{key}” does not apply here: {why}."),
    "too_few_options": Text("Potrzebne są co najmniej dwie opcje.", "At least two options are needed."),
    "points_on_some_options": Text("Punkty mają tylko niektóre opcje. Podaj je przy wszystkich albo przy żadnej.",
                                   "Only some options have points. Give points to all of them or to none."),
    "points_needed": Text("Na skali każda opcja musi mieć punkty.", "Every option of a scale needs points."),
    "points_negative": Text("Punkty nie mogą być ujemne.", "Points cannot be negative."),
    "points_all_zero": Text("Żadna odpowiedź nie daje punktów. Co najmniej jedna musi je dawać.",
                            "No answer earns any points. At least one has to."),
    "scale_not_ordered": Text("Punkty na skali muszą tylko rosnąć albo tylko maleć.",
                              "The points of a scale must only rise or only fall."),
    "bands_not_rising": Text("Granice przedziałów muszą rosnąć; ta nie jest większa od poprzedniej.",
                             "The limits of the bands must rise; this one is not above the one before it."),
    "band_after_open": Text("Tylko ostatni przedział może nie mieć granicy „up_to”.",
                            "Only the last band may have no “up_to” limit."),
    "last_band_closed": Text("Ostatni przedział nie może mieć granicy „up_to”, bo wyższe wartości zostałyby bez "
                             "punktów.",
                             "The last band must have no “up_to” limit, or higher values would have no points."),
    "bounds_backwards": Text("Najmniejsza liczba („min”: {low}) musi być mniejsza od największej („max”: {high}).",
                             "The smallest number (“min”: {low}) must be below the largest (“max”: {high})."),
    "band_unreachable": Text("Do tego przedziału nie może trafić żadna liczba, na którą pozwalają „min” i „max”.",
                             "No number that “min” and “max” allow can fall into this band."),
    "branch_to_nowhere": Text("Warunek „show_if” wskazuje pytanie „{target}”, którego nie ma.",
                              "The condition “show_if” names the item “{target}”, which does not exist."),
    "branch_not_earlier": Text("Warunek „show_if” wskazuje pytanie {target}, które pada później. Musi padać wcześniej.",
                               "The condition “show_if” names the item {target}, which comes later. It must come "
                               "earlier."),
    "branch_cycle": Text("Warunki „show_if” tworzą koło: {path}. Żadne z tych pytań nie mogłoby paść.",
                         "The “show_if” conditions form a circle: {path}. None of these items could ever be asked."),
    "branch_type": Text("Warunek „show_if” może wskazywać tylko pytanie z gotowymi odpowiedziami, a {target} takie nie "
                        "jest.",
                        "The condition “show_if” can only name an item with given answers, and {target} is not one."),
    "branch_value": Text("Pytanie {target} nie ma odpowiedzi „{value}”. Ma: {allowed}.",
                         "The item {target} has no answer “{value}”. It has: {allowed}."),
    "nothing_scored": Text("Ankieta nie ma ani jednego ocenianego pytania.", "The checklist has no scored item."),
    # --- Answers
    "answer_missing": Text("Brakuje odpowiedzi.", "The answer is missing."),
    "not_a_number": Text("„{value}” nie jest liczbą. Wpisz ją cyframi, na przykład 3 albo 2,5.",
                         "“{value}” is not a number. Enter digits, for example 3 or 2.5."),
    "out_of_range": Text("Liczba musi być od {low} do {high}, a jest {value}.",
                         "The number must be from {low} to {high}, and it is {value}."),
    "too_low": Text("Liczba nie może być mniejsza niż {low}, a jest {value}.",
                    "The number cannot be below {low}, and it is {value}."),
    "too_high": Text("Liczba nie może być większa niż {high}, a jest {value}.",
                     "The number cannot be above {high}, and it is {value}."),
    "not_whole": Text("Liczba musi być całkowita, a jest {value}.",
                      "The number must be a whole one, and it is {value}."),
    "not_an_option": Text("Nie ma odpowiedzi „{value}”. Można wybrać: {allowed}.",
                          "There is no answer “{value}”. Possible: {allowed}."),
    "na_not_allowed": Text("W tym pytaniu nie można wybrać „nie dotyczy”.",
                           "“Not applicable” is not possible for this item."),
    "bad_time": Text("„{value}” nie jest godziną. Wpisz ją jako GG:MM, na przykład 14:05.",
                     "“{value}” is not a time of day. Enter it as HH:MM, for example 14:05."),
    "bad_duration": Text("„{value}” nie jest czasem trwania. Wpisz minuty i sekundy, na przykład 4:30.",
                         "“{value}” is not a duration. Enter minutes and seconds, for example 4:30."),
    "evidence_missing": Text("Dodaj zdjęcie: {evidence}", "Please add the photo: {evidence}"),
    "bad_points": Text("Odpowiedź „{value}” jest warta {expected} pkt, a nie {points}.",
                       "The answer “{value}” is worth {expected} points, not {points}."),
    "visit_incomplete": Text("Wizyta jest niekompletna. Brakuje odpowiedzi na pytania: {items}.",
                             "The visit is incomplete. Answers are missing for: {items}."),
    "follow_up_missing": Text("Przy tej odpowiedzi pytamy dalej. Odpowiedz tutaj też na: {items}",
                              "This answer opens further questions. Answer here, too: {items}"),
    # --- Life of a visit
    "move_not_allowed": Text("Wizyty w stanie „{state}” nie można {act}.",
                             "You cannot {act} a visit that is {state}."),
    "not_yours": Text("To konto nie ma uprawnień, by wizytę {act}.",
                      "This account is not allowed to {act} the visit."),
    "already_submitted": Text("Ten raport został już wysłany. Nic więcej nie trzeba robić.",
                              "This report has already been submitted. There is nothing more to do."),
    "visit_in_future": Text("Wizyta nie mogła się jeszcze odbyć: {date} to przyszłość.",
                            "The visit cannot have happened yet: {date} lies in the future."),
    "visit_too_early": Text("Data {date} jest dużo wcześniejsza niż początek terminu ({start}). Sprawdź ją.",
                            "The date {date} is long before the window begins ({start}). Please check it."),
    "visit_backwards": Text("Koniec ({end}) musi być późniejszy niż początek ({start}).",
                            "The end ({end}) must come after the beginning ({start})."),
    "visit_too_long": Text("Wizyta nie mogła trwać od {start} do {end}: najdłużej może to być {limit}. Sprawdź dzień i "
                           "godzinę.",
                           "The visit cannot have lasted from {start} to {end}: {limit} is the longest possible. "
                           "Please check the day and the time."),
    "own_visit": Text("O własnej wizycie decyduje ktoś inny. Zostaw ją innej osobie z weryfikacji.",
                      "Somebody else decides about a visit of your own. Leave it to another reviewer."),
    "query_empty": Text("Napisz, o co pytasz.", "Please write what you are asking about."),
    "appeal_too_late": Text("Termin odwołania minął {date}.", "The time for an appeal ended on {date}."),
    "appeal_exists": Text("Ta odpowiedź ma już odwołanie.", "This answer has already been appealed."),
    "appeal_decided": Text("To odwołanie zostało już rozpatrzone.", "This appeal has already been decided."),
    # --- Photos and uploads
    "photo_not_an_image": Text("Ten plik nie jest zdjęciem, które potrafimy odczytać. Dodaj JPEG, PNG, WebP albo HEIC.",
                               "This file is not a photo that we can read. Add a JPEG, PNG, WebP or HEIC."),
    "photo_too_large": Text("Zdjęcie jest za duże: ma {size} MB, a może mieć najwyżej {limit} MB.",
                            "The photo is too large: it has {size} MB, and {limit} MB is the most."),
    "photo_too_many_pixels": Text("Zdjęcie ma {pixels} megapikseli, a może mieć najwyżej {limit}.",
                                  "The photo has {pixels} megapixels, and {limit} is the most."),
    "upload_too_large": Text("Plik jest za duży: może mieć najwyżej {limit} MB.",
                             "The file is too large: {limit} MB is the most."),
    "photo_damaged": Text("Zdjęcie uszkodziło się w drodze. Wyślij je jeszcze raz.",
                          "The photo was damaged on its way. Please send it again."),
    "too_many_photos": Text("Zdjęć jest za dużo: najwyżej {item} do jednego pytania i {visit} do całej wizyty.",
                            "There are too many photos: {item} for one question and {visit} for the whole visit are "
                            "the most."),
    # --- Sending from a phone
    "token": Text("Zaloguj się ponownie, aby wysłać. Odpowiedzi są bezpieczne w telefonie.",
                  "Log in again to send. The answers are safe on the phone."),
    "parked_resolved": Text("O tym dokumencie już zdecydowano.", "This document has already been decided about."),
    "parked_unfit": Text("Tego dokumentu nie można zastosować: {why}.", "This document cannot be applied: {why}."),
    # --- Chats, e-mails and calls as sources
    "source_empty": Text("Nie ma czego odczytać: wklej rozmowę albo wybierz plik.",
                         "There is nothing to read: paste the conversation or choose a file."),
    "source_not_text": Text("Tego pliku nie da się odczytać jako tekstu. Dodaj rozmowę jako TXT, CSV, JSON albo HTML, "
                            "a e-mail jako EML.",
                            "This file cannot be read as text. Add a chat as TXT, CSV, JSON or HTML, and an e-mail as "
                            "EML."),
    "source_lost": Text("Tego pliku nie ma w magazynie plików. Pozostałe dane wizyty są całe.",
                        "This file is missing from the storage. The rest of the visit is whole."),
    "too_many_sources": Text("Plików jest za dużo: jedna wizyta może ich mieć najwyżej {limit}.",
                             "There are too many files: one visit can have {limit} at the most."),
    "too_many_messages": Text("W tej rozmowie jest ponad {limit} wiadomości. Dodaj tylko swoją rozmowę ze sklepem.",
                              "This conversation has more than {limit} messages. Add only your own with the shop."),
    "too_many_lines": Text("Ten tekst ma ponad {limit} wierszy. Dodaj tylko swoją rozmowę ze sklepem.",
                           "This text has more than {limit} lines. Add only your own conversation with the shop."),
    "line_too_long": Text("Ten wiersz ma ponad {limit} znaków. Podziel go albo wklej rozmowę jeszcze raz.",
                          "This line has more than {limit} characters. Split it, or paste the conversation again."),
    "transcript_unreadable": Text("Nie ma tu wiadomości z godziną. Przykład wiersza: 10:14:05 Anna: Dzień dobry.",
                                  "No message with a time was found. A line may look like this: 10:14:05 Anna: Good "
                                  "morning."),
    "transcript_bad_time": Text("„{value}” nie jest możliwą datą ani godziną. Popraw ją według oryginału.",
                                "“{value}” is no possible date or time. Correct it from the original."),
    "transcript_backwards": Text("Czas {value} jest wcześniejszy niż w poprzedniej wiadomości ({before}). Wklej "
                                 "wiadomości po kolei.",
                                 "The time {value} comes before the one of the message above it ({before}). Paste the "
                                 "messages in their order."),
    "contact_too_long": Text("Od pierwszej wiadomości do tej minęło ponad {days} dni. Sprawdź daty.",
                             "More than {days} days lie between the first message and this one. Check the dates."),
    "transcript_columns": Text("Potrzebny jest czas, autor i treść każdej wiadomości. Tutaj są: {found}.",
                               "Each message needs a time, an author and a text. Here are: {found}."),
    "email_unreadable": Text("Tego pliku nie da się odczytać jako e-maila. Zapisz wiadomość w postaci EML.",
                             "This file cannot be read as an e-mail. Save the message as EML."),
    "email_no_time": Text("W e-mailu nie ma czasu wysłania. Zapisz wiadomość jeszcze raz razem z nagłówkami.",
                          "The e-mail does not say when it was sent. Save the message again with its headers."),
    "doubtful_lines": Text("Przejrzyj wiersze, których nie udało się odczytać, i zaznacz to pod nimi.",
                           "Look at the lines that were not understood and tick that you have."),
    "nobody_is_you": Text("Zaznacz, które wiadomości są Twoje.", "Say which messages are yours."),
    "call_backwards": Text("Te godziny do siebie nie pasują. Najpierw początek, potem odebranie, na końcu koniec; "
                           "całość najwyżej 12 godzin.",
                           "These times do not fit together. First the start, then the answer, last the end; 12 hours "
                           "at the most."),
    # --- Imports
    "not_a_table": Text("To nie jest tabela, którą potrafimy odczytać. Dodaj plik CSV (UTF-8) albo XLSX.",
                        "This is not a table that we can read. Add a CSV (UTF-8) or XLSX file."),
    "bad_encoding": Text("Plik nie jest zapisany w UTF-8. Zapisz go ponownie jako „CSV UTF-8”.",
                         "The file is not UTF-8. Save it again as “CSV UTF-8”."),
    "wrong_columns": Text("Kolumny się nie zgadzają. Brakuje: {missing}. Nieznane: {unknown}.",
                          "The columns do not match. Missing: {missing}. Unknown: {unknown}."),
    "too_many_rows": Text("Plik ma ponad {limit} wierszy. Podziel go na mniejsze.",
                          "The file has more than {limit} rows. Split it into smaller ones."),
    "bad_location_code": Text("Kod „{value}” jest niepoprawny. Użyj tylko liter a–z, cyfr, „.”, „-” i „_”; pierwsza "
                              "ma być litera albo cyfra.",
                              "The code “{value}” is not valid. Use letters a–z, digits, “.”, “-” and “_” only, and "
                              "begin with a letter or a digit."),
    "unreadable_name": Text("W nazwie „{value}” użyj liter i cyfr, które da się odczytać.",
                            "In the name “{value}” use letters and digits that can be read."),
    "unknown_location": Text("Nie ma placówki „{value}”.", "There is no location “{value}”."),
    "unknown_region": Text("Nie ma regionu „{value}”. Podaj pełną ścieżkę, na przykład Północ/Pomorze.",
                           "There is no region “{value}”. Give the whole path, for example Północ/Pomorze."),
    "unknown_checklist": Text("Nie ma ankiety {value} w wersji {version}.",
                              "There is no checklist {value} in version {version}."),
    "unknown_item": Text("Ankieta {checklist} nie ma pytania „{value}”.",
                         "The checklist {checklist} has no item “{value}”."),
    "unknown_person": Text("Nie ma osoby „{value}”.", "There is no person “{value}”."),
    "unknown_visit": Text("Nie ma wizyty „{value}”.", "There is no visit “{value}”."),
    "unknown_programme": Text("Nie ma programu „{value}”.", "There is no programme “{value}”."),
    "programme_needed": Text("Jest więcej niż jeden program. Podaj kod jednego z nich: {allowed}.",
                             "There is more than one programme. Name one of them: {allowed}."),
    "duplicate_id": Text("„{value}” występuje już w wierszu {first}. Każdy identyfikator może wystąpić raz.",
                         "“{value}” occurs already in row {first}. An identifier may occur only once."),
    "bad_date": Text("„{value}” nie jest datą. Wpisz ją jako RRRR-MM-DD, na przykład 2026-07-31.",
                     "“{value}” is not a date. Write it as YYYY-MM-DD, for example 2026-07-31."),
    "bad_datetime": Text("„{value}” nie jest datą i godziną ze strefą. Wpisz na przykład 2026-07-31T14:05:00+02:00.",
                         "“{value}” is not a date and time with offset. Write for example 2026-07-31T14:05:00+02:00."),
    "bad_number": Text("„{value}” nie jest liczbą. Użyj cyfr i kropki dziesiętnej, na przykład 52.25.",
                       "“{value}” is not a number. Use digits and a decimal point, for example 52.25."),
    "bad_enum": Text("„{value}” nie jest jedną z możliwych wartości: {allowed}.",
                     "“{value}” is not one of the possible values: {allowed}."),
    "bad_timezone": Text("„{value}” nie jest strefą czasową. Wpisz na przykład Europe/Warsaw.",
                         "“{value}” is not a time zone. Write for example Europe/Warsaw."),
    "value_not_expected": Text("To pole ma tu zostać puste, a jest w nim „{value}”.",
                               "This field must be empty here, but it holds “{value}”."),
    "differs_from_stored": Text("Ta wizyta jest już zapisana z inną wartością niż „{value}”. Import nie zmienia "
                                "zapisanych wizyt, tylko dodaje nowe wersje odpowiedzi.",
                                "This visit is stored already with another value than “{value}”. An import does not "
                                "change stored visits; it only adds revisions of answers."),
    "quarter_differs": Text("Wizyta wypada w kwartale {expected}, a nie {value}.",
                            "The visit falls into {expected}, not {value}."),
    "unpacked_too_large": Text("Po rozpakowaniu plik byłby za duży: może mieć najwyżej {limit} MB.",
                               "The file would be too large once unpacked: {limit} MB is the most."),
    "sheet_too_large": Text("Arkusz sięga aż do komórki {cell}. Może mieć najwyżej {columns} kolumn, a wszystkie "
                            "arkusze pliku razem {cells} mln komórek. Usuń to, co leży poza tabelą, albo podziel plik "
                            "na mniejsze.",
                            "The sheet reaches as far as the cell {cell}. It may have at most {columns} columns, and "
                            "all sheets of the file together {cells} million cells. Remove what lies outside the "
                            "table, or split the file into smaller ones."),
    "bad_quarter": Text("„{value}” nie jest kwartałem. Wpisz na przykład 2026Q3.",
                        "“{value}” is not a quarter. Write for example 2026Q3."),
    # --- Programme, waves and reports
    "bad_colour": Text("„{value}” nie jest kolorem. Wpisz go w postaci #0f5c8c.",
                       "“{value}” is not a colour. Write it like #0f5c8c."),
    "pale_colour": Text("Kolor {value} jest za jasny, żeby czytać nim napisany tekst: kontrast z bielą wynosi "
                        "{contrast}, a potrzeba co najmniej {minimum}.",
                        "The colour {value} is too pale to read text in: its contrast with white is {contrast}, and "
                        "{minimum} is the least."),
    "bad_logo": Text("Tego logo nie da się wydrukować. Dodaj PNG albo SVG do {limit} kB; w SVG mogą być tylko "
                     "kształty, bez tekstu, zdjęć i odnośników.",
                     "This logo cannot be printed. Add a PNG or SVG of at most {limit} kB; an SVG may hold shapes "
                     "only, no text, pictures or links."),
    "immutable_version": Text("Wersja {version} dokumentu {code} już obowiązuje i nie można jej zmienić. Podnieś numer "
                              "wersji.",
                              "Version {version} of {code} is in force and cannot be changed. Raise its version."),
    "window_backwards": Text("Koniec ({end}) wypada przed początkiem ({start}).",
                             "The end ({end}) comes before the start ({start})."),
    "window_outside_wave": Text("Termin wychodzi poza falę, która trwa od {start} do {end}.",
                                "The window lies outside the wave, which runs from {start} to {end}."),
    "no_auditor_available": Text(
        "Brakuje osoby do placówki {location}: nikt nie audytuje tego samego miejsca dwa razy z rzędu. Zaproś jeszcze "
        "jedną osobę do audytów albo przydziel tę wizytę ręcznie.",
        "Nobody is left for the location {location}: no auditor visits the same place twice in a row. Invite one more "
        "auditor, or assign this visit by hand.",
    ),
    "channel_not_there": Text(
        "Ta ankieta nie pasuje do placówki {location}: {format} nie mają kanału „{channel}”. Wybierz inną ankietę albo "
        "inną placówkę.",
        "This checklist does not fit the location {location}: {format} do not have the channel “{channel}”. Choose "
        "another checklist or another location.",
    ),
    "region_in_use": Text(
        "Nie można usunąć tego regionu, bo coś do niego należy. Placówki: {locations}, regiony w środku: {regions}, "
        "osoby: {people}.",
        "This region cannot be removed because something belongs to it. Locations: {locations}, regions inside: "
        "{regions}, people: {people}.",
    ),
    "wave_in_use": Text(
        "Nie można usunąć tej fali, bo ma wizyty (razem z odwołanymi: {visits}). Można ją tylko zamknąć.",
        "This wave cannot be removed because it has visits ({visits}, called-off ones included). It can only be "
        "closed.",
    ),
    "wave_closed": Text(
        "Ta fala jest zamknięta. Aby coś w niej zmienić, otwórz ją ponownie.",
        "This wave is closed. Open it again to change anything in it.",
    ),
    "wave_too_short": Text(
        "Fala musi objąć wizyty, które już są w niej przydzielone: od {start} do {end}.",
        "The wave must cover the visits already assigned in it: from {start} to {end}.",
    ),
    "notice_missing": Text("Nie można otworzyć fali: brakuje zapisu, że personel został powiadomiony o badaniu.",
                           "The wave cannot open: there is no record that staff were told about the audit."),
    "notice_recorded": Text(
        "Powiadomienie personelu jest już zapisane z datą {day} i nie można go zmienić.",
        "The notice to staff is on record for {day} and cannot be changed.",
    ),
    "notice_date": Text(
        "Powiadomienie nie może mieć daty {value}. Podaj dzień, który już minął, najwyżej sprzed dwóch lat.",
        "The notice cannot be of {value}. Give a day that has passed, at most two years ago.",
    ),
    "wave_not_open": Text("Ta fala nie jest otwarta.", "This wave is not open."),
    "legal_basis_missing": Text("Nagrania można dodawać dopiero po zapisaniu podstawy prawnej.",
                                "Recordings can be added only once a legal basis is on record."),
    "question_not_sent": Text("Wpisane pytanie nie zostało wysłane. Wyślij je („Zapytaj audytora”) albo usuń, a potem "
                              "zatwierdź wizytę.",
                              "A question is typed and not sent. Send it (“Ask the auditor back”) or remove it, then "
                              "approve the visit."),
    "publication_running": Text("Raporty za kwartał {quarter} są właśnie przygotowywane. Poczekaj, aż będą gotowe.",
                                "The reports of {quarter} are being made just now. Wait until they are ready."),
    "note_missing": Text("Liczby za kwartał {quarter}, już ogłoszone, zmieniły się. Napisz dlaczego w polu "
                         "„Powód korekty”.",
                         "Figures of {quarter} that are public have changed. Say why in the field “Reason for the "
                         "correction” (--note on the command line)."),
    "changed_meanwhile": Text("Wizyty z kwartału {quarter} zmieniły się, zanim raporty powstały. Ogłoś kwartał "
                              "jeszcze raz.",
                              "Visits of {quarter} changed before the reports were made. Publish the quarter again."),
    "not_prepared": Text("Nie udało się przygotować raportów za kwartał {quarter} ({reason}). Powód jest w dzienniku "
                         "serwera.",
                         "The reports of {quarter} could not be prepared ({reason}). The reason is in the server's "
                         "log."),
    "not_printable": Text("Nie udało się wydrukować raportu ({number}); powód jest w dzienniku serwera.",
                          "The report could not be printed ({number}); the reason is in the server's log."),
    "nothing_to_report": Text("W kwartale {quarter} nie ma zatwierdzonych wizyt, więc nie ma z czego zrobić raportu.",
                              "There are no approved visits in {quarter}, so there is nothing to report."),
    "workbook_not_kept": Text("Tego arkusza edycji {edition} kwartału {quarter} nie da się już przygotować: nikt nie "
                              "otworzył go, zanim zmieniły się liczby. Raporty tej edycji zostają bez zmian, a "
                              "liczby z tej chwili są w drugim arkuszu na stronie raportów.",
                              "This workbook of edition {edition} of {quarter} cannot be made any more: nobody opened "
                              "it before figures changed. The reports of that edition stay as they are, and the "
                              "figures of this moment are in the other workbook of the page of reports."),
    "location_not_visited": Text("Placówka {location} nie ma w kwartale {quarter} zatwierdzonej wizyty, która liczy "
                                 "się do wyniku, więc nie ma z czego zrobić jej raportu.",
                                 "The location {location} has no approved visit in {quarter} that counts, so there is "
                                 "nothing to report of it."),
}  # fmt: skip

_PLACE_WORDS: Mapping[str, Text] = {
    "file": Text("plik", "file"),
    "row": Text("wiersz", "row"),
    "line": Text("wiersz", "line"),
    "column": Text("kolumna", "column"),
    "section": Text("obszar", "section"),
    "criterion": Text("kryterium", "criterion"),
    "scenario": Text("scenariusz", "scenario"),
    "item": Text("pytanie", "item"),
    "option": Text("opcja", "option"),
    "band": Text("przedział", "band"),
    "field": Text("pole", "field"),
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is wrong, from the outside in: (("item", "ST07"), ("option", "b"))."""

    parts: tuple[tuple[str, str], ...] = ()

    def text(self, locale: str) -> str:
        """Return the place in plain words: "pytanie ST07, opcja b"."""
        return ", ".join(f"{_PLACE_WORDS[kind].get(locale)} {name}" for kind, name in self.parts)

    def find(self, kind: str) -> str | None:
        """Return the name given for `kind` ("item", "row", ...), or None."""
        return dict(self.parts).get(kind)

    def inside(self, **parts: object) -> Place:
        """Return the place further in: `at(item="ST07").inside(option="b")`."""
        return Place(self.parts + at(**parts).parts)


def at(**parts: object) -> Place:
    """Return a place: `at(file="visits.csv", row=3, column="location")`; KeyError for an unknown kind of part."""
    for kind in parts:
        _ = _PLACE_WORDS[kind]
    return Place(tuple((kind, str(name)) for kind, name in parts.items()))


def arguments_of(code: str) -> set[str]:
    """Return the names of the arguments that the sentence of a refusal has; KeyError for an unknown code."""
    return {name for _, name, _, _ in Formatter().parse(REFUSALS[code].pl) if name}


class Problem(Exception):
    """One refusal: a code from `REFUSALS`, its arguments, and where.

    An argument may be text, a number, a date or an instant (written in the zone it carries), a `Text` (read in the
    reader's language) or a collection of these.
    KeyError for an unknown code and TypeError for other arguments than the sentence has.
    """

    def __init__(self, code: str, place: Place | None = None, /, **arguments: object) -> None:
        needed = arguments_of(code)
        if arguments.keys() != needed:
            raise TypeError(f"{code} takes {sorted(needed)}, not {sorted(arguments)}")
        super().__init__(code)
        self.code = code
        self.place = place
        self.arguments = arguments

    def __reduce__(self) -> tuple[object, tuple[str, Place | None]]:
        return partial(type(self), **self.arguments), (self.code, self.place)  # crosses to other processes whole

    def __str__(self) -> str:
        return self.text("en")

    def sentence(self, locale: str) -> str:
        """Return what is wrong and what would be right, without the place."""
        arguments = {name: _plain(value, locale) for name, value in self.arguments.items()}
        return REFUSALS[self.code].get(locale).format(**arguments)

    def text(self, locale: str) -> str:
        """Return place and sentence: "Pytanie ST07, opcja b: punkty nie mogą być ujemne."."""
        sentence = self.sentence(locale)
        if self.place is None or not self.place.parts:
            return sentence
        where = self.place.text(locale)
        return f"{where[0].upper()}{where[1:]}: {sentence[0].lower()}{sentence[1:]}"


class Problems(Exception):
    """Several refusals found in one go, in the order of the document."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(self.problems)

    def __str__(self) -> str:
        return self.text("en")

    def text(self, locale: str) -> str:
        """Return one line for each problem."""
        return "\n".join(problem.text(locale) for problem in self.problems)


_MONTHS = Text("sty lut mar kwi maj cze lip sie wrz paź lis gru", "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec")


def _plain(value: object, locale: str) -> str:
    if isinstance(value, Text):
        return value.get(locale)
    if isinstance(value, datetime):
        return f"{_plain(value.date(), locale)}, {value:%H:%M}"
    if isinstance(value, date):
        return f"{value.day} {_MONTHS.get(locale).split()[value.month - 1]} {value.year}"
    if isinstance(value, float):
        return f"{value:.15g}".replace(".", "," if locale == "pl" else ".")
    if isinstance(value, list | tuple | set | frozenset):
        parts = sorted(value) if isinstance(value, set | frozenset) else value
        return ", ".join(_plain(part, locale) for part in parts) or "–"
    return str(value)

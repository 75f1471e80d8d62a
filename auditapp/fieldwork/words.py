"""What the scripts of the phone say, in the language of the page; {name} is filled in by them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask_babel import gettext as _
from flask_babel import ngettext


def _states() -> dict[str, str]:
    return {
        "draft": _("Saved on this phone"),
        "ready": _("Waiting to send. Everything is saved on this phone"),
        "sending": _("Sending…"),
        "sent": _("Sent"),
        "auth": _("Not sent: log in again"),
        "parked": _("The office already had something for this visit. Yours is kept as well; the office will decide"),
    }


def of_list() -> Mapping[str, str]:
    """Return what the list says of each visit."""
    return _states() | {
        "draft_safe": _("Saved on this phone and at the office"),
        "offline": _("Opens without signal"),
        "log_sent": _("The log is sent. Thank you."),
        "log_failed": _("The log could not be sent. Try again with signal."),
        "log_empty": _("There is nothing in the log yet."),
        "nothing": _("Nothing to do right now."),
        "tag_draft": _("begun"),
        "tag_ready": _("waiting to be sent"),
        "tag_sending": _("being sent"),
        "tag_sent": _("sent"),
        "tag_auth": _("not sent"),
        "tag_parked": _("with the office"),
    }


def of_form() -> Mapping[str, str]:
    """Return what the form of one visit says."""
    return _states() | {
        "fresh": _("Nothing is typed yet"),
        "begun": _("Begun earlier; it goes on here"),
        "unsaved": _("Not saved"),
        "shrinking": _("Preparing the photo…"),
        "broken": _("This browser cannot save answers. Leave private mode or use another browser."),
        "full": _(
            "The last change could not be saved: the phone may be out of space. "
            "Free some space and change it again. Do not close this page."
        ),
        "bad_photo": _("This file is not a photo that can be read. Choose another one."),
        "elsewhere": _("This visit is open in another window."),
        "photo_number": _("Photo %(number)s, in full size", number="{number}"),
        "photo_alt": _("Photo %(number)s", number="{number}"),
        "change": _("Change"),
        "na": _("not applicable"),
        "no_answer": _("no answer yet"),
        "not_given": _("not given (optional)"),
        "no_photo": _("a photo is missing"),
        "remove": _("Remove"),
        "removed_photo": _("Photo removed."),
        "undo": _("Undo"),
        "remove_number": _("Remove photo %(number)s", number="{number}"),
        "complete": _("complete"),
        "not_asked": _("not asked here"),
        "progress": _("Complete parts: %(done)s of %(all)s", done="{done}", all="{all}"),
        "all_answered": _("Everything is answered. Read it once more, then send."),
        "empty": _("This field cannot be left empty."),
        "backwards": _("The visit has to end later than it begins."),
        "too_long": _("The visit lasts too long: check both days."),
        "photo_refused": _(
            "A photo could not be read at the office and stays out of the visit. Take it again if you can, then send."
        ),
        "future": _("The visit begins in the future."),
        "text_too_long": _("The text is too long: at most 5000 characters."),
        "not_a_number": _("Type a number, for example 12.5."),
        "out_of_range": _("Type a number from %(low)s to %(high)s.", low="{low}", high="{high}"),
        "too_low": _("Type a number that is not below %(low)s.", low="{low}"),
        "too_high": _("Type a number that is not above %(high)s.", high="{high}"),
        "not_whole": _("Type a whole number."),
        "bad_duration": _("Type minutes and seconds, for example 4:30."),
        "bad_time": _("Type a time, for example 14:05."),
    }


def of_tools() -> Mapping[str, str]:
    """Return what the stopwatch, the notes and the position say."""
    return {
        "note_belongs": _("Belongs to the question"),
        "note_choose": _("choose a question"),
        "note_move": _("Move to the question"),
        "note_moved": _("Moved to: %(question)s", question="{question}"),
        "note_photo": _("Photo of this note"),
        "removed_note": _("The note of %(time)s is removed.", time="{time}"),
        "note_remove": _("Remove the note of %(time)s", time="{time}"),
        "locating": _("Looking for the position…"),
        "position": _("The position is noted, ±%(metres)s m. Thank you.", metres="{metres}"),
        "no_position": _("The position could not be read. That does not matter: go on with the visit."),
    }


def plurals_of_list() -> Mapping[str, Mapping[str, str]]:
    """Return the list's sentences with {number} by the plural category of the language ("one", "few", "other")."""
    return {
        "waiting": _by_number(
            lambda n: ngettext("%(num)d visit is not sent yet.", "%(num)d visits are not sent yet.", n)
        ),
        "to_do": _by_number(
            lambda n: ngettext("%(num)d visit is waiting for you.", "%(num)d visits are waiting for you.", n)
        ),
    }


def plurals_of_form() -> Mapping[str, Mapping[str, str]]:
    """Return the form's sentences with {number}, likewise."""
    return {
        "open": _by_number(lambda n: ngettext("%(num)d question still open", "%(num)d questions still open", n)),
        "left": _by_number(
            lambda n: ngettext(
                "%(num)d question left, about %(minutes)s minutes.",
                "%(num)d questions left, about %(minutes)s minutes.",
                n,
                minutes="{minutes}",
            )
        ),
        "notes_left": _by_number(
            lambda n: ngettext(
                "%(num)d note belongs to no question yet and is not sent.",
                "%(num)d notes belong to no question yet and are not sent.",
                n,
            )
        ),
        "fades_hours": _by_number(
            lambda n: ngettext(
                "The visit began %(num)d hour ago. Memory fades within hours: fill in now what you can.",
                "The visit began %(num)d hours ago. Memory fades within hours: fill in now what you can.",
                n,
            )
        ),
        "fades_days": _by_number(
            lambda n: ngettext(
                "The visit began %(num)d day ago. If you are not sure of something, say so in a comment.",
                "The visit began %(num)d days ago. If you are not sure of something, say so in a comment.",
                n,
            )
        ),
        "photos": _by_number(lambda n: ngettext("%(num)d photo", "%(num)d photos", n)),
        "missing": _by_number(
            lambda n: ngettext("%(num)d answer is still missing.", "%(num)d answers are still missing.", n)
        ),
    }


def _by_number(sentence: Callable[[int], str]) -> dict[str, str]:
    """Return the forms for 1, 2 and 5, which stand for the categories of Polish and English."""
    return {
        category: sentence(number).replace(str(number), "{number}")
        for category, number in (("one", 1), ("few", 2), ("other", 5))
    }

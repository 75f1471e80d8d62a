"""What an auditor sends: when the visit was made, and what stands in the fields of one section."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import cast
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, DateField, TextAreaField, TimeField
from wtforms.validators import InputRequired, Length

from auditapp.fieldwork.service import Typed
from checklists.answers import TEXT_LIMIT

REQUIRED = InputRequired(_l("This field cannot be left empty."))
NA = "*na"  # no option code can begin with a star


class StartForm(FlaskForm):
    started_on = DateField(_l("Day of the visit"), [REQUIRED])
    started_at = TimeField(_l("Beginning"), [REQUIRED])

    def began(self, timezone: str) -> datetime:
        """Return the beginning as an aware instant, once the form is valid."""
        return _instant(self.started_on, self.started_at, timezone)


class SubmitForm(StartForm):
    reply = TextAreaField(_l("Your reply to the reviewer"), [Length(max=TEXT_LIMIT)])
    ended_on = DateField(_l("Day it ended"), [REQUIRED])
    ended_at = TimeField(_l("End"), [REQUIRED])
    recognised = BooleanField(_l("I think the staff recognised me as a mystery shopper."))
    conflict = TextAreaField(
        _l("Do you know anybody who works there, or is there another reason why you might not be impartial?"),
        [Length(max=TEXT_LIMIT)],
        render_kw={"rows": 2},
    )

    def ended(self, timezone: str) -> datetime:
        """Return the end as an aware instant, once the form is valid."""
        return _instant(self.ended_on, self.ended_at, timezone)


def _instant(day: DateField, hour: TimeField, timezone: str) -> datetime:
    return datetime.combine(cast(date, day.data), cast(time, hour.data), ZoneInfo(timezone))


def read_typed(form: MultiDict[str, str]) -> dict[str, Typed]:
    """Return what was typed for each question that stood on the page, by item code.

    Fields: a-CODE the answer (several for multiple choice; "*na" is the tile "not applicable"), n-CODE not applicable
    where the answer is typed, c-CODE the comment; `shown` names the questions of the page.
    """
    typed: dict[str, Typed] = {}
    for code in form.getlist("shown"):
        values = form.getlist(f"a-{code}")
        typed[code] = Typed(
            value=";".join(value for value in values if value != NA),
            na=NA in values or f"n-{code}" in form,
            comment=form.get(f"c-{code}", ""),
        )
    return typed

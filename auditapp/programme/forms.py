"""Shapes of the programme manager's forms."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateField,
    DecimalField,
    EmailField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional, Regexp, ValidationError

REQUIRED = InputRequired(_l("This field cannot be left empty."))
WRITTEN = DataRequired(_l("This field cannot be left empty."))


def tidy(text: str | None) -> str:
    """Return the text without white space around it."""
    return (text or "").strip()


def check_visible(_form: FlaskForm, field: StringField) -> None:
    """Refuse what a reader cannot see or an address cannot hold: control characters, and names of dots alone."""
    if not field.data.isprintable() or not field.data.strip("."):
        raise ValidationError(_l("Use letters and digits that can be read."))


def name_field(label: str, *more: Any) -> StringField:
    """Return a field for the name of something."""
    return StringField(label, [WRITTEN, Length(max=120), check_visible, *more], filters=[tidy])


CODE = Regexp(r"^[A-Za-z0-9][A-Za-z0-9._-]*$", message=_l("Letters a–z, digits, “.”, “-” and “_” only."))

FORMATS = [
    SelectChoice("store", _l("store")),
    SelectChoice("contact_centre", _l("contact centre")),
    SelectChoice("online_shop", _l("online shop")),
]
CHANNELS = [
    SelectChoice("store_visit", _l("store visit")),
    SelectChoice("phone", _l("phone")),
    SelectChoice("chat", _l("chat")),
    SelectChoice("email", _l("e-mail")),
    SelectChoice("online_order", _l("online order")),
]
ATTRIBUTES = [
    SelectChoice("car_park", _l("car park")),
    SelectChoice("fitting_room", _l("fitting room")),
    SelectChoice("self_checkout", _l("self-checkout")),
    SelectChoice("click_and_collect", _l("click and collect")),
    SelectChoice("customer_toilet", _l("customer toilet")),
    SelectChoice("service_desk", _l("service desk")),
]
ROLES = [
    SelectChoice("auditor", _l("auditor")),
    SelectChoice("reviewer", _l("reviewer")),
    SelectChoice("regional_manager", _l("regional manager")),
    SelectChoice("location_manager", _l("location manager")),
    SelectChoice("programme_manager", _l("programme manager")),
]


class ProgrammeForm(FlaskForm):
    code = StringField(
        _l("Code"), [REQUIRED, Length(max=40), CODE], description=_l("Stands in every address, for example lumo.")
    )
    name = name_field(_l("Name"))
    kind = SelectField(
        _l("Kind"),
        [REQUIRED],
        choices=[
            SelectChoice("own", _l("own locations")),
            SelectChoice("franchise", _l("franchise")),
            SelectChoice("competitor", _l("competitors")),
        ],
    )


class SettingsForm(FlaskForm):
    name = name_field(_l("Name"))
    store_visit = DecimalField(_l("Weight of store visits"), [REQUIRED, NumberRange(0, 100)], places=None)
    phone = DecimalField(_l("Weight of phone calls"), [REQUIRED, NumberRange(0, 100)], places=None)
    chat = DecimalField(_l("Weight of chats"), [REQUIRED, NumberRange(0, 100)], places=None)
    email = DecimalField(_l("Weight of e-mails"), [REQUIRED, NumberRange(0, 100)], places=None)
    online_order = DecimalField(_l("Weight of online orders"), [REQUIRED, NumberRange(0, 100)], places=None)


class LocationForm(FlaskForm):
    code = StringField(_l("Code"), [REQUIRED, Length(max=40), CODE])
    name = name_field(_l("Name"))
    region = SelectField(_l("Region"), [REQUIRED])
    format = SelectField(_l("Format"), [REQUIRED], choices=FORMATS)
    city = StringField(_l("City"), [Length(max=80)])
    attributes = SelectMultipleField(_l("What is there"), choices=ATTRIBUTES)
    opened_on = DateField(_l("Open since"), [Optional()])
    closed_on = DateField(_l("Closed on"), [Optional()])


class RegionForm(FlaskForm):
    parent = SelectField(_l("Inside"))
    name = name_field(_l("Name"), Regexp(r"^[^/]+$", message=_l("A name has no “/”.")))


class PersonForm(FlaskForm):
    email = EmailField(_l("E-mail"), [REQUIRED, Length(max=254)])
    name = name_field(_l("First and last name"))
    role = SelectField(_l("Role"), [REQUIRED], choices=ROLES)
    region = SelectField(_l("Region"), description=_l("Only for a regional manager."))
    location = StringField(_l("Location code"), [Length(max=40)], description=_l("Only for a location manager."))
    pseudonym = StringField(
        _l("Pseudonym"), [Length(max=40)], description=_l("Only for an auditor; all that tables ever show of them.")
    )


class WaveForm(FlaskForm):
    code = StringField(_l("Code"), [REQUIRED, Length(max=40), CODE])
    name = name_field(_l("Name"))
    starts_on = DateField(_l("First day"), [REQUIRED])
    ends_on = DateField(_l("Last day"), [REQUIRED])


class NoticeForm(FlaskForm):
    text = TextAreaField(
        _l("What staff were told"),
        [REQUIRED, Length(max=4000)],
        description=_l("That service is checked, why, and what the results are for."),
    )
    on = DateField(_l("When"), [REQUIRED])
    channel = StringField(
        _l("How"), [REQUIRED, Length(max=120)], description=_l("For example: intranet, team meeting.")
    )
    confirmed_by = StringField(_l("Confirmed by"), [REQUIRED, Length(max=120)])


class AssignmentForm(FlaskForm):
    wave = SelectField(_l("Wave"), [REQUIRED], coerce=int)
    location = StringField(_l("Location code"), [REQUIRED, Length(max=40)])
    checklist = SelectField(_l("Checklist"), [REQUIRED], coerce=int)
    scenario = StringField(
        _l("Scenario"), [Length(max=40)], description=_l("A code from the checklist; empty takes the first.")
    )
    auditor = SelectField(_l("Auditor"), [REQUIRED], coerce=int)
    kind = SelectField(
        _l("Kind"),
        [REQUIRED],
        choices=[
            SelectChoice("regular", _l("regular")),
            SelectChoice("revisit", _l("re-visit")),
            SelectChoice("training", _l("training")),
            SelectChoice("pilot", _l("pilot")),
        ],
    )
    window_from = DateField(_l("From"), [REQUIRED])
    window_to = DateField(_l("To"), [REQUIRED])


class RuleForm(FlaskForm):
    wave = SelectField(_l("Wave"), [REQUIRED], coerce=int)
    checklist = SelectField(_l("Checklist"), [REQUIRED], coerce=int)
    format = SelectField(_l("Locations"), [REQUIRED], choices=FORMATS)
    visits_each = IntegerField(_l("Visits to each location"), [REQUIRED, NumberRange(1, 24)], default=2)
    confirm = BooleanField(_l("I have seen the preview: assign these visits"))


class ReassignForm(FlaskForm):
    auditor = SelectField(_l("Auditor"), [REQUIRED], coerce=int)


class ReasonForm(FlaskForm):
    reason = StringField(_l("Reason"), [REQUIRED, Length(max=500)])

"""Shapes of the programme manager's forms."""

from __future__ import annotations

from typing import Any, ClassVar

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
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
from wtforms.validators import (
    DataRequired,
    InputRequired,
    Length,
    NumberRange,
    Optional,
    Regexp,
    StopValidation,
    ValidationError,
)

from auditapp import codes
from checklists.lifecycle import Role
from checklists.model import Channel

REQUIRED = InputRequired(_l("This field cannot be left empty."))
WRITTEN = DataRequired(_l("This field cannot be left empty."))


def tidy(text: str | None) -> str:
    """Return the text without white space around it."""
    return (text or "").strip()


def check_visible(_form: FlaskForm, field: StringField) -> None:
    """Refuse what a reader cannot see or an address cannot hold: control characters, and names of dots alone."""
    if not codes.is_readable(field.data):
        raise ValidationError(_l("Use letters and digits that can be read."))


def between(low: int, high: int) -> NumberRange:
    """Return a check that a number lies between two others, both included."""
    return NumberRange(low, high, _l("The number must be from %(min)s to %(max)s."))


def name_field(label: str, *more: Any) -> StringField:
    """Return a field for the name of something."""
    return StringField(label, [WRITTEN, Length(max=120), check_visible, *more], filters=[tidy])


def code_field(example: str) -> StringField:
    """Return a field for a code, which says its rule before anybody breaks it."""
    letters = Regexp(
        rf"{codes.CODE.pattern}\Z",
        message=_l("Use letters a–z, digits, “.”, “-” and “_” only, and begin with a letter or a digit."),
    )
    hint = _l(
        "At most 40 characters: letters a–z, digits, “.”, “-” and “_”; the first one a letter or a digit. "
        "For example %(example)s.",
        example=example,
    )
    return StringField(_l("Code"), [REQUIRED, Length(max=40), letters], filters=[tidy], description=hint)


class NeededBy:
    """Demand a field of one role; others leave it empty."""

    field_flags: ClassVar = {"needed_by_some": True}

    def __init__(self, role: Role) -> None:
        self.role = role

    def __call__(self, form: Any, field: Any) -> None:
        if form.role.data == self.role and not field.data:
            raise StopValidation(_l("This field cannot be left empty."))


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
    code = code_field("lumo")
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
    store_visit = DecimalField(_l("Weight of store visits"), [REQUIRED, between(0, 100)], places=None)
    phone = DecimalField(_l("Weight of phone calls"), [REQUIRED, between(0, 100)], places=None)
    chat = DecimalField(_l("Weight of chats"), [REQUIRED, between(0, 100)], places=None)
    email = DecimalField(_l("Weight of e-mails"), [REQUIRED, between(0, 100)], places=None)
    online_order = DecimalField(_l("Weight of online orders"), [REQUIRED, between(0, 100)], places=None)

    def validate(self, extra_validators: Any = None) -> bool:
        valid: bool = super().validate(extra_validators)
        if valid and not any(self[channel.value].data for channel in Channel):
            self.form_errors.append(_l("At least one channel needs a weight above 0."))
            return False
        return valid


class BrandForm(FlaskForm):
    """How printed reports look; what is wrong with a colour or a logo says the service."""

    accent = StringField(
        _l("Colour of headings and lines"),
        [Length(max=20)],
        description=_l("Like #0f5c8c; dark enough to be read on white. Empty: the colour of the product."),
    )
    logo = FileField(_l("Logo"), description=_l("PNG or SVG, at most 512 kB; in an SVG shapes only."))
    no_logo = BooleanField(_l("Print no logo"))


class LocationForm(FlaskForm):
    code = code_field("S001")
    name = name_field(_l("Name"))
    region = SelectField(_l("Region"), [REQUIRED])
    format = SelectField(_l("Format"), [REQUIRED], choices=FORMATS)
    city = StringField(_l("City"), [Length(max=80)])
    attributes = SelectMultipleField(_l("What is there"), choices=ATTRIBUTES)
    opened_on = DateField(_l("Open since"), [Optional()])
    closed_on = DateField(_l("Closed on"), [Optional()])


NO_SLASH = Regexp(r"^[^/]+$", message=_l("A name has no “/”."))


class RegionForm(FlaskForm):
    parent = SelectField(_l("Inside"))
    name = name_field(_l("Name"), NO_SLASH)


class RenameForm(FlaskForm):
    name = name_field(_l("Name"), NO_SLASH)


class RemoveForm(FlaskForm):
    sure = BooleanField(_l("Yes, remove it"), [DataRequired(_l("Tick this to remove it."))])


class PersonForm(FlaskForm):
    email = EmailField(_l("E-mail"), [REQUIRED, Length(max=254)])
    name = name_field(_l("First and last name"))
    role = SelectField(_l("Role"), [REQUIRED], choices=ROLES)
    region = SelectField(
        _l("Region"),
        [NeededBy(Role.REGIONAL_MANAGER)],
        description=_l("A regional manager needs one. For other roles leave it empty."),
    )
    location = StringField(
        _l("Location code"),
        [NeededBy(Role.LOCATION_MANAGER), Length(max=40)],
        filters=[tidy],
        description=_l("A location manager needs one. For other roles leave it empty."),
    )
    pseudonym = StringField(
        _l("Pseudonym"),
        [NeededBy(Role.AUDITOR), Length(max=40)],
        filters=[tidy],
        description=_l(
            "An auditor needs one, for example TK-017; it is all that results and exports of visits show of them. For "
            "other roles leave it empty."
        ),
    )

    def validate_pseudonym(self, field: StringField) -> None:
        if field.data and self.role.data != Role.AUDITOR:
            raise ValidationError(_l("Only auditors have a pseudonym. For this role leave it empty."))


class WaveChangeForm(FlaskForm):
    name = name_field(_l("Name"))
    starts_on = DateField(_l("First day"), [REQUIRED])
    ends_on = DateField(_l("Last day"), [REQUIRED])


class WaveForm(WaveChangeForm):
    code = code_field("2026Q3")


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
    location = StringField(_l("Location code"), [REQUIRED, Length(max=40)], filters=[tidy])
    checklist = SelectField(_l("Checklist"), [REQUIRED], coerce=int)
    scenario = SelectField(_l("Scenario"))  # "<checklist version>:<code>"; empty takes the first
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

    def validate_scenario(self, field: SelectField) -> None:
        if field.data and not field.data.startswith(f"{self.checklist.data}:"):
            raise ValidationError(_l("This scenario belongs to another checklist."))


class RuleForm(FlaskForm):
    wave = SelectField(_l("Wave"), [REQUIRED], coerce=int)
    checklist = SelectField(_l("Checklist"), [REQUIRED], coerce=int)
    format = SelectField(_l("Locations"), [REQUIRED], choices=FORMATS)
    visits_each = IntegerField(
        _l("Visits to each location"),
        [REQUIRED, between(1, 24)],
        default=2,
        description=_l("In all: visits that the wave already has are counted."),
    )
    confirm = BooleanField(_l("I have seen the preview: assign these visits"))


class CloseForm(FlaskForm):
    sure = BooleanField(
        _l("Yes, close it with visits still out"), [DataRequired(_l("Tick this to close it with visits still out."))]
    )


class ReassignForm(FlaskForm):
    auditor = SelectField(_l("Auditor"), [REQUIRED], coerce=int)


class ReasonForm(FlaskForm):
    reason = StringField(_l("Reason"), [REQUIRED, Length(max=500)])

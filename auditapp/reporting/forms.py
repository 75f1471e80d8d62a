"""Shape of the form that issues a report."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, ValidationError

REQUIRED = InputRequired(_l("This field cannot be left empty."))


class IssueForm(FlaskForm):
    """`location` and `quarter` get their choices from the actor's programme."""

    kind = SelectField(
        _l("Kind"),
        [REQUIRED],
        choices=[SelectChoice("location", _l("one location")), SelectChoice("network", _l("the whole network"))],
    )
    location = SelectField(_l("Location"), default="", description=_l("Needed for the report of one location."))
    quarter = SelectField(_l("Quarter"), [REQUIRED])
    locale = SelectField(
        _l("Language"), [REQUIRED], choices=[SelectChoice("pl", "polski"), SelectChoice("en", "English")]
    )

    def validate_location(self, field: SelectField) -> None:
        if self.kind.data == "location" and not field.data:
            raise ValidationError(_l("Choose a location."))

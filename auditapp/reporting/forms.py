"""Shape of the forms that publish a quarter and show a report before that."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, ValidationError

from auditapp.reporting.publishing import LONGEST_NOTE

REQUIRED = InputRequired(_l("This field cannot be left empty."))
LOCALES = [SelectChoice("pl", "polski"), SelectChoice("en", "English")]


class PublishForm(FlaskForm):
    """`what` gets its choices from the actor's programme: "all", "network", "region:PATH", "location:CODE".

    `note` is there where the quarter is public already and its figures have changed since.
    """

    quarter = HiddenField(validators=[REQUIRED])
    what = SelectField(_l("Which reports"), [REQUIRED])
    in_polish = BooleanField(_l("in Polish"), default=True)
    in_english = BooleanField(_l("in English"))
    note = StringField(
        _l("Reason for the correction"),
        [Length(max=LONGEST_NOTE, message=_l("Write at most %(max)d characters."))],
        description=_l("Needed where figures that are public have changed. It is printed in every new issue."),
    )

    def validate_in_english(self, field: BooleanField) -> None:
        if not (field.data or self.in_polish.data):
            raise ValidationError(_l("Choose at least one language."))

    def locales(self) -> tuple[str, ...]:
        """Return the languages chosen."""
        chosen = (("pl", self.in_polish.data), ("en", self.in_english.data))
        return tuple(locale for locale, wanted in chosen if wanted)


class PreviewForm(FlaskForm):
    """A report as it would be issued now; nothing is kept of it. Sent with GET."""

    class Meta:
        csrf = False

    quarter = HiddenField(validators=[REQUIRED], id="preview-quarter")
    what = SelectField(_l("Report"), [REQUIRED], id="preview-what")
    locale = SelectField(_l("Language"), [REQUIRED], choices=LOCALES)

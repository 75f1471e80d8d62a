"""Shapes of the forms that ask what visits would tell, and whom a rule would meet."""

from __future__ import annotations

from math import isfinite
from typing import Any

from flask_babel import format_decimal
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import Field, FloatField, IntegerField
from wtforms.validators import InputRequired, NumberRange, Optional, StopValidation

REQUIRED = InputRequired(_l("This field cannot be left empty."))


def _finite(_form: FlaskForm, field: Field) -> None:
    if field.process_errors:
        raise StopValidation  # said already that it cannot be read
    if field.data is not None and not isfinite(field.data):
        raise StopValidation(_l("Enter a number, for example 5 or 2.5."))


class _Within(NumberRange):
    """A range whose ends are said as the reader's language writes numbers."""

    def __call__(self, form: FlaskForm, field: Field) -> None:
        low, high = format_decimal(self.min), format_decimal(self.max)
        self.message = _("The number must be from %(min)s to %(max)s.", min=low, max=high)
        super().__call__(form, field)


def _from(low: float, high: float) -> list[Any]:
    return [_finite, _Within(low, high)]


class Number(FloatField):
    """A number as people write it: a comma is a point, too."""

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, render_kw={"inputmode": "decimal"}, **more)

    def process_formdata(self, valuelist: list[str]) -> None:
        if any(each.strip() for each in valuelist):
            try:
                self.data = float(valuelist[0].replace(",", ".").replace("%", ""))
            except ValueError:
                self.data = None  # type: ignore[assignment]  # as WTForms does where nothing can be read
                raise ValueError(_l("Enter a number, for example 5 or 2.5.")) from None


class Whole(IntegerField):
    """A whole number, refused in our own words."""

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(_l("Enter a whole number.")) from None


class _Asked(FlaskForm):
    """A form whose address may be kept and passed on: it changes nothing, so it needs no token."""

    class Meta:
        csrf = False


class PlanForm(_Asked):
    width = Number(_l("How exact a score should be: ± points"), [REQUIRED, *_from(0.5, 50)])
    change = Number(_l("Change that should be seen, in points"), [REQUIRED, *_from(0.5, 90)])
    reliability = Number(_l("Part of the differences that should be real, in %"), [REQUIRED, *_from(1, 99)])
    level = Number(_l("Expected score, in %"), [Optional(), *_from(1, 99)])
    phi = Number(_l("How much visits vary (dispersion)"), [Optional(), *_from(0.001, 1)])


class RuleForm(_Asked):
    threshold = Number(_l("Score below, in %"), [REQUIRED, *_from(1, 99)])
    quarters = Whole(_l("Quarters in a row"), [REQUIRED, *_from(1, 12)])
    visits = Whole(_l("Visits to a location in a quarter"), [REQUIRED, *_from(1, 100)])
    good = Number(_l("True level of a good location, in %"), [REQUIRED, *_from(1, 99)])
    bad = Number(_l("True level of a poor location, in %"), [REQUIRED, *_from(1, 99)])

    def validate(self, extra_validators: Any = None) -> bool:
        valid: bool = super().validate(extra_validators)
        if self.threshold.errors:
            return False
        if not self.good.errors and self.good.data < self.threshold.data:
            self.good.errors = [_l("A good location lies at the threshold or above it.")]
            valid = False
        if not self.bad.errors and self.bad.data >= self.threshold.data:
            self.bad.errors = [_l("A poor location lies below the threshold.")]
            valid = False
        return valid

"""Shapes of the forms that bring data in and take it out."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, MultipleFileField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from auditapp.exchange.columns import EXPORTS, IMPORTS

KINDS = {
    "regions": _l("regions"),
    "locations": _l("locations"),
    "people": _l("people"),
    "standard": _l("the standard (TOML)"),
    "checklist": _l("checklists (TOML)"),
    "items": _l("items of the checklists"),
    "visits": _l("visits"),
    "answers": _l("answers"),
    "visit_scores": _l("scores of visits"),
    "criterion_scores": _l("scores of criteria"),
    "cells": _l("sums per location and criterion"),
    "comparison": _l("comparison of locations"),
    "all": _l("everything, as one workbook"),
}
INTO = {**KINDS, "visits": _l("visits with their answers"), "answers": _l("corrections of answers")}


class ImportForm(FlaskForm):
    kind = SelectField(
        _l("What the files hold"), [InputRequired()], choices=[SelectChoice(kind, INTO[kind]) for kind in IMPORTS]
    )
    files = MultipleFileField(
        _l("Files"),
        [FileRequired(_l("Choose a file."))],
        description=_l("CSV in UTF-8 or XLSX; documents as TOML or several in a zip."),
    )
    answers = FileField(
        _l("Answers of the visits"),
        description=_l("Visits come together with their answers. One workbook may hold both as sheets."),
    )
    dry_run = BooleanField(_l("Only check, store nothing yet"), default=True)


class ExportForm(FlaskForm):
    # It stands beside the other form on one page, hence the ids.
    kind = SelectField(
        _l("Table"),
        [InputRequired()],
        choices=[SelectChoice(kind, KINDS[kind]) for kind in (*EXPORTS, "all")],
        id="out-kind",
    )
    quarter = SelectField(_l("Quarter"), description=_l("For visits, answers and results."), id="out-quarter")
    format = SelectField(
        _l("Format"),
        [InputRequired()],
        choices=[SelectChoice("csv", "CSV"), SelectChoice("xlsx", "XLSX")],
        id="out-format",
    )

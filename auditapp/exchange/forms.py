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


# What the cells of some columns may say, in the order of the codes of the lower floors; the page shows both sides.
VALUES = (
    (
        "locations",
        "format",
        {"store": _l("store"), "contact_centre": _l("contact centre"), "online_shop": _l("online shop")},
    ),
    (
        "locations",
        "attributes",
        {
            "car_park": _l("car park"),
            "fitting_room": _l("fitting room"),
            "self_checkout": _l("self-checkout"),
            "click_and_collect": _l("click and collect"),
            "customer_toilet": _l("customer toilet"),
            "service_desk": _l("service desk"),
        },
    ),
    (
        "people",
        "role",
        {
            "programme_manager": _l("programme manager"),
            "reviewer": _l("reviewer"),
            "regional_manager": _l("regional manager; scope is the path of the region"),
            "location_manager": _l("location manager; scope is the code of the location"),
            "auditor": _l("auditor; needs a pseudonym"),
        },
    ),
    ("people", "locale", {"pl": _l("Polish"), "en": _l("English")}),
    (
        "visits",
        "channel",
        {
            "store_visit": _l("store visit"),
            "phone": _l("phone"),
            "chat": _l("chat"),
            "email": _l("e-mail"),
            "online_order": _l("online order"),
        },
    ),
    (
        "visits",
        "visit_kind",
        {
            "regular": _l("regular: the only kind that enters results"),
            "revisit": _l("re-visit"),
            "training": _l("training"),
            "pilot": _l("pilot"),
        },
    ),
    (
        "visits",
        "status",
        {
            "approved": _l("approved; also where the cell is empty"),
            "submitted": _l("submitted: it goes to the reviewers"),
            "rejected": _l("rejected"),
        },
    ),
    (
        "answers",
        "state",
        {
            "answered": _l("answered: “value” holds the answer"),
            "na": _l("not applicable"),
            "missing": _l("no answer yet"),
            "not_asked": _l("not asked"),
        },
    ),
)


class ImportForm(FlaskForm):
    kind = SelectField(
        _l("What the files hold"), [InputRequired()], choices=[SelectChoice(kind, INTO[kind]) for kind in IMPORTS]
    )
    files = MultipleFileField(
        _l("Files"),
        [FileRequired(_l("Choose a file."))],
        description=_l(
            "CSV in UTF-8, columns separated by commas or semicolons, or XLSX; documents as TOML or several in a zip."
        ),
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

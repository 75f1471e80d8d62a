"""The last sheet of a quarter's workbook: versions, thresholds, weights, formulas in words, what the columns mean."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from auditapp import parameter_words
from auditapp.reporting.quarter import QuarterFacts
from auditapp.reporting.workbook_sheets import Part, Sheet
from auditapp.workbooks import Field, Table
from reports import findings, method
from reports.columns import Population
from reports.labels import CHANNELS, LABELS, population_name

Line = tuple[str, object]
THRESHOLDS = {
    "scorable_share": _l("applicable part of a checklist's weight from which a visit counts"),
    "score_visits": _l("visits from which a location has a score"),
    "label_visits": _l("visits from which a location is called clearly above or below"),
    "criterion_visits": _l("visits from which a criterion of a location has a score"),
    "criterion_answers": _l("and its answers"),
    "list_error": _l("part of a list of “clearly” that may be wrong on average"),
    "change_q": _l("part of a list of changes that may be wrong on average"),
    "overlap": _l("common part of the weight from which two quarters are compared"),
    "reliability": _l("mean reliability from which ranks are given"),
    "rank_coverage": _l("chance that the true rank lies between the two given"),
}


def build_table(
    quarter: QuarterFacts, part: Part, sheets: Sequence[Sheet], locale: str, now: datetime, edition: int | None
) -> Table:
    """Return the sheet; `sheets` are the others, whose columns it explains."""
    rows = [
        *_origin(quarter, part, locale, now, edition),
        *_rules(quarter, locale),
        # What is frozen cannot say how it differs from the settings of the day.
        *((_("Settings"), said) for said in (parameter_words.settings(quarter.facts) if edition is None else ())),
        *_columns(sheets),
    ]
    fields = (Field(_("Subject"), "long", 46), Field(_("What holds"), "long", 110))
    return Table(_("Method"), fields, [(subject, str(said)) for subject, said in rows])


def _origin(quarter: QuarterFacts, part: Part, locale: str, now: datetime, edition: int | None) -> Iterable[Line]:
    frame = quarter.frame
    yield _("Programme"), frame.programme
    yield _("Quarter"), frame.quarter.label(locale)
    if frame.previous is not None:
        yield _("Changes are measured from"), frame.previous.label(locale)
    if edition is not None:
        yield _("Edition"), f"{edition}, {now:%Y-%m-%d}"
        frozen = _(
            "The visits that this edition froze: these are the values of its reports. They do not change any more; "
            "corrections make a new edition."
        )
        yield _("Computed from"), frozen
    else:
        yield _("Computed on"), f"{now:%Y-%m-%d}"
        yield (
            _("Computed from"),
            _(
                "The approved visits of that day. An issued report stays as it was issued; where visits were approved "
                "or corrected since, its values differ from these."
            ),
        )
    yield _("Locations in this workbook"), _("the whole network") if part.network else len(part.locations)
    standard = frame.standard
    yield _("Standard"), f"{standard.code} {standard.version}, {LABELS['in_force'].get(locale)}: {standard.valid_from}"
    for each in frame.checklists:
        questions = _("%(number)s scored questions, of their weight %(judgement)s is judgement",
                      number=each.questions, judgement=findings.share(each.judgement, locale))  # fmt: skip
        yield _("Checklist %(name)s", name=each.name), f"{CHANNELS[each.channel].get(locale)}: {questions}"


def _rules(quarter: QuarterFacts, locale: str) -> Iterable[Line]:
    frame = quarter.frame
    for note in method.notes(frame, quarter.channels, frame.comparison.populations, locale):
        yield _("How it is computed"), note
    yield (
        _("Rounding"),
        _(
            "Cells hold the values with all their digits and show one decimal. Printed reports show whole per cent and "
            "round the ends of intervals outward."
        ),
    )
    for channel in quarter.channels:
        yield (
            _("Weight of the channel: %(channel)s", channel=CHANNELS[channel].get(locale)),
            f"{frame.weights.get(channel, 1.0):g}",
        )
    settings = frame.comparison.settings
    for name, meaning in THRESHOLDS.items():
        value = getattr(settings, name)
        said = findings.share(value, locale) if isinstance(value, float) else value
        yield _("Threshold: %(meaning)s", meaning=meaning), said
    for population in frame.comparison.populations:
        if population.visited:
            yield _("Compared with each other: %(who)s", who=_who(population, locale)), _trust(population, locale)


def _who(population: Population, locale: str) -> str:
    return population_name(population.format, population.channel, locale)


def _trust(population: Population, locale: str) -> str:
    """Return how far the scores of a population can be trusted, in the order of scoring.md."""
    unknown = _("unknown, too few visits")

    def number(value: float | None) -> str:
        return unknown if value is None else findings.decimal(value, locale, 4)

    parts = [
        _("visited: %(visited)s of %(locations)s", visited=population.visited, locations=population.locations),
        _("phi (dispersion of visits): %(value)s", value=number(population.phi)),
        _("variance between visits of a location: %(value)s", value=number(population.var_within)),
        _("tau squared (variance between locations): %(value)s", value=number(population.tau2)),
        _("mean reliability: %(value)s", value=number(population.reliability)),
    ]
    if population.source == "previous_four":
        parts.append(_("dispersion of the four quarters before"))
    return "; ".join(parts)


def _columns(sheets: Sequence[Sheet]) -> Iterable[Line]:
    for sheet in sheets:
        for column in sheet.columns:
            yield f"{sheet.name}: {column.title}", str(column.meaning)

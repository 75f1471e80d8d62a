"""The tables of the exchange: every kind with its columns, in the order they are written (docs/exchange.md)."""

from __future__ import annotations

from collections.abc import Mapping

from reports.compare import COLUMNS as COMPARISON

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "regions": ("region", "name"),
    "locations": (
        "location",
        "name",
        "region",
        "format",
        "city",
        "lat",
        "lon",
        "timezone",
        "attributes",
        "footfall",
        "opened_on",
        "closed_on",
    ),
    "people": ("email", "name", "role", "scope", "pseudonym", "locale"),
    "items": (
        "checklist",
        "version",
        "item",
        "section",
        "criterion",
        "type",
        "kind",
        "weight",
        "max",
        "na_allowed",
        "critical",
        "pass_mark",
        "channel",
        "question_pl",
        "question_en",
    ),
    "visits": (
        "visit",
        "location",
        "checklist",
        "version",
        "channel",
        "visit_kind",
        "shopper",
        "started_at",
        "ended_at",
        "submitted_at",
        "status",
        "quarter",
    ),
    "answers": ("visit", "item", "state", "value", "points", "comment", "revision"),
    "visit_scores": (
        "visit",
        "location",
        "quarter",
        "score",
        "score_gated",
        "applicable_weight",
        "total_weight",
        "scorable",
        "critical_failed",
        "critical_applicable",
    ),
    "criterion_scores": ("visit", "criterion", "score", "applicable_weight", "answers"),
    "cells": (
        "location",
        "quarter",
        "channel",
        "criterion",
        "n",
        "score_sum",
        "score_sum_sq",
        "lost_sum",
        "answers",
        "critical_failed",
        "critical_applicable",
    ),
    "comparison": COMPARISON,
}
DOCUMENTS = ("standard", "checklist")
IMPORTS = ("regions", "locations", "people", *DOCUMENTS, "visits", "answers")
EXPORTS = (*DOCUMENTS, *COLUMNS)
BY_QUARTER = ("visits", "answers", "visit_scores", "criterion_scores", "cells", "comparison")

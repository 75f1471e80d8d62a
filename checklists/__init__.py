"""What the standard says and what an answer is worth: pure values and rules, standard library only.

Start here. `model` holds the values: a `Standard` and its criteria, a `Checklist` and its items, an `Answer`, a
`VisitScore`. `parse` reads the TOML documents into them (`parse_item` one item, `documents` one table). An auditor's
answer goes through `answers.check`; `applicability.asked` says which items a visit asks at all; `answers.check_visit`
says what is still missing; `scoring.score` adds it up. `lifecycle` is the table of states and acts of a visit,
`versions` compares two versions of a checklist, `rounding` turns figures into what is printed, and `problems` names
every refusal of the product once, in Polish and English.

There is no clock, no randomness, no HTTP and no SQL here, and nothing is imported from the floors above.
"""

from checklists.answers import check, check_visit, complete
from checklists.applicability import asked, progress
from checklists.lifecycle import Act, Role, State, move
from checklists.model import Answer, AnswerState, Checklist, Item, Standard, Text, VisitScore
from checklists.parse import parse_checklist, parse_documents, parse_standard, shipped
from checklists.problems import Place, Problem, Problems, at
from checklists.scoring import score
from checklists.versions import VersionChange, compare_versions, restated_score

__all__ = [
    "Act",
    "Answer",
    "AnswerState",
    "Checklist",
    "Item",
    "Place",
    "Problem",
    "Problems",
    "Role",
    "Standard",
    "State",
    "Text",
    "VersionChange",
    "VisitScore",
    "asked",
    "at",
    "check",
    "check_visit",
    "compare_versions",
    "complete",
    "move",
    "parse_checklist",
    "parse_documents",
    "parse_standard",
    "progress",
    "restated_score",
    "score",
    "shipped",
]

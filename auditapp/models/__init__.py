"""Rows: columns, constraints and relationships. No rules and no queries live here."""

from auditapp.models.documents import ChecklistVersion, StandardVersion
from auditapp.models.facts import Cell, CellStamp, CriterionScoreRow, VisitScoreRow
from auditapp.models.jobs import Job
from auditapp.models.outgoing import JournalLine, OutgoingMail
from auditapp.models.people import LoginFailure, Membership, OneTimeLink, User, UserSession
from auditapp.models.places import Location, Programme, Region, Wave
from auditapp.models.reports import IssuedReport, OrderedReport, Publication, WithdrawnReport
from auditapp.models.sources import Source
from auditapp.models.views import SavedView
from auditapp.models.visits import AnswerRow, Evidence, Parked, PhoneLog, ReviewNote, Submission, Visit

__all__ = [
    "AnswerRow",
    "Cell",
    "CellStamp",
    "ChecklistVersion",
    "CriterionScoreRow",
    "Evidence",
    "IssuedReport",
    "Job",
    "JournalLine",
    "Location",
    "LoginFailure",
    "Membership",
    "OneTimeLink",
    "OrderedReport",
    "OutgoingMail",
    "Parked",
    "PhoneLog",
    "Programme",
    "Publication",
    "Region",
    "ReviewNote",
    "SavedView",
    "Source",
    "StandardVersion",
    "Submission",
    "User",
    "UserSession",
    "Visit",
    "VisitScoreRow",
    "Wave",
    "WithdrawnReport",
]

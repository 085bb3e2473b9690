"""The tables of review: cases and rapid reviews, practice reviews, improvement."""

from services.review.models.base import Model
from services.review.models.cases import (
    AgencyReturn,
    Case,
    DutyNote,
    Extension,
    Incident,
    IncidentReferral,
    InformationRequest,
    Meeting,
    PanelReply,
    RapidReviewDecision,
    RapidReviewSignature,
)
from services.review.models.improvement import Action, Evidence, Recommendation
from services.review.models.practice_reviews import (
    Delay,
    Hold,
    HoldCheck,
    Milestone,
    PracticeReview,
    Report,
    ReportSignature,
    ReviewCase,
    Reviewer,
    ReviewerRequest,
    ReviewRecord,
)

__all__ = [
    "Action",
    "AgencyReturn",
    "Case",
    "Delay",
    "DutyNote",
    "Evidence",
    "Extension",
    "Hold",
    "HoldCheck",
    "Incident",
    "IncidentReferral",
    "InformationRequest",
    "Meeting",
    "Milestone",
    "Model",
    "PanelReply",
    "PracticeReview",
    "RapidReviewDecision",
    "RapidReviewSignature",
    "Recommendation",
    "Report",
    "ReportSignature",
    "ReviewCase",
    "ReviewRecord",
    "Reviewer",
    "ReviewerRequest",
]

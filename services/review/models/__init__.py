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
from services.review.models.chronology import ChronologyMark
from services.review.models.improvement import Action, Evidence, Recommendation
from services.review.models.meetings import PlannedMeeting
from services.review.models.practice_reviews import (
    Delay,
    Hold,
    HoldCheck,
    Milestone,
    PracticeReview,
    Report,
    ReportSignature,
    Reviewer,
    ReviewerRequest,
    ReviewRecord,
)
from services.review.models.sharing import ReviewerAccess, SharedMaterial

__all__ = [
    "Action",
    "AgencyReturn",
    "Case",
    "ChronologyMark",
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
    "PlannedMeeting",
    "PracticeReview",
    "RapidReviewDecision",
    "RapidReviewSignature",
    "Recommendation",
    "Report",
    "ReportSignature",
    "ReviewRecord",
    "Reviewer",
    "ReviewerAccess",
    "ReviewerRequest",
    "SharedMaterial",
]

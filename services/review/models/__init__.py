"""The tables of review: cases and rapid reviews, practice reviews, improvement."""

from services.review.models.base import Model
from services.review.models.cases import (
    AgencyReturn,
    Case,
    CaseMilestone,
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
    DraftComment,
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
from services.review.models.retention import DestructionCertificate, LegalHold, RetentionDecision
from services.review.models.sharing import ReviewerAccess, SharedMaterial

__all__ = [
    "Action",
    "AgencyReturn",
    "Case",
    "CaseMilestone",
    "ChronologyMark",
    "Delay",
    "DestructionCertificate",
    "DraftComment",
    "DutyNote",
    "Evidence",
    "Extension",
    "Hold",
    "HoldCheck",
    "Incident",
    "IncidentReferral",
    "InformationRequest",
    "LegalHold",
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
    "RetentionDecision",
    "ReviewCase",
    "ReviewRecord",
    "Reviewer",
    "ReviewerAccess",
    "ReviewerRequest",
    "SharedMaterial",
]

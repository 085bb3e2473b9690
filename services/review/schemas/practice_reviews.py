"""An LCSPR and its parts: what is sent to record them."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validates_schema

from services.review.schemas.common import Person, not_in_the_future, not_in_the_past
from shared.web.fields import Choice, Code, Day, Email, Line, Moment, Phone, Several, Text

KINDS = ("lcspr", "thematic", "single-agency", "other")
HOLD_REASONS = ("police-investigation", "criminal-trial", "inquest", "family-court", "other-review", "other")
COMMENT_KINDS = ("comment", "factual-accuracy")
COMMENT_OUTCOMES = ("changed", "partly-changed", "not-changed")
REPORT_KINDS = ("full-report", "executive-summary")


class Commission(Schema):
    """The decision to undertake a practice review; its six months run from `decided_at`."""

    kind = Choice(*KINDS, required=True)
    title = Line(300, required=True)
    decided_at = Moment(required=True, validate=not_in_the_future)


class FurtherCase(Schema):
    """A further case that a review is to be about, and why."""

    case_id = fields.UUID(required=True)
    reasons = Text(5000, required=True)


class Appointment(Schema):
    """A reviewer with independence and conflicts declared; `conflicts` may be empty, but not absent.

    `replaces_reasons` is needed where another reviewer is in office, and ends that appointment.
    """

    name = Line(required=True)
    organisation = Line()
    email = Email()
    phone = Phone()
    appointed_on = Day(required=True, validate=not_in_the_future)
    contract_from = Day()
    contract_until = Day()
    independence = Text(5000, required=True)
    conflicts = Several(Text(2000), required=True)
    replaces_reasons = Text(5000)

    @validates_schema
    def contract_in_order(self, body: dict[str, Any], **_: Any) -> None:
        first, last = body.get("contract_from"), body.get("contract_until")
        if first and last and last < first:
            raise ValidationError({"contract_until": ["Give a day that is not before the contract's first."]})


class MilestoneBody(Schema):
    """What is planned for a stage, which of its steps are done, or that it is done."""

    stage = Code(required=True)
    due_on = Day()
    done_on = Day(validate=not_in_the_future)
    steps = Several(Code())
    note = Text(5000)

    @validates_schema
    def says_when(self, body: dict[str, Any], **_: Any) -> None:
        if not {"due_on", "done_on", "steps"} & set(body):
            raise ValidationError({"due_on": ["Say by when the stage is due, or in done_on when it was done."]})


class RequestToReviewer(Schema):
    """A request in writing for information or a draft (SI 2018/789, regulation 14)."""

    asks_for = Choice("information", "draft", required=True)
    text = Text(required=True)
    asked_by = fields.Nested(Person, required=True)
    answer_by = Day(validate=not_in_the_past)


class DraftCommentBody(Schema):
    """A comment on a draft, or a return on its facts: `place` is where in the draft, such as a page and paragraph."""

    kind = Choice(*COMMENT_KINDS, required=True)
    who = Line(required=True)
    place = Line()
    text = Text(required=True)


class CommentAnswer(Schema):
    """What was done about a comment, and why."""

    outcome = Choice(*COMMENT_OUTCOMES, required=True)
    done = Text(5000, required=True)


class AnswerOfReviewer(Schema):
    response = Text(required=True)
    responded_on = Day(required=True, validate=not_in_the_future)


class ReportQuery(Schema):
    """What the uploaded file is."""

    kind = Choice(*REPORT_KINDS, load_default="full-report")


class ReportSignatureBody(Schema):
    """A partner's signature under one version of a report, named by the SHA-256 of its bytes."""

    report_sha256 = Line(64, required=True)
    name = Line(required=True)
    role = Line(required=True)


class HoldBody(Schema):
    """Why publication waits, who watches it, and when somebody looks again."""

    reason = Choice(*HOLD_REASONS, required=True)
    details = Text(5000)
    owner = fields.Nested(Person, required=True)
    next_check_on = Day(required=True, validate=not_in_the_past)
    panel_told_on = Day(validate=not_in_the_future)


class HoldCheckBody(Schema):
    """Why the hold stays, and when somebody looks again: the one is not taken without the other."""

    reasons = Text(5000, required=True)
    next_check_on = Day(required=True, validate=not_in_the_past)


class PanelTold(Schema):
    """When the Panel was told of a hold."""

    panel_told_on = Day(required=True, validate=not_in_the_future)


class Agreement(Schema):
    """Who agreed for one of the three safeguarding partners."""

    agency_id = Line(80, required=True)
    name = Line(required=True)
    role = Line(required=True)


class EndingBody(Schema):
    """Why a review is ended without a report, and who agreed for each of the three partners."""

    reasons = Text(required=True)
    agreed_by = Several(fields.Nested(Agreement), most=3, required=True)


class DelayBody(Schema):
    """The reasons for a delay; the Panel and the Secretary of State are given them without delay."""

    reasons = Text(required=True)
    expected_on = Day(required=True, validate=not_in_the_past)

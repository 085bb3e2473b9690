"""The reference: a naive but correct intake. Flask, marshmallow, the ORM, three rows, one durable commit.

It takes the same body as our `POST /referrals`, checks the same fields by type and closed list, and stores a referral,
a duty and an event. No authentication, idempotency, encryption, duplicates, threshold or audit.
"""

import os
import sys
import uuid
from datetime import UTC, datetime
from typing import Any

from flask import Flask, Response, jsonify, request
from marshmallow import Schema, ValidationError, fields, validate
from sqlalchemy import ForeignKey, create_engine
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship, sessionmaker

from tests.benchmarks.serving import serve

PLAN = validate.OneOf(["never", "current", "previous", "not-known"])


class Model(DeclarativeBase):
    """The three tables."""


class Referral(Model):
    __tablename__ = "referrals"
    id: Mapped[str] = mapped_column(primary_key=True)
    agency_reference: Mapped[str] = mapped_column(unique=True)
    submitted_at: Mapped[datetime]
    body: Mapped[dict[str, Any]] = mapped_column(JSONB)


class Duty(Model):
    __tablename__ = "duties"
    id: Mapped[str] = mapped_column(primary_key=True)
    referral_id: Mapped[str] = mapped_column(ForeignKey("referrals.id"), index=True)
    referral: Mapped[Referral] = relationship()
    recipient: Mapped[str]
    status: Mapped[str]
    due_at: Mapped[datetime] = mapped_column(index=True)


class Event(Model):
    __tablename__ = "events"
    id: Mapped[str] = mapped_column(primary_key=True)
    type: Mapped[str]
    sent: Mapped[bool] = mapped_column(index=True)
    data: Mapped[dict[str, Any]] = mapped_column(JSONB)


class OccurredSchema(Schema):
    earliest = fields.AwareDateTime(required=True, data_key="from")
    to = fields.AwareDateTime(allow_none=True)
    certainty = fields.String(validate=validate.OneOf(["known", "estimated", "unknown"]))


class PlaceSchema(Schema):
    description = fields.String(allow_none=True)
    type = fields.String(allow_none=True)
    postcode = fields.String(allow_none=True)
    country = fields.String(required=True)
    local_authority = fields.String(allow_none=True, validate=validate.Regexp(r"[EWSN]\d{8}"))


class ProceedingSchema(Schema):
    kind = fields.String(required=True)
    reference = fields.String()
    status = fields.String()


class IncidentSchema(Schema):
    kind = fields.String(required=True, validate=validate.OneOf(["death", "serious-harm", "other"]))
    occurred = fields.Nested(OccurredSchema, required=True)
    place = fields.Nested(PlaceSchema, required=True)
    abuse_or_neglect = fields.String(
        required=True, validate=validate.OneOf(["known", "suspected", "not-suspected", "not-known"])
    )
    abuse_types = fields.List(fields.String())
    narrative = fields.String(required=True, validate=validate.Length(1, 20000))
    immediate_action = fields.String(allow_none=True)
    agencies_working_together = fields.String(allow_none=True)
    good_practice = fields.String(allow_none=True)
    parallel_proceedings = fields.List(fields.Nested(ProceedingSchema))
    media_interest = fields.Boolean(allow_none=True)
    other_areas_concerned = fields.List(fields.String())


class AddressSchema(Schema):
    lines = fields.List(fields.String())
    postcode = fields.String()


class ChildSchema(Schema):
    given_name = fields.String(allow_none=True)
    family_name = fields.String(allow_none=True)
    also_known_as = fields.List(fields.String())
    date_of_birth = fields.Date(allow_none=True)
    sex = fields.String(validate=validate.OneOf(["female", "male", "not-known"]))
    ethnicity = fields.String()
    disability = fields.String(allow_none=True)
    nhs_number = fields.String(allow_none=True, validate=validate.Regexp(r"\d{10}"))
    address = fields.Nested(AddressSchema, allow_none=True)
    normally_resident_in = fields.String(allow_none=True)
    looked_after = fields.Boolean(allow_none=True)
    care_leaver = fields.Boolean(allow_none=True)
    child_protection_plan = fields.String(validate=PLAN)
    child_in_need_plan = fields.String(validate=PLAN)
    setting = fields.String(allow_none=True)
    outcome = fields.String(
        required=True, validate=validate.OneOf(["died", "seriously-harmed", "harmed", "not-harmed"])
    )


class OtherPersonSchema(Schema):
    relationship = fields.String(required=True)
    given_name = fields.String()
    family_name = fields.String()
    date_of_birth = fields.Date(allow_none=True)


class AwarenessSchema(Schema):
    agency_became_aware_at = fields.AwareDateTime(required=True)
    local_authority_became_aware_at = fields.AwareDateTime(allow_none=True)
    local_authority_informed = fields.String(allow_none=True)


class ReferrerSchema(Schema):
    name = fields.String(required=True)
    role = fields.String(required=True)
    email = fields.Email(allow_none=True)
    phone = fields.String(allow_none=True)
    agreed_with_safeguarding_lead = fields.String(allow_none=True)


class ReferralSchema(Schema):
    agency_reference = fields.String(required=True, validate=validate.Length(1, 100))
    incident = fields.Nested(IncidentSchema, required=True)
    children = fields.List(fields.Nested(ChildSchema), required=True, validate=validate.Length(1))
    other_people = fields.List(fields.Nested(OtherPersonSchema))
    awareness = fields.Nested(AwarenessSchema, required=True)
    referrer = fields.Nested(ReferrerSchema, required=True)


def create_app(database_url: str) -> Flask:
    """The reference application on a database of its own."""
    app = Flask("reference", static_folder=None)
    sessions = sessionmaker(create_engine(database_url, pool_size=10))
    schema = ReferralSchema()

    @app.post("/referrals")
    def post_referral() -> tuple[Response, int] | Response:
        body = request.get_json()
        try:
            schema.load(body)
        except ValidationError as error:
            return jsonify(errors=error.messages), 422
        now = datetime.now(UTC).replace(tzinfo=None)
        with sessions() as session:
            referral = Referral(
                id=str(uuid.uuid4()), agency_reference=body["agency_reference"], submitted_at=now, body=body
            )
            duty = Duty(id=str(uuid.uuid4()), referral=referral, recipient="panel", status="pending", due_at=now)
            told = {"referral": referral.id}
            event = Event(id=str(uuid.uuid4()), type="incident.referred", sent=False, data=told)
            session.add_all([referral, duty, event])
            session.commit()
            return jsonify(id=referral.id, duty={"id": duty.id, "status": duty.status}), 201

    return app


if __name__ == "__main__":
    if len(sys.argv) > 1:
        Model.metadata.create_all(create_engine(os.environ["REFERENCE_DATABASE_URL"]))
        serve("tests.benchmarks.reference_intake:app", int(sys.argv[1]))
elif "REFERENCE_DATABASE_URL" in os.environ:
    app = create_app(os.environ["REFERENCE_DATABASE_URL"])

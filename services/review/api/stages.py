"""The stages of each kind of review, as a review keeps them that begins today."""

from dataclasses import asdict

from services.review.api.routes import api
from services.review.plans import change_plan, plan_on
from services.review.schemas.stages import PlanBody, PlanList, PlanView
from shared import clock
from shared.calendar import london_day
from shared.identity import rights
from shared.partnership_schema import REVIEW_KINDS
from shared.review_plans import ReviewPlan
from shared.web.api import Call, Reply
from shared.web.problems import not_found


def _plan(call: Call, kind: str) -> ReviewPlan:
    return plan_on(call.session, kind, london_day(clock.now()))


@api.get("/stages", allows=rights.office_or_partner, gives=PlanList)
def list_plans(call: Call) -> Reply:
    """The stages of each kind of review that begins today, in words that a family or a practitioner could be given."""
    return Reply({"items": [asdict(_plan(call, kind)) for kind in REVIEW_KINDS]})


@api.put("/stages/<kind>", allows=rights.office, takes=PlanBody, gives=PlanView)
def put_plan(call: Call, kind: str) -> Reply:
    """Have reviews of a kind that begin from today on go by these stages; those that have begun keep their own."""
    if kind not in REVIEW_KINDS:
        raise not_found()
    values = dict(call.body)
    reasons = values.pop("reasons")
    change_plan(call.session, call.viewer, kind, values, reasons)
    return Reply(asdict(_plan(call, kind)))

"""What waits in the reviews."""

from dataclasses import asdict

from services.review.api.routes import api
from services.review.schemas.waiting import WaitingList
from services.review.waiting import what_waits
from shared.identity import rights
from shared.web.api import Call, Reply


@api.get("/waiting", allows=rights.office_or_partner, gives=WaitingList)
def list_waiting(call: Call) -> Reply:
    """What was to be done by now and has not been, the longest due first: holds to be looked at, actions, replies."""
    return Reply({"items": [asdict(each) for each in what_waits(call.session)]})

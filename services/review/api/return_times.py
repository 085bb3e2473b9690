"""When returns are due, reminded of and chased."""

from dataclasses import asdict

from services.review.api.routes import api
from services.review.return_times import change_return_times, return_times
from services.review.schemas.return_times import ReturnTimesBody, ReturnTimesView
from shared.identity import rights
from shared.web.api import Call, Reply


@api.get("/return-times", allows=rights.office_or_partner, gives=ReturnTimesView)
def get_return_times(call: Call) -> Reply:
    """In how many working days a return is due, when an agency is reminded, and how it is chased."""
    return Reply(asdict(return_times(call.session)))


@api.put("/return-times", allows=rights.office, takes=ReturnTimesBody, gives=ReturnTimesView)
def put_return_times(call: Call) -> Reply:
    """Have agencies asked, reminded and chased by these times from now on; what is due already keeps its day."""
    values = dict(call.body)
    reasons = values.pop("reasons")
    change_return_times(call.session, call.viewer, values, reasons)
    return Reply(asdict(return_times(call.session)))

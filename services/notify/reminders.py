"""Telling people what waits for them in a review: the agency that is to act, its leads from the second time, the contacts."""

from typing import Any

from sqlalchemy.orm import Session

from services.notify.messages import tell, tell_leads, warn_contacts
from shared import audit
from shared.delivery.deliveries import add_deliveries
from shared.settings import settings

# An e-mail says what is to be done and nothing of the case.
SENTENCES = {
    "hold-check": "A hold on publication was to be looked at again. Set a new day with a reason, or lift it.",
    "panel-reply": "The Panel has not replied to a rapid review. Ask it for its reply, and record it.",
    "position-awaited": "The decision of a rapid review awaits your agency's position. One on an earlier decision does not count.",
    "report-to-sign": "The report of a review awaits your agency's signature. One under an earlier version does not count.",
    "return-after-decision": "An agency sent or changed its return after the rapid review's decision. Read it.",
    "action-overdue": "An action that your agency agreed on a recommendation is overdue. Say what has changed.",
    "action-stale": "Nothing was heard for a while of an action that your agency agreed. Say how far it is.",
    "impact-check": "It is time to look whether an action of your agency has changed something for children.",
    "no-action": "A recommendation to your agency is due, and no action is agreed on it.",
    "records": "Records of a review have been kept for their time. Decide whether they are kept longer.",
    "monitoring": "The partners were to look again at the time and the quality of a review (regulation 14).",
    "reviewer-request": "The reviewer has not answered a written request (regulation 14).",
    "reviewer-contract": "A reviewer's contract has run out while the review goes on.",
}
OTHERWISE = "Something in a review waits for you."


def tell_reminder(session: Session, reminder: dict[str, Any]) -> None:
    """Act on `reminder.due`: e-mails with reference and link, to the contacts or to the agency that is to act."""
    sentence = SENTENCES.get(reminder["kind"], OTHERWISE)
    concerns, reference, agency = reminder["concerns"], reminder["reference"], reminder["agency_id"]
    linked = f"{sentence}\n\nSign in to act:\n{settings().public_url}{reminder['page']}"
    if agency is None:
        rows = warn_contacts(concerns, reference, linked)
    else:
        about = {"concerns": concerns, "reference": reference, "sentence": sentence, "page": reminder["page"]}
        rows = tell(session, f"agency:{agency}", purpose="request", document=None, **about)
        if reminder["times"] > 1:
            rows += tell_leads(session, agency, **about)
        if reminder["times"] > 1 or all(row["channel"] == "portal" for row in rows):
            rows += warn_contacts(concerns, reference, f"{agency}: {linked}")
    add_deliveries(session, rows)
    audit.append(session, audit.Entry("system", "told-reminder", concerns, f"{reminder['kind']} {reminder['times']}"))

"""What follows on a report that was sent, by how its incident stands, and where its reader may see to it."""

from typing import Any

from sqlalchemy import select

from services.notify.duties import DECIDE, NOTIFYING
from services.notify.models import Decision, Incident
from services.notify.notifying import TELLING
from services.notify.views import duties_of
from services.notify.wording import recipient_words
from shared.database import see_as
from shared.identity import rights
from shared.identity.viewer import SYSTEM
from shared.web.pages import Visit

NATIONAL = {"sin-panel": "The Panel", "sin-secretary-of-state": "The Secretary of State", "sin-ofsted": "Ofsted"}

OUTCOMES_OF = {
    "notifiable": ("notify",),
    "notified": ("notify",),
    "not-notifiable": ("do-not-notify", "other-review"),
}


def what_follows(visit: Visit, incident_id: str) -> dict[str, Any]:
    """The incident with its duties, and of them: by when the reader is to decide, and who waits for a person to tell them.

    `decided` says that a person brought it to where it stands, not the facts. Links are for who may open them. From here on the transaction
    sees past its reader, who hears only how their report stands: ask for what else they may see before.
    """
    sees = visit.session.get(Incident, incident_id) is not None
    see_as(visit.session, SYSTEM)
    incident = visit.session.get_one(Incident, incident_id)
    duties = duties_of(visit.session, incident.id)
    waiting = [duty for duty in duties if duty["status"] == "waiting-for-person"]
    deciding = [duty for duty in waiting if duty["rule"] == DECIDE]
    brought_about = Decision.outcome.in_(OUTCOMES_OF.get(incident.status, ()))
    decisions = select(Decision.id).where(Decision.incident_id == incident.id, brought_about)
    return {
        "incident": incident,
        "duties": duties,
        "decided": visit.session.scalar(decisions.limit(1)) is not None,
        "decide_by": deciding[0]["due_at"] if deciding and sees and rights.authority(visit.viewer) else None,
        "untold": [_untold(duty) for duty in waiting if duty["rule"] in TELLING],
        "may_open": sees and rights.office_or_authority(visit.viewer),
    }


def _untold(duty: dict[str, Any]) -> dict[str, Any]:
    who = NATIONAL.get(duty["rule"]) or recipient_words(duty["recipient"])
    return {"who": who, "national": duty["rule"] in NOTIFYING, "form": f"/notify/duties/{duty['id']}/form"}

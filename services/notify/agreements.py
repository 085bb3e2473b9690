"""A safeguarding lead is asked to agree to a report before it goes. Nobody has to wait for them: the clock runs.

An agreement is to what the lead read: it lapses where the report is changed afterwards.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import text
from sqlalchemy.orm import Session

from services.notify.drafts import Draft, draft_shown
from services.notify.preferences import let_know
from shared import audit, clock
from shared.database import new_id
from shared.encryption import keyed_hash, seal_json, unseal_json
from shared.identity.viewer import Viewer
from shared.web.problems import conflict, not_found, refused

LEADS = text("""
    SELECT id::text, name, email FROM people
     WHERE agency_id = :agency AND 'agency-lead' = ANY(roles) AND ended_at IS NULL AND id <> :me ORDER BY name, id
""")
ASK = text("""
    INSERT INTO agreement_requests (id, draft_id, asked_by, asked_of, asked_at) VALUES (:id, :draft, :by, :of, :now)
""")
END_OPEN = text(
    "UPDATE agreement_requests SET outcome = 'withdrawn', answered_at = :now WHERE draft_id = :draft AND outcome IS NULL"
)
LATEST = text("""
    SELECT a.outcome, a.asked_at, a.answered_at, a.words, a.agreed_to, p.name FROM agreement_requests a
      JOIN people p ON p.id = a.asked_of WHERE a.draft_id = :draft AND a.outcome IS DISTINCT FROM 'withdrawn'
     ORDER BY a.asked_at DESC LIMIT 1
""")
OPEN = text("""
    SELECT a.id::text, a.draft_id::text, a.asked_at, a.asked_by::text, p.name, p.email FROM agreement_requests a
      JOIN people p ON p.id = a.asked_by JOIN drafts d ON d.id = a.draft_id
     WHERE a.asked_of = :me AND a.outcome IS NULL AND d.referral_id IS NULL
       AND (CAST(:id AS uuid) IS NULL OR a.id = :id) ORDER BY a.asked_at
""")
ANSWER = text("""
    UPDATE agreement_requests SET outcome = :outcome, answered_at = :now, words = :words, agreed_to = :to
     WHERE id = :id AND outcome IS NULL RETURNING id
""")
WORDS = "agreement_requests.words"


@dataclass(frozen=True)
class Agreement:
    """How far it is: `asked`, `agreed`, `lapsed` (changed since it was agreed), or `sent-back` with the lead's words."""

    state: str
    lead: str
    at: datetime
    words: str = ""


def leads_to_ask(session: Session, viewer: Viewer) -> list[tuple[str, str]]:
    """The safeguarding leads of a person's agency, themselves left out, as id and name."""
    return [(lead.id, lead.name) for lead in _leads(session, viewer)]


def _leads(session: Session, viewer: Viewer) -> Sequence[Any]:
    return session.execute(LEADS, {"agency": viewer.agency_id, "me": viewer.person_id}).all()


def ask_lead(session: Session, viewer: Viewer, draft: Draft, lead_id: str) -> None:
    """Ask a lead of the person's agency to agree; whoever was asked before is asked no more.

    The message bears a reference and no name. Raises a 422 problem for somebody who is no lead of theirs.
    """
    lead = next((each for each in _leads(session, viewer) if each.id == lead_id), None)
    if lead is None:
        raise refused("/lead", "Choose a safeguarding lead of your agency")
    request = {"id": new_id(), "draft": draft.id, "by": viewer.person_id, "of": lead.id, "now": clock.now()}
    session.execute(END_OPEN, {"draft": draft.id, "now": clock.now()})
    session.execute(ASK, request)
    sentence = "You are asked to read a report of a serious incident and to agree to it before it is sent."
    page = f"/notify/agreements/{request['id']}"
    let_know(session, lead.id, lead.email, f"draft:{draft.id}", draft.reference, sentence, page)
    audit.append(session, audit.Entry(viewer.actor, "asked-to-agree", f"draft:{draft.id}", f"person:{lead.id}"))


def agreement_on(session: Session, draft: Draft) -> Agreement | None:
    """How far the agreement to a draft is; None where nobody was asked."""
    found = session.execute(LATEST, {"draft": draft.id}).first()
    if found is None:
        return None
    state = found.outcome or "asked"
    if state == "agreed" and bytes(found.agreed_to) != fingerprint(draft):
        state = "lapsed"
    words = unseal_json(bytes(found.words), WORDS) if found.words else ""
    return Agreement(state, found.name, found.answered_at or found.asked_at, words)


def waiting_for(session: Session, viewer: Viewer) -> Sequence[Any]:
    """The reports to which a lead is asked to agree, the longest waiting first."""
    return session.execute(OPEN, {"me": viewer.person_id, "id": None}).all()


def report_to_agree(session: Session, viewer: Viewer, request_id: str) -> tuple[Any, Draft]:
    """What a lead was asked and the draft as it is now. Raises a 404 problem once it is answered, sent or withdrawn."""
    found = session.execute(OPEN, {"me": viewer.person_id, "id": request_id}).first()
    if found is None:
        raise not_found()
    return found, draft_shown(session, found.draft_id)


def agree(session: Session, viewer: Viewer, request_id: str, seen: str) -> None:
    """Agree to a report as it was `seen` (its fingerprint in hex). Raises 404, and 409 where it was changed meanwhile."""
    request, draft = report_to_agree(session, viewer, request_id)
    if fingerprint(draft).hex() != seen:
        raise conflict("The report was changed while you read it. It is shown as it is now: read it again.")
    _answer(session, viewer, request, draft, "agreed", "", fingerprint(draft))


def send_back(session: Session, viewer: Viewer, request_id: str, words: str | None) -> None:
    """Send a report back to who writes it, with words. Raises 404, and 422 problems where there are none."""
    if not words:
        raise refused("/words", "Say what should be changed")
    request, draft = report_to_agree(session, viewer, request_id)
    _answer(session, viewer, request, draft, "sent-back", words, None)


def _answer(
    session: Session, viewer: Viewer, request: Any, draft: Draft, outcome: str, words: str, to: bytes | None
) -> None:
    values = {"id": request.id, "outcome": outcome, "now": clock.now(), "to": to}
    sealed = seal_json(words, WORDS) if words else None
    if session.execute(ANSWER, values | {"words": sealed}).first() is None:
        raise not_found()
    sentence = "Your safeguarding lead has answered about the report that you are writing."
    page = f"/notify/report/{draft.id}"
    let_know(session, request.asked_by, request.email, f"draft:{draft.id}", draft.reference, sentence, page)
    audit.append(session, audit.Entry(viewer.actor, outcome, f"draft:{draft.id}"))


def end_asking(session: Session, draft: Draft) -> None:
    """The report is sent: nobody is asked about it any more."""
    session.execute(END_OPEN, {"draft": draft.id, "now": clock.now()})


def fingerprint(draft: Draft) -> bytes:
    """A keyed hash of what a report says, by which a change is known."""
    said = {
        name: value for name, value in asdict(draft).items() if name in ("incident", "children", "people", "documents")
    }
    return keyed_hash("draft", orjson.dumps(said, option=orjson.OPT_SORT_KEYS).decode())

"""A case opens by itself when a notification was sent, and learns what referrals say later."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from services.review.information_requests import ask_agencies
from services.review.models import Case, Incident, RapidReviewDecision, RapidReviewSignature
from services.review.plans import plan_for
from services.review.references import invent_pseudonym, next_reference
from services.review.retention import is_destroyed
from services.review.review_cases import tell_publishing
from services.review.states import CASE, may, move
from shared import audit, clock
from shared.calendar import london_day
from shared.database import new_id
from shared.events.catalogue import Event, NotYet
from shared.inbox import heard_later
from shared.partnership import partnership


def case_of(session: Session, incident_id: str, *, lock: bool = False) -> Case | None:
    statement = select(Case).where(Case.incident_id == incident_id)
    return session.scalar(statement.with_for_update() if lock else statement)


def take_notification(session: Session, notified: dict[str, Any]) -> None:
    """Act on `incident.notified`: open the case and its rapid review where one is required, and ask the agencies.

    A care leaver's death alone, or a looked-after child's without suspicion, requires none and opens none. A case that
    exists gets the identifiers and agencies it lacks; one that was withdrawn, and is notified again, starts anew.
    Working Together 2023, chapter 5; Panel guidance, June 2025.
    """
    sent_at = datetime.fromisoformat(notified["sent_at"])
    session.merge(Incident(incident_id=notified["incident_id"], reference=notified["reference"], notified_at=sent_at))
    if not notified["rapid_review_required"]:
        return
    case = case_of(session, notified["incident_id"], lock=True)
    if case is None:
        case = _open(session, notified, sent_at)
    else:
        _bring_up_to_date(session, case, notified, sent_at)
    ask_agencies(session, case, [*notified["agencies"], *partnership().safeguarding_partners])
    audit.append(session, audit.Entry("system", "opened", f"case:{case.id}", "incident.notified; rule rapid-review"))


def _open(session: Session, notified: dict[str, Any], sent_at: datetime) -> Case:
    names = [each["value"] for each in notified["identifiers"] if each["kind"] == "name"]
    case = Case(
        id=new_id(),
        incident_id=notified["incident_id"],
        incident_reference=notified["reference"],
        reference=next_reference(session, "RR"),
        pseudonym=invent_pseudonym(session, names),
        stage="rapid-review",
        kinds=notified["kinds"],
        children=notified["children"],
        occurred_on=notified["occurred_on"],
        identifiers=notified["identifiers"],
        people=notified.get("people"),
        notified_at=sent_at,
        due_at=rapid_review_due(sent_at),
        opened_at=clock.now(),
        plan=plan_for(session, "rapid-review", sent_at),
    )
    session.add(case)
    session.flush()
    return case


def rapid_review_due(sent_at: datetime) -> datetime:
    """The end of the fifteenth working day after the notification was sent, by the rulebook and the partnership."""
    rule = partnership().rules_on(london_day(sent_at)).duty("rapid-review")
    return partnership().due(rule, sent_at)


def take_correction(session: Session, event: Event) -> None:
    """Act on `incident.corrected`: the case and its requests get what they lack, and publishing what it must look for.

    While the rapid review goes on, agencies that are known only now are asked. Where a later correction came before this
    one, what that said of people and of the day stands. Of a case whose content was destroyed nothing is kept. Raises
    `NotYet` where the notification that opens the case is not here.
    """
    corrected = event.data
    case = case_of(session, corrected["incident_id"], lock=True)
    if case is None:
        if corrected["rapid_review_required"] or session.get(Incident, corrected["incident_id"]) is None:
            raise NotYet("The notification of the incident that was corrected is not here yet.")
        return
    if is_destroyed(session, case):
        return
    before = _known_of(case)
    _learn(case, corrected)
    if not heard_later(session, event, event.type):
        case.people, case.occurred_on = corrected["people"], corrected["occurred_on"]
    if _known_of(case) != before:
        tell_publishing(session, case)
    ask_agencies(session, case, corrected["agencies"] if case.stage == "rapid-review" else ())
    audit.append(session, audit.Entry("system", "brought-up-to-date", f"case:{case.id}", "incident.corrected"))


def _known_of(case: Case) -> tuple[int, str]:
    return len(case.identifiers), case.occurred_on


def _learn(case: Case, told: dict[str, Any]) -> None:
    """What identifies somebody stays known once it was: what was corrected may stand in somebody's draft."""
    case.identifiers = _united(case.identifiers, told["identifiers"])
    case.children = max(case.children, told["children"])
    case.version += 1


def _bring_up_to_date(session: Session, case: Case, notified: dict[str, Any], sent_at: datetime) -> None:
    before = _known_of(case)
    _learn(case, notified)
    if _known_of(case) != before:
        tell_publishing(session, case)
    if sent_at >= case.notified_at:  # an older event that comes late tells less
        case.people = notified.get("people", case.people)
    case.kinds = list(dict.fromkeys([*case.kinds, *notified["kinds"]]))
    if may(CASE, case.stage, "notify-again") and sent_at > case.notified_at:
        case.stage = move(CASE, case.stage, "notify-again")
        case.notified_at, case.due_at = sent_at, rapid_review_due(sent_at)
        case.closed_at = case.closing_reasons = case.ended_with_it = case.completed_at = None
        void_decisions(session, case)


def _united(one: Iterable[dict[str, str]], other: Iterable[dict[str, str]]) -> list[dict[str, str]]:
    return list({(each["kind"], each["value"]): each for each in (*one, *other)}.values())


def void_decisions(session: Session, case: Case) -> None:
    """Set aside the decision that stands and the signatures under it; both are kept as record."""
    standing = select(RapidReviewDecision.id).where(
        RapidReviewDecision.case_id == case.id, RapidReviewDecision.superseded_at.is_(None)
    )
    signatures = update(RapidReviewSignature).where(
        RapidReviewSignature.decision_id.in_(standing.scalar_subquery()), RapidReviewSignature.voided_at.is_(None)
    )
    decisions = update(RapidReviewDecision).where(RapidReviewDecision.id.in_(standing.scalar_subquery()))
    now = clock.now()
    session.execute(signatures.values(voided_at=now).execution_options(synchronize_session=False))
    session.execute(decisions.values(superseded_at=now).execution_options(synchronize_session=False))

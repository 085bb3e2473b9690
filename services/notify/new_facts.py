"""What new facts bring to an incident, when a referral is corrected or another is joined to it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.notify.arising import duty_to_decide, panel_document, question_beside
from services.notify.duplicates import alike_to, find_by
from services.notify.duties import DECIDE, is_to_decide, open_duties
from services.notify.messages import warn_contacts
from services.notify.models import Duty, Incident, Referral
from services.notify.notified import say_corrected
from services.notify.notifying import (
    correct_unsent,
    end_deciding,
    facts_of_incident,
    insert_all,
    start_notifying,
    take_back_from_others,
    tell_again,
    told_recipients,
)
from services.notify.referrals import (
    ALREADY_TOLD,
    assess_bodies,
    authority_aware,
    bodies_of,
    describe_assessment,
    first_day,
    first_status,
)
from services.notify.states import INCIDENT, moved
from services.notify.threshold import (
    FOR_THE_PANEL,
    KINDS,
    WEIGHT_OF_OUTCOME,
    Assessment,
    facts_of,
    is_graver,
    recipients_of,
)
from shared import audit
from shared.calendar import london_day
from shared.database import new_id
from shared.identity.viewer import Viewer
from shared.partnership import partnership

Bodies = Sequence[dict[str, Any]]
STEPS = {"notifiable": "notify", "passed-on": "pass-on"}
ASKED_ANEW = (
    "New facts came to an incident that was closed. Decide anew whether it is notified: its clock never stopped."
)
NOT_OURS = ("no-duty", "another-authority")
IN_DOUBT = (
    "By corrected facts there is no duty to notify it, or it is another authority's. Decide whether it is withdrawn."
)


def take_in(
    session: Session, viewer: Viewer, incident: Incident, before: Bodies, now: datetime, *, still_asked: bool = False
) -> list[audit.Entry]:
    """Assess an incident anew after its referrals changed, and do what follows; returns audit entries.

    Whoever was told gets a follow-up, or, where by the new facts it is not theirs to know, one withdrawal; what nobody
    can have received yet says the new facts; whoever has to be told by the new facts alone is notified. An incident not
    notified is judged as a first referral would be. The statutory clock runs from the first awareness that its
    referrals now state.

    `before` are the referrals on which a person said no or withdrew: what is graver than they were is asked anew, and so
    is a decision against notifying where another about the same is still awaited (`still_asked`).
    """
    session.flush()
    _reckon_again(session, incident)
    bodies = bodies_of(session, incident.id)
    find_by(session, incident, bodies)
    say_corrected(session, incident)
    assessment = assess_bodies(bodies, london_day(now))
    graver = _is_graver(before, bodies, now)
    if incident.status in ALREADY_TOLD:
        notified = _as_notified(incident, assessment)
        notified = replace(notified, decision_needed=_leaves_open(viewer, incident, notified, graver or still_asked))
        entries = _correct_what_was_told(session, viewer, incident, notified, bodies, now)
        if assessment.outcome in NOT_OURS and assess_bodies(before, london_day(now)).outcome not in NOT_OURS:
            insert_all(session, [], warn_contacts(f"incident:{incident.id}", incident.reference, IN_DOUBT))
        entries += start_notifying(session, viewer, incident, notified)
        return entries + _ask_beside(session, viewer, incident, asked=notified.decision_needed, now=now)
    if incident.status == "withdrawn":
        return _reopen(session, viewer, incident, assessment) if graver else []
    entries = _correct_what_was_told(session, viewer, incident, assessment, bodies, now)
    entries += _judge_again(session, viewer, incident, assessment, graver, now)
    if still_asked and incident.status == "not-notifiable":
        entries += _reopen(session, viewer, incident, assessment)
    return entries


def _is_graver(before: Bodies, after: Bodies, now: datetime) -> bool:
    was, is_now = (assess_bodies(bodies, london_day(now)) for bodies in (before, after))
    weightier = WEIGHT_OF_OUTCOME.index(is_now.outcome) < WEIGHT_OF_OUTCOME.index(was.outcome)
    return weightier or not {*is_now.kinds} <= {*was.kinds} or is_graver(facts_of(after), facts_of(before))


def _as_notified(incident: Incident, assessment: Assessment) -> Assessment:
    """The new facts of what is notified: the kinds that they bring, and those in question that a person has settled.

    By facts alone the Panel, or all who were notified, are never untold; that is to withdraw, and a person's.
    """
    before, in_question = set(incident.assessment["kinds"]), assessment.possible_kinds
    kinds = {*assessment.kinds, *before.intersection(FOR_THE_PANEL.union(in_question))}
    if not kinds or not (assessment.kinds or in_question):
        kinds = before
    ordered = tuple(kind for kind in KINDS if kind in kinds)
    return replace(assessment, kinds=ordered, national_recipients=recipients_of(ordered))


def _leaves_open(viewer: Viewer, incident: Incident, notified: Assessment, graver: bool) -> bool:
    """Whether a person is to decide of a kind beside what is notified: one that nobody decided of, or on graver facts.

    What is asked stays asked until it is answered: by a person, by facts that bring in the Panel, by the authority's own.
    """
    asked = incident.assessment["decision_needed"]
    if not notified.left_open:
        return bool(asked) and not notified.rapid_review_required and not viewer.is_authority
    return graver or asked or not notified.left_open.issubset(incident.assessment["possible_kinds"])


def _ask_beside(
    session: Session, viewer: Viewer, incident: Incident, *, asked: bool, now: datetime
) -> list[audit.Entry]:
    if not asked:
        return end_deciding(session, viewer, incident, "cancel", now)
    if is_to_decide(session, incident):
        return []
    about = f"incident:{incident.id}:left-open:{new_id()}"
    duty, warnings = question_beside(facts_of_incident(session, incident), about)
    insert_all(session, [duty], warnings)
    return [audit.Entry(viewer.actor, "duty-arose", f"duty:{duty['id']}", DECIDE)]


def _reckon_again(session: Session, incident: Incident) -> None:
    referrals = session.scalars(select(Referral).where(Referral.incident_id == incident.id)).all()
    before = incident.authority_aware_at
    incident.authority_aware_at = min(authority_aware(each.body, each.submitted_at) for each in referrals)
    incident.occurred_on = min(first_day(each.body) for each in referrals)
    for duty in open_duties(session, incident):
        if duty.runs_from == before:
            _run_from(duty, incident.authority_aware_at)


def _run_from(duty: Duty, moment: datetime) -> None:
    here = partnership()
    rule = here.rules_on(london_day(moment)).duty(duty.rule)
    if rule.runs_from == "authority-aware":
        duty.runs_from, duty.due_at = moment, here.due(rule, moment)


def _correct_what_was_told(
    session: Session,
    viewer: Viewer,
    incident: Incident,
    assessment: Assessment,
    bodies: list[dict[str, Any]],
    now: datetime,
) -> list[audit.Entry]:
    entries = take_back_from_others(session, viewer, incident, assessment, now)
    told_before = told_recipients(session, incident)
    correct_unsent(session, incident, assessment, bodies)
    document = panel_document(session, facts_of_incident(session, incident), assessment, bodies, "follow-up")
    return entries + tell_again(session, incident, "follow-up", told_before, document, now, viewer)


def _judge_again(
    session: Session, viewer: Viewer, incident: Incident, assessment: Assessment, graver: bool, now: datetime
) -> list[audit.Entry]:
    judged = ("outcome", "kinds", "possible_kinds")
    before, after = incident.assessment, describe_assessment(assessment)
    incident.assessment = after
    status = first_status(assessment, viewer, alike_to(session, incident))
    unchanged = not graver and all(before.get(name) == after[name] for name in judged)
    decided = incident.status == "not-notifiable" and not graver and (unchanged or assessment.outcome == "no-duty")
    if status == "not-notifiable" or decided or (unchanged and status == "awaiting-decision"):
        return []  # what a person has decided, or is to decide, stays a person's
    if incident.status == status:
        return start_notifying(session, viewer, incident, assessment) if status == "passed-on" else []
    if status == "awaiting-decision":
        return _reopen(session, viewer, incident, assessment)
    incident.status = moved(INCIDENT, incident.status, STEPS[status], "incident")
    entries = start_notifying(session, viewer, incident, assessment)
    return entries + _ask_beside(session, viewer, incident, asked=bool(assessment.left_open), now=now)


def _reopen(session: Session, viewer: Viewer, incident: Incident, assessment: Assessment) -> list[audit.Entry]:
    """The decision is open once more, on a clock that never stopped, and the contacts are told so."""
    incident.assessment = describe_assessment(assessment)
    incident.status = moved(INCIDENT, incident.status, "reopen", "incident")
    if is_to_decide(session, incident):
        return []
    duty = duty_to_decide(facts_of_incident(session, incident), f"incident:{incident.id}:reopened:{new_id()}")
    insert_all(session, [duty], warn_contacts(f"duty:{duty['id']}", incident.reference, ASKED_ANEW))
    return [audit.Entry(viewer.actor, "duty-arose", f"duty:{duty['id']}", DECIDE)]

"""Duties: what must be told or done, by when and on what authority; how they arise and how they end."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.notify.models import Duty, Incident
from services.notify.service import SERVICE
from services.notify.states import DUTY, moved
from shared import audit, clock
from shared.calendar import LONDON, london_day
from shared.database import new_id
from shared.exchange import Rows, Statement, columns_of, write_with_commit
from shared.outbox import Saying, emit_all
from shared.partnership import partnership

DECIDE = "decide-whether-to-notify"
# What persons do; nothing is sent for it, or only once they have done it.
NOBODY_SENDS = (DECIDE, "rapid-review", "lcspr", "local-review", "panel-reply-wait", "nspcc-receipt-wait")
FURTHEST = ("discharge", "send", "call-person", "cancel")
NOTIFYING = ("sin-panel", "sin-secretary-of-state", "sin-ofsted")
RULE_OF = {"panel": "sin-panel", "secretary-of-state": "sin-secretary-of-state", "ofsted": "sin-ofsted"}


def duty_values(
    rule: str, recipient: str, *, concerns: str, runs_from: datetime, incident_id: str | None, status: str = "pending"
) -> dict[str, Any]:
    """The row of a new duty, due as the rulebook in force on the day its clock starts says."""
    here = partnership()
    found = here.rules_on(london_day(runs_from)).duty(rule)
    return {
        "id": new_id(),
        "incident_id": incident_id,
        "concerns": concerns,
        "rule": rule,
        "recipient": recipient,
        "status": status,
        "authority": found.authority,
        "text": found.text,
        "runs_from": runs_from,
        "due_at": here.due(found, runs_from),
        "created_at": clock.now(),
    }


HOLD_INCIDENTS = """
    SELECT id FROM incidents WHERE id IN (SELECT incident_id FROM duties WHERE id = ANY($1::uuid[]))
     ORDER BY id FOR NO KEY UPDATE
"""


def holding_incidents_of(duty_ids: Sequence[str]) -> Statement:
    """What holds the incidents of duties before their messages and the duties themselves, the order that everybody keeps."""
    return HOLD_INCIDENTS, (list(duty_ids),)


HOLD = """
    SELECT id::text, incident_id::text, concerns, rule, recipient, status, due_at, sent_at, discharged_at, evidence
      FROM duties WHERE id = ANY($1::uuid[]) ORDER BY id FOR UPDATE
"""
STORE = """
    UPDATE duties d SET status = n.status, sent_at = n.sent_at, discharged_at = n.discharged_at, evidence = n.evidence
      FROM unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::timestamptz[], $5::text[])
           AS n (id, status, sent_at, discharged_at, evidence)
     WHERE d.id = n.id
"""


def holding(duty_ids: Sequence[str]) -> Statement:
    """What holds duties themselves, for `move_held`, in the order of their ids."""
    return HOLD, (list(duty_ids),)


@dataclass(frozen=True)
class Move:
    """One step of a duty. `at` is when it happened; `evidence` is the reference by which the other side knows it."""

    duty_id: str
    move: str
    at: datetime
    evidence: str | None = None


def move_duties(session: Session, moves: Sequence[Move]) -> list[Duty]:
    """Move duties, say which are discharged, and return those that changed, for the caller's audit entries.

    Rows are locked in the order of their ids, so that two recorders of one batch never wait for each other. Of several
    moves of one duty (several messages told of it) the one that brings it furthest counts.
    """
    ids = [move.duty_id for move in moves]
    held = select(Duty).where(Duty.id.in_(ids)).order_by(Duty.id).with_for_update()
    return _move(session, session.scalars(held), moves)


def move_held(session: Session, held: Rows, moves: Sequence[Move]) -> list[Duty]:
    """What `move_duties` does, for the rows that `holding` gave; they are stored with the commit, and not before."""
    changed = _move(session, [Duty(**row._asdict()) for row in held], moves)
    if changed:
        rows = [(duty.id, duty.status, duty.sent_at, duty.discharged_at, duty.evidence) for duty in changed]
        write_with_commit(session, (STORE, columns_of(rows)))
    return changed


def _move(session: Session, duties: Iterable[Duty], moves: Sequence[Move]) -> list[Duty]:
    by_id: dict[str, Move] = {}
    for move in sorted(moves, key=lambda move: FURTHEST.index(move.move), reverse=True):
        by_id[move.duty_id] = move
    changed = [duty for duty in duties if duty.id in by_id and _apply(duty, by_id[duty.id])]
    emit_all(session, SERVICE, [discharged_event(duty) for duty in changed if duty.status == "discharged"])
    return changed


def _apply(duty: Duty, step: Move) -> bool:
    after = moved(DUTY, duty.status, step.move, "duty")
    if after == duty.status:
        return False
    duty.status = after
    if step.move in ("send", "discharge"):
        duty.sent_at = duty.sent_at or step.at
    if after == "discharged":
        duty.discharged_at, duty.evidence = step.at, step.evidence
    return True


def entries_for(who: str, duties: Sequence[Duty]) -> list[audit.Entry]:
    """What to append to the audit trail for duties that moved."""
    return [audit.Entry(who, f"duty-{duty.status}", f"duty:{duty.id}", duty.rule) for duty in duties]


def discharged_event(duty: Duty) -> Saying:
    assert duty.discharged_at is not None
    data = _event(duty) | {
        "discharged_at": duty.discharged_at.isoformat(),
        "sent_at": duty.sent_at.isoformat() if duty.sent_at else None,
        "reference": duty.evidence,
    }
    return "duty.discharged", f"duty:{duty.id}", data


def overdue_event(duty: Duty) -> Saying:
    return "duty.overdue", f"duty:{duty.id}", _event(duty)


def _event(duty: Duty) -> dict[str, Any]:
    return {
        "duty_id": duty.id,
        "rule": duty.rule,
        "recipient": duty.recipient,
        "incident_id": duty.incident_id,
        "concerns": duty.concerns,
        "due_at": duty.due_at.isoformat(),
    }


def open_duties(session: Session, incident: Incident) -> list[Duty]:
    """Duties of an incident that are neither discharged nor cancelled."""
    statement = select(Duty).where(Duty.incident_id == incident.id, Duty.status.not_in(("discharged", "cancelled")))
    return list(session.scalars(statement))


def is_to_decide(session: Session, incident: Incident) -> bool:
    """Whether a decision on an incident is awaited, of the whole or of what its facts leave open."""
    return any(duty.rule == DECIDE for duty in open_duties(session, incident))


def is_overdue(duty: Duty | SimpleNamespace, now: datetime) -> bool:
    return duty.status not in ("discharged", "cancelled") and now > duty.due_at + timedelta(seconds=0.999999)


def describe_duty(duty: Duty | SimpleNamespace) -> dict[str, Any]:
    """A duty as the interface gives it."""
    return {
        "id": duty.id,
        "rule": duty.rule,
        "text": duty.text,
        "recipient": duty.recipient,
        "incident_id": duty.incident_id,
        "concerns": duty.concerns,
        "status": duty.status,
        "overdue": is_overdue(duty, clock.now()),
        "runs_from": duty.runs_from,
        "due_at": in_london(duty.due_at),
        "authority": duty.authority,
        "sent_at": duty.sent_at,
        "discharged_at": duty.discharged_at,
        "evidence": duty.evidence,
    }


def in_london(moment: datetime) -> datetime:
    return moment.astimezone(LONDON)

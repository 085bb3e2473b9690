"""Events that reach a service: handled once, in one transaction with their effects, then confirmed to their source."""

import base64
from collections.abc import Mapping, Sequence
from typing import Any

import structlog
from sqlalchemy.orm import Session

from shared import clock
from shared.encryption import unseal_json
from shared.events.catalogue import CATALOGUE, Event, NotYet, Reaction
from shared.exchange import after_writes, in_one_exchange
from shared.logs import begin_request, describe_error
from shared.service import Service

log = structlog.get_logger()

KEEP = "INSERT INTO inbox VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING RETURNING event_id"

HEARD_LATER = "SELECT EXISTS (SELECT 1 FROM inbox WHERE subject = $1 AND type = $2 AND sequence > $3) AS heard"


def receive_all(service: Service, reactions: Mapping[str, Reaction], envelopes: Sequence[dict[str, Any]]) -> None:
    """Receive events in one transaction, or, where one of them fails, each in its own; confirm those that are done with.

    One that fails by itself is logged and keeps no other from being received: its source sends it again.
    """
    received = list(envelopes)
    if len(envelopes) < 2 or not _were_received(service, reactions, envelopes):
        received = [each for each in envelopes if _were_received(service, reactions, [each])]
    for source in {each["source"] for each in received}:
        _confirm(service, source, [each["id"] for each in received if each["source"] == source])


def _were_received(service: Service, reactions: Mapping[str, Reaction], envelopes: Sequence[dict[str, Any]]) -> bool:
    try:
        return receive(service, reactions, *envelopes)
    except Exception as error:
        if len(envelopes) == 1:
            log.error("event.failed", type=envelopes[0]["type"], event_id=envelopes[0]["id"], **describe_error(error))
        return False


def receive(service: Service, reactions: Mapping[str, Reaction], *envelopes: dict[str, Any]) -> bool:
    """Do, all or nothing, what `reactions` says about events, less what was done before; whether it is done now.

    An event may come twice, late or out of order. One whose predecessor is missing raises `NotYet` inside its
    reaction: nothing is stored, it is not done, and the source sends it again.
    """
    try:
        with service.transaction() as session:
            for envelope in envelopes:
                begin_request(envelope.get("requestid"))
                if _is_new(session, envelope):
                    reactions[envelope["type"]](session, _open(envelope))
    except NotYet as reason:
        log.info("event.not_yet", type=envelope["type"], event_id=envelope["id"], reason=str(reason))
        return False
    return True


def _is_new(session: Session, envelope: dict[str, Any]) -> bool:
    values = [envelope[key] for key in ("id", "type", "source", "subject", "sequence")]
    return bool(after_writes(session, (KEEP, [*values, clock.machine_now()])))


def heard_later(session: Session, event: Event, kind: str) -> bool:
    """Whether an event of this kind, of the same subject, that was said after `event` was heard before it."""
    return bool(in_one_exchange(session, (HEARD_LATER, [event.subject, kind, event.sequence]))[0].heard)


def _open(envelope: dict[str, Any]) -> Event:
    data = unseal_json(base64.b64decode(envelope["data_base64"]), f"event:{envelope['id']}")
    CATALOGUE[envelope["type"]].contract.load(data)
    return Event(data=data, **{key: envelope[key] for key in ("id", "source", "type", "subject", "time", "sequence")})


def _confirm(service: Service, source: str, event_ids: list[str]) -> None:
    from kombu.exceptions import OperationalError  # with Celery: a serving process takes events without it

    try:
        service.celery.send_task(f"{source}.confirm_events", [event_ids, service.name], queue=source, retry=False)
    except (OperationalError, OSError) as error:  # the source sends again, and is then told again
        log.warning("event.confirmation_unsent", event_ids=event_ids, error=type(error).__name__)

"""Events that reach a service: handled once, in one transaction with their effects, then confirmed to their source."""

import base64
from collections.abc import Mapping
from typing import Any

import structlog
from sqlalchemy import text
from sqlalchemy.orm import Session

from shared import clock
from shared.encryption import unseal_json
from shared.events.catalogue import CATALOGUE, Event, NotYet, Reaction
from shared.logs import begin_request
from shared.service import Service

log = structlog.get_logger()


def receive(service: Service, reactions: Mapping[str, Reaction], envelope: dict[str, Any]) -> None:
    """Take an event that came over the queue, and confirm it, whether it came before or not."""
    if take(service, reactions, envelope):
        _confirm(service, envelope)


def take(service: Service, reactions: Mapping[str, Reaction], envelope: dict[str, Any]) -> bool:
    """Do what `reactions` says about an event, unless it was done before; whether it is done now.

    An event may come twice, late or out of order. One whose predecessor is missing raises `NotYet` inside its
    reaction: nothing is stored, it is not done, and the source sends it again.
    """
    begin_request(envelope.get("requestid"))
    try:
        with service.transaction() as session:
            if _is_new(session, envelope):
                reactions[envelope["type"]](session, _open(envelope))
    except NotYet as reason:
        log.info("event.not_yet", type=envelope["type"], event_id=envelope["id"], reason=str(reason))
        return False
    return True


def _is_new(session: Session, envelope: dict[str, Any]) -> bool:
    statement = text(
        "INSERT INTO inbox VALUES (:id, :type, :source, :subject, :sequence, :now) ON CONFLICT DO NOTHING RETURNING event_id"
    )
    values = {key: envelope[key] for key in ("id", "type", "source", "subject", "sequence")} | {
        "now": clock.machine_now()
    }
    return session.execute(statement, values).first() is not None


def _open(envelope: dict[str, Any]) -> Event:
    data = unseal_json(base64.b64decode(envelope["data_base64"]), f"event:{envelope['id']}")
    CATALOGUE[envelope["type"]].contract.load(data)
    return Event(data=data, **{key: envelope[key] for key in ("id", "source", "type", "subject", "time", "sequence")})


def _confirm(service: Service, envelope: dict[str, Any]) -> None:
    from kombu.exceptions import OperationalError  # with Celery: a serving process takes events without it

    source = envelope["source"]
    try:
        service.celery.send_task(f"{source}.confirm_event", [envelope["id"], service.name], queue=source, retry=False)
    except (OperationalError, OSError) as error:  # the source sends again, and is then told again
        log.warning("event.confirmation_unsent", event_id=envelope["id"], error=type(error).__name__)

"""Events handed from one service's serving process to another's, so that they hold before whoever caused them is answered.

Only what takes a right away or holds publication goes so (`at_once` in the catalogue). It lies in the outbox as well: what cannot be handed over
now comes over the queue.
"""

from collections.abc import Mapping
from contextlib import closing
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit

import structlog
from flask import Blueprint, Response, request

from shared.encryption import CannotDecrypt, seal_json, unseal_json
from shared.events.catalogue import Reaction
from shared.inbox import receive
from shared.service import Service
from shared.settings import settings

log = structlog.get_logger()

PATIENCE = 2.0  # seconds for a service that does not answer; then whoever waits is answered without it


def hand_over(consumer: str, envelope: Mapping[str, Any]) -> bool:
    """Give an event to a service's serving process; whether that has it now, with its effects, durably. Never raises."""
    address = urlsplit(settings().inside_url.replace("{service}", consumer))
    kind = HTTPSConnection if address.scheme == "https" else HTTPConnection
    try:
        with closing(kind(address.netloc, timeout=PATIENCE)) as connection:
            connection.request("POST", f"/{consumer}/events", seal_json(envelope, _context(consumer)))
            return bool(connection.getresponse().status == 204)
    except (OSError, HTTPException) as error:
        log.warning("event.not_handed_over", consumer=consumer, type=envelope["type"], error=type(error).__name__)
        return False


def _context(consumer: str) -> str:
    return f"handed-over:{consumer}"


def inbox_blueprint(service: Service, reactions: Mapping[str, Reaction]) -> Blueprint:
    """`POST /<service>/events`: takes what another service hands over. That it opens proves who sent it, and a repeat has no effect."""
    blueprint = Blueprint("inbox", __name__, url_prefix=f"/{service.name}")

    @blueprint.post("/events")
    def take_event() -> Response:
        try:
            envelope = unseal_json(request.get_data(), _context(service.name))
        except (CannotDecrypt, IndexError, ValueError):  # nothing of ours, or too short to be
            return Response(status=404)
        return Response(status=204 if receive(service, reactions, envelope) else 409)

    return blueprint

"""What a test or a person asks of the sandbox: what came, and how it shall behave."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any
from urllib.parse import unquote

import orjson

from deploy.sandbox import listing
from deploy.sandbox.answers import Answer, json_answer, problem
from deploy.sandbox.journal import Journal
from deploy.sandbox.modes import ModeRefused, Modes, mode_asked_for

Query = dict[str, str]
DELIVERY_FIELDS = ("delivery", "recipient", "attempts", "first_at", "receipt", "callbacks_owed", "callbacks_answered")


def answer(journal: Journal, modes: Modes, method: str, path: str, *, query: Query, body: bytes) -> Answer:
    """Any call but a notification."""
    if path == "/control" or path.startswith("/control/"):
        return control(modes, method, unquote(path.removeprefix("/control").strip("/")), body)
    if (method, path) == ("DELETE", "/received"):
        journal.empty()
        return Answer(204)
    if method == "GET" and path in LOOKS:
        return LOOKS[path](journal, query)
    return problem(404, "There is nothing here. deploy/sandbox/README.md says what there is.")


def home(journal: Journal, _query: Query) -> Answer:
    return Answer(200, listing.page(journal), "text/html; charset=utf-8")


def health(_journal: Journal, _query: Query) -> Answer:
    return json_answer(200, {"status": "ok"})


def received_count(journal: Journal, query: Query) -> Answer:
    return json_answer(200, {"count": journal.count(query.get("recipient"))})


def received(journal: Journal, query: Query) -> Answer:
    """What was taken, in order of arrival; `body` is the text exactly as it came."""
    wanted = query.get("delivery")
    arrivals = [each for each in journal.deliveries(query.get("recipient")) if wanted in (None, each.delivery)]
    items = [{field: getattr(each, field) for field in DELIVERY_FIELDS} for each in arrivals]
    return listed([item | {"body": body} for item, body in zip(items, journal.bodies(arrivals), strict=True)])


def turned_away(journal: Journal, query: Query) -> Answer:
    return listed([asdict(each) for each in journal.turned_away(query.get("recipient"))])


def mail(journal: Journal, query: Query) -> Answer:
    wanted = query.get("to")
    messages = [each for each in journal.messages() if wanted is None or wanted in each.recipient.split()]
    pairs = zip(messages, journal.bodies(messages), strict=True)
    return listed([body | {"times": each.attempts, "first_at": each.first_at} for each, body in pairs])


def listed(items: list[dict[str, Any]]) -> Answer:
    return json_answer(200, {"items": items})


LOOKS: dict[str, Callable[[Journal, Query], Answer]] = {
    "/": home,
    "/health": health,
    "/received": received,
    "/received/count": received_count,
    "/turned-away": turned_away,
    "/mail": mail,
}


def control(modes: Modes, method: str, recipient: str, body: bytes) -> Answer:
    """Show, set or reset the mode of one recipient; without a recipient, show or reset all."""
    if method == "PUT" and recipient:
        try:
            modes.put(recipient, mode_asked_for(recipient, orjson.loads(body)))
        except (ModeRefused, orjson.JSONDecodeError) as refusal:
            return problem(422, str(refusal))
    elif method == "DELETE":
        modes.reset(recipient or None)
    elif method != "GET":
        return problem(405, "Use GET, PUT or DELETE.")
    in_force = {recipient: modes.in_force(recipient)} if recipient else modes.shown()
    return json_answer(200, {name: asdict(mode) for name, mode in in_force.items()})

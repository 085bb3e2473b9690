"""Copies before publication: whoever has one, or may have, hears what becomes of it, and no other goes out."""

import base64
from datetime import timedelta
from typing import Any

import pytest

from shared import clock
from shared.settings import settings
from tests.integration.test_reactions import copies_of, hear, notified, publication_of, scheduled_with
from tests.notifying import Outside, rows, send

pytestmark = pytest.mark.usefixtures("sandbox")
THREE = ("panel", "secretary-of-state", "ofsted")


def told(sandbox: Outside, taken: dict[str, Any], words: str) -> list[int]:
    """How often each of the three was told something that holds these words."""
    return [len([i for i in sandbox.received(taken["reference"], who) if words in i["body"]]) for who in THREE]


def route(publication: dict[str, Any], route: str, former: str | None = None) -> None:
    decided = {"reasons": "The partners looked at it again.", "decided_at": clock.now().isoformat()}
    hear("publication.route-decided", publication | decided | {"route": route, "former_route": former})


def gone(publication: dict[str, Any]) -> None:
    withdrawn = {"reasons": "A name.", "withdrawn_at": clock.now().isoformat()}
    hear("publication.withdrawn", publication | withdrawn)


def statuses(publication: dict[str, Any]) -> list[str]:
    return sorted(duty.status for duty in copies_of(publication))


@pytest.mark.parametrize("superseded", [False, True])
def test_a_copy_whose_answer_was_lost_is_taken_back_like_one_that_arrived(
    sandbox: Outside, monkeypatch: pytest.MonkeyPatch, superseded: bool
) -> None:
    monkeypatch.setenv("CALL_TIMEOUT_SECONDS", "0.3")
    settings.cache_clear()
    publication = publication_of(taken := notified())
    sandbox.behave("ofsted", "lose-answer", times=1)
    hear("publication.scheduled", scheduled_with(publication, b"%PDF-1.7 lost on its way"))
    send()
    if superseded:
        hear("publication.scheduled", scheduled_with(publication, b"%PDF-1.7 in its place"))
    gone(publication)
    send()
    assert told(sandbox, taken, "nor pass it on") == [1, 1, 1]
    gone(publication)
    send()
    assert told(sandbox, taken, "nor pass it on") == [1, 1, 1]  # once


def test_another_route_takes_back_what_was_sent_and_sends_it_again_once_its_time_is_set(sandbox: Outside) -> None:
    publication = publication_of(taken := notified())
    content = b"%PDF-1.7 by either route"
    hear("publication.scheduled", scheduled_with(publication, content))
    send()
    route(publication, "anonymous", "local")
    send()
    assert told(sandbox, taken, "nor pass it on") == [1, 1, 1]
    hear("publication.scheduled", scheduled_with(publication, content))
    send()
    assert told(sandbox, taken, base64.b64encode(content).decode()) == [2, 2, 2]


@pytest.mark.parametrize(("chosen", "former"), [("withheld", "local"), ("local", "local"), ("improvements", "local")])
def test_copies_that_wait_do_not_go_out_once_the_route_is_decided_anew(
    sandbox: Outside, chosen: str, former: str
) -> None:
    publication = publication_of(taken := notified())
    hear("publication.scheduled", scheduled_with(publication, b"%PDF-1.7 never sent"))
    route(publication, chosen, former)
    send()
    assert statuses(publication) == ["cancelled"] * 3
    assert told(sandbox, taken, base64.b64encode(b"%PDF-1.7 never sent").decode()) == [0, 0, 0]
    assert told(sandbox, taken, "nor pass it on") == [0, 0, 0]


@pytest.mark.parametrize(("chosen", "times"), [("withheld", 1), ("local", 0)])
def test_a_report_that_is_withheld_is_not_used_and_one_decided_alike_stands(
    sandbox: Outside, chosen: str, times: int
) -> None:
    publication = publication_of(taken := notified())
    hear("publication.scheduled", scheduled_with(publication, b"%PDF-1.7 as sent"))
    send()
    route(publication, chosen, "local")
    send()
    assert told(sandbox, taken, "nor pass it on") == [times] * 3


def test_a_time_set_for_the_new_route_keeps_its_copies_though_the_decision_is_heard_after_it() -> None:
    publication = publication_of(notified())
    about = f"publication:{publication['publication_id']}"
    hear("publication.scheduled", scheduled_with(publication, b"%PDF-1.7 new"), subject=about, sequence=3)
    decided = {"reasons": "The partners looked at it again.", "decided_at": clock.now().isoformat()}
    changed = publication | decided | {"route": "anonymous", "former_route": "local"}
    hear("publication.route-decided", changed, subject=about, sequence=2)
    assert statuses(publication) == ["pending"] * 3


def test_who_has_a_copy_is_told_the_new_date_and_what_waits_goes_with_it(sandbox: Outside) -> None:
    publication = publication_of(taken := notified())
    scheduled = scheduled_with(publication, b"%PDF-1.7 the report")
    hear("publication.scheduled", scheduled)
    later = (clock.now() + timedelta(days=61)).isoformat()
    hear("publication.scheduled", scheduled | {"publish_at": later})  # nobody has one yet
    send()
    send()
    assert told(sandbox, taken, scheduled["publish_at"]) == [0, 0, 0]
    latest = (clock.now() + timedelta(days=75)).isoformat()
    for _ in range(2):
        hear("publication.scheduled", scheduled | {"publish_at": latest})
        send()
    assert told(sandbox, taken, latest) == [1, 1, 1]
    assert told(sandbox, taken, "date of publication has changed") == [1, 1, 1]
    assert told(sandbox, taken, base64.b64encode(b"%PDF-1.7 the report").decode()) == [1, 1, 1]
    noted = rows("SELECT status FROM duties WHERE rule = 'new-date' AND incident_id = :id", id=taken["id"])
    assert [row.status for row in noted] == ["discharged"] * 3

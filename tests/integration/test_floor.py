"""The floor: an event passes from one service to another and is confirmed; the audit chain holds."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from services.notify.service import SERVICE as NOTIFY
from services.review.service import SERVICE as REVIEW
from shared import audit, clock
from shared.events.catalogue import Event, NotYet
from shared.inbox import receive
from shared.outbox import confirm, emit, pending, relay

pytestmark = pytest.mark.usefixtures("ground")


def referred(reference: str) -> dict[str, str]:
    identifier = "8f1c9a52-5f0e-4a41-9f3e-0f3f5b6f4c11"
    now = clock.now().isoformat()
    return {"incident_id": identifier, "reference": reference, "agency_id": "example-school", "submitted_at": now}


def emit_and_take(reference: str) -> dict:
    """Emit one event and return the envelope as it lies in the consumer's queue."""
    with NOTIFY.transaction() as session:
        emit(session, NOTIFY, "incident.referred", f"incident:{reference}", referred(reference))
    with NOTIFY.transaction() as session:
        mine = session.scalar(text("SELECT id::text FROM events WHERE subject = :of"), {"of": f"incident:{reference}"})
    assert relay(NOTIFY) >= 1
    while (envelope := take("review", "review.receive_event")[0])["id"] != mine:
        pass
    return envelope


def take(service: str, task: str) -> list:
    """The arguments of the next message for `task` in a service's queue; doorbells before it are passed over."""
    with NOTIFY.celery.connection_for_read() as connection, connection.SimpleQueue(service) as queue:
        while True:
            message = queue.get(timeout=5)
            message.ack()
            if message.headers["task"] == task:
                return message.payload[0]


def test_an_event_is_sent_until_the_consumer_confirms_it() -> None:
    envelope = emit_and_take("INC-1")
    with NOTIFY.transaction() as session:
        assert envelope["id"] in {row["id"] for row in pending(session)}
    heard: list[Event] = []
    receive(REVIEW, {"incident.referred": lambda _, event: heard.append(event)}, envelope)
    receive(REVIEW, {"incident.referred": lambda _, event: heard.append(event)}, envelope)
    assert [event.data["reference"] for event in heard] == ["INC-1"]
    while (confirmation := take("notify", "notify.confirm_event"))[0] != envelope["id"]:
        pass
    assert confirmation[1] == "review"
    confirm(NOTIFY, envelope["id"], "review")
    with NOTIFY.transaction() as session:
        assert envelope["id"] not in {row["id"] for row in pending(session)}


def test_an_event_without_its_predecessor_is_not_stored_and_not_confirmed() -> None:
    envelope = emit_and_take("INC-2")

    def not_yet(*_: object) -> None:
        raise NotYet("the case is not here yet")

    receive(REVIEW, {"incident.referred": not_yet}, envelope)
    heard: list[Event] = []
    receive(REVIEW, {"incident.referred": lambda _, event: heard.append(event)}, envelope)
    assert len(heard) == 1


def test_event_data_is_sealed_on_its_way() -> None:
    assert "example-school" not in str(emit_and_take("INC-3"))


def test_the_audit_chain_holds_and_the_application_cannot_change_it() -> None:
    with NOTIFY.transaction() as session:
        audit.append(
            session, audit.Entry("office", "decided", "incident:1"), audit.Entry("office", "read", "incident:1")
        )
    with NOTIFY.transaction() as session:
        count, fault = audit.verify(session)
        assert (count >= 2, fault) == (True, None)
    for statement in (
        "UPDATE audit_entries SET entry = '{}'",
        "DELETE FROM audit_entries",
        "INSERT INTO audit_entries VALUES (9, '', '', '')",
    ):
        with pytest.raises(ProgrammingError, match="permission denied"), NOTIFY.transaction() as session:
            session.execute(text(statement))

"""The floor: an event passes from one service to another and is confirmed; the audit chain holds."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from services.notify.service import SERVICE as NOTIFY
from services.review.service import SERVICE as REVIEW
from shared import audit, clock
from shared.database import new_id
from shared.events.catalogue import Event, NotYet
from shared.exchange import write_with_commit
from shared.inbox import receive, receive_all
from shared.outbox import confirm, emit, pending, relay
from shared.service import Service
from shared.settings import settings

pytestmark = pytest.mark.usefixtures("ground")


def referred(reference: str) -> dict[str, str]:
    identifier = "8f1c9a52-5f0e-4a41-9f3e-0f3f5b6f4c11"
    now = clock.now().isoformat()
    return {"incident_id": identifier, "reference": reference, "agency_id": "example-school", "submitted_at": now}


def emit_and_take(*references: str) -> list[dict]:
    """Emit events and return their envelopes as they lie in the consumer's queue."""
    with NOTIFY.transaction() as session:
        for reference in references:
            emit(session, NOTIFY, "incident.referred", f"incident:{reference}", referred(reference))
    with NOTIFY.transaction() as session:
        of_mine = text("SELECT id::text FROM events WHERE subject = ANY(:of)")
        mine = set(session.scalars(of_mine, {"of": [f"incident:{each}" for each in references]}))
    assert relay(NOTIFY) >= len(references)
    found: list[dict] = []
    while len(found) < len(references):
        found += [envelope for envelope in take("review", "review.receive_events")[0] if envelope["id"] in mine]
    return found


def take(service: str, task: str) -> list:
    """The arguments of the next message for `task` in a service's queue; doorbells before it are passed over."""
    with NOTIFY.celery.connection_for_read() as connection, connection.SimpleQueue(service) as queue:
        while True:
            message = queue.get(timeout=5)
            message.ack()
            if message.headers["task"] == task:
                return message.payload[0]


def test_an_event_is_sent_until_the_consumer_confirms_it() -> None:
    [envelope] = emit_and_take("INC-1")
    assert envelope["id"] in waiting()
    heard: list[Event] = []
    for _ in range(2):
        receive_all(REVIEW, {"incident.referred": lambda _, event: heard.append(event)}, [envelope])
    assert [event.data["reference"] for event in heard] == ["INC-1"]
    while (confirmation := take("notify", "notify.confirm_events"))[0] != [envelope["id"]]:
        pass
    assert confirmation[1] == "review"
    confirm(NOTIFY, *confirmation)
    assert envelope["id"] not in waiting()


def waiting() -> set[str]:
    with NOTIFY.transaction() as session:
        return {row["id"] for row in pending(session)}


NOTE = "INSERT INTO heartbeats VALUES ($1, now())"
NOTED = text("SELECT job, last_at FROM heartbeats WHERE job LIKE 'INC-T%' ORDER BY job")


def note(session: Session, event: Event) -> None:
    """A reaction whose effect goes with the commit: the event's reference, and how many were noted before it."""
    before = len(session.execute(NOTED).all())
    write_with_commit(session, (NOTE, [f"{event.data['reference']} after {before}"]))


def noted() -> dict[str, datetime]:
    """What `note` noted, and when its transaction began."""
    with REVIEW.transaction() as session:
        return {row.job: row.last_at for row in session.execute(NOTED)}


def test_events_go_together_in_their_order_and_one_that_fails_keeps_no_other_back() -> None:
    references = [f"INC-T{number:02}" for number in range(12)]
    envelopes = emit_and_take(*references)

    def hear(session: Session, event: Event) -> None:
        if event.data["reference"] == references[4]:
            raise RuntimeError("a reaction that fails")
        note(session, event)

    receive_all(REVIEW, {"incident.referred": hear}, envelopes)
    heard = references[:4] + references[5:]
    assert list(noted()) == [f"{each} after {n}" for n, each in enumerate(heard)]
    assert len(set(noted().values())) == len(heard)  # each in a transaction of its own
    while envelopes[0]["id"] not in (confirmation := take("notify", "notify.confirm_events"))[0]:
        pass
    assert confirmation == [[each["id"] for n, each in enumerate(envelopes) if n != 4], "review"]
    confirm(NOTIFY, *confirmation)
    assert waiting() & {each["id"] for each in envelopes} == {envelopes[4]["id"]}
    receive_all(REVIEW, {"incident.referred": note}, envelopes)
    assert f"{references[4]} after 11" in noted() and len(noted()) == len(references)


def test_events_that_came_together_are_heard_in_one_transaction_and_each_sees_what_followed_from_those_before() -> None:
    references = [f"INC-TOGETHER-{number}" for number in range(3)]
    envelopes = emit_and_take(*references)
    before = noted()
    receive_all(REVIEW, {"incident.referred": note}, [*envelopes, envelopes[0]])  # the first one came twice
    fresh = {job: moment for job, moment in noted().items() if job not in before}
    assert list(fresh) == [f"{each} after {len(before) + n}" for n, each in enumerate(references)]
    assert len(set(fresh.values())) == 1


def test_an_event_without_its_predecessor_is_not_stored_and_not_confirmed() -> None:
    [envelope] = emit_and_take("INC-2")

    def not_yet(*_: object) -> None:
        raise NotYet("the case is not here yet")

    assert not receive(REVIEW, {"incident.referred": not_yet}, envelope)
    heard: list[Event] = []
    assert receive(REVIEW, {"incident.referred": lambda _, event: heard.append(event)}, envelope)
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


@pytest.mark.parametrize("nowhere", ["http://127.0.0.1:no-port", "http://127.0.0.1:1"])
def test_what_cannot_be_handed_over_at_once_does_not_look_as_if_it_had_failed(
    nowhere: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INSIDE_URL", nowhere)
    settings.cache_clear()
    bar = {name: new_id() for name in ("bar_id", "incident_id", "person_id")}
    with NOTIFY.transaction() as session:
        data = bar | {"barred_at": clock.now().isoformat(), "lifted_at": None}
        emit(session, NOTIFY, "need-to-know.changed", f"bar:{bar['bar_id']}", data)
    assert f"bar:{bar['bar_id']}" in {row["subject"] for row in pending_rows()}
    settings.cache_clear()


def pending_rows() -> list[dict]:
    with NOTIFY.transaction() as session:
        return pending(session)


def test_a_broker_that_is_away_uses_up_no_attempt(monkeypatch: pytest.MonkeyPatch) -> None:
    with NOTIFY.transaction() as session:
        emit(session, NOTIFY, "incident.referred", "incident:AWAY", referred("AWAY"))
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1/0")
    settings.cache_clear()
    assert relay(Service("notify")) == 0
    (waits,) = [row for row in pending_rows() if row["subject"] == "incident:AWAY"]
    assert waits["attempts"] == 0 and waits["due_at"] < clock.machine_now() + timedelta(seconds=2)
    settings.cache_clear()

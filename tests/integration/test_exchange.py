"""What a transaction says last goes with its commit: all of it or none, and the audit chain's lock last of all."""

import threading
from contextlib import nullcontext

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from services.notify import duties, notified
from services.notify.service import SERVICE
from shared import audit, outbox
from shared.delivery import deliveries
from shared.exchange import (
    BY_KEYS,
    Turn,
    attempt,
    call_with_commit,
    each_in_one_exchange,
    in_one_exchange,
    write_with_commit,
)
from shared.identity.viewer import NOBODY
from shared.outbox import emit
from tests.integration.test_floor import referred
from tests.notifying import rows
from tests.trail import entries_on

pytestmark = pytest.mark.usefixtures("ground")


def say(session: object, subject: str) -> None:
    emit(session, SERVICE, "incident.referred", f"incident:{subject}", referred(subject))  # type: ignore[arg-type]


def said(subject: str) -> int:
    return len(rows("SELECT id FROM events WHERE subject = :subject", subject=f"incident:{subject}"))


def trail(record: str) -> list[dict[str, str]]:
    with SERVICE.transaction() as session:
        return entries_on(session, [record])


def test_nothing_is_said_of_what_was_undone_in_a_transaction_that_goes_on() -> None:
    with SERVICE.transaction() as session:
        say(session, "EXCHANGE-1")
        with pytest.raises(RuntimeError), attempt(session):
            say(session, "EXCHANGE-UNDONE")
            audit.append(session, audit.Entry("a test", "undone", "exchange:undone"))
            raise RuntimeError
        with attempt(session):
            audit.append(session, audit.Entry("a test", "done", "exchange:1"))
    assert (said("EXCHANGE-1"), said("EXCHANGE-UNDONE")) == (1, 0)
    assert len(trail("exchange:1")) == 1 and not trail("exchange:undone")


def test_where_one_of_the_last_things_fails_the_whole_transaction_is_undone() -> None:
    with pytest.raises(DBAPIError), SERVICE.transaction() as session:
        session.execute(text("INSERT INTO heartbeats VALUES ('exchange-2', now())"))
        say(session, "EXCHANGE-2")
        audit.append(session, audit.Entry("a test", "failed", "exchange:2"))
        call_with_commit(session, Turn.ANSWER, "keep_answer", "x", b"x", b"x", "no number", b"x", None)
    assert said("EXCHANGE-2") == 0 and not trail("exchange:2")
    assert not rows("SELECT 1 FROM heartbeats WHERE job = 'exchange-2'")
    with SERVICE.transaction() as session:
        say(session, "EXCHANGE-2")
    assert said("EXCHANGE-2") == 1


def test_nobody_holds_the_audit_chain_while_their_transaction_goes_on() -> None:
    with SERVICE.transaction() as session:
        audit.append(session, audit.Entry("a test", "first said", "exchange:4"))
        other = threading.Thread(target=append_one)
        other.start()
        other.join(10)
        assert not other.is_alive()
    assert [entry["what"] for entry in trail("exchange:4")] == ["meanwhile", "first said"]
    with SERVICE.transaction() as session:
        assert audit.verify(session)[1] is None


def append_one() -> None:
    with SERVICE.transaction() as session:
        audit.append(session, audit.Entry("a test", "meanwhile", "exchange:4"))


def test_a_connection_that_the_database_closed_is_not_given_out_again(ground: dict[str, str]) -> None:
    with SERVICE.transaction() as session:
        before = session.scalar(text("SELECT pg_backend_pid()"))
    with psycopg.connect(ground["SUPERUSER_URL"], autocommit=True) as superuser:
        superuser.execute("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = 'notify_app'")
    with SERVICE.transaction() as session:
        assert session.scalar(text("SELECT pg_backend_pid()")) != before


@pytest.mark.parametrize("first", ["SELECT 1", "SAVEPOINT"])
def test_a_transaction_that_a_plain_statement_begins_is_undone_as_a_whole(first: str) -> None:
    """The driver begins none by itself; without ours each statement would be durable at once."""
    with pytest.raises(RuntimeError), SERVICE.database.sessions() as session:
        with session.begin_nested() if first == "SAVEPOINT" else nullcontext():
            session.execute(text("SELECT 1"))
        session.execute(text("INSERT INTO heartbeats VALUES ('exchange-plain', now())"))
        raise RuntimeError
    assert not rows("SELECT 1 FROM heartbeats WHERE job = 'exchange-plain'")
    with SERVICE.database.sessions.begin() as session:
        session.execute(text("INSERT INTO heartbeats VALUES ('exchange-plain', now())"))
    assert rows("SELECT 1 FROM heartbeats WHERE job = 'exchange-plain'")
    with SERVICE.transaction() as session:
        session.execute(text("UPDATE heartbeats SET job = 'exchange-plain-' || random() WHERE job = 'exchange-plain'"))


KEPT = "INSERT INTO heartbeats VALUES ($1, now())"


def test_what_is_written_with_the_commit_is_stored_in_its_order_or_not_at_all() -> None:
    renamed = ("UPDATE heartbeats SET job = $1 WHERE job = $2", ["exchange-7", "exchange-6"])
    with SERVICE.transaction() as session:
        write_with_commit(session, (KEPT, ["exchange-6"]))
        with pytest.raises(RuntimeError), attempt(session):
            write_with_commit(session, (KEPT, ["exchange-undone"]))
            raise RuntimeError
        assert not session.scalar(text("SELECT count(*) FROM heartbeats WHERE job = 'exchange-6'"))
    assert rows("SELECT 1 FROM heartbeats WHERE job = 'exchange-6'")
    assert not rows("SELECT 1 FROM heartbeats WHERE job = 'exchange-undone'")
    with pytest.raises(DBAPIError), SERVICE.transaction() as session:
        say(session, "EXCHANGE-6")
        write_with_commit(session, renamed, ("SELECT 1 / $1", [0]))
    assert rows("SELECT 1 FROM heartbeats WHERE job = 'exchange-6'") and not said("EXCHANGE-6")
    with SERVICE.transaction() as session:
        say(session, "EXCHANGE-6")
        write_with_commit(session, renamed, ("UPDATE heartbeats SET job = 'exchange-8' WHERE job = 'exchange-7'", []))
    assert said("EXCHANGE-6") and rows("SELECT 1 FROM heartbeats WHERE job = 'exchange-8'")


@pytest.mark.parametrize("begun", [True, False])
def test_each_statement_of_one_exchange_gives_its_own_rows(begun: bool) -> None:
    with SERVICE.transaction() as session:
        if begun:
            session.execute(text("SELECT 1"))
        kept = (KEPT, [f"exchange-{begun}"])
        first, none, last = each_in_one_exchange(
            session, ("SELECT $1::int AS one", [1]), kept, ("SELECT $1::int AS two", [2])
        )
    assert (first[0].one, none, last[0].two) == (1, None, 2)


SEEN_AS = "SELECT current_setting('app.scope', true) AS scope"


@pytest.mark.parametrize("said_first", [True, False])
def test_a_transaction_sees_as_its_viewer_from_its_first_statement_on_and_the_next_one_does_not(
    said_first: bool,
) -> None:
    with SERVICE.transaction() as session:
        if said_first:
            assert [row.scope for row in in_one_exchange(session, (SEEN_AS, ()))] == ["system"]
            session.rollback()
            assert not session.scalar(text(SEEN_AS))
    with SERVICE.transaction(NOBODY) as session:
        assert not session.scalar(text(SEEN_AS))
    with SERVICE.transaction() as session:
        assert session.scalar(text(SEEN_AS)) == "system"


def test_what_goes_by_keys_is_planned_so_for_its_own_transaction_alone() -> None:
    how = text("SELECT current_setting('plan_cache_mode'), current_setting('enable_seqscan')")
    with SERVICE.database.sessions() as session:  # one connection for both transactions
        before = tuple(session.execute(how).one())
        session.rollback()
        in_one_exchange(session, BY_KEYS)
        assert tuple(session.execute(how).one()) == ("force_generic_plan", "off")
        session.rollback()
        assert tuple(session.execute(how).one()) == before == ("auto", "on")


# What the dispatcher and the relay find by keys, or by the index of what is due.
GO_BY_KEYS = [
    deliveries.CLAIM, deliveries.LOCK, deliveries.RECORD, duties.HOLD_INCIDENTS, duties.HOLD, duties.STORE,
    notified.INCIDENTS, notified.MESSAGES, notified.REFERRALS, notified.NOTED, outbox.CLAIM, outbox.MARK_SENT, outbox.CONFIRM,
]  # fmt: skip


@pytest.mark.parametrize("statement", GO_BY_KEYS)
def test_no_whole_table_is_read_by_what_goes_by_keys_however_few_rows_there_are(statement: str) -> None:
    with SERVICE.database.sessions() as session:
        in_one_exchange(session, BY_KEYS)
        plan = session.connection().exec_driver_sql(f"EXPLAIN (GENERIC_PLAN) {statement}").scalars().all()
    assert not [line for line in plan if "Seq Scan on" in line]
    assert any("Index" in line for line in plan)

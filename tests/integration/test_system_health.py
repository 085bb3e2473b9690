"""The system's health in sentences: well, or who has not answered since when."""

import io

import pytest
from sqlalchemy import text

from services.notify.service import SERVICE
from services.notify.system_health import in_plain_words
from tests.notifying import COUNCIL, OFFICE, Outside, call, change_rows, refer, send
from tests.people import Someone

pytestmark = pytest.mark.usefixtures("sandbox")


def words() -> list[str]:
    with SERVICE.transaction() as session:
        session.execute(text("UPDATE event_deliveries SET confirmed_at = now()"))
        session.execute(text("UPDATE duties SET status = 'cancelled' WHERE due_at < now()"))
        session.execute(
            text("INSERT INTO heartbeats VALUES ('sweep', now()) ON CONFLICT (job) DO UPDATE SET last_at = now()")
        )
        return in_plain_words(session)


def test_where_nothing_waits_all_is_well() -> None:
    assert words() == []
    assert "All is well" in Someone(OFFICE, ["administrator"]).get("/notify/health-in-words").text


def test_a_gateway_that_does_not_answer_is_named_with_its_next_try(sandbox: Outside) -> None:
    sandbox.behave("panel", "error")
    refer()
    send()
    (sentence,) = words()
    assert sentence.startswith("Child Safeguarding Practice Review Panel has not taken what was sent since ")
    assert "1 message waits." in sentence and "Next try: " in sentence


def test_files_that_wait_for_the_scanner_are_said() -> None:
    taken = refer()["id"]
    call("POST", f"/referrals/{taken}/documents", COUNCIL, data={"file": (io.BytesIO(b"Notes."), "notes.txt")})
    change_rows(
        "UPDATE attachments SET scan = 'waiting', added_at = added_at - interval '1 hour' WHERE referral_id = :id",
        id=taken,
    )
    (sentence,) = words()
    assert sentence.startswith("The virus scanner has not answered for 1 file(s), the oldest since ")
    change_rows("UPDATE attachments SET scan = 'clean'")


def test_a_sweep_that_stands_still_is_said() -> None:
    words()
    change_rows("UPDATE heartbeats SET last_at = now() - interval '10 minutes' WHERE job = 'sweep'")
    with SERVICE.transaction() as session:
        assert any("has not run since" in sentence for sentence in in_plain_words(session))

"""What costs us something is limited by the hour, per account and per address; whoever works normally never meets it."""

import io
from collections.abc import Iterator

import pytest

from services.notify import rate_limits
from services.notify.rate_limits import DRAFTS, UPLOADS, WRONG_LINKS, Limit, count_one, forget_counts
from services.notify.service import SERVICE
from shared.web.problems import Problem
from tests.notifying import COUNCIL, HOSPITAL, call, change_rows, refer, rows
from tests.people import Someone

pytestmark = pytest.mark.usefixtures("sandbox")


@pytest.fixture(autouse=True)
def nothing_counted(sandbox: object) -> Iterator[None]:
    change_rows("DELETE FROM rate_counts")
    yield
    change_rows("DELETE FROM rate_counts")


def counted_up(limit: Limit, account: str, address: str = "") -> None:
    """As if this had been done as often as it may within the hour."""
    with SERVICE.transaction() as session:
        count_one(session, limit, account, address)
    change_rows("UPDATE rate_counts SET count = :most", most=limit.by_account if account else limit.from_address)


def test_an_account_that_begins_reports_without_end_waits_and_another_does_not() -> None:
    someone, other = Someone(HOSPITAL, ["referrer"]), Someone(HOSPITAL, ["referrer"])
    counted_up(DRAFTS, f"person:{someone.id}")
    answer = someone.post("/notify/report")
    assert answer.status_code == 429 and "Wait" in answer.text and answer.headers["Retry-After"]
    assert other.post("/notify/report").status_code == 303


def test_an_address_is_limited_whoever_asks_from_it() -> None:
    counted_up(DRAFTS, "", "127.0.0.1")
    assert Someone(HOSPITAL, ["referrer"]).post("/notify/report").status_code == 429


def test_files_are_limited_for_people_and_for_systems() -> None:
    someone = Someone(HOSPITAL, ["referrer"])
    draft = someone.post("/notify/report").location.removesuffix("/incident/what-happened")
    counted_up(UPLOADS, f"person:{someone.id}")
    assert someone.post(f"{draft}/files", file=(io.BytesIO(b"Notes."), "a.txt")).status_code == 429
    taken = refer()["id"]
    change_rows("DELETE FROM rate_counts")
    counted_up(UPLOADS, COUNCIL)
    answer = call("POST", f"/referrals/{taken}/documents", COUNCIL, data={"file": (io.BytesIO(b"Notes."), "a.txt")})
    assert answer.status_code == 429 and answer.headers["Retry-After"]


def test_an_address_that_tries_links_is_stopped_even_from_a_right_one() -> None:
    nobody = Someone()
    for _ in range(WRONG_LINKS.from_address):
        assert nobody.get("/notify/link/no-such-token").status_code == 404
    assert nobody.get("/notify/link/no-such-token").status_code == 429


def test_counts_hold_no_name_and_no_address_and_are_let_go() -> None:
    with SERVICE.transaction() as session:
        count_one(session, DRAFTS, "person:someone", "192.0.2.1")
    assert "192.0.2.1" not in str(rows("SELECT t::text FROM rate_counts t"))
    change_rows("UPDATE rate_counts SET hour = hour - interval '2 days'")
    forget_counts()
    assert rows("SELECT 1 FROM rate_counts") == []


def test_one_more_than_the_limit_is_refused_and_no_fewer() -> None:
    small = rate_limits.Limit("things", 2, 100)
    with SERVICE.transaction() as session:
        count_one(session, small, "someone", "")
        count_one(session, small, "someone", "")
        with pytest.raises(Problem):
            count_one(session, small, "someone", "")

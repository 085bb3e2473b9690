"""The morning's digest: once, on working days from its hour, with references and no names."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from services.notify.digest import send_digest
from shared import clock
from shared.calendar import LONDON, add_working_days, is_working_day
from shared.encryption import unseal_json
from tests.notifying import HOSPITAL, change_rows, refer, referral, rows

pytestmark = pytest.mark.usefixtures("sandbox")


@pytest.fixture(autouse=True)
def none_was_sent_yet(sandbox: object) -> None:
    change_rows(
        "UPDATE heartbeats SET last_at = '2000-01-01' WHERE job = 'digest'"
    )  # another test's clock stood elsewhere


def go_to(hour: int, *, working: bool = True) -> None:
    """Move the clock to an hour of the next day that is one, or is none."""
    day = add_working_days(clock.now().astimezone(LONDON).date(), 1)
    while is_working_day(day) is not working:
        day += timedelta(days=1)
    clock.advance(datetime(day.year, day.month, day.day, hour, 5, tzinfo=LONDON) - clock.now())


def digests() -> list[str]:
    found = rows("SELECT body FROM deliveries WHERE concerns = 'digest' ORDER BY created_at")
    return [unseal_json(bytes(body), "deliveries.body")["text"] for (body,) in found]


def test_it_goes_once_a_working_morning_with_references_and_no_name() -> None:
    change_rows("UPDATE duties SET status = 'cancelled' WHERE status NOT IN ('discharged', 'cancelled')")
    body = referral()
    sent = refer(body, HOSPITAL)
    before = len(digests())
    go_to(7)
    assert not send_digest()
    go_to(8)
    assert send_digest() and not send_digest()
    new = digests()[before:]
    assert len(new) == 2  # one for each contact
    assert sent["incident"]["reference"] in new[0] and "Overdue: " in new[0]
    assert body["children"][0]["family_name"] not in new[0]
    go_to(9)
    assert send_digest()


def test_more_than_a_screenful_is_counted_rather_than_named() -> None:
    for _ in range(22):
        refer(agency=HOSPITAL)
    go_to(8)
    assert send_digest()
    assert any(re.search(r"and [1-9][0-9]* more", text) for text in digests())


def test_it_does_not_go_on_a_day_that_is_not_worked() -> None:
    refer(agency=HOSPITAL)
    go_to(12, working=False)
    assert not send_digest()


def test_it_is_not_sent_where_nothing_is_open_or_nobody_wants_it(another_partnership: Callable[..., None]) -> None:
    change_rows("UPDATE duties SET status = 'cancelled' WHERE status NOT IN ('discharged', 'cancelled')")
    go_to(9)
    assert not send_digest()
    refer(agency=HOSPITAL)
    another_partnership(("digest_hour = 8\n", ""))
    go_to(9)
    assert not send_digest()

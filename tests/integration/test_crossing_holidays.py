"""The clock crossing Easter, the end of summer time and Christmas on a running system: real processes, real broker.

The system starts in March 2026 by its demonstration clock, which the office's command moves on, step by step. At each
step the warnings that reached the contacts' mailboxes are counted: each once, on its day, and none besides.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from shared.settings import SERVICES
from tests.faults.observing import assert_audit_holds, measure, rows
from tests.running import Running, referral, start_under, until

CONTACTS = ["business.manager@hscp.example", "duty.officer@hscp.example"]
WARNING = re.compile(r"Due by the end of .+? from now|OVERDUE since [^:]+")
START = datetime.fromisoformat("2026-03-30T09:30:00+01:00")

pytestmark = pytest.mark.timeout(180)


@dataclass
class Crossing:
    """A running system whose clock only moves forward, and the moments that it was moved to."""

    running: Running
    moments: list[datetime] = field(default_factory=list)

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=float((self.running.system.var / "clock").read_text()))

    def move_to(self, moment: str) -> None:
        """Move the clock and wait until every service has swept under the new time."""
        self.moments.append(self.advance_to(moment))
        self.settle()

    def advance_to(self, moment: str) -> datetime:
        """Move the clock by the office's command."""
        there = datetime.fromisoformat(moment)
        hours = (there - self.now()).total_seconds() / 3600
        moved = self.running.command("clock", "advance", "--hours", str(hours))
        assert moved.returncode == 0, moved.stderr
        return there

    def settle(self) -> None:
        self._sweep()
        self._sweep()  # the first may have read the clock before it was moved
        until(lambda: measure(self.running, "deliveries_due") == 0, "every message to be sent")

    def _sweep(self) -> None:
        before = datetime.now(UTC)
        for service in SERVICES:
            until(partial(self._has_swept, service, before), f"a sweep of {service}", 20)

    def _has_swept(self, service: str, since: datetime) -> bool:
        return self._last_sweep(service) > since

    def _last_sweep(self, service: str) -> datetime:
        return datetime.now(UTC) - timedelta(seconds=measure(self.running, "last_sweep_seconds", service))

    def refer_now(self, **incident: Any) -> dict[str, Any]:
        """The authority refers an incident of this morning, of which it hears at this moment."""
        body, now = referral(**incident), self.now()
        body["incident"]["occurred"] = {"from": (now - timedelta(hours=2)).isoformat()}
        aware = (now - timedelta(minutes=1)).isoformat()
        body["awareness"] = {"agency_became_aware_at": aware, "local_authority_became_aware_at": aware}
        taken: dict[str, Any] = self.running.refer_surely(body)["incident"]
        return taken

    def duty_to_decide(self) -> dict[str, Any]:
        """A duty whose clock starts at this moment: what was referred may have to be notified."""
        incident = self.refer_now(abuse_or_neglect="not-known", abuse_types=[])
        (duty,) = self.running.duties(incident["id"], "decide-whether-to-notify")
        return duty | {"reference": incident["reference"]}

    def warned(self, duty: dict[str, Any]) -> list[str]:
        """The warnings about a duty in the order of their coming, each of which reached every contact once."""
        came: dict[str, list[str]] = {contact: [] for contact in CONTACTS}
        for message in self.running.mail():
            if message["subject"] == duty["reference"]:
                (contact,) = message["to"]
                came[contact] += WARNING.findall(" ".join(message["text"].split()))
        first, second = came.values()
        assert first == second
        return first


@pytest.fixture(scope="module")
def crossing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crossing]:
    folder: Path = tmp_path_factory.mktemp("crossing")
    (folder / "clock").write_text(str((START - datetime.now(UTC)).total_seconds()))
    system = start_under(folder, SWEEP_EVERY_SECONDS="0.5")
    yield Crossing(Running(system))
    system.stop_and_forget()


Steps = list[tuple[str, dict[str, str]]]


def watch(crossing: Crossing, duties: dict[str, Any], steps: Steps) -> None:
    """Go through the moments; at each, exactly the named warnings come about exactly the named duties."""
    expected = {name: crossing.warned(duty) for name, duty in duties.items()}
    for moment, warnings in steps:
        crossing.move_to(moment)
        for name, warning in warnings.items():
            expected[name].append(warning)
        assert {name: crossing.warned(duty) for name, duty in duties.items()} == expected, moment


def assert_the_books_agree(crossing: Crossing, duties: dict[str, Any]) -> None:
    """The databases hold what the mailboxes saw; the daily jobs ran once for each day; the audit chains hold."""
    for duty in duties.values():
        warned = rows(
            crossing.running,
            "SELECT kind FROM duty_warnings WHERE duty_id = %s AND kind NOT LIKE 'looked-%%'",
            duty["id"],
        )
        assert len(warned) == len(crossing.warned(duty))
        said = "SELECT count(*) FROM events WHERE type = 'duty.overdue' AND subject = %s"
        assert rows(crossing.running, said, f"duty:{duty['id']}") == [(1,)]
        shown = crossing.running.duties(duty["incident_id"], "decide-whether-to-notify")
        assert [each["overdue"] for each in shown] == [True]
    yesterdays: set[date] = {moment.astimezone(UTC).date() - timedelta(days=1) for moment in crossing.moments}
    signed = {day for (day,) in rows(crossing.running, "SELECT day FROM audit_heads")}
    assert yesterdays <= signed
    until(lambda: not crossing.running.pending_events(), "every event to be confirmed")
    assert_audit_holds(crossing.running)


def due(day: str, left: int) -> str:
    return f"Due by the end of {day}, {left} working day{'' if left == 1 else 's'} from now"


def test_easter(crossing: Crossing) -> None:
    crossing.move_to("2026-03-30T10:00+01:00")
    monday = crossing.duty_to_decide()
    assert monday["due_at"] == "2026-04-08T23:59:59+01:00"
    maundy_thursday = "2026-04-02T10:00+01:00"
    watch(crossing, {"monday": monday}, [(maundy_thursday, {"monday": due("Wednesday 8 April 2026", 2)})])
    thursday = crossing.duty_to_decide()
    assert thursday["due_at"] == "2026-04-13T23:59:59+01:00"
    late = "OVERDUE since 8 April 2026"
    steps: Steps = [
        ("2026-04-03T10:00+01:00", {}),
        ("2026-04-06T10:00+01:00", {}),
        ("2026-04-07T10:00+01:00", {"monday": due("Wednesday 8 April 2026", 1)}),
        ("2026-04-08T23:59:30+01:00", {}),
        ("2026-04-09T00:00:30+01:00", {"monday": late, "thursday": due("Monday 13 April 2026", 2)}),
        ("2026-04-10T10:00+01:00", {"monday": late, "thursday": due("Monday 13 April 2026", 1)}),
        ("2026-04-14T00:00:30+01:00", {"monday": late, "thursday": "OVERDUE since 13 April 2026"}),
    ]
    duties = {"monday": monday, "thursday": thursday}
    watch(crossing, duties, steps)
    assert_the_books_agree(crossing, duties)


def test_the_end_of_summer_time(crossing: Crossing) -> None:
    crossing.move_to("2026-10-16T10:00+01:00")
    summer = crossing.duty_to_decide()
    assert summer["due_at"] == "2026-10-23T23:59:59+01:00"
    wednesday = "2026-10-21T10:00+01:00"
    watch(crossing, {"summer": summer}, [(wednesday, {"summer": due("Friday 23 October 2026", 2)})])
    winter = crossing.duty_to_decide()
    assert winter["due_at"] == "2026-10-28T23:59:59+00:00"
    late = "OVERDUE since 23 October 2026"
    steps: Steps = [
        ("2026-10-22T10:00+01:00", {"summer": due("Friday 23 October 2026", 1)}),
        ("2026-10-23T23:59:30+01:00", {}),
        ("2026-10-24T00:00:30+01:00", {"summer": late}),
        ("2026-10-25T01:30+01:00", {"summer": late}),
        ("2026-10-25T01:30+00:00", {}),  # the same hour once more
        ("2026-10-26T10:00+00:00", {"summer": late, "winter": due("Wednesday 28 October 2026", 2)}),
        ("2026-10-27T10:00+00:00", {"summer": late, "winter": due("Wednesday 28 October 2026", 1)}),
        ("2026-10-28T23:59:30+00:00", {"summer": late}),
        ("2026-10-29T00:00:30+00:00", {"summer": late, "winter": "OVERDUE since 28 October 2026"}),
    ]
    duties = {"summer": summer, "winter": winter}
    watch(crossing, duties, steps)
    assert_the_books_agree(crossing, duties)


def test_christmas_with_boxing_day_on_a_saturday(crossing: Crossing) -> None:
    crossing.move_to("2026-12-18T10:00+00:00")
    advent = crossing.duty_to_decide()
    assert advent["due_at"] == "2026-12-29T23:59:59+00:00"
    last_wednesday = "2026-12-23T10:00+00:00"
    watch(crossing, {"advent": advent}, [(last_wednesday, {"advent": due("Tuesday 29 December 2026", 2)})])
    eve = crossing.duty_to_decide()
    assert eve["due_at"] == "2027-01-04T23:59:59+00:00"
    late = "OVERDUE since 29 December 2026"
    steps: Steps = [
        ("2026-12-24T10:00+00:00", {"advent": due("Tuesday 29 December 2026", 1)}),
        ("2026-12-26T10:00+00:00", {}),
        ("2026-12-28T10:00+00:00", {}),  # Boxing Day's substitute
        ("2026-12-30T00:00:30+00:00", {"advent": late, "eve": due("Monday 4 January 2027", 2)}),
        ("2026-12-31T10:00+00:00", {"advent": late, "eve": due("Monday 4 January 2027", 1)}),
        ("2027-01-01T10:00+00:00", {"advent": late}),
        ("2027-01-05T00:00:30+00:00", {"advent": late, "eve": "OVERDUE since 4 January 2027"}),
    ]
    duties = {"advent": advent, "eve": eve}
    watch(crossing, duties, steps)
    assert_the_books_agree(crossing, duties)


def test_what_waits_to_be_sent_as_the_clock_jumps_over_easter_and_into_summer_time_is_sent_once(
    crossing: Crossing,
) -> None:
    """No worker runs from the Thursday before Easter 2027 (28 March, when the clocks go forward) to the Tuesday after."""
    crossing.move_to("2027-03-25T16:00+00:00")
    running = crossing.running
    running.system.hold("worker-notify")
    running.system.kill("worker-notify")
    incidents = [crossing.refer_now() for _ in range(2)]
    (panel,) = running.duties(incidents[0]["id"], "sin-panel")
    assert panel["due_at"] == "2027-04-05T23:59:59+01:00"
    assert [running.notifications_of(incident["reference"]) for incident in incidents] == [[], []]
    moved = crossing.advance_to("2027-03-30T09:00+01:00")
    running.system.release("worker-notify")
    running.assert_nothing_lost(incidents)
    crossing.settle()
    for incident in incidents:
        (panel,) = running.duties(incident["id"], "sin-panel")
        assert datetime.fromisoformat(panel["sent_at"]) >= moved
        (review,) = running.duties(incident["id"], "rapid-review")
        assert review["due_at"] == "2027-04-20T23:59:59+01:00"
        assert [
            each for each in running.mail() if WARNING.search(each["text"]) and each["subject"] == incident["reference"]
        ] == []

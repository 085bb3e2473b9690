"""What notify does about the events of review and publish, also when they come twice, late or out of order."""

import base64
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from services.notify.reactions import REACTIONS
from services.notify.service import SERVICE
from shared import clock, files
from shared.calendar import london_day
from shared.encryption import seal_json
from shared.events.catalogue import CATALOGUE, Event
from shared.inbox import receive
from shared.partnership import partnership
from tests.notifying import (
    COUNCIL,
    POLICE,
    Outside,
    add_agency_without_email,
    day_of,
    duty,
    got,
    posted,
    refer,
    rows,
    said,
    send,
)
from tests.people import Someone

pytestmark = pytest.mark.usefixtures("sandbox")


def hear(
    kind: str, data: dict[str, Any], event_id: str | None = None, *, subject: str = "case:1", sequence: int = 1
) -> str:
    """Give notify an event as it lies in its queue; returns its id."""
    identifier = event_id or str(uuid.uuid4())
    envelope = {
        "id": identifier,
        "type": kind,
        "source": CATALOGUE[kind].source,
        "subject": subject,
        "sequence": sequence,
        "time": clock.now().isoformat(),
        "data_base64": base64.b64encode(seal_json(data, f"event:{identifier}")).decode(),
    }
    receive(SERVICE, REACTIONS, envelope)
    return identifier


def taken_in(event_id: str) -> bool:
    return bool(rows("SELECT 1 FROM inbox WHERE event_id = :id", id=event_id))


def notified() -> dict[str, Any]:
    taken: dict[str, Any] = refer()["incident"]
    send()
    send()
    return taken


def review_of(taken: dict[str, Any], **more: Any) -> dict[str, Any]:
    facts = {"incident_id": taken["id"], "reference": taken["reference"], "case_id": str(uuid.uuid4())}
    return facts | {"practice_review_id": str(uuid.uuid4())} | more


def completed(taken: dict[str, Any]) -> dict[str, Any]:
    report = {"reference": taken["reference"], "facts": "What each agency knew."}
    facts = {"case_id": str(uuid.uuid4()), "incident_id": taken["id"], "reference": taken["reference"]}
    return facts | {"outcome": "lcspr", "completed_at": clock.now().isoformat(), "report": report}


def request_to(agency: str, taken: dict[str, Any]) -> dict[str, Any]:
    facts = {"request_id": str(uuid.uuid4()), "case_id": str(uuid.uuid4()), "incident_id": taken["id"]}
    due = (clock.now() + timedelta(days=7)).isoformat()
    return facts | {"agency_id": agency, "reference": taken["reference"], "due_at": due}


def duties_about(concerns: str) -> list[Any]:
    return rows("SELECT id::text, rule, recipient, status, due_at FROM duties WHERE concerns = :about", about=concerns)


def test_a_completed_rapid_review_goes_to_the_panel_and_discharges_its_duty(sandbox: Outside) -> None:
    taken = notified()
    hear("rapid-review.completed", completed(taken))
    send()
    told = [item["body"] for item in sandbox.received(taken["reference"])]
    assert [body for body in told if "What each agency knew." in body] == told[1:]
    found = duty(taken["id"], "rapid-review")
    assert (found["status"], bool(found["evidence"])) == ("discharged", True)


def test_a_completed_rapid_review_heard_twice_is_sent_once(sandbox: Outside) -> None:
    taken = notified()
    data = completed(taken)
    identifier = hear("rapid-review.completed", data)
    hear("rapid-review.completed", data, identifier)
    send()
    assert len(sandbox.received(taken["reference"])) == 2


def test_a_rapid_review_that_overtakes_our_record_of_the_notification_waits_for_it() -> None:
    taken = refer()["incident"]
    data = completed(taken)
    identifier = hear("rapid-review.completed", data)
    assert not taken_in(identifier)
    send()
    hear("rapid-review.completed", data, identifier)
    assert taken_in(identifier)


def test_the_rapid_review_of_a_withdrawn_notification_is_not_sent(sandbox: Outside) -> None:
    taken = notified()
    posted(f"/incidents/{taken['id']}/withdrawal", COUNCIL, {"reasons": "The criteria were not met."})
    hear("rapid-review.completed", completed(taken))
    send()
    assert not [item for item in sandbox.received(taken["reference"]) if "What each agency knew." in item["body"]]


def test_an_agency_is_asked_by_mail_and_fetches_the_request_with_its_key(sandbox: Outside) -> None:
    taken = notified()
    request = request_to(POLICE, taken)
    hear("information.requested", request)
    send()
    (message,) = [
        m for m in sandbox.mail(taken["reference"], "safeguarding@west-mercia-police.example") if "asked" in m["text"]
    ]
    path = message["text"].partition("/notify/api/v1")[2].split()[0]
    assert got(path, POLICE)["document"]["request_id"] == request["request_id"]


def test_an_agency_that_has_somebody_new_to_search_for_is_told_so_and_not_whom(sandbox: Outside) -> None:
    taken = notified()
    hear("information.requested", request_to(POLICE, taken) | {"anew": True})
    send()
    mail = sandbox.mail(taken["reference"], "safeguarding@west-mercia-police.example")
    assert [
        m
        for m in mail
        if "asked about for a review has changed. Search your records again" in " ".join(m["text"].split())
    ]


def test_an_agency_without_an_address_is_told_by_a_person(sandbox: Outside) -> None:
    taken = notified()
    agency = add_agency_without_email()
    hear("information.requested", request_to(agency, taken))
    send()
    warnings = sandbox.mail(taken["reference"], "duty.officer@hscp.example")
    assert [m for m in warnings if f"{agency} has no e-mail address" in " ".join(m["text"].split())]


def test_an_overdue_return_reminds_the_agency_and_the_contacts(sandbox: Outside) -> None:
    taken = notified()
    hear("information.overdue", request_to(POLICE, taken))
    send()
    for address in ("safeguarding@west-mercia-police.example", "duty.officer@hscp.example"):
        assert [m for m in sandbox.mail(taken["reference"], address) if "overdue" in m["text"]], address
    warned = " ".join(m["text"] for m in sandbox.mail(taken["reference"], "duty.officer@hscp.example"))
    assert "Information asked of West Mercia Police is overdue." in " ".join(warned.split())


def test_a_return_that_stays_away_is_chased_with_the_agencys_leads(sandbox: Outside) -> None:
    taken, lead = notified(), Someone(POLICE, ["agency-lead"])
    hear("information.overdue", request_to(POLICE, taken) | {"times": 2})
    send()
    (mail,) = [m for m in sandbox.mail(taken["reference"], lead.email) if "overdue" in m["text"]]
    assert "/review/requests/" in mail["text"]


@pytest.mark.parametrize(("times", "escalated", "mails"), [(1, True, 1), (2, False, 0)])
def test_the_office_may_have_the_leads_told_sooner_or_later(
    sandbox: Outside, times: int, escalated: bool, mails: int
) -> None:
    taken, lead = notified(), Someone(POLICE, ["agency-lead"])
    hear("information.overdue", request_to(POLICE, taken) | {"times": times, "escalated": escalated})
    send()
    assert len([m for m in sandbox.mail(taken["reference"], lead.email) if "overdue" in m["text"]]) == mails


def test_an_agency_that_has_no_lead_is_chased_again_and_the_contacts_with_it(sandbox: Outside) -> None:
    taken, agency = notified(), add_agency_without_email()
    hear("information.overdue", request_to(agency, taken) | {"times": 2})
    send()
    mails = sandbox.mail(taken["reference"], "duty.officer@hscp.example")
    assert [m for m in mails if f"Information asked of {agency} is overdue." in " ".join(m["text"].split())]


def test_an_agency_is_reminded_without_a_name_while_there_is_time(sandbox: Outside) -> None:
    taken = notified()
    hear("information.due-soon", request_to(POLICE, taken))
    send()
    [mail] = [m for m in sandbox.mail(taken["reference"], "safeguarding@west-mercia-police.example") if "due soon" in m["text"]]  # fmt: skip
    assert "/review/requests/" in mail["text"]


def test_an_agency_is_invited_to_a_meeting_by_a_link_alone(sandbox: Outside) -> None:
    taken = notified()
    asked = request_to(POLICE, taken)
    meeting = {name: asked[name] for name in ("case_id", "incident_id", "agency_id", "reference")}
    meeting |= {"meeting_id": str(uuid.uuid4()), "held_at": clock.now().isoformat()}
    hear("meeting.planned", meeting)
    send()
    mails = sandbox.mail(taken["reference"], "safeguarding@west-mercia-police.example")
    [mail] = [each for each in mails if "invited" in each["text"]]
    assert f"/review/meetings/{meeting['meeting_id']}" in mail["text"]


def test_an_agency_is_told_without_a_name_to_search_no_more_and_that_a_meeting_is_called_off(sandbox: Outside) -> None:
    taken = notified()
    asked = request_to(POLICE, taken)
    hear("information.cancelled", asked)
    meeting = {name: asked[name] for name in ("case_id", "incident_id", "agency_id", "reference")}
    hear("meeting.called-off", meeting | {"meeting_id": str(uuid.uuid4()), "held_at": clock.now().isoformat()})
    send()
    mails = sandbox.mail(taken["reference"], "safeguarding@west-mercia-police.example")
    said_there = [" ".join(each["text"].split()) for each in mails]
    assert [words for words in said_there if "Search no more for it" in words]
    assert [words for words in said_there if "is called off" in words]


def test_a_commissioned_review_has_six_months_and_its_publication_ends_them() -> None:
    taken = notified()
    review = review_of(taken)
    decided_at = clock.now()
    hear("practice-review.commissioned", review | {"pseudonym": "Child A", "decided_at": decided_at.isoformat()})
    about = f"practice-review:{review['practice_review_id']}"
    (found,) = duties_about(about)
    assert (found.rule, found.status) == ("lcspr", "pending")
    assert 180 <= (found.due_at - decided_at).days <= 185
    publication = {key: review[key] for key in ("practice_review_id", "incident_id", "reference")}
    publication |= {"publication_id": str(uuid.uuid4())}
    live = {"route": "local", "live_at": clock.now().isoformat(), "url": "https://reviews.example/reviews/child-a"}
    hear("publication.live", publication | live)
    (found,) = duties_about(about)
    assert found.status == "discharged"
    (event,) = said("duty.discharged", duty_id=found.id)
    assert event["reference"] == live["url"]
    deposit = {"nspcc_reference": "NSPCC-1", "deposited_at": clock.now().isoformat()}
    hear("publication.deposited", publication | deposit)
    (nspcc,) = duties_about(f"publication:{publication['publication_id']}")
    assert (nspcc.rule, nspcc.status) == ("nspcc-deposit", "discharged")


@pytest.mark.parametrize(("route", "status"), [("local", "cancelled"), ("improvements", None)])
def test_the_nspcc_is_owed_no_report_that_is_not_published_or_was_withdrawn(route: str, status: str | None) -> None:
    review = review_of(notified())
    now = clock.now().isoformat()
    hear("practice-review.commissioned", review | {"pseudonym": "Child A", "decided_at": now})
    publication = {key: review[key] for key in ("practice_review_id", "incident_id", "reference")}
    publication |= {"publication_id": str(uuid.uuid4())}
    hear("publication.live", publication | {"route": route, "live_at": now, "url": None})
    hear("publication.withdrawn", publication | {"reasons": "A name was overlooked.", "withdrawn_at": now})
    owed = duties_about(f"publication:{publication['publication_id']}")
    assert [duty.status for duty in owed] == ([status] if status else [])


def test_a_publication_that_is_heard_of_after_its_withdrawal_owes_the_nspcc_nothing_until_it_is_live_again() -> None:
    review = review_of(notified())
    now = clock.now().isoformat()
    hear("practice-review.commissioned", review | {"pseudonym": "Child A", "decided_at": now})
    publication = {key: review[key] for key in ("practice_review_id", "incident_id", "reference")}
    publication |= {"publication_id": str(uuid.uuid4())}
    about = f"publication:{publication['publication_id']}"
    live = publication | {"route": "local", "live_at": now, "url": None}
    gone = publication | {"reasons": "A name was overlooked.", "withdrawn_at": now}
    hear("publication.withdrawn", gone, subject=about, sequence=2)
    hear("publication.live", live, subject=about, sequence=1)
    assert duties_about(about) == []
    hear("publication.live", live, subject=about, sequence=3)
    assert [duty.rule for duty in duties_about(about)] == ["nspcc-deposit"]


def test_a_publication_that_overtakes_its_commissioning_waits_for_it() -> None:
    review = review_of(notified())
    publication = {key: review[key] for key in ("practice_review_id", "incident_id", "reference")}
    live = {"publication_id": str(uuid.uuid4()), "route": "local", "live_at": clock.now().isoformat(), "url": None}
    identifier = hear("publication.live", publication | live)
    assert not taken_in(identifier)
    hear("practice-review.commissioned", review | {"pseudonym": "B", "decided_at": clock.now().isoformat()})
    hear("publication.live", publication | live, identifier)
    assert {d.status for d in duties_about(f"practice-review:{review['practice_review_id']}")} == {"discharged"}


def test_the_panel_and_the_secretary_of_state_are_given_the_reasons_for_a_delay(sandbox: Outside) -> None:
    taken = notified()
    delay = {
        "reasons": "The trial is listed for May.",
        "expected_on": "2027-06-01",
        "delayed_at": clock.now().isoformat(),
    }
    hear("practice-review.delayed", review_of(taken) | delay)
    send()
    for recipient in ("panel", "secretary-of-state"):
        told = [i for i in sandbox.received(taken["reference"], recipient) if "listed for May" in i["body"]]
        assert len(told) == 1, recipient


def publication_of(taken: dict[str, Any]) -> dict[str, Any]:
    """The publication of a review that was commissioned."""
    review = review_of(taken)
    hear("practice-review.commissioned", review | {"pseudonym": "Child A", "decided_at": clock.now().isoformat()})
    return publishing(review)


def publishing(review: dict[str, Any]) -> dict[str, Any]:
    same = {name: review[name] for name in ("practice_review_id", "incident_id", "reference")}
    return same | {"publication_id": str(uuid.uuid4())}


def test_prior_copies_go_to_three_and_a_new_date_brings_a_new_due_date_and_no_second_copy(sandbox: Outside) -> None:
    taken = notified()
    key = files.put(b"%PDF-1.7 the report")
    publication = publication_of(taken)
    copies = [{"key": key, "filename": "report.pdf", "sha256": files.sha256_of(b"%PDF-1.7 the report")}]
    at = clock.now() + timedelta(days=40)
    scheduled = publication | {"title": "Child A", "publish_at": at.isoformat(), "copies": copies}
    hear("publication.scheduled", scheduled)
    send()
    first = {found.recipient: found.due_at for found in copies_of(publication)}
    assert set(first) == {"panel", "secretary-of-state", "ofsted"}
    content = base64.b64encode(b"%PDF-1.7 the report").decode()
    for recipient in first:
        assert [i for i in sandbox.received(taken["reference"], recipient) if content in i["body"]], recipient
    later = (at + timedelta(days=14)).isoformat()
    hear("publication.scheduled", scheduled | {"publish_at": later})
    send()
    moved = {found.recipient: found.due_at for found in copies_of(publication)}
    here = partnership()
    due = here.due(here.rules_on(london_day(at)).duty("prior-copy"), at + timedelta(days=14))
    assert set(moved.values()) == {due}
    assert due > max(first.values())
    assert len([i for i in sandbox.received(taken["reference"]) if content in i["body"]]) == 1


def copies_of(publication: dict[str, Any]) -> list[Any]:
    about = f"publication:{publication['publication_id']}:copies:%"
    return rows("SELECT id::text, recipient, status, due_at FROM duties WHERE concerns LIKE :about", about=about)


def scheduled_with(publication: dict[str, Any], content: bytes) -> dict[str, Any]:
    copies = [{"key": files.put(content), "filename": "report.pdf", "sha256": files.sha256_of(content)}]
    at = (clock.now() + timedelta(days=40)).isoformat()
    return publication | {"title": "Child A", "publish_at": at, "copies": copies}


def test_documents_changed_after_the_prior_copies_went_out_are_sent_again(sandbox: Outside) -> None:
    taken = notified()
    publication = publication_of(taken)
    hear("publication.scheduled", scheduled_with(publication, b"%PDF-1.7 as first sent"))
    send()
    hear("publication.scheduled", scheduled_with(publication, b"%PDF-1.7 as corrected"))
    send()
    second = base64.b64encode(b"%PDF-1.7 as corrected").decode()
    for recipient in ("panel", "secretary-of-state", "ofsted"):
        assert len([i for i in sandbox.received(taken["reference"], recipient) if second in i["body"]]) == 1, recipient
    assert [duty.status for duty in copies_of(publication)] == ["discharged"] * 6


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("publication.corrected", {"corrected_at": None}),
        ("publication.withdrawn", {"reasons": "A name.", "withdrawn_at": None}),
    ],
)
def test_who_was_sent_a_copy_is_told_not_to_use_it_once_it_is_replaced_or_withdrawn(
    sandbox: Outside, kind: str, told: dict[str, Any]
) -> None:
    publication = publication_of(taken := notified())
    event = publication | {name: value or clock.now().isoformat() for name, value in told.items()}
    hear(kind, event)  # nobody has a copy yet
    hear("publication.scheduled", scheduled_with(publication, b"%PDF-1.7 a first"))
    send()
    hear("publication.scheduled", scheduled_with(publication, b"%PDF-1.7 a second"))
    heard = hear(kind, event)  # three have the first, nobody the second
    send()
    for recipient in ("panel", "secretary-of-state", "ofsted"):
        got_it = [i for i in sandbox.received(taken["reference"], recipient) if "nor pass it on" in i["body"]]
        assert len(got_it) == 1, recipient
    about = f"publication:{publication['publication_id']}:taken-back:{heard}"
    assert {(duty.rule, duty.status) for duty in duties_about(about)} == {("copy-taken-back", "discharged")}
    assert sorted(duty.status for duty in copies_of(publication)) == ["cancelled"] * 3 + ["discharged"] * 3


def test_prior_copies_that_nobody_was_sent_are_replaced_by_those_of_the_changed_documents(sandbox: Outside) -> None:
    taken = notified()
    publication = publication_of(taken)
    hear("publication.scheduled", scheduled_with(publication, b"%PDF-1.7 never sent"))
    hear("publication.scheduled", scheduled_with(publication, b"%PDF-1.7 sent instead"))
    send()
    never = base64.b64encode(b"%PDF-1.7 never sent").decode()
    assert not [i for i in sandbox.received(taken["reference"]) if never in i["body"]]
    assert sorted(duty.status for duty in copies_of(publication)) == ["cancelled"] * 3 + ["discharged"] * 3


def test_an_earlier_schedule_that_is_heard_after_a_later_one_changes_nothing(sandbox: Outside) -> None:
    taken = notified()
    publication = publication_of(taken)
    subject = f"publication:{publication['publication_id']}"
    later, earlier = scheduled_with(publication, b"%PDF-1.7 new"), scheduled_with(publication, b"%PDF-1.7 old")
    hear("publication.scheduled", later, subject=subject, sequence=2)
    hear("publication.scheduled", earlier, subject=subject, sequence=1)
    send()
    old = base64.b64encode(b"%PDF-1.7 old").decode()
    assert not [i for i in sandbox.received(taken["reference"]) if old in i["body"]]
    assert [duty.status for duty in copies_of(publication)] == ["discharged"] * 3


def test_of_two_schedules_heard_at_once_the_earlier_waits_and_then_changes_nothing(sandbox: Outside) -> None:
    publication = publication_of(notified())
    subject = f"publication:{publication['publication_id']}"
    later, earlier = scheduled_with(publication, b"%PDF-1.7 new"), scheduled_with(publication, b"%PDF-1.7 old")
    event = Event(str(uuid.uuid4()), "publish", "publication.scheduled", subject, clock.now().isoformat(), 2, later)
    row = {"id": event.id, "type": event.type, "subject": subject, "now": clock.machine_now()}
    with ThreadPoolExecutor(1) as pool:
        with SERVICE.transaction() as session:
            session.execute(text("INSERT INTO inbox VALUES (:id, :type, 'publish', :subject, 2, :now)"), row)
            REACTIONS[event.type](session, event)
            heard = pool.submit(hear, event.type, earlier, subject=subject, sequence=1)
            with pytest.raises(TimeoutError):
                heard.result(0.5)
        heard.result(10)
    assert len(copies_of(publication)) == 3


@pytest.mark.parametrize("kind", ["hold.placed", "hold.lifted", "publication.withdrawn"])
def test_what_changes_no_duty_is_heard_and_confirmed(kind: str) -> None:
    now = clock.now().isoformat()
    review = review_of({"id": str(uuid.uuid4()), "reference": "INC-X"})
    data = {
        "hold.placed": review
        | {"hold_id": str(uuid.uuid4()), "reason": "trial", "next_check_on": day_of(now), "placed_at": now},
        "hold.lifted": review | {"hold_id": str(uuid.uuid4()), "lifted_at": now},
        "publication.withdrawn": publishing(review) | {"reasons": "Wrongly published.", "withdrawn_at": now},
    }[kind]
    assert taken_in(hear(kind, data))

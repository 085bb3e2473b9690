"""What a page says of what follows on a report, and of a duty that persons do: true at each state, each way for who may take it."""

from collections.abc import Callable
from typing import Any

import pytest

from shared.web.layout import due
from tests.integration.test_dispatch import panel_by_portal
from tests.integration.test_reports import filled_in
from tests.notifying import (
    COUNCIL,
    HOSPITAL,
    OFFICE,
    POLICE,
    Outside,
    call,
    care_leaver,
    decide,
    duties,
    duty,
    posted,
    refer,
    referral,
    rows,
    send,
)
from tests.people import Someone

pytestmark = pytest.mark.usefixtures("sandbox")
BY_HAND = "The Panel is not told yet. The duty officer must enter it in the national form"
RECORDS = "The council's duty officer records the reference."


def officer() -> Someone:
    return Someone(COUNCIL, ["duty-officer"])


def office() -> Someone:
    return Someone(OFFICE, ["partnership-office"])


def words_at(someone: Someone, path: str) -> str:
    """The page's text as it is read, without its line breaks."""
    answer = someone.get(path)
    assert answer.status_code == 200, path
    return " ".join(answer.text.replace("&#39;", "'").split())


def sent_by(someone: Someone) -> tuple[str, str]:
    """The confirmation of a report that somebody filled in and sent, and its incident's id."""
    draft = filled_in(someone)
    assert someone.post(f"{draft}/check").location == f"{draft}/sent"
    found = rows("SELECT incident_id::text FROM referrals WHERE submitted_by = :who", who=someone.id)
    return f"{draft}/sent", str(found[0][0])


def test_the_duty_officer_who_reports_is_led_to_the_decision_that_is_hers(
    another_partnership: Callable[..., None],
) -> None:
    another_partnership(('notification_mode = "automatic-for-authority"', 'notification_mode = "by-decision"'))
    reader = officer()
    page, incident = sent_by(reader)
    shown = words_at(reader, page)
    assert "You are the duty officer" in shown and f'href="/notify/incidents/{incident}/decision"' in shown
    assert "may call you" not in shown
    assert f"The clock runs out on {due(duty(incident, 'decide-whether-to-notify')['due_at'])}." in shown


def test_nobody_else_is_led_to_the_decision_and_it_is_told_once_it_is_taken() -> None:
    reporter = Someone(HOSPITAL, ["referrer"])
    page, incident = sent_by(reporter)
    shown = words_at(reporter, page)
    assert "Its duty officer decides" in shown and "You are the duty officer" not in shown
    report = rows("SELECT id::text FROM referrals WHERE incident_id = :id", id=incident)[0][0]
    assert f'href="/notify/incidents/{incident}/decision"' in words_at(officer(), f"/notify/reports/{report}")
    for other in (reporter, office()):
        assert "Decide now" not in words_at(other, f"/notify/reports/{report}")
    decide(incident, "do-not-notify")
    shown = words_at(reporter, page)
    assert "The local authority decided not to notify this incident." in shown and "no duty to notify" not in shown
    decide(incident, "notify")
    assert "The local authority decided to notify this incident." in words_at(reporter, page)
    posted(f"/incidents/{incident}/withdrawal", COUNCIL, {"reasons": "It was another child."})
    assert "The notification was withdrawn." in words_at(reporter, page)
    assert "Decide now" not in words_at(officer(), f"/notify/reports/{report}")


def test_what_the_facts_alone_closed_is_said_to_be_closed_by_the_facts() -> None:
    reader = officer()
    draft = filled_in(reader)
    reader.post(f"{draft}/child/0/outcome", outcome="not-harmed")
    reader.post(f"{draft}/incident/abuse-or-neglect", abuse_or_neglect="not-suspected")
    assert reader.post(f"{draft}/check").location == f"{draft}/sent"
    assert "By what you reported there is no duty to notify." in words_at(reader, f"{draft}/sent")


def test_where_the_panel_waits_for_a_person_nobody_is_told_that_nothing_is_left_to_do(
    another_partnership: Callable[..., None],
) -> None:
    panel_by_portal(another_partnership)
    reader = officer()
    page, incident = sent_by(reader)
    form = f'href="/notify/duties/{duty(incident, "sin-panel")["id"]}/form"'
    report = rows("SELECT id::text FROM referrals WHERE incident_id = :id", id=incident)[0][0]
    for path in (page, f"/notify/reports/{report}"):
        shown = words_at(reader, path)
        assert BY_HAND in shown and form in shown and "do nothing more" not in shown, path
    assert form in words_at(office(), f"/notify/reports/{report}")
    lead = words_at(Someone(COUNCIL, ["agency-lead"]), f"/notify/reports/{report}")
    assert f"{BY_HAND}." in lead and form not in lead
    given = {"reference": "CSINS-7", "received_at": duty(incident, "sin-panel")["runs_from"]}
    assert call("POST", f"/duties/{duty(incident, 'sin-panel')['id']}/receipt", COUNCIL, given).status_code == 200
    shown = words_at(reader, page)
    assert "is not told yet" not in shown and "do nothing more" in shown


def test_a_form_leads_to_the_reference_only_whom_it_lets_record_it(another_partnership: Callable[..., None]) -> None:
    panel_by_portal(another_partnership)
    panel = duty(refer()["incident"]["id"], "sin-panel")["id"]
    form, receipt = f"/notify/duties/{panel}/form", f'href="/notify/duties/{panel}/receipt'
    assert receipt in words_at(officer(), form) and RECORDS not in words_at(officer(), form)
    for reader in (office(), Someone(OFFICE, ["scrutineer"])):
        assert receipt not in words_at(reader, form) and RECORDS in words_at(reader, form)


def test_a_duty_that_nobody_sends_says_who_must_do_it(another_partnership: Callable[..., None]) -> None:
    deciding = refer(agency=HOSPITAL)["incident"]["id"]
    decision = duty(deciding, "decide-whether-to-notify")["id"]
    for reader, may in ((officer(), True), (office(), False)):
        shown = words_at(reader, f"/notify/duties/{decision}")
        assert "Who must do it" in shown and "Who is told" not in shown and "Nothing has been sent" not in shown
        assert (f'href="/notify/incidents/{deciding}/decision"' in shown) is may
        assert "Record the reference" not in shown
    incident = refer()["incident"]["id"]
    send()
    review = f"/notify/duties/{duty(incident, 'rapid-review')['id']}"
    shown = words_at(office(), review)
    goes = "It goes to the Panel by itself when the three partners have taken their positions."
    assert "The safeguarding partners" in shown and goes in shown and "Nothing has been sent" not in shown
    panel_by_portal(another_partnership)
    shown = words_at(office(), review)
    assert goes not in shown and "it waits here for you to send it" in shown


def test_lists_head_the_column_by_who_is_told_or_does_it() -> None:
    incident = refer(agency=HOSPITAL)["incident"]["id"]
    for path in ("/notify/today", "/notify/duties", f"/notify/incidents/{incident}"):
        assert ">Who is told, or does it</th>" in words_at(officer(), path), path


def row_notified(incident: str) -> str | None:
    shown = words_at(officer(), f"/notify/incidents/{incident}")
    _, there, after = shown.partition('"govuk-summary-list__key">Notified</dt>')
    return after.partition("</dd>")[0].rpartition(">")[2].strip() if there else None


def test_not_yet_is_said_of_what_may_still_be_notified_and_of_nothing_else() -> None:
    incident = refer(agency=HOSPITAL)["incident"]["id"]
    assert row_notified(incident) == "Not yet"
    decide(incident, "do-not-notify")
    assert row_notified(incident) is None
    decide(incident, "notify")
    assert row_notified(incident) == "Not yet"
    posted(f"/incidents/{incident}/withdrawal", COUNCIL, {"reasons": "It was another child."})
    assert row_notified(incident) is None
    elsewhere: dict[str, Any] = referral(place={"country": "England", "local_authority": "E06000051"})
    passed_on = refer(elsewhere)["incident"]
    assert passed_on["status"] == "passed-on" and row_notified(passed_on["id"]) is None


def test_a_merged_incident_is_not_awaited() -> None:
    body = referral()
    first = refer(body, HOSPITAL)["incident"]["id"]
    second = refer(body | {"agency_reference": "merged"}, POLICE)["incident"]["id"]
    answer = office().post(f"/notify/incidents/{second}/merge", into=first, reasons="The same evening.")
    assert answer.status_code == 303
    assert (row_notified(first), row_notified(second)) == ("Not yet", None)


def test_how_somebody_is_told_is_said_as_people_say_it(sandbox: Outside) -> None:
    incident = refer()["incident"]["id"]
    send()
    shown = words_at(officer(), f"/notify/duties/{duty(incident, 'sin-panel')['id']}")
    assert ">Directly, system to system</td>" in shown and ">https</td>" not in shown
    [partner] = [each for each in duties(incident, "tell-partner") if each["recipient"].endswith(POLICE)]
    assert ">E-mail</td>" in words_at(officer(), f"/notify/duties/{partner['id']}")
    shown = words_at(office(), "/notify/settings")
    for words in ("Directly, system to system", "E-mail", "Comes back by itself", "Recorded by a person"):
        assert f">{words}</td>" in shown, words
    assert ">https</td>" not in shown and "gateway</td>" not in shown


def test_those_whom_a_death_is_told_to_are_named_where_they_wait(another_partnership: Callable[..., None]) -> None:
    gateway = 'channel = "https"\naddress = "${SANDBOX_URL}/gateway/ofsted"\nsecret_env = "SANDBOX_WEBHOOK_SECRET"\nreceipt = "from-gateway"'
    another_partnership((gateway, 'channel = "portal"'))
    report = refer(care_leaver())["id"]
    shown = words_at(officer(), f"/notify/reports/{report}")
    assert "Ofsted is not told yet." in shown and "The Panel is not told yet" not in shown

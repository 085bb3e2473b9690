"""Three partners who sign in the same moment: the third signature is one only, and what follows it comes once."""

from functools import partial
from typing import Any

from requests import Response

from deploy.demo.documents import report_pdf
from deploy.demo.reviewing import DECISION
from tests.faults.at_once import PARTNERS, Shown, at_once, statuses
from tests.faults.observing import settle
from tests.running import Running, referral, until

CASES = "/review/api/v1/cases"
SIGNED = {"position": "agree", "name": "Pat Watkins", "role": "Director"}


def office(running: Running, path: str, body: Any, **more: Any) -> Shown:
    answer = running.call("POST", path, "office", json=body, **more)
    assert answer.ok, answer.text
    made: Shown = answer.json()
    return made


def case_of(running: Running, incident: Shown) -> Shown:
    path = {"incident_id": incident["id"]}
    listed = until(
        lambda: running.call("GET", CASES, "office", params=path).json()["items"], "the rapid review to open"
    )
    assert len(listed) == 1
    found: Shown = listed[0]
    return found


def sign(running: Running, path: str, partner: str, body: Shown) -> Response:
    return running.call("POST", path, partner, json=body)


def rapid_review_signed_at_once(running: Running) -> tuple[Shown, Shown]:
    """An incident and its case, whose rapid review the three partners sign at once, each of them twice."""
    incident: Shown = running.refer_surely(referral())["incident"]
    case = case_of(running, incident)
    office(running, f"{CASES}/{case['id']}/rapid-review/decision", DECISION)
    path = f"{CASES}/{case['id']}/rapid-review/sign-off"
    answers = at_once(*(partial(sign, running, path, partner, SIGNED) for partner in PARTNERS * 2))
    assert sorted(statuses(answers)) == [201] * 3 + [409] * 3, [answer.text for answer in answers]
    return incident, case


def reports_at_the_panel(running: Running, incident: Shown) -> list[str]:
    (duty,) = running.duties(incident["id"], "rapid-review")
    whole = running.call("GET", f"/notify/api/v1/duties/{duty['id']}").json()
    sent = [delivery["id"] for delivery in whole["deliveries"]]
    return [item["delivery"] for item in running.received() if item["delivery"] in sent]


def test_the_rapid_review_is_completed_once_and_the_panel_gets_one_report(running: Running) -> None:
    signed = [rapid_review_signed_at_once(running) for _ in range(3)]
    settle(running)
    for incident, case in signed:
        shown = running.call("GET", f"{CASES}/{case['id']}", "office").json()
        (decision,) = shown["decisions"]
        assert sorted(each["agency"]["id"] for each in decision["positions"]) == sorted(PARTNERS)
        (duty,) = running.duties(incident["id"], "rapid-review")
        assert duty["status"] == "discharged"
        assert len(reports_at_the_panel(running, incident)) == 1


def review_with_report(running: Running) -> tuple[str, Shown]:
    """The path of a practice review, and what a partner says to sign its full report."""
    _, case = rapid_review_signed_at_once(running)
    decided = running.call("GET", f"{CASES}/{case['id']}", "office").json()["rapid_review"]["runs_from"]
    commissioned = {"kind": "lcspr", "title": "Contacts not put together", "decided_at": decided}
    review = office(running, f"{CASES}/{case['id']}/practice-reviews", commissioned)
    path = f"/review/api/v1/practice-reviews/{review['id']}"
    file = {"file": ("Report.pdf", report_pdf("Contacts not put together"), "application/pdf")}
    report = office(running, f"{path}/reports?kind=full-report", None, files=file)
    return path, {"report_sha256": report["sha256"], "name": "Pat Watkins", "role": "Director"}


def publications_of(running: Running, review: Shown) -> list[Shown]:
    listed = running.call("GET", "/publish/api/v1/publications", "office", params={"limit": 200}).json()["items"]
    return [each for each in listed if each["practice_review_id"] == review["id"]]


def test_the_report_is_signed_off_once_and_one_publication_opens(running: Running) -> None:
    path, body = review_with_report(running)
    answers = at_once(*(partial(sign, running, f"{path}/sign-off", partner, body) for partner in PARTNERS * 2))
    assert sorted(statuses(answers)) == [201] * 3 + [409] * 3, [answer.text for answer in answers]
    settle(running)
    review = running.call("GET", path, "office").json()
    assert review["status"] == "signed-off"
    assert len(publications_of(running, review)) == 1

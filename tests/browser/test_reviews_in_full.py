"""A review over two cases with every part, and what waits, looked at page by page: no fault at any width, in print or in HTML."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from tests.browser.test_every_page import checker, looked_at
from tests.browser.visiting import Visitor
from tests.publishing import pdf
from tests.reviewing import DECISION
from tests.running import Running, referral, until

__all__ = ["checker"]  # a fixture that is used here

PARTNERS = ("herefordshire-council", "herefordshire-and-worcestershire-icb", "west-mercia-police")
API = "/review/api/v1"
TODAY = date.today()
OWNER = {"name": "Ola Example", "role": "Lawyer"}
LONG = "A sentence that goes on for a while, as people write when they are tired. " * 6


def call(running: Running, path: str, body: Any, who: str = "office", **how: Any) -> dict[str, Any]:
    answer = running.call("POST", API + path, who, json=body, **how)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def completed_case(running: Running) -> dict[str, Any]:
    """A case of a new incident whose rapid review decided on a practice review."""
    incident = running.refer(referral()).json()["incident"]

    def found() -> list[dict[str, Any]]:
        answer = running.call("GET", f"{API}/cases?incident_id={incident['id']}", "office")
        items: list[dict[str, Any]] = answer.json()["items"]
        return items

    [case] = until(found, "the rapid review to open")
    call(running, f"/cases/{case['id']}/rapid-review/decision", DECISION)
    for partner in PARTNERS:
        signature = {"position": "agree", "name": "Pat Watkins", "role": "Director"}
        call(running, f"/cases/{case['id']}/rapid-review/sign-off", signature, partner)
    return dict(case)


@pytest.fixture(scope="module")
def review(running: Running) -> dict[str, Any]:
    """An LCSPR over two cases with every part recorded, a hold, comments, and recommendations of both kinds."""
    first, second = completed_case(running), completed_case(running)
    opened = running.call("GET", f"{API}/cases/{first['id']}", "office").json()["opened_at"]
    body = {"kind": "lcspr", "title": "Sharing what is known", "decided_at": opened}
    review = call(running, f"/cases/{first['id']}/practice-reviews", body)
    at = f"/practice-reviews/{review['id']}"
    call(running, f"{at}/cases", {"case_id": second["id"], "reasons": LONG})
    appointed = {
        "name": "Ida Independent",
        "appointed_on": f"{TODAY}",
        "independence": LONG,
        "conflicts": ["None now."],
    }
    reviewer = call(running, f"{at}/reviewers", appointed | {"contract_until": f"{TODAY}"})
    asked = {"asks_for": "draft", "text": LONG, "asked_by": OWNER, "answer_by": f"{TODAY}"}
    request = call(running, f"{at}/reviewer-requests", asked)
    for kind, content in parts().items():
        call(running, f"{at}/records/{kind}", content)
    hold = {"reason": "criminal-trial", "owner": OWNER, "next_check_on": f"{TODAY}"}
    hold = call(running, f"{at}/holds", hold)
    call(running, f"{at}/delays", {"reasons": LONG, "expected_on": f"{TODAY + timedelta(days=90)}"})
    file = {"file": ("r.pdf", pdf("What was learnt."), "application/pdf")}
    report = call(running, f"{at}/reports?kind=full-report", None, files=file)
    point = {"kind": "factual-accuracy", "who": "Example School", "place": "page 4", "text": LONG}
    comment = call(running, f"/reports/{report['id']}/comments", point)
    made = {"case_id": first["id"], "practice_review_id": review["id"], "owner_agency": "example-school", "text": LONG}
    made = call(running, "/recommendations", made | {"theme": "escalation", "with_agencies": ["wye-valley-nhs-trust"]})
    action = call(running, f"/recommendations/{made['id']}/actions", {"text": LONG, "lead": "Matron"})
    call(running, f"/actions/{action['id']}/evidence", {"what_changed": LONG, "progress": "done"})
    legal = call(running, f"/cases/{second['id']}/legal-holds", {"reasons": LONG})
    link = running.call("GET", API + at, "office").json()["cases"][1]
    ids = {"reviewer": reviewer, "request": request, "hold": hold, "comment": comment, "action": action, "made": made}
    return review | {name: each["id"] for name, each in ids.items()} | {
        "second": second["id"], "link": link["id"], "legal": legal["id"]
    }  # fmt: skip


def parts() -> dict[str, dict[str, Any]]:
    day = f"{TODAY}"
    return {
        "terms-of-reference": {"scope": LONG, "lines_of_enquiry": ["Was the child heard?", LONG], "agreed_on": day},
        "panel": {"chair": "Ida Independent", "members": [{"name": "Lee", "role": "nurse", "agency": "Trust"}]},
        "practitioner-event": {"held_on": day, "who": LONG, "heard": LONG, "support": LONG},
        "family-contribution": {"who": "mother", "how_asked": LONG, "advocate": "yes", "interpreter": "no"},
        "monitoring": {"on_time": False, "quality": LONG, "next_on": day},
        "legal-read": {"read_on": day, "by": "Counsel", "advice": LONG, "outcome": "cleared"},
    }


def addresses(review: dict[str, Any]) -> list[str]:
    at, case = f"/review/practice-reviews/{review['id']}", f"/review/cases/{review['second']}"
    of_review = [
        "",
        "/explained",
        "/stages/family-contribution",
        "/case",
        "/comment",
        "/reviewer",
        "/reviewer-request",
        "/hold",
        "/end",
    ]
    of_case = ["", "/bundle", "/stages/meeting", "/explained", "/records", "/records/decision", "/legal-hold", "/recommendation", "/recommendation?theme=escalation"]  # fmt: skip
    return [
        *(at + rest for rest in of_review),
        *(f"{at}/records/{kind}" for kind in parts()),
        *(case + rest for rest in of_case),
        f"/review/review-cases/{review['link']}/removal",
        f"/review/reviewers/{review['reviewer']}/removal",
        f"/review/reviewer-requests/{review['request']}/answer",
        f"/review/draft-comments/{review['comment']}/answer",
        *(f"/review/holds/{review['hold']}/{rest}" for rest in ("check", "panel-told")),
        f"/review/legal-holds/{review['legal']}/lift",
        f"/review/actions/{review['action']}/evidence",
        f"/review/recommendations/{review['made']}",
        f"/review/recommendations/{review['made']}/action",
        *(f"/review/{rest}" for rest in ("waiting", "themes", "figures", "recommendations", "cases")),
    ]


@pytest.mark.timeout(600)
def test_no_page_of_a_full_review_has_a_fault(
    running: Running,
    visitor: Callable[..., Visitor],
    checker: Callable[[list[str]], str],  # the fixture
    review: dict[str, Any],
) -> None:
    office, found, html = visitor("desk"), [], []
    office.sign_in("office")
    for path in addresses(review):
        page = office.open(path)
        assert "Page not found" not in page.title(), path
        found += looked_at(page)
        html.append(office.context.request.get(page.url, headers={"Accept": "text/html"}).text())
    assert found == []
    assert checker(html) == ""

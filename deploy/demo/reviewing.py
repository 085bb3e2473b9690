"""From the notification to a signed report: the rapid review and the practice review, played."""

from datetime import timedelta
from typing import Any

from deploy.demo.agencies import agency_of
from deploy.demo.documents import report_pdf
from deploy.demo.stage import Stage, say
from shared import clock
from shared.partnership import partnership

RETURN = {
    "submitted": True,
    "involved": True,
    "involvement_summary": "The child was known to the service for a year.",
    "key_practice_episodes": [
        {
            "what_happened": "A contact was closed without a visit.",
            "analysis": "It was not put together with an earlier one.",
        }
    ],
    "child_seen_and_heard": "Seen at each appointment; too young to be heard in words.",
    "inequalities_considered": "Recorded; not explored with the family.",
    "what_went_well": "The ward nurse escalated within the hour.",
    "what_should_have_been_different": [
        {"what": "A visit after the second contact.", "why": "The first was not looked up."}
    ],
    "immediate_changes": "Earlier contacts are now shown beside a new one.",
    "recommendations": ["Visit after a second contact within a month."],
    "prepared_by": {"name": "Ada Prosser", "role": "Named nurse"},
    "signed_off_by": {"name": "Gwen Morris", "role": "Head of safeguarding"},
}
DECISION = {
    "outcome": "lcspr",
    "reasons": "What each agency held was not put together; this has been found before.",
    "regulation_11": [
        {"consideration": "a", "met": True, "reasons": "Improvements identified before had not been made."},
        {"consideration": "b", "met": True, "reasons": "Closing contacts without a visit recurs."},
        {"consideration": "c", "met": True, "reasons": "Two agencies did not share what they knew."},
        {"consideration": "d", "met": False, "reasons": "The Panel has not concluded so."},
    ],
    "content": {
        "facts_and_involvement": "What happened and who was involved, with the key practice episodes.",
        "immediate_action": "The child and a sibling were protected the same evening.",
        "potential_for_improvement": "Putting contacts together; visiting after the second.",
        "context_and_inequalities": "The family's life, and how inequalities may have influenced practice.",
        "next_steps": "A local child safeguarding practice review.",
    },
    "immediate_actions": [
        {"action": "Open contacts of the past month were looked at again.", "by": "Front door manager"}
    ],
}


def rapid_review(stage: Stage, incident: dict[str, Any]) -> dict[str, Any]:
    """Returns asked for and given, the decision signed by three, the Panel told and heard; returns the case."""
    office = partnership().partnership_office
    case = _case(stage, incident)
    say(
        f"Rapid review {case['reference']} opened by itself as {case['pseudonym']}; due {case['rapid_review']['due_at'][:10]}"
    )
    stage.wait(4)
    for request in case["information_requests"]:
        agency = request["agency"]["id"]
        known = agency in (agency_of("police"), agency_of("nhs-provider"))
        body = RETURN | {"period": _period(), "chronology": _chronology()} if known else {"involved": False}
        stage.call(agency, "PUT", f"/review/api/v1/information-requests/{request['id']}/return", body)
    say(f"  {len(case['information_requests'])} agencies answered, nil returns among them; the chronology is merged")
    stage.wait(8)
    stage.call(office, "POST", f"/review/api/v1/cases/{case['id']}/rapid-review/decision", DECISION)
    for partner in partnership().safeguarding_partners:
        position = {"position": "agree", "name": "Pat Watkins", "role": "Director"}
        stage.call(partner, "POST", f"/review/api/v1/cases/{case['id']}/rapid-review/sign-off", position)
    say("  Decided against regulation 11 and signed by the three partners")
    duty_discharged(stage, incident, "rapid-review")
    say("  The Panel has the rapid review, and has acknowledged it")
    stage.wait(7)
    reply = {"reply": "agrees", "received_at": clock.now().isoformat(), "reference": "PANEL-REPLY", "text": "We agree."}
    stage.call(office, "POST", f"/review/api/v1/cases/{case['id']}/panel-reply", reply)
    say("  The Panel replied: it agrees")
    return case


def _case(stage: Stage, incident: dict[str, Any]) -> dict[str, Any]:
    office = partnership().partnership_office
    path = f"/review/api/v1/cases?incident_id={incident['id']}"
    listed = stage.until("the rapid review to open", lambda: stage.call(office, "GET", path)["items"])
    found: dict[str, Any] = stage.call(office, "GET", f"/review/api/v1/cases/{listed[0]['id']}")
    return found


def _period() -> dict[str, str]:
    today = clock.now().date()
    return {"from": (today - timedelta(days=365)).isoformat(), "to": today.isoformat()}


def _chronology() -> list[dict[str, Any]]:
    month = (clock.now() - timedelta(days=120)).strftime("%Y-%m")
    return [
        {
            "from": month,
            "certainty": "estimated",
            "description": "A contact was closed without a visit.",
            "source": "Contact record",
            "child_seen": False,
        }
    ]


def duty_discharged(stage: Stage, incident: dict[str, Any], rule: str) -> None:
    """Wait until a duty of the incident is discharged by evidence."""
    authority = partnership().authority.agency_id

    def discharged() -> bool:
        duties = stage.call(authority, "GET", f"/notify/api/v1/incidents/{incident['id']}")["duties"]
        wanted = [duty for duty in duties if duty["rule"] == rule]
        return bool(wanted) and all(duty["status"] == "discharged" for duty in wanted)

    stage.until(f"the duty {rule} to be discharged", discharged)


def practice_review(stage: Stage, case: dict[str, Any], title: str) -> dict[str, Any]:
    """An LCSPR from its commission to the third signature under its report; returns the review."""
    office = partnership().partnership_office
    now = clock.now()
    body = {"kind": "lcspr", "title": title, "decided_at": now.isoformat()}
    review = stage.call(office, "POST", f"/review/api/v1/cases/{case['id']}/practice-reviews", body)
    path = f"/review/api/v1/practice-reviews/{review['id']}"
    say("LCSPR commissioned: its six months run")
    _appoint(stage, path, now.date().isoformat())
    _hold_and_lift(stage, path)
    stage.wait(30)
    file = {"file": ("Practice review report.pdf", report_pdf(title), "application/pdf")}
    report = stage.call(office, "POST", f"{path}/reports?kind=full-report", files=file)
    for partner in partnership().safeguarding_partners:
        signature = {"report_sha256": report["sha256"], "name": "Pat Watkins", "role": "Director"}
        stage.call(partner, "POST", f"{path}/sign-off", signature)
    say("  The report is uploaded and signed off by the three partners")
    found: dict[str, Any] = review
    return found


def _appoint(stage: Stage, path: str, today: str) -> None:
    office = partnership().partnership_office
    first = {"name": "Robin Vale", "appointed_on": today, "independence": "No tie to any agency.", "conflicts": []}
    stage.call(office, "POST", f"{path}/reviewers", first)
    second = first | {"name": "Jo Marsh", "replaces_reasons": "The first reviewer fell ill."}
    stage.call(office, "POST", f"{path}/reviewers", second)
    _let_in(stage, f"{path}/reviewer-access")
    stage.call(office, "POST", f"{path}/milestones", {"stage": "terms-of-reference", "done_on": today})
    asked = {
        "asks_for": "draft",
        "text": "Please send the draft.",
        "asked_by": {"name": "Lee Hart", "role": "Business manager"},
    }
    stage.call(office, "POST", f"{path}/reviewer-requests", asked)
    say("  A reviewer is appointed, and replaced with reasons; a draft is asked for in writing")


def _let_in(stage: Stage, path: str) -> None:
    """The reviewer's account works on the review, where this system has the account of one."""
    office = partnership().partnership_office
    for person in stage.call(office, "GET", path)["may_be_given"][:1]:
        until = (clock.now() + timedelta(days=90)).date().isoformat()
        stage.call(office, "POST", path, {"person_id": person["person_id"], "until": until, "sees": ["chronology"]})


def _hold_and_lift(stage: Stage, path: str) -> None:
    office = partnership().partnership_office
    check = (clock.now() + timedelta(days=20)).date().isoformat()
    hold = {
        "reason": "criminal-trial",
        "owner": {"name": "Lee Hart", "role": "Business manager"},
        "next_check_on": check,
    }
    placed = stage.call(office, "POST", f"{path}/holds", hold)
    stage.wait(14)
    stage.call(office, "POST", f"/review/api/v1/holds/{placed['id']}/lift", {"reasons": "The trial has ended."})
    say("  A trial held publication; the hold is lifted")

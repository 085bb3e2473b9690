"""Actions of several agencies are owned, chased by themselves, and looked at again for what they changed for children."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from services.review.reminders import remind
from services.review.service import SERVICE
from shared import clock
from shared.partnership import partnership
from tests import notifying
from tests.integration import test_reactions
from tests.integration.test_review_pages import on, person
from tests.integration.test_review_recommendations import act, recommended, show, status_of
from tests.notifying import Outside
from tests.reviewing import (
    HOSPITAL,
    OFFICE,
    SCHOOL,
    call,
    days_from_now,
    decide_and_sign,
    discharged,
    find_case,
    get,
    hear,
    open_case,
    post,
    said,
)

pytestmark = pytest.mark.usefixtures("ground", "own_clock")


def later(days: int) -> None:
    clock.advance(timedelta(days=days))


def chased(action: dict[str, Any]) -> list[tuple[str, str, int]]:
    remind()
    found = said(f"action:{action['id']}", "reminder.due")
    return [(each["kind"], each["agency_id"], each["times"]) for each in found]


def waiting_for(concerns: str) -> list[str]:
    return [each["kind"] for each in get("/waiting", OFFICE)["items"] if each["concerns"] == concerns]


def test_several_agencies_act_on_one_recommendation_each_on_its_own_actions() -> None:
    made = recommended(open_case(), with_agencies=[HOSPITAL])
    assert [each["id"] for each in made["with_agencies"]] == [HOSPITAL]
    ours, theirs = act(made, SCHOOL), act(made, HOSPITAL)
    assert (ours["agency"]["id"], theirs["agency"]["id"]) == (SCHOOL, HOSPITAL)
    show(ours, "done")
    assert status_of(made, HOSPITAL) == "in-progress"  # both see the whole of it
    body = {"what_changed": "Nothing.", "progress": "done"}
    assert call("POST", f"/actions/{theirs['id']}/evidence", SCHOOL, body).status_code == 403
    named = {"text": "Theirs to do.", "agency": HOSPITAL}
    assert call("POST", f"/recommendations/{made['id']}/actions", SCHOOL, named).status_code == 403
    assert post(f"/recommendations/{made['id']}/actions", OFFICE, named)["agency"]["id"] == HOSPITAL
    post(f"/recommendations/{made['id']}/actions", OFFICE, {"text": "No.", "agency": "west-mercia-police"}, 422)
    page = person(SCHOOL, "agency-lead").get(f"/review/recommendations/{made['id']}").text
    assert page.count("Record what has changed") == 1


def test_an_agency_that_a_recommendation_was_not_made_to_does_not_see_it() -> None:
    made = recommended(open_case(), SCHOOL)
    assert call("POST", f"/recommendations/{made['id']}/actions", HOSPITAL, {"text": "Ours."}).status_code == 404
    assert made["id"] not in [each["id"] for each in get("/recommendations?limit=100", HOSPITAL)["items"]]


def test_an_overdue_action_is_chased_until_it_is_done_and_then_looked_at_for_its_effect() -> None:
    action = act(recommended(open_case()))  # due in 60 days
    later(61)
    assert chased(action) == chased(action) == [("action-overdue", SCHOOL, 1)]
    assert "Example Primary School" in person(OFFICE, "partnership-office").get("/review/waiting").text
    later(14)
    assert chased(action)[1:] == [("action-overdue", SCHOOL, 2)]
    show(action, "started")
    assert waiting_for(f"action:{action['id']}") == ["action-overdue"]  # begun is not done
    show(action, "done")
    assert waiting_for(f"action:{action['id']}") == []
    later(partnership().impact_check_days)
    assert chased(action)[2:] == [("impact-check", SCHOOL, 1)]
    show(action, "impact-shown")
    assert waiting_for(f"action:{action['id']}") == []


def test_an_action_that_nobody_speaks_of_is_asked_after_though_it_is_not_due() -> None:
    made = recommended(open_case())
    body = {"text": "Train every tutor.", "due_on": days_from_now(400)}
    action = post(f"/recommendations/{made['id']}/actions", SCHOOL, body)
    later(partnership().stale_action_days - 1)
    assert waiting_for(f"action:{action['id']}") == []
    later(1)
    assert chased(action) == [("action-stale", SCHOOL, 1)]
    show(action, "started")
    assert waiting_for(f"action:{action['id']}") == []
    later(partnership().stale_action_days)
    assert chased(action)[1:] == [("action-stale", SCHOOL, 1)]  # a new silence is a new chase


def test_the_day_of_the_look_at_its_effect_is_the_agencys_to_set() -> None:
    action, lead = act(recommended(open_case())), person(SCHOOL, "agency-lead")
    form = {"progress": "done", "what_changed": "All are trained."}
    lead.does(f"/review/actions/{action['id']}/evidence", **form, **on("check_on", 30))
    later(30)
    assert waiting_for(f"action:{action['id']}") == ["impact-check"]


def test_a_recommendation_that_is_due_without_an_action_is_chased() -> None:
    made = recommended(open_case(), due_on=days_from_now(10))
    later(11)
    assert waiting_for(f"recommendation:{made['id']}") == ["no-action"]
    act(made)
    assert waiting_for(f"recommendation:{made['id']}") == []


def test_the_panel_is_asked_for_its_reply_when_none_has_come() -> None:
    case = open_case()
    decide_and_sign(case)
    hear("duty.discharged", discharged(case["incident_id"]))
    later(9)
    assert waiting_for(f"case:{case['id']}") == []
    later(1)
    remind()
    [reminder] = said(f"case:{case['id']}", "reminder.due")
    assert (reminder["kind"], reminder["page"]) == ("panel-reply", f"/review/cases/{case['id']}/panel-reply")
    reply = {"reply": "agrees", "received_at": clock.now().isoformat()}
    post(f"/cases/{case['id']}/panel-reply", OFFICE, reply)
    assert waiting_for(f"case:{case['id']}") == []


def test_a_reply_that_is_recorded_before_its_sending_is_heard_of_is_not_asked_for() -> None:
    case = open_case()
    decide_and_sign(case)
    post(f"/cases/{case['id']}/panel-reply", OFFICE, {"reply": "agrees", "received_at": clock.now().isoformat()})
    hear("duty.discharged", discharged(case["incident_id"]))
    later(11)
    assert waiting_for(f"case:{case['id']}") == []


def test_a_chase_reaches_the_agency_by_mail_and_its_leads_and_the_contacts_the_second_time(sandbox: Outside) -> None:
    from tests.people import Someone

    case = open_case()
    action, lead = act(recommended(case)), Someone(SCHOOL, ["agency-lead"])
    for _ in range(2):
        later(61)
        remind()
    reminders = said(f"action:{action['id']}", "reminder.due")
    seen = []
    for number, reminder in enumerate(reminders, start=1):
        test_reactions.hear("reminder.due", reminder, subject=f"action:{action['id']}", sequence=number)
        notifying.send()
        seen.append({address for each in sandbox.mail(case["reference"]) for address in each["to"]})
    first, both = seen
    assert first == {"head@example-school.example"}
    assert both >= {"head@example-school.example", lead.email, "duty.officer@hscp.example"}


def test_what_was_recommended_on_a_theme_before_is_in_view_when_a_new_one_is_written() -> None:
    office = person(OFFICE, "partnership-office")
    recommended(open_case(), theme="bruising-protocol", text="Ask about every bruise.")
    at = f"/review/cases/{(case := open_case())['id']}/recommendation"
    assert "?theme=bruising-protocol" in office.get(at).text
    shown = office.get(f"{at}?theme=bruising-protocol").text
    assert "Ask about every bruise." in shown
    assert 'value="bruising-protocol"' in shown
    form = {"theme": "Bruising protocol", "text": "Ask again.", "owner_agency": SCHOOL, "with_agencies": [HOSPITAL]}
    assert "/review/recommendations/" in office.does(at, **form)
    [made] = find_case(case["incident_id"])["recommendations"]
    assert [each["id"] for each in made["with_agencies"]] == [HOSPITAL]


def test_themes_by_year_are_a_chart_and_the_same_table() -> None:
    office = person(OFFICE, "partnership-office")
    made = [recommended(open_case(), theme="handover-at-discharge")["id"] for _ in range(4)]
    with SERVICE.transaction() as session:
        earlier = "UPDATE recommendations SET made_at = made_at - interval '1 year' WHERE id = :id"
        session.execute(text(earlier), {"id": made[0]})
    page = office.get("/review/themes").text
    chart = page.split("<svg")[1].split("</svg>")[0]
    assert 'role="img"' in chart
    assert "Handover at discharge" in chart
    row = [
        r for r in office.get("/review/themes.csv").data.decode("utf-8-sig").splitlines() if r.startswith("Handover")
    ]
    assert row[0].split(",")[-4:] == ["1", "3", "4", "4"]

"""The office keeps the protocol and the stages by pages: with reasons, for what begins from then on; what has begun keeps its own."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from services.publish.nspcc import remind_of_receipts
from services.publish.service import SERVICE as PUBLISH
from services.review.service import SERVICE as REVIEW
from shared import clock
from shared.database import new_id
from shared.service import Service
from shared.setting_changes import keep_change
from tests import publishing, reviewing
from tests.chosen_settings import let_the_file_speak
from tests.people import WRONG, Someone
from tests.publishing import OFFICE

pytestmark = pytest.mark.usefixtures("ground")

PROTOCOL, STAGES = "/publish/settings/protocol", "/review/settings/stages"
WHY = "The partners asked for it."
STEP = {
    "owner": "reviewer",
    "when": "before",
    "required": "yes",
    "holds_for": "everything",
    "working_days": "5",
    "after": "family",
    "reasons": WHY,
}
SENTENCE = "The family's own words have been shown to them."


@pytest.fixture(autouse=True)
def as_the_file_says(ground: dict[str, str]) -> Iterator[None]:
    yield
    for service in (PUBLISH, REVIEW):
        let_the_file_speak(service)


def office(service: str) -> Someone:
    return Someone(OFFICE, ["partnership-office"], service=service, name="Sam Office")


def protocol_of(publication: dict[str, Any]) -> list[str]:
    return [each["id"] for each in publishing.get(f"/publications/{publication['id']}")["protocol"]]


def stages_of(case: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {each["stage"]: each for each in reviewing.find_case(case["incident_id"])["stages"]}


def last_entry(service: Service) -> str:
    with service.transaction() as session:
        statement = "SELECT entry FROM audit_entries WHERE entry LIKE '%setting-changed%' ORDER BY number DESC LIMIT 1"
        return str(session.scalar(text(statement)))


def test_a_new_step_holds_up_what_opens_from_then_on_and_nothing_that_is_open() -> None:
    before, someone = publishing.open_publication(), office("publish")
    assert someone.does(f"{PROTOCOL}/new", sentence=SENTENCE, **STEP) == PROTOCOL
    after = publishing.open_publication()
    (added,) = set(protocol_of(after)) - set(protocol_of(before))
    assert protocol_of(after).index(added) == protocol_of(after).index("family") + 1
    for publication, is_missing in ((before, False), (after, True)):
        publishing.follow_protocol(publication)
        missing = publishing.schedule(publication, status=409)["missing"]
        assert any(SENTENCE in sentence for sentence in missing) is is_missing
    step = publishing.post(f"/publications/{after['id']}/protocol/{added}", {"done_by": "Ruth Editor"})
    assert (step["owner"], step["sentence"]) == ("reviewer", SENTENCE)
    publishing.post(f"/publications/{before['id']}/protocol/{added}", {"done_by": "Ruth Editor"}, status=404)
    page = someone.get(PROTOCOL).text
    assert SENTENCE.replace("'", "&#39;") in page and WHY in page and "Sam Office" in page
    assert someone.id in last_entry(PUBLISH) and "protocol" in last_entry(PUBLISH)


def test_what_is_written_by_pages_of_a_publication_knows_its_own_steps() -> None:
    lead = Someone(publishing.POLICE, ["communications-lead"], service="publish", name="Nia Lead")
    office("publish").does(f"{PROTOCOL}/new", sentence=SENTENCE, **STEP)
    path = f"/publish/publications/{publishing.open_publication()['id']}"
    (added,) = [each for each in protocol_of({"id": path.rpartition("/")[2]}) if each.startswith("the-family-s")]
    lead.does(f"{path}/protocol", step=added)
    assert f'value="{added}"' not in lead.get(f"{path}/protocol").text


def test_a_step_in_other_words_is_the_same_step_and_one_taken_out_stays_with_what_is_open() -> None:
    someone, before = office("publish"), publishing.open_publication()
    form = STEP | {"required": "no", "working_days": "", "after": "-"}
    someone.does(f"{PROTOCOL}/leaders", sentence="Leaders were told.", **form)
    someone.does(f"{PROTOCOL}/embargo/removal", reasons=WHY)
    after = publishing.open_publication()
    assert protocol_of(after)[0] == "leaders"
    assert set(protocol_of(before)) - set(protocol_of(after)) == {"embargo"}
    leaders = publishing.get(f"/publications/{after['id']}")["protocol"][0]
    assert (leaders["sentence"], leaders["required"]) == ("Leaders were told.", False)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"sentence": ""}, "Say what must be true or done"),
        ({"reasons": ""}, "Say why this is changed"),
        ({"working_days": "soon"}, "whole number"),
        ({"working_days": "61"}, "60"),
        ({"owner": "nobody"}, "Not a valid choice"),
        ({"after": "no-such-step"}, "Not a valid choice"),
    ],
)
def test_a_step_that_cannot_be_is_refused_at_its_question(wrong: dict[str, str], sentence: str) -> None:
    someone = office("publish")
    answer = someone.post(f"{PROTOCOL}/new", **{"sentence": SENTENCE} | STEP | wrong)
    assert answer.status_code == 422
    assert any(sentence in each for each in WRONG.findall(answer.text)), WRONG.findall(answer.text)


def opened_of_no_review() -> dict[str, Any]:
    body = {"kind": "yearly-report", "title": "What we did", "period": "2026"}
    return dict(publishing.post("/publications", body))


def test_the_office_says_whether_a_step_is_for_reviews_only() -> None:
    someone = office("publish")
    someone.does(f"{PROTOCOL}/new", sentence="The siblings have been told.", **STEP | {"holds_for": "reviews"})
    someone.does(f"{PROTOCOL}/new", sentence="The website has room.", **STEP)
    added = {"the-siblings-have-been-told", "the-website-has-room"}
    assert added & set(protocol_of(publishing.open_publication())) == added
    assert added & set(protocol_of(opened_of_no_review())) == {"the-website-has-room"}
    page = someone.get(PROTOCOL).text
    assert "The siblings have been told. (reviews only)" in page and "The website has room. (" not in page
    assert re.search(r'value="reviews"[^>]* checked', someone.get(f"{PROTOCOL}/family").text)
    someone.does(f"{PROTOCOL}/family", sentence="The family has been told.", **STEP | {"after": "-"})
    assert protocol_of(opened_of_no_review())[0] == "family"


def test_steps_that_the_office_changed_before_they_had_a_mark_are_for_everything() -> None:
    words = {"id": "family", "sentence": SENTENCE, "owner": "reviewer"}
    old = words | {"required": True, "when": "before", "working_days": None}
    with PUBLISH.transaction() as session:
        keep_change(session, new_id(), "protocol", [old], WHY, "test", clock.machine_now())
    assert protocol_of(publishing.open_publication()) == protocol_of(opened_of_no_review()) == ["family"]
    someone = office("publish")
    assert "(reviews only)" not in someone.get(PROTOCOL).text
    assert re.search(r'value="everything"[^>]* checked', someone.get(f"{PROTOCOL}/family").text)


def test_the_last_step_stays() -> None:
    someone = office("publish")
    steps = protocol_of(publishing.open_publication())
    for step in steps[1:]:
        someone.does(f"{PROTOCOL}/{step}/removal", reasons=WHY)
    answer = someone.post(f"{PROTOCOL}/{steps[0]}/removal", reasons=WHY)
    assert answer.status_code == 422 and "This is the last step" in answer.text


def test_stages_hold_for_reviews_that_begin_from_the_day_of_the_change() -> None:
    before, someone = reviewing.open_case(), office("review")
    form = {"name": "Meeting of experts", "working_days": "9", "must": "Quorum noted.\r\nMinutes taken.", "may": "Tea."}
    at = f"{STAGES}/rapid-review/stages"
    assert someone.does(f"{at}/meeting", **form, after="returns", reasons=WHY) == STAGES
    someone.does(f"{at}/new", name="Family told", working_days="", after="-", reasons=WHY)
    after = reviewing.open_case()
    yesterday = (clock.now() - timedelta(days=1)).isoformat()
    begun_yesterday = reviewing.open_case(sent_at=yesterday)
    for case in (before, begun_yesterday):
        assert stages_of(case)["meeting"]["name"] == "Rapid review meeting held"
        assert "family-told" not in stages_of(case)
    changed = stages_of(after)
    assert next(iter(changed)) == "family-told"
    assert [(each["sentence"], each["required"]) for each in changed["meeting"]["steps"]] == [
        ("Quorum noted.", True),
        ("Minutes taken.", True),
        ("Tea.", False),
    ]
    kept = [each["id"] for each in changed["meeting"]["steps"]]
    someone.does(f"{at}/meeting", **form | {"must": "Minutes taken.\r\nA note sent."}, after="returns", reasons=WHY)
    again = [each["id"] for each in stages_of(reviewing.open_case())["meeting"]["steps"]]
    assert again[0] == kept[1] and again[2] == kept[2] and again[1] not in kept
    assert someone.id in last_entry(REVIEW) and "stages:rapid-review" in last_entry(REVIEW)


def test_a_system_of_the_office_changes_stages_as_people_do() -> None:
    before = reviewing.open_case()
    (plan,) = [each for each in reviewing.get("/stages", OFFICE)["items"] if each["kind"] == "rapid-review"]
    assert [each["id"] for each in plan["stages"]] == list(stages_of(before))
    first = plan["stages"][0] | {"name": "Everybody asked", "working_days": 2}
    body = {"name": "Rapid review", "explanation": "We look at once.", "stages": [first, plan["stages"][-1]]}
    reviewing.put("/stages/rapid-review", OFFICE, body | {"reasons": WHY})
    after = stages_of(reviewing.open_case())
    assert list(after) == [first["id"], plan["stages"][-1]["id"]]
    assert after[first["id"]]["name"] == "Everybody asked"
    assert list(stages_of(before)) == [each["id"] for each in plan["stages"]]
    page = office("review").get(STAGES).text
    assert "We look at once." in page and WHY in page
    assert "stages:rapid-review" in last_entry(REVIEW)


@pytest.mark.parametrize(
    ("kind", "wrong", "status"),
    [("rapid-review", {"reasons": ""}, 422), ("rapid-review", {"stages": [{"id": "x"}]}, 422), ("inquest", {}, 404)],
)
def test_stages_that_cannot_be_are_refused(kind: str, wrong: dict[str, Any], status: int) -> None:
    body = {"name": "Rapid review", "stages": [{"id": "one", "name": "One"}], "reasons": WHY}
    assert reviewing.call("PUT", f"/stages/{kind}", OFFICE, body | wrong).status_code == status


def test_a_step_that_must_be_done_is_not_listed_again_among_what_may_be() -> None:
    at, both = f"{STAGES}/rapid-review/stages/meeting", {"must": "Quorum noted.", "may": "Tea.\r\nQuorum noted."}
    for _ in range(2):  # as new sentences, and as ones that stood there
        office("review").does(at, name="Meeting", working_days="9", **both, after="returns", reasons=WHY)
        steps = stages_of(reviewing.open_case())["meeting"]["steps"]
        assert [(each["sentence"], each["required"]) for each in steps] == [("Quorum noted.", True), ("Tea.", False)]
        assert len({each["id"] for each in steps}) == 2


def rows_of(page: str) -> list[list[str]]:
    """The cells of what was changed here, each as its words."""
    table = page.partition("Changed here</caption>")[2].partition("</table>")[0]
    rows = re.findall("<tr.*?</tr>", table.partition("<tbody")[2], re.DOTALL)
    return [[re.sub("<[^>]+>", " ", cell).strip() for cell in re.findall("<td.*?</td>", row)] for row in rows]


def test_a_page_shows_what_was_changed_of_its_own_and_of_which_kind() -> None:
    way = {"recipient": "nspcc", "channel": "email", "address": "told@nspcc.example"}
    at = clock.machine_now().isoformat()
    publishing.hear("recipient.changed", way | {"change_id": new_id(), "changed_at": at}, "notify")
    why = f"Because of {new_id()}."
    someone = office("publish")
    someone.does(f"{PROTOCOL}/embargo/removal", reasons=why)
    with PUBLISH.transaction() as session:
        kept = session.scalar(text("SELECT count(*) FROM setting_changes WHERE name = 'protocol'"))
    shown = rows_of(someone.get(PROTOCOL).text)
    assert (shown[0][1:], len(shown)) == ([why], min(kept or 0, 50))
    someone = office("review")
    for kind in ("other", "lcspr"):
        someone.does(f"{STAGES}/{kind}/words", name=f"Called {kind}", explanation="", reasons=why)
    assert [row[1:] for row in rows_of(someone.get(STAGES).text)[:2]] == [["Called lcspr", why], ["Called other", why]]


def test_a_step_may_be_the_editors() -> None:
    someone = office("publish")
    someone.does(f"{PROTOCOL}/new", sentence=SENTENCE, **STEP | {"owner": "editor"})
    assert "The editors" in someone.get(PROTOCOL).text


def test_a_kind_of_review_gets_its_first_stage_and_words_for_families() -> None:
    someone = office("review")
    someone.does(f"{STAGES}/other/stages/new", name="Begun", working_days="3", after="-", reasons=WHY)
    someone.does(f"{STAGES}/other/words", name="Learning review", explanation="What we can learn.", reasons=WHY)
    page = someone.get(STAGES).text
    assert "Learning review" in page and "What we can learn." in page and "Begun, by working day 3" in page
    assert someone.get(f"{STAGES}/no-such-kind/words").status_code == 404
    assert someone.post(f"{STAGES}/other/words", name="", explanation="", reasons=WHY).status_code == 422


def test_the_newest_change_of_how_the_nspcc_and_the_office_are_told_holds_in_whichever_order_it_comes(
    own_clock: None,
) -> None:
    def change(recipient: str, address: str, days_ago: int) -> dict[str, str]:
        at = clock.machine_now() - timedelta(days=days_ago)
        way = {"channel": "email", "address": address, "changed_at": at.isoformat()}
        return way | {"change_id": new_id(), "recipient": recipient}

    for recipient in ("nspcc", "partnership-office"):
        for address, days_ago in (("newer", 0), ("older", 1)):
            publishing.hear("recipient.changed", change(recipient, f"{address}@told.example", days_ago), "notify")
    publication = publishing.live_publication()
    publishing.pass_days(60)
    remind_of_receipts()
    with PUBLISH.transaction() as session:
        told = session.execute(
            text("SELECT recipient, address FROM deliveries WHERE concerns = :about"),
            {"about": f"publication:{publication['id']}"},
        ).all()
    assert {tuple(row) for row in told} == {
        ("nspcc", "newer@told.example"),
        ("partnership-office", "newer@told.example"),
    }


@pytest.mark.parametrize("service", [PUBLISH, REVIEW], ids=lambda service: service.name)
def test_a_change_is_never_rewritten_or_deleted(service: Service) -> None:
    for statement in ("UPDATE setting_changes SET reasons = 'x'", "DELETE FROM setting_changes"):
        with pytest.raises(ProgrammingError, match="permission denied"), service.transaction() as session:
            session.execute(text(statement))

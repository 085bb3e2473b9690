"""What is checked again by what is known now: what waits for its hour keeps it, and what is out stays out meanwhile."""

from typing import Any

import pytest
from sqlalchemy import select, text

from services.publish import document_check
from services.publish.document_check import check_documents, reopen_outdated_checks
from services.publish.going_live import publish_due
from services.publish.models import Finding
from services.publish.publications import learn_identifiers
from services.publish.service import SERVICE
from shared import clock, files
from shared.database import new_id
from shared.events.catalogue import NotYet
from tests.examining import interrupted
from tests.integration.test_publish_once_live import LOOK, learn, live, look_now, mails
from tests.people import Someone
from tests.pictures import report_with
from tests.publishing import (
    OFFICE,
    browse,
    follow_protocol,
    get,
    hear,
    open_publication,
    pass_days,
    path_of,
    pdf,
    post,
    route,
    schedule,
    scheduled_publication,
    upload,
)

pytestmark = pytest.mark.usefixtures("ground", "own_clock")

ORDER = {"reasons": "A slip.", "ordered_by": "The partners"}
NOT_CHECKED = "could not be checked again"


def publication_of(document_id: str | None) -> str:
    with SERVICE.transaction() as session:
        statement = text("SELECT publication_id::text FROM documents WHERE id = :id")
        return str(session.scalar(statement, {"id": document_id}))


def hear_of(publication: dict[str, Any], name: str) -> None:
    told = {"practice_review_id": publication["practice_review_id"], "identifiers": [{"kind": "name", "value": name}]}
    hear("identifiers.learnt", told)


def bar(who: Someone, publication: dict[str, Any]) -> None:
    with SERVICE.transaction() as session:
        incident = session.scalar(text("SELECT incident_id::text FROM publications WHERE id = :id"), publication)
    kept = {"bar_id": publication["id"], "person_id": who.id, "incident_id": incident}
    hear("need-to-know.changed", kept | {"barred_at": clock.now().isoformat(), "lifted_at": None}, source="notify")


def state(publication: dict[str, Any]) -> str:
    return str(get(f"/publications/{publication['id']}")["status"])


def test_what_is_not_public_yet_is_checked_again_before_what_is() -> None:
    public, waiting = live(), scheduled_publication()
    for each in (public, waiting):
        learn(each, "Quillfeather")
    reopen_outdated_checks()
    every = [publication_of(document) for document in iter(document_check._claim, None)]
    claimed = [each for each in every if each in (public["id"], waiting["id"])]  # not what other tests left
    assert claimed == [waiting["id"]] * 2 + [public["id"]] * 2


def test_whose_hour_comes_while_it_is_checked_again_goes_live_once_it_is() -> None:
    publication = scheduled_publication()
    pass_days()
    learn(publication, "Quillfeather")
    publish_due()  # before the check has seen that more is known
    assert state(publication) == "scheduled"
    reopen_outdated_checks()
    publish_due()
    assert (state(publication), browse(path_of(publication))[0]) == ("scheduled", "404")
    check_documents()
    publish_due()
    assert state(publication) == "live"


def test_whose_hour_comes_while_it_is_checked_again_is_held_where_somebody_is_found() -> None:
    publication = scheduled_publication(content=pdf("The neighbour, called old hollis, rang."))
    pass_days()
    learn(publication, "Hollis")
    publish_due()
    assert state(publication) == "scheduled"
    check_documents()
    publish_due()
    assert state(publication) == "held"


def test_what_the_case_learns_after_the_sign_off_is_looked_for_in_what_waits_and_in_what_is_out() -> None:
    public = live()
    waiting = scheduled_publication(content=pdf("The neighbour, called old hollis, rang."))
    for each in (waiting, public):
        hear_of(each, "Hollis")
    pass_days()
    publish_due()
    assert state(waiting) == "scheduled"
    check_documents()
    publish_due()
    assert (state(waiting), look_now(public)) == ("held", True)
    post(f"/publications/{public['id']}/withdrawal", ORDER)


def test_what_is_learnt_before_the_report_is_here_waits_for_it() -> None:
    with pytest.raises(NotYet), SERVICE.transaction() as session:
        learn_identifiers(session, {"practice_review_id": new_id(), "identifiers": []})


def report_of(publication: dict[str, Any]) -> dict[str, Any]:
    documents = get(f"/publications/{publication['id']}/documents")["items"]
    return next(each for each in documents if each["kind"] == "full-report")


def test_what_is_out_and_cannot_be_checked_again_stays_checked_and_a_person_is_asked_to_read_it() -> None:
    publication = live()
    editor = Someone(OFFICE, ["editor"], service="publish", name="Ruth Editor")
    at = f"/publish/publications/{publication['id']}"
    learn(publication, "Quillfeather")
    with interrupted():
        check_documents()
        assert check_documents() == 0  # not for ever: until something else is known
    report = report_of(publication)
    assert (report["status"], NOT_CHECKED in report["refusal"], look_now(publication)) == ("checked", True, True)
    page = editor.get(at).text
    assert NOT_CHECKED in page and NOT_CHECKED in editor.get("/publish/publications").text
    assert LOOK not in page and "Look at the findings" not in page
    sent = {each["recipient"] for each in mails(publication, "live-not-checked")}
    assert f"person:{editor.id}" in sent and mails(publication) == []
    learn(publication, "Quillfeather", "Hollis")
    check_documents()
    assert (report_of(publication)["refusal"], look_now(publication)) == (None, True)
    page = editor.get(at).text
    assert LOOK in page and NOT_CHECKED not in page
    post(f"/publications/{publication['id']}/withdrawal", ORDER)


def test_the_words_are_corrected_though_the_report_cannot_be_checked_again_and_once_down_it_is_refused() -> None:
    publication = live()
    at = f"/publications/{publication['id']}"
    learn(publication, "Quillfeather")
    with interrupted():
        check_documents()
        post(f"{at}/page", {"title": "What was learnt"}, status=200)
        check_documents()
        post(f"{at}/correction", ORDER)
        post(f"{at}/withdrawal", ORDER)
        assert not look_now(publication)
        post(f"{at}/route", route())
        check_documents()
    assert report_of(publication)["status"] == "refused"


def test_what_nobody_has_decided_on_is_shown_as_a_newer_check_shows_it() -> None:
    publication = scheduled_publication()
    upload(publication, pdf("Hester Nolan was here."))
    with SERVICE.transaction() as session:  # as an older check wrote it
        for finding in session.scalars(select(Finding).where(Finding.publication_id == publication["id"])):
            finding.value = finding.value.casefold()
    learn(publication, "Quillfeather")
    check_documents()
    shown = [each["value"] for each in get(f"/publications/{publication['id']}/findings?open=true")["items"]]
    assert shown == ["Hester Nolan"]


def test_what_has_its_hour_and_cannot_go_live_any_more_is_told_at_once_to_those_who_can_act() -> None:
    publication = scheduled_publication(content=pdf("The neighbour, called old hollis, rang."))
    editor = Someone(OFFICE, ["editor"], service="publish", name="Ruth Editor")
    learn(publication, "Quillfeather")
    check_documents()
    assert mails(publication, "scheduled-and-shut") == []
    learn(publication, "Hollis")
    check_documents()
    sent = mails(publication, "scheduled-and-shut")
    assert {"partnership-office", f"person:{editor.id}"} <= {each["recipient"] for each in sent}
    assert all("hollis" not in each["text"].casefold() for each in sent)


def test_a_newer_check_that_only_asks_about_pictures_does_not_say_that_what_is_live_may_name_somebody() -> None:
    publication = live()
    learn(publication, "Quillfeather")
    with SERVICE.transaction() as session:  # what went live by an older check, which saw no pictures
        statement = "UPDATE documents SET clean_key = :key WHERE publication_id = :id AND kind = 'full-report'"
        session.execute(text(statement), {"key": files.put(report_with()), "id": publication["id"]})
    check_documents()
    assert (look_now(publication), mails(publication)) == (True, [])
    post(f"/publications/{publication['id']}/withdrawal", ORDER)


def own_item(words: str, who: Someone | None = None) -> dict[str, Any]:
    """Learning from rapid reviews, opened by somebody, on its way out."""
    if who:
        way = who.does("/publish/publications/new", kind="rapid-review-learning", title="What we learnt", period="2026")
        opened = get(way.removeprefix("/publish"))
    else:
        opened = post("/publications", {"kind": "rapid-review-learning", "title": "What we learnt", "period": "2026"})
    upload(opened, pdf(words), kind="learning-briefing")
    post(f"/publications/{opened['id']}/route", route())
    return opened


def names_in(publication: dict[str, Any]) -> set[str]:
    found = get(f"/publications/{publication['id']}/findings?open=true")["items"]
    return {each["value"] for each in found if each["kind"] == "name"}


def test_learning_from_rapid_reviews_is_checked_against_a_case_from_which_its_editor_is_kept() -> None:
    case = open_publication(identifiers=[{"kind": "name", "value": "Wilf Thistledown"}])
    editor = Someone(OFFICE, ["editor"], service="publish", name="Ruth Editor")
    bar(editor, case)
    assert names_in(own_item("Then wilf thistledown came.", editor)) == {"wilf thistledown"}


def test_what_is_learnt_later_is_looked_for_in_learning_from_rapid_reviews_before_it_goes_live() -> None:
    case = open_publication()
    item = own_item("Then ottoline came, by the mill.")
    follow_protocol(item)
    schedule(item, working_days=1)
    pass_days(4)
    hear_of(case, "Ottoline")
    publish_due()
    assert state(item) == "scheduled"
    check_documents()
    publish_due()
    assert (state(item), names_in(item)) == ("held", {"ottoline"})

"""What is live is held against what becomes known later: a person is asked to look, and nothing is taken down by itself."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from services.publish.document_check import check_documents
from services.publish.going_live import publish_due
from services.publish.service import SERVICE
from shared import clock
from shared.encryption import unseal_json
from shared.partnership import partnership
from shared.settings import settings
from tests.people import Someone
from tests.publishing import (
    OFFICE,
    browse,
    get,
    hear,
    live_publication,
    path_of,
    pdf,
    post,
    route,
    scheduled_publication,
    signed_report,
    upload,
)

pytestmark = pytest.mark.usefixtures("ground", "own_clock")

REPORT = "The neighbour, whom everybody calls old hollis, rang twice."
LOOK = "What is live may name somebody"


def live(decided: dict[str, Any] | None = None, words: str = REPORT, **changes: Any) -> dict[str, Any]:
    return live_publication(decided, report=signed_report(pdf(words))["report"], **changes)


def learn(publication: dict[str, Any], *names: str) -> None:
    """The review tells more names of the case, with the report that is known already."""
    with SERVICE.transaction() as session:
        statement = text(
            "SELECT original_key AS key, original_sha256 AS sha256, 'report.pdf' AS filename FROM documents"
            " WHERE publication_id = :id AND kind = 'full-report' AND version = 1"
        )
        report = dict(session.execute(statement, {"id": publication["id"]}).one()._mapping)
    told = [{"kind": "name", "value": name} for name in names]
    review = publication["practice_review_id"]
    hear("report.signed-off", signed_report(practice_review_id=review, report=report, identifiers=told))


def mails(publication: dict[str, Any], purpose: str = "live-may-name") -> list[dict[str, str]]:
    statement = text(
        "SELECT id, recipient, address, reference, body FROM deliveries WHERE purpose = :p AND concerns = :c"
    )
    with SERVICE.transaction() as session:
        rows = session.execute(statement, {"p": purpose, "c": f"publication:{publication['id']}"}).all()
    opened = [unseal_json(bytes(row.body), "deliveries.body") for row in rows]
    return [dict(row._mapping) | {"text": body["text"]} for row, body in zip(rows, opened, strict=True)]


def look_now(publication: dict[str, Any]) -> bool:
    listed = {each["id"]: each["look_now"] for each in get("/publications?limit=100")["items"]}
    shown = get(f"/publications/{publication['id']}")["look_now"]
    assert listed[publication["id"]] == shown
    return bool(shown)


def test_a_name_that_is_learnt_later_puts_what_is_live_before_those_who_can_take_it_down() -> None:
    publication = live()
    lead = Someone(OFFICE, ["communications-lead"], service="publish", name="Nia Lead")
    at = f"/publish/publications/{publication['id']}"
    before = browse(path_of(publication))
    assert not look_now(publication)
    listed = f"{publication['reference']}</a>: look now"
    assert listed not in lead.get("/publish/publications").text and LOOK not in lead.get(at).text
    learn(publication, "Hollis")
    check_documents()
    assert look_now(publication)
    assert listed in lead.get("/publish/publications").text
    assert LOOK in lead.get(at).text
    assert "hollis" in lead.get(f"{at}/findings").text
    publish_due()
    assert (get(f"/publications/{publication['id']}")["status"], browse(path_of(publication))) == ("live", before)
    sent = mails(publication)
    assert {"partnership-office", f"person:{lead.id}"} <= {each["recipient"] for each in sent}
    assert all("hollis" not in f"{each['text']} {each['reference']}".casefold() for each in sent)
    lead.does(f"{at}/withdrawal", reasons="It names a neighbour.")
    assert not look_now(publication)
    assert LOOK not in lead.get(at).text


def test_where_nothing_is_found_nothing_is_said() -> None:
    publication = live()
    learn(publication, "Quillfeather")
    check_documents()
    assert not look_now(publication)
    assert mails(publication) == []
    with SERVICE.transaction() as session:
        entries = text("SELECT entry FROM audit_entries WHERE entry LIKE :on")
        found = session.scalars(entries, {"on": f"%publication:{publication['id']}%"})
        assert sum('"checked"' in each for each in found) == 4  # report and words, twice


def test_who_is_kept_from_the_case_is_not_written_to() -> None:
    publication = live()
    editors = [Someone(OFFICE, ["editor"], service="publish") for _ in range(2)]
    with SERVICE.transaction() as session:
        incident = session.scalar(text("SELECT incident_id::text FROM publications WHERE id = :id"), publication)
    bar = {"bar_id": publication["id"], "person_id": editors[0].id, "incident_id": incident}
    hear("need-to-know.changed", bar | {"barred_at": clock.now().isoformat(), "lifted_at": None}, source="notify")
    learn(publication, "Hollis")
    check_documents()
    told = {each["recipient"] for each in mails(publication)}
    assert [f"person:{each.id}" in told for each in editors] == [False, True]


def test_it_asks_to_be_looked_at_until_a_correction_is_live_or_a_second_person_accepts() -> None:
    corrected, accepted = live(), live()
    for each in (corrected, accepted):
        learn(each, "Hollis")
        check_documents()
        [found] = get(f"/publications/{each['id']}/findings?open=true")["items"]
        at = f"/publications/{each['id']}/findings/{found['id']}/resolution"
        if each is corrected:
            upload(each, pdf("The neighbour rang twice."))
            post(at, {"resolution": "removed", "reason": "It is out of the new version.", "by": "Ruth Editor"})
            assert look_now(each)  # the public still sees the former
            order = {"reasons": "It named a neighbour.", "ordered_by": "The partners"}
            post(f"/publications/{each['id']}/correction", order)
        else:
            post(at, {"resolution": "accepted", "reason": "A dog of that name.", "by": "A Second Person"})
        assert not look_now(each)


def test_the_words_of_a_page_are_held_against_it_as_they_are_live_and_not_as_they_wait() -> None:
    plain, named = live(words="Learning."), live(words="Learning.", title="What old hollis saw")
    for each in (plain, named):
        title = "What hollis saw" if each is plain else "What was seen"
        post(f"/publications/{each['id']}/page", {"title": title}, status=200)
        check_documents()
        learn(each, "Hollis")
        check_documents()
    assert (look_now(plain), look_now(named)) == (False, True)


def test_a_word_that_the_partnership_adds_counts_in_what_is_live_on_the_anonymous_route(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hidden, shown = (live(route(kind), words="At the ward in hartlewick.") for kind in ("anonymous", "local"))
    file, words = tmp_path / "partnership.toml", settings().partnership_file.read_text()
    file.write_text(words.replace("identifying_words = [", 'identifying_words = ["Hartlewick",'))
    with monkeypatch.context() as changed:
        changed.setenv("PARTNERSHIP_FILE", str(file))
        settings.cache_clear()
        partnership.cache_clear()
        check_documents()
    settings.cache_clear()
    partnership.cache_clear()
    assert (look_now(hidden), look_now(shown)) == (True, False)
    assert (len(mails(hidden)) > 0, mails(shown)) == (True, [])


def test_a_correction_waits_for_its_check_by_what_is_known_now() -> None:
    publication = live()
    upload(publication, pdf("A friend, called harker, rang."))
    learn(publication, "Harker")
    at, order = f"/publications/{publication['id']}/correction", {"reasons": "A figure.", "ordered_by": "The partners"}
    assert any("checked again" in each for each in post(at, order, status=409)["missing"])
    check_documents()
    assert any("1 thing" in each for each in post(at, order, status=409)["missing"])
    assert not look_now(publication)  # what the public sees is without it


def test_a_hold_on_what_is_public_is_told_once_to_those_who_can_take_it_down_and_takes_nothing_down() -> None:
    publication, scheduled = live(), scheduled_publication()
    lead = Someone(OFFICE, ["communications-lead"], service="publish", name="Nia Lead")
    for each in (publication, scheduled):
        hold = dict.fromkeys(("hold_id", "case_id", "incident_id"), each["id"])
        hold |= {"practice_review_id": each["practice_review_id"], "reference": each["reference"], "reason": "inquest"}
        for day in ("2027-03-01", "2027-04-01"):  # placed, and looked at again
            hear("hold.placed", hold | {"next_check_on": day, "placed_at": clock.now().isoformat()})
    told = mails(publication, "hold-on-public")
    assert {"partnership-office", f"person:{lead.id}"} <= {each["recipient"] for each in told}
    assert len(told) == len({each["recipient"] for each in told})
    assert all("It is public; a hold does not take it down." in each["text"] for each in told)
    assert mails(scheduled, "hold-on-public") == []
    shown = [lead.get(f"/publish/publications/{each['id']}").text for each in (publication, scheduled)]
    assert ["a hold does not take it down" in page for page in shown] == [True, False]
    publish_due()
    assert browse(path_of(publication))[0] == "200"

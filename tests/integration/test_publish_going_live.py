"""The gate, the time that was set, and going live: readers have the old site or the new one, whatever is killed."""

import hashlib
import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from services.publish import going_live
from services.publish.document_check import check_documents
from services.publish.going_live import plan_release, publish_due, record_release
from services.publish.public_site import site
from services.publish.public_site.site import build_release, swap_release
from services.publish.service import SERVICE
from shared import clock
from shared.database import new_id
from shared.settings import settings
from tests.publishing import (
    browse,
    confirm_copies,
    follow_protocol,
    get,
    hear,
    live_publication,
    open_publication,
    pass_days,
    path_of,
    pdf,
    post,
    route,
    said,
    schedule,
    scheduled_publication,
    upload,
)

pytestmark = pytest.mark.usefixtures("ground", "own_clock")


def status_of(publication: dict[str, Any]) -> str:
    return str(get(f"/publications/{publication['id']}")["status"])


def hold(publication: dict[str, Any]) -> dict[str, Any]:
    placed = {
        "hold_id": new_id(),
        "practice_review_id": publication["practice_review_id"],
        "case_id": new_id(),
        "incident_id": new_id(),
        "reference": publication["reference"],
    }
    now = clock.now()
    hear("hold.placed", placed | {"reason": "inquest", "next_check_on": "2027-03-01", "placed_at": now.isoformat()})
    return placed


def test_everything_that_is_missing_is_said_at_once() -> None:
    publication = open_publication(pdf("Hester said."))
    post(f"/publications/{publication['id']}/route", route(publish=["full-report", "executive-summary"]))
    hold(publication)
    missing = " ".join(schedule(publication, working_days=3, status=409)["missing"])
    for words in (
        "Upload the executive summary.",
        "Decide on 1 thing found in the full report",
        "media and communications protocol",
        "A hold on publication is in force",
        "7 working days before",
    ):
        assert words in missing
    assert said(publication["id"], "publication.scheduled") == []


def test_a_schedule_sends_prior_copies_of_the_checked_bytes() -> None:
    publication = scheduled_publication()
    (event,) = said(publication["id"], "publication.scheduled")
    (document,) = [d for d in publication["documents"] if d["kind"] == "full-report"]
    assert [copy["sha256"] for copy in event["copies"]] == [document["sha256"]]
    assert event["copies"][0]["filename"].endswith("-full-report.pdf")


def test_seven_working_days_are_enough_and_six_are_not() -> None:
    publication = open_publication()
    post(f"/publications/{publication['id']}/route", route())
    follow_protocol(publication)
    assert "Choose a time on or after" in schedule(publication, working_days=6, status=409)["missing"][0]
    schedule(publication, working_days=8)


def test_at_its_time_it_goes_live_with_page_document_feed_and_search() -> None:
    publication = live_publication()
    status, headers, body = browse(path_of(publication))
    assert status == "200"
    assert publication["pseudonym"].encode() in body
    status, headers, content = browse(f"/documents/{publication['url'].rsplit('/', 1)[1]}-full-report")
    assert (status, headers["Content-Type"]) == ("200", "application/pdf")
    assert content.startswith(b"%PDF")
    for path in ("/feed.atom", "/sitemap.xml", "/reviews"):
        assert path_of(publication).encode() in browse(path)[2]
    assert path_of(publication).encode() in browse(f"/search?q={publication['pseudonym'].replace(' ', '+')}")[2]
    (event,) = said(publication["id"], "publication.live")
    assert event["url"] == publication["url"]


def test_before_its_time_it_is_nowhere() -> None:
    publication = scheduled_publication()
    publish_due()
    assert status_of(publication) == "scheduled"
    assert browse(path_of(publication))[0] == "404"


@pytest.mark.parametrize("trouble", ["hold", "new-version", "unsent"])
def test_at_its_time_it_is_held_with_the_reasons_shown_where_the_gate_is_shut(trouble: str) -> None:
    publication = open_publication()
    post(f"/publications/{publication['id']}/route", route())
    follow_protocol(publication)
    schedule(publication)
    confirm_copies(
        publication, ("panel", "ofsted") if trouble == "unsent" else ("panel", "ofsted", "secretary-of-state")
    )
    if trouble == "hold":
        hold(publication)
    if trouble == "new-version":
        upload(publication, pdf("Changed."))
    pass_days()
    publish_due()
    found = get(f"/publications/{publication['id']}")
    words = {"hold": "hold on publication", "new-version": "changed after the prior", "unsent": "Secretary of State"}
    assert found["status"] == "held"
    assert words[trouble] in found["held_because"][0]
    assert browse(path_of(found))[0] == "404"
    with SERVICE.transaction() as session:
        statement = text("SELECT count(*) FROM deliveries WHERE purpose = 'publication-held' AND concerns = :concerns")
        assert session.scalar(statement, {"concerns": f"publication:{publication['id']}"}) == 1


def test_a_copy_sent_too_late_keeps_it_back() -> None:
    publication = open_publication()
    post(f"/publications/{publication['id']}/route", route())
    follow_protocol(publication)
    schedule(publication)
    late = (clock.now() + timedelta(days=5)).isoformat()
    confirm_copies(publication, sent_at=late, discharged_at=late)
    pass_days()
    publish_due()
    assert "it had to be sent by" in get(f"/publications/{publication['id']}")["held_because"][0]


def test_what_was_held_and_put_right_is_scheduled_again_and_copies_of_the_same_bytes_count() -> None:
    publication = scheduled_publication()
    placed = hold(publication)
    pass_days()
    publish_due()
    assert status_of(publication) == "held"
    hear("hold.lifted", placed | {"lifted_at": clock.now().isoformat()})
    schedule(publication, working_days=1)
    pass_days(5)
    publish_due()
    assert status_of(publication) == "live"


def test_killed_after_the_swap_readers_keep_the_new_site_and_the_record_follows() -> None:
    publication = scheduled_publication()
    pass_days()
    plan = plan_release()
    assert plan is not None
    swap_release(settings().site_folder, build_release(settings().site_folder, plan.snapshot))
    assert browse(path_of(publication))[0] == "200"
    assert status_of(publication) == "scheduled"
    publish_due()
    assert status_of(publication) == "live"
    assert len(said(publication["id"], "publication.live")) == 1


def test_killed_before_the_swap_readers_keep_the_old_site() -> None:
    publication = scheduled_publication()
    pass_days()
    plan = plan_release()
    assert plan is not None
    build_release(settings().site_folder, plan.snapshot)
    assert browse(path_of(publication))[0] == "404"
    publish_due()
    assert browse(path_of(publication))[0] == "200"


def test_a_hold_that_comes_while_the_site_is_built_takes_the_page_out_again() -> None:
    publication = scheduled_publication()
    pass_days()
    plan = plan_release()
    assert plan is not None
    release = build_release(settings().site_folder, plan.snapshot)
    swap_release(settings().site_folder, release)
    hold(publication)
    record_release(plan, release)
    assert status_of(publication) == "scheduled"
    publish_due()
    assert status_of(publication) == "held"
    assert browse(path_of(publication))[0] == "404"


KILLED_AT = """
import os, signal, sys
from services.publish import going_live
def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)
setattr(going_live, sys.argv[1], die)
going_live.publish_due()
"""


@pytest.mark.parametrize("step", ["build_release", "swap_release", "record_release", "deposit", "forget_old_releases"])
def test_a_worker_killed_at_any_step_leaves_a_whole_site_and_one_record(step: str) -> None:
    publication = scheduled_publication()
    publish_due()
    pass_days()
    process = subprocess.run([sys.executable, "-c", KILLED_AT, step], env=dict(os.environ), check=False)
    assert process.returncode == -signal.SIGKILL
    assert browse("/reviews")[0] == "200"
    sweep_until_deposited(publication)
    assert status_of(publication) == "live"
    assert browse(path_of(publication))[0] == "200"
    assert len(said(publication["id"], "publication.live")) == 1
    publish_due()
    assert deposits_of(publication) == 1


def sweep_until_deposited(publication: dict[str, Any]) -> None:
    """Sweep as the worker does: the database may take a moment to see that the killed one is gone, and free its locks."""
    end = time.monotonic() + 20
    publish_due()
    while not deposits_of(publication):
        assert time.monotonic() < end, "the publication was not finished after the kill"
        time.sleep(0.1)
        publish_due()


def deposits_of(publication: dict[str, Any]) -> int:
    with SERVICE.transaction() as session:
        statement = text("SELECT count(*) FROM deposits WHERE publication_id = :id")
        return int(session.scalar(statement, {"id": publication["id"]}) or 0)


def test_two_builders_do_not_race() -> None:
    publication = scheduled_publication()
    pass_days()
    with going_live._builders_lock() as ours:
        assert ours
        assert publish_due() == 0
    assert publish_due() >= 1
    assert status_of(publication) == "live"


def test_only_the_checked_bytes_go_live() -> None:
    publication = scheduled_publication()
    pass_days()
    with SERVICE.transaction() as session:
        session.execute(
            text("UPDATE documents SET clean_sha256 = 'another' WHERE publication_id = :id AND kind = 'full-report'"),
            {"id": publication["id"]},
        )
        schedules = text("UPDATE schedules SET digest = :digest WHERE publication_id = :id")
        digest = hashlib.sha256(b"another").hexdigest()
        session.execute(schedules, {"id": publication["id"], "digest": digest})
    publish_due()
    held = get(f"/publications/{publication['id']}")
    assert held["status"] == "held"
    assert any("not the one that was checked" in sentence for sentence in held["held_because"])


def test_old_releases_are_removed() -> None:
    for _ in range(5):
        with SERVICE.transaction() as session:
            session.execute(text("UPDATE site_state SET wanted = wanted + 1"))
        publish_due()
    assert len(list((settings().site_folder / "releases").iterdir())) == site.KEPT_RELEASES


def test_improvements_alone_are_published_without_the_report() -> None:
    decided = route("improvements", local_improvements="Agencies now meet each week.\nNew staff are trained.")
    publication = live_publication(decided)
    status, _, body = browse(path_of(publication))
    assert status == "200"
    assert b"Agencies now meet each week." in body
    assert b"/documents/" not in body
    assert publication["nspcc"] == []


def test_words_that_wait_for_their_check_keep_the_gate_shut() -> None:
    publication = open_publication()
    post(f"/publications/{publication['id']}/route", route())
    post(f"/publications/{publication['id']}/page", {"summary": "About Hester."}, status=200)
    assert any("Wait until" in sentence for sentence in schedule(publication, status=409)["missing"])
    check_documents()
    assert any("Decide on 1 thing" in sentence for sentence in schedule(publication, status=409)["missing"])


WITHDRAWAL = {"reasons": "A name stood in the summary.", "ordered_by": "The three partners"}


def test_what_was_withdrawn_comes_out_again_only_with_new_copies_and_with_the_protocol_followed_anew() -> None:
    publication = live_publication()
    at = f"/publications/{publication['id']}"
    post(f"{at}/protocol/debrief", {"done_by": "Ruth Editor"})
    post(f"{at}/withdrawal", WITHDRAWAL)
    assert steps_recorded(at) == {"debrief"}  # what came after going live is true of what was live
    post(f"{at}/route", route())
    missing = " ".join(schedule(publication, working_days=1, status=409)["missing"])
    assert "media and communications protocol" in missing
    assert "must be sent a copy 7 working days before" in missing  # the very bytes that went out before
    follow_protocol(publication)
    schedule(publication)
    pass_days()
    publish_due()
    assert any("not confirmed" in sentence for sentence in get(at)["held_because"])
    schedule(publication)
    confirm_copies(publication)
    pass_days()
    publish_due()
    assert status_of(publication) == "live"
    assert "debrief" not in steps_recorded(at)
    post(f"{at}/protocol/debrief", {"done_by": "Ruth Editor"})


def steps_recorded(at: str) -> set[str]:
    return {step["id"] for step in get(at)["protocol"] if step["done_at"]}


def test_the_days_of_the_protocol_are_those_of_the_time_set_anew_after_a_withdrawal() -> None:
    publication = live_publication()
    at = f"/publications/{publication['id']}"
    post(f"{at}/withdrawal", WITHDRAWAL)
    pass_days(60)
    post(f"{at}/route", route())
    assert {step["due_on"] for step in get(at)["protocol"]} == {None}
    assert not any(step["overdue"] for step in get(at)["protocol"])


def test_copies_sent_for_another_route_do_not_count_since_their_readers_were_told_not_to_use_them() -> None:
    publication = scheduled_publication()
    at = f"/publications/{publication['id']}"
    pass_days(7)
    post(f"{at}/route", route("anonymous"))
    post(f"{at}/route", route("local"))
    assert "must be sent a copy" in schedule(publication, working_days=3, status=409)["missing"][0]
    post(f"{at}/route", route("local", reasons="Decided alike."))
    schedule(publication)
    confirm_copies(publication)
    pass_days()
    publish_due()
    assert status_of(publication) == "live"


def test_a_route_decided_alike_keeps_the_copies_that_were_sent() -> None:
    publication = scheduled_publication()
    pass_days(7)
    post(f"/publications/{publication['id']}/route", route("local", reasons="Decided alike."))
    schedule(publication, working_days=3)
    pass_days()
    publish_due()
    assert status_of(publication) == "live"

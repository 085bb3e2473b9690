"""After a restore from a backup: the public site stands still, what can be known is named, and events are sent again."""

import re
from datetime import timedelta
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from deploy.command_line.__main__ import safeguarding
from services.notify.service import SERVICE as NOTIFY
from services.publish.going_live import publish_due
from services.publish.service import SERVICE
from shared import clock
from shared.outbox import replay_since
from tests.directory import enter_demonstration_agencies
from tests.integration.test_floor import emit_and_take, waiting
from tests.people import Someone
from tests.publishing import (
    OFFICE,
    browse,
    client,
    get,
    live_publication,
    pass_days,
    path_of,
    post,
    scheduled_publication,
)

pytestmark = pytest.mark.usefixtures("ground", "own_clock")


def office(*words: str) -> str:
    done = CliRunner().invoke(safeguarding, ["--var", "/nowhere", *words])
    assert done.exit_code == 0, done.output
    return done.output


def as_in_the_backup(publication: dict[str, Any]) -> None:
    """The records as they were while the review was live; the site's files are newer."""
    with SERVICE.transaction() as session:
        back = "UPDATE publications SET state = 'live' WHERE id = :id"
        session.execute(text(back), {"id": publication["id"]})
        session.execute(text("UPDATE site_state SET wanted = wanted + 1"))


def test_a_review_taken_down_since_the_backup_stays_down_and_is_named() -> None:
    publication, due = live_publication(), scheduled_publication()
    order = {"reasons": "A name was overlooked.", "ordered_by": "The three partners"}
    post(f"/publications/{publication['id']}/withdrawal", order)
    publish_due()
    as_in_the_backup(publication)
    said = office("restored")
    assert f"Taken down since: {path_of(publication)}\n" in said
    assert "publish: its records end on " in said
    pass_days()
    assert publish_due() == 0
    assert browse(path_of(publication))[0] == "410"
    assert browse(path_of(due))[0] == "404"
    editor = Someone(OFFICE, ["editor"], service="publish")
    held = "The public site has stood still since"
    for page in ("", f"/{due['id']}"):
        assert held in editor.get(f"/publish/publications{page}").text
    assert re.search(r"^safeguarding_site_held{[^}]*} 1.0$", metrics(), re.MULTILINE)
    post(f"/publications/{publication['id']}/withdrawal", order)
    assert "is held already" in office("restored")
    assert "goes on" in office("restored", "--confirm")
    assert publish_due() > 0
    assert browse(path_of(publication))[0] == "410"
    assert browse(path_of(due))[0] == "200"
    assert held not in editor.get("/publish/publications").text
    assert "was not held" in office("restored", "--confirm")


def metrics() -> str:
    return client().get("/publish/metrics").text


def test_a_page_that_the_records_know_nothing_of_is_named() -> None:
    publication = live_publication()
    slug = path_of(publication).rsplit("/", 1)[1]
    with SERVICE.transaction() as session:
        forget = text("UPDATE publications SET slug = :slug, state = 'scheduled', live_at = NULL WHERE id = :id")
        session.execute(forget, {"slug": f"{slug}-then", "id": publication["id"]})
    said = office("restored")
    office("restored", "--confirm")
    assert f"On the site, and the records do not know it: /reviews/{slug}" in said
    with SERVICE.transaction() as session:
        put_back = text("UPDATE publications SET slug = :slug, state = 'live', live_at = :now WHERE id = :id")
        session.execute(put_back, {"slug": slug, "now": clock.now(), "id": publication["id"]})
    assert get(f"/publications/{publication['id']}")["status"] == "live"


def test_what_a_copy_knows_to_have_ended_and_notify_does_not_is_named() -> None:
    with NOTIFY.transaction() as session:
        enter_demonstration_agencies(session)
        session.execute(text("UPDATE agencies SET ended_at = NULL WHERE id = 'example-school'"))
    with SERVICE.transaction() as session:
        end = "UPDATE agencies SET ended_at = now() WHERE id = 'example-school'"
        assert session.execute(text(end)).rowcount or session.execute(
            text(
                "INSERT INTO agencies (id, name, kind, ended_at) VALUES ('example-school', 'A school', 'school', now())"
            )
        )
    said = office("restored")
    office("restored", "--confirm")
    with SERVICE.transaction() as session:
        session.execute(text("UPDATE agencies SET ended_at = NULL WHERE id = 'example-school'"))
    assert "Agency ended since: agency example-school\n" in said


def test_events_that_a_restored_consumer_lacks_are_counted_and_go_again_once_each() -> None:
    [envelope] = emit_and_take(f"INC-RESTORED-{clock.machine_now():%f}")
    confirmed = "UPDATE event_deliveries SET confirmed_at = now() WHERE event_id = :id"
    with NOTIFY.transaction() as session:
        session.execute(text(confirmed), {"id": envelope["id"]})
    assert envelope["id"] not in waiting()
    said = office("restored")
    office("restored", "--confirm")
    (advice,) = re.findall(
        r"review lacks \d+ events of notify that it once confirmed: (events replay notify --since \S+)", said
    )
    before = clock.machine_now() - timedelta(minutes=2)
    assert "to be confirmed again" in office(*advice.split())
    assert envelope["id"] in waiting()
    with NOTIFY.transaction() as session:
        session.execute(text(confirmed), {"id": envelope["id"]})
    with NOTIFY.transaction() as session:
        assert replay_since(session, before + timedelta(hours=1)) == 0
        assert replay_since(session, before) > 0
    assert envelope["id"] in waiting()

"""What is checked again by what is known now: what waits for its hour keeps it, and what is out stays out meanwhile."""

from typing import Any

import pytest
from sqlalchemy import text

from services.publish import document_check
from services.publish.document_check import check_documents, reopen_outdated_checks
from services.publish.going_live import publish_due
from services.publish.service import SERVICE
from tests.integration.test_publish_once_live import learn, live
from tests.publishing import browse, get, pass_days, path_of, pdf, scheduled_publication

pytestmark = pytest.mark.usefixtures("ground", "own_clock")


def publication_of(document_id: str | None) -> str:
    with SERVICE.transaction() as session:
        statement = text("SELECT publication_id::text FROM documents WHERE id = :id")
        return str(session.scalar(statement, {"id": document_id}))


def state(publication: dict[str, Any]) -> str:
    return str(get(f"/publications/{publication['id']}")["status"])


def test_what_is_not_public_yet_is_checked_again_before_what_is() -> None:
    public, waiting = live(), scheduled_publication()
    for each in (public, waiting):
        learn(each, "Quillfeather")
    reopen_outdated_checks()
    claimed = [publication_of(document_check._claim()) for _ in range(4)]
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

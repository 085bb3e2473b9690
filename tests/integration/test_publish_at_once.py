"""Editors and partners who act on one publication in the same moment: one outcome, and the public sees that one."""

from functools import partial
from typing import Any

import pytest

from services.publish.document_check import check_documents
from services.publish.going_live import publish_due
from services.publish.service import SERVICE
from shared import audit
from tests.faults.at_once import at_once
from tests.publishing import (
    browse,
    call,
    follow_protocol,
    get,
    live_publication,
    open_publication,
    pass_days,
    path_of,
    post,
    publication_day,
    route,
    said,
    scheduled_publication,
)

pytestmark = pytest.mark.usefixtures("ground", "own_clock")

ROUNDS = 3
ORDER = {"reasons": "A sibling can be recognised.", "ordered_by": "The three partners"}
Publication = dict[str, Any]


def ask(publication: Publication, what: str, body: Any) -> Any:
    """An act as one caller does it: the answer's status."""
    return partial(lambda: call("POST", f"/publications/{publication['id']}/{what}", body=body).status_code)


def ready_to_schedule() -> Publication:
    publication = open_publication()
    post(f"/publications/{publication['id']}/route", route())
    check_documents()
    follow_protocol(publication)
    return publication


def assert_the_chain_holds() -> None:
    with SERVICE.transaction() as session:
        assert audit.verify(session)[1] is None


def test_scheduled_and_withheld_at_once_stays_withheld() -> None:
    for _ in range(ROUNDS):
        publication = ready_to_schedule()
        when = {"publish_at": publication_day().isoformat(), "avoided_week_reasons": "It must be then."}
        scheduled, withheld = at_once(
            ask(publication, "schedule", when), ask(publication, "route", route("withheld", publish=None))
        )
        assert (scheduled in (201, 409), withheld) == (True, 201), (scheduled, withheld)
        assert len(said(publication["id"], "publication.scheduled")) == (scheduled == 201)
        shown = get(f"/publications/{publication['id']}")
        assert (shown["status"], shown["publish_at"]) == ("withheld", None)
        pass_days()
        publish_due()
        assert said(publication["id"], "publication.live") == []
    assert_the_chain_holds()


def test_withheld_at_the_moment_it_goes_live_it_is_either_public_or_withheld() -> None:
    for _ in range(ROUNDS):
        publication = scheduled_publication()
        address = path_of(get(f"/publications/{publication['id']}"))
        pass_days()
        _, withheld = at_once(publish_due, ask(publication, "route", route("withheld", publish=None)))
        publish_due()  # as the next sweep does
        live = withheld == 409
        assert withheld in (201, 409)
        assert get(f"/publications/{publication['id']}")["status"] == ("live" if live else "withheld")
        assert browse(address)[0] == ("200" if live else "404")
        assert len(said(publication["id"], "publication.live")) == live
    assert_the_chain_holds()


def test_scheduled_and_withdrawn_at_once_a_live_page_is_withdrawn() -> None:
    publication = live_publication()
    when = {"publish_at": publication_day(20).isoformat(), "avoided_week_reasons": "It must be then."}
    answers = at_once(*[ask(publication, "schedule", when), ask(publication, "withdrawal", ORDER)] * 2)
    assert (answers[0::2], sorted(answers[1::2])) == ([409, 409], [201, 409])
    publish_due()
    assert browse(path_of(publication))[0] == "410"
    assert len(said(publication["id"], "publication.withdrawn")) == 1
    assert len(said(publication["id"], "publication.scheduled")) == 1
    assert_the_chain_holds()


def test_withdrawn_while_the_site_is_built_the_page_is_gone() -> None:
    publication = live_publication()
    _, withdrawn = at_once(publish_due, ask(publication, "withdrawal", ORDER))
    assert withdrawn == 201
    publish_due()
    assert browse(path_of(publication))[0] == "410"


def test_several_builders_at_once_make_a_page_live_once() -> None:
    publication = scheduled_publication()
    pass_days()
    at_once(*[publish_due] * 4)
    publish_due()
    assert get(f"/publications/{publication['id']}")["status"] == "live"
    assert len(said(publication["id"], "publication.live")) == 1
    assert_the_chain_holds()

"""Whatever an agency sends in whatever place: it is refused in words, or it can be assessed and notified."""

from collections.abc import Iterator
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from marshmallow import ValidationError

from services.notify.panel_form import as_text, panel_notification
from services.notify.schemas import ReferralSchema
from services.notify.threshold import assess, decided_to_notify, facts_of
from shared.partnership import partnership
from shared.web.problems import refused_fields
from tests.referrals import LEAST, fullest

pytestmark = pytest.mark.usefixtures("herefordshire")
SCHEMA = ReferralSchema()
AWARE = datetime(2026, 3, 26, 9, tzinfo=UTC)
TELLING = st.sampled_from(
    [
        "England",
        "Wales",
        "E10000034",
        "died",
        "not-known",
        "other",
        "2026-03-25",
        "2008-02-29",
        "9434765919",
        "2026-03-25T21:30:00Z",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "",
    ]
)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | TELLING
ANYTHING = st.recursive(SCALARS, lambda some: st.lists(some, max_size=3) | st.dictionaries(st.text(max_size=8), some))


def places(body: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    steps = body.items() if isinstance(body, dict) else enumerate(body) if isinstance(body, list) else ()
    for step, inner in steps:
        yield (*path, step)
        yield from places(inner, (*path, step))


def put(body: Any, path: tuple[Any, ...], value: Any) -> None:
    for step in path[:-1]:
        body = body[step]
    body[path[-1]] = value


PLACES = {"least": [*places(LEAST)], "fullest": [*places(fullest())]}


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(["least", "fullest"]), st.data())
def test_anything_anywhere_is_refused_in_words_or_can_be_notified(which: str, chosen: st.DataObject) -> None:
    body = deepcopy(LEAST) if which == "least" else fullest()
    for path in sorted(chosen.draw(st.lists(st.sampled_from(PLACES[which]), min_size=1, max_size=3)), key=len)[::-1]:
        put(body, path, chosen.draw(ANYTHING))
    try:
        loaded = SCHEMA.load(body)
    except ValidationError as refused:
        assert all(error["message"] for error in refused_fields(refused.messages).errors)
        return
    assessment = assess(facts_of([loaded]), partnership().rules_on(AWARE.date()), "E06000019")
    form = panel_notification([loaded], decided_to_notify(assessment), "INC-1", AWARE)
    assert as_text(form) and orjson.dumps(form)
    assert facts_of([orjson.loads(orjson.dumps(loaded))]) == facts_of([loaded])

"""What notify does where a review is decided otherwise: another decision, no publication, an end without a report."""

from typing import Any

import pytest

from shared import clock
from tests.integration.test_reactions import (
    completed,
    duties_about,
    hear,
    notified,
    publication_of,
    review_of,
    said,
    send,
    taken_in,
)
from tests.notifying import Outside

pytestmark = pytest.mark.usefixtures("sandbox")


def commissioned_for(taken: dict[str, Any], rule: str = "lcspr") -> tuple[dict[str, Any], str]:
    """A practice review whose clock runs in notify, and what its duty concerns."""
    review = review_of(taken)
    begun = {"pseudonym": "Child A", "decided_at": clock.now().isoformat(), "rule": rule}
    hear("practice-review.commissioned", review | begun)
    return review, f"practice-review:{review['practice_review_id']}"


def test_a_rapid_review_decided_anew_before_it_was_sent_goes_as_it_was_decided_last(sandbox: Outside) -> None:
    taken = notified()
    first = completed(taken)
    last = first | {"report": first["report"] | {"facts": "What was decided anew."}}
    hear("rapid-review.completed", first)
    hear("rapid-review.completed", last, sequence=2)
    send()
    told = [item["body"] for item in sandbox.received(taken["reference"])][1:]
    assert ["What was decided anew." in body for body in told] == [True]


def test_not_publishing_is_told_with_its_reasons_and_ends_the_reviews_duty_and_publishing_is_not(
    sandbox: Outside,
) -> None:
    taken = notified()
    review, about = commissioned_for(taken)
    publication = publication_of(taken) | {"practice_review_id": review["practice_review_id"]}
    decided = {"reasons": "A sibling would be harmed.", "decided_at": clock.now().isoformat()}
    hear("publication.route-decided", publication | decided | {"route": "local"})
    assert [duty.status for duty in duties_about(about)] == ["pending"]
    hear("publication.route-decided", publication | decided | {"route": "withheld"})
    assert [duty.status for duty in duties_about(about)] == ["discharged"]
    [event] = said("duty.discharged", duty_id=duties_about(about)[0].id)
    assert event["reference"].startswith("not published, decided on")
    send()
    for recipient in ("panel", "secretary-of-state"):
        told = [i for i in sandbox.received(taken["reference"], recipient) if "sibling would be harmed" in i["body"]]
        assert len(told) == 1, recipient


@pytest.mark.parametrize(("rule", "times"), [("lcspr", 1), ("local-review", 0)])
def test_a_review_that_the_partners_end_is_due_no_more_and_of_an_lcspr_the_reasons_are_told(
    sandbox: Outside, rule: str, times: int
) -> None:
    taken = notified()
    review, about = commissioned_for(taken, rule)
    ended = {"reasons": "The criteria were not met after all.", "ended_at": clock.now().isoformat()}
    early = review_of(taken)
    assert not taken_in(hear("practice-review.ended", early | ended))  # its commissioning is to come
    hear("practice-review.ended", review | ended)
    send()
    assert [duty.status for duty in duties_about(about)] == ["cancelled"]
    for recipient in ("panel", "secretary-of-state"):
        told = [i for i in sandbox.received(taken["reference"], recipient) if "not met after all" in i["body"]]
        assert len(told) == times, recipient

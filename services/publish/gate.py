"""What must hold before a publication may be scheduled, and again before it goes live: checks, each with its sentence.

Pure: facts in, sentences out. Every check is evaluated and every failing sentence is shown, so that a person can put
all right at once. There is no way round the gate: the job that makes a page live calls it too.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date

from shared.calendar import day_in_words

NAMES = {
    "full-report": "full report",
    "executive-summary": "executive summary",
    "learning-briefing": "learning briefing",
    "slides": "slides",
    "improvements": "information about improvements",
    "page-text": "title and summary of the page",
}
WRITTEN = ("improvements", "page-text")
STEPS_LEFT = "must be done and recorded first."
STEP_MISSING = "Complete this step of the media and communications protocol: "


@dataclass(frozen=True)
class DocumentFact:
    """The current version of one document: `status` received, checked or refused; findings nobody has decided on.

    `by_todays_knowledge` is whether it was checked for all that is known of the case now; `unchanged` whether the stored
    bytes are those that were checked, looked at before going live.
    """

    kind: str
    status: str
    open_findings: int
    refusal: str | None = None
    by_todays_knowledge: bool = True
    unchanged: bool = True


@dataclass(frozen=True)
class CopyFact:
    """One recipient of a prior copy, and the day on which it was sent this very version, if it was."""

    name: str
    sent_on: date | None


@dataclass(frozen=True)
class Facts:
    """All that the gate judges by. Days are days in London; `copies_by` is the last on which a copy counts."""

    going_live: bool  # false while it is being scheduled
    route: str | None
    partners_missing: tuple[str, ...]
    nspcc_agreed: bool
    needed: tuple[str, ...]  # kinds of document that the route needs
    documents: tuple[DocumentFact, ...]
    steps_missing: tuple[str, ...]
    hold_checks: tuple[date, ...]  # the next check of each hold in force
    in_future: bool
    today: date
    copies_by: date | None
    notice: str  # how long before publication copies must be sent, such as "7 working days"
    earliest: date | None  # the first day on which copies sent today would be early enough, as far as it is known
    copies: tuple[CopyFact, ...]
    copies_are_current: bool
    week_to_avoid: date | None = None  # the Monday of its week, where that should be avoided and nobody said why not
    readers_without_embargo: int = 0


def failing_sentences(facts: Facts) -> list[str]:
    """What is missing, in words for the editor; empty where the gate is open."""
    return [sentence for check in CHECKS for sentence in check(facts)]


def waits_for_checks_alone(facts: Facts) -> bool:
    """Whether nothing is missing but checks that are under way."""
    done = tuple(
        each if each.status == "refused" else replace(each, status="checked", by_todays_knowledge=True)
        for each in facts.documents
    )
    return bool(failing_sentences(facts)) and not failing_sentences(replace(facts, documents=done))


def route_is_decided(facts: Facts) -> Iterator[str]:
    if facts.route is None:
        yield "Decide the route, with the agreement of the three safeguarding partners."
    if facts.route == "withheld":
        yield "The partners decided to withhold this. Decide another route before publishing."


def partners_agree(facts: Facts) -> Iterator[str]:
    if facts.route is not None and facts.partners_missing:
        yield f"Record the agreement of {' and '.join(facts.partners_missing)} to the route."


def nspcc_agrees(facts: Facts) -> Iterator[str]:
    if facts.route == "anonymous" and not facts.nspcc_agreed:
        yield "Record the NSPCC's agreement to publish this without naming the partnership."


def documents_are_there(facts: Facts) -> Iterator[str]:
    present = {document.kind for document in facts.documents}
    for kind in facts.needed:
        if kind not in present:
            yield f"{'Write' if kind in WRITTEN else 'Upload'} the {NAMES[kind]}."


def documents_are_checked(facts: Facts) -> Iterator[str]:
    for document in _used(facts):
        if document.status == "received":
            yield f"Wait until the {NAMES[document.kind]} has been cleaned and checked."
        if document.status == "refused":
            yield f"Replace the {NAMES[document.kind]}: {document.refusal}"


def checks_are_of_today(facts: Facts) -> Iterator[str]:
    for document in _used(facts):
        if document.status == "checked" and not document.by_todays_knowledge:
            yield f"Wait until the {NAMES[document.kind]} has been checked again: more is known of the case now."


def bytes_are_those_checked(facts: Facts) -> Iterator[str]:
    for document in _used(facts):
        if not document.unchanged:
            yield f"The stored {NAMES[document.kind]} is not the one that was checked. Upload it again."


def findings_are_decided(facts: Facts) -> Iterator[str]:
    for document in _used(facts):
        if document.open_findings:
            things = "1 thing" if document.open_findings == 1 else f"{document.open_findings} things"
            yield f"Decide on {things} found in the {NAMES[document.kind]} that may identify somebody."


def _used(facts: Facts) -> list[DocumentFact]:
    return [document for document in facts.documents if document.kind in facts.needed]


def protocol_is_followed(facts: Facts) -> Iterator[str]:
    for step in facts.steps_missing:
        yield f"{STEP_MISSING}{step}"


def steps_in_short(sentences: list[str]) -> list[str]:
    """The same sentences with one, that says how many, for all steps of the protocol."""
    others = [sentence for sentence in sentences if not sentence.startswith(STEP_MISSING)]
    count = len(sentences) - len(others)
    steps = "1 step" if count == 1 else f"{count} steps"
    return [*others, *([f"{steps} of the media and communications protocol {STEPS_LEFT}"] if count else [])]


def no_hold_is_in_force(facts: Facts) -> Iterator[str]:
    for day in facts.hold_checks:
        yield f"A hold on publication is in force, next checked on {day_in_words(day)}. Have it lifted first."


def early_readers_keep_silent(facts: Facts) -> Iterator[str]:
    if count := facts.readers_without_embargo:
        who = "somebody who has" if count == 1 else f"{count} people who have"
        yield f"Have the embargo in writing from {who} the report early, or take them off the list."


def week_need_not_be_avoided(facts: Facts) -> Iterator[str]:
    if facts.week_to_avoid:
        yield f"Avoid the week of {day_in_words(facts.week_to_avoid)}: choose another, or say why it must be this one."


def time_lies_ahead(facts: Facts) -> Iterator[str]:
    if not facts.going_live and not facts.in_future:
        yield "Choose a time in the future."


def copies_are_early_enough(facts: Facts) -> Iterator[str]:
    """Rule prior-copy: the Panel, the Secretary of State and Ofsted have it before the public."""
    if facts.copies_by is None or facts.going_live:
        return
    late = [copy.name for copy in facts.copies if (copy.sent_on or facts.today) > facts.copies_by]
    if late:
        first = (
            f"on or after {day_in_words(facts.earliest)}"
            if facts.earliest
            else "in a year whose bank holidays are known"
        )
        yield f"Choose a time {first}: {_listed(late)} must be sent a copy {facts.notice} before."


def copies_were_sent(facts: Facts) -> Iterator[str]:
    if not facts.going_live:
        return
    if not facts.copies_are_current:
        yield "The documents were changed after the prior copies went out. Schedule it again, so that new copies go."
        return
    for copy in facts.copies:
        if copy.sent_on is None:
            yield f"It is not confirmed that a prior copy was sent to {copy.name}."
        elif facts.copies_by and copy.sent_on > facts.copies_by:
            sent, by = day_in_words(copy.sent_on), day_in_words(facts.copies_by)
            yield f"The copy to {copy.name} was sent on {sent}; it had to be sent by {by}."


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


CHECKS: tuple[Callable[[Facts], Iterator[str]], ...] = (
    route_is_decided,
    partners_agree,
    nspcc_agrees,
    documents_are_there,
    documents_are_checked,
    checks_are_of_today,
    bytes_are_those_checked,
    findings_are_decided,
    protocol_is_followed,
    no_hold_is_in_force,
    early_readers_keep_silent,
    week_need_not_be_avoided,
    time_lies_ahead,
    copies_are_early_enough,
    copies_were_sent,
)

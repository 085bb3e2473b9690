"""Names that only review is told: in returns and their chronologies, at meetings, and of those who conduct the review.

They must not appear in what is published either; `report.signed-off` and `identifiers.learnt` tell publishing.
"""

from collections.abc import Iterable, Iterator, Sequence

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from services.review.models import (
    AgencyReturn,
    Case,
    Meeting,
    PracticeReview,
    RapidReviewDecision,
    RapidReviewSignature,
    Report,
    ReportSignature,
    Reviewer,
    ReviewRecord,
)
from shared.names import is_worker, people_named, without_title

# Who tells a name and who signs the report off at the same moment take turns, so that no name is told to neither.
TAKE_TURN = text("SELECT pg_advisory_xact_lock(hashtextextended('names-told:' || :case, 0))")

NAMING = ("panel", "legal-read")  # the entries of a review that name who conducts it
Named = tuple[str, str]


def take_turn(session: Session, cases: Iterable[str]) -> None:
    """Wait for whoever tells or gathers the names of these cases. Nothing but another's turn is waited for after it."""
    for case_id in sorted(cases):
        session.execute(TAKE_TURN, {"case": case_id})


def names_told(session: Session, cases: Sequence[Case]) -> list[dict[str, str]]:
    """The names in all that agencies sent about some cases, earlier versions too, and of those who met about them."""
    ids = [each.id for each in cases]
    sent = select(AgencyReturn).where(AgencyReturn.case_id.in_(ids), AgencyReturn.submitted_at.is_not(None))
    met = select(Meeting).where(Meeting.case_id.in_(ids))
    found = [pair for version in session.scalars(sent) for pair in _in_return(version)]
    found += [pair for meeting in session.scalars(met) for pair in _in_meeting(meeting)]
    return _each_once(found)


def names_in_return(version: AgencyReturn) -> list[dict[str, str]]:
    """The names in one version of a return: who had to do with the family or is of it, and who answers for the agency."""
    return _each_once(_in_return(version))


def names_at_meeting(meeting: Meeting) -> list[dict[str, str]]:
    """Who came to a meeting."""
    return _each_once(_in_meeting(meeting))


def names_of_the_review(session: Session, review: PracticeReview) -> list[dict[str, str]]:
    """Who conducts a review or signed for a partner: a local report may name them, and one without a place may not."""
    of_it = ReviewRecord.practice_review_id == review.id
    reviewers = select(Reviewer).where(Reviewer.practice_review_id == review.id)
    names = [each.reviewer["name"] for each in session.scalars(reviewers)]
    for record in session.scalars(select(ReviewRecord).where(of_it, ReviewRecord.kind.in_(NAMING))):
        said = record.content
        names += [said["by"]] if record.kind == "legal-read" else [said["chair"], *(m["name"] for m in said["members"])]
    report = select(ReportSignature).join(Report, Report.id == ReportSignature.report_id)
    rapid = select(RapidReviewSignature).join(
        RapidReviewDecision, RapidReviewDecision.id == RapidReviewSignature.decision_id
    )
    names += [each.signatory["name"] for each in session.scalars(report.where(Report.practice_review_id == review.id))]
    names += [
        each.signatory["name"] for each in session.scalars(rapid.where(RapidReviewDecision.case_id == review.case_id))
    ]
    return _each_once(("review-team", without_title(name)) for name in names)


def _in_return(version: AgencyReturn) -> Iterator[Named]:
    for entry in version.chronology:
        for said in entry.get("persons") or ():
            kind = "professional" if is_worker(said) else "name"
            yield from ((kind, name) for name in people_named(said))
    for who in ("prepared_by", "signed_off_by"):
        if person := version.content.get(who):
            yield "professional", without_title(person["name"])


def _in_meeting(meeting: Meeting) -> Iterator[Named]:
    for said in meeting.content["attendance"].values():
        yield from (("professional", name) for name in people_named(said))


def _each_once(found: Iterable[Named]) -> list[dict[str, str]]:
    return [{"kind": kind, "value": value} for kind, value in dict.fromkeys(found) if value]

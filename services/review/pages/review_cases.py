"""Which cases a practice review is about: a further one taken in, one taken out, each with reasons."""

from sqlalchemy import select

from services.review.models import Case, PracticeReview, ReviewCase
from services.review.pages.acts import act
from services.review.pages.practice_reviews import at_review
from services.review.records import find
from services.review.review_cases import add_case, links_of, remove_case
from services.review.schemas.common import Reasons
from shared.identity import rights
from shared.web.asking import checked, given, reasons
from shared.web.forms import Questions, SelectField, needed
from shared.web.pages import Visit

MOST = 500


class FurtherCaseForm(Questions):
    case_id = SelectField("Which case?", validators=needed("Choose the case"))
    reasons = reasons("Why does it belong in this review?", missing="Say why it belongs in this review")


def _asks(visit: Visit, review: PracticeReview) -> Questions:
    form = FurtherCaseForm(visit.typed)
    within = [each.case_id for each in links_of(visit.session, review) if each.removed_at is None]
    others = select(Case).where(Case.id.not_in(within), Case.closed_at.is_(None)).order_by(Case.opened_at.desc())
    found = [(each.id, f"{each.reference}, {each.pseudonym}") for each in visit.session.scalars(others.limit(MOST))]
    form.offer("case_id", [("", "Choose"), *found])
    return form


def _add(visit: Visit, review: PracticeReview, form: Questions) -> object:
    case = find(visit.session, Case, form["case_id"].data, lock=True)
    return add_case(visit.session, review, case, form["reasons"].data, visit.viewer)


class RemovalForm(Questions):
    reasons = reasons("Why is the case taken out?")


def _remove(visit: Visit, link: ReviewCase, form: Questions) -> None:
    review = find(visit.session, PracticeReview, link.practice_review_id, lock=True)
    said = checked(Reasons(), given(form))["reasons"]
    remove_case(visit.session, review, link, said, visit.viewer)


act(
    "/practice-reviews/<uuid:record_id>/case",
    name="add_case_to_review",
    on=PracticeReview,
    title="Take a further case into the review",
    button="Take it in",
    allows=rights.runs_reviews,
    asks=_asks,
    does=_add,
    back=at_review,
    blamed="case_id",
    done="The case is part of the review.",
    note="What is published of the review, and what is learnt from it, then concerns this case too.",
)
act(
    "/review-cases/<uuid:record_id>/removal",
    name="remove_case_from_review",
    on=ReviewCase,
    title="Take a case out of the review",
    button="Take it out",
    allows=rights.runs_reviews,
    asks=lambda visit, _: RemovalForm(visit.typed),
    does=_remove,
    back=lambda _, link: f"/review/practice-reviews/{link.practice_review_id}",
    blamed="reasons",
    done="The case is no longer part of the review.",
)

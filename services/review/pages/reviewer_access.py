"""Giving the reviewer in office an account's access to the review, until a day, and ending it."""

from datetime import date

from services.review.models import PracticeReview
from services.review.pages.acts import act
from services.review.pages.practice_reviews import at_review
from services.review.reviewer_access import end_access, give_access, people_who_review
from services.review.sharing import WHAT
from shared.identity import rights
from shared.web.asking import reasons
from shared.web.forms import DayField, Questions, SelectField, SelectMultipleField, may_be_empty, needed
from shared.web.pages import Visit


class AccessForm(Questions):
    person = SelectField(
        "Whose account is it?",
        description="Somebody with the role of a reviewer; the People page gives the role.",
        validators=needed("Choose whose account it is"),
    )
    until = DayField("Until when?", what="The day", validators=needed("Give the last day"))
    sees = SelectMultipleField(
        "What do the terms of reference let the reviewer see of what is shared?",
        choices=list(WHAT.items()),
        validators=may_be_empty(),
    )


class EndForm(Questions):
    reasons = reasons("Why does it end?")


def _asks(visit: Visit, _: PracticeReview) -> Questions:
    form = AccessForm(visit.typed)
    form.offer("person", [("", "Choose"), *people_who_review(visit.session)])
    return form


def _give(visit: Visit, review: PracticeReview, form: Questions) -> object:
    until = date.fromisoformat(form["until"].data)
    return give_access(visit.session, review, form["person"].data, until, form["sees"].data or [], visit.viewer)


act(
    "/practice-reviews/<uuid:record_id>/reviewer-access",
    name="give_reviewer_access",
    on=PracticeReview,
    title="Give the reviewer access",
    button="Give access",
    allows=rights.office,
    asks=_asks,
    does=_give,
    back=at_review,
    blamed="person",
    done="The reviewer has access. Share with them what they may see: it is shared case by case.",
    note="They see this one review: its terms, the drafts and comments, and what is shared with them. After the day, or "
    "once another reviewer is appointed, they see nothing.",
)
act(
    "/practice-reviews/<uuid:record_id>/reviewer-access/end",
    name="end_reviewer_access",
    on=PracticeReview,
    title="End the reviewer's access",
    button="End it now",
    allows=rights.office,
    asks=lambda visit, _: EndForm(visit.typed),
    does=lambda visit, review, form: end_access(visit.session, review, form["reasons"].data, visit.viewer),
    back=at_review,
    blamed="reasons",
    done="The reviewer sees nothing of it any more.",
)

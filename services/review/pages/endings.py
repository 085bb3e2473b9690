"""Ending a review without a report, agreed by the three partners."""

from typing import Any

from services.review.directory import Agencies
from services.review.endings import end_review
from services.review.models import PracticeReview
from services.review.pages.acts import act
from services.review.pages.practice_reviews import at_review
from services.review.schemas.practice_reviews import EndingBody
from shared.identity import rights
from shared.partnership import partnership
from shared.web.asking import checked, line, reasons
from shared.web.forms import Questions
from shared.web.pages import Visit


def _form(visit: Visit, _: PracticeReview) -> Questions:
    partners = partnership().safeguarding_partners
    names = Agencies(visit.session, partners)
    fields: dict[str, Any] = {
        "reasons": reasons("Why is the review ended?", "The Panel and the Secretary of State are sent these words")
    }
    for agency in partners:
        name = names[agency]["name"]
        fields[f"name_{agency}"] = line(f"Who agreed for {name}?", f"Say who agreed for {name}")
        fields[f"role_{agency}"] = line(f"Their role at {name}", f"Give the role at {name}")
    return type("EndingForm", (Questions,), fields)(visit.typed)  # type: ignore[no-any-return]


def _end(visit: Visit, review: PracticeReview, form: Questions) -> None:
    answers = form.answers()
    agreed = [
        {"agency_id": agency, "name": answers[f"name_{agency}"], "role": answers[f"role_{agency}"]}
        for agency in partnership().safeguarding_partners
    ]
    body = checked(EndingBody(), {"reasons": answers["reasons"], "agreed_by": agreed})
    end_review(visit.session, review, body, visit.viewer)


act(
    "/practice-reviews/<uuid:record_id>/end",
    name="end_review",
    on=PracticeReview,
    title="End the review without a report",
    button="End it",
    allows=rights.runs_reviews,
    asks=_form,
    does=_end,
    back=at_review,
    blamed="reasons",
    done="The review is ended. Nothing of it is due any more, and the reasons are sent.",
    note="Once it is ended it does not go on. A report that was signed off is not ended here: the partners decide under "
    "Publications that it is not published.",
)

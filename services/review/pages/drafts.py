"""Comments on drafts, and what was done about each."""

from sqlalchemy import select

from services.review.draft_comments import answer_comment, comment_on_draft
from services.review.models import DraftComment, PracticeReview, Report
from services.review.pages.acts import act
from services.review.pages.practice_reviews import at_review
from services.review.records import find
from services.review.schemas.practice_reviews import CommentAnswer, DraftCommentBody
from services.review.wording import COMMENT_KINDS, COMMENT_OUTCOMES
from shared.identity import rights
from shared.web.asking import checked, given, line, reasons
from shared.web.forms import Questions, RadioField, SelectField, needed
from shared.web.pages import Visit


class CommentForm(Questions):
    version = SelectField("On which version?", validators=needed("Choose the version"))
    kind = RadioField("What is it?", choices=COMMENT_KINDS.items(), validators=needed("Choose what it is"))
    who = line("Whose is it?", "Say whose it is", hint="A person or an agency")
    place = line("Where in the draft?", hint="For example: page 12, second paragraph")
    text = reasons("The comment, or the fact as it should be", missing="Write the comment")


def _asks(visit: Visit, review: PracticeReview) -> Questions:
    form = CommentForm(visit.typed)
    of_it = select(Report).where(Report.practice_review_id == review.id).order_by(Report.uploaded_at.desc())
    reports = [(each.id, f"{each.kind} {each.number}") for each in visit.session.scalars(of_it)]
    form.offer("version", [("", "Choose"), *reports])
    return form


def _comment(visit: Visit, review: PracticeReview, form: Questions) -> object:
    body = checked(DraftCommentBody(), given(form, "kind", "who", "place", "text"))
    report = find(visit.session, Report, form["version"].data)
    return comment_on_draft(visit.session, review, report, body, visit.viewer)


class AnswerForm(Questions):
    outcome = RadioField(
        "What was done about it?", choices=COMMENT_OUTCOMES.items(), validators=needed("Say what was done about it")
    )
    done = reasons("How, or why not?", missing="Say how it was changed, or why not")


act(
    "/practice-reviews/<uuid:record_id>/comment",
    name="comment_on_draft",
    on=PracticeReview,
    title="Record a comment on a draft",
    button="Record",
    allows=rights.runs_reviews,
    asks=_asks,
    does=_comment,
    back=at_review,
    blamed="version",
    done="The comment is recorded. Say what was done about it once it is known.",
)
act(
    "/draft-comments/<uuid:record_id>/answer",
    name="answer_comment",
    on=DraftComment,
    title="What was done about it?",
    button="Record",
    allows=rights.runs_reviews,
    asks=lambda visit, _: AnswerForm(visit.typed),
    does=lambda visit, row, form: answer_comment(
        visit.session, row, checked(CommentAnswer(), given(form)), visit.viewer
    ),
    back=lambda _, comment: f"/review/practice-reviews/{comment.practice_review_id}",
    blamed="outcome",
    done="It is recorded.",
)

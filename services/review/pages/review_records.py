"""The parts of a practice review that are told in words: one form for each kind, shown with the questions it asked."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.review.models import PracticeReview, Report
from services.review.pages.acts import act
from services.review.review_records import KINDS, keep_record, records_of
from shared.identity import rights
from shared.web.asking import given, line, optional_text, reasons
from shared.web.forms import DayField, Questions, RadioField, SelectField, may_be_empty, needed
from shared.web.layout import day
from shared.web.pages import Visit

OFFERED = (("yes", "Yes"), ("no", "No"), ("not-needed", "Not needed"))


class TermsForm(Questions):
    scope = reasons("What is the review to find out?", missing="Say what the review is to find out")
    lines_of_enquiry = reasons(
        "Key lines of enquiry", "One on a line", missing="Give at least one line of enquiry", rows=6
    )
    first = DayField("Period looked at, from", what="The first day", validators=may_be_empty())
    last = DayField("to", what="The last day", validators=may_be_empty())
    reviewer_sees = optional_text("What the reviewer may see, and until when")


class PanelForm(Questions):
    chair = line("Who chairs the panel?", "Say who chairs the panel")
    members = reasons("Members", "One on a line: name, role, agency", missing="Name the members", rows=6)


class EventForm(Questions):
    held_on = DayField("When was it?", what="The day", validators=needed("Give the day"))
    who = reasons("Who came?", "Roles and agencies", missing="Say who came")
    heard = reasons("What was heard?", missing="Write what was heard", rows=8)
    support = optional_text("What support was offered to practitioners?")


class FamilyForm(Questions):
    who = line("Who in the family?", "Say who was asked", hint="The relationship, such as mother or older brother")
    how_asked = reasons("How were they asked, and by whom?", missing="Say how they were asked")
    advocate = RadioField(
        "Was an advocate offered?", choices=OFFERED, validators=needed("Say whether an advocate was offered")
    )
    interpreter = RadioField(
        "Was an interpreter offered?", choices=OFFERED, validators=needed("Say whether an interpreter was offered")
    )
    views = optional_text(
        "What they said, in their words", "Leave it empty where they did not want to take part", rows=8
    )
    views_after = optional_text("What they said of the report before it was published", rows=6)


class MonitoringForm(Questions):
    on_time = RadioField(
        "Is the review on time?", choices=[("yes", "Yes"), ("no", "No")], validators=needed("Say whether it is on time")
    )
    quality = reasons("What do the partners say of its quality?", missing="Say what the partners think of its quality")
    next_on = DayField("When will they look again?", what="The day", validators=needed("Give the day"))


class CommentForm(Questions):
    version = SelectField("On which version?", validators=needed("Choose the version"))
    who = line("Whose comment is it?", "Say whose comment it is")
    comment = reasons("The comment, or the fact that is not right", missing="Write the comment")
    done = optional_text("What was done about it?")


class LegalReadForm(Questions):
    read_on = DayField("When was it read?", what="The day", validators=needed("Give the day"))
    by = line("By whom?", "Say who read it")
    advice = reasons("What was advised, and what was done?", missing="Write what was advised")


FORMS: dict[str, type[Questions]] = {
    "terms-of-reference": TermsForm,
    "panel": PanelForm,
    "practitioner-event": EventForm,
    "family-contribution": FamilyForm,
    "monitoring": MonitoringForm,
    "draft-comment": CommentForm,
    "legal-read": LegalReadForm,
}
NOTES = {
    "family-contribution": "Ask with care, and more than once. That somebody did not want to take part is an answer too.",
    "monitoring": "Regulation 14: the partners monitor at regular intervals how the review goes, and how good it is.",
}  # fmt: skip


def _asks(kind: str) -> Any:
    def asks(visit: Visit, review: PracticeReview) -> Questions:
        form = FORMS[kind](visit.typed)
        if kind == "draft-comment":
            of_it = select(Report).where(Report.practice_review_id == review.id).order_by(Report.uploaded_at.desc())
            reports = [(each.id, f"{each.kind} {each.number}") for each in visit.session.scalars(of_it)]
            form.offer("version", [("", "Choose"), *reports])
        return form

    return asks


def _keeps(kind: str) -> Any:
    def keeps(visit: Visit, review: PracticeReview, form: Questions) -> object:
        return keep_record(visit.session, review, kind, given(form), visit.viewer)

    return keeps


for _kind, _title in KINDS.items():
    act(
        f"/practice-reviews/<uuid:record_id>/records/{_kind}",
        name=f"keep_{_kind.replace('-', '_')}",
        on=PracticeReview,
        title=_title,
        button="Record",
        allows=rights.runs_reviews,
        asks=_asks(_kind),
        does=_keeps(_kind),
        back=lambda _, review: f"/review/practice-reviews/{review.id}",
        blamed=next(iter(FORMS[_kind]())).name,
        done="It is recorded.",
        note=NOTES.get(_kind, ""),
    )


def shown_records(session: Session, review: PracticeReview) -> list[dict[str, Any]]:
    """Each kind with its entries, the newest first: the questions that were asked, and their answers in words."""
    reports = select(Report).where(Report.practice_review_id == review.id)
    versions = {each.id: f"{each.kind} {each.number}" for each in session.scalars(reports)}
    kept = records_of(session, review)
    return [
        {
            "kind": kind,
            "title": title,
            "entries": [
                {"by": each.recorded_by, "at": each.recorded_at, "answers": _answers(kind, each.content, versions)}
                for each in kept
                if each.kind == kind
            ],
        }
        for kind, title in KINDS.items()
    ]


def _answers(kind: str, content: dict[str, Any], versions: dict[str, str]) -> list[tuple[str, str]]:
    form = FORMS[kind]()
    return [
        (form[name].label.text, _said(form[name], value, versions)) for name, value in content.items() if name in form
    ]


def _said(field: Any, value: str, versions: dict[str, str]) -> str:
    if isinstance(field, DayField):
        return day(value)
    if isinstance(field, RadioField):
        return next((str(words) for choice, words, *_ in field.iter_choices() if choice == value), value)
    return versions.get(value, value)

"""The parts of a practice review that are recorded entry by entry: a form for each kind, and what was recorded, in words."""

from typing import Any

from services.review.models import PracticeReview, ReviewRecord
from services.review.pages.acts import act
from services.review.review_records import DRAFTS_TAKEN, KINDS, keep_record, records_of
from services.review.schemas.review_records import SCHEMAS
from shared.identity import rights
from shared.web.asking import checked, given, line, optional_text, reasons
from shared.web.forms import DayField, Questions, RadioField, may_be_empty, needed
from shared.web.layout import day
from shared.web.pages import Visit
from shared.web.problems import refused

OFFERED = (("yes", "Yes"), ("no", "No"), ("not-needed", "Not needed"))
YES_NO = (("yes", "Yes"), ("no", "No"))
TAKES_PART = (("yes", "Yes"), ("no", "No"), ("not-yet", "Not decided yet"))
READ_OUTCOMES = (("cleared", "It can go on as it is"), ("changes-needed", "It has to be changed first"))
LINES_OF_A_MEMBER = 3


class TermsForm(Questions):
    scope = reasons("What is the review to find out?", missing="Say what the review is to find out")
    lines_of_enquiry = reasons(
        "Key lines of enquiry", "One on a line", missing="Give at least one line of enquiry", rows=6
    )
    first = DayField("Period looked at, from", what="The first day", validators=may_be_empty())
    last = DayField("to", what="The last day", validators=may_be_empty())
    agreed_on = DayField("Agreed by the three partners on", what="The day", validators=may_be_empty())
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
    asked_on = DayField("When were they asked?", what="The day", validators=may_be_empty())
    advocate = RadioField(
        "Was an advocate offered?", choices=OFFERED, validators=needed("Say whether an advocate was offered")
    )
    interpreter = RadioField(
        "Was an interpreter offered?", choices=OFFERED, validators=needed("Say whether an interpreter was offered")
    )
    takes_part = RadioField("Do they take part?", choices=TAKES_PART, validators=may_be_empty())
    views = optional_text(
        "What they said, in their words", "Leave it empty where they did not want to take part", rows=8
    )
    views_after = optional_text("What they said of the report before it was published", rows=6)


class MonitoringForm(Questions):
    on_time = RadioField("Is the review on time?", choices=YES_NO, validators=needed("Say whether it is on time"))
    quality = reasons("What do the partners say of its quality?", missing="Say what the partners think of its quality")
    next_on = DayField("When will they look again?", what="The day", validators=needed("Give the day"))


class LegalReadForm(Questions):
    read_on = DayField("When was it read?", what="The day", validators=needed("Give the day"))
    by = line("By whom?", "Say who read it")
    advice = reasons("What was advised, and what was done?", missing="Write what was advised")
    outcome = RadioField("What follows from it?", choices=READ_OUTCOMES, validators=may_be_empty())


FORMS: dict[str, type[Questions]] = {
    "terms-of-reference": TermsForm,
    "panel": PanelForm,
    "practitioner-event": EventForm,
    "family-contribution": FamilyForm,
    "monitoring": MonitoringForm,
    "legal-read": LegalReadForm,
}
NOTES = {
    "family-contribution": "Ask with care, and more than once. That somebody did not want to take part is an answer too.",
    "monitoring": "Regulation 14: the partners monitor at regular intervals how the review goes, and how good it is.",
}  # fmt: skip


def _body(kind: str, form: Questions) -> dict[str, Any]:
    """What was typed, in the shape of the kind's schema."""
    body = given(form)
    if kind == "terms-of-reference":
        body["lines_of_enquiry"] = _lines(body["lines_of_enquiry"])
        first, last = body.pop("first", None), body.pop("last", None)
        if first or last:
            body["period"] = {name: value for name, value in (("from", first), ("to", last)) if value}
    elif kind == "panel":
        body["members"] = [_member(each) for each in _lines(body["members"])]
    elif kind == "monitoring":
        body["on_time"] = body["on_time"] == "yes"
    return body


def _lines(typed: str) -> list[str]:
    return [each.strip() for each in typed.split("\n") if each.strip()]


def _member(typed: str) -> dict[str, str]:
    parts = [each.strip() for each in typed.split(",", LINES_OF_A_MEMBER - 1)]
    if len(parts) != LINES_OF_A_MEMBER or not all(parts):
        raise refused("/members", "Write each member on a line of their own, as name, role, agency.")
    return dict(zip(("name", "role", "agency"), parts, strict=True))


def _declare(kind: str, title: str) -> None:
    def keep(visit: Visit, review: PracticeReview, form: Questions) -> object:
        return keep_record(visit.session, review, kind, checked(SCHEMAS[kind](), _body(kind, form)), visit.viewer)

    act(
        f"/practice-reviews/<uuid:record_id>/records/{kind}",
        name=f"keep_{kind.replace('-', '_')}",
        on=PracticeReview,
        title=title,
        button="Record",
        allows=rights.runs_reviews,
        asks=lambda visit, _: FORMS[kind](visit.typed),
        does=keep,
        back=lambda _, review: f"/review/practice-reviews/{review.id}",
        blamed=next(iter(FORMS[kind]())).name,
        done="It is recorded.",
        note=NOTES.get(kind, ""),
    )


for _kind, _title in KINDS.items():
    _declare(_kind, _title)


def shown_records(visit: Visit, review: PracticeReview) -> list[dict[str, Any]]:
    """Each kind with its entries, the newest first; `holds` are those that say what holds now (of each family member)."""
    kept = records_of(visit.session, review)
    shown = []
    for kind, title in KINDS.items():
        entries = [each for each in kept if each.kind == kind]
        about = {each.id: str(each.content.get("who", "")).casefold() if _by_member(kind) else "" for each in entries}
        newest = {about[each.id]: each.id for each in reversed(entries)}
        drawn = [
            {
                "by": each.recorded_by,
                "at": each.recorded_at,
                "holds": newest[about[each.id]] == each.id,
                "answers": _answers(kind, each.content),
            }
            for each in entries
        ]
        shown.append({"kind": kind, "title": title, "entries": drawn})
    return [*shown, *_drafts_taken(kept)]


def _drafts_taken(kept: list[ReviewRecord]) -> list[dict[str, Any]]:
    """Why drafts left in the bundle of one case, where any did; nobody records it by a form here."""
    entries = [
        {"by": each.recorded_by, "at": each.recorded_at, "holds": True, "answers": _why_taken(each.content)}
        for each in kept
        if each.kind == DRAFTS_TAKEN
    ]
    return [{"kind": "", "title": "Drafts taken in the bundle of one case", "entries": entries}] if entries else []


def _why_taken(content: dict[str, Any]) -> list[tuple[str, str]]:
    return [("Bundle of", content["case"]), ("Why", content["reasons"])]


def _by_member(kind: str) -> bool:
    return kind == "family-contribution"


def _answers(kind: str, content: dict[str, Any]) -> list[tuple[str, str]]:
    form = FORMS[kind]()
    period = content.get("period") or {}
    told = content | {"first": period.get("from"), "last": period.get("to")}
    return [(field.label.text, _said(field, told[field.name])) for field in form if told.get(field.name) is not None]


def _said(field: Any, value: Any) -> str:
    if isinstance(field, DayField):
        return day(value)
    if isinstance(field, RadioField):
        chosen = {True: "yes", False: "no"}.get(value, value) if isinstance(value, bool) else value
        return next((str(words) for choice, words, *_ in field.iter_choices() if choice == chosen), str(chosen))
    if isinstance(value, list):
        return "\n".join(each if isinstance(each, str) else ", ".join(each.values()) for each in value)
    return str(value)

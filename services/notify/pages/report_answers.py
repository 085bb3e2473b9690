"""What a report that is not sent says, in words, each answer with the way back to its question."""

from typing import Any

from services.notify.drafts import Draft, Gap
from services.notify.report_steps import Part, Step, only_asked, shown, steps_of
from shared.web.forms import DayField
from shared.web.layout import day

Section = tuple[str, list[dict[str, Any]]]


def sections_of(draft: Draft) -> list[Section]:
    """Everything that was answered, in the order in which it is asked."""
    sections = [("The incident", _rows(draft, "incident", 0))]
    sections += [(named("child", n, child), _rows(draft, "child", n)) for n, child in enumerate(draft.children)]
    sections += [(named("person", n, person), _rows(draft, "person", n)) for n, person in enumerate(draft.people)]
    return [*sections, ("Who knew when, and who reports", _rows(draft, "end", 0))]


def _rows(draft: Draft, part: Part, place: int) -> list[dict[str, Any]]:
    """Each answer in words, with the way back to its question."""
    answers = draft.answers(part, place)
    asked = only_asked(part, answers)
    rows = []
    for step in asked_of(draft, part, place):
        for field in step.questions(data=answers):
            value = asked.get(field.name)
            said = day(value) if isinstance(field, DayField) and value else shown(field, value)
            link = f"{page_of(draft, part, step.slug, place)}?from=check"
            rows.append({"question": field.label.text, "answer": said, "href": link})
    return rows


def named(part: Part, place: int, entry: dict[str, Any]) -> str:
    prefix = "" if part == "child" else "person_"
    name = " ".join(entry[key] for key in (f"{prefix}given_name", f"{prefix}family_name") if entry.get(key))
    return name or f"{'Child' if part == 'child' else 'Person'} {place + 1}, name not given"


def page_of(draft: Draft | str, part: Part, slug: str, place: int = 0) -> str:
    """The address of one page of questions."""
    draft_id = draft if isinstance(draft, str) else draft.id
    middle = f"{part}/{place}" if part in ("child", "person") else part
    return f"/notify/report/{draft_id}/{middle}/{slug}"


def address_of(draft: Draft, gap: Gap) -> str:
    return page_of(draft, gap.part, gap.slug, gap.place)


def asked_of(draft: Draft, part: Part, place: int) -> list[Step]:
    answers = draft.answers(part, place)
    return [step for step in steps_of(part) if step.asked(answers)]

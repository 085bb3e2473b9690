"""The media and communications protocol as the office keeps it: its steps, for publications that open from now on."""

from typing import Any

from services.publish.pages.site import pages
from services.publish.protocol import SETTING, change_steps, steps_for_new
from shared.identity import rights
from shared.partnership_schema import ProtocolStepSchema
from shared.setting_changes import history
from shared.web.asking import checked, reasons
from shared.web.forms import Questions, RadioField, SelectField, needed
from shared.web.kept_lists import Entry, KeptList, comes_after, days_in, days_line, declare_list
from shared.web.pages import Page, Visit

AT = "/settings/protocol"
OWNERS = {
    "communications": "Communications",
    "editor": "The editors",
    "partnership-office": "The partnership office",
    "reviewer": "The reviewer",
    "safeguarding-partners": "The safeguarding partners",
}


class StepForm(Questions):
    sentence = reasons(
        "What must be true or done?", "A whole sentence", missing="Say what must be true or done", rows=2
    )
    owner = SelectField("Who sees to it?", choices=list(OWNERS.items()), validators=needed("Say who sees to it"))
    when = RadioField("When?", choices=[("before", "Before publication"), ("after", "After it")], validators=needed("Say when"))  # fmt: skip
    required = RadioField("May it be left out?", choices=[("yes", "No: before publication, it holds publication up until it is done"), ("no", "Yes")], validators=needed("Say whether it may be left out"))  # fmt: skip
    holds_for = RadioField("What is it for?", choices=[("everything", "Everything that is published"), ("reviews", "Reviews only: not yearly reports or learning from rapid reviews")], validators=needed("Say what it is for"))  # fmt: skip
    working_days = days_line(
        "How many working days before or after the day of publication?", "Leave it empty for no day"
    )
    after = comes_after()
    reasons = reasons("Why is this changed?", missing="Say why this is changed")

    def __init__(self, formdata: Any = None, *, data: dict[str, Any]) -> None:
        super().__init__(formdata, data=data)
        if (owner := data.get("owner", "communications")) not in OWNERS:  # a word of the partnership's own file
            self.offer("owner", [*OWNERS.items(), (owner, owner)])


def _entries(visit: Visit) -> list[Entry]:
    return steps_for_new(visit.session)


def _store(visit: Visit, steps: list[Entry], reasons: str) -> None:
    change_steps(visit.session, visit.viewer, steps, reasons)


def _answered(form: Questions, before: Entry) -> Entry:
    names = ("sentence", "owner", "when", "working_days")
    answers = {name: form.answers()[name] for name in names}
    answers |= {"working_days": days_in(answers["working_days"]), "required": form["required"].data == "yes"}
    answers["reviews_only"] = form["holds_for"].data == "reviews"
    return checked(ProtocolStepSchema(partial=("id",)), answers)


def _shown(entry: Entry) -> dict[str, Any]:
    if not entry:
        return {"when": "before", "required": "yes", "holds_for": "everything"}
    days = entry.get("working_days")
    return entry | {
        "required": "yes" if entry["required"] else "no",
        "holds_for": "reviews" if entry.get("reviews_only") else "everything",
        "working_days": "" if days is None else str(days),
    }


@pages.get(AT, allows=rights.keeps_system)
def show_protocol_settings(visit: Visit) -> Page:
    values = {"steps": steps_for_new(visit.session), "owners": OWNERS, "history": history(visit.session, SETTING)}
    return Page("protocol_settings.html", "Media and communications protocol", values)


STEPS = KeptList(
    noun="step",
    form=StepForm,
    entries=_entries,
    store=_store,
    answered=_answered,
    shown=_shown,
    label=lambda entry: str(entry["sentence"]),
    blamed="sentence",
    back=f"/publish{AT}",
)
declare_list(pages, AT, STEPS, name="protocol", allows=rights.keeps_system)

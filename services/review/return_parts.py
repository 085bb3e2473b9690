"""The parts of a return as pages ask them: one question each, or a list that grows by a small form."""

from dataclasses import dataclass

from wtforms import StringField, TextAreaField

from services.review.wording import PARTS_OF_OWN
from shared.web.asking import reasons
from shared.web.forms import DayField, Questions, RadioField, at_most, may_be_empty, needed, trimmed

YES_NO = (("yes", "Yes"), ("no", "No"), ("", "Not recorded"))


class PeriodForm(Questions):
    first = DayField("From", what="The first day", validators=needed("Give the first day that the return covers"))
    last = DayField("To", what="The last day", validators=needed("Give the last day that the return covers"))


class EpisodeForm(Questions):
    what_happened = reasons("What happened", missing="Say what happened")
    analysis = reasons(
        "What do you make of it?", "Why did it matter? What influenced practice?", missing="Say what you make of it"
    )


class DifferenceForm(Questions):
    what = reasons("What should have been different?", missing="Say what should have been different", rows=3)
    why = reasons("Why was it not?", missing="Say why it was not", rows=3)


class RecommendationForm(Questions):
    text = reasons("What should your agency do?", missing="Say what should be done", rows=3)


class EntryForm(Questions):
    when = StringField(
        "When",
        description="As exactly as it is known: 14/03/2025 21:30, 14 March 2025, March 2025, early March 2025, between 3 and 5 March 2025, or unknown",
        validators=[*needed("Say when, or write unknown"), at_most(100, "When")],
        filters=[trimmed],
        render_kw={"classes": "govuk-input--width-20"},
    )
    description = reasons("What happened", missing="Say what happened", rows=3)
    source = StringField(
        "Where is it recorded?",
        validators=[*needed("Say where it is recorded"), at_most(400, "The source")],
        filters=[trimmed],
    )
    persons = StringField(
        "Who was involved?",
        description="Separate several with a semicolon",
        validators=may_be_empty(),
        filters=[trimmed],
    )
    child_seen = RadioField("Was the child seen?", choices=YES_NO, validators=may_be_empty(), default="")
    child_heard = RadioField("Was the child heard?", choices=YES_NO, validators=may_be_empty(), default="")


@dataclass(frozen=True)
class Part:
    """One part. `adds` is the form of one item where the part is a list; a part without is one text, or the period."""

    name: str
    hint: str = ""
    adds: type[Questions] | None = None

    @property
    def slug(self) -> str:
        return self.name.replace("_", "-")

    @property
    def title(self) -> str:
        return PARTS_OF_OWN[self.name]


PARTS_IN_ORDER = (
    Part("records_searched", "Name the systems and files that were looked at. It can be left empty."),
    Part("period", "Usually from the first contact that matters for this incident."),
    Part("involvement_summary", "What your agency did for this child and family, and when it was involved."),
    Part("chronology"),
    Part("key_practice_episodes", "The points at which practice mattered most.", EpisodeForm),
    Part("child_seen_and_heard", "Was the child seen, alone where it should have been? What did the child say or show, and what was made of it?"),
    Part("inequalities_considered", "How ethnicity, disability, poverty, racism and other inequalities may have influenced what the child lived through and how practice answered."),
    Part("what_went_well", "Good practice that others can learn from."),
    Part("what_should_have_been_different", "What should have been done otherwise, and why it was not.", DifferenceForm),
    Part("immediate_changes", "What your agency has done already to keep this child and others safe. Write none if nothing."),
    Part("recommendations", "What your agency should do.", RecommendationForm),
)  # fmt: skip
BY_SLUG = {part.slug: part for part in PARTS_IN_ORDER if part.name != "chronology"}


def text_form(part: Part) -> type[Questions]:
    """The form of a part that is one text."""
    optional = part.name == "records_searched"
    answer = (
        TextAreaField(
            part.title,
            description=part.hint,
            validators=[*may_be_empty(), at_most(2000, part.title)],
            filters=[trimmed],
        )
        if optional
        else reasons(part.title, part.hint, missing="Write something here, or go back and leave it for later", rows=10)
    )
    return type("TextForm", (Questions,), {"value": answer})

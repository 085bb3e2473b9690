"""Questions on pages: WTForms with the field's own kinds of answer. What is wrong is said in one sentence each.

A form is drawn by `questions.html`; its answers are JSON values, so that a draft can hold them.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import Any, ClassVar

import wtforms
from wtforms import Field, Form, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.utils import unset_value
from wtforms.validators import Length, Optional, StopValidation, ValidationError

from shared import clock
from shared.calendar import london_day
from shared.web.fields import Email, Phone, Text

_TIME = re.compile(r"(\d{1,2})(?:[:.](\d\d))?\s*(am|pm)?", re.IGNORECASE)
PARTS = ("day", "month", "year")


class Questions(Form):
    """The questions of one page. CSRF is checked for every page before it is asked."""

    elsewhere: Mapping[str, str] = MappingProxyType({})  # a fault to the page where it is put right

    def answers(self) -> dict[str, Any]:
        """What was answered, by name; what was left empty is None."""
        return {name: value if value not in ("", []) else None for name, value in self.data.items()}

    def error_list(self) -> list[dict[str, str]]:
        """For the error summary: what is wrong with each question, linking to its first input."""
        faults = [(str(each), f"#{_first_input(field)}") for field in self for each in field.errors]
        return [{"text": said, "href": self.elsewhere.get(said, here)} for said, here in faults]

    def wants_a_row(self) -> bool:
        """Whether somebody pressed the button for one more row of a question, so that nothing is to be done yet."""
        return any(getattr(field, "grows", False) for field in self)

    def offer(self, name: str, choices: Iterable[tuple[str, str]]) -> None:
        """Give a question the choices that only the moment knows."""
        field: Any = self[name]
        field.choices = _choices(choices)

    def blame(self, name: str, sentence: str, path: str | None = None) -> None:
        """Say what is wrong with an answer that the form alone could not judge, and on which page it is put right."""
        field = self[name]
        field.errors = [*field.errors, sentence]
        if path:
            self.elsewhere = {**self.elsewhere, sentence: path}


def _first_input(field: Any) -> str:
    return str(getattr(field, "first_input", field.id))


class Needed:
    """A validator: the question must be answered, and not with blanks."""

    field_flags: ClassVar[dict[str, Any]] = {"required": True}

    def __init__(self, sentence: str) -> None:
        self.sentence = sentence

    def __call__(self, form: Form, field: Field) -> None:
        if not field.data:
            raise StopValidation(self.sentence)


def needed(sentence: str) -> list[Any]:
    """Validators of a question that must be answered."""
    return [Needed(sentence), _no_hidden]


class SentBeside:
    """A validator of a file that must be sent: it comes beside the form, so whoever takes it says what is wrong with it."""

    field_flags: ClassVar[dict[str, Any]] = {"required": True}

    def __call__(self, form: Form, field: Field) -> None:
        """Nothing can be seen of the file here."""


def may_be_empty() -> list[Any]:
    return [Optional(), _no_hidden]


def at_most(count: int, what: str) -> Length:
    return Length(max=count, message=f"{what} must be {count:,} characters or fewer")


def _no_hidden(form: Form, field: Field) -> None:
    values = field.data if isinstance(field.data, list) else [field.data]
    if any(isinstance(value, str) and Text.hidden.search(value) for value in values):
        raise ValidationError("Remove the hidden characters: type the answer again instead of pasting it")


def trimmed(value: Any) -> Any:
    """A text without blanks around it, its lines ending as Unix's do."""
    return value.replace("\r\n", "\n").strip() if isinstance(value, str) else value


def _choices(pairs: Iterable[tuple[str, str]]) -> list[Any]:
    return [SelectChoice(value, label) for value, label in pairs]


class RadioField(wtforms.RadioField):
    """One of a few answers, given as pairs of value and words."""

    def __init__(self, label: str, choices: Iterable[tuple[str, str]] = (), **options: Any) -> None:
        super().__init__(label, choices=_choices(choices), **options)

    def pre_validate(self, form: Any) -> None:
        if self.data and self.data not in [value for value, *_ in self.iter_choices()]:
            raise StopValidation("Choose one of the answers")


class SelectField(wtforms.SelectField):
    """One of many answers, given as pairs of value and words."""

    def __init__(self, label: str, choices: Iterable[tuple[str, str]] = (), **options: Any) -> None:
        super().__init__(label, choices=_choices(choices), **options)


class SelectMultipleField(wtforms.SelectMultipleField):
    """Any of a few answers, given as pairs of value and words."""

    def __init__(self, label: str, choices: Iterable[tuple[str, str]] = (), **options: Any) -> None:
        super().__init__(label, choices=_choices(choices), **options)


class DayField(Field):
    """A date in three inputs; its data is an ISO date. A date that cannot be says which part is at fault."""

    def __init__(self, label: str, *, what: str, **options: Any) -> None:
        super().__init__(label, **options)
        self.what = what
        self.typed: dict[str, str] = dict.fromkeys(PARTS, "")

    @property
    def first_input(self) -> str:
        return f"{self.id}-day"

    def process(self, formdata: Any, data: Any = unset_value, extra_filters: Any = None) -> None:
        self.process_errors = []
        given = self.default if data is unset_value else data
        self.data = given
        if given:
            year, month, day = given.split("-")
            self.typed = {"day": str(int(day)), "month": str(int(month)), "year": year}
        if formdata is not None:
            self.typed = {part: str(formdata.get(f"{self.name}-{part}", "")).strip() for part in PARTS}
            self.raw_data = ["-".join(self.typed.values())] if any(self.typed.values()) else []
            self._read()

    def _read(self) -> None:
        self.data = None
        missing = [part for part in PARTS if not self.typed[part]]
        if len(missing) == 3:
            return
        if missing:
            self.process_errors = [f"{self.what} must include a {' and '.join(missing)}"]
            return
        try:
            day, month, year = (int(self.typed[part]) for part in PARTS)
            found = date(year, month, day)
        except ValueError:
            self.process_errors = [f"{self.what} must be a real date, such as 27 3 2026"]
            return
        if not 1900 <= found.year <= 2199:
            self.process_errors = [f"{self.what} must have a year in four digits, such as 2026"]
            return
        self.data = found.isoformat()

    def parts(self) -> list[dict[str, Any]]:
        """The three inputs, as the Design System's date input takes them."""
        wrong = " govuk-input--error" if self.errors else ""
        return [
            {
                "id": f"{self.id}-{part}",
                "name": f"{self.name}-{part}",
                "label": part.capitalize(),
                "value": self.typed[part],
                "classes": f"govuk-input--width-{4 if part == 'year' else 2}{wrong}",
            }
            for part in PARTS
        ]


class TimeField(StringField):
    """A time of day as people write it (9:30pm, 21.30); its data is `HH:MM`."""

    def pre_validate(self, form: Any) -> None:
        if not self.data:
            return
        found = _TIME.fullmatch(self.data.strip())
        hour, minute = (int(found[1]), int(found[2] or 0)) if found else (99, 0)
        half = (found[3] or "").lower() if found else ""
        if half:
            hour = hour % 12 + (12 if half == "pm" else 0) if 1 <= hour <= 12 else 99
        if hour > 23 or minute > 59:
            raise StopValidation("Enter a time like 9:30pm or 21:30")
        self.data = f"{hour:02}:{minute:02}"


def items_of(field: Any) -> Sequence[dict[str, Any]]:
    """A choice's options as the Design System's components take them."""
    return [{"value": value, "text": label} for value, label, *_ in field.iter_choices()]


def not_in_the_future(form: Form, field: Any) -> None:
    """A validator: the day is today or was before."""
    if field.data and field.data > london_day(clock.now()).isoformat():
        raise ValidationError(f"{field.what} must be today or in the past")


def is_shaped_as(kind: type[Email] | type[Phone], sentence: str) -> Any:
    """A validator: the answer has the shape that the JSON interface asks of the same field."""

    def check(form: Form, field: Field) -> None:
        if field.data and not kind.shape.fullmatch(field.data):
            raise ValidationError(sentence)

    return check

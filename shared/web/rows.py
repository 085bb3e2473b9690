"""A question with as many rows as somebody needs: each row a few inputs, and a button for one more, without JavaScript."""

from typing import Any

from wtforms import Field
from wtforms.utils import unset_value
from wtforms.validators import StopValidation

from shared.web.fields import Text
from shared.web.forms import trimmed

Row = dict[str, str]


class RowsField(Field):
    """Its data is a list of rows, each the text of its inputs by name; a row with nothing in it is none.

    `asks` are the inputs by name, the first of which every row needs; `{}` in their words stands for the row's number.
    `least` rows are shown, and one more once the button is pressed: nothing is judged then, and nothing typed is lost.
    """

    def __init__(self, label: str, *, asks: dict[str, str], noun: str, least: int = 3, **options: Any) -> None:
        super().__init__(label, **options)
        self.asks, self.noun, self.least = asks, noun, least
        self.typed: list[Row] = []
        self.grows = False
        self.at_fault = (0, next(iter(asks)))

    @property
    def more(self) -> str:
        """The name of the button that asks for a row more."""
        return f"{self.name}-more"

    @property
    def first_input(self) -> str:
        return self._name(*self.at_fault)

    def process(self, formdata: Any, data: Any = unset_value, extra_filters: Any = None) -> None:
        self.process_errors = []
        self.typed = list((self.default if data is unset_value else data) or ())
        if formdata is not None:
            self.grows = self.more in formdata
            self.typed = [self._row(formdata, number) for number in range(self._count(formdata))]
        self.data = [{name: said for name, said in row.items() if said} for row in self.typed if any(row.values())]
        self.raw_data = self.data

    def _count(self, formdata: Any) -> int:
        numbers = [each.removeprefix(f"{self.name}-").partition("-")[0] for each in formdata if self._is_input(each)]
        return max((int(each) + 1 for each in numbers if each.isdecimal() and len(each) < 3), default=0)

    def _is_input(self, name: str) -> bool:
        return name.startswith(f"{self.name}-") and name != self.more

    def _row(self, formdata: Any, number: int) -> Row:
        return {name: trimmed(formdata.get(self._name(number, name), "")) for name in self.asks}

    def _name(self, number: int, name: str) -> str:
        return f"{self.name}-{number}-{name}"

    def pre_validate(self, form: Any) -> None:
        needed = next(iter(self.asks))
        for number, row in enumerate(self.typed):
            if any(row.values()) and not row[needed]:
                self.at_fault = (number, needed)
                raise StopValidation(f"{self.asks[needed].format(number + 1)}: write it, or empty the rest of its row")
            for name, said in row.items():
                if Text.hidden.search(said):
                    self.at_fault = (number, name)
                    raise StopValidation("Remove the hidden characters: type the answer again instead of pasting it")

    def rows(self) -> list[list[dict[str, str]]]:
        """The inputs of each row that is shown: those with something in them, empty ones up to `least`, one more."""
        count = max(self.least, len(self.typed) + self.grows)
        return [
            [
                {
                    "id": self._name(number, name),
                    "label": words.format(number + 1),
                    "value": self.typed[number].get(name, "") if number < len(self.typed) else "",
                }
                for name, words in self.asks.items()
            ]
            for number in range(count)
        ]

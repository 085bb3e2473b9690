"""Marshmallow fields, and their schema, that the services share. A refusal says what to do and repeats nothing sent."""

import re
from datetime import date, datetime
from typing import Any, ClassVar

from marshmallow import RAISE, Schema, ValidationError, fields, validate

SEND_IT = "Give this; it is needed."
LEAVE_IT_OUT = "Give a value here, or leave the field out."
EARLIEST_YEAR = 1900
LATEST_YEAR = 2199  # further checks compare with now; this one only keeps sums on dates from overflowing

# Refused everywhere: NUL and other controls, characters that reverse or hide the text about them, half characters.
_HIDDEN = (
    "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2060-\u2069\ufeff"
    "\ufff9-\ufffb\ufffe\uffff\ud800-\udfff\U000e0000-\U000e007f"
)
# In one line also: line breaks and tabs, soft hyphens, direction marks, which would make two equal names differ.
_HIDDEN_IN_TEXT = re.compile(f"[{_HIDDEN}]")
_HIDDEN_IN_LINE = re.compile(f"[{_HIDDEN}\t\n\r\xad\u061c\u200e\u200f\u2028\u2029]")

_TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_CODE = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+", re.ASCII)
_PHONE = re.compile(r"[+(]?[0-9][0-9 ()-]{5,22}[0-9](?: ?(?:x|ext\.?|extension) ?[0-9]{1,6})?", re.ASCII)
_POSTCODE = re.compile(
    r"(?:GIR ?0AA|ZZ99 ?[0-9][A-Z]{2}"  # ZZ99 is the NHS's series for no fixed abode and addresses abroad
    r"|(?:[A-PR-UWYZ](?:[0-9]{1,2}|[A-HK-Y][0-9][0-9]?|[0-9][A-HJKPSTUW]|[A-HK-Y][0-9][ABEHMNPRV-Y]))"
    r" ?[0-9][ABD-HJLNP-UW-Z]{2})"
)
# Local authorities with children's services and the districts below them; Wales, Scotland, Northern Ireland.
_LOCAL_AUTHORITY = re.compile(r"(?:E(?:0[6-9]|10)|W06|S12|N09)[0-9]{6}", re.ASCII)
LOCAL_AUTHORITY_PATTERN = f"^{_LOCAL_AUTHORITY.pattern}$"


Messages = dict[str, str | list[Any] | dict[Any, Any]]


def says(**messages: str) -> Messages:
    """A field's refusals by name, beside the two that every field has."""
    return {"required": SEND_IT, "null": LEAVE_IT_OUT, **messages}


class Text(fields.String):
    """Words of any script, up to `most` characters over several lines."""

    hidden: ClassVar[re.Pattern[str]] = _HIDDEN_IN_TEXT
    default_error_messages = says(
        invalid="Write this as text, in quotation marks.",
        blank="Write at least one word here, or leave the field out.",
        long="Shorten this to {most} characters or fewer.",
        hidden="Remove the hidden character at position {position}; it cannot be stored safely.",
    )

    def __init__(self, most: int = 20_000, **options: Any) -> None:
        self.most = most
        options["metadata"] = {"minLength": 1, "maxLength": most} | dict(options.get("metadata") or {})
        super().__init__(**options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        if not isinstance(value, str):
            raise self.make_error("invalid")
        if len(value) > self.most:
            raise self.make_error("long", most=self.most)
        if found := self.hidden.search(value):
            raise self.make_error("hidden", position=found.start() + 1)
        if not value or value.isspace():
            raise self.make_error("blank")
        return value


class Line(Text):
    """Words on one line: a name, a reference, a role."""

    hidden = _HIDDEN_IN_LINE

    def __init__(self, most: int = 200, **options: Any) -> None:
        super().__init__(most, **options)


class _Shaped(Line):
    """One line of a fixed shape; `shape` is matched against the whole of it."""

    shape: ClassVar[re.Pattern[str]]
    longest: ClassVar[int]

    def __init__(self, **options: Any) -> None:
        options["metadata"] = {"pattern": f"^(?:{self.shape.pattern})$"} | dict(options.get("metadata") or {})
        super().__init__(self.longest, **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        line = super()._deserialize(value, attr, data, **kwargs)
        if not self.shape.fullmatch(line):
            raise self.make_error("shape")
        return line


class Code(_Shaped):
    """A word from a list that others keep, in kebab-case, such as a type of place."""

    shape, longest = _CODE, 60
    default_error_messages = says(shape="Write this in small letters with hyphens, such as public-place.")


class Email(_Shaped):
    shape, longest = _EMAIL, 254
    default_error_messages = says(shape="Give one e-mail address, such as name@agency.example.")


class Phone(_Shaped):
    shape, longest = _PHONE, 40
    default_error_messages = says(
        shape="Give a phone number in digits, such as 01432 000000 or +44 1432 000000 ext 12."
    )


class LocalAuthority(_Shaped):
    """A local authority of the United Kingdom by its ONS code."""

    shape, longest = _LOCAL_AUTHORITY, 9
    default_error_messages = says(shape="Give the authority's nine-character ONS code, such as E06000019.")


class NhsNumber(Line):
    """Ten digits whose last is their modulus-11 check digit (NHS Data Dictionary); spaces and hyphens are dropped."""

    default_error_messages = says(
        digits="Give the NHS number's ten digits.",
        check="Check the NHS number: its last digit does not fit the others, so one was mistyped.",
    )

    def __init__(self, **options: Any) -> None:
        super().__init__(20, **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        number = super()._deserialize(value, attr, data, **kwargs).replace(" ", "").replace("-", "")
        if len(number) != 10 or not (number.isascii() and number.isdigit()):
            raise self.make_error("digits")
        if not nhs_number_fits(number):
            raise self.make_error("check")
        return number


def nhs_number_fits(number: str) -> bool:
    """Whether the check digit of ten digits is right; one digit ten times is nobody's number."""
    total = sum(weight * int(digit) for weight, digit in zip(range(10, 1, -1), number, strict=False))
    return -total % 11 == int(number[9]) and len(set(number)) > 1


def is_uk_postcode(text: str) -> bool:
    """Whether `text` has the shape of a postcode of the United Kingdom, in either case, with or without its space."""
    return bool(_POSTCODE.fullmatch(text.upper().strip()))


class Choice(fields.String):
    """One word of a closed list."""

    default_error_messages = says()

    def __init__(self, *choices: str, **options: Any) -> None:
        self.choices = frozenset(choices)
        self.refusal = f"Use one of: {', '.join(choices)}."
        options["metadata"] = {"enum": [*choices]} | dict(options.get("metadata") or {})
        super().__init__(**options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        if not isinstance(value, str) or value not in self.choices:
            raise ValidationError(self.refusal)
        return value


class YesNo(fields.Boolean):
    """JSON's true or false; not 1, "yes" or "on"."""

    default_error_messages = says(
        invalid="Send true or false, without quotation marks.",
    )

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bool:
        if not isinstance(value, bool):
            raise self.make_error("invalid")
        return value


class Whole(fields.Integer):
    """A whole number from `least` to `most`, both included."""

    default_error_messages = says(
        invalid="Send a whole number, without quotation marks.",
        range="Send a whole number from {least} to {most}.",
    )

    def __init__(self, least: int, most: int, **options: Any) -> None:
        self.least, self.most = least, most
        options["metadata"] = {"minimum": least, "maximum": most} | dict(options.get("metadata") or {})
        super().__init__(**options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        if not isinstance(value, int) or isinstance(value, bool):
            raise self.make_error("invalid")
        if not self.least <= value <= self.most:
            raise self.make_error("range", least=self.least, most=self.most)
        return value


class Moment(fields.AwareDateTime):
    """A timestamp of RFC 3339 with its offset, from 1900 on; loaded as an aware datetime in the offset it came with."""

    default_error_messages = says(
        invalid="Give date, time and offset from UTC, such as 2026-03-25T21:30:00+00:00.",
        year=f"Check the year: it must lie between {EARLIEST_YEAR} and {LATEST_YEAR}.",
    )

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime:
        if not isinstance(value, str) or not _TIMESTAMP.fullmatch(value):
            raise self.make_error("invalid")
        if not EARLIEST_YEAR <= int(value[:4]) <= LATEST_YEAR:
            raise self.make_error("year")
        try:
            return datetime.fromisoformat(value.upper())
        except ValueError:
            raise self.make_error("invalid") from None


class Day(fields.Date):
    """A date of ISO 8601, from 1900 on."""

    default_error_messages = says(
        invalid="Give the date as year, month and day, such as 2026-03-25.",
        year=f"Check the year: it must lie between {EARLIEST_YEAR} and {LATEST_YEAR}.",
    )

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> date:
        if not isinstance(value, str) or not _DATE.fullmatch(value):
            raise self.make_error("invalid")
        if not EARLIEST_YEAR <= int(value[:4]) <= LATEST_YEAR:
            raise self.make_error("year")
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise self.make_error("invalid") from None


class Several(fields.List[Any]):
    """A list of `least` to `most` entries; each entry's fault is told at its own place."""

    default_error_messages = says(
        null="Send a list, which may be empty, or leave the field out.",
        invalid="Send a list, in square brackets.",
    )

    def __init__(
        self, entry: fields.Field[Any] | type[fields.Field[Any]], most: int = 50, *, least: int = 0, **options: Any
    ) -> None:
        super().__init__(entry, validate=at_most(most, least), **options)


def at_most(most: int, least: int = 0) -> validate.Length:
    """A validator of a list's length."""
    return validate.Length(least or None, most, error=f"Send from {least} to {most} entries.")


class Body(Schema):
    """A body or a part of one: unknown fields are refused, and whatever is not required may be null."""

    class Meta:
        unknown = RAISE

    error_messages = {  # noqa: RUF012  # marshmallow reads it from the class
        "unknown": "Remove this field or correct its name; there is no such field.",
        "type": "Send an object, in curly brackets.",
    }

    def on_bind_field(self, field_name: str, field_obj: fields.Field[Any]) -> None:
        field_obj.allow_none = not field_obj.required
        if field_obj.allow_none and "enum" in field_obj.metadata:  # else the OpenAPI document would refuse null
            field_obj.metadata = {**field_obj.metadata, "enum": [*field_obj.metadata["enum"], None]}

"""Parts of several bodies, and checks that need the clock."""

from datetime import date, datetime

from marshmallow import Schema, ValidationError, fields

from shared import clock
from shared.calendar import london_day
from shared.web.fields import Line, Text

IN_THE_FUTURE = "This lies in the future; give when it was, not when it will be."
IN_THE_PAST = "This day has passed; give today or a later day."


class Person(Schema):
    """Somebody who prepared, signed or answers for something."""

    name = Line(required=True)
    role = Line(required=True)


class Reasons(Schema):
    """Why something was done."""

    reasons = Text(required=True)


class NoFields(Schema):
    """A body that is an empty object."""


class AgencyName(Schema):
    """An agency in an answer."""

    id = fields.String(required=True)
    name = fields.String(required=True)


def not_in_the_future(value: date | datetime) -> None:
    """Raises ValidationError for a moment after now, or a day after today in London."""
    now = clock.now()
    late = value > now if isinstance(value, datetime) else value > london_day(now)
    if late:
        raise ValidationError(IN_THE_FUTURE)


def not_in_the_past(value: date) -> None:
    """Raises ValidationError for a day before today in London."""
    if value < london_day(clock.now()):
        raise ValidationError(IN_THE_PAST)


def moment(*, required: bool = True, allow_none: bool = False) -> fields.AwareDateTime:
    """A time in an answer."""
    return fields.AwareDateTime(required=required, allow_none=allow_none)

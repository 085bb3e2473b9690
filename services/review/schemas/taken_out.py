"""What is taken out of the reviews: figures, themes, the tracker's rows, and the kind of a file."""

from collections.abc import Sequence
from typing import Any

from marshmallow import Schema, fields

from services.review.figures import COLUMNS, LEARNING
from services.review.report_document import KINDS
from services.review.tracker import COLUMNS as TRACKER
from shared.web.fields import Choice


def named(column: str) -> str:
    """A column of the figures by its name in answers: `Completed in time` is `completed_in_time`."""
    return column.casefold().replace(" ", "_")


def _row(name: str, columns: Sequence[str]) -> type[Schema]:
    shape: dict[str, Any] = {named(each): fields.Integer(required=True) for each in columns}
    shape[named(columns[0])] = fields.String(required=True)
    return Schema.from_dict(shape, name=name)


class FiguresView(Schema):
    """Counts by the reporting year, 1 April to 31 March, the newest first: of reviews, and of what was learnt."""

    reviews = fields.List(fields.Nested(_row("YearOfReviews", COLUMNS)), required=True)
    learning = fields.List(fields.Nested(_row("YearOfLearning", LEARNING)), required=True)


class ThemeView(Schema):
    """One theme: its recommendations in each of `years`, in how many reviews it came up, and all together."""

    theme = fields.String(required=True)
    counts = fields.List(fields.Integer(), required=True)
    reviews = fields.Integer(required=True)
    total = fields.Integer(required=True)


class ThemesView(Schema):
    years = fields.List(fields.Integer(), required=True)
    items = fields.List(fields.Nested(ThemeView), required=True)


class TrackerView(Schema):
    """The reviews in the fields of the NHS Safeguarding Case Review Tracker: each row in the order of `columns`."""

    columns = fields.List(fields.String(), required=True, metadata={"example": [*TRACKER]})
    rows = fields.List(fields.List(fields.String()), required=True)


class ReportQuery(Schema):
    kind = Choice(*KINDS, load_default="pdf")

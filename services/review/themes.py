"""Which themes come up again: recommendations by theme and year (regulation 11(2)(b), SI 2018/789)."""

from typing import Any

from sqlalchemy import extract, func, select
from sqlalchemy.orm import Session

from services.review.models import Case, Recommendation

LEFT, COLUMN, BAR, TOP, LANE = 240, 130, 90, 28, 28  # of the chart, in its own units
MOST_DRAWN, LATEST_YEARS = 12, 6


def themes_by_year(session: Session) -> dict[str, Any]:
    """A row for each theme with its recommendations by year, and in how many reviews it came up.

    The theme that came up most often comes first.
    """
    year = extract("year", func.timezone("Europe/London", Recommendation.made_at))
    counted = session.execute(
        select(Recommendation.theme, year, func.count()).group_by(Recommendation.theme, year)
    ).all()
    times = select(Recommendation.theme, func.count(Recommendation.case_id.distinct())).group_by(Recommendation.theme)
    reviews = {row[0]: row[1] for row in session.execute(times)}
    years = sorted({int(each) for _, each, _ in counted})
    rows: list[dict[str, Any]] = [
        {"theme": theme, "counts": [sum(n for t, y, n in counted if t == theme and int(y) == each) for each in years], "reviews": number}
        for theme, number in reviews.items()
    ]  # fmt: skip
    for row in rows:
        row["total"] = sum(row["counts"])
    return {"years": years, "rows": sorted(rows, key=lambda row: (-row["total"], row["theme"]))}


def as_chart(themes: dict[str, Any]) -> dict[str, Any]:
    """The most frequent themes drawn as bars, a lane for each theme and a column for each of the latest years."""
    years = themes["years"][-LATEST_YEARS:]
    drawn = themes["rows"][:MOST_DRAWN]
    counts = [row["counts"][-LATEST_YEARS:] for row in drawn]
    most = max((count for row in counts for count in row), default=1) or 1
    places = [LEFT + number * COLUMN for number in range(len(years))]
    return {
        "width": LEFT + LATEST_YEARS * COLUMN,
        "height": TOP + len(drawn) * LANE + 6,
        "bar": BAR,
        "years": [{"year": year, "x": x} for year, x in zip(years, places, strict=True)],
        "rows": [
            {
                "theme": row["theme"],
                "y": TOP + lane * LANE,
                "bars": [
                    {"x": x, "count": count, "length": round(count / most * BAR)}
                    for x, count in zip(places, counts[lane], strict=True)
                ],
            }
            for lane, row in enumerate(drawn)
        ],
    }


def earlier_on(session: Session, theme: str, case: Case) -> list[Recommendation]:
    """Recommendations of other cases on the same theme, the newest first: was this said before?"""
    statement = select(Recommendation).where(Recommendation.theme == theme, Recommendation.case_id != case.id)
    return list(session.scalars(statement.order_by(Recommendation.made_at.desc()).limit(20)))

"""Which themes come up again: recommendations by theme and year (regulation 11(2)(b), SI 2018/789)."""

from typing import Any

from sqlalchemy import extract, func, select
from sqlalchemy.orm import Session

from services.review.models import Case, Recommendation

BAR = 300


def themes_by_year(session: Session) -> dict[str, Any]:
    """A row for each theme with its recommendations by year, in how many reviews it came up, and a bar's length.

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
    most = max((sum(row["counts"]) for row in rows), default=1)
    for row in rows:
        row["total"] = sum(row["counts"])
        row["bar"] = round(row["total"] / most * BAR)
    return {"years": years, "rows": sorted(rows, key=lambda row: (-row["total"], row["theme"]))}


def earlier_on(session: Session, theme: str, case: Case) -> list[Recommendation]:
    """Recommendations of other cases on the same theme, the newest first: was this said before?"""
    statement = select(Recommendation).where(Recommendation.theme == theme, Recommendation.case_id != case.id)
    return list(session.scalars(statement.order_by(Recommendation.made_at.desc()).limit(20)))

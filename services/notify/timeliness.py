"""How many of the statutory steps were taken in time, by the quarter in which each fell due: for the yearly report."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

# What counts as done: a notification when it was sent, a review when it was completed. What is under way and not late
# does not count yet; what was cancelled never does.
COUNT = text("""
    SELECT rule, extract(year FROM due)::integer AS year, extract(quarter FROM due)::integer AS quarter,
           count(*) AS all, count(*) FILTER (WHERE done <= due_at) AS in_time
      FROM (SELECT rule, due_at, due_at AT TIME ZONE 'Europe/London' AS due,
                   CASE WHEN rule = 'sin-panel' THEN sent_at ELSE discharged_at END AS done
              FROM duties WHERE rule IN ('sin-panel', 'rapid-review', 'lcspr') AND status <> 'cancelled') AS clocks
     WHERE done IS NOT NULL OR due_at < :now
     GROUP BY 1, 2, 3 ORDER BY 2, 3, 1
""")
RULES = {
    "sin-panel": "Notifications within 5 working days",
    "rapid-review": "Rapid reviews within 15 working days",
    "lcspr": "LCSPRs within 6 months",
}


@dataclass(frozen=True)
class Share:
    """Of `all` steps that fell due in a quarter, those taken in time."""

    rule: str
    year: int
    quarter: int
    all: int
    in_time: int

    @property
    def percent(self) -> int:
        return round(100 * self.in_time / self.all)


def timeliness(session: Session, now: datetime) -> list[Share]:
    """The shares by quarter, the oldest first. `now` is aware: what is not done and not yet late does not count."""
    rows: Any = session.execute(COUNT, {"now": now})
    return [Share(row.rule, row.year, row.quarter, row.all, row.in_time) for row in rows]

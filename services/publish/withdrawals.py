"""When a publication was withdrawn: what was done before that to bring it out is history, and is done anew."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.publish.models import PageOrder


def withdrawals(session: Session, publication_id: str) -> list[datetime]:
    """The times at which a publication was withdrawn, the last one last."""
    of_it = (PageOrder.publication_id == publication_id, PageOrder.what == "withdrawal")
    return list(session.scalars(select(PageOrder.ordered_at).where(*of_it).order_by(PageOrder.ordered_at)))

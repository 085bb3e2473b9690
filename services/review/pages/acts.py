"""What is recorded by one form on one record of review."""

from typing import Any

from services.review.models import Model
from services.review.pages.site import pages
from services.review.records import find
from shared.web.asking import declare_act


def act(path: str, *, on: type[Model], **declared: Any) -> None:
    """Declare a form on a record of kind `on`; see `declare_act` for the rest."""
    declare_act(
        pages,
        path,
        finds=lambda visit, record_id, lock: find(visit.session, on, record_id, lock=lock),
        about=lambda row: str(getattr(row, "reference", "") or getattr(row, "case_reference", "")),
        **declared,
    )

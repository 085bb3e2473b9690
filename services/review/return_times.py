"""When agencies' returns are due, reminded of and chased: the partnership file's times, or the office's as changed here."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy.orm import Session

from shared.identity.viewer import Viewer
from shared.partnership import partnership
from shared.setting_changes import change_setting, in_force

SETTING = "return-times"


@dataclass(frozen=True)
class ReturnTimes:
    """As the partnership's file names them: working days, and from which chase on an agency's leads are told too."""

    information_request_days: int
    information_remind_days: int | None  # None reminds nobody
    information_chase_days: int | None  # None chases once
    information_escalate_at: int


def return_times(session: Session) -> ReturnTimes:
    """What holds now for whoever is asked, reminded or chased."""
    if changed := in_force(session, SETTING):
        return ReturnTimes(**changed)
    here = partnership()
    return ReturnTimes(**{name: getattr(here, name) for name in ReturnTimes.__annotations__})


def change_return_times(session: Session, viewer: Viewer, values: Mapping[str, Any], reasons: str) -> None:
    """Have agencies asked, reminded and chased by other times from now on; a return that is due keeps its day.

    `values` are all of them, as shared.partnership_schema.ReturnTimesSchema loads them.
    """
    change_setting(session, viewer, SETTING, asdict(ReturnTimes(**values)), reasons)

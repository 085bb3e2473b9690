"""Who is looking: the agency on whose behalf a request or a job runs, and how far it may see."""

from dataclasses import dataclass
from typing import Literal

Scope = Literal["own", "partner", "all", "system", "none"]


@dataclass(frozen=True, slots=True)
class Viewer:
    """An agency as a caller. `scope` is what row-level security in the database goes by:

    `own` its own rows; `partner` the incidents too, as a safeguarding partner; `all` the partnership office and the
    authority; `system` our own workers; `none` nobody.
    """

    agency_id: str
    agency_name: str
    kind: str
    is_partner: bool
    is_authority: bool
    scope: Scope

    @property
    def is_office(self) -> bool:
        return self.kind == "partnership-office"


SYSTEM = Viewer("system", "Safeguarding Reviews", "system", is_partner=False, is_authority=False, scope="system")

"""Who is looking: the agency, and the person where it is one, on whose behalf a request or a job runs."""

from dataclasses import dataclass
from typing import Literal

Scope = Literal["own", "mine", "partner", "all", "system", "none"]


@dataclass(frozen=True, slots=True)
class Viewer:
    """An agency as a caller. `scope` is what row-level security in the database goes by:

    `own` its own rows; `mine` those of them that the person submitted; `partner` the incidents too, as a safeguarding
    partner; `all` the partnership office and the authority; `system` our own workers; `none` nobody.

    `roles` is None for an agency's system with a key, which acts for its whole agency; a person has those given to them.
    """

    agency_id: str
    agency_name: str
    kind: str
    is_partner: bool
    is_authority: bool
    scope: Scope
    person_id: str = ""
    person_name: str = ""
    roles: frozenset[str] | None = None

    @property
    def is_office(self) -> bool:
        return self.kind == "partnership-office"

    @property
    def actor(self) -> str:
        """Who the audit trail says it was."""
        return f"person:{self.person_id}" if self.person_id else self.agency_id

    def acts_as(self, *roles: str) -> bool:
        """Whether the caller has one of these roles."""
        return self.roles is None or not self.roles.isdisjoint(roles)


SYSTEM = Viewer("system", "Safeguarding Reviews", "system", is_partner=False, is_authority=False, scope="system")
NOBODY = Viewer("", "", "none", is_partner=False, is_authority=False, scope="none", roles=frozenset())

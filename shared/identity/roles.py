"""What people may be in the system: each role with its plain meaning, the agencies that may give it, and what it sees.

A person may hold several; the widest sight holds. What a role may do is decided by the rights (`rights.py`).
"""

from dataclasses import dataclass, field

from shared.identity.viewer import Scope

ANY_AGENCY = "any agency"
AUTHORITY = "the local authority"
PARTNERS = "the three safeguarding partners"
OFFICE = "the partnership office"
PARTNERS_OR_OFFICE = "the three safeguarding partners and the partnership office"

# Widest last.
WIDTH: tuple[Scope, ...] = ("none", "mine", "own", "partner", "all")


@dataclass(frozen=True)
class Role:
    """One role. `sees` is the scope by service; a service that is not named shows this role no case content."""

    name: str
    meaning: str
    held_in: str
    sees: dict[str, Scope] = field(default_factory=dict)


ROLES: dict[str, Role] = {
    role.name: role
    for role in (
        Role(
            "referrer", "reports serious incidents and sees their own incident reports", ANY_AGENCY, {"notify": "mine"}
        ),
        Role(
            "agency-lead",
            "agrees and sees all incident reports and returns of their agency, and ends access for its people",
            ANY_AGENCY,
            {"notify": "own", "review": "own"},
        ),
        Role("return-author", "writes their agency's returns to reviews", ANY_AGENCY, {"review": "own"}),
        Role(
            "duty-officer",
            "decides for the local authority, enters the national form and records receipts",
            AUTHORITY,
            {"notify": "all", "review": "own"},
        ),
        Role(
            "partner-approver",
            "signs for one of the three safeguarding partners",
            PARTNERS,
            {"notify": "partner", "review": "partner", "publish": "partner"},
        ),
        Role(
            "partnership-office",
            "runs the process day to day",
            OFFICE,
            {"notify": "all", "review": "all", "publish": "all"},
        ),
        Role("reviewer", "leads one review, for as long as it lasts", ANY_AGENCY),
        Role(
            "communications-lead", "keeps the media and communications protocol", PARTNERS_OR_OFFICE, {"publish": "all"}
        ),
        Role("editor", "prepares documents and pages for publication", OFFICE, {"publish": "all"}),
        Role(
            "scrutineer",
            "reads everything and writes nothing",
            OFFICE,
            {"notify": "all", "review": "all", "publish": "all"},
        ),
        Role("administrator", "keeps the directory and settings, and sees no case", OFFICE),
    )
}


def scope_of(service: str, roles: frozenset[str]) -> Scope:
    """The widest sight that these roles give in one service."""
    scopes = {ROLES[role].sees.get(service, "none") for role in roles}
    return max(scopes, key=WIDTH.index, default="none")


def sees_cases_of(service: str, roles: frozenset[str] | None) -> bool:
    """Whether somebody with these roles has anything to see in a service."""
    return bool(roles) and scope_of(service, roles or frozenset()) != "none"


def shows_cases(role: str) -> bool:
    """Whether the role shows, in any service, more of cases than what its holder reported."""
    return any(scope not in ("none", "mine") for scope in ROLES[role].sees.values())


def shows_beyond_agency(role: str) -> bool:
    """Whether the role shows, in any service, cases of other agencies than its holder's."""
    return any(scope in ("partner", "all") for scope in ROLES[role].sees.values())


def may_hold(role: str, *, is_authority: bool, is_partner: bool, is_office: bool) -> bool:
    """Whether an agency of this sort may give the role to its people."""
    held_in = ROLES[role].held_in
    allowed = {ANY_AGENCY: True, AUTHORITY: is_authority, PARTNERS: is_partner, OFFICE: is_office}
    return (allowed | {PARTNERS_OR_OFFICE: is_partner or is_office})[held_in]

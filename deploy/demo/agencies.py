"""Which agencies of a partnership's file play which part in a demonstration, by their kind: any partnership has them."""

from shared.partnership import AgencyKind, partnership


def agency_of(kind: AgencyKind) -> str | None:
    """The id of the safeguarding partner of this kind, else of the first agency; None where the file has none."""
    ours = partnership()
    if kind == "partnership-office":
        return ours.partnership_office
    found = [agency.id for agency in ours.agencies if agency.kind == kind]
    return next((agency for agency in found if agency in ours.safeguarding_partners), found[0] if found else None)


def needed(kind: AgencyKind) -> str:
    """The same, where the demonstration cannot do without. Raises `KeyError`."""
    agency = agency_of(kind)
    if agency is None:
        raise KeyError(f"The partnership's file has no agency of the kind {kind}.")
    return agency

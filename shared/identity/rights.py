"""What each kind of caller may do: one small function per right. Each route names one of them."""

from collections.abc import Callable

from shared.identity.viewer import Viewer

Right = Callable[[Viewer], bool]


def any_agency(viewer: Viewer) -> bool:
    """Every agency in the directory, on its own records."""
    return viewer.scope != "none"


def office(viewer: Viewer) -> bool:
    return viewer.is_office


def authority(viewer: Viewer) -> bool:
    """The local authority, whose the statutory duty is."""
    return viewer.is_authority


def office_or_authority(viewer: Viewer) -> bool:
    return viewer.is_office or viewer.is_authority


def partner(viewer: Viewer) -> bool:
    """One of the three safeguarding partners."""
    return viewer.is_partner


def office_or_partner(viewer: Viewer) -> bool:
    return viewer.is_office or viewer.is_partner


def office_authority_or_partner(viewer: Viewer) -> bool:
    return viewer.is_office or viewer.is_authority or viewer.is_partner


def anyone(_: Viewer) -> bool:
    """No credentials asked: health, documents of the interface, and callbacks that prove themselves by signature."""
    return True

"""How states, routes and kinds of document are called where people read them."""

STATES = {
    "draft": "Awaits the partners' decision",
    "route-decided": "Being prepared",
    "withheld": "Not published",
    "scheduled": "Scheduled",
    "held": "Held back at its time",
    "live": "Live",
    "archived": "Available on request",
    "withdrawn": "Withdrawn",
    "received": "Being examined",
    "checked": "Checked",
    "refused": "Refused",
}
COLOURS = {
    "draft": "govuk-tag--yellow",
    "held": "govuk-tag--red",
    "refused": "govuk-tag--red",
    "withdrawn": "govuk-tag--grey",
    "live": "govuk-tag--green",
    "checked": "govuk-tag--green",
    "archived": "govuk-tag--grey",
}
ROUTES = {
    "local": "On the partnership's site, with a copy to the NSPCC",
    "improvements": "Only information about improvements, on the partnership's site",
    "anonymous": "Through the NSPCC, with the partnership unnamed",
    "withheld": "Not published; the Panel and the Secretary of State are given the reasons",
}
KINDS = {
    "full-report": "Full report",
    "executive-summary": "Executive summary",
    "learning-briefing": "Learning briefing",
    "slides": "Slides",
    "improvements": "Information about improvements",
    "page-text": "Words of the page",
}


def state_words(state: str) -> str:
    return STATES.get(state, state)


def state_colour(state: str) -> str:
    """The Design System's class of a tag."""
    return COLOURS.get(state, "govuk-tag--light-blue")


def kind_words(kind: str) -> str:
    return KINDS.get(kind, kind)

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
STAYS_PUBLIC = "It is public; a hold does not take it down. If nobody may read it meanwhile, take the page down."
KINDS = {
    "full-report": "Full report",
    "executive-summary": "Executive summary",
    "learning-briefing": "Learning briefing",
    "slides": "Slides",
    "improvements": "Information about improvements",
    "page-text": "Words of the page",
    "nspcc-record": "Words of the NSPCC's record",
}
# What a reader may find hard to read; a page says it before anything else.
WARNINGS = {
    "child-death": "the death of a child",
    "physical-abuse": "physical abuse",
    "sexual-abuse": "sexual abuse",
    "emotional-abuse": "emotional abuse",
    "neglect": "neglect",
    "domestic-abuse": "domestic abuse",
    "exploitation": "exploitation",
    "self-harm-or-suicide": "self-harm or suicide",
    "violence": "violence between young people",
}
AGENCY_KINDS = {
    "local-authority": "Local authority",
    "police": "Police",
    "icb": "Integrated care board",
    "nhs-provider": "Hospitals, doctors and other NHS services",
    "school": "Schools and nurseries",
    "probation": "Probation",
    "youth-justice": "Youth justice",
    "housing": "Housing",
    "voluntary": "Charities and community groups",
}
AGE_BANDS = {
    "unborn": "Before birth",
    "under-1": "Under 1",
    "1-to-4": "1 to 4",
    "5-to-10": "5 to 10",
    "11-to-15": "11 to 15",
    "16-to-17": "16 to 17",
    "18-to-24": "18 to 24",
}


def state_words(state: str) -> str:
    return STATES.get(state, state)


def state_colour(state: str) -> str:
    """The Design System's class of a tag."""
    return COLOURS.get(state, "govuk-tag--light-blue")


def kind_words(kind: str) -> str:
    return KINDS.get(kind, kind)

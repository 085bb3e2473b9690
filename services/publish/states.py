"""How a publication moves. A move that is not here is a conflict, told in a sentence."""

from services.publish.wording import state_words
from shared.web.problems import conflict

STATES: dict[tuple[str, str], str] = {
    ("draft", "decide-route"): "route-decided",
    ("draft", "withhold"): "withheld",
    ("route-decided", "decide-route"): "route-decided",  # a change of mind before going live is a new decision
    ("route-decided", "withhold"): "withheld",
    ("route-decided", "schedule"): "scheduled",
    ("scheduled", "schedule"): "scheduled",  # another time
    ("scheduled", "decide-route"): "route-decided",  # the time set for the former route falls
    ("scheduled", "withhold"): "withheld",
    ("scheduled", "go-live"): "live",
    ("scheduled", "hold"): "held",  # its time came and the gate was shut
    ("held", "schedule"): "scheduled",
    ("held", "decide-route"): "route-decided",
    ("held", "withhold"): "withheld",
    ("withheld", "decide-route"): "route-decided",
    ("live", "correct"): "live",
    ("live", "archive"): "archived",
    ("live", "withdraw"): "withdrawn",
    ("archived", "withdraw"): "withdrawn",
    ("withdrawn", "decide-route"): "route-decided",  # put right, it may be published again at its old address
    ("withdrawn", "withhold"): "withheld",
}

SENTENCES = {
    "decide-route": "Its route can no longer be changed",
    "withhold": "It can no longer be withheld",
    "schedule": "It cannot be scheduled now: the partners decide its route first, and what is live stays as it is",
    "correct": "There is no live page to correct",
    "archive": "There is no live page to archive",
    "withdraw": "There is no page to withdraw",
}


def moved(state: str, move: str) -> str:
    """The state after `move`. Raises a 409 problem for a move that the table does not have."""
    if (state, move) not in STATES:
        said = SENTENCES.get(move, "That cannot be done now")
        raise conflict(f"{said}. The publication stands at “{state_words(state)}”.")
    return STATES[state, move]

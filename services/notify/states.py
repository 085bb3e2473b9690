"""How incidents and duties move. A move that is not here does not exist."""

from collections.abc import Mapping

from shared.web.problems import conflict

INCIDENT: dict[tuple[str, str], str] = {
    ("awaiting-decision", "notify"): "notifiable",
    ("awaiting-decision", "do-not-notify"): "not-notifiable",
    ("awaiting-decision", "more-information"): "awaiting-decision",
    ("awaiting-decision", "other-review"): "not-notifiable",
    ("awaiting-decision", "pass-on"): "passed-on",
    ("awaiting-decision", "withdraw"): "withdrawn",
    ("not-notifiable", "pass-on"): "passed-on",
    ("not-notifiable", "reopen"): "awaiting-decision",  # its referrals now say something else
    ("not-notifiable", "notify"): "notifiable",  # a reversal keeps the first awareness date
    ("not-notifiable", "other-review"): "not-notifiable",
    ("passed-on", "notify"): "notifiable",  # the referral was corrected: it happened here
    ("passed-on", "reopen"): "awaiting-decision",
    ("passed-on", "withdraw"): "withdrawn",  # the referral named the wrong area: the other authority is told so
    ("notifiable", "answer"): "notifiable",  # what its facts left open, beside what is told already
    ("notified", "answer"): "notified",
    ("notifiable", "sent"): "notified",
    ("notifiable", "withdraw"): "withdrawn",
    ("notified", "withdraw"): "withdrawn",
    ("withdrawn", "notify"): "notifiable",
    ("withdrawn", "reopen"): "awaiting-decision",  # its referrals now say something graver
}

DUTY: dict[tuple[str, str], str] = {
    ("pending", "send"): "sent",
    ("pending", "discharge"): "discharged",
    ("pending", "call-person"): "waiting-for-person",
    ("pending", "cancel"): "cancelled",
    ("sent", "send"): "sent",
    ("sent", "discharge"): "discharged",
    ("sent", "call-person"): "sent",  # the recipient has an earlier attempt; nothing is undone
    ("sent", "cancel"): "sent",  # what was sent was told: it stays, and its receipt is still awaited
    ("waiting-for-person", "send"): "sent",
    ("waiting-for-person", "discharge"): "discharged",
    ("waiting-for-person", "retry"): "pending",
    ("waiting-for-person", "call-person"): "waiting-for-person",
    ("waiting-for-person", "cancel"): "cancelled",
    ("discharged", "send"): "discharged",
    ("discharged", "discharge"): "discharged",
    ("discharged", "call-person"): "discharged",
    ("discharged", "cancel"): "discharged",
    ("cancelled", "send"): "sent",  # the call was under way: the recipient was told after all
    ("cancelled", "discharge"): "discharged",
    ("cancelled", "call-person"): "cancelled",
    ("cancelled", "cancel"): "cancelled",
}


def moved(states: Mapping[tuple[str, str], str], state: str, move: str, thing: str) -> str:
    """The state after a move. Raises a 409 problem that says what the record is, for a move it does not have."""
    if (state, move) not in states:
        raise conflict(f"This {thing} is {state.replace('-', ' ')}: it cannot {move.replace('-', ' ')} now.")
    return states[state, move]

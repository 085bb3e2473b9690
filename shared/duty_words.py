"""How duties and those who are told are called where people read them, in whichever service."""

from collections.abc import Callable

from shared.partnership import partnership

RULES = {
    "sin-panel": "Notify the Panel",
    "sin-secretary-of-state": "Notify the Secretary of State",
    "sin-ofsted": "Notify Ofsted",
    "decide-whether-to-notify": "Decide whether to notify",
    "tell-authority": "Tell the local authority",
    "tell-partner": "Tell a safeguarding partner",
    "tell-other-area": "Tell the other authority concerned",
    "partnership-office-copy": "Copy to the office",
    "follow-up": "Tell everyone of corrected facts",
    "withdrawal": "Tell everyone of the withdrawal",
    "rapid-review": "Complete the rapid review",
    "panel-reply-wait": "Ask the Panel for its reply",
    "lcspr": "Complete and publish the LCSPR",
    "local-review": "Complete the review",
    "prior-copy": "Send a copy before publication",
    "new-date": "Tell who has a copy of the new date",
    "copy-taken-back": "Tell who has a copy not to use it",
    "delay-reasons": "Give the reasons for the delay",
    "not-published-reasons": "Give the reasons for not publishing",
    "nspcc-deposit": "Give the NSPCC the report",
    "nspcc-receipt-wait": "Ask the NSPCC for its receipt",
}


def rule_words(rule: str) -> str:
    """A duty in a few words; the rulebook has the whole sentence."""
    return RULES.get(rule, rule.replace("-", " ").capitalize())


def recipient_name(recipient: str, agency_name: Callable[[str], str]) -> str:
    """Who is told, by the name that the partnership's file gives; `agency_name` gives an agency's by its id."""
    name = partnership().recipient(recipient).name
    kind, _, rest = recipient.partition(":")
    return name if name and name != recipient else agency_name(rest) if rest else kind.replace("-", " ").capitalize()

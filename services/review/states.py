"""Each status as a table of moves; a move that is not in it is refused with a sentence."""

from collections.abc import Mapping

from services.review.wording import stage_words
from shared.web.problems import conflict

States = Mapping[tuple[str, str], str]

# A case. "sent" is notify's word that the Panel has the rapid review; it may come before or after what people record.
CASE: States = {
    ("rapid-review", "decide"): "awaiting-signatures",
    ("awaiting-signatures", "decide"): "awaiting-signatures",
    ("awaiting-signatures", "sign"): "awaiting-signatures",
    ("awaiting-signatures", "complete"): "rapid-review-completed",
    ("rapid-review-completed", "send"): "with-panel",
    ("rapid-review-completed", "hear-agreement"): "panel-agreed",
    ("rapid-review-completed", "hear-question"): "panel-questions",
    ("with-panel", "hear-agreement"): "panel-agreed",
    ("with-panel", "hear-question"): "panel-questions",
    ("panel-questions", "hear-agreement"): "panel-agreed",
    ("panel-questions", "hear-question"): "panel-questions",
    ("panel-questions", "decide"): "awaiting-signatures",
    ("rapid-review-completed", "decide"): "awaiting-signatures",  # the partners may see it otherwise, and say why
    ("with-panel", "decide"): "awaiting-signatures",
    ("panel-agreed", "decide"): "awaiting-signatures",
    ("panel-agreed", "hear-agreement"): "panel-agreed",
    ("panel-agreed", "hear-question"): "panel-questions",  # a second letter, or the first was recorded wrongly
    ("rapid-review-completed", "commission"): "practice-review",
    ("with-panel", "commission"): "practice-review",
    ("panel-agreed", "commission"): "practice-review",
    ("panel-questions", "commission"): "practice-review",
    ("practice-review", "commission"): "practice-review",  # one incident may have several reviews
    ("practice-review", "hear-agreement"): "practice-review",
    ("practice-review", "hear-question"): "practice-review",
    ("withdrawn", "notify-again"): "rapid-review",
} | {
    (stage, "withdraw"): "withdrawn"
    for stage in (
        "rapid-review",
        "awaiting-signatures",
        "rapid-review-completed",
        "with-panel",
        "panel-agreed",
        "panel-questions",
        "practice-review",
    )
}

INFORMATION_REQUEST: States = {
    ("requested", "save"): "draft",
    ("requested", "submit"): "returned",
    ("draft", "save"): "draft",
    ("draft", "submit"): "returned",
    ("returned", "save"): "returned",  # the submitted version stands until the next one is submitted
    ("returned", "submit"): "returned",
    ("requested", "cancel"): "cancelled",
    ("draft", "cancel"): "cancelled",
    ("returned", "cancel"): "cancelled",
    ("cancelled", "ask-again"): "requested",
    ("returned", "ask-again"): "requested",  # there is somebody new to search for; what was sent is kept
}

PRACTICE_REVIEW: States = {
    ("under-way", "change"): "under-way",
    ("under-way", "reach-milestone"): "under-way",
    ("signed-off", "reach-milestone"): "signed-off",  # publication plan, embedding and impact come after it
    ("published", "reach-milestone"): "published",
    ("under-way", "delay"): "under-way",
    ("under-way", "sign"): "under-way",
    ("under-way", "end"): "ended",  # without a report; one that was signed off is withheld by publish instead
    ("under-way", "sign-off"): "signed-off",
    ("signed-off", "delay"): "signed-off",
    ("signed-off", "publish"): "published",
    ("signed-off", "withdraw-publication"): "publication-withdrawn",  # heard before "live"
    ("published", "publish"): "published",
    ("published", "withdraw-publication"): "publication-withdrawn",
    ("publication-withdrawn", "publish"): "published",
    ("publication-withdrawn", "withdraw-publication"): "publication-withdrawn",
}

HOLD: States = {
    ("active", "check"): "active",
    ("active", "lift"): "lifted",
}

SENTENCES = {
    "decide": "A decision is recorded until the notification is withdrawn or a practice review is commissioned.",
    "sign": "Positions are taken on a recorded decision that is not complete yet. Record the decision first.",
    "hear-agreement": "The Panel's reply is recorded once the rapid review is complete.",
    "hear-question": "The Panel's reply is recorded once the rapid review is complete.",
    "commission": "A practice review is commissioned once the rapid review is complete.",
    "save": "This return was called off with its case; it is no longer awaited.",
    "submit": "This return was called off with its case; it is no longer awaited.",
    "change": "This practice review was signed off; its parts are closed.",
    "end": "A review is ended while it is under way. Of a report that was signed off, decide that it is not published.",
    "check": "This hold was lifted; place a new one if publication must wait again.",
    "lift": "This hold was lifted before.",
}


def move(states: States, state: str, what: str) -> str:
    """The state after `what` is done in `state`. Raises a 409 problem where the table has no such move."""
    if (state, what) not in states:
        raise conflict(
            f"This cannot be done now: it stands at “{stage_words(state)}”. {SENTENCES.get(what, '')}".rstrip()
        )
    return states[state, what]


def may(states: States, state: str, what: str) -> bool:
    return (state, what) in states

"""The agenda of a rapid review's meeting, made from what agencies returned and the law asks to be considered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.review.models import AgencyReturn
from shared.rulebook import Rulebook

LONGEST = 300  # characters of what an agency wrote that stand in an agenda; the return has the rest


@dataclass(frozen=True)
class Item:
    """One item: what is talked about, and the points under it. `told` says that agencies' words are among the points."""

    heading: str
    points: list[str]
    told: bool = False


def agenda_of(
    returns: Sequence[AgencyReturn],
    names: Mapping[str, str],
    awaited: Sequence[str],
    contradictions: Sequence[str],
    rules: Rulebook,
) -> list[Item]:
    """The items in the order of a meeting. `awaited` names agencies without a return, `contradictions` what differs.

    Panel guidance on rapid reviews, June 2025 (the five headings); SI 2018/789, regulation 11.
    """
    involved = [each for each in returns if each.involved]
    episodes = [
        f"{names[each.agency_id]}: {_short(episode['what_happened'])}"
        for each in involved
        for episode in each.content.get("key_practice_episodes", ())
    ]
    safety = [f"{names[each.agency_id]}: {_short(each.content.get('immediate_changes', ''))}" for each in involved]
    different = [
        f"{names[each.agency_id]}: {_short(point['what'])}"
        for each in involved
        for point in each.content.get("what_should_have_been_different", ())
    ]
    return [
        Item("Who is here; all three safeguarding partners must be, to decide", ["Apologies", "Conflicts of interest"]),
        Item("What has not come yet", [f"{name}: no return" for name in awaited] or ["Every agency has answered."]),
        Item("Is every child safe now?", safety, told=True),
        Item("Key practice episodes", episodes, told=True),
        Item("Where agencies' accounts differ", list(contradictions) or ["Nothing is marked."], told=True),
        Item("What should have been different, and why it was not", different, told=True),
        *(Item(rule.text, []) for rule in rules.rapid_review_content.values()),
        Item("Considerations, each with its reasons", [f"{rule.text} ({rule.authority})" for rule in rules.considerations.values()]),
        Item("Decision", ["Each partner's position, with reasons; a dissent is recorded", "The scrutineer's comment", "Immediate actions and who does them"]),
    ]  # fmt: skip


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else text[:LONGEST].rsplit(" ", 1)[0] + " …"

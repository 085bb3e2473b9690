"""The rules as dated data: each with its citation, and the version in force on the day."""

from datetime import date

import pytest

from shared.calendar import Within
from shared.rulebook import Override, Rule, Rulebook, RuleNotInForce, rules_on
from shared.rulebook.reader import TO_BE_CONFIRMED, RulebookWrong, check_override

TODAY = date(2026, 3, 26)


def every_rule(book: Rulebook) -> list[Rule]:
    groups = (book.duties, book.threshold, book.considerations, book.rapid_review_content, book.limits)
    return [rule for group in groups for rule in group.values()]


def test_every_rule_has_words_and_a_citation_and_says_what_is_not_yet_confirmed() -> None:
    rules = every_rule(rules_on(TODAY))
    assert len({rule.id for rule in rules}) == len(rules)
    for rule in rules:
        assert rule.text.endswith(".") and rule.authority, rule.id
        assert (rule.sure == "K") == rule.authority.endswith(TO_BE_CONFIRMED), rule.id


@pytest.mark.parametrize(
    ("duty", "within", "runs_from", "sure"),
    [
        ("sin-panel", Within(5, "working_days"), "authority-aware", "Q"),
        ("sin-secretary-of-state", Within(5, "working_days"), "authority-aware", "Q"),
        ("sin-ofsted", Within(5, "working_days"), "authority-aware", "Q"),
        ("tell-partner", Within(5, "working_days"), "authority-aware", "Q"),
        ("tell-other-area", Within(5, "working_days"), "authority-aware", "Q"),
        ("partnership-office-copy", Within(1, "same_day"), "notification-sent", "P"),
        ("rapid-review", Within(15, "working_days"), "notification-sent", "Q"),
        ("panel-reply-wait", Within(10, "days"), "rapid-review-sent", "P"),
        ("lcspr", Within(6, "months"), "decision", "K"),
        ("prior-copy", Within(7, "working_days_before"), "publication", "K"),
        ("delay-reasons", Within(1, "without_delay"), "decision", "K"),
        ("not-published-reasons", Within(1, "without_delay"), "decision", "K"),
        ("publicly-available", Within(1, "years"), "publication", "P"),
        ("display-on-site", Within(3, "years"), "publication", "P"),
        ("nspcc-keeps", Within(5, "years"), "deposit", "Q"),
    ],
)
def test_the_clocks_of_the_field(duty: str, within: Within, runs_from: str, sure: str) -> None:
    rule = rules_on(TODAY).duty(duty)
    assert (rule.within, rule.runs_from, rule.sure) == (within, runs_from, sure)


def test_four_children_are_structured_since_2022_and_one_before() -> None:
    assert rules_on(date(2022, 1, 1)).limit("structured-children") == 4
    assert rules_on(date(2021, 12, 31)).limit("structured-children") == 1


def test_a_care_leavers_death_is_told_since_december_2023() -> None:
    assert "care-leaver-death" in rules_on(date(2023, 12, 15)).threshold
    with pytest.raises(RuleNotInForce, match="2023-12-14"):
        rules_on(date(2023, 12, 14)).rule("care-leaver-death")


def test_a_day_before_the_duty_existed_is_handled_under_its_first_rules() -> None:
    assert rules_on(date(1950, 1, 1)).duty("sin-panel").within == Within(5, "working_days")


def test_regulation_11_is_considered_in_its_order() -> None:
    considered = list(rules_on(TODAY).considerations)
    assert considered[:4] == ["reg-11-2-a", "reg-11-2-b", "reg-11-2-c", "reg-11-2-d"]


def test_a_partnerships_own_rule_holds_on_its_days_only() -> None:
    shorter = Override("rapid-review", date(2026, 1, 1), (("within", Within(10, "working_days")),), date(2026, 6, 30))
    assert rules_on(TODAY, (shorter,)).duty("rapid-review").within.amount == 10
    assert rules_on(date(2026, 7, 1), (shorter,)).duty("rapid-review").within.amount == 15
    assert rules_on(TODAY).duty("rapid-review").within.amount == 15


def test_a_partnership_cannot_change_a_rule_or_a_field_that_does_not_exist() -> None:
    with pytest.raises(RulebookWrong, match="no rule 'rapid-revue'"):
        check_override(Override("rapid-revue", TODAY, ()))
    with pytest.raises(RulebookWrong, match="no weight to change"):
        check_override(Override("rapid-review", TODAY, (("weight", 3),)))
    with pytest.raises(RulebookWrong, match="write within as one of"):
        check_override(Override("rapid-review", TODAY, (("within", {"fortnights": 3}),)))

"""The law and guidance as dated data with citations (the TOML files here), and the few lines that read it.

A number or sentence of law stands here and nowhere in the code. `sure` says how far a rule is checked: Q read in the
named source, P a partnership's paraphrase, K general knowledge, whose citation asks the partnership to confirm it.
"""

from shared.rulebook.reader import DutyRule, Limit, Override, Rule, Rulebook, RuleNotInForce, rules_on

__all__ = ["DutyRule", "Limit", "Override", "Rule", "RuleNotInForce", "Rulebook", "rules_on"]

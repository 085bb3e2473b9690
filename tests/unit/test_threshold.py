"""The notification test: every kind, place, residence and degree of suspicion, child by child."""

from dataclasses import replace
from datetime import date
from itertools import product

import pytest

from services.notify.threshold import (
    Assessment,
    ChildFacts,
    Facts,
    Place,
    assess,
    decided_to_notify,
    facts_of,
    recipients_of,
)
from shared.rulebook import rules_on

OURS, WORCESTERSHIRE, POWYS = "E06000019", "E10000034", "W06000023"
HERE = Place("England", OURS)
NEXT_DOOR = Place("England", WORCESTERSHIRE)
WALES = Place("Wales", None)
RULES = rules_on(date(2026, 3, 26))

CHILD = ChildFacts(
    position=1,
    age=6,
    age_at_death=6,
    outcome="seriously-harmed",
    looked_after=False,
    care_leaver=False,
    normally_resident_in=OURS,
)
BABY_HARMED = Facts(kind="serious-harm", abuse_or_neglect="suspected", places=(HERE,), children=(CHILD,))
CARE_LEAVER = replace(CHILD, age=21, age_at_death=21, care_leaver=True, outcome="died")


def incident(*children: ChildFacts, **stated: object) -> Facts:
    numbered = tuple(replace(child, position=n) for n, child in enumerate(children or (CHILD,), start=1))
    return replace(BABY_HARMED, children=numbered, **stated)  # type: ignore[arg-type]


def assessed(facts: Facts) -> Assessment:
    return assess(facts, RULES, OURS)


def rules_of(assessment: Assessment) -> list[str]:
    return [reason.rule for reason in assessment.reasons]


SUSPICIONS = ("known", "suspected", "not-suspected", "not-known")
WHEN_OURS = {
    "known": "must-notify",
    "suspected": "must-notify",
    "not-suspected": "no-duty",
    "not-known": "needs-decision",
}
PLACES = [
    ("here", HERE, OURS, "s16c-1-a"),
    ("here, living elsewhere", HERE, WORCESTERSHIRE, "s16c-1-a"),
    ("here, nobody knows where the child lives", HERE, None, "s16c-1-a"),
    ("in Wales, living here", WALES, OURS, "s16c-1-b"),
    ("abroad, living here", Place("Spain", None), OURS, "s16c-1-b"),
]
ELSEWHERE = [
    ("next door, living here", NEXT_DOOR, OURS, "another-english-area", WORCESTERSHIRE),
    ("next door, living there", NEXT_DOOR, WORCESTERSHIRE, "another-english-area", WORCESTERSHIRE),
    ("in Wales, living next door", WALES, WORCESTERSHIRE, "resident-elsewhere", WORCESTERSHIRE),
    ("in Wales, living there", WALES, POWYS, "resident-elsewhere", POWYS),
]


@pytest.mark.parametrize(
    ("suspicion", "place", "outcome"), [*product(SUSPICIONS, PLACES, ("died", "seriously-harmed"))]
)
def test_a_child_who_dies_or_is_seriously_harmed_where_the_duty_is_ours(
    suspicion: str, place: tuple[str, Place, str | None, str], outcome: str
) -> None:
    _, where, home, rule = place
    child = replace(CHILD, outcome=outcome, normally_resident_in=home)
    result = assessed(incident(child, abuse_or_neglect=suspicion, places=(where,)))
    assert result.outcome == WHEN_OURS[suspicion]
    if result.outcome == "must-notify":
        assert result.kinds == ("death" if outcome == "died" else "serious-harm",)
        assert rules_of(result) == [rule]
        assert result.national_recipients == ("panel",)
        assert result.rapid_review_required
    else:
        assert (result.kinds, result.national_recipients) == ((), ())


@pytest.mark.parametrize(("suspicion", "place"), [*product(SUSPICIONS, ELSEWHERE)])
def test_an_incident_that_is_another_authoritys_is_passed_on_and_not_notified_by_us(
    suspicion: str, place: tuple[str, Place, str, str, str]
) -> None:
    _, where, home, rule, responsible = place
    child = replace(CHILD, normally_resident_in=home)
    result = assessed(incident(child, abuse_or_neglect=suspicion, places=(where,)))
    assert (result.outcome, rules_of(result)) == ("another-authority", [rule])
    assert result.responsible_areas == (f"local-authority:{responsible}",)
    assert f"local-authority:{responsible}" in result.other_areas
    assert result.national_recipients == ()


@pytest.mark.parametrize(
    ("where", "home", "rule"),
    [(Place("England", None), OURS, "place-not-known"), (WALES, None, "residence-not-known")],
)
def test_where_nobody_can_say_whose_duty_it_is_a_person_finds_out(where: Place, home: str | None, rule: str) -> None:
    result = assessed(incident(replace(CHILD, normally_resident_in=home), places=(where,)))
    assert (result.outcome, rules_of(result)) == ("needs-decision", [rule])
    assert result.possible_kinds == ("serious-harm",)


def test_the_reason_cites_the_act_in_words() -> None:
    (reason,) = assessed(BABY_HARMED).reasons
    assert reason.authority == "Children Act 2004, section 16C(1)(a)"
    assert "in the authority's area" in reason.text
    assert reason.child == 1


@pytest.mark.parametrize("suspicion", SUSPICIONS)
def test_death_of_a_looked_after_child_is_told_to_ofsted_without_suspicion(suspicion: str) -> None:
    child = replace(CHILD, outcome="died", looked_after=True)
    result = assessed(incident(child, kind="death", abuse_or_neglect=suspicion))
    assert result.outcome == "must-notify"
    assert "death-of-looked-after-child" in result.kinds
    assert {"secretary-of-state", "ofsted"} <= set(result.national_recipients)
    assert ("panel" in result.national_recipients) == (suspicion in ("known", "suspected"))
    assert result.rapid_review_required == (suspicion in ("known", "suspected"))
    assert result.decision_needed == (suspicion == "not-known")


def test_a_looked_after_child_who_survives_is_told_to_the_panel_alone() -> None:
    result = assessed(incident(replace(CHILD, looked_after=True)))
    assert (result.kinds, result.national_recipients) == (("serious-harm",), ("panel",))


@pytest.mark.parametrize("suspicion", SUSPICIONS)
def test_death_of_a_grown_care_leaver_should_be_told_and_brings_no_rapid_review(suspicion: str) -> None:
    result = assessed(incident(CARE_LEAVER, kind="death", abuse_or_neglect=suspicion))
    assert (result.outcome, result.kinds) == ("should-notify", ("death-of-care-leaver",))
    assert result.national_recipients == ("secretary-of-state", "ofsted")
    assert not result.rapid_review_required
    assert not result.decision_needed


def test_death_of_a_care_leaver_of_seventeen_is_tested_as_a_childs_too() -> None:
    child = replace(CARE_LEAVER, age=17, age_at_death=17)
    result = assessed(incident(child, kind="death"))
    assert (result.outcome, result.kinds) == ("must-notify", ("death", "death-of-care-leaver"))
    assert result.national_recipients == ("panel", "secretary-of-state", "ofsted")
    unsuspected = assessed(incident(child, kind="death", abuse_or_neglect="not-suspected"))
    assert (unsuspected.outcome, unsuspected.kinds) == ("should-notify", ("death-of-care-leaver",))


@pytest.mark.parametrize(("age", "outcome"), [(24, "should-notify"), (25, "no-duty")])
def test_a_care_leavers_death_is_told_up_to_and_including_the_age_of_24(age: int, outcome: str) -> None:
    child = replace(CARE_LEAVER, age=24, age_at_death=age)
    assert assessed(incident(child, kind="death")).outcome == outcome


def test_a_care_leavers_death_before_the_guidance_was_no_duty() -> None:
    before = rules_on(date(2023, 12, 14))
    assert assess(incident(CARE_LEAVER, kind="death"), before, OURS).outcome == "no-duty"


def test_serious_harm_to_a_grown_care_leaver_is_no_duty() -> None:
    result = assessed(incident(replace(CARE_LEAVER, outcome="seriously-harmed"), abuse_or_neglect="not-known"))
    assert (result.outcome, rules_of(result)) == ("no-duty", ["not-a-child"])


@pytest.mark.parametrize(("age", "outcome"), [(0, "must-notify"), (17, "must-notify"), (18, "no-duty")])
def test_a_child_is_under_eighteen_on_the_day_and_the_unborn_count(age: int, outcome: str) -> None:
    assert assessed(incident(replace(CHILD, age=age, age_at_death=age))).outcome == outcome


@pytest.mark.parametrize("suspicion", ["known", "suspected", "not-known"])
def test_harm_whose_seriousness_nobody_judged_waits_for_a_person(suspicion: str) -> None:
    result = assessed(incident(replace(CHILD, outcome="harmed"), abuse_or_neglect=suspicion))
    assert result.outcome == "needs-decision"
    assert "seriousness-to-judge" in rules_of(result)
    assert result.possible_kinds == ("serious-harm",)


def test_a_referral_of_serious_harm_in_which_no_child_was_harmed_waits_for_a_person() -> None:
    result = assessed(incident(replace(CHILD, outcome="not-harmed")))
    assert (result.outcome, rules_of(result)) == ("needs-decision", ["seriousness-to-judge"])


@pytest.mark.parametrize("outcome", ["harmed", "not-harmed"])
def test_slighter_harm_without_suspicion_is_no_duty(outcome: str) -> None:
    result = assessed(incident(replace(CHILD, outcome=outcome), abuse_or_neglect="not-suspected"))
    assert (result.outcome, rules_of(result)) == ("no-duty", ["no-serious-harm"])


def test_another_kind_of_incident_waits_for_a_person() -> None:
    result = assessed(incident(replace(CHILD, outcome="not-harmed"), kind="other", abuse_or_neglect="not-suspected"))
    assert (result.outcome, rules_of(result)) == ("needs-decision", ["kind-other"])


def test_another_kind_of_incident_with_serious_harm_and_suspicion_must_be_notified() -> None:
    assert assessed(incident(kind="other")).outcome == "must-notify"


def test_a_death_without_word_of_being_looked_after_is_asked_about() -> None:
    child = replace(CHILD, outcome="died", looked_after=None)
    result = assessed(incident(child, kind="death", abuse_or_neglect="not-suspected"))
    assert (result.outcome, rules_of(result)) == ("needs-decision", ["looked-after-not-stated"])
    assert recipients_of(result.possible_kinds) == ("secretary-of-state", "ofsted")


def test_the_kinds_of_several_children_add_up_and_reasons_name_their_child() -> None:
    dead = replace(CHILD, outcome="died", looked_after=True)
    unharmed = replace(CHILD, outcome="not-harmed")
    result = assessed(incident(CHILD, unharmed, dead))
    assert result.kinds == ("death", "serious-harm", "death-of-looked-after-child")
    assert result.national_recipients == ("panel", "secretary-of-state", "ofsted")
    assert [(reason.rule, reason.child) for reason in result.reasons] == [
        ("s16c-1-a", 1),
        ("s16c-1-a", 3),
        ("looked-after-death", 3),
    ]
    assert [child.outcome for child in result.children] == ["must-notify", "no-duty", "must-notify"]


def test_abroad_one_child_is_ours_and_the_other_its_own_authoritys() -> None:
    guest = replace(CHILD, normally_resident_in=WORCESTERSHIRE)
    result = assessed(incident(CHILD, guest, places=(WALES,)))
    assert result.outcome == "must-notify"
    assert result.responsible_areas == (f"local-authority:{WORCESTERSHIRE}",)
    alone = assessed(
        incident(replace(CHILD, outcome="not-harmed"), guest, places=(WALES,), abuse_or_neglect="suspected")
    )
    assert alone.outcome == "another-authority"


def test_the_authority_where_a_child_lives_and_others_concerned_are_told_each_once_and_never_ourselves() -> None:
    guest = replace(CHILD, normally_resident_in=WORCESTERSHIRE)
    result = assessed(incident(CHILD, guest, other_areas_concerned=(POWYS, WORCESTERSHIRE, OURS)))
    assert result.other_areas == (f"local-authority:{WORCESTERSHIRE}", f"local-authority:{POWYS}")
    assert result.responsible_areas == ()


def test_referrals_that_differ_about_the_place_are_ours_if_one_of_them_says_so() -> None:
    assert assessed(incident(places=(NEXT_DOOR, HERE))).outcome == "must-notify"
    assert assessed(incident(places=(Place("England", None), NEXT_DOOR))).outcome == "another-authority"


def test_once_a_person_decides_to_notify_the_kinds_in_question_hold() -> None:
    asked = assessed(incident(replace(CHILD, outcome="died"), kind="death", abuse_or_neglect="not-known"))
    decided = decided_to_notify(asked)
    assert (decided.kinds, decided.national_recipients) == (("death",), ("panel",))
    assert decided.rapid_review_required


def test_a_person_may_notify_where_the_facts_raised_no_duty() -> None:
    asked = assessed(incident(replace(CHILD, outcome="died"), kind="death", abuse_or_neglect="not-suspected"))
    assert asked.outcome == "no-duty"
    assert decided_to_notify(asked).kinds == ("death",)


def test_deciding_about_suspicion_does_not_decide_whether_a_child_was_looked_after() -> None:
    child = replace(CHILD, outcome="died", looked_after=None)
    decided = decided_to_notify(assessed(incident(child, kind="death", abuse_or_neglect="not-known")))
    assert decided.kinds == ("death",)


BORN_TO_BE_18_ON_THE_10TH = "2008-06-10"


def stated(occurred: str, **child: object) -> Facts:
    body = {
        "incident": {
            "kind": "death",
            "occurred": {"from": occurred},
            "place": {"country": "England", "local_authority": OURS},
            "abuse_or_neglect": "suspected",
        },
        "children": [{"outcome": "died", **child}],
    }
    return facts_of([body])


def test_a_childs_age_is_that_of_londons_day_of_the_incident() -> None:
    before = stated("2026-06-09T22:30:00+00:00", date_of_birth=BORN_TO_BE_18_ON_THE_10TH)
    after = stated("2026-06-09T23:30:00+00:00", date_of_birth=BORN_TO_BE_18_ON_THE_10TH)
    assert (before.children[0].age, after.children[0].age) == (17, 18)


def test_a_care_leavers_age_is_that_on_the_day_of_death() -> None:
    child = {"date_of_birth": "2001-06-10", "care_leaver": True, "looked_after": False}
    died_at_24 = stated("2026-06-01T12:00:00+00:00", date_of_death="2026-06-09", **child)
    died_at_25 = stated("2026-06-01T12:00:00+00:00", date_of_death="2026-06-10", **child)
    assert assessed(died_at_24).outcome == "should-notify"
    assert assessed(died_at_25).outcome == "no-duty"


def test_referrals_of_one_incident_state_the_gravest_between_them() -> None:
    first = {
        "incident": {
            "kind": "other",
            "occurred": {"from": "2026-06-02T12:00:00+00:00"},
            "place": {"country": "England"},
            "abuse_or_neglect": "not-suspected",
            "other_areas_concerned": [POWYS],
        },
        "children": [{"nhs_number": "9434765919", "age_years": 6, "outcome": "harmed"}],
    }
    second = {
        "incident": {
            "kind": "serious-harm",
            "occurred": {"from": "2026-06-01T12:00:00+00:00"},
            "place": {"country": "England", "local_authority": OURS},
            "abuse_or_neglect": "suspected",
            "other_areas_concerned": [POWYS],
        },
        "children": [
            {"nhs_number": "9434765919", "outcome": "seriously-harmed"},
            {"age_years": 2, "outcome": "harmed"},
        ],
    }
    facts = facts_of([first, second])
    assert (facts.kind, facts.abuse_or_neglect) == ("serious-harm", "suspected")
    assert [(child.age, child.outcome) for child in facts.children] == [(6, "seriously-harmed"), (2, "harmed")]
    assert facts.other_areas_concerned == (POWYS,)
    assert assessed(facts).outcome == "must-notify"

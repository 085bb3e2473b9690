"""What somebody answered on the pages of a report that are asked, as the referral that the interface takes. Pure.

Each function names, beside the field of the referral, the question that fills it; `where_asked` leads back from a fault
in a field to that page.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from shared.calendar import LONDON

Answers = Mapping[str, Any]
TRUTH = {"yes": True, "no": False}

# Where a fault of the referral is mended: the field's pointer (without the child's or person's place) -> part and page.
ASKED = {
    "/agency_reference": ("end", "you"),
    "/incident/kind": ("incident", "what-happened"),
    "/incident/occurred/from": ("incident", "when"),
    "/incident/occurred/certainty": ("incident", "when"),
    "/incident/place": ("incident", "where"),
    "/incident/place/country": ("incident", "where"),
    "/incident/place/local_authority": ("incident", "authority-there"),
    "/incident/place/description": ("incident", "place"),
    "/incident/place/postcode": ("incident", "place"),
    "/incident/abuse_or_neglect": ("incident", "abuse-or-neglect"),
    "/incident/narrative": ("incident", "account"),
    "/incident/immediate_action": ("incident", "action"),
    "/incident/agencies_working_together": ("end", "proceedings"),
    "/children/date_of_birth": ("child", "born"),
    "/children/age_years": ("child", "years"),
    "/children/expected_date_of_delivery": ("child", "expected"),
    "/children/date_of_death": ("child", "death"),
    "/children/nhs_number": ("child", "details"),
    "/children/outcome": ("child", "outcome"),
    "/children/address/postcode": ("child", "home"),
    "/children/normally_resident_in": ("child", "other-area"),
    "/other_people/relationship": ("person", "person"),
    "/awareness/agency_became_aware_at": ("end", "aware"),
    "/awareness/local_authority_became_aware_at": ("end", "authority"),
    "/referrer/email": ("end", "you"),
    "/referrer/name": ("end", "you"),
    "/referrer/role": ("end", "you"),
}


def where_asked(pointer: str) -> tuple[str, str, int]:
    """Part, page and place (0 where there is one only) that fill the field a fault points at."""
    parts = pointer.split("/")[1:]
    place = int(parts[1]) if len(parts) > 1 and parts[1].isdigit() else 0
    plain = "/" + "/".join(part for part in parts if not part.isdigit())
    if plain not in ASKED:
        plain = {"children": "/children/outcome", "other_people": "/other_people/relationship"}.get(
            parts[0], "/incident/kind"
        )
    return (*ASKED[plain], place)


def referral_of(
    answers: Answers, children: Sequence[Answers], people: Sequence[Answers], *, authority_code: str, reference: str
) -> dict[str, Any]:
    """The referral in JSON values, before the schema's check. `reference` stands in where the agency gave none."""
    return {
        "agency_reference": answers.get("agency_reference") or reference,
        "incident": _incident(answers, authority_code),
        "children": [_child(child, authority_code) for child in children],
        "other_people": [_person(person) for person in people],
        "awareness": {
            "agency_became_aware_at": _moment(answers.get("aware_day"), answers.get("aware_time")),
            "local_authority_became_aware_at": _moment(answers.get("authority_day"), answers.get("authority_time")),
            "local_authority_informed": answers.get("authority_person"),
        },
        "referrer": {
            "name": answers.get("referrer_name"),
            "role": answers.get("referrer_role"),
            "email": answers.get("referrer_email"),
            "phone": answers.get("referrer_phone"),
            "agreed_with_safeguarding_lead": answers.get("agreed_with"),
        },
    }


def _incident(answers: Answers, authority_code: str) -> dict[str, Any]:
    return {
        "kind": answers.get("kind"),
        "occurred": {
            "from": _moment(answers.get("occurred_day"), answers.get("occurred_time")),
            "certainty": _certainty(answers),
        },
        "place": _place(answers, authority_code),
        "abuse_or_neglect": answers.get("abuse_or_neglect"),
        "abuse_types": answers.get("abuse_types") or [],
        "narrative": answers.get("narrative"),
        "immediate_action": answers.get("immediate_action"),
        "agencies_working_together": answers.get("agencies_working_together"),
        "parallel_proceedings": [{"kind": kind} for kind in answers.get("proceedings") or []],
        "media_interest": TRUTH.get(answers.get("media_interest") or ""),
    }


def _certainty(answers: Answers) -> str | None:
    """A day without a time is certain of the day only: the moment is then an estimate."""
    certainty = answers.get("certainty")
    return "estimated" if certainty == "known" and not answers.get("occurred_time") else certainty


def _place(answers: Answers, authority_code: str) -> dict[str, Any]:
    country, code = answers.get("country"), None
    if country in ("here", "England"):
        code = authority_code if country == "here" else _elsewhere(answers)
        country = "England"
    elif country == "abroad":
        country = answers.get("other_country")
    return {
        "description": answers.get("place"),
        "postcode": answers.get("postcode"),
        "country": country,
        "local_authority": code,
    }


def _elsewhere(answers: Answers) -> str | None:
    return answers.get("local_authority") or answers.get("local_authority_code")


def _child(child: Answers, authority_code: str) -> dict[str, Any]:
    lines = [line.strip() for line in (child.get("address") or "").splitlines() if line.strip()]
    years = child.get("age_years")
    return _given(
        given_name=child.get("given_name"),
        family_name=child.get("family_name"),
        also_known_as=_names(child.get("also_known_as")),
        date_of_birth=child.get("date_of_birth"),
        age_years=int(years) if years else None,
        expected_date_of_delivery=child.get("expected_date_of_delivery"),
        date_of_death=child.get("date_of_death"),
        sex=child.get("sex"),
        ethnicity=child.get("ethnicity"),
        nhs_number=child.get("nhs_number"),
        disability=child.get("disability"),
        address=_given(lines=lines[:6], postcode=child.get("home_postcode")) or None,
        normally_resident_in=_home(child, authority_code),
        living_arrangement=child.get("living_arrangement"),
        setting=child.get("setting"),
        looked_after=TRUTH.get(child.get("looked_after") or ""),
        care_leaver=TRUTH.get(child.get("care_leaver") or ""),
        child_protection_plan=child.get("child_protection_plan"),
        child_in_need_plan=child.get("child_in_need_plan"),
        agencies_known_to=child.get("agencies_known_to"),
        harm=child.get("harm"),
        outcome=child.get("outcome"),
    )


def _home(child: Answers, authority_code: str) -> str | None:
    return {
        "yes": authority_code,
        "no": child.get("resident_in") or child.get("resident_in_code"),
    }.get(child.get("resident_here") or "")


def _person(person: Answers) -> dict[str, Any]:
    return _given(
        given_name=person.get("person_given_name"),
        family_name=person.get("person_family_name"),
        relationship=person.get("relationship"),
        suspected_perpetrator=TRUTH.get(person.get("suspected_perpetrator") or ""),
        notes=person.get("person_notes"),
    )


def _given(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in (None, "", [])}


def _names(given: str | None) -> list[str]:
    return [name.strip() for name in (given or "").split(",") if name.strip()]


def _moment(day: str | None, time: str | None) -> str | None:
    """A day and a time of day in London with their offset; without a time, the day's beginning."""
    if not day:
        return None
    return datetime.fromisoformat(f"{day}T{time or '00:00'}").replace(tzinfo=LONDON).isoformat()

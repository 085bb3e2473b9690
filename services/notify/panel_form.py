"""What the Panel, the Secretary of State and Ofsted are told: decided here, field by field, and nowhere else.

The order is that of the national form, so that the same document serves a gateway, an encrypted attachment and the
person who types it into the portal. Whatever a referral holds beyond these fields does not leave the partnership.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Literal

from services.notify.children import AGES, children_of
from services.notify.threshold import WEIGHT_OF_ABUSE, WEIGHT_OF_KIND, Assessment, gravest
from shared.calendar import london_day
from shared.partnership import Partnership, partnership

Body = Mapping[str, Any]
Notice = Literal["notification", "follow-up"]
NOT_STATED = "Not stated"


def panel_notification(
    bodies: Sequence[Body],
    assessment: Assessment,
    reference: str,
    authority_aware_at: datetime,
    *,
    notice: Notice = "notification",
    documents: Sequence[Mapping[str, str]] = (),
    decided: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """The notification of one incident in the order of the national form; JSON values only.

    `bodies` are the incident's referrals, loaded or as stored, the one that speaks for the authority first.
    `authority_aware_at` is aware. `documents` are `{"title", "filename", "sha256"}`; `decided` is the
    `{"name", "role", "email"}` of who decided for the authority, where it was a person. Children beyond the rulebook's
    limit of structured ones are described in `further_children`.
    """
    here = partnership()
    children = children_of(bodies)
    structured = here.rules_on(london_day(authority_aware_at)).limit("structured-children")
    return {
        "marking": here.marking,
        "notice": notice,
        "reference": reference,
        "kinds": list(assessment.kinds),
        "notifier": _notifier(bodies, here, decided),
        "incident": _incident(bodies, authority_aware_at),
        "children": [_child(n, child) for n, child in enumerate(children[:structured], start=1)],
        "further_children": _in_words(children[structured:], structured + 1),
        "documents": [{name: document[name] for name in ("title", "filename", "sha256")} for document in documents],
    }


def _notifier(bodies: Sequence[Body], here: Partnership, decided: Body | None) -> dict[str, Any]:
    """Whoever a referral names; else who decided to notify; else, where nobody had to decide, who referred."""
    referrer = decided or bodies[0]["referrer"]
    named: Body = next((body["notifier"] for body in bodies if body.get("notifier")), {})
    return {
        "local_authority": here.authority.name,
        "local_authority_code": here.authority.ons_code,
        "name": named.get("name") or referrer["name"],
        "role": named.get("role") or referrer["role"],
        "phone": named.get("phone") or referrer.get("phone"),
        "email": named.get("email") or referrer.get("email"),
        "authorised_by": named.get("authorised_by") or referrer.get("agreed_with_safeguarding_lead"),
    }


def _incident(bodies: Sequence[Body], authority_aware_at: datetime) -> dict[str, Any]:
    incidents = [body["incident"] for body in bodies]
    occurred, place = incidents[0]["occurred"], incidents[0]["place"]
    return {
        "kind": gravest((each["kind"] for each in incidents), WEIGHT_OF_KIND),
        "occurred_from": _written(occurred["from"]),
        "occurred_to": _written(occurred.get("to")),
        "certainty": occurred.get("certainty"),
        "local_authority_became_aware_at": _written(authority_aware_at),
        "place": place.get("description"),
        "place_type": place.get("type"),
        "postcode": place.get("postcode"),
        "country": place["country"],
        "local_authority": place.get("local_authority"),
        "abuse_or_neglect": gravest((each["abuse_or_neglect"] for each in incidents), WEIGHT_OF_ABUSE),
        "abuse_types": _every(incidents, "abuse_types"),
        "details": _together(incidents, "narrative"),
        "immediate_action": _together(incidents, "immediate_action"),
        "agencies_working_together": _together(incidents, "agencies_working_together"),
        "parallel_proceedings": _proceedings(incidents),
        "media_interest": _any_says(incidents, "media_interest"),
        "media_details": _together(incidents, "media_details"),
        "other_areas_concerned": _every(incidents, "other_areas_concerned"),
    }


def _child(order: int, child: Body) -> dict[str, Any]:
    address = child.get("address") or {}
    return {
        "order": order,
        "given_name": child.get("given_name"),
        "family_name": child.get("family_name"),
        "also_known_as": list(child.get("also_known_as") or ()),
        "age": {form: _written(child.get(form)) for form in AGES},
        "date_of_death": _written(child.get("date_of_death")),
        "sex": child.get("sex"),
        "ethnicity": child.get("ethnicity"),
        "nhs_number": child.get("nhs_number"),
        "other_identifier": child.get("other_identifier"),
        "health": {"disability": child.get("disability"), "health": child.get("health")},
        "geography": {
            "address": list(address.get("lines") or ()),
            "postcode": address.get("postcode"),
            "country": address.get("country"),
            "normally_resident_in": child.get("normally_resident_in"),
            "living_arrangement": child.get("living_arrangement"),
            "placement": child.get("placement"),
            "setting": child.get("setting"),
        },
        "status": {
            "legal_status": child.get("legal_status"),
            "looked_after": child.get("looked_after"),
            "care_leaver": child.get("care_leaver"),
            "child_protection_plan": child.get("child_protection_plan"),
            "child_in_need_plan": child.get("child_in_need_plan"),
            "agencies_known_to": list(child.get("agencies_known_to") or ()),
        },
        "harm": child.get("harm"),
        "outcome": child["outcome"],
    }


def _in_words(children: Sequence[Body], first: int) -> str | None:
    described = (_child(n, child) for n, child in enumerate(children, start=first))
    words = [f"Child {child['order']}\n" + "\n".join(_lines(child, skip=("order",))) for child in described]
    return "\n\n".join(words) or None


def as_text(form: Mapping[str, Any]) -> str:
    """The notification as plain text in the form's order: for the portal's pack and for an attachment.

    What was not stated says so, so that the person who types it in sees that nothing was forgotten.
    """
    sections = [form["marking"], f"Serious incident {form['notice']} {form['reference']}"]
    sections.append("\n".join(["Kinds of incident", *(f"  {kind}" for kind in form["kinds"])]))
    sections.append("\n".join(["Notifier", *_lines(form["notifier"], indent="  ")]))
    sections.append("\n".join(["Incident", *_lines(form["incident"], indent="  ")]))
    for child in form["children"]:
        sections.append("\n".join([f"Child {child['order']}", *_lines(child, indent="  ", skip=("order",))]))
    sections.append(f"Further children\n{form['further_children'] or '  None'}")
    documents = [f"  {each['title']} ({each['filename']}, SHA-256 {each['sha256']})" for each in form["documents"]]
    sections.append("\n".join(["Documents", *(documents or ["  None"])]))
    return "\n\n".join([*sections, form["marking"]]) + "\n"


def as_sections(form: Mapping[str, Any]) -> list[tuple[str, list[tuple[str, str]]]]:
    """The notification in the form's order for a person who copies it, field by field: titles with names of fields and values."""
    sections = [("Notifier", in_pairs(form["notifier"])), ("Incident", in_pairs(form["incident"]))]
    sections += [(f"Child {child['order']}", in_pairs(child)) for child in form["children"]]
    return [*sections, ("Further children", [("further_children", form["further_children"] or "None")])]


def in_pairs(part: Mapping[str, Any]) -> list[tuple[str, str]]:
    """A part of what is told as names of fields and values in words."""
    found: list[tuple[str, str]] = []
    for name, value in part.items():
        if isinstance(value, Mapping):
            found += in_pairs(value)
        elif name != "order":
            found.append((name, _words(value)))
    return found


def _lines(part: Mapping[str, Any], *, indent: str = "", skip: Iterable[str] = ()) -> Iterable[str]:
    for name, value in part.items():
        label = f"{indent}{name.replace('_', ' ').capitalize()}"
        if isinstance(value, Mapping):
            yield f"{label}:"
            yield from _lines(value, indent=indent + "  ")
        elif name not in skip:
            yield f"{label}: {_words(value)}"


def _words(value: Any) -> str:
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, list):
        return "; ".join(_words(each) for each in value) or NOT_STATED
    if isinstance(value, Mapping):
        return ", ".join(str(each) for each in value.values() if each is not None)
    return NOT_STATED if value is None else str(value)


def _written(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date | datetime) else value


def _together(incidents: Sequence[Body], name: str) -> str | None:
    """What the referrals say in one text, each different account once."""
    accounts = dict.fromkeys(incident[name] for incident in incidents if incident.get(name))
    return "\n\n".join(accounts) or None


def _every(incidents: Sequence[Body], name: str) -> list[Any]:
    return list(dict.fromkeys(entry for incident in incidents for entry in incident.get(name) or ()))


def _any_says(incidents: Sequence[Body], name: str) -> bool | None:
    said = [incident[name] for incident in incidents if incident.get(name) is not None]
    return any(said) if said else None


def _proceedings(incidents: Sequence[Body]) -> list[dict[str, Any]]:
    every = (entry for incident in incidents for entry in incident.get("parallel_proceedings") or ())
    named = [{name: entry.get(name) for name in ("kind", "reference", "status")} for entry in every]
    return [entry for n, entry in enumerate(named) if entry not in named[:n]]

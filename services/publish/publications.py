"""Publications as they open, and what others say of them: holds, copies sent, duties overdue."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.publish.documents import add_text, attach_signed_report
from services.publish.models import Hold, Publication, Telling
from services.publish.notices import tell_office, tell_roles
from services.publish.protocol import steps_for_new
from services.publish.wording import STAYS_PUBLIC
from shared import audit, clock
from shared.database import new_id
from shared.events.catalogue import NotYet
from shared.identity.viewer import SYSTEM, Viewer
from shared.service import ring_after_commit
from shared.web.problems import Problem

TOLD_RULES = ("prior-copy", "copy-taken-back", "not-published-reasons", "nspcc-deposit")


def open_publication(session: Session, report: dict[str, Any]) -> None:
    """Open the publication of a signed report, once for each practice review; a report signed anew is a new version."""
    statement = insert(Publication).on_conflict_do_nothing(index_elements=["practice_review_id"])
    opened = session.execute(
        statement.values(_opening(report, steps_for_new(session))).returning(Publication.id)
    ).first()
    publication = session.scalars(
        select(Publication).where(Publication.practice_review_id == report["practice_review_id"]).with_for_update()
    ).one()
    publication.identifiers = _united(publication.identifiers, report["identifiers"])
    publication.incidents = sorted({*publication.incidents, *_kept_from_with(report)})
    attach_signed_report(session, publication, report["report"])
    if opened:
        write_page_text(session, SYSTEM, publication)
    what = "opened" if opened else "received a report again"
    audit.append(session, audit.Entry("system", what, f"publication:{publication.id}", "report.signed-off"))


def learn_identifiers(session: Session, learnt: dict[str, Any]) -> None:
    """More is known of whom a review concerns: what is to come out, and what is out, is looked through for it.

    Raises `NotYet` where the report's publication is not open.
    """
    of_it = select(Publication).where(Publication.practice_review_id == learnt["practice_review_id"])
    publication = session.scalar(of_it.with_for_update())
    if publication is None:
        raise NotYet("The report that was signed off is not here yet.")
    publication.identifiers = _united(publication.identifiers, learnt["identifiers"])
    ring_after_commit(session, "check_documents")
    audit.append(session, audit.Entry("system", "learnt", f"publication:{publication.id}", "identifiers.learnt"))


def _incidents(report: dict[str, Any]) -> list[dict[str, Any]]:
    """What the review is about; one that was signed off before reviews of several incidents were told apart has one."""
    alone = {"incident_id": report["incident_id"], "occurred_on": report.get("occurred_on")}
    return report.get("incidents") or [alone]


def _kept_from_with(report: dict[str, Any]) -> list[str]:
    """Who is kept from one of these incidents is kept from the publication: drafts may speak of one that was taken out."""
    return [*(each["incident_id"] for each in _incidents(report)), *report.get("taken_out", ())]


def _united(known: list[dict[str, str]], told: list[dict[str, str]]) -> list[dict[str, str]]:
    """All that was ever known of the case: what is checked later is looked through for every one."""
    both = {(each["kind"], each["value"]): each for each in (*known, *told)}
    return list(both.values())


def _opening(report: dict[str, Any], protocol: list[dict[str, Any]]) -> dict[str, Any]:
    same = ("practice_review_id", "case_id", "incident_id", "reference", "pseudonym", "kind", "title", "signed_at")
    incidents = _incidents(report)
    dated = [{"kind": "incident-date", "value": str(each["occurred_on"])} for each in incidents if each["occurred_on"]]
    return {name: report[name] for name in same} | {
        "id": new_id(),
        "incidents": _kept_from_with(report),
        "identifiers": [*report["identifiers"], *dated],
        **{name: [] for name in ("themes", "warnings", "agency_kinds", "age_bands", "keywords")},
        "state": "draft",
        "publish": [],
        "live_documents": [],
        "held_because": [],
        "protocol": protocol,
        "version": 1,
        "created_at": clock.now(),
    }


def write_page_text(session: Session, viewer: Viewer, publication: Publication) -> None:
    """Put the words of the public page and of the NSPCC's record through the identifier check, like a document."""
    own = (publication.pseudonym, publication.title, publication.summary, publication.recommendations)
    words = "\n\n".join(filter(None, (*own, ", ".join(publication.keywords))))
    add_text(session, viewer, publication, "page-text", words)


def change_page(session: Session, viewer: Viewer, publication: Publication, page: dict[str, Any]) -> None:
    """Set the words that the public page and the NSPCC's record show: title, summary, themes and the rest of `PageIn`."""
    for name, value in page.items():
        setattr(publication, name, value)
    publication.version += 1
    write_page_text(session, viewer, publication)
    why = f"changed {', '.join(sorted(page))}"
    audit.append(session, audit.Entry(viewer.actor, "edited", f"publication:{publication.id}", why))


def check_version(publication: Publication, if_match: str | None) -> None:
    """Raise a 412 problem where the caller read another version than the present."""
    if if_match and if_match.strip() not in ("*", f'"{publication.version}"'):
        raise Problem(412, "Somebody changed this publication since you read it. Read it again, then change it.")


def place_hold(session: Session, hold: dict[str, Any]) -> None:
    """Keep a hold on its review; it may come before the report is signed off.

    Of what is public already, those who can take it down are told, once. The publication is locked, so that it does not
    go live meanwhile without either seeing the other.
    """
    of_it = select(Publication).where(Publication.practice_review_id == hold["practice_review_id"])
    publication = session.scalar(of_it.with_for_update())
    if publication and publication.state in ("live", "archived") and session.get(Hold, hold["hold_id"]) is None:
        tell_office(session, publication, "hold-on-public", STAYS_PUBLIC)
        tell_roles(session, publication, ("communications-lead",), "hold-on-public", STAYS_PUBLIC)
    statement = insert(Hold).values(
        id=hold["hold_id"],
        practice_review_id=hold["practice_review_id"],
        reason=hold["reason"],
        next_check_on=hold["next_check_on"],
        placed_at=hold["placed_at"],
    )
    again = statement.on_conflict_do_update(
        index_elements=["id"], set_={"next_check_on": statement.excluded.next_check_on}
    )
    session.execute(again)


def lift_hold(session: Session, hold: dict[str, Any]) -> None:
    """Lift a hold. Raises `NotYet` where its placing has not come."""
    placed = session.get(Hold, hold["hold_id"])
    if placed is None:
        raise NotYet("The hold has not been placed here yet.")
    placed.lifted_at = hold["lifted_at"]


def holds_in_force(session: Session, publication: Publication) -> list[Hold]:
    """The holds on a publication's review that nobody has lifted, the next to be checked first."""
    statement = select(Hold).where(Hold.practice_review_id == publication.practice_review_id, Hold.lifted_at.is_(None))
    return list(session.scalars(statement.order_by(Hold.next_check_on)))


def note_telling(session: Session, duty: dict[str, Any], **times: Any) -> None:
    """Note what became of a duty to tell somebody of a publication. Raises `NotYet` for one that is not open here."""
    kind, publication_id = duty["concerns"].split(":")[:2]  # what it concerns of the publication may follow
    if kind != "publication" or duty["rule"] not in TOLD_RULES:
        return
    if session.get(Publication, publication_id) is None:
        raise NotYet("The publication is not open here yet.")
    values = {name: duty[name] for name in ("duty_id", "rule", "recipient")} | {"publication_id": publication_id}
    statement = insert(Telling).values(values | times)
    session.execute(statement.on_conflict_do_update(index_elements=["duty_id"], set_=times))

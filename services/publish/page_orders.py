"""What is done to a live page on somebody's order: taking it down, or putting a corrected document in its place."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from services.publish.documents import RECORD, REPORTS, needed_kinds
from services.publish.early_readers import tell_of_readers
from services.publish.facts import facts_for
from services.publish.gate import (
    bytes_are_those_checked,
    checks_are_of_today,
    documents_are_checked,
    documents_are_there,
    findings_are_decided,
    no_hold_is_in_force,
)
from services.publish.models import Document, PageOrder, Publication
from services.publish.nspcc import deposit, is_behind, is_first_given, take_back
from services.publish.public_site.site_content import (
    documents_to_publish,
    page_words,
    site_is_wanted_anew,
    words_have_changed,
)
from services.publish.publication_route import tell_live, tell_services
from services.publish.retention import open_question
from services.publish.states import moved
from shared import audit, clock
from shared.identity.viewer import Viewer
from shared.service import ring_after_commit
from shared.web.problems import conflict

CHECKS = (
    documents_are_there,
    documents_are_checked,
    checks_are_of_today,
    bytes_are_those_checked,
    findings_are_decided,
    no_hold_is_in_force,
)


@dataclass(frozen=True)
class Order:
    """Why a live page is changed, and who ordered it."""

    reasons: str
    ordered_by: str


def withdraw(session: Session, viewer: Viewer, publication: Publication, order: Order) -> PageOrder:
    """Take a live page down: its addresses answer 410, and documents, feed, search and site map lose it.

    The NSPCC is asked to hold back what it was sent.

    The worker is woken at once. Raises a 409 problem where there is no page to take down.
    """
    publication.state = moved(publication.state, "withdraw")
    publication.version += 1
    if question := open_question(session, publication):
        question.decision, question.decided_at, question.decided_by = "withdrawn", clock.now(), viewer.agency_id
    made = _order(session, viewer, publication, order, "withdrawal")
    take_back(session, publication)
    tell_of_readers(session, publication, "It was withdrawn")
    event = {"reasons": order.reasons, "withdrawn_at": made.ordered_at.isoformat()}
    tell_services(session, publication, "publication.withdrawn", event)
    audit.append(session, audit.Entry(viewer.actor, "withdrew", f"publication:{publication.id}"))
    return made


def correct(session: Session, viewer: Viewer, publication: Publication, order: Order) -> PageOrder:
    """Put the newest checked documents and words in the place of those that are live; who has the former is told.

    The NSPCC gets reports and record anew; those who had copies before publication are asked to put theirs out of use.
    The page says that it was corrected; what it showed until then is kept with the order. Raises a 409 problem whose
    `missing` lists what the gate finds in the new versions, or where nothing was changed.
    """
    publication.state = moved(publication.state, "correct")
    facts = facts_for(session, publication, None, going_live=True)
    if missing := [sentence for check in CHECKS for sentence in check(facts)]:
        raise conflict("It cannot be corrected yet. See missing for what to do.", missing=missing)
    documents = documents_to_publish(session, publication)
    before = {"documents": publication.live_documents, "page": publication.live_page}
    new = [document for document in documents if document.id not in publication.live_documents]
    replaced = [document.kind for document in new]
    if words_have_changed(publication):
        replaced.append("page-text")
    behind = is_behind(session, publication)
    if behind and not replaced:
        replaced.append(RECORD)
    if not replaced and len(documents) == len(publication.live_documents):
        raise conflict("Nothing has changed since it went live. Upload a new version or change the words first.")
    publication.live_documents = [document.id for document in documents]
    publication.live_page = page_words(publication)
    publication.version += 1
    made = _order(session, viewer, publication, order, "correction")
    made.replaced, made.before = replaced, before
    if behind or any(document.kind in REPORTS for document in new):
        _deposit_anew(session, publication, documents)
    if new:
        tell_services(session, publication, "publication.corrected", {"corrected_at": made.ordered_at.isoformat()})
        tell_of_readers(session, publication, "It was corrected")
    why = f"replaced {len(new)} of {len(needed_kinds(publication))} documents"
    audit.append(session, audit.Entry(viewer.actor, "corrected", f"publication:{publication.id}", why))
    return made


def _deposit_anew(session: Session, publication: Publication, documents: Sequence[Document]) -> None:
    given = deposit(session, publication, documents)
    if given and is_first_given(session, publication, given):
        tell_live(session, publication, given.created_at)


def _order(session: Session, viewer: Viewer, publication: Publication, order: Order, what: str) -> PageOrder:
    made = PageOrder(
        publication_id=publication.id,
        what=what,
        reasons=order.reasons,
        ordered_by=order.ordered_by,
        ordered_at=clock.now(),
        recorded_by=viewer.agency_id,
        replaced=[],
    )
    session.add(made)
    session.flush()
    site_is_wanted_anew(session)
    ring_after_commit(session, "publish_due")
    return made

"""Going live: the gate once more, a whole new site beside the old one, one swap, and the record of it.

Under one lock in the database, in steps that can each be killed: before the swap readers have the old site, after it
the new one, and until the last transaction the whole is simply repeated. The time set is a row; a sweep finds it.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta

import structlog
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from services.publish.documents import lock_publication
from services.publish.facts import facts_for
from services.publish.gate import failing_sentences, waits_for_checks_alone
from services.publish.models import Publication, SiteState
from services.publish.notices import tell_office
from services.publish.nspcc import deposit, is_first_given
from services.publish.own_items import know_everybody
from services.publish.past_items import load_past_items
from services.publish.public_site.site import (
    Snapshot,
    build_release,
    current_release,
    forget_old_releases,
    swap_release,
)
from services.publish.public_site.site_content import documents_to_publish, page_words, site_is_wanted_anew, snapshot
from services.publish.publication_route import tell_live
from services.publish.service import SERVICE
from services.publish.site_hold import held_since
from services.publish.states import moved
from shared import audit, clock
from shared.calendar import add_months, london_day
from shared.partnership import partnership
from shared.settings import settings

log = structlog.get_logger()

BUILDERS_LOCK = 1_702
MOST_ROUNDS = 10  # in one run; a site that keeps changing is built on by the next


@dataclass(frozen=True)
class Plan:
    """What one round builds: the site as `wanted` at its start, with the publications whose time has come."""

    wanted: int
    going_live: tuple[str, ...]
    snapshot: Snapshot


def publish_due() -> int:
    """Make live what is due and build what the site lacks; returns how many releases were built.

    Where another builder is at work nothing is done here: it sees to what is wanted, or the next sweep does.
    """
    built = 0
    with _builders_lock() as ours:
        while ours and built < MOST_ROUNDS and (plan := plan_release()):
            release = build_release(settings().site_folder, plan.snapshot)
            swap_release(settings().site_folder, release)
            record_release(plan, release)
            forget_old_releases(settings().site_folder)
            built += 1
    return built


@contextmanager
def _builders_lock() -> Iterator[bool]:
    """A lock that ends with its connection, so that a killed builder leaves none."""
    engine = SERVICE.database.engine.execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        ours = bool(connection.execute(text("SELECT pg_try_advisory_lock(:n)"), {"n": BUILDERS_LOCK}).scalar())
        try:
            yield ours
        finally:
            if ours:
                connection.execute(text("SELECT pg_advisory_unlock(:n)"), {"n": BUILDERS_LOCK})


def plan_release() -> Plan | None:
    """What is to be built now, or None, as while the site is held. Holds back, with the reasons shown, what is due and does not pass the gate.

    What lacks only a check that is under way stays scheduled: the next sweep tries again.
    """
    with SERVICE.transaction() as session:
        if held_since(session):
            return None
        load_past_items(session)
        know_everybody(session)
        ready = [publication for publication in _due(session) if _passes_or_is_held(session, publication)]
        state = session.scalars(select(SiteState)).one()
        session.refresh(state)
        if not ready and not _lacks_something(state):
            return None
        return Plan(state.wanted, tuple(each.id for each in ready), snapshot(session, ready))


def _due(session: Session) -> Sequence[Publication]:
    statement = select(Publication).where(Publication.state == "scheduled", Publication.publish_at <= clock.now())
    return session.scalars(statement.order_by(Publication.publish_at, Publication.id).with_for_update()).all()


def _lacks_something(state: SiteState) -> bool:
    """Whether the site is behind the records. It is drawn anew each day, since display periods end by the calendar."""
    shown = current_release(settings().site_folder)
    return state.wanted != state.built or state.built_on != london_day(clock.now()) or shown != state.release


def _passes_or_is_held(session: Session, publication: Publication) -> bool:
    facts = facts_for(session, publication, publication.publish_at, going_live=True)
    if not (missing := failing_sentences(facts)):
        return True
    if waits_for_checks_alone(facts):
        return False
    publication.state, publication.held_because = moved(publication.state, "hold"), missing
    publication.version += 1
    site_is_wanted_anew(session)  # a builder killed half-way may have shown it already
    log.error("publication.held", publication=publication.id, reference=publication.reference, missing=len(missing))
    tell_office(session, publication, "publication-held", "It did not go live at the time set for it.")
    why = f"the gate was shut: {len(missing)} sentences"
    audit.append(session, audit.Entry("system", "held", f"publication:{publication.id}", why))
    return False


def record_release(plan: Plan, release: str) -> None:
    """Note what the site now holds and that its new pages are live, with all that follows, in one transaction."""
    with SERVICE.transaction() as session:
        state = session.scalars(select(SiteState).with_for_update()).one()
        state.built, state.built_on, state.release = plan.wanted, plan.snapshot.day, release
        session.flush()
        for publication_id in plan.going_live:
            publication = lock_publication(session, publication_id)
            if publication and _may_still_go_live(session, publication):
                go_live(session, publication)
            else:  # somebody changed it while the site was built: build again, without it
                site_is_wanted_anew(session)


def _may_still_go_live(session: Session, publication: Publication) -> bool:
    due = publication.publish_at is not None and publication.publish_at <= clock.now()
    if publication.state != "scheduled" or not due:
        return False
    return not failing_sentences(facts_for(session, publication, publication.publish_at, going_live=True))


def go_live(session: Session, publication: Publication) -> None:
    """Record that a publication is live: its documents, the NSPCC's copy, the event.

    What the proof keeps from the NSPCC on the anonymous route is not said to be published before it went there.
    """
    documents = documents_to_publish(session, publication)
    publication.state, publication.live_at = moved(publication.state, "go-live"), clock.now()
    publication.live_documents = [document.id for document in documents]
    publication.live_page = page_words(publication)
    publication.display_until = display_until(london_day(publication.live_at))
    publication.version += 1
    given = deposit(session, publication, documents)
    if given is None or is_first_given(session, publication, given):
        tell_live(session, publication, publication.live_at)
    shas = " ".join(document.clean_sha256 or "" for document in documents)
    audit.append(session, audit.Entry("system", "published", f"publication:{publication.id}", f"sha256 {shas}"))


def display_until(published_on: date) -> date:
    """The last day on which a page stays without anybody's decision: rule display-on-site."""
    rule = partnership().rules_on(published_on).duty("display-on-site")
    return add_months(published_on, 12 * rule.within.amount) - timedelta(days=1)

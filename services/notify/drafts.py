"""A report that somebody has begun: every page that is sent is kept, sealed, for that person alone, until it is sent."""

from dataclasses import asdict, dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from services.notify.attachments import Entry, Upload, check_new, keep, refuse_infected, remove_from_draft, send_with
from services.notify.models import Referral
from services.notify.report_body import referral_of, where_asked
from services.notify.report_steps import Part, Step, is_answered, only_asked, steps_of
from services.notify.schemas import ReferralSchema
from services.notify.service import SERVICE
from shared import clock
from shared.database import new_id, see_as
from shared.encryption import seal_json, unseal_json
from shared.identity.viewer import SYSTEM, Viewer
from shared.partnership import partnership
from shared.web.problems import conflict, not_found

KEPT = timedelta(days=30)
MOST = {"child": 50, "person": 100}

ADD = text(
    "INSERT INTO drafts (id, person_id, answers, started_at, changed_at) VALUES (:id, :person, :answers, :now, :now)"
)
FIND = text("SELECT answers, referral_id::text FROM drafts WHERE id = :id AND person_id = :person FOR UPDATE")
SHOW = text("SELECT answers, referral_id::text FROM drafts WHERE id = :id")
LIST = text(
    "SELECT id::text, started_at, changed_at FROM drafts WHERE person_id = :person AND referral_id IS NULL ORDER BY changed_at DESC"
)
STORE = text("UPDATE drafts SET answers = :answers, changed_at = :now, referral_id = :referral WHERE id = :id")
REMOVE = text("DELETE FROM drafts WHERE id = :id AND person_id = :person AND referral_id IS NULL RETURNING id")
FORGET = text("""
    DELETE FROM drafts d WHERE changed_at < :before AND referral_id IS NULL
       AND NOT EXISTS (SELECT 1 FROM agreement_requests a WHERE a.draft_id = d.id AND a.outcome IS NULL)
""")
LATEST = text("""
    SELECT id::text FROM drafts WHERE referral_id = :referral AND (:of_anybody OR person_id = :person)
     ORDER BY changed_at DESC LIMIT 1
""")
IS_GONE = text("SELECT ended_at IS NOT NULL FROM people WHERE id = :id")
CONTEXT = "drafts.answers"


@dataclass
class Draft:
    """What was answered: of the incident and the end in `incident`, of each child and each other person in a list."""

    id: str
    incident: dict[str, Any] = field(default_factory=dict)
    children: list[dict[str, Any]] = field(default_factory=list)
    people: list[dict[str, Any]] = field(default_factory=list)
    documents: list[Entry] = field(default_factory=list)
    sent_before: int = 0  # how many of the documents, the first, went with an earlier version
    corrects: str | None = None  # the referral that this corrects
    version: int = 0  # of the referral, which these answers are or began with
    referral_id: str | None = None

    @property
    def reference(self) -> str:
        return reference_of(self.id)

    def answers(self, part: Part, place: int = 0) -> dict[str, Any]:
        """The answers of one part; those of a new child or person are begun where `place` is the next. Raises 404 problems."""
        several = {"child": self.children, "person": self.people}.get(part)
        if several is None:
            return self.incident
        if place == len(several) < MOST[part]:
            several.append({})
        if place >= len(several):
            raise not_found()
        return several[place]


def reference_of(draft_id: str) -> str:
    """By which a report is called before it is sent, and its agency's own reference where it gives none."""
    return f"WEB-{draft_id[-8:].upper()}"


def begin_draft(session: Session, viewer: Viewer) -> str:
    """A new, empty draft; its id."""
    draft = Draft(new_id(), incident={})
    values = {"id": draft.id, "person": viewer.person_id, "answers": _sealed(draft), "now": clock.machine_now()}
    session.execute(ADD, values)
    return draft.id


def draft_of(session: Session, viewer: Viewer, draft_id: str) -> Draft:
    """A person's own draft, held until the transaction ends. Raises a 404 problem."""
    found = session.execute(FIND, {"id": draft_id, "person": viewer.person_id}).first()
    if found is None:
        raise not_found()
    return _opened(draft_id, found)


def _opened(draft_id: str, found: Any) -> Draft:
    return Draft(draft_id, referral_id=found.referral_id, **unseal_json(bytes(found.answers), CONTEXT))


def draft_shown(session: Session, draft_id: str) -> Draft:
    """A draft for whom the database shows it to, such as a lead who is asked to agree. Raises a 404 problem."""
    found = session.execute(SHOW, {"id": draft_id}).first()
    if found is None:
        raise not_found()
    return _opened(draft_id, found)


def drafts_of(session: Session, viewer: Viewer) -> list[Any]:
    """A person's reports that are not sent yet, the latest touched first."""
    return list(session.execute(LIST, {"person": viewer.person_id}))


def store_draft(session: Session, draft: Draft) -> None:
    if draft.referral_id:
        raise conflict("This report was sent already. Correct it from your list of reports.")
    _write(session, draft)


def close_draft(session: Session, draft: Draft, referral_id: str, version: int) -> None:
    """The report was sent as this version of a referral. Its answers stay, sealed, so that it can be corrected page by page.

    Raises a 409 problem where malware was found in one of its files at this moment.
    """
    draft.referral_id, draft.version = referral_id, version
    send_with(session, draft.id, referral_id, draft.documents)
    refuse_infected(session, draft.documents)
    _write(session, draft)


def add_file(session: Session, viewer: Viewer, draft: Draft, upload: Upload) -> None:
    """Keep a file with a report that is not sent yet. Raises 409 and 422 problems."""
    check_new(draft.documents, [upload])
    draft.documents.append(keep(session, viewer, upload, draft_id=draft.id))
    store_draft(session, draft)


def remove_file(session: Session, draft: Draft, document_id: str) -> None:
    """Let go of a file of a report that is not sent yet; one that an earlier version was sent with stays."""
    rest = [entry for entry in draft.documents if entry["id"] != document_id]
    if rest != draft.documents and remove_from_draft(session, draft.id, document_id):
        draft.documents = rest
        store_draft(session, draft)


def may_correct(session: Session, viewer: Viewer, referral: Referral) -> bool:
    """Whether a person corrects a report by pages: who sent it, or a lead of their agency once they are gone."""
    if not referral.submitted_by or not viewer.person_id:
        return False
    return referral.submitted_by == viewer.person_id or _stands_in(session, viewer, referral)


def _stands_in(session: Session, viewer: Viewer, referral: Referral) -> bool:
    theirs = viewer.acts_as("agency-lead") and referral.agency_id == viewer.agency_id
    return theirs and bool(session.scalar(IS_GONE, {"id": referral.submitted_by}))


def begin_correction(session: Session, viewer: Viewer, referral: Referral) -> str:
    """A new draft with the answers of the latest that was sent as this referral, by whoever may correct it.

    Raises a 404 problem for anybody else, 409 where it was corrected elsewhere.
    """
    if not may_correct(session, viewer, referral):
        raise not_found()
    draft = _latest_sent(session, viewer, referral)
    if draft.version != referral.version:
        raise conflict(
            "Your agency's system has corrected this report since you sent it. Correct it there, so that nothing is undone."
        )
    draft.id, draft.referral_id = begin_draft(session, viewer), None
    draft.corrects, draft.sent_before = referral.id, len(draft.documents)
    draft.incident["agency_reference"] = referral.agency_reference  # which stays, though we made it up
    _write(session, draft)
    return draft.id


def _latest_sent(session: Session, viewer: Viewer, referral: Referral) -> Draft:
    gone = _stands_in(session, viewer, referral)
    if gone:  # a draft is its writer's alone: the lead is given a copy of what was sent
        see_as(session, SYSTEM)
    found = session.scalar(LATEST, {"referral": referral.id, "person": viewer.person_id, "of_anybody": gone})
    if found is None:
        raise not_found()
    draft = draft_shown(session, found)
    see_as(session, viewer)
    return draft


def remove_draft(session: Session, viewer: Viewer, draft_id: str) -> bool:
    """Let go of a person's own draft; False where there is none, or it was sent."""
    return session.execute(REMOVE, {"id": draft_id, "person": viewer.person_id}).first() is not None


def forget_drafts() -> None:
    """Let go of drafts that were never sent, that nobody touched for thirty days, and to which no lead is asked to agree."""
    with SERVICE.transaction() as session:
        session.execute(FORGET, {"before": clock.machine_now() - KEPT})


def _write(session: Session, draft: Draft) -> None:
    values = {"id": draft.id, "answers": _sealed(draft), "now": clock.machine_now(), "referral": draft.referral_id}
    session.execute(STORE, values)


def _sealed(draft: Draft) -> bytes:
    values = asdict(draft)
    del values["id"], values["referral_id"]
    return seal_json(values, CONTEXT)


@dataclass(frozen=True)
class Gap:
    """A page that needs attention before the report can go: where it is and what to do."""

    part: Part
    slug: str
    place: int
    sentence: str


def gaps(draft: Draft) -> list[Gap]:
    """Pages that were not answered yet, in their order."""
    found = [_gap("incident", step, 0) for step in unanswered("incident", draft.incident)]
    if not draft.children:
        found.append(Gap("child", "name", 0, "Add at least one child"))
    for place, child in enumerate(draft.children):
        found += [_gap("child", step, place) for step in unanswered("child", child)]
    for place, person in enumerate(draft.people):
        found += [_gap("person", step, place) for step in unanswered("person", person)]
    return found + [_gap("end", step, 0) for step in unanswered("end", draft.incident)]


def unanswered(part: Part, answers: dict[str, Any]) -> list[Step]:
    """The pages of a part that are asked and were not answered yet, in their order."""
    return [step for step in steps_of(part) if step.asked(answers) and not is_answered(step, answers)]


def _gap(part: Part, step: Step, place: int) -> Gap:
    which = f" of child {place + 1}" if part == "child" else f" of person {place + 1}" if part == "person" else ""
    return Gap(part, step.slug, place, f"Answer the page “{step.title}”{which}")


def body_of(draft: Draft) -> dict[str, Any]:
    """The referral that the answers make, as JSON values."""
    return referral_of(
        only_asked("incident", draft.incident) | only_asked("end", draft.incident),
        [only_asked("child", child) for child in draft.children],
        draft.people,
        authority_code=partnership().authority.ons_code,
        reference=draft.reference,
    )


def checked(body: dict[str, Any], more: dict[str, Any]) -> list[Gap]:
    """What the referral's schema and `more` (messages as marshmallow nests them) find wrong, each at its question."""
    messages = _flat(ReferralSchema().validate(body)) | _flat(more)
    found = []
    for pointer, sentence in messages.items():
        part, slug, place = where_asked(pointer)
        found.append(Gap(part, slug, place, sentence))  # type: ignore[arg-type]  # ASKED names parts only
    return found


def _flat(messages: Any, pointer: str = "") -> dict[str, str]:
    if isinstance(messages, dict):
        pairs = [
            pair
            for key, inner in messages.items()
            for pair in _flat(inner, pointer if key == "_schema" else f"{pointer}/{key}").items()
        ]
        return dict(pairs)
    return {pointer: str(messages[0] if isinstance(messages, list) else messages)}

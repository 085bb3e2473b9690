"""A case's records for people: what is kept how long, legal holds, decisions, and the certificate of what was destroyed."""

from collections import Counter
from typing import Any
from uuid import UUID

from services.review.destruction import confirm_destruction
from services.review.models import Case, DestructionCertificate, LegalHold, RetentionDecision
from services.review.pages.acts import act
from services.review.pages.site import pages
from services.review.records import find
from services.review.retention import decide_retention, lift_legal_hold, place_legal_hold
from services.review.schemas.retention import RetentionDecisionBody
from services.review.views.retention import describe_certificate, describe_records
from services.review.written_documents import Block, Heading, Table, Words, as_pdf, written_day
from shared.identity import rights
from shared.partnership import partnership
from shared.web.asking import acted, checked, form_page, given, reasons
from shared.web.forms import DayField, Questions, RadioField, SelectField, may_be_empty, needed
from shared.web.layout import words
from shared.web.pages import Download, Go, Page, Visit

CHOICES = (("keep", "Keep them longer"), ("destroy", "Destroy them, once somebody else confirms it"))


@pages.get("/cases/<uuid:case_id>/records", allows=rights.office_or_partner)
def show_records(visit: Visit, case_id: UUID) -> Page:
    """The classes of a case's records with their times, and its legal holds."""
    case = find(visit.session, Case, case_id)
    described = describe_records(visit.session, case)
    values = {
        "case": case,
        "records": described,
        "held": any(each["lifted_at"] is None for each in described["legal_holds"]),
        "decides": rights.office(visit.viewer) and any(each["due"] for each in described["classes"]),
        "writes": rights.runs_reviews(visit.viewer),
        "back": f"/review/cases/{case.id}",
    }
    return Page("records.html", "Records", values)


def _at_records(case_id: str) -> str:
    return f"/review/cases/{case_id}/records"


class ReasonsForm(Questions):
    reasons = reasons("Why?")


class DecisionForm(Questions):
    record_class = SelectField("Which records?", validators=needed("Choose the records"))
    decision = RadioField("What becomes of them?", choices=CHOICES, validators=needed("Choose what becomes of them"))
    keep_until = DayField("If they are kept: until when?", what="The day", validators=may_be_empty())
    reasons = reasons("Why?")


def _decision_form(visit: Visit, case: Case) -> Questions:
    form = DecisionForm(visit.typed)
    due = [each for each in describe_records(visit.session, case)["classes"] if each["due"]]
    form.offer("record_class", [("", "Choose"), *((each["record_class"], each["name"]) for each in due)])
    return form


act(
    "/cases/<uuid:record_id>/records/decision",
    name="decide_retention",
    on=Case,
    title="Decide what becomes of records",
    button="Record the decision",
    allows=rights.office,
    asks=_decision_form,
    does=lambda visit, case, form: decide_retention(
        visit.session, case, checked(RetentionDecisionBody(), given(form)), visit.viewer
    ),
    back=lambda _, case: _at_records(case.id),
    blamed="record_class",
    done="The decision is recorded.",
    note="Think of inquiries, claims and people who may ask for their records later. What is destroyed does not come back.",
)
act(
    "/cases/<uuid:record_id>/legal-hold",
    name="place_legal_hold",
    on=Case,
    title="Place a legal hold",
    button="Place it",
    allows=rights.runs_reviews,
    asks=lambda visit, _: ReasonsForm(visit.typed),
    does=lambda visit, case, form: place_legal_hold(visit.session, case, form["reasons"].data, visit.viewer),
    back=lambda _, case: _at_records(case.id),
    blamed="reasons",
    done="A legal hold stands: nothing of this case may be destroyed.",
)
act(
    "/legal-holds/<uuid:record_id>/lift",
    name="lift_legal_hold",
    on=LegalHold,
    title="Lift the legal hold",
    button="Lift it",
    allows=rights.runs_reviews,
    asks=lambda visit, _: ReasonsForm(visit.typed),
    does=lambda visit, hold, form: lift_legal_hold(visit.session, hold, form["reasons"].data, visit.viewer),
    back=lambda _, hold: _at_records(hold.case_id),
    blamed="reasons",
    done="The legal hold is lifted.",
)


class ConfirmForm(Questions):
    sure = RadioField(
        "Are these records to be destroyed for good?",
        choices=[("yes", "Yes, destroy them")],
        validators=needed("Say yes, or go back"),
    )


def _confirmation(visit: Visit, decision: RetentionDecision, form: Questions) -> Page:
    note = f"{decision.decided_by_name} decided this on {written_day(decision.decided_at)}: {decision.reasons}"
    return form_page(
        f"Destroy: {words(decision.record_class)}",
        form,
        button="Destroy",
        back=_at_records(decision.case_id),
        note=note,
    )


@pages.get("/retention-decisions/<uuid:decision_id>/confirmation", allows=rights.runs_reviews)
def ask_destruction(visit: Visit, decision_id: UUID) -> Page:
    """What somebody decided to destroy, for a second person to confirm."""
    return _confirmation(visit, find(visit.session, RetentionDecision, decision_id), ConfirmForm(visit.typed))


@pages.post("/retention-decisions/<uuid:decision_id>/confirmation", allows=rights.runs_reviews)
def destroy_records(visit: Visit, decision_id: UUID) -> Page | Go:
    decision = find(visit.session, RetentionDecision, decision_id, lock=True)
    case = find(visit.session, Case, decision.case_id, lock=True)
    form, made = ConfirmForm(visit.typed), list[DestructionCertificate]()

    def destroy() -> None:
        made.append(confirm_destruction(visit.session, case, decision, visit.viewer))

    if not acted(visit, form, "sure", destroy):
        return _confirmation(visit, decision, form)
    return Go(f"/review/destruction-certificates/{made[0].id}", "The records are destroyed. This is the certificate.")


@pages.get("/destruction-certificates/<uuid:certificate_id>", allows=rights.office_or_partner)
def show_certificate(visit: Visit, certificate_id: UUID) -> Page:
    certificate = find(visit.session, DestructionCertificate, certificate_id)
    described = describe_certificate(visit.session, certificate)
    values = {"certificate": described, "counts": _counts(described), "back": _at_records(certificate.case_id)}
    return Page("certificate.html", "Certificate of destruction", values)


@pages.get("/destruction-certificates/<uuid:certificate_id>.pdf", allows=rights.office_or_partner)
def download_certificate(visit: Visit, certificate_id: UUID) -> Download:
    """The certificate with the hash of every record that went."""
    described = describe_certificate(visit.session, find(visit.session, DestructionCertificate, certificate_id))
    title = f"Certificate of destruction {described['reference']}"
    blocks: list[Block] = [
        Heading(title, 1),
        *_sentences(described),
        Table(("Kind", "Record", "SHA-256"), _rows(described)),
    ]
    pdf = as_pdf(title, partnership().marking, blocks)
    return Download(pdf, "application/pdf", f"{described['reference']}.pdf")


def _sentences(described: dict[str, Any]) -> list[Words]:
    return [
        Words(f"{partnership().name}. Case {described['case_reference']}. {described['rule']}"),
        Words(f"Decided by {described['decided_by_name']}: {described['reasons']}"),
        Words(f"Confirmed by {described['confirmed_by_name']} on {written_day(described['destroyed_at'])}."),
        Words(
            "Each record is named by its id and by the SHA-256 of its row as it was stored. Its content is not here."
        ),
    ]


def _rows(described: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [(words(each["table"]), each["id"], each["sha256"]) for each in described["destroyed"]]


def _counts(described: dict[str, Any]) -> list[tuple[str, int]]:
    return sorted(Counter(words(each["table"]) for each in described["destroyed"]).items())

"""The rapid review: meeting, decision, positions, the report as a file, the Panel's reply."""

from datetime import datetime
from typing import Any
from uuid import UUID

from services.review.directory import Agencies
from services.review.meetings import expect_quorum, record_meeting
from services.review.models import Case
from services.review.pages.acts import act
from services.review.pages.site import pages
from services.review.panel_replies import record_panel_reply
from services.review.panel_report import heading_name
from services.review.practice_review import commission
from services.review.rapid_review import record_decision, rules_of, standing_decision, take_position
from services.review.records import find
from services.review.report_document import KINDS, report_file
from services.review.schemas.practice_reviews import Commission
from services.review.schemas.rapid_review import PanelReplyBody, PositionBody, RapidReviewDecisionBody
from services.review.views.cases import describe_case
from services.review.wording import OTHER_REVIEWS, OUTCOMES, REPLIES, REVIEW_KINDS
from shared.calendar import LONDON
from shared.identity import rights
from shared.partnership import partnership
from shared.rulebook import Rulebook
from shared.web.asking import Shown, checked, given, line, moment_on, optional_text, reasons
from shared.web.forms import DayField, Questions, RadioField, TimeField, may_be_empty, needed
from shared.web.pages import Download, Visit
from shared.web.rows import RowsField


def at_case(_: Visit, case: Case) -> str:
    """The page of the case."""
    return f"/review/cases/{case.id}"


def _meeting_form(visit: Visit, case: Case) -> Questions:
    described = describe_case(visit.session, case)
    asked = {each["agency"]["id"]: each["agency"]["name"] for each in described["information_requests"]}
    partners = Agencies(visit.session, partnership().safeguarding_partners)
    who = {agency: partners[agency]["name"] for agency in partnership().safeguarding_partners} | asked
    fields: dict[str, Any] = {
        "day": DayField(
            "When was it?", what="The day of the meeting", validators=needed("Give the day of the meeting")
        ),
        "time": TimeField(
            "Time", default="10:00", validators=needed("Give the time"), render_kw={"classes": "govuk-input--width-5"}
        ),
    }
    for number, (agency, name) in enumerate(who.items()):
        partner = (
            "A safeguarding partner: a decision needs all three. "
            if number < len(partnership().safeguarding_partners)
            else ""
        )
        fields[f"came_{agency}"] = line(
            f"Who came for {name}?", hint=f"{partner}Name and role; leave it empty if nobody came"
        )
    fields |= {
        "apologies": line("Apologies"),
        "minutes": reasons("Minutes", missing="Write what was said and agreed", rows=10),
        "scrutineer_comment": optional_text("The independent scrutineer's comment"),
    }
    return type("MeetingForm", (Questions,), fields)(visit.typed)  # type: ignore[no-any-return]


def _record_meeting(visit: Visit, case: Case, form: Questions) -> object:
    answers = form.answers()
    held_at = datetime.fromisoformat(f"{answers['day']}T{answers['time']}").replace(tzinfo=LONDON)
    came = {name.removeprefix("came_"): who for name, who in answers.items() if name.startswith("came_") and who}
    content = {name: answers[name] for name in ("apologies", "minutes", "scrutineer_comment")}
    return record_meeting(visit.session, case, held_at, came, content, visit.viewer)


act(
    "/cases/<uuid:record_id>/meeting",
    name="record_meeting",
    on=Case,
    title="Record a meeting of the rapid review",
    button="Record the meeting",
    allows=rights.runs_reviews,
    asks=_meeting_form,
    does=_record_meeting,
    back=at_case,
    blamed="day",
    done="The meeting is recorded.",
)


def _decision_class(rules: Rulebook) -> type[Questions]:
    fields: dict[str, Any] = {
        "outcome": RadioField(
            "What was decided?", choices=OUTCOMES.items(), validators=needed("Choose what was decided")
        ),
        "why_anew": optional_text(
            "Why is it decided anew?", "Needed where all three partners have signed a decision before"
        ),
        "other_review": RadioField(
            "If another kind of review: which?",
            choices=[("", "None"), *OTHER_REVIEWS.items()],
            validators=may_be_empty(),
            default="",
        ),
        "reasons": reasons("Why was this decided?", missing="Give the reasons for the decision", rows=6),
        "what_will_be_done": optional_text("What will be done with the learning?", "Needed where there is no LCSPR"),
        "immediate_actions": RowsField(
            "Immediate actions", asks={"action": "Action {}", "by": "Who does action {}"}, noun="action"
        ),
    }
    for rule in rules.rapid_review_content.values():
        fields[f"heading_{heading_name(rule.id)}"] = reasons(rule.text, missing=f"Write about: {rule.text}", rows=6)
    for number, rule in enumerate(rules.considerations.values()):
        fields[f"met_{number}"] = RadioField(
            f"{rule.text} ({rule.authority})",
            choices=[("yes", "Yes"), ("no", "No")],
            validators=needed(f"Say whether this is met: {rule.text}"),
        )
        fields[f"why_{number}"] = reasons(
            f"Why is this met, or not: {rule.text}", missing=f"Say why it is met, or not: {rule.text}", rows=2
        )
    return type("DecisionForm", (Questions,), fields)


def _decide(visit: Visit, case: Case, form: Questions) -> object:
    rules, answers = rules_of(case), form.answers()
    body = given(form, "outcome", "reasons", "why_anew", "what_will_be_done", "other_review")
    body["content"] = {
        heading_name(rule): answers[f"heading_{heading_name(rule)}"] for rule in rules.rapid_review_content
    }
    body["regulation_11"] = [
        {"consideration": rule, "met": answers[f"met_{number}"] == "yes", "reasons": answers[f"why_{number}"]}
        for number, rule in enumerate(rules.considerations)
    ]
    body["immediate_actions"] = answers["immediate_actions"] or []
    expect_quorum(visit.session, case)
    return record_decision(visit.session, case, checked(RapidReviewDecisionBody(), body), visit.viewer)


act(
    "/cases/<uuid:record_id>/decision",
    name="record_decision",
    on=Case,
    title="Record the decision",
    button="Record the decision",
    allows=rights.runs_reviews,
    asks=lambda visit, case: _decision_class(rules_of(case))(visit.typed),
    does=_decide,
    back=at_case,
    blamed="outcome",
    done="The decision is recorded. Each of the three partners takes its position on it now.",
    note="If a decision was recorded before, it is kept, and the positions on it no longer count.",
)


class PositionForm(Questions):
    position = RadioField(
        "Your agency's position",
        choices=[("agree", "We agree"), ("dissent", "We dissent")],
        validators=needed("Say whether your agency agrees"),
    )
    role = line("Your role", "Give your role")
    reasons = optional_text("Reasons", "Needed for a dissent. A dissent stands in the report beside the others.")


def _shown_decision(visit: Visit, case: Case) -> Shown | None:
    decision = standing_decision(visit.session, case)
    if decision is None:
        return None
    said = [f"Decision {decision.number}: {OUTCOMES[decision.outcome]}.", f"Reasons: {decision.content['reasons']}"]
    if learning := decision.content.get("what_will_be_done"):
        said.append(f"What will be done with the learning: {learning}")
    said.append("Your agency's position cannot be changed afterwards.")
    return Shown(decision.id, tuple(said), (f"{at_case(visit, case)}/report.pdf", "Read the whole report (PDF)"))


def _take_position(visit: Visit, case: Case, form: Questions) -> object:
    body = given(form) | {"name": visit.viewer.person_name}
    return take_position(visit.session, case, checked(PositionBody(), body), visit.viewer)


act(
    "/cases/<uuid:record_id>/position",
    name="take_position",
    on=Case,
    title="Take your agency's position",
    button="Sign",
    allows=rights.partner,
    asks=lambda visit, _: PositionForm(visit.typed),
    does=_take_position,
    shows=_shown_decision,
    back=at_case,
    blamed="position",
    done="Your agency's position is recorded. It cannot be changed.",
)


class PanelReplyForm(Questions):
    reply = RadioField(
        "What does the Panel say?", choices=REPLIES.items(), validators=needed("Choose what the Panel says")
    )
    day = DayField("When did the reply come?", what="The day", validators=needed("Give the day on which it came"))
    reference = line("Its reference")
    text = optional_text("What it wrote", rows=8)


def _record_reply(visit: Visit, case: Case, form: Questions) -> object:
    body = given(form, "reply", "reference", "text") | {"received_at": moment_on(form["day"].data).isoformat()}
    return record_panel_reply(visit.session, case, checked(PanelReplyBody(), body), visit.viewer)


act(
    "/cases/<uuid:record_id>/panel-reply",
    name="record_panel_reply",
    on=Case,
    title="Record the Panel's reply",
    button="Record the reply",
    allows=rights.runs_reviews,
    asks=lambda visit, _: PanelReplyForm(visit.typed),
    does=_record_reply,
    back=at_case,
    blamed="day",
    done="The Panel's reply is recorded.",
)


class CommissionForm(Questions):
    kind = RadioField(
        "What kind of review?", choices=REVIEW_KINDS.items(), validators=needed("Choose the kind of review")
    )
    title = line("Its working title", "Give a title", hint="Without the child's name: it is shown in lists")
    day = DayField("When was it decided?", what="The day", validators=needed("Give the day of the decision"))


def _commission(visit: Visit, case: Case, form: Questions) -> object:
    body = given(form, "kind", "title") | {"decided_at": moment_on(form["day"].data, case.notified_at).isoformat()}
    return commission(visit.session, case, checked(Commission(), body), visit.viewer)


act(
    "/cases/<uuid:record_id>/practice-review",
    name="commission_review",
    on=Case,
    title="Commission a practice review",
    button="Commission it",
    allows=rights.runs_reviews,
    asks=lambda visit, _: CommissionForm(visit.typed),
    does=_commission,
    back=at_case,
    blamed="day",
    done="The practice review is commissioned. It is to be published within six months of the decision.",
)


@pages.get("/cases/<uuid:case_id>/report.<kind>", allows=rights.office_or_partner)
def download_report(visit: Visit, case_id: UUID, kind: str) -> Download:
    """The rapid review's report as it stands, made from the record: accessible PDF, or Word."""
    case = find(visit.session, Case, case_id)
    content = report_file(visit.session, case, kind)
    visit.note_read(f"case:{case.id}")
    return Download(content, KINDS[kind], f"rapid-review-{case.reference}.{kind}")

"""The partnership that this system serves: one TOML file, read and checked at start, with every fault named at once.

Any partnership in England runs the system by its own file. Words like `${SANDBOX_URL}` in it are taken from the
environment, so that a demonstration points addresses at the sandbox; no real mailbox or gateway is built in.
"""

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any, Literal

from marshmallow import ValidationError

from shared.calendar import BankHolidays, due
from shared.partnership_schema import PartnershipSchema
from shared.review_plans import ReviewPlan, plan_from
from shared.rulebook import DutyRule, Override, Rulebook, rules_on
from shared.rulebook.reader import within_of
from shared.settings import required, settings

NotificationMode = Literal["automatic-for-authority", "automatic-for-all", "by-decision"]
Channel = Literal["https", "email", "portal"]
AgencyKind = Literal[
    "local-authority",
    "police",
    "icb",
    "nhs-provider",
    "school",
    "partnership-office",
    "probation",
    "youth-justice",
    "housing",
    "voluntary",
]


class PartnershipWrong(ValueError):
    """The partnership's file cannot be used; the message lists every fault in a sentence."""


@dataclass(frozen=True)
class Authority:
    """The local authority whose duty the notification is."""

    ons_code: str
    name: str
    agency_id: str


@dataclass(frozen=True)
class Agency:
    """An agency of the demonstration directory; a partnership in production keeps its own in the database."""

    id: str
    name: str
    kind: AgencyKind
    emails: tuple[str, ...] = ()


@dataclass(frozen=True)
class IdentityProvider:
    """Where an agency's people sign in with their work accounts: an OpenID provider of that agency alone.

    `secret_env` names the environment variable with the secret by which the provider knows this system.
    """

    agency: str
    issuer: str
    client_id: str
    secret_env: str


@dataclass(frozen=True)
class Recipient:
    """Somebody who is told, and how.

    `document`: `link` (fetched by signing in), `attached` (published reports only) or `attached-encrypted`.
    `receipt`: `from-gateway`, `recorded-by-person`, or `not-awaited` where handing it over is enough.
    `secret_env` names the environment variable with the gateway's signing secret. `certificate` is the file with the
    recipient's own, to which an `attached-encrypted` document is sealed (S/MIME).
    """

    recipient: str
    name: str
    channel: Channel
    address: str = ""
    secret_env: str | None = None
    certificate: Path | None = None
    document: Literal["link", "attached", "attached-encrypted"] = "link"
    receipt: Literal["from-gateway", "recorded-by-person", "not-awaited"] = "recorded-by-person"


@dataclass(frozen=True)
class ProtocolStep:
    """A step of the media and communications protocol; a required one `before` publication holds it up."""

    id: str
    sentence: str
    owner: str
    required: bool = True
    when: Literal["before", "after"] = "before"
    working_days: int | None = None  # before the day of publication, or after it, by which the step is to be done
    reviews_only: bool = False  # not for what the partnership publishes of its own, such as a yearly report


@dataclass(frozen=True)
class PastPublication:
    """A review that the partnership published before it had this system. `documents` are kinds of document."""

    slug: str
    kind: str
    pseudonym: str
    published_on: date
    documents: tuple[str, ...]


@dataclass(frozen=True)
class RecordClass:
    """A class of record and how many years it is kept after the case has ended, on what authority."""

    id: str
    name: str
    keep_years: int
    authority: str


@dataclass(frozen=True)
class FrontDoor:
    """Where a child at risk now is referred: not here."""

    name: str
    phone: str
    url: str


@dataclass(frozen=True)
class Partnership:
    """Everything that differs between partnerships."""

    name: str
    short_name: str  # also the prefix of references
    marking: str
    website: str
    authority: Authority
    safeguarding_partners: tuple[str, ...]  # agency ids: local authority, ICB and police
    partnership_office: str  # agency id
    notification_mode: NotificationMode
    rapid_review_first_day: int  # whether the day the notification was sent counts as day 0 or day 1
    duplicate_window_days: int
    information_request_days: int  # working days an agency has for its rapid review return
    information_remind_days: int | None  # working days before the return is due; None to remind nobody
    information_chase_days: int | None  # working days between chases of a late return; None to chase once
    information_escalate_at: int  # from which chase of a return on the agency's leads are told, too
    reminder_days: int  # working days after which what waits in a review is reminded of again
    monitoring_days: int  # days after which the partners look at a review's time and quality for the first time
    stale_action_days: int  # days without a word after which an action is asked after
    impact_check_days: int  # days after an action is done at which its effect on children is looked at
    information_request_basis: str  # the authority on which agencies are asked, as it stands in every request
    deadline_contacts: tuple[str, ...]
    digest_hour: int | None  # of London, from which each working day's digest goes to them; None for none
    front_door: FrontDoor
    recipients: tuple[Recipient, ...]
    agencies: tuple[Agency, ...]
    identity_providers: tuple[IdentityProvider, ...]
    protocol: tuple[ProtocolStep, ...]
    reviews: tuple[ReviewPlan, ...]  # the stages of each kind of review, dated
    record_classes: tuple[RecordClass, ...]  # a class that is not named is kept for good
    past_publications: tuple[PastPublication, ...]
    site_language: str  # of the public site's frame
    nspcc_search: str  # address of the NSPCC's own search, with {words}
    identifying_words: tuple[str, ...]  # what names the area, for the anonymous route
    bank_holidays: BankHolidays
    rules: tuple[Override, ...]

    def rules_on(self, day: date) -> Rulebook:
        """The law and guidance in force on `day` with this partnership's own rules on top."""
        return rules_on(day, self.rules)

    def due(self, rule: DutyRule, runs_from: datetime) -> datetime:
        """When a duty falls due whose clock started at the aware moment `runs_from`.

        In a year whose bank holidays are not known it may be before the true day, never after it. Raises
        `CalendarUnknown` where days are counted back from one, which a person has chosen.
        """
        day_one = rule.id == "rapid-review" and self.rapid_review_first_day == 1
        chosen = rule.within.unit == "working_days_before"
        holidays = self.bank_holidays if chosen else self.bank_holidays.and_beyond()
        return due(runs_from, rule.within, day_one=day_one, bank_holidays=holidays)

    def review_plan(self, kind: str, day: date) -> ReviewPlan:
        """The stages of a kind of review that begins on `day`; a kind that the file does not name has none."""
        in_force = [plan for plan in self.reviews if plan.kind == kind and plan.in_force_from <= day]
        return max(in_force, key=lambda plan: plan.in_force_from, default=ReviewPlan(kind, kind, date.min))

    def recipient(self, recipient: str) -> Recipient:
        """How a recipient is told. One that the file does not name is told by a person, so that none is forgotten."""
        named = (each for each in self.recipients if each.recipient == recipient)
        return next(named, Recipient(recipient, recipient, "portal"))

    def secret_of(self, recipient: str) -> str:
        """The recipient's secret from the environment, or "" for one that has none. Raises `SettingMissing`."""
        variable = self.recipient(recipient).secret_env
        return required(variable) if variable else ""

    def missing_secrets(self) -> list[str]:
        """The variables with secrets that this file names and the environment does not have."""
        named = {each.secret_env for each in self.recipients} | {each.secret_env for each in self.identity_providers}
        return sorted(name for name in named if name and not os.environ.get(name))

    def identity_provider(self, agency_id: str) -> IdentityProvider | None:
        """Where this agency's people sign in with their work accounts; None where they have passwords here."""
        return next((one for one in self.identity_providers if one.agency == agency_id), None)

    def agency(self, agency_id: str) -> Agency:
        """An agency of the file's directory. Raises KeyError."""
        return {agency.id: agency for agency in self.agencies}[agency_id]


@cache
def partnership() -> Partnership:
    """The partnership of this process, from `PARTNERSHIP_FILE`. Raises `PartnershipWrong`."""
    return load(settings().partnership_file)


def load(path: Path, environment: Mapping[str, str] | None = None) -> Partnership:
    """Read and check a partnership's file. Raises `PartnershipWrong` with every fault, one sentence a line."""
    try:
        entries = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise PartnershipWrong(f"{path.name} cannot be read: {error}") from error
    missing: set[str] = set()
    entries = _filled(entries, os.environ if environment is None else environment, missing)
    faults = [f"Set {name} in the environment: {path.name} uses it." for name in sorted(missing)]
    try:
        values = PartnershipSchema().load(entries)
    except ValidationError as error:
        faults += _sentences(error.messages)
    else:
        faults += _placed_certificates(values, path.parent)
    if faults:
        raise PartnershipWrong("\n".join([f"{path.name} needs attention:", *faults]))
    return _partnership(values)


def _placed_certificates(values: dict[str, Any], folder: Path) -> list[str]:
    """Make the certificates' paths whole (they are relative to the file's folder); a sentence on each unusable one."""
    faults = []
    for number, recipient in enumerate(values["recipients"], start=1):
        if not recipient.get("certificate"):
            continue
        from shared.delivery.sealed_mail import CertificateUnusable, certificate_at  # slow, and few files name one

        recipient["certificate"] = folder / recipient["certificate"]
        try:
            certificate_at(recipient["certificate"])
        except CertificateUnusable as error:
            faults.append(f"recipients, entry {number}, certificate: {error}")
    return faults


def _filled(value: Any, environment: Mapping[str, str], missing: set[str]) -> Any:
    """`value` with `${NAME}` replaced in every text and dates written as text, as the schema expects them."""

    def of(match: re.Match[str]) -> str:
        if match[1] not in environment:
            missing.add(match[1])
        return environment.get(match[1], "")

    if isinstance(value, dict):
        return {name: _filled(inner, environment, missing) for name, inner in value.items()}
    if isinstance(value, list):
        return [_filled(inner, environment, missing) for inner in value]
    if isinstance(value, str):
        return re.sub(r"\$\{([A-Z][A-Z0-9_]*)\}", of, value)
    return value.isoformat() if isinstance(value, date) else value


def _sentences(messages: Any, place: str = "") -> list[str]:
    if isinstance(messages, Mapping):
        return [sentence for key, inner in messages.items() for sentence in _sentences(inner, _place(place, key))]
    return [f"{place or 'The file'}: {message}" for message in messages]


def _place(place: str, key: Any) -> str:
    if key == "_schema":
        return place
    step = f"entry {key + 1}" if isinstance(key, int) else str(key)
    return f"{place}, {step}" if place else step


def _partnership(values: dict[str, Any]) -> Partnership:
    made: dict[str, Any] = {
        "authority": Authority(**values.pop("authority")),
        "front_door": FrontDoor(**values.pop("front_door")),
        "recipients": tuple(Recipient(**each) for each in values.pop("recipients")),
        "identity_providers": tuple(IdentityProvider(**each) for each in values.pop("identity_providers")),
        "agencies": tuple(Agency(**_tuples(each)) for each in values.pop("agencies")),
        "protocol": tuple(ProtocolStep(**each) for each in values.pop("protocol")),
        "reviews": tuple(plan_from(each) for each in values.pop("reviews")),
        "record_classes": tuple(RecordClass(**each) for each in values.pop("record_classes")),
        "past_publications": tuple(PastPublication(**_tuples(each)) for each in values.pop("past_publications")),
        "bank_holidays": _bank_holidays(values.pop("bank_holidays", {})),
        "rules": tuple(_override(each) for each in values.pop("rules")),
    }
    return Partnership(**made, **_tuples(values))


def _tuples(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}


def _bank_holidays(values: Mapping[str, Any]) -> BankHolidays:
    days: dict[str, Any] = {
        name: frozenset(value) if isinstance(value, list) else value for name, value in values.items()
    }
    return BankHolidays(**days)


def _override(values: dict[str, Any]) -> Override:
    known = {name: values.pop(name) for name in ("id", "in_force_from", "in_force_until") if name in values}
    if "within" in values:
        values["within"] = within_of(known["id"], values["within"])
    return Override(**known, changes=tuple(_tuples(values).items()))

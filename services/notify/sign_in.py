"""Signing in: a password, then a second factor. Wrong tries slow down whoever makes them, and bar nobody for good.

Short waits are for one account from one address; the account from everywhere, and the address, have high limits by the
hour. A browser that signed in as the account before counts by itself, so that strangers keep nobody out
(docs/decisions/0030). Times are the machine's, never the demonstration's moved clock.
"""

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import text
from sqlalchemy.orm import Session

from services.notify.directory import say_agency
from services.notify.links import new_link, spend_links
from services.notify.messages import mail_person
from services.notify.rate_limits import Limit, count_one, refuse_beyond
from services.notify.service import SERVICE
from shared import audit, clock
from shared.database import new_id
from shared.delivery.deliveries import add_deliveries
from shared.encryption import keyed_hash, seal, unseal
from shared.identity.people import SignIn
from shared.partnership import partnership
from shared.web.problems import Problem, log_attempt

SHORTEST_PASSWORD = 12
STRONG_ENOUGH = 3  # of zxcvbn's 0 to 4
FREE_TRIES = 4
LONGEST_WAIT = timedelta(minutes=15)
FORGOTTEN_AFTER = timedelta(days=1)
WRONG_PASSWORDS = Limit("wrong passwords", 100, 300)
WRONG_CODES = Limit("wrong codes", 20, 300)  # six digits are soon guessed, and only who knows the password gets to try
LINKS_FROM_HERE = Limit("links asked for from here", 3, 0)
LINKS = Limit("links asked for", 10, 100)
RESET_FOR = timedelta(hours=1)
STEP_SECONDS = 30
RECOVERY_CODES = 8

PERSON = text("""
    SELECT p.id::text, p.name, p.email, p.agency_id, c.password, c.totp_secret, c.totp_confirmed_at, c.totp_last_step, c.recovery_codes
      FROM people p JOIN agencies a ON a.id = p.agency_id LEFT JOIN credentials c ON c.person_id = p.id
     WHERE p.ended_at IS NULL AND a.ended_at IS NULL
       AND (lower(p.email) = lower(:email) OR p.id = CAST(:id AS uuid)) FOR UPDATE OF p
""")
SET_PASSWORD = text("""
    INSERT INTO credentials (person_id, password) VALUES (:id, :password)
    ON CONFLICT (person_id) DO UPDATE SET password = excluded.password
""")
SET_SECRET = text("UPDATE credentials SET totp_secret = :secret WHERE person_id = :id AND totp_confirmed_at IS NULL")
CONFIRM = text("""
    UPDATE credentials SET totp_confirmed_at = :now, totp_last_step = :step, recovery_codes = :codes
     WHERE person_id = :id AND totp_confirmed_at IS NULL
""")
FORGET_FACTOR = text("""
    UPDATE credentials SET password = NULL, totp_secret = NULL, totp_confirmed_at = NULL, recovery_codes = '{}'
     WHERE person_id = :id
""")
USE_STEP = text(
    "UPDATE credentials SET totp_last_step = :step WHERE person_id = :id AND totp_last_step < :step RETURNING 1"
)
USE_CODE = text("""
    UPDATE credentials SET recovery_codes = array_remove(recovery_codes, :code)
     WHERE person_id = :id AND :code = ANY(recovery_codes) RETURNING cardinality(recovery_codes)
""")
BEGIN = text("INSERT INTO sign_ins (id, person_id, browser, started_at) VALUES (:id, :person, :browser, :now)")
END = text("""
    UPDATE sign_ins SET ended_at = :now WHERE person_id = :person AND ended_at IS NULL
       AND (CAST(:id AS uuid) IS NULL OR id = :id) RETURNING id
""")
ENDED_HERE = text(
    "INSERT INTO ended_sign_ins (id, ended_at) SELECT unnest(CAST(:ids AS uuid[])), :now ON CONFLICT DO NOTHING"
)
OUT_BEFORE = text(
    "UPDATE people SET signed_out_before = :now, version = version + 1 WHERE id = :person RETURNING agency_id"
)
NEXT_VERSION = text("UPDATE people SET version = version + 1 WHERE id = :person RETURNING agency_id")
SIGN_INS = text("""
    SELECT id::text, browser, started_at, ended_at FROM sign_ins WHERE person_id = :person AND started_at > :since
     ORDER BY started_at DESC LIMIT 20
""")
WAIT = text("SELECT next_try_at FROM sign_in_failures WHERE subject = :subject AND next_try_at > :now")
FAILED = text("""
    INSERT INTO sign_in_failures AS f (subject, failures, last_at, next_try_at) VALUES (:subject, 1, :now, :now)
    ON CONFLICT (subject) DO UPDATE SET last_at = :now,
        failures = CASE WHEN f.last_at < :forgotten THEN 1 ELSE f.failures + 1 END,
        next_try_at = :now + LEAST(:longest, CASE WHEN f.last_at < :forgotten OR f.failures < :free THEN interval '0'
                                   ELSE interval '1 second' * 2 ^ LEAST(f.failures - :free + 1, 12) END)
""")
FORGET_FAILURES = text("DELETE FROM sign_in_failures WHERE last_at < :before")
FORGIVE = text("DELETE FROM sign_in_failures WHERE subject = :subject")


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher()


@cache
def _hash_of_nobody() -> str:
    """Checked where there is no account, so that an answer takes as long as for one."""
    return _hasher().hash(secrets.token_urlsafe(32))


@dataclass(frozen=True)
class Place:
    """Where somebody tries from: an address, and the browser's id if it signed in as this account before."""

    address: str
    browser: str = ""

    def strangers(self, email: str) -> tuple[str, str]:
        """The account and the address that count for everybody; of a known browser neither."""
        return ("", "") if self.browser else (_account(email), self.address)

    def here(self, email: str) -> str:
        """The account as it is tried from here alone."""
        return f"{_account(email)} at {self.browser or self.address}"


def check_password(session: Session, email: str, password: str, place: Place) -> str | None:
    """The id of the person with this e-mail address and password; None where they do not fit, which is counted.

    Raises a 429 problem while whoever tries from here has to wait.
    """
    _wait(session, WRONG_PASSWORDS, email, place)
    person = _person(session, email=email)
    if person and partnership().identity_provider(person.agency_id):
        person = None  # their agency keeps their password, and ends it when they leave
    stored = person.password if person and person.password else _hash_of_nobody()
    try:
        _hasher().verify(stored, password)
    except (VerificationError, InvalidHashError):
        _count(session, WRONG_PASSWORDS, email, place)
        return None
    if person is None or not person.password:
        return None
    if _hasher().check_needs_rehash(stored):
        session.execute(SET_PASSWORD, {"id": person.id, "password": _hasher().hash(password)})
    return str(person.id)


def check_code(session: Session, person_id: str, code: str, place: Place) -> bool:
    """Whether a code of the person's app, or one of their recovery codes, is right. Each works once; wrong ones count."""
    person = _person(session, person_id=person_id)
    if person is None or person.totp_secret is None:
        return False
    _wait(session, WRONG_CODES, person.email, place)
    given = code.replace(" ", "").replace("-", "").lower()
    if (
        _fits_app(session, person, given)
        or session.execute(USE_CODE, {"id": person_id, "code": _code_hash(given)}).first()
    ):
        session.execute(FORGIVE, {"subject": _subject(person.email, place)})
        return True
    _count(session, WRONG_CODES, person.email, place)
    return False


def _fits_app(session: Session, person: Any, given: str) -> bool:
    """Whether the code is the app's of this half minute or its neighbours, and was not used before."""
    step = _step_of(person, given)
    return bool(step and session.execute(USE_STEP, {"id": person.id, "step": step}).first())


def _step_of(person: Any, given: str) -> int | None:
    app, now = pyotp.TOTP(secret_of(person)), int(clock.machine_now().timestamp())
    steps = [now // STEP_SECONDS + shift for shift in (0, -1, 1)]
    return (
        next((step for step in steps if secrets.compare_digest(app.at(step * STEP_SECONDS), given)), None)
        if given.isascii()
        else None
    )


def secret_of(person: Any) -> str:
    return unseal(bytes(person.totp_secret), "credentials.totp_secret").decode()


def begin_sign_in(session: Session, person_id: str, browser: str) -> SignIn:
    """A new sign-in of a person who has proved who they are."""
    now = clock.machine_now()
    sign_in = SignIn(new_id(), person_id, now, now)
    session.execute(BEGIN, {"id": sign_in.id, "person": person_id, "browser": browser[:200], "now": now})
    audit.append(session, audit.Entry(f"person:{person_id}", "signed-in", f"person:{person_id}"))
    return sign_in


def end_sign_in(session: Session, person_id: str, sign_in_id: str) -> None:
    """End one sign-in, here and in every service: its cookie is worth nothing any more, whoever holds it."""
    now = clock.machine_now()
    ended = [row.id for row in session.execute(END, {"person": person_id, "id": sign_in_id, "now": now})]
    if ended:
        session.execute(ENDED_HERE, {"ids": ended, "now": now})
        agency = session.execute(NEXT_VERSION, {"person": person_id}).scalar_one()
        say_agency(session, agency, [person_id])
        audit.append(session, audit.Entry(f"person:{person_id}", "signed-out", f"person:{person_id}"))


def sign_out_everywhere(session: Session, person_id: str, who: str) -> None:
    """End every sign-in of a person, in every service."""
    now = clock.machine_now()
    session.execute(END, {"person": person_id, "id": None, "now": now})
    agency = session.execute(OUT_BEFORE, {"person": person_id, "now": now}).scalar_one()
    say_agency(session, agency, [person_id])
    audit.append(session, audit.Entry(who, "signed-out-everywhere", f"person:{person_id}"))


def sign_ins_of(session: Session, person_id: str) -> list[Any]:
    """A person's sign-ins of the last thirty days, newest first."""
    since = clock.machine_now() - timedelta(days=30)
    return list(session.execute(SIGN_INS, {"person": person_id, "since": since}))


def ask_reset(session: Session, email: str, place: Place) -> None:
    """Send the link to set a new password, if there is such an account; nothing tells whether there is.

    Raises a 429 problem where too many were asked for within the hour.
    """
    count_one(session, LINKS_FROM_HERE, place.here(email), "")
    count_one(session, LINKS, *place.strangers(email))
    person = _person(session, email=email)
    if person and not partnership().identity_provider(person.agency_id):
        sentence = "Somebody, we hope you, asked for a new password. Open this link within an hour to choose one:"
        add_deliveries(session, mail_person(person.id, person.email, sentence, new_link(session, person.id, RESET_FOR)))
        audit.append(session, audit.Entry(f"person:{person.id}", "reset-asked", f"person:{person.id}"))


def forget_failures() -> None:
    """Let go of wrong tries that no longer slow anybody down."""
    with SERVICE.transaction() as session:
        session.execute(FORGET_FAILURES, {"before": clock.machine_now() - FORGOTTEN_AFTER})


def password_fault(password: str, *known: str) -> str | None:
    """Why a password will not do, as a sentence; None where it will. `known` are not counted: names, an address."""
    from zxcvbn import zxcvbn  # its lists of common passwords are large, and seldom needed

    if len(password) < SHORTEST_PASSWORD:
        return f"Password must be {SHORTEST_PASSWORD} characters or more: three or four words are good"
    if len(password) > 200:
        return "Password must be 200 characters or fewer"
    named = {word for each in known for word in re.split(r"\W+", each.lower()) if len(word) > 2}
    rest = password.lower()
    for word in sorted(named, key=len, reverse=True):
        rest = rest.replace(word, "")
    if zxcvbn(rest[:72].strip() or "-", max_length=72)["score"] < STRONG_ENOUGH:
        return "Password is too easy to guess: use three or four words that do not belong together"
    return None


def set_password(session: Session, person_id: str, password: str) -> None:
    """Set a password that `password_fault` found none in. Every sign-in and link of the person ends."""
    session.execute(SET_PASSWORD, {"id": person_id, "password": _hasher().hash(password)})
    spend_links(session, person_id)
    sign_out_everywhere(session, person_id, f"person:{person_id}")
    audit.append(session, audit.Entry(f"person:{person_id}", "password-set", f"person:{person_id}"))


def forget_second_factor(session: Session, person_id: str, who: str) -> None:
    """For a person who lost their phone and codes: they set both anew by their next link. Every sign-in of theirs ends."""
    session.execute(FORGET_FACTOR, {"id": person_id})
    sign_out_everywhere(session, person_id, who)
    audit.append(session, audit.Entry(who, "second-factor-forgotten", f"person:{person_id}"))


def person_for_sign_up(session: Session, person_id: str) -> Any:
    """A person with what is stored of their credentials; None where their access has ended."""
    return _person(session, person_id=person_id)


def app_secret(session: Session, person_id: str) -> str:
    """The secret that the person's app is to hold, made on first asking; stays the same until it is confirmed."""
    person = _person(session, person_id=person_id)
    if person.totp_secret:
        return secret_of(person)
    secret = pyotp.random_base32()
    session.execute(SET_SECRET, {"id": person_id, "secret": seal(secret.encode(), "credentials.totp_secret")})
    return secret


def confirm_app(session: Session, person_id: str, code: str) -> list[str] | None:
    """Take the app as the second factor if its code is right: the recovery codes, to be shown once; else None."""
    person = _person(session, person_id=person_id)
    step = _step_of(person, code.replace(" ", ""))
    if step is None:
        return None
    codes = [secrets.token_hex(5) for _ in range(RECOVERY_CODES)]
    values = {"id": person_id, "now": clock.machine_now(), "step": step, "codes": [_code_hash(c) for c in codes]}
    session.execute(CONFIRM, values)
    audit.append(session, audit.Entry(f"person:{person_id}", "second-factor-set", f"person:{person_id}"))
    return [f"{code[:5]}-{code[5:]}" for code in codes]


def _code_hash(code: str) -> str:
    """40 random bits behind waits that grow: a plain hash will do."""
    return hashlib.sha256(code.encode()).hexdigest()


def _person(session: Session, *, email: str | None = None, person_id: str | None = None) -> Any:
    found = session.execute(PERSON, {"email": (email or "").strip() or None, "id": person_id})
    return found.first()


def _account(email: str) -> str:
    return email.lower().strip()


def mark_of(email: str) -> str:
    """What stands for an account in logs and cookies: only who holds the key can tell whose it is."""
    return keyed_hash("account", _account(email)).hex()[:16]


def _subject(email: str, place: Place) -> bytes:
    return keyed_hash("tries", place.here(email))


def _wait(session: Session, limit: Limit, email: str, place: Place) -> None:
    refuse_beyond(session, limit, *place.strangers(email))
    now: datetime = clock.machine_now()
    until = session.scalar(WAIT, {"subject": _subject(email, place), "now": now})
    if until:
        seconds = int((until - now).total_seconds()) + 1
        wait = f"{seconds} second{'' if seconds == 1 else 's'}" if seconds < 90 else f"{seconds // 60 + 1} minutes"
        raise Problem(
            429, f"There were too many tries. Wait {wait}, then try again.", headers={"Retry-After": str(seconds)}
        )


def _count(session: Session, limit: Limit, email: str, place: Place) -> None:
    now = clock.machine_now()
    values = {"now": now, "forgotten": now - FORGOTTEN_AFTER, "longest": LONGEST_WAIT, "free": FREE_TRIES}
    session.execute(FAILED, values | {"subject": _subject(email, place)})
    count_one(session, limit, *place.strangers(email))
    log_attempt("sign_in.failed", account=mark_of(email), what=limit.what)

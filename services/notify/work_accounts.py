"""Signing in with the account of one's own agency, by OpenID Connect: the agency keeps passwords and second factors.

A provider belongs to one agency and speaks for its people only. At first it is believed which e-mail address is whose;
from then on the provider's own name for the person counts, since an address may pass to somebody else.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from shared import audit
from shared.partnership import IdentityProvider
from shared.web.problems import Problem

KNOWN = text("""
    SELECT p.id::text, p.agency_id, p.ended_at FROM work_accounts w JOIN people p ON p.id = w.person_id
     WHERE w.issuer = :issuer AND w.subject = :subject
""")
BY_EMAIL = text("""
    SELECT p.id::text, p.agency_id, p.ended_at FROM people p
     WHERE lower(p.email) = lower(:email) AND p.agency_id = :agency AND p.ended_at IS NULL
       AND NOT EXISTS (SELECT 1 FROM work_accounts w WHERE w.person_id = p.id) FOR UPDATE
""")
BIND = text("INSERT INTO work_accounts (issuer, subject, person_id) VALUES (:issuer, :subject, :person)")


def person_of(session: Session, provider: IdentityProvider, claims: Mapping[str, Any]) -> str:
    """Whose work account it is that the provider vouches for, by the claims of its verified token.

    Raises a 403 problem where nobody here has it.
    """
    account = {"issuer": provider.issuer, "subject": str(claims["sub"])}
    found = session.execute(KNOWN, account).first()
    if found is None and (email := claims.get("email") or claims.get("preferred_username")):
        found = session.execute(BY_EMAIL, {"email": str(email), "agency": provider.agency}).first()
        if found:
            session.execute(BIND, account | {"person": found.id})
            audit.append(session, audit.Entry(f"person:{found.id}", "work-account-bound", f"person:{found.id}"))
    if found is None or found.ended_at or found.agency_id != provider.agency:
        raise Problem(
            403,
            "Your agency knows you, but nobody has given you an account here. Ask your agency's safeguarding lead or the partnership office.",
        )
    return str(found.id)

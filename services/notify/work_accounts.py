"""Signing in with the account of one's own agency, by OpenID Connect: the agency keeps passwords and second factors.

A provider belongs to one agency and speaks for its people only. At first it is believed which e-mail address is whose;
from then on the provider's own name for the person counts, since an address may pass to somebody else.
"""

from collections.abc import Mapping
from typing import Any

import structlog
from flask import current_app
from sqlalchemy import text
from sqlalchemy.orm import Session

from shared import audit
from shared.logs import describe_error
from shared.partnership import IdentityProvider
from shared.settings import required, settings
from shared.web.problems import Problem

log = structlog.get_logger()

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


def begin(provider: IdentityProvider) -> str:
    """Where a person signs in with their work account. Raises a 503 problem where the provider does not answer."""
    from requests import RequestException

    back = f"{settings().public_url}/notify/sign-in/with/{provider.agency}/back"
    try:
        return str(_client(provider).authorize_redirect(back).location)
    except RequestException as error:
        raise _unusable(error) from error


def claims_of(provider: IdentityProvider) -> Mapping[str, Any]:
    """What the provider vouches for in the request that leads back: checked for issuer, audience, time, nonce and signature.

    Raises a 403 problem where it let nobody in or nobody here asked it to, and a 503 where its answer cannot be used.
    """
    from authlib.integrations.flask_client import OAuthError
    from joserfc.errors import JoseError
    from requests import RequestException

    try:
        claims: Mapping[str, Any] = _client(provider).authorize_access_token()["userinfo"]
    except OAuthError as error:
        log.warning("sign_in.refused_by_provider", agency=provider.agency, error=error.error)
        raise Problem(403, "Your agency did not let you in, or it took too long. Begin to sign in again.") from error
    except (JoseError, RequestException, KeyError) as error:
        raise _unusable(error) from error
    return claims


def _client(provider: IdentityProvider) -> Any:
    """What speaks OpenID Connect with the provider; made once, since it remembers the provider's keys."""
    from authlib.integrations.flask_client import OAuth  # slow to import, and only some agencies have a provider

    app: Any = current_app
    if "work_accounts" not in app.extensions:
        app.extensions["work_accounts"] = OAuth(app._get_current_object())
    oauth = app.extensions["work_accounts"]
    how = {"scope": "openid profile email", "code_challenge_method": "S256", "timeout": settings().call_timeout}
    return oauth.create_client(provider.agency) or oauth.register(
        provider.agency,
        client_id=provider.client_id,
        client_secret=required(provider.secret_env),
        server_metadata_url=f"{provider.issuer.rstrip('/')}/.well-known/openid-configuration",
        client_kwargs=how,
    )


def _unusable(error: Exception) -> Problem:
    log.error("sign_in.provider_unusable", **describe_error(error))
    return Problem(
        503,
        "Your agency's sign-in does not answer as it should. Try again in a minute; if it stays, tell your agency's IT.",
    )


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

"""Signing in and out, choosing a password, the second factor, and a person's own sign-ins."""

from datetime import timedelta
from typing import Any
from urllib.parse import quote

import segno
from flask import flash, request, session
from pyotp import TOTP
from wtforms import PasswordField, StringField

from services.notify import preferences, sign_in, work_accounts
from services.notify.known_browsers import browser_known_to, know_browser
from services.notify.links import person_of_link
from services.notify.pages.site import home_of, pages
from services.notify.rate_limits import WRONG_LINKS, count_one, refuse_beyond
from services.notify.service import SERVICE
from services.notify.wording import agency_words, browser_words
from shared import clock
from shared.identity import rights
from shared.identity.people import viewer_of
from shared.identity.roles import ROLES
from shared.partnership import IdentityProvider, partnership
from shared.web.asking import acted, form_page
from shared.web.forms import Questions, RadioField, needed, trimmed
from shared.web.pages import Go, Page, Visit
from shared.web.problems import Problem, not_found
from shared.web.way_back import SIGN_IN, safe_path

PROVING_FOR = timedelta(minutes=10)  # between the password and the code
WRONG = "The e-mail address and password do not fit together. Check both, or set a new password."


class SignInForm(Questions):
    email = StringField(
        "E-mail address",
        validators=needed("Enter your e-mail address"),
        filters=[trimmed],
        render_kw={"type": "email", "autocomplete": "username", "spellcheck": False},
    )
    password = PasswordField(
        "Password", validators=needed("Enter your password"), render_kw={"autocomplete": "current-password"}
    )


class CodeForm(Questions):
    code = StringField(
        "Code from your app",
        description="The six digits that your authenticator app shows now, or one of your recovery codes.",
        validators=needed("Enter the code"),
        filters=[trimmed],
        render_kw={
            "autocomplete": "one-time-code",
            "inputmode": "text",
            "classes": "govuk-input--width-10",
            "spellcheck": False,
        },
    )


class FirstCodeForm(CodeForm):
    """The code that proves the app is set up: there are no recovery codes yet."""

    def __init__(self, *given: Any, **how: Any) -> None:
        super().__init__(*given, **how)
        self["code"].description = "The six digits that your authenticator app shows now."


class PasswordForm(Questions):
    password = PasswordField(
        "Choose a password",
        description="12 characters or more. Three or four words that do not belong together are good.",
        validators=needed("Enter a password"),
        render_kw={"autocomplete": "new-password"},
    )


class ForgottenForm(Questions):
    email = StringField(
        "Your e-mail address",
        validators=needed("Enter your e-mail address"),
        filters=[trimmed],
        render_kw={"type": "email", "autocomplete": "username", "spellcheck": False},
    )


def _address() -> str:
    return request.remote_addr or "unknown"


def _place(email: str) -> sign_in.Place:
    return sign_in.Place(_address(), browser_known_to(email))


@pages.get("/sign-in", allows=rights.anyone)
def get_sign_in(visit: Visit) -> Page | Go:
    if visit.viewer.person_id:
        return Go(home_of(visit.viewer))
    session["next"] = safe_path(request.args.get("next"), "")
    return _sign_in_page(SignInForm())


def _sign_in_page(form: Questions) -> Page:
    ways = [
        (f"/notify/sign-in/with/{one.agency}", agency_words(one.agency)) for one in partnership().identity_providers
    ]
    values = {"form": form, "errors": form.error_list(), "ways": ways}
    return Page("sign_in.html", "Sign in", values, 422 if form.errors else 200)


@pages.get("/sign-in/with/<agency_id>", allows=rights.anyone)
def get_work_account(visit: Visit, agency_id: str) -> Go:
    """On to the agency's own sign-in; it leads back to the next page."""
    return Go(work_accounts.begin(_provider(agency_id)))


@pages.get("/sign-in/with/<agency_id>/back", allows=rights.anyone)
def get_back(visit: Visit, agency_id: str) -> Go:
    provider = _provider(agency_id)
    return _let_in(visit, work_accounts.person_of(visit.session, provider, work_accounts.claims_of(provider)))


def _provider(agency_id: str) -> IdentityProvider:
    provider = partnership().identity_provider(agency_id)
    if provider is None:
        raise not_found()
    return provider


@pages.post("/sign-in", allows=rights.anyone)
def post_sign_in(visit: Visit) -> Page | Go:
    form = SignInForm(visit.typed)
    if not form.validate():
        return _sign_in_page(form)
    person = sign_in.check_password(
        visit.session, form["email"].data, form["password"].data, _place(form["email"].data)
    )
    if person is None:
        form.blame("email", WRONG)
        return _sign_in_page(form)
    session["proving"] = {"person": person, "at": clock.machine_now().timestamp()}
    return Go("/notify/sign-in/code")


def _proving() -> str | None:
    """Who has given the right password a moment ago."""
    proving = session.get("proving")
    if not proving or clock.machine_now().timestamp() - proving["at"] > PROVING_FOR.total_seconds():
        return None
    return str(proving["person"])


def _begin_anew() -> Go:
    """Back to the password, and on to the page that was wanted; it is said why where the time ran out."""
    if session.pop("proving", None):
        minutes = PROVING_FOR.total_seconds() // 60
        flash(f"More than {minutes:.0f} minutes passed. Enter your password again.", "notice")
    wanted = session.get("next")
    return Go(f"{SIGN_IN}?next={quote(wanted)}" if wanted else SIGN_IN)


@pages.get("/sign-in/code", allows=rights.anyone)
def get_code(visit: Visit) -> Page | Go:
    proving = _proving()
    if proving is None:
        return _begin_anew()
    person = sign_in.person_for_sign_up(visit.session, proving)
    if person is None or not person.totp_confirmed_at:
        return Go("/notify/second-factor")
    return form_page("Enter your code", CodeForm(), button="Continue", back=SIGN_IN)


@pages.post("/sign-in/code", allows=rights.anyone)
def post_code(visit: Visit) -> Page | Go:
    form, person_id = CodeForm(visit.typed), _proving()
    if person_id is None:
        return _begin_anew()
    if not form.validate():
        return form_page("Enter your code", form, button="Continue", back=SIGN_IN)
    person = sign_in.person_for_sign_up(visit.session, person_id)
    if person is None or not sign_in.check_code(visit.session, person_id, form["code"].data, _place(person.email)):
        form.blame("code", "This code is not right, or was used before. Wait for the next one.")
        return form_page("Enter your code", form, button="Continue", back=SIGN_IN)
    know_browser(person.email)
    return _let_in(visit, person_id)


def _let_in(visit: Visit, person_id: str) -> Go:
    """A new session for a person who has proved who they are: nothing of the one before it lives on."""
    then = session.get("next") or ""
    session.clear()
    begun = sign_in.begin_sign_in(visit.session, person_id, request.user_agent.string)
    session["who"] = begun.as_cookie()
    viewer = viewer_of(visit.session, "notify", begun)
    return Go(safe_path(then, home_of(viewer) if viewer else "/notify"))


@pages.post("/sign-out", allows=rights.anyone)
def sign_out(visit: Visit) -> Go:
    if visit.sign_in and visit.viewer.person_id:
        sign_in.end_sign_in(visit.session, visit.sign_in.person_id, visit.sign_in.id)
    session.clear()
    return Go("/notify", "You have signed out.")


@pages.get("/forgotten", allows=rights.anyone)
def get_forgotten(visit: Visit) -> Page:
    return form_page("Set a new password", ForgottenForm(), button="Send me a link", back=SIGN_IN)


@pages.post("/forgotten", allows=rights.anyone)
def post_forgotten(visit: Visit) -> Page | Go:
    form = ForgottenForm(visit.typed)
    if not form.validate():
        return form_page("Set a new password", form, button="Send me a link", back=SIGN_IN)
    sign_in.ask_reset(visit.session, form["email"].data, _place(form["email"].data))
    return Go(
        SIGN_IN, "If there is an account with this e-mail address, a link is on its way to it. It works for one hour."
    )


@pages.get("/link/<token>", allows=rights.anyone)
def get_link(visit: Visit, token: str) -> Page:
    _whose(visit, token)
    return form_page("Choose a password", PasswordForm(), button="Continue")


@pages.post("/link/<token>", allows=rights.anyone)
def post_link(visit: Visit, token: str) -> Page | Go:
    person = _whose(visit, token)
    form = PasswordForm(visit.typed)
    if form.validate() and (fault := sign_in.password_fault(form["password"].data, person.name, person.email)):
        form.blame("password", fault)
    if form.errors:
        return form_page("Choose a password", form, button="Continue")
    sign_in.set_password(visit.session, person.id, form["password"].data)
    session.clear()
    session["proving"] = {"person": person.id, "at": clock.machine_now().timestamp()}
    return Go("/notify/sign-in/code" if person.totp_confirmed_at else "/notify/second-factor")


def _whose(visit: Visit, token: str) -> Any:
    """Whose link it is. Raises a 404 problem for one that does not work, and 429 for an address that tries many of them."""
    refuse_beyond(visit.session, WRONG_LINKS, "", _address())
    person_id = person_of_link(visit.session, token)
    person = sign_in.person_for_sign_up(visit.session, person_id) if person_id else None
    if person is None or partnership().identity_provider(person.agency_id):
        with SERVICE.transaction() as counting:  # this one's is rolled back
            count_one(counting, WRONG_LINKS, "", _address())
        raise Problem(404, "This link has been used, or its time has run out. Ask for a new one where you sign in.")
    return person


@pages.get("/second-factor", allows=rights.anyone)
def get_second_factor(visit: Visit) -> Page | Go:
    proving = _proving()
    return _app_page(visit, proving, FirstCodeForm()) if proving else _begin_anew()


def _app_page(visit: Visit, person_id: str, form: Questions) -> Page:
    person = sign_in.person_for_sign_up(visit.session, person_id)
    if person is None or person.totp_confirmed_at:
        raise Problem(409, "Your account has its second factor already. Sign in with it.")
    secret = sign_in.app_secret(visit.session, person.id)
    address = TOTP(secret).provisioning_uri(name=person.email, issuer_name="Safeguarding Reviews")
    values = {
        "form": form,
        "errors": form.error_list(),
        "secret": secret,
        "picture": segno.make(address).svg_data_uri(scale=5),
    }
    return Page("second_factor.html", "Set up your second factor", values, 422 if form.errors else 200)


@pages.post("/second-factor", allows=rights.anyone)
def post_second_factor(visit: Visit) -> Page | Go:
    form, person_id = FirstCodeForm(visit.typed), _proving()
    if person_id is None:
        return _begin_anew()
    if not form.validate():
        return _app_page(visit, person_id, form)
    person = sign_in.person_for_sign_up(visit.session, person_id)
    if person is None or person.totp_confirmed_at or not person.totp_secret:
        raise Problem(409, "Your account has its second factor already. Sign in with it.")
    codes = sign_in.confirm_app(visit.session, person_id, form["code"].data)
    if codes is None:
        form.blame(
            "code", "This code is not right. Check that the app shows Safeguarding Reviews, and use its newest code."
        )
        return _app_page(visit, person_id, form)
    know_browser(person.email)
    go = _let_in(visit, person_id)
    return Page("recovery_codes.html", "Keep your recovery codes", {"codes": codes, "on": go.to})


@pages.get("/account", allows=rights.signed_in)
def get_account(visit: Visit) -> Page:
    found = sign_in.sign_ins_of(visit.session, visit.viewer.person_id)
    shown = [one._asdict() | {"browser": browser_words(one.browser)} for one in found]
    roles = [ROLES[role] for role in sorted(visit.viewer.roles or ())]
    values = {"sign_ins": shown, "roles": roles, "this_one": visit.sign_in.id if visit.sign_in else ""}
    values["messages"] = preferences.CHOICES[preferences.choice_of(visit.session, visit.viewer.person_id)]
    return Page("account.html", "Your account", values)


class MessagesForm(Questions):
    choice = RadioField(
        "When do you want to hear of what is not urgent?",
        choices=preferences.CHOICES.items(),
        validators=needed("Choose when you want to hear of it"),
    )


def _messages_page(form: Questions) -> Page:
    note = (
        "Not urgent: being asked to agree to a report, your lead's answer, and the office's list of duties in the morning. "
        "Warnings of a duty's date, what your agency is asked for by law, alarms, and what concerns your account always come at once."
    )
    return form_page("Messages to you", form, button="Save", note=note, back="/notify/account")


@pages.get("/account/messages", allows=rights.signed_in)
def get_messages(visit: Visit) -> Page:
    data = {"choice": preferences.choice_of(visit.session, visit.viewer.person_id)}
    return _messages_page(MessagesForm(visit.typed, data=data))


@pages.post("/account/messages", allows=rights.signed_in)
def post_messages(visit: Visit) -> Page | Go:
    form = MessagesForm(visit.typed)
    if not acted(visit, form, "choice", lambda: preferences.choose(visit.session, visit.viewer, form["choice"].data)):
        return _messages_page(form)
    return Go("/notify/account", "Your choice is kept.")


@pages.post("/account/sign-out-everywhere", allows=rights.signed_in)
def post_sign_out_everywhere(visit: Visit) -> Go:
    sign_in.sign_out_everywhere(visit.session, visit.viewer.person_id, visit.viewer.actor)
    session.clear()
    return Go(SIGN_IN, "You have been signed out on every device.")

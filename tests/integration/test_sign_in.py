"""Signing in: the link, the password, the second factor, the waits, and the end of a sign-in everywhere."""

import re
from collections.abc import Callable

import pyotp
import pytest
from flask import request

from services.notify.pages.account import PROVING_FOR
from services.notify.people import end_access, invite
from services.notify.service import SERVICE
from services.notify.sign_in import STEP_SECONDS, forget_failures, password_fault
from services.review.service import SERVICE as REVIEW
from shared import clock
from shared.identity.keys import apply_directory_change
from shared.identity.people import IDLE, from_cookie, viewer_of
from shared.identity.viewer import SYSTEM
from shared.settings import settings
from tests.notifying import COUNCIL, HOSPITAL, OFFICE, change_rows, rows, said
from tests.people import HTTPS, Someone, mailed_link

pytestmark = pytest.mark.usefixtures("sandbox")
PASSWORD = "lantern-otter-quarry-sunday"


def invited(someone: Someone, roles: tuple[str, ...] = ("duty-officer",), agency: str = COUNCIL) -> str:
    """An account whose link was followed, up to the second factor; its app's secret."""
    Someone(OFFICE, ["administrator"])  # so that the agencies are entered
    with SERVICE.transaction() as session:
        someone.id = invite(session, SYSTEM, agency, "Somebody Invented", someone.email, roles)
    link = mailed_link(someone.id)
    someone.get(link)
    answer = someone.post(link, password=PASSWORD)
    assert answer.location == "/notify/second-factor", answer.text
    found = re.search(r'house-code">([A-Z2-7]+)<', someone.get("/notify/second-factor").text)
    assert found
    return found[1]


def code(secret: str, steps: int = 0) -> str:
    return pyotp.TOTP(secret).at(clock.machine_now().timestamp() + STEP_SECONDS * steps)


def with_account() -> tuple[Someone, str, list[str]]:
    """Somebody who has just set up everything, their app's secret, and their recovery codes."""
    someone = Someone()
    secret = invited(someone)
    shown = someone.post("/notify/second-factor", code=code(secret, -1))
    codes = re.findall(r'<li class="house-code">(\S+)</li>', shown.text)
    assert len(codes) == 8
    return someone, secret, codes


def try_password(someone: Someone, password: str = PASSWORD) -> int:
    someone.get("/notify/sign-in")
    return someone.post("/notify/sign-in", email=someone.email, password=password).status_code


def another_browser(someone: Someone) -> Someone:
    other = Someone()
    other.email, other.id = someone.email, ""
    return other


def test_from_the_invitation_to_the_first_page() -> None:
    someone, _, _ = with_account()
    assert someone.get("/notify/today").status_code == 200


def test_a_link_works_once_and_an_older_one_no_more() -> None:
    someone = Someone()
    invited(someone)
    assert another_browser(someone).get(mailed_link(someone.id)).status_code == 404


def test_a_password_and_a_code_let_in_and_lead_to_the_page_that_was_wanted() -> None:
    someone, secret, _ = with_account()
    other = another_browser(someone)
    asked = other.get("/notify/duties")
    assert asked.location == "/notify/sign-in?next=/notify/duties"
    other.get(asked.location)
    assert (
        other.post("/notify/sign-in", email=someone.email.upper(), password=PASSWORD).location == "/notify/sign-in/code"
    )
    assert other.post("/notify/sign-in/code", code=code(secret)).location == "/notify/duties"
    assert other.get("/notify/duties").status_code == 200


@pytest.mark.parametrize("sends", [False, True], ids=["opening the page", "sending the code"])
def test_who_takes_too_long_for_the_code_is_led_back_to_the_password_and_then_to_the_page_wanted(sends: bool) -> None:
    someone, secret, _ = with_account()
    other = another_browser(someone)
    other.get("/notify/sign-in?next=/notify/duties?status=all")
    other.post("/notify/sign-in", email=someone.email, password=PASSWORD)
    with other.client.session_transaction(base_url=HTTPS) as cookie:
        cookie["proving"] = cookie["proving"] | {"at": cookie["proving"]["at"] - PROVING_FOR.total_seconds() - 1}
    page = "/notify/sign-in/code"
    led = other.post(page, code=code(secret)) if sends else other.get(page)
    assert led.location == "/notify/sign-in?next=/notify/duties%3Fstatus%3Dall"
    assert "More than 10 minutes passed. Enter your password again." in other.get(led.location).text
    assert other.post("/notify/sign-in", email=someone.email, password=PASSWORD).location == page
    assert other.post(page, code=code(secret)).location == "/notify/duties?status=all"


def test_who_takes_too_long_over_setting_up_the_app_begins_with_the_password_and_keeps_its_key() -> None:
    someone = Someone()
    secret = invited(someone)
    with someone.client.session_transaction(base_url=HTTPS) as cookie:
        cookie["proving"] = cookie["proving"] | {"at": cookie["proving"]["at"] - PROVING_FOR.total_seconds() - 1}
    assert someone.post("/notify/second-factor", code=code(secret)).location == "/notify/sign-in"
    someone.post("/notify/sign-in", email=someone.email, password=PASSWORD)
    assert someone.get("/notify/sign-in/code").location == "/notify/second-factor"
    assert "Keep your recovery codes" in someone.post("/notify/second-factor", code=code(secret)).text


def test_the_password_alone_opens_nothing() -> None:
    someone, _, _ = with_account()
    other = another_browser(someone)
    assert try_password(other) == 303
    assert other.get("/notify/today").location.startswith("/notify/sign-in")
    assert other.post("/notify/sign-in/code", code="000000").status_code == 422
    assert other.get("/notify/today").location.startswith("/notify/sign-in")


def test_a_code_and_a_recovery_code_work_once() -> None:
    someone, secret, recovery = with_account()
    used = code(secret)
    for given, expected in ((used, 303), (used, 422), (recovery[0].upper(), 303), (recovery[0], 422)):
        other = another_browser(someone)
        assert try_password(other) == 303
        assert other.post("/notify/sign-in/code", code=given).status_code == expected


@pytest.mark.parametrize("known", [True, False], ids=["an account", "no account"])
def test_wrong_passwords_slow_down_and_tell_nothing(known: bool) -> None:
    someone = with_account()[0] if known else Someone()
    other = another_browser(someone)
    assert [try_password(other, "wrong-horse-battery") for _ in range(4)] == [422] * 4
    assert try_password(other, "wrong-horse-battery") == 422
    waits = other.post("/notify/sign-in", email=someone.email, password=PASSWORD)
    assert waits.status_code == 429 and int(waits.headers["Retry-After"]) >= 1
    change_rows("UPDATE sign_in_failures SET next_try_at = now() - interval '1 second'")
    assert try_password(other) == (303 if known else 422)


def test_wrong_tries_are_let_go_after_a_day_and_no_sooner() -> None:
    try_password(someone := Someone(), "wrong-horse-battery")
    count = "SELECT count(*) FROM sign_in_failures"
    forget_failures()
    assert rows(count)[0][0] >= 1
    change_rows("UPDATE sign_in_failures SET last_at = now() - interval '25 hours'")
    forget_failures()
    assert rows(count)[0][0] == 0 and try_password(someone) == 422


def test_who_lost_their_phone_begins_anew_by_a_link_and_in_no_other_way() -> None:
    someone, secret, recovery = with_account()
    office = Someone(OFFICE, ["partnership-office"])
    asks = f"/notify/people/{someone.id}/begin-anew"
    assert f'href="{asks}"' in office.get(f"/notify/people/{someone.id}").text
    assert "call them on a number you know" in office.get(asks).text
    assert office.post(f"/notify/people/{someone.id}/access", act="factor").status_code == 303
    assert someone.get("/notify/today").status_code == 200  # nothing was done without asking
    assert office.post(asks).location == f"/notify/people/{someone.id}"
    assert someone.get("/notify/today").status_code == 303
    other = another_browser(someone)
    assert try_password(other) == 422
    link = mailed_link(someone.id)
    other.get(link)
    assert other.post(link, password=PASSWORD).location == "/notify/second-factor"
    anew = re.search(r'house-code">([A-Z2-7]+)<', other.get("/notify/second-factor").text)
    assert anew and anew[1] != secret
    assert other.post("/notify/second-factor", code=code(anew[1])).status_code == 200
    assert other.get("/notify/today").status_code == 200
    another = another_browser(someone)
    try_password(another)
    assert another.post("/notify/sign-in/code", code=recovery[0]).status_code == 422


def test_weak_passwords_are_refused() -> None:
    assert password_fault("short") is not None
    assert password_fault("password1234") is not None
    assert password_fault("robinexample", "Robin Example", "robin.example@people.example") is not None
    assert password_fault("robin example people", "Robin Example", "robin.example@people.example") is not None
    assert password_fault(f"robin {PASSWORD}", "Robin Example", "robin.example@people.example") is None
    assert password_fault(PASSWORD) is None


def test_signing_out_makes_the_cookie_worthless_wherever_it_was_copied() -> None:
    someone = Someone(COUNCIL, ["duty-officer"])
    with someone.client.session_transaction(base_url=HTTPS) as cookie:
        copied = dict(cookie)
    someone.post("/notify/sign-out")
    with someone.client.session_transaction(base_url=HTTPS) as cookie:
        cookie.update(copied)
    assert someone.get("/notify/today").status_code == 303


def test_a_sign_in_begins_a_session_of_its_own() -> None:
    someone, secret, _ = with_account()
    other = another_browser(someone)
    other.get("/notify/sign-in")
    with other.client.session_transaction(base_url=HTTPS) as cookie:
        cookie["planted"] = "by somebody else"
    try_password(other)
    other.post("/notify/sign-in/code", code=code(secret))
    with other.client.session_transaction(base_url=HTTPS) as cookie:
        assert set(cookie) == {"who"}


def end_by_office(someone: Someone) -> None:
    with SERVICE.transaction() as session:
        end_access(session, SYSTEM, someone.id)


def everywhere_by_themselves(someone: Someone) -> None:
    someone.post("/notify/account/sign-out-everywhere")


@pytest.mark.parametrize("how", [end_by_office, everywhere_by_themselves])
def test_an_end_of_access_holds_in_every_service(how: Callable[[Someone], None]) -> None:
    someone = Someone(COUNCIL, ["duty-officer"])
    with someone.client.session_transaction(base_url=HTTPS) as cookie:
        sign_in = from_cookie(cookie["who"])
    with REVIEW.transaction() as session:
        apply_directory_change(session, said("directory.changed", id=COUNCIL)[-1])
        assert viewer_of(session, "review", sign_in)
    how(someone)
    assert someone.get("/notify/today").status_code == 303
    with REVIEW.transaction() as session:
        apply_directory_change(session, said("directory.changed", id=COUNCIL)[-1])
        assert viewer_of(session, "review", sign_in) is None


def test_what_was_typed_when_the_time_ran_out_is_kept_for_that_person_alone() -> None:
    someone, neighbour = Someone(HOSPITAL, ["referrer"]), Someone(HOSPITAL, ["referrer"])
    path = someone.post("/notify/report").location.replace("what-happened", "account")
    someone.left_idle(IDLE.total_seconds() + 60)
    answer = someone.post(path, narrative="Words that took half an hour.")
    assert answer.location == f"/notify/sign-in?next={path}"
    assert b"half an hour" not in bytes(
        rows("SELECT fields FROM kept_forms WHERE person_id = :who", who=someone.id)[0][0]
    )
    assert neighbour.get(path).status_code == 404
    someone.let_in()
    assert "Words that took half an hour." in someone.get(path).text
    assert "Words that took half an hour." not in someone.get(path).text  # given back once


def test_nothing_is_kept_of_what_is_sent_under_an_ended_sign_in() -> None:
    someone = Someone(HOSPITAL, ["referrer"])
    path = someone.post("/notify/report").location
    someone.left_idle(IDLE.total_seconds() + 60)
    end_by_office(someone)
    assert someone.post(path, kind="death").status_code == 303
    assert rows("SELECT 1 FROM kept_forms WHERE person_id = :who", who=someone.id) == []


def test_no_form_is_taken_without_its_token() -> None:
    someone = Someone(COUNCIL, ["duty-officer"])
    answer = someone.post("/notify/report", token="")
    assert answer.status_code == 400 and "Send this page again" in answer.text
    assert someone.post("/notify/report", token="forged").status_code == 400


def test_the_cookie_is_the_hosts_own_and_out_of_scripts_reach() -> None:
    cookie = Someone().get("/notify/sign-in").headers["Set-Cookie"]
    assert cookie.startswith("__Host-safeguarding=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))


def test_pages_carry_strict_headers() -> None:
    headers = Someone().get("/notify").headers
    assert (
        "default-src 'none'" in headers["Content-Security-Policy"]
        and "unsafe" not in headers["Content-Security-Policy"]
    )
    assert headers["Cache-Control"] == "no-store" and headers["X-Frame-Options"] == "DENY"
    assert headers["Strict-Transport-Security"] and headers["X-Content-Type-Options"] == "nosniff"


def test_asking_for_a_new_password_tells_nobody_whether_there_is_an_account() -> None:
    someone, _, _ = with_account()
    known = another_browser(someone).post("/notify/forgotten", email=someone.email)
    unknown = Someone().post("/notify/forgotten", email="nobody@people.example")
    assert (known.status_code, known.location) == (unknown.status_code, unknown.location)
    assert "/notify/link/" in mailed_link(someone.id)


def test_behind_a_proxy_the_address_that_it_names_counts_and_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    from services.notify.app import create_app

    def address_of(proxies: int, forwarded: str) -> str:
        monkeypatch.setenv("TRUSTED_PROXIES", str(proxies))
        settings.cache_clear()
        app = create_app()
        seen: list[str] = []
        app.before_request(lambda: seen.append(str(request.remote_addr)))
        app.test_client().get("/notify/about", headers={"X-Forwarded-For": forwarded})
        return seen[0]

    assert address_of(0, "203.0.113.7") == "127.0.0.1"
    assert address_of(2, "198.51.100.1, 203.0.113.7, 192.0.2.1") == "203.0.113.7"
    settings.cache_clear()


def test_a_person_sees_where_they_are_signed_in_in_words() -> None:
    page = Someone(HOSPITAL, ["referrer"]).get("/notify/account").text
    assert "A browser" in page and "a test" not in page

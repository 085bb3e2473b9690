"""Who tries wrong passwords waits; nobody else does, whoever shares their address and whatever strangers do to an account."""

from collections.abc import Iterator

import pytest

from services.notify.known_browsers import COOKIE
from services.notify.sign_in import WRONG_CODES, WRONG_PASSWORDS
from tests.integration.test_rate_limits import counted_up
from tests.integration.test_sign_in import another_browser, code, try_password, with_account
from tests.notifying import change_rows
from tests.people import HTTPS, Someone, mailed_link

pytestmark = pytest.mark.usefixtures("sandbox")
HOST = HTTPS.removeprefix("https://")
WRONG = "wrong-horse-battery"


@pytest.fixture(autouse=True)
def nothing_counted(sandbox: object) -> Iterator[None]:
    forget()
    yield
    forget()


def forget() -> None:
    change_rows("DELETE FROM rate_counts")
    change_rows("DELETE FROM sign_in_failures")


def stranger(someone: Someone, address: str = "203.0.113.9") -> Someone:
    """Somebody at another address who knows the e-mail address."""
    other = another_browser(someone)
    other.client.environ_base["REMOTE_ADDR"] = address
    return other


def sign_out(someone: Someone) -> None:
    someone.get("/notify/account")
    assert someone.post("/notify/sign-out").status_code == 303


def tried_until_refused(someone: Someone) -> None:
    for _ in range(8):
        if try_password(someone, WRONG) == 429:
            return
    pytest.fail("Nobody was made to wait.")


def test_what_an_office_mistypes_in_a_day_keeps_nobody_behind_its_address_out() -> None:
    colleague = another_browser(with_account()[0])
    for _ in range(10):
        mistaken = Someone()
        assert [try_password(mistaken, WRONG) for _ in range(4)] == [422] * 4
    assert try_password(colleague) == 303


def test_a_stranger_elsewhere_waits_and_the_person_does_not() -> None:
    someone, _, _ = with_account()
    tried_until_refused(stranger(someone))
    assert try_password(stranger(someone)) == 429, "the right password, too, or a guess would be answered"
    assert try_password(another_browser(someone)) == 303


def test_a_browser_that_signed_in_before_is_not_refused_for_what_others_do_beside_it() -> None:
    someone, _, _ = with_account()
    tried_until_refused(another_browser(someone))
    assert try_password(another_browser(someone)) == 429
    sign_out(someone)
    assert try_password(someone) == 303


@pytest.mark.parametrize("whose", ["account", "address"])
def test_an_account_and_an_address_have_a_high_measure_which_a_known_browser_does_not_meet(whose: str) -> None:
    someone, secret, _ = with_account()
    if whose == "account":
        counted_up(WRONG_PASSWORDS, someone.email, "")
    else:
        counted_up(WRONG_PASSWORDS, "", "127.0.0.1")
    refused = another_browser(someone)
    refused.get("/notify/sign-in")
    answer = refused.post("/notify/sign-in", email=someone.email, password=WRONG)
    assert answer.status_code == 429 and 0 < int(answer.headers["Retry-After"]) <= 3600
    sign_out(someone)
    assert try_password(someone) == 303
    assert someone.post("/notify/sign-in/code", code=code(secret)).status_code == 303
    change_rows("UPDATE rate_counts SET hour = hour - interval '1 hour'")
    assert try_password(refused) == 303


def test_a_known_browser_waits_for_its_own_wrong_tries() -> None:
    someone, _, _ = with_account()
    sign_out(someone)
    tried_until_refused(someone)
    assert try_password(another_browser(someone)) == 303, "which are nobody else's"


def test_being_known_to_one_account_or_saying_so_helps_with_no_other() -> None:
    someone, (neighbour, _, _) = with_account()[0], with_account()
    tried_until_refused(another_browser(someone))
    sign_out(neighbour)
    neighbour.email = someone.email
    assert try_password(neighbour) == 429
    forger = another_browser(someone)
    known = someone.client.get_cookie(COOKIE, HOST)
    assert known and known.secure and known.http_only
    forger.client.set_cookie(COOKIE, known.value[:-4] + "AAAA", domain=HOST, secure=True)
    assert try_password(forger) == 429


def test_the_cookie_of_a_known_browser_names_nobody() -> None:
    someone, _, _ = with_account()
    known = someone.client.get_cookie(COOKIE, HOST)
    assert known and someone.email not in known.value and someone.id not in known.value


def test_a_right_sign_in_forgives_what_was_mistyped_there() -> None:
    someone, secret, _ = with_account()
    other = another_browser(someone)
    assert [try_password(other, WRONG) for _ in range(3)] == [422] * 3
    assert try_password(other) == 303
    assert other.post("/notify/sign-in/code", code=code(secret)).status_code == 303
    assert [try_password(another_browser(someone), WRONG) for _ in range(4)] == [422] * 4


def test_codes_are_guessed_less_often_than_passwords() -> None:
    someone, secret, _ = with_account()
    other = another_browser(someone)
    counted_up(WRONG_CODES, someone.email, "")
    assert try_password(other) == 303
    assert other.post("/notify/sign-in/code", code=code(secret)).status_code == 429


def test_links_that_a_stranger_asks_for_do_not_keep_the_person_from_asking() -> None:
    someone, _, _ = with_account()
    asking = stranger(someone)
    asked = [asking.post("/notify/forgotten", email=someone.email).status_code for _ in range(4)]
    assert asked == [303, 303, 303, 429]
    before = mailed_link(someone.id)
    assert another_browser(someone).post("/notify/forgotten", email=someone.email.upper()).status_code == 303
    assert mailed_link(someone.id) != before

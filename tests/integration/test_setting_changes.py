"""The office changes who is warned and how a recipient is told, with reasons; a mailbox is used once it has shown it is read."""

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from services.notify import chosen_settings
from services.notify.chosen_settings import recipient_now
from services.notify.service import SERVICE
from services.notify.setting_changes import MOST_TRIES, changeable
from shared.identity.viewer import Viewer
from shared.partnership import Recipient
from tests.notifying import HOSPITAL, OFFICE, POLICE, Outside, change_rows, duties, got, refer, rows, said, send
from tests.people import Someone

pytestmark = pytest.mark.usefixtures("sandbox")

PARTNER = f"safeguarding-partner:{POLICE}"
PATH = f"/notify/settings/recipients/{PARTNER}"
NEW = "new.desk@west-mercia-police.example"
WHY = "The safeguarding desk has moved."


@pytest.fixture(autouse=True)
def as_the_file_says(sandbox: Outside, ground: dict[str, str]) -> Iterator[None]:
    """Rows are never deleted by the application: the test that made them lets the file speak again."""
    chosen_settings.changed.read_again()
    yield
    change_rows("DELETE FROM mailbox_proofs")
    again = "INSERT INTO setting_changes SELECT gen_random_uuid(), name, 'null', 'a test', 'test', now() FROM (SELECT DISTINCT name FROM setting_changes) n"
    change_rows(again)
    chosen_settings.changed.read_again()


def administrator() -> Someone:
    return Someone(OFFICE, ["administrator"])


def office() -> Someone:
    return Someone(OFFICE, ["partnership-office"])


def code_for(sandbox: Outside, address: str) -> str:
    send()
    found = re.search(r"code: (\d{8})", sandbox.mail("Confirm this mailbox", address)[-1]["text"])
    assert found
    return found[1]


def police_told_at() -> str:
    taken = refer()["incident"]
    (told,) = [each for each in duties(taken["id"], "tell-partner") if each["recipient"] == PARTNER]
    (address,) = rows("SELECT address FROM deliveries WHERE duty_id = :id", id=told["id"])[0]
    return str(address)


def test_a_mailbox_is_used_once_its_code_came_back_and_not_before(sandbox: Outside) -> None:
    someone = administrator()
    assert someone.does(PATH, channel="email", address=NEW, reasons=WHY) == f"{PATH}/code"
    assert police_told_at() == "safeguarding@west-mercia-police.example"
    code = code_for(sandbox, NEW)
    assert someone.does(f"{PATH}/code", code=f"{code[:4]} {code[4:]}") == "/notify/settings"
    assert police_told_at() == NEW
    page = someone.get("/notify/settings").text
    assert NEW in page and WHY in page and "Somebody Invented" in page
    (entry,) = rows("SELECT entry FROM audit_entries WHERE entry LIKE '%setting-changed%' ORDER BY number DESC LIMIT 1")
    assert someone.id in entry.entry and NEW not in entry.entry


def test_a_wrong_code_counts_and_after_five_a_new_one_is_needed(sandbox: Outside) -> None:
    someone = administrator()
    someone.does(PATH, channel="email", address=NEW, reasons=WHY)
    code = code_for(sandbox, NEW)
    wrong = "00000000" if code != "00000000" else "11111111"
    for _ in range(MOST_TRIES):
        assert "This code is not right" in someone.post(f"{PATH}/code", code=wrong).text
    answer = someone.post(f"{PATH}/code", code=code)
    assert answer.status_code == 422 and "a new code goes to it" in answer.text
    assert police_told_at() == "safeguarding@west-mercia-police.example"


def test_a_recipient_may_be_told_by_a_person_instead() -> None:
    someone = administrator()
    someone.does(PATH, channel="portal", address="", reasons="Their mail server is down for the week.")
    taken = refer()["incident"]
    (told,) = [each for each in duties(taken["id"], "tell-partner") if each["recipient"] == PARTNER]
    assert told["status"] == "waiting-for-person"
    assert got(f"/duties/{told['id']}")["deliveries"][0]["channel"] == "portal"


@pytest.mark.parametrize("recipient", ["panel", "no-such"])
def test_gateways_stay_the_files(recipient: str) -> None:
    someone = administrator()
    assert someone.get(f"/notify/settings/recipients/{recipient}").status_code == 404
    assert someone.post(f"/notify/settings/recipients/{recipient}", channel="portal", reasons=WHY).status_code == 404


def test_a_sealed_mailbox_stays_the_files() -> None:
    sealed = Recipient("local-authority:E06000051", "Shropshire", "email", "a@shropshire.example")
    viewer = Viewer(OFFICE, "The office", "partnership-office", is_partner=False, is_authority=False, scope="all")
    assert changeable(sealed, viewer) and not changeable(replace(sealed, document="attached-encrypted"), viewer)


@pytest.mark.parametrize("address", ["desk@west-mercia.police.uk", "not an address", ""])
def test_a_real_address_is_refused_outside_production_and_nothing_is_sent(address: str) -> None:
    answer = administrator().post(PATH, channel="email", address=address, reasons=WHY)
    assert answer.status_code == 422 and rows("SELECT 1 FROM mailbox_proofs") == []


def test_who_is_warned_is_changed_with_reasons_and_somebody_always_is(sandbox: Outside) -> None:
    someone = administrator()
    path = "/notify/settings/contacts"
    assert someone.post(path, addresses="", reasons=WHY).status_code == 422
    assert someone.post(path, addresses="a@hscp.example", reasons="").status_code == 422
    someone.does(path, addresses="new.contact@hscp.example\r\nsecond@hscp.example", reasons=WHY)
    reporter = Someone(HOSPITAL, ["agency-lead"])
    taken = refer()["incident"]
    assert (
        reporter.post("/notify/emergency", reference=taken["reference"], reasons="A child is at risk.").status_code
        == 303
    )
    warned = rows(
        "SELECT address FROM deliveries WHERE concerns = :about AND purpose = 'warning'",
        about=f"incident:{taken['id']}",
    )
    assert {row.address for row in warned} == {"new.contact@hscp.example", "second@hscp.example"}


def test_a_change_is_never_rewritten_or_deleted() -> None:
    administrator().does("/notify/settings/contacts", addresses="kept@hscp.example", reasons=WHY)
    for statement in ("UPDATE setting_changes SET reasons = 'x'", "DELETE FROM setting_changes"):
        with pytest.raises(ProgrammingError, match="permission denied"), SERVICE.transaction() as session:
            session.execute(text(statement))


def test_publishing_hears_how_the_nspcc_and_the_office_are_told_and_of_nobody_else(sandbox: Outside) -> None:
    for recipient, address in (
        ("nspcc", "new.reviews@nspcc.example"),
        ("partnership-office", "new.office@hscp.example"),
    ):
        path = f"/notify/settings/recipients/{recipient}"
        office().does(path, channel="email", address=address, reasons=WHY)
        assert said("recipient.changed", address=address) == []
        office().does(f"{path}/code", code=code_for(sandbox, address))
        (heard,) = said("recipient.changed", address=address)
        assert (heard["recipient"], heard["channel"]) == (recipient, "email")
    office().does(PATH, channel="portal", reasons=WHY)
    assert {each["recipient"] for each in said("recipient.changed")} == {"nspcc", "partnership-office"}


def test_where_whole_reports_go_takes_two_people_of_the_office_and_the_old_mailbox_hears(sandbox: Outside) -> None:
    path, address, first = "/notify/settings/recipients/nspcc", "other.reviews@nspcc.example", office()
    before = recipient_now("nspcc").address
    assert administrator().get(path).status_code == 404
    assert "recipients/nspcc" not in administrator().get("/notify/settings").text
    first.does(path, channel="email", address=address, reasons=WHY)
    code = code_for(sandbox, address)
    assert administrator().post(f"{path}/code", code=code).status_code == 404
    alone = first.post(f"{path}/code", code=code)
    assert alone.status_code == 422 and "Somebody else of the office" in alone.text
    assert said("recipient.changed", address=address) == []
    office().does(f"{path}/code", code=code)
    assert len(said("recipient.changed", address=address)) == 1
    send()
    assert "no longer comes" in sandbox.mail("This mailbox is told no longer", before)[-1]["text"]


def test_nobody_can_say_that_a_person_tells_the_nspcc(sandbox: Outside) -> None:
    someone = office()
    path = "/notify/settings/recipients/nspcc"
    assert 'name="channel"' not in someone.get(path).text
    assert someone.does(path, channel="portal", address="by.hand@nspcc.example", reasons=WHY) == f"{path}/code"
    assert "published reports" in sandbox_words(sandbox, "by.hand@nspcc.example")


def sandbox_words(sandbox: Outside, address: str) -> str:
    send()
    return str(sandbox.mail("Confirm this mailbox", address)[-1]["text"])

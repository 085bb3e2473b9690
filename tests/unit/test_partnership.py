"""One file makes the system any partnership's; a faulty one is refused with every fault at once."""

import shutil
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from shared.partnership import Partnership, PartnershipWrong, load
from shared.settings import SettingMissing

ROOT = Path(__file__).parents[2]
HEREFORDSHIRE = ROOT / "deploy" / "partnership.toml"
MARCHFORD = ROOT / "tests" / "partnerships" / "marchford.toml"
SANDBOX = {"SANDBOX_URL": "http://127.0.0.1:9"}


@pytest.fixture(scope="module")
def herefordshire() -> Partnership:
    return load(HEREFORDSHIRE, SANDBOX)


@pytest.fixture(scope="module")
def marchford() -> Partnership:
    return load(MARCHFORD, {})


def altered(folder: Path, *changes: tuple[str, str]) -> Path:
    text = MARCHFORD.read_text("utf-8")
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    shutil.copy(MARCHFORD.parent / "ofsted.pem", folder)
    file = folder / "altered.toml"
    file.write_text(text, "utf-8")
    return file


def faults(file: Path) -> list[str]:
    with pytest.raises(PartnershipWrong) as refused:
        load(file, {})
    return str(refused.value).splitlines()[1:]


def test_herefordshire_notifies_the_panel_through_the_gateway_that_the_environment_names(
    herefordshire: Partnership,
) -> None:
    panel = herefordshire.recipient("panel")
    assert (panel.channel, panel.address) == ("https", "http://127.0.0.1:9/gateway/panel")
    assert herefordshire.authority.ons_code == "E06000019"
    assert herefordshire.safeguarding_partners[0] == "herefordshire-council"


def test_no_real_mailbox_is_built_in(herefordshire: Partnership) -> None:
    mailboxes = [each.address for each in herefordshire.recipients if each.channel == "email"]
    mailboxes += [email for agency in herefordshire.agencies for email in agency.emails]
    mailboxes += herefordshire.deadline_contacts
    assert len(mailboxes) > 10
    assert all(address.endswith(".example") for address in mailboxes)


def test_the_four_reviews_published_before_are_the_past_list(herefordshire: Partnership) -> None:
    listed = [(each.kind, each.pseudonym, each.published_on.isoformat()) for each in herefordshire.past_publications]
    assert listed == [
        ("lcspr", "Child HN", "2024-03-18"),
        ("scr", "Louise", "2022-11-28"),
        ("cspr", "Peer on Peer Abuse", "2022-02-21"),
        ("scr", "Matthew", "2022-02-07"),
    ]


def test_a_recipient_that_the_file_does_not_name_is_told_by_a_person(herefordshire: Partnership) -> None:
    assert herefordshire.recipient("local-authority:E06000058").channel == "portal"


def test_another_partnership_counts_the_rapid_review_its_own_way(
    herefordshire: Partnership, marchford: Partnership
) -> None:
    sent = datetime(2026, 6, 10, 9, tzinfo=UTC)
    rule = herefordshire.rules_on(sent.date()).duty("rapid-review")
    assert herefordshire.due(rule, sent).date() == date(2026, 7, 1)
    assert marchford.due(rule, sent).date() == date(2026, 7, 1)  # a day less, since day 1; a day more, its holiday


def test_another_partnership_has_its_own_rules_from_its_own_day(marchford: Partnership) -> None:
    assert marchford.rules_on(date(2026, 6, 30)).duty("rapid-review").within.amount == 15
    assert marchford.rules_on(date(2026, 7, 1)).duty("rapid-review").within.amount == 12
    assert marchford.rules_on(date(2026, 7, 1)).duty("display-on-site").within.amount == 5


def test_a_secret_is_read_from_the_environment_that_the_file_names(
    herefordshire: Partnership, marchford: Partnership, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SANDBOX_WEBHOOK_SECRET", raising=False)
    with pytest.raises(SettingMissing, match="SANDBOX_WEBHOOK_SECRET"):
        herefordshire.secret_of("panel")
    monkeypatch.setenv("SANDBOX_WEBHOOK_SECRET", "whsec_Y29ycmVjdCBob3JzZQ==")
    assert herefordshire.secret_of("panel") == "whsec_Y29ycmVjdCBob3JzZQ=="
    assert marchford.secret_of("panel") == ""


def test_a_variable_that_is_not_set_is_named() -> None:
    assert faults(HEREFORDSHIRE)[0] == "Set SANDBOX_URL in the environment: partnership.toml uses it."


def test_every_fault_is_told_at_once_in_a_sentence(tmp_path: Path) -> None:
    file = altered(
        tmp_path,
        ('ons_code = "E08000099"', 'ons_code = "Marchford"'),
        ('notification_mode = "by-decision"', 'notification_mode = "sometimes"'),
        ('kind = "police"', 'kind = "icb"'),
        ('address = "notifications@ofsted.example"', 'address = "ofsted"'),
        ("rapid_review_first_day = 1", "rapid_review_first_day = 2"),
        ('id = "display-on-site"', 'id = "display-for-ever"'),
    )
    told = "\n".join(faults(file))
    assert "authority, ons_code: Give the authority's nine-character ONS code" in told
    assert "notification_mode: Use one of: automatic-for-authority" in told
    assert "safeguarding_partners: Name exactly three of the agencies below" in told
    assert "recipients, entry 2, address: Give one e-mail address" in told
    assert "rapid_review_first_day: Send a whole number from 0 to 1." in told
    assert "rules, entry 1: The rulebook has no rule 'display-for-ever' to change." in told


def test_a_setting_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    file = altered(tmp_path, ('short_name = "MTSCP"', 'short_name = "MTSCP"\nnotifcation_mode = "by-decision"'))
    assert any(fault.startswith("notifcation_mode: ") for fault in faults(file))


def test_a_case_document_never_goes_unencrypted(tmp_path: Path) -> None:
    file = altered(tmp_path, ('document = "attached-encrypted"', 'document = "attached"'))
    assert faults(file) == [
        "recipients, entry 2, document: Only a published report goes unencrypted, to the NSPCC; "
        "use link or attached-encrypted."
    ]


def test_an_encrypted_attachment_needs_the_recipients_certificate(tmp_path: Path) -> None:
    without = altered(tmp_path, ('certificate = "ofsted.pem"\n', ""))
    assert faults(without) == [
        "recipients, entry 2, certificate: Name the PEM file of the recipient's certificate, to which the document is "
        "sealed."
    ]
    (tmp_path / "empty.pem").write_text("")
    unreadable = altered(tmp_path, ('"ofsted.pem"', '"empty.pem"'))
    assert faults(unreadable) == [
        "recipients, entry 2, certificate: empty.pem holds no certificate in PEM (ValueError)."
    ]


def test_a_file_that_is_not_toml_is_named(tmp_path: Path) -> None:
    file = tmp_path / "broken.toml"
    file.write_text("name = ", "utf-8")
    with pytest.raises(PartnershipWrong, match=r"broken\.toml cannot be read"):
        load(file, {})

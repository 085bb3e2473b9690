"""Changing who is warned of deadlines and how a recipient is told, with reasons; a mailbox is confirmed before it is used."""

from wtforms import StringField, TextAreaField

from services.notify import setting_changes
from services.notify.chosen_settings import deadline_contacts
from services.notify.pages.site import pages
from shared.identity import rights
from shared.partnership import Recipient
from shared.web.asking import acted, form_page, line, reasons
from shared.web.forms import Questions, RadioField, needed, trimmed
from shared.web.pages import Go, Page, Visit

BACK = "/notify/settings"
SAVED = "Saved. It holds within a few seconds; what stood before is kept with the reasons."
BY_HAND = "By a person, who records the reference"


class ContactsForm(Questions):
    addresses = TextAreaField(
        "Who is warned of deadlines?",
        description="E-mail addresses, each on a line of its own. They get references, never a name.",
        validators=needed("Enter at least one address: somebody must be warned"),
        filters=[trimmed],
        render_kw={"rows": 4},
    )
    reasons = reasons("Why is this changed?", missing="Say why this is changed")


class RecipientForm(Questions):
    channel = RadioField(
        "How are they told?",
        choices=[("email", "By e-mail, with a reference and a link"), ("portal", BY_HAND)],
        validators=needed("Choose how they are told"),
    )
    address = line(
        "E-mail address", hint="Only for e-mail. A code goes there, and it is used once the code comes back."
    )
    reasons = reasons("Why is this changed?", missing="Say why this is changed")


class CodeForm(Questions):
    code = StringField(
        "Which code did the mailbox get?",
        description="Eight digits. Ask whoever reads the mailbox.",
        validators=needed("Enter the code"),
        filters=[trimmed],
        render_kw={
            "classes": "govuk-input--width-10",
            "inputmode": "numeric",
            "autocomplete": "off",
            "spellcheck": False,
        },
    )


def _contacts_page(form: Questions) -> Page:
    return form_page("Change who is warned", form, button="Save", back=BACK)


@pages.get("/settings/contacts", allows=rights.keeps_system)
def get_contacts(visit: Visit) -> Page:
    return _contacts_page(ContactsForm(visit.typed, data={"addresses": "\n".join(deadline_contacts())}))


@pages.post("/settings/contacts", allows=rights.keeps_system)
def post_contacts(visit: Visit) -> Page | Go:
    form = ContactsForm(visit.typed)

    def act() -> None:
        given = dict.fromkeys(each.strip() for each in form["addresses"].data.splitlines() if each.strip())
        setting_changes.change_contacts(visit.session, visit.viewer, list(given), form["reasons"].data)

    return Go(BACK, SAVED) if acted(visit, form, "addresses", act) else _contacts_page(form)


def _recipient_form(visit: Visit, found: Recipient) -> Questions:
    form = RecipientForm(visit.typed, data={"channel": found.channel, "address": found.address})
    if setting_changes.only_by_mail(found.recipient):
        del form["channel"]
    return form


def _recipient_page(found: Recipient, form: Questions) -> Page:
    return form_page("Change how they are told", form, button="Continue", about=found.name, back=BACK)


@pages.get("/settings/recipients/<recipient>", allows=rights.keeps_system)
def get_recipient(visit: Visit, recipient: str) -> Page:
    found = setting_changes.recipient_found(recipient, visit.viewer)
    return _recipient_page(found, _recipient_form(visit, found))


@pages.post("/settings/recipients/<recipient>", allows=rights.keeps_system)
def post_recipient(visit: Visit, recipient: str) -> Page | Go:
    found = setting_changes.recipient_found(recipient, visit.viewer)
    form = _recipient_form(visit, found)
    by_hand = "channel" in form and form["channel"].data == "portal"

    def act() -> None:
        why, address = form["reasons"].data, form["address"].data or ""
        if by_hand:
            setting_changes.tell_by_hand(visit.session, visit.viewer, recipient, why)
        else:
            setting_changes.ask_mailbox(visit.session, visit.viewer, recipient, address, why)

    if not acted(visit, form, "address", act):
        return _recipient_page(found, form)
    if by_hand:
        return Go(BACK, SAVED)
    return Go(f"/notify/settings/recipients/{recipient}/code", "A code is on its way to the mailbox.")


def _code_page(found: Recipient, form: Questions) -> Page:
    note = "Until then they are told as before."
    return form_page("Confirm the mailbox", form, button="Confirm", about=found.name, back=BACK, note=note)


@pages.get("/settings/recipients/<recipient>/code", allows=rights.keeps_system)
def get_mailbox_code(visit: Visit, recipient: str) -> Page:
    return _code_page(setting_changes.recipient_found(recipient, visit.viewer), CodeForm(visit.typed))


@pages.post("/settings/recipients/<recipient>/code", allows=rights.keeps_system)
def post_mailbox_code(visit: Visit, recipient: str) -> Page | Go:
    found, form = setting_changes.recipient_found(recipient, visit.viewer), CodeForm(visit.typed)
    right: list[bool] = []

    def act() -> None:
        right.append(setting_changes.confirm_mailbox(visit.session, visit.viewer, recipient, form["code"].data))

    if acted(visit, form, "code", act) and not right[0]:
        form.blame("code", "This code is not right. Check it with whoever reads the mailbox.")
    return _code_page(found, form) if form.errors else Go(BACK, SAVED)

"""When returns are due, reminded of and chased, as the office keeps it."""

from dataclasses import asdict

from services.review.pages.site import pages
from services.review.return_times import SETTING, change_return_times, return_times
from services.review.schemas.return_times import ReturnTimesBody
from shared.identity import rights
from shared.setting_changes import history
from shared.web.asking import acted, checked, form_page, reasons
from shared.web.forms import Questions
from shared.web.kept_lists import SAVED, days_in, days_line
from shared.web.pages import Go, Page, Visit

AT = "/settings/returns"
BACK = f"/review{AT}"


class TimesForm(Questions):
    information_request_days = days_line("Within how many working days is a return due?", "From 1 to 60")
    information_remind_days = days_line(
        "How many working days before that is an agency reminded?", "From 1 to 30. Leave it empty to remind nobody"
    )
    information_chase_days = days_line(
        "After how many working days is a late return chased again?", "From 1 to 60. Leave it empty to chase once"
    )
    information_escalate_at = days_line(
        "From which chase on are the agency's leads told as well?", "From 1, the first, to 20"
    )
    reasons = reasons("Why is this changed?", missing="Say why this is changed")


@pages.get(AT, allows=rights.keeps_system)
def show_return_times(visit: Visit) -> Page:
    values = {"times": return_times(visit.session), "history": history(visit.session, SETTING)}
    return Page("return_times.html", "Times of returns", values)


def _form(visit: Visit) -> Questions:
    now = asdict(return_times(visit.session))
    return TimesForm(visit.typed, data={name: "" if value is None else str(value) for name, value in now.items()})


def _page(form: Questions) -> Page:
    note = "It holds for agencies that are asked, reminded or chased from now on. A return that is due keeps its day."
    return form_page("Change the times of returns", form, button="Save", back=BACK, note=note)


@pages.get(f"{AT}/change", allows=rights.keeps_system)
def ask_return_times(visit: Visit) -> Page:
    return _page(_form(visit))


@pages.post(f"{AT}/change", allows=rights.keeps_system)
def post_return_times(visit: Visit) -> Page | Go:
    form = _form(visit)

    def act() -> None:
        answers = form.answers()
        why = answers.pop("reasons")
        given = {name: days_in(value) for name, value in answers.items() if value}
        values = checked(ReturnTimesBody(exclude=("reasons",)), given)
        change_return_times(visit.session, visit.viewer, values, why)

    return Go(BACK, SAVED) if acted(visit, form, "information_request_days", act) else _page(form)

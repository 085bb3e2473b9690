"""What the partnership published before this system: what of it stands on the site, and taking it down."""

from sqlalchemy import select

from services.publish.models import PastItem
from services.publish.pages.site import pages
from services.publish.past_items import past_item, withdraw_past_item
from services.publish.public_site.site_content import ON_SITE
from shared.calendar import day_in_words
from shared.identity import rights
from shared.web.asking import acted, form_page, reasons
from shared.web.forms import Questions
from shared.web.pages import Go, Page, Visit

LIST = "/publish/past-reviews"


class ReasonsForm(Questions):
    reasons = reasons("Why?")


@pages.get("/past-reviews", allows=rights.reads_publications)
def list_past_reviews(visit: Visit) -> Page:
    """Every one that is or was on the site, the newest first."""
    items = visit.session.scalars(select(PastItem).where(ON_SITE).order_by(PastItem.published_on.desc(), PastItem.slug))
    values = {"items": items.all(), "brings_out": rights.brings_out(visit.viewer)}
    return Page("past_reviews.html", "Published before this system", values)


def _withdrawal_page(visit: Visit, slug: str, form: Questions) -> Page:
    item = past_item(visit.session, slug)
    note = f"{item.pseudonym}, published on {day_in_words(item.published_on)}: its page and its documents go, and do not come back."
    return form_page("Take the page down", form, button="Take it down now", back=LIST, note=note)


@pages.get("/past-reviews/<slug>/withdrawal", allows=rights.brings_out)
def ask_past_withdrawal(visit: Visit, slug: str) -> Page:
    return _withdrawal_page(visit, slug, ReasonsForm(visit.typed))


@pages.post("/past-reviews/<slug>/withdrawal", allows=rights.brings_out)
def withdraw_past_review(visit: Visit, slug: str) -> Page | Go:
    """Its addresses answer 410 within a minute."""
    form, who = ReasonsForm(visit.typed), visit.viewer.person_name

    def act() -> None:
        withdraw_past_item(visit.session, visit.viewer, slug, form["reasons"].data, who)

    if not acted(visit, form, "reasons", act):
        return _withdrawal_page(visit, slug, form)
    return Go(LIST, "The site loses the page and its documents within a minute.")

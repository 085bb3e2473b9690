"""What the partnership's file and the directory say, as they stand: agencies, who is told and how, who is warned."""

from sqlalchemy import text

from services.notify.agencies import never_ended
from services.notify.chosen_settings import changed, deadline_contacts, recipient_now
from services.notify.pages.site import pages
from services.notify.setting_changes import changeable
from shared.identity import rights
from shared.partnership import partnership
from shared.setting_changes import history
from shared.web.pages import Page, Visit

AGENCIES = text("""
    SELECT a.id, a.name, a.kind, a.is_partner, a.emails, a.ended_at,
           (SELECT count(*) FROM api_keys k WHERE k.agency_id = a.id AND k.revoked_at IS NULL) AS keys,
           (SELECT count(*) FROM people p WHERE p.agency_id = a.id AND p.ended_at IS NULL) AS people
      FROM agencies a ORDER BY a.ended_at IS NOT NULL, a.name
""")


@pages.get("/settings", allows=rights.keeps_system)
def show_settings(visit: Visit) -> Page:
    changed.read_again()  # a change made a moment ago may have been another process's
    agencies = visit.session.execute(AGENCIES).all()
    recipients = [(recipient_now(each.recipient), changeable(each, visit.viewer)) for each in partnership().recipients]
    values = {"agencies": agencies, "standing": never_ended(), "file": partnership(), "recipients": recipients}
    values |= {"contacts": deadline_contacts(), "history": history(visit.session)}
    return Page("settings.html", "Agencies and settings", values)

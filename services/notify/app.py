"""The Flask application of this service."""

from pathlib import Path

from flask import Flask

from services.notify import wording
from services.notify.api import api
from services.notify.pages import pages
from services.notify.reactions import REACTIONS
from services.notify.service import SERVICE
from shared.duty_words import rule_words
from shared.web.application import make_application

WORDS = (
    "status_words",
    "status_colour",
    "agency_words",
    "kind_words",
    "recipient_words",
    "who_words",
    "channel_words",
    "attempt_words",
    "receipt_words",
    "left_words",
    "outcome_words",
    "label_of",
    "said",
    "said_of",
)


GAUGES = {
    "duties_overdue": (
        "Duties past their date",
        "SELECT count(*) FROM duties WHERE status NOT IN ('discharged', 'cancelled') AND due_at < :now",
    ),
    "duties_for_a_person": (
        "Duties that a person is to see to",
        "SELECT count(*) FROM duties WHERE status = 'waiting-for-person'",
    ),
    "files_not_scanned": (
        "Files that wait for the virus scanner",
        "SELECT count(*) FROM attachments WHERE scan = 'waiting' AND removed_at IS NULL AND added_at <= :now",
    ),
}


def create_app() -> Flask:
    templates = Path(__file__).parent / "templates"
    app = make_application(SERVICE, api, "Safeguarding Reviews: notify", pages, templates, REACTIONS, GAUGES)
    app.jinja_env.globals |= {name: getattr(wording, name) for name in WORDS} | {"rule_words": rule_words}
    return app

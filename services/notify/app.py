"""The Flask application of this service."""

from pathlib import Path

from flask import Flask

from services.notify import wording
from services.notify.api import api
from services.notify.pages import pages
from services.notify.reactions import REACTIONS
from services.notify.service import SERVICE
from shared.web.application import make_application

WORDS = (
    "status_words",
    "status_colour",
    "rule_words",
    "agency_words",
    "kind_words",
    "recipient_words",
    "left_words",
    "outcome_words",
    "label_of",
    "said",
    "said_of",
)


def create_app() -> Flask:
    templates = Path(__file__).parent / "templates"
    app = make_application(SERVICE, api, "Safeguarding Reviews: notify", pages, templates, REACTIONS)
    app.jinja_env.globals |= {name: getattr(wording, name) for name in WORDS}
    return app

"""The Flask application of this service."""

from pathlib import Path

from flask import Flask

from services.review import wording
from services.review.api import api
from services.review.pages import pages
from services.review.reactions import REACTIONS
from services.review.service import SERVICE
from shared.web.application import make_application

WORDS = ("stage_words", "stage_colour", "left_words", "entry_when", "month_words")


def create_app() -> Flask:
    templates = Path(__file__).parent / "templates"
    app = make_application(SERVICE, api, "Safeguarding Reviews: review", pages, templates, REACTIONS)
    app.jinja_env.globals |= {name: getattr(wording, name) for name in WORDS}
    app.jinja_env.globals |= {
        "outcomes": wording.OUTCOMES,
        "other_reviews": wording.OTHER_REVIEWS,
        "replies": wording.REPLIES,
        "comment_outcomes": wording.COMMENT_OUTCOMES,
        "hold_reasons": wording.HOLD_REASONS,
        "part_names": wording.PARTS,
        "own_part_names": wording.PARTS_OF_OWN,
    }
    return app

"""The Flask application of this service."""

from flask import Flask

from services.review.api import api
from services.review.service import SERVICE
from shared.web.application import make_application


def create_app() -> Flask:
    return make_application(SERVICE, api, "Safeguarding Reviews: review")

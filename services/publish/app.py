"""The Flask application of this service."""

from pathlib import Path

from flask import Flask, Response, request

from services.publish import wording
from services.publish.api import api
from services.publish.identifying import finding_words
from services.publish.pages import pages
from services.publish.public_site.search_index import index_of
from services.publish.public_site.search_page import search_page
from services.publish.public_site.site import current_folder
from services.publish.public_site.site_server import SECURITY
from services.publish.reactions import REACTIONS
from services.publish.service import SERVICE
from shared.duty_words import rule_words
from shared.identity.rights import anyone
from shared.settings import settings
from shared.web.application import make_application

GAUGES = {
    "documents_unexamined": (
        "Documents that wait for their examination",
        "SELECT count(*) FROM documents WHERE status = 'received'",
    ),
    "publications_held": (
        "Publications whose time came and whose gate was shut",
        "SELECT count(*) FROM publications WHERE state = 'held'",
    ),
    "site_held": (
        "1 while the public site stands still after a restore",
        "SELECT count(*) FROM site_state WHERE held_since IS NOT NULL",
    ),
}


def create_app() -> Flask:
    templates = Path(__file__).parent / "templates"
    app = make_application(SERVICE, api, "Safeguarding Reviews: publish", pages, templates, REACTIONS, GAUGES)
    app.jinja_env.globals |= {
        name: getattr(wording, name) for name in ("state_words", "state_colour", "kind_words", "STAYS_PUBLIC")
    }
    app.jinja_env.globals |= {name: getattr(finding_words, name) for name in ("finding_words", "finding_why")}
    app.jinja_env.globals["rule_words"] = rule_words
    app.add_url_rule("/search", "public_search", public_search)
    return app


def public_search() -> Response:
    """The public search where nginx serves the site's files and hands only /search on."""
    release = current_folder(settings().site_folder)
    index = index_of(release) if release else None
    if index is None:
        return Response("The search cannot be used now.", 503, SECURITY, content_type="text/plain; charset=utf-8")
    html = search_page(index, request.args.to_dict())
    return Response(html, content_type="text/html; charset=utf-8", headers=[*SECURITY, ("Cache-Control", "no-store")])


public_search.allows = anyone  # type: ignore[attr-defined]  # read by the test that every route declares its right

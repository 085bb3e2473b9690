"""One WSGI application for one machine: the three services by the first part of the path, else the public site."""

from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from services.notify.app import create_app as create_notify
from services.publish.app import create_app as create_publish
from services.publish.public_site.site_server import application as create_site
from services.review.app import create_app as create_review
from shared.settings import settings

services: dict[str, WSGIApplication] = {
    "notify": create_notify(),
    "review": create_review(),
    "publish": create_publish(),
}
site = create_site(settings().site_folder)


def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Hand the request on. The routes of a service hold its name, so the path is left whole."""
    first = environ["PATH_INFO"].split("/", 2)[1:2]
    answer = services.get(first[0], site) if first else site
    return answer(environ, start_response)

"""The pages of publish for people: each is its right and one call into the work. The public site is written elsewhere."""

from services.publish.pages import access, findings, going_out, publications
from services.publish.pages.site import pages

__all__ = ["access", "findings", "going_out", "pages", "publications"]

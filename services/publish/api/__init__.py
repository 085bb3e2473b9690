"""The JSON interface of this service."""

from services.publish.api import documents, publications, publishing  # noqa: F401  # each declares its routes on `api`
from services.publish.api.routes import api

__all__ = ["api"]

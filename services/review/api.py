"""The JSON interface of this service."""

from services.review.service import SERVICE
from shared.web.api import Api

api = Api(SERVICE)

"""The interface that the modules of this package declare their routes on."""

from services.review.service import SERVICE
from shared.web.api import Api

api = Api(SERVICE)

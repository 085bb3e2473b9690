"""The Celery worker of this service."""

from services.publish.reactions import REACTIONS
from services.publish.service import SERVICE
from shared.worker import make_worker

celery = make_worker(SERVICE, REACTIONS, sweepers=[])

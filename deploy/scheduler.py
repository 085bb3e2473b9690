"""The one scheduler: it sends each service's sweep at its time, under redbeat's lock, and knows nothing else."""

from shared.celery_app import make_celery
from shared.settings import SERVICES
from shared.worker import sweep_schedule

celery = make_celery("scheduler")
celery.conf.beat_scheduler = "redbeat.RedBeatScheduler"
for _service in SERVICES:
    celery.conf.beat_schedule |= sweep_schedule(_service)

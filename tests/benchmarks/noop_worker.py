"""The reference for everything asynchronous: a Celery worker whose one task does nothing but say when it was reached."""

import time

import redis
from celery import Celery

from shared.settings import required

QUEUE = "benchmark"
REACHED = "benchmark-reached"

celery = Celery("benchmark", broker=required("REDIS_URL"))
celery.conf.update(task_default_queue=QUEUE, task_acks_late=True, task_ignore_result=True, worker_prefetch_multiplier=1)
answers = redis.Redis.from_url(required("REDIS_URL"))


@celery.task(name="benchmark.nothing")
def nothing(began: float) -> None:
    """`began` and now are of the machine's monotonic clock, which all its processes share."""
    answers.lpush(REACHED, time.monotonic() - began)

"""The one scheduler: it sends each service's sweep at its time, under redbeat's lock, and knows nothing else."""

from typing import Any

from redbeat import RedBeatScheduler
from redbeat.schedulers import get_redis

from shared.celery_app import make_celery
from shared.settings import SERVICES
from shared.worker import sweep_schedule


class SweepScheduler(RedBeatScheduler):  # type: ignore[misc]  # redbeat has no types
    """Schedules what the broker holds, and puts it back where the broker has lost it.

    Redbeat writes its entries at the start, perhaps long before it gets the lock. A broker emptied in between would
    leave it with the lock and nothing to do, and no sweep would ever come again.
    """

    def tick(self, *given: Any, **kwargs: Any) -> Any:
        if not get_redis(self.app).exists(self.app.redbeat_conf.schedule_key):
            self.setup_schedule()
        return super().tick(*given, **kwargs)


celery = make_celery("scheduler")
celery.conf.beat_scheduler = "deploy.scheduler:SweepScheduler"
for _service in SERVICES:
    celery.conf.beat_schedule |= sweep_schedule(_service)

"""Celery over Redis, set up once so that a lost message, child, worker or broker costs time and nothing else."""

from celery import Celery

from shared.settings import settings

HARD_LIMIT_SECONDS = 240
VISIBILITY_SECONDS = 300  # above the hard limit, or a long task would run twice at once
# A killed scheduler holds its successor up for so long. The living one renews its lock every second and, finding it
# taken after a longer standstill, ends and queues behind the other; a sweep sent by both does nothing twice.
SCHEDULER_LOCK_SECONDS = 5


def make_celery(service: str) -> Celery:
    """The Celery application of one service; its queue bears the service's name.

    `acks_late` alone loses the task of a killed child, so `reject_on_worker_lost` stands beside it; without the
    restore settings a dead worker's tasks come back after 101 seconds. There is no `countdown` or `eta` anywhere:
    a later attempt is a row with a later `due_at`.
    """
    celery = Celery(service, broker=settings().redis_url, set_as_current=False)
    celery.conf.update(
        task_default_queue=service,
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        task_ignore_result=True,
        task_serializer="json",
        accept_content=["json"],
        task_time_limit=HARD_LIMIT_SECONDS,
        task_soft_time_limit=HARD_LIMIT_SECONDS - 30,
        task_store_errors_even_if_ignored=False,
        worker_prefetch_multiplier=1,
        worker_send_task_events=False,
        worker_hijack_root_logger=False,
        worker_cancel_long_running_tasks_on_connection_loss=True,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_connection_timeout=2,
        broker_transport_options={
            "visibility_timeout": VISIBILITY_SECONDS,
            "unacked_restore_interval": 1,
            "unacked_restore_throttle": 1,
            "socket_timeout": 5,
            "socket_connect_timeout": 2,
            "socket_keepalive": True,
        },
        redbeat_redis_url=settings().redis_url,
        redbeat_key_prefix="safeguarding:",
        redbeat_lock_timeout=SCHEDULER_LOCK_SECONDS,
        redbeat_redis_options={"socket_timeout": 5, "socket_connect_timeout": 2, "socket_keepalive": True},
        beat_max_loop_interval=1,
    )
    return celery

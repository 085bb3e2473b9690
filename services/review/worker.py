"""The Celery worker of this service."""

from services.review.chasing import remind_of_returns, tell_overdue_returns
from services.review.destruction import take_files_out
from services.review.need_to_know import say_unsaid_teams
from services.review.reactions import REACTIONS
from services.review.reminders import remind
from services.review.service import SERVICE
from shared.worker import make_worker

celery = make_worker(
    SERVICE,
    REACTIONS,
    remind,
    sweepers=[remind_of_returns, tell_overdue_returns, take_files_out, say_unsaid_teams],
)

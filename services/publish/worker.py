"""The Celery worker of this service."""

from services.publish.document_check import check_documents
from services.publish.going_live import publish_due
from services.publish.nspcc import note_dispatch, remind_of_receipts
from services.publish.protocol_reminders import remind
from services.publish.reactions import REACTIONS
from services.publish.retention import ask_about_retention
from services.publish.service import SERVICE
from shared.delivery.dispatching import dispatch_due
from shared.worker import make_worker


def dispatch() -> int:
    return dispatch_due(SERVICE, note_dispatch)


celery = make_worker(
    SERVICE,
    REACTIONS,
    remind,
    sweepers=[publish_due, dispatch, check_documents, remind_of_receipts, ask_about_retention],
)


@celery.task(name="publish.check_documents")
def check_documents_task() -> None:
    check_documents()


@celery.task(name="publish.publish_due")
def publish_due_task() -> None:
    publish_due()


@celery.task(name="publish.dispatch_due")
def dispatch_due_task() -> None:
    dispatch()

"""The Celery worker of this service."""

from services.notify.attachment_scan import scan_documents
from services.notify.attachments import forget_files
from services.notify.deadlines import watch_deadlines
from services.notify.digest import send_digest
from services.notify.dispatch import dispatch_due
from services.notify.drafts import forget_drafts
from services.notify.need_to_know import say_unsaid_bars
from services.notify.preferences import send_held
from services.notify.rate_limits import forget_counts
from services.notify.reactions import REACTIONS
from services.notify.service import SERVICE
from services.notify.sign_in import forget_failures
from services.notify.what_waits import remind
from shared.worker import make_worker

celery = make_worker(
    SERVICE,
    REACTIONS,
    remind,
    sweepers=[
        dispatch_due,
        watch_deadlines,
        send_digest,
        send_held,
        say_unsaid_bars,
        scan_documents,
        forget_drafts,
        forget_files,
        forget_failures,
        forget_counts,
    ],
)


@celery.task(name="notify.dispatch_due")
def dispatch_due_task() -> None:
    dispatch_due()


@celery.task(name="notify.scan_documents")
def scan_documents_task() -> None:
    scan_documents()

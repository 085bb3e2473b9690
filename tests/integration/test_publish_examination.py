"""A document is examined by the worker, apart: killed in the middle it is examined again, and the site answers meanwhile."""

import os
import signal
import subprocess
import sys
import time
from typing import Any

import pytest
from sqlalchemy import text

from services.publish.document_check import MOST_ATTEMPTS, check_documents
from services.publish.service import SERVICE
from tests.benchmarks.long_documents import report
from tests.examining import interrupted
from tests.hostile_pdfs import bomb
from tests.publishing import call, get, open_publication, pdf, post, route, upload

pytestmark = pytest.mark.usefixtures("ground", "own_clock")
WORK = "from services.publish.document_check import check_documents; check_documents()"


def waiting(publication: dict[str, Any]) -> Any:
    statement = text(
        "SELECT status, attempts, claimed_at FROM documents WHERE publication_id = :id ORDER BY version DESC"
    )
    with SERVICE.transaction() as session:
        return session.execute(statement, {"id": publication["id"]}).first()


def send(publication: dict[str, Any], content: bytes, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Upload without letting the worker run."""
    with monkeypatch.context() as patched:
        patched.setattr("tests.publishing.check_documents", lambda: 0)
        return upload(publication, content)


def newest(publication: dict[str, Any]) -> Any:
    documents = get(f"/publications/{publication['id']}/documents")["items"]
    return [each for each in documents if each["kind"] == "full-report"][-1]


def test_a_worker_killed_while_it_examines_leaves_the_work_to_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    publication = open_publication()
    send(publication, report(120), monkeypatch)
    worker = subprocess.Popen([sys.executable, "-c", WORK], env=dict(os.environ), start_new_session=True)
    while not waiting(publication).claimed_at:
        time.sleep(0.05)
    os.killpg(worker.pid, signal.SIGKILL)
    worker.wait()
    check_documents()
    assert waiting(publication).status == "received"  # claimed, and its lease has not run out
    with SERVICE.transaction() as session:
        lapsed = "UPDATE documents SET claimed_at = claimed_at - interval '1 hour' WHERE status = 'received' AND publication_id = :of"
        session.execute(text(lapsed), {"of": publication["id"]})
    check_documents()
    assert newest(publication)["status"] == "checked"
    assert waiting(publication).attempts == 2


def test_an_examination_ended_from_outside_is_begun_again_and_given_up_after_a_few_times(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    publication = open_publication()
    send(publication, pdf("The child."), monkeypatch)
    with interrupted():
        check_documents()
    assert newest(publication)["status"] == "refused"
    assert waiting(publication).attempts == MOST_ATTEMPTS + 1


def test_the_upload_is_answered_at_once_and_says_that_it_is_being_examined(monkeypatch: pytest.MonkeyPatch) -> None:
    publication = open_publication()
    post(f"/publications/{publication['id']}/route", route())
    answer = send(publication, bomb(1), monkeypatch)
    assert (answer.status_code, answer.json["status"]) == (201, "received")
    missing = get(f"/publications/{publication['id']}")["missing"]
    assert any("cleaned and checked" in sentence for sentence in missing)
    file = call("GET", f"/publications/{publication['id']}/documents/{answer.json['id']}/file")
    assert file.status_code == 409

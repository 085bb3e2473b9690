"""What ends a right holds in every service with the answer to whoever ended it, though no worker does anything."""

import uuid

import requests

from tests.faults.at_once import PARTNERS
from tests.faults.test_races_of_signatures import office, publications_of, review_with_report
from tests.running import Running, until

LISTS = ("/notify/api/v1/referrals", "/review/api/v1/information-requests", "/publish/api/v1/publications")


def answers(running: Running, key: str) -> list[int]:
    """What each service answers to a system with this key."""
    headers = {"Authorization": f"Bearer {key}"}
    return [requests.get(running.system.url + path, headers=headers, timeout=30).status_code for path in LISTS]


def said(running: Running, *words: str) -> str:
    done = running.command(*words)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.strip()


def test_the_keys_of_an_agency_stop_everywhere_with_the_answer(running: Running) -> None:
    agency = f"example-academy-{uuid.uuid4().hex}"
    with running.workers_standing_still():
        said(running, "directory", "add-agency", agency, "--name", agency, "--kind", "school")
        first, second = (said(running, "keys", "issue", agency) for _ in range(2))
        assert 401 not in answers(running, first) + answers(running, second)
        first_id = said(running, "keys", "list", agency).split()[0]
        said(running, "keys", "revoke", agency, "--key-id", first_id)
        assert answers(running, first) == [401, 401, 401]
        assert 401 not in answers(running, second)
        said(running, "directory", "end-agency", agency)
        assert answers(running, second) == [401, 401, 401]


def test_what_was_handed_over_waits_for_nobody(running: Running) -> None:
    agency = f"example-academy-{uuid.uuid4().hex}"
    with running.workers_standing_still():
        said(running, "directory", "add-agency", agency, "--name", agency, "--kind", "school")
        assert agency not in running.pending_events()


def test_a_hold_keeps_a_publication_back_with_the_answer(running: Running) -> None:
    path, body = review_with_report(running)
    for partner in PARTNERS:
        assert running.call("POST", f"{path}/sign-off", partner, json=body).ok
    review = running.call("GET", path, "office").json()
    [opened] = until(lambda: publications_of(running, review), "the publication to open")
    hold = {"reason": "criminal-trial", "owner": {"name": "Ola Example", "role": "Lawyer"}}
    with running.workers_standing_still():
        office(running, f"{path}/holds", hold | {"next_check_on": "2099-01-01"})
        shown = running.call("GET", f"/publish/api/v1/publications/{opened['id']}", "office").json()
        assert [each["reason"] for each in shown["holds"]] == ["criminal-trial"]


def test_with_every_other_service_silent_access_ends_all_the_same_and_is_heard_of_later(running: Running) -> None:
    agency = f"example-academy-{uuid.uuid4().hex}"
    said(running, "directory", "add-agency", agency, "--name", agency, "--kind", "school")
    key = said(running, "keys", "issue", agency)
    running.system.hold("api")
    running.system.kill("api")
    try:
        until(lambda: not running.system.runs("api"), "the serving process to be gone")
        said(running, "keys", "revoke", agency)
    finally:
        running.system.release("api")
    until(lambda: _answers(running), "the serving process to answer")
    until(lambda: answers(running, key) == [401, 401, 401], "the revocation to be heard of over the queue")


def _answers(running: Running) -> bool:
    try:
        return requests.get(f"{running.system.url}/review/health/live", timeout=5).ok
    except requests.ConnectionError:
        return False


def test_nobody_without_the_key_hands_anything_over(running: Running) -> None:
    for service in ("review", "publish"):
        for content in (b"", b"x", b"{}", b"\x01" * 5000):
            assert requests.post(f"{running.system.url}/{service}/events", content, timeout=30).status_code == 404
    assert requests.post(f"{running.system.url}/notify/events", b"x", timeout=30).status_code == 404

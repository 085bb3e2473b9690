"""The directory: a key works at once and stops at once; copies follow by version and never backwards."""

import uuid

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from services.notify.directory import UnknownAgency, add_agency, end_agency, issue_key, keys_of, revoke_keys, rotate_key
from services.notify.service import SERVICE
from services.review.service import SERVICE as REVIEW
from shared import clock
from shared.identity.keys import Begun, apply_directory_change, begin_call
from tests.notifying import BASE, client, rows, said

pytestmark = pytest.mark.usefixtures("ground")


def new_agency(name: str = "Example Academy") -> str:
    agency_id = f"academy-{uuid.uuid4().hex}"
    with SERVICE.transaction() as session:
        add_agency(session, agency_id, name, "school", ["head@academy.example"], is_partner=False)
    return agency_id


def new_key(agency_id: str) -> str:
    with SERVICE.transaction() as session:
        return issue_key(session, agency_id)


def status_with(key: str) -> int:
    return client().get(f"{BASE}/referrals", headers={"Authorization": f"Bearer {key}"}).status_code


def test_an_issued_key_works_at_once_and_a_revoked_one_no_more() -> None:
    agency = new_agency()
    first, second = new_key(agency), new_key(agency)
    assert (status_with(first), status_with(second)) == (200, 200)
    with SERVICE.transaction() as session:
        keys = keys_of(session, agency)
        assert revoke_keys(session, agency, str(keys[0]["id"])) == 1
    assert (status_with(first), status_with(second)) == (401, 200)


def test_rotation_ends_the_old_key_and_issues_a_new_one() -> None:
    agency = new_agency()
    old = new_key(agency)
    with SERVICE.transaction() as session:
        fresh = rotate_key(session, agency)
    assert (status_with(old), status_with(fresh)) == (401, 200)


def test_an_ended_agencys_keys_stop_and_entering_it_again_lets_them_work() -> None:
    agency = new_agency()
    key = new_key(agency)
    with SERVICE.transaction() as session:
        end_agency(session, agency)
    assert status_with(key) == 401
    with SERVICE.transaction() as session:
        add_agency(session, agency, "Example Academy", "school", [], is_partner=False)
    assert status_with(key) == 200


def test_a_key_is_stored_as_a_hash_only() -> None:
    agency = new_agency()
    key = new_key(agency)
    ((stored,),) = rows("SELECT encode(hash, 'hex') FROM api_keys WHERE agency_id = :agency", agency=agency)
    assert key not in stored
    assert all(key not in str(event) for event in said("directory.changed", id=agency))


def test_every_change_is_said_with_a_greater_version_and_no_change_is_not_said() -> None:
    agency = new_agency()
    new_key(agency)
    with SERVICE.transaction() as session:
        assert not add_agency(session, agency, "Example Academy", "school", ["head@academy.example"], is_partner=False)
        revoke_keys(session, agency)
    versions = [event["version"] for event in said("directory.changed", id=agency)]
    assert versions == sorted(set(versions))
    assert len(versions) == 3
    assert said("directory.changed", id=agency)[-1]["keys"][0]["revoked_at"]


def test_a_copy_takes_the_newest_and_ignores_an_older_change_that_comes_late() -> None:
    agency = new_agency()
    key = new_key(agency)
    with SERVICE.transaction() as session:
        revoke_keys(session, agency)
    entered, issued, revoked = said("directory.changed", id=agency)
    with REVIEW.transaction() as session:
        for change in (revoked, issued, entered):
            apply_directory_change(session, change)
        found = session.execute(text("SELECT version FROM agencies WHERE id = :id"), {"id": agency}).scalar_one()
        assert found == revoked["version"]
        assert begin(session, key) is None


def begin(session: Session, key: str) -> Begun | None:
    return begin_call(session, key, None, clock.machine_now())


def test_a_copy_lets_a_key_in_once_it_has_heard_of_it() -> None:
    agency = new_agency()
    key = new_key(agency)
    with REVIEW.transaction() as session:
        assert begin(session, key) is None
        apply_directory_change(session, said("directory.changed", id=agency)[-1])
        begun = begin(session, key)
    assert begun is not None
    viewer = begun.viewer
    assert (viewer.agency_id, viewer.scope) == (agency, "own")


def test_an_agency_that_is_not_in_the_directory_is_named() -> None:
    with pytest.raises(UnknownAgency, match="no-such-agency"), SERVICE.transaction() as session:
        issue_key(session, "no-such-agency")

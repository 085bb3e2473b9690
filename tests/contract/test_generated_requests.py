"""Requests generated from the three documents: whatever is sent, the answer is one that the document promises."""

import json
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis import APIOperation, Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.transport import Response
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from shared import clock
from shared.database import new_id
from shared.identity.keys import UPSERT_KEY, apply_directory_change, hash_of, new_key
from shared.partnership import partnership
from shared.service import Service
from shared.settings import SERVICES
from tests.chosen_settings import let_the_file_speak

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
EXAMPLES = 10  # of each operation, caller and kind of request
CALLERS = ("partnership_office", "authority")


def key_in(service: Service, agency_id: str) -> str:
    """A key of an agency of the partnership's file, entered in this service's directory."""
    here, key = partnership(), new_key()
    agency = here.agency(agency_id)
    change = {"id": agency.id, "name": agency.name, "kind": agency.kind, "emails": [], "ended_at": None, "version": 0}
    row = {"id": new_id(), "agency_id": agency.id, "hash": hash_of(key), "issued_at": clock.now(), "revoked_at": None}
    with service.transaction() as session:
        is_partner = agency.id in here.safeguarding_partners
        apply_directory_change(session, change | {"is_partner": is_partner, "keys": []})
        session.execute(UPSERT_KEY, row)
    return key


def agency_of(caller: str) -> str:
    return partnership().partnership_office if caller == "partnership_office" else partnership().authority.agency_id


@pytest.mark.timeout(240)
@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize("name", SERVICES)
def test_every_answer_is_one_that_the_document_promises(ground: dict[str, str], name: str, caller: str) -> None:
    service: Service = import_module(f"services.{name}.service").SERVICE
    document = schemathesis.openapi.from_wsgi(
        f"/{name}/openapi.json", import_module(f"services.{name}.app").create_app()
    )
    key = key_in(service, agency_of(caller))
    # Words of closed lists and field names are ours, not a caller's; so are the sentences of our code, which Hypothesis
    # takes for values, too.
    own_words = json.dumps(document.raw_schema) + code_of("services") + code_of("shared")
    faults: list[str] = []
    operations = 0
    for found in document.get_all_operations():
        operation = found.ok()
        operations += 1
        for mode in GenerationMode if takes_anything(operation) else [GenerationMode.POSITIVE]:
            try:
                ask(operation.as_strategy(generation_mode=mode), key, own_words)
            except Exception as error:  # all operations are asked before the test fails
                faults.append(f"{operation.label} ({mode.value}): {type(error).__name__}: {error}"[:1500])
    let_the_file_speak(service)
    assert operations > 10
    assert faults == [], "\n\n".join(faults)


def code_of(folder: str) -> str:
    return "\n".join(path.read_text("utf-8") for path in (Path(__file__).parents[2] / folder).rglob("*.py"))


def takes_anything(operation: APIOperation) -> bool:
    """Whether there is anything to be got wrong."""
    return bool(operation.body or operation.path_parameters or operation.query)


def texts_in(value: object) -> Iterator[str]:
    """What stands in a body, where it is long enough not to be found by chance."""
    if isinstance(value, dict):
        for inner in value.values():
            yield from texts_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts_in(inner)
    elif isinstance(value, str) and len(value) >= 12:
        yield value


def words_of(answer: Response) -> str:
    """What an error says in words. Its pointers name fields, which are not content."""
    if "json" not in answer.headers.get("content-type", [""])[0]:
        return str(answer.text)
    problem = answer.json()
    return " ".join([problem["title"], problem["detail"], *(error["message"] for error in problem.get("errors", ()))])


def ask(cases: object, key: str, own_words: str) -> None:
    @seed(20260324)
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases)  # type: ignore[arg-type]
    def one(case: Case) -> None:
        case.headers = {**(case.headers or {}), "Authorization": f"Bearer {key}", "Idempotency-Key": new_id()}
        answer = case.call_and_validate(checks=CHECKS)
        if answer.status_code >= 400:
            said = words_of(answer)
            repeated = [text for text in texts_in(case.body) if text in said and text not in own_words]
            assert repeated == [], "an error repeats what was sent"

    one()

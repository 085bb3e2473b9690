"""The interface's documents: valid OpenAPI 3.1, and exactly those that integrators read under docs/openapi."""

import json
import os
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from openapi_spec_validator import validate

from shared.settings import SERVICES

FOLDER = Path(__file__).parent.parent.parent / "docs" / "openapi"


def generated(service: str) -> dict[str, Any]:
    app = import_module(f"services.{service}.app").create_app()
    document: dict[str, Any] = app.test_client().get(f"/{service}/openapi.json").json
    return document


@pytest.mark.parametrize("service", SERVICES)
def test_the_document_is_valid_and_the_one_that_is_committed(ground: dict[str, str], service: str) -> None:
    """To write them anew after a change: WRITE_OPENAPI=1 .venv/bin/pytest tests/contract/test_openapi.py"""
    document = generated(service)
    validate(document)
    file = FOLDER / f"{service}.json"
    if os.environ.get("WRITE_OPENAPI"):
        FOLDER.mkdir(exist_ok=True)
        file.write_text(json.dumps(document, indent=1, sort_keys=True) + "\n")
    assert json.loads(file.read_text()) == document

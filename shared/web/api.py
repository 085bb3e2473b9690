"""How a route of the JSON interface is written: its right, what it takes and gives, and one place that commits.

    @api.post("/incidents/<uuid:incident_id>/decisions", allows=rights.authority, takes=Decision, gives=DecisionView, status=201)
    def post_decision(call: Call, incident_id: UUID) -> Reply: ...

The view gets a `Call` with a transaction that sees as the caller's agency, and returns a `Reply`. After it returns, the
transaction is committed here and nowhere else; only then is the answer sent.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from typing import Any

import orjson
from flask import Response, request
from flask_smorest import Blueprint
from marshmallow import Schema, ValidationError, fields
from sqlalchemy.orm import Session

from shared import audit, clock
from shared.encryption import keyed_hash
from shared.identity.keys import Begun, begin_call
from shared.identity.rights import Right, anyone
from shared.identity.viewer import NOBODY, Viewer
from shared.logs import known_from_here, request_id
from shared.service import Service
from shared.web.idempotency import KEPT, Once
from shared.web.problems import Problem, log_attempt, refused, refused_fields


@dataclass
class Call:
    """One request: who asks, in which transaction, with what (already checked against the route's schemas)."""

    session: Session
    viewer: Viewer
    body: Any = None
    query: dict[str, Any] = field(default_factory=dict)
    _reads: list[audit.Entry] = field(default_factory=list)

    def note_read(self, record: str) -> None:
        """Have it in the audit trail that this agency read a case file (`incident:<id>`)."""
        self._reads.append(audit.Entry(self.viewer.actor, "read", record))


@dataclass(frozen=True)
class Reply:
    """What a view answers: JSON values, or the bytes of a file with their content type."""

    body: Any = None
    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str = "application/json"


class Api:
    """The routes of one service, under `/<service>/api/v1`."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.blueprint = Blueprint(service.name, service.name, url_prefix=f"/{service.name}/api/v1")

    def get(self, path: str, **how: Any) -> Callable[[Callable[..., Reply]], Callable[..., Response]]:
        return self.route("GET", path, **how)

    def post(self, path: str, **how: Any) -> Callable[[Callable[..., Reply]], Callable[..., Response]]:
        return self.route("POST", path, **how)

    def put(self, path: str, **how: Any) -> Callable[[Callable[..., Reply]], Callable[..., Response]]:
        return self.route("PUT", path, **how)

    def route(
        self,
        method: str,
        path: str,
        *,
        allows: Right,
        gives: type[Schema] | Schema | None = None,
        takes: type[Schema] | Schema | None = None,
        query: type[Schema] | Schema | None = None,
        status: int = 200,
        key_required: bool = False,
        upload: bool = False,
    ) -> Callable[[Callable[..., Reply]], Callable[..., Response]]:
        """Declare a route. `takes`, `query` and `gives` are marshmallow schemas, built once here.

        `key_required` refuses a POST without `Idempotency-Key`; `upload` takes a file instead of JSON, and `takes` then
        describes the form's other fields.
        """
        body_schema = takes() if isinstance(takes, type) else takes
        query_schema = query() if isinstance(query, type) else query

        def declare(view: Callable[..., Reply]) -> Callable[..., Response]:
            @wraps(view)
            def answer(**path_values: Any) -> Response:
                with self.service.transaction(NOBODY) as session:
                    once = _once(method, allows)
                    begun = _begun(session, allows, once)
                    viewer = begun.viewer
                    if once is None and key_required:
                        raise Problem(422, NO_KEY)
                    if once and (earlier := once.earlier_answer(begun)):
                        return _replayed(*earlier)
                    values = _form(body_schema) if upload else _body(body_schema)
                    call = Call(session, viewer, values, _query(query_schema))
                    reply = view(call, **path_values)
                    body = orjson.dumps(reply.body) if reply.content_type == "application/json" else reply.body
                    code = reply.status or status
                    if once:
                        once.remember(session, viewer.agency_id, code, body, reply.headers)
                    if call._reads:
                        audit.append(session, *call._reads)
                return Response(b"" if code == 204 else body, code, reply.headers, content_type=reply.content_type)

            answer.allows = allows  # type: ignore[attr-defined]  # read by the test that every route declares its right
            documented = _document(
                self.blueprint,
                answer,
                body_schema,
                query_schema,
                gives,
                status,
                upload=upload,
                open_to_all=allows is anyone,
            )
            self.blueprint.add_url_rule(path, endpoint=view.__name__, view_func=documented, methods=[method])
            return documented  # type: ignore[no-any-return]

        return declare


def _begun(session: Session, allows: Right, once: Once | None) -> Begun:
    if allows is anyone:
        return Begun(NOBODY, its_turn=True, first=None)
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    since = clock.machine_now() - KEPT
    has_key = scheme.lower() == "bearer" and key
    begun = begin_call(session, key.strip(), once.key if once else None, since) if has_key else None
    if begun is None:
        if has_key:
            log_attempt("key.unknown", key=keyed_hash("key", key.strip()).hex()[:16])
        raise Problem(
            401, "Send your agency's key as 'Authorization: Bearer <key>'.", headers={"WWW-Authenticate": "Bearer"}
        )
    known_from_here(begun.viewer.actor)
    if not allows(begun.viewer):
        raise Problem(
            403, f"This is for {allows.__name__.replace('_', ' ')}; your key belongs to {begun.viewer.agency_name}."
        )
    return begun


NO_KEY = "Send an Idempotency-Key header (a new UUID for a new request), so that a repeat has no second effect."


def _once(method: str, allows: Right) -> Once | None:
    key = request.headers.get("Idempotency-Key")
    if method != "POST" or key is None or allows is anyone:  # what proves itself is told apart by ids of its own
        return None
    return Once(key, f"POST {request.path}", request.get_data())


def _replayed(status: int, body: bytes, headers: dict[str, str]) -> Response:
    return Response(body, status, headers | {"Idempotency-Replayed": "true"}, content_type="application/json")


def _body(schema: Schema | None) -> Any:
    if schema is None:
        return None
    if request.mimetype != "application/json":
        raise Problem(415, "Send the body as application/json, in UTF-8.")
    try:
        values = orjson.loads(request.get_data())
    except orjson.JSONDecodeError:
        raise Problem(400, "Send one JSON object in UTF-8; what came could not be read as JSON.") from None
    if not isinstance(values, dict):
        raise refused("", "Send a JSON object.")
    return _load(schema, values)


def _form(schema: Schema | None) -> Any:
    if request.mimetype != "multipart/form-data":
        raise Problem(415, "Send the file as multipart/form-data, in a part named file.")
    return _load(schema, request.form.to_dict()) if schema else None


def _query(schema: Schema | None) -> dict[str, Any]:
    if schema is None:
        return {}
    values = request.args.to_dict()
    if unstorable := [name for name, value in values.items() if "\x00" in value]:
        raise refused_fields({name: ["Remove the NUL character."] for name in unstorable})
    loaded: dict[str, Any] = _load(schema, values)
    return loaded


def _load(schema: Schema, values: dict[str, Any]) -> Any:
    try:
        return schema.load(values)
    except ValidationError as error:
        raise refused_fields(error.messages) from None


def _document(
    blueprint: Any, view: Any, body: Any, query: Any, gives: Any, status: int, *, upload: bool, open_to_all: bool
) -> Any:
    """Tell flask-smorest what the generated OpenAPI document says of a route."""
    documented = blueprint.response(status, gives)(view)
    problem = {
        "description": "What is wrong and what to do (RFC 9457)",
        "content": {"application/problem+json": {"schema": PROBLEM}},
    }
    notes: dict[str, Any] = {"responses": {"default": problem}, "security": [] if open_to_all else [{"agencyKey": []}]}
    if body is not None and not upload:
        notes["requestBody"] = {"required": True, "content": {"application/json": {"schema": body}}}
    if upload:
        notes["requestBody"] = {"required": True, "content": {"multipart/form-data": {"schema": _form_schema(body)}}}
    if query is not None:
        notes["parameters"] = [{"in": "query", "schema": query}]
    return blueprint.doc(**notes)(documented)


def _form_schema(body: Schema | None) -> Any:
    """A form's fields and its file as one schema: joined by allOf, each would refuse the other's fields."""
    if body is None:
        return UPLOAD
    file = fields.Raw(required=True, metadata={"type": "string", "format": "binary"})
    return type(f"{type(body).__name__}File", (type(body),), {"file": file})()


PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "message"],
                "properties": {"pointer": {"type": "string"}, "message": {"type": "string"}},
            },
        },
    },
}
UPLOAD = {"type": "object", "required": ["file"], "properties": {"file": {"type": "string", "format": "binary"}}}


def echo_request_id(response: Response) -> Response:
    """Give the caller the id by which this request stands in every log, event and task."""
    response.headers["X-Request-Id"] = request_id() or ""
    return response


def expected_version() -> int | None:
    """The version that If-Match names, as an ETag gave it; None without the header. Raises a 412 problem for others."""
    given = request.headers.get("If-Match")
    if given is None or given.strip() == "*":
        return None
    version = given.strip().strip('"')
    if not version.isascii() or not version.isdigit() or len(version) > 9:
        raise Problem(412, "Give If-Match exactly as the ETag you read.")
    return int(version)

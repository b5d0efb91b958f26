"""The service's OpenAPI 3.1 document, made from what the service checks itself."""

from typing import Any, Final

import msgspec

from phoneward import __version__
from phoneward.numbers.gate.service import bodies
from phoneward.numbers.gate.service.work import OPERATIONS, Operation

_EVERYBODYS: Final = (400, 401, 403, 429, 500, 503)
_WITH_BODY: Final = (408, 413, 415)
_MEANINGS: Final = {
    400: "Not understood: no JSON, a field that is missing, unknown or makes no sense.",
    401: "No key that is known here.",
    403: "The key is not for that.",
    404: "The gate knows no number of this account.",
    408: "The request did not come in time.",
    409: "The number is suspended: the owner comes back by another factor first.",
    413: "Too large.",
    415: "Not application/json.",
    422: "The factor is the number itself.",
    429: "Too often.",
    500: "A mistake of the gate's own.",
    503: "The database cannot be used: nothing was decided, and nothing may be allowed. Ask again.",
}


def document() -> dict[str, Any]:
    """Return the document: JSON."""
    kinds: list[type[msgspec.Struct]] = [bodies.ProblemView, bodies.HealthView]
    kinds += [one.answered for one in OPERATIONS] + [one.sent for one in OPERATIONS if one.sent]
    kinds = list(dict.fromkeys(kinds))
    schemas, components = msgspec.json.schema_components(kinds, ref_template="#/components/schemas/{name}")
    refs = dict(zip(kinds, schemas, strict=True))
    paths: dict[str, dict[str, Any]] = {"/healthz": {"get": _health(refs)}}
    for one in OPERATIONS:
        paths.setdefault(one.path, {})[one.method.lower()] = _operation(one, refs)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Phoneward gate",
            "summary": "Has a number changed hands since the account was bound to it?",
            "version": __version__,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "security": [{"key": []}],
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer", "description": "A caller's key."}},
        },
    }


def _operation(one: Operation, refs: dict[type[msgspec.Struct], Any]) -> dict[str, Any]:
    statuses = sorted({*_EVERYBODYS, *(_WITH_BODY if one.sent else ()), *one.problems})
    problem = {"application/problem+json": {"schema": refs[bodies.ProblemView]}}
    described: dict[str, Any] = {
        "operationId": one.run.__name__,
        "summary": (one.run.__doc__ or "").strip(),
        "responses": {
            "200": {"description": "Done.", "content": {"application/json": {"schema": refs[one.answered]}}},
            **{str(status): {"description": _MEANINGS[status], "content": problem} for status in statuses},
        },
    }
    if one.sent is not None:
        described["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": refs[one.sent]}},
        }
    else:
        limit = {"type": "integer", "minimum": 1, "maximum": bodies.MOST_ACTIONS, "default": 100}
        described["parameters"] = [{"name": "limit", "in": "query", "required": False, "schema": limit}]
    return described


def _health(refs: dict[type[msgspec.Struct], Any]) -> dict[str, Any]:
    problem = {"application/problem+json": {"schema": refs[bodies.ProblemView]}}
    return {
        "operationId": "healthz",
        "summary": "Whether it runs and its database answers.",
        "security": [],
        "responses": {
            "200": {"description": "Yes.", "content": {"application/json": {"schema": refs[bodies.HealthView]}}},
            "503": {"description": _MEANINGS[503], "content": problem},
        },
    }

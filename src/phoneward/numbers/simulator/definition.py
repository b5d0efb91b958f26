"""What the simulator says of itself: the authorization server's metadata, and a small OpenAPI definition.

The definitions that count are CAMARA's own; this one names what is here.
"""

from typing import Any, Final

from phoneward import __version__
from phoneward.numbers.simulator import apis, jose
from phoneward.numbers.simulator.authorization import GRANTS
from phoneward.numbers.simulator.state import NUMBER, SCOPES
from phoneward.numbers.simulator.wire import CORRELATOR

_DATE: Final = {"type": "string", "format": "date"}
_NUMBER: Final = {"type": "string", "pattern": NUMBER.replace(r"\Z", "$")}
_BOOLEAN: Final = {"type": "boolean"}
_MOMENT: Final = {"type": ["string", "null"], "format": "date-time"}
_BODIES: Final[dict[str, tuple[dict[str, Any], list[str], dict[str, Any], list[str]]]] = {
    "/number-recycling/v0.2/check": (
        {"specifiedDate": _DATE}, ["specifiedDate"], {"phoneNumberRecycled": _BOOLEAN}, ["phoneNumberRecycled"]
    ),
    "/sim-swap/v2/check": (
        {"maxAge": {"type": "integer", "minimum": 1, "maximum": apis.MAX_MAX_AGE, "default": apis.DEFAULT_MAX_AGE}},
        [],
        {"swapped": _BOOLEAN},
        ["swapped"],
    ),
    "/sim-swap/v2/retrieve-date": (
        {}, [], {"latestSimChange": _MOMENT, "monitoredPeriod": {"type": "integer"}}, ["latestSimChange"]
    ),
    "/kyc-tenure/v0.2/check-tenure": (
        {"tenureDate": _DATE},
        ["tenureDate"],
        {"tenureDateCheck": _BOOLEAN, "contractType": {"enum": ["PAYG", "PAYM", "Business"]}},
        ["tenureDateCheck"],
    ),
}  # fmt: skip
"""Path → properties of the request and which are needed, properties of the answer and which are there."""

_TEXT: Final = {"type": "string"}
_SECONDS: Final = {"type": "integer", "minimum": 0}
_CLIENT: Final = ["client_assertion", "client_assertion_type"]
_FORMS: Final[dict[str, tuple[list[str], list[str], dict[str, Any], list[str]]]] = {
    "/token": (
        ["grant_type", "scope", "auth_req_id", "assertion", *_CLIENT],
        ["grant_type"],
        {"access_token": _TEXT, "token_type": _TEXT, "expires_in": _SECONDS, "scope": _TEXT, "id_token": _TEXT},
        ["access_token", "token_type", "expires_in", "scope"],
    ),
    "/bc-authorize": (
        ["scope", "login_hint", "request", *_CLIENT],
        _CLIENT,
        {"auth_req_id": _TEXT, "expires_in": _SECONDS, "interval": _SECONDS},
        ["auth_req_id", "expires_in", "interval"],
    ),
}
"""The same for the authorization server."""


def metadata(root: str) -> dict[str, object]:
    """Return the metadata of the authorization server (RFC 8414, CIBA Core 1.0, section 4)."""
    return {
        "issuer": root,
        "token_endpoint": f"{root}/token",
        "backchannel_authentication_endpoint": f"{root}/bc-authorize",
        "jwks_uri": f"{root}/jwks",
        "scopes_supported": ["openid", *SCOPES],
        "response_types_supported": [],
        "grant_types_supported": list(GRANTS),
        "token_endpoint_auth_methods_supported": ["private_key_jwt"],
        "token_endpoint_auth_signing_alg_values_supported": list(jose.ALGORITHMS),
        "backchannel_token_delivery_modes_supported": ["poll"],
        "backchannel_authentication_request_signing_alg_values_supported": list(jose.ALGORITHMS),
        "backchannel_user_code_parameter_supported": False,
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["ES256"],
    }


def openapi(root: str) -> dict[str, object]:
    """Return what can be asked here, as OpenAPI 3.1."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "Operator simulator of Phoneward", "version": __version__},
        "servers": [{"url": root}],
        "paths": {api.path: {"post": _operation(api)} for api in apis.APIS}
        | {path: {"post": _form(path)} for path in _FORMS},
        "components": {
            "securitySchemes": {
                "operator": {"type": "openIdConnect", "openIdConnectUrl": f"{root}/.well-known/openid-configuration"}
            },
            "schemas": {
                "Error": _object(
                    {"status": {"type": "integer"}, "code": _TEXT, "message": _TEXT}, ["status", "code", "message"]
                ),
                "OAuthError": _object({"error": _TEXT, "error_description": _TEXT}, ["error"]),
            },
        },
    }


def _operation(api: apis.Api) -> dict[str, object]:
    sent, needed, told, there = _BODIES[api.path]
    error = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}}
    errors = {
        str(status): {"description": "See `code`.", **error} for status in (400, 401, 403, 404, 413, 415, 422, 429)
    }
    correlation = {"name": "x-correlator", "in": "header", "schema": {"type": "string", "pattern": f"^{CORRELATOR}$"}}
    return {
        "security": [{"operator": [scope]} for scope in sorted(api.scopes)],
        "parameters": [correlation],
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": _object({"phoneNumber": _NUMBER} | sent, needed)}},
        },
        "responses": {
            "200": {"description": "The answer.", "content": {"application/json": {"schema": _object(told, there)}}},
            **errors,
        },
    }


def _form(path: str) -> dict[str, object]:
    sent, needed, told, there = _FORMS[path]
    error = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/OAuthError"}}}}
    return {
        "requestBody": {
            "required": True,
            "content": {"application/x-www-form-urlencoded": {"schema": _object(dict.fromkeys(sent, _TEXT), needed)}},
        },
        "responses": {
            "200": {"description": "Granted.", "content": {"application/json": {"schema": _object(told, there)}}},
            **{str(status): {"description": "See `error`.", **error} for status in (400, 401, 413)},
        },
    }


def _object(properties: dict[str, Any], required: list[str]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": required}

"""What every request and answer has in common: bounds, errors, the correlation id."""

import re
from typing import Final
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

MAX_BODY_BYTES: Final = 32 << 10
MAX_AUTHORIZATION: Final = 4096
MAX_FIELDS: Final = 40

CORRELATOR: Final = r"[a-zA-Z0-9_:;./<>{}-]{0,256}"
"""`XCorrelator` of the CAMARA definitions, to be matched whole."""


class ApiError(Exception):
    """An error of a CAMARA API: `{status, code, message}`."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message

    def response(self) -> Response:
        """Return it as an answer."""
        headers = {"WWW-Authenticate": "Bearer"} if self.status == 401 else None
        document = {"status": self.status, "code": self.code, "message": self.message}
        return JSONResponse(document, self.status, headers)


class OAuthError(Exception):
    """An error of the authorization server (RFC 6749, 5.2; CIBA, 11 and 13): `{error, error_description}`."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(description)
        self.error = error
        self.description = description
        self.status = status

    def response(self) -> Response:
        """Return it as an answer."""
        return JSONResponse({"error": self.error, "error_description": self.description}, self.status, NOT_KEPT)


NOT_KEPT: Final = {"Cache-Control": "no-store", "Pragma": "no-cache"}


class TooLongError(Exception):
    """A body of more than `MAX_BODY_BYTES`."""


async def read_body(request: Request) -> bytes:
    """Return the body.

    Raises:
        TooLongError: it is longer than any that these APIs know.
    """
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise TooLongError
    return bytes(body)


async def read_form(request: Request) -> dict[str, str]:
    """Return the parameters of a form; those without a value count as not sent (RFC 6749, 3.2).

    Raises:
        OAuthError: `invalid_request`: not a form, too long, or a parameter twice.
    """
    if media_type(request) != "application/x-www-form-urlencoded":
        raise OAuthError("invalid_request", "Content-Type must be application/x-www-form-urlencoded.")
    try:
        return parse_form(await read_body(request))
    except TooLongError:
        raise OAuthError("invalid_request", f"The body has more than {MAX_BODY_BYTES} bytes.", 413) from None


def parse_form(body: bytes) -> dict[str, str]:
    """Return the parameters in a form's bytes.

    Raises:
        OAuthError: `invalid_request`: not a form, or a parameter twice.
    """
    try:
        fields = parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=MAX_FIELDS, errors="strict")
    except ValueError:
        raise OAuthError("invalid_request", "The body is not a form.") from None
    form = dict(fields)
    if len(form) != len(fields):
        raise OAuthError("invalid_request", "A parameter is there twice.")
    return {name: value for name, value in form.items() if value}


def media_type(request: Request) -> str:
    """Return the media type of the body without its parameters."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def correlator(request: Request) -> str | None:
    """Return the correlation id, or None where none was sent.

    Raises:
        ApiError: 400: it is not one.
    """
    value = request.headers.get("x-correlator")
    if value is not None and not re.fullmatch(CORRELATOR, value):
        raise ApiError(400, "INVALID_ARGUMENT", "The header x-correlator does not match its pattern.")
    return value

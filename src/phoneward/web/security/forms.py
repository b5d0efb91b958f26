"""What a form may be: url-encoded, small, here in time, and made by a page of this session."""

import asyncio
import hmac
from typing import Final
from urllib.parse import parse_qsl

from starlette.datastructures import Headers, ImmutableMultiDict
from starlette.types import Receive

from phoneward.web.errors import FormTooLargeError, FormTooOldError, FormUnreadableError, TooSlowError

Form = ImmutableMultiDict[str, str]

MAX_BODY: Final = 64 << 10
"""Bytes."""
MAX_FIELDS: Final = 2000
TIMEOUT_S: Final = 10.0
TOKEN_FIELD: Final = "csrf"  # noqa: S105 - its name, no secret


async def read_form(headers: Headers, receive: Receive, *, timeout_s: float = TIMEOUT_S) -> Form:
    """Read a whole form.

    Raises:
        FormUnreadableError: it is not url-encoded UTF-8 text, or has very many fields.
        FormTooLargeError: it is longer than `MAX_BODY`.
        TooSlowError: it did not arrive in time, or broke off.
    """
    if headers.get("content-type", "").partition(";")[0].strip().lower() != "application/x-www-form-urlencoded":
        raise FormUnreadableError
    if "content-encoding" in headers:
        raise FormUnreadableError
    try:
        async with asyncio.timeout(timeout_s):
            body = await _read(receive)
    except TimeoutError as error:
        raise TooSlowError from error
    try:
        fields = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=bool(body),
            errors="strict",
            max_num_fields=MAX_FIELDS,
        )
    except ValueError as error:
        raise FormUnreadableError from error
    return ImmutableMultiDict(fields)


async def _read(receive: Receive) -> bytes:
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise TooSlowError
        body += message.get("body", b"")
        if len(body) > MAX_BODY:
            raise FormTooLargeError
        if not message.get("more_body", False):
            return bytes(body)


def require_token(form: Form, expected: str) -> None:
    """Check that a page of this session made the form.

    Raises:
        FormTooOldError: its token is missing or another's.
    """
    given = form.getlist(TOKEN_FIELD)
    if len(given) != 1 or not hmac.compare_digest(given[0].encode(), expected.encode()):
        raise FormTooOldError

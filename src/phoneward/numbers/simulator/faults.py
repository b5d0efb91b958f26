"""Misbehaviour on request: what integrators must survive. Stands around the application and spoils its answers."""

import asyncio
import json
import random
from collections.abc import Callable
from typing import Any, Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from phoneward.numbers.simulator.state import FaultKind, Faults

NAMED_IN: Final = b"x-simulator-fault"
"""The header that names the fault, so that nobody hunts for an error that was asked for."""

Note = Callable[[str, str | None, str | None, int, str | None], None]


class CutError(Exception):
    """The connection is cut: the server closes it in the middle of an answer."""


class Faulty:
    """An application whose answers are spoilt now and then.

    Args:
        app: what answers.
        faults: how often and how.
        fault_of: how it fails whenever asked about a number, or None.
        note: is told of each answer: path, number, correlation id, status, fault.
    """

    def __init__(self, app: ASGIApp, faults: Faults, fault_of: Callable[[str], str | None], note: Note) -> None:
        self._app = app
        self._faults = faults
        self._fault_of = fault_of
        self._note = note
        self._chance = random.Random(faults.seed)  # noqa: S311 - a die, not a secret

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        told: dict[str, Any] = scope.setdefault("state", {})
        messages: list[Message] = []

        async def collect(message: Message) -> None:
            messages.append(message)

        await self._app(scope, receive, collect)
        fault = self._chosen(scope["path"], told.get("number"))
        status: int = messages[0]["status"]
        self._note(scope["path"], told.get("number"), told.get("correlator"), status, fault)
        if fault is None:
            for message in messages:
                await send(message)
        else:
            body = b"".join(message.get("body", b"") for message in messages[1:])
            if fault == "hang" and await _gone_within(self._faults.hang_seconds, receive):
                return
            await self._spoil(fault, messages[0], body, send)

    def _chosen(self, path: str, number: str | None) -> FaultKind | None:
        if path in {"/token", "/bc-authorize"}:
            where = "token"
        elif path.endswith(("/check", "/retrieve-date", "/check-tenure")):
            where = "api"
        else:
            return None
        of_number = self._fault_of(number) if number is not None else None
        if of_number is not None:
            return of_number  # type: ignore[return-value]  # the state's own word
        faults = self._faults
        if where in faults.where and faults.kinds and self._chance.random() < faults.rate:
            return self._chance.choice(faults.kinds)
        return None

    async def _spoil(self, fault: FaultKind, start: Message, body: bytes, send: Send) -> None:
        faults = self._faults
        status: int = start["status"]
        headers = [(name, value) for name, value in start["headers"] if name != b"content-length"]
        headers.append((NAMED_IN, fault.encode()))
        if fault == "cut":
            await _begin(send, status, headers, len(body))
            await send({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True})
            raise CutError
        if fault == "slow-drip":
            await _begin(send, status, headers, len(body))
            for position in range(len(body)):
                await send({"type": "http.response.body", "body": body[position : position + 1], "more_body": True})
                await asyncio.sleep(faults.drip_seconds)
            await send({"type": "http.response.body", "body": b""})
            return
        if fault == "hang":
            status, body = _SERVER_ERRORS[-1]
        elif fault == "server-error":
            status, body = self._chance.choice(_SERVER_ERRORS)
        elif fault == "too-many-requests":
            status, body = 429, _error(429, "TOO_MANY_REQUESTS", "Rejected due to request rate limit overpassed.")
            headers.append((b"retry-after", b"%d" % faults.retry_after_seconds))
        elif fault == "wrong-schema":
            status, body = 200, self._chance.choice(_WRONG_SCHEMAS)
        elif fault == "wrong-content-type":
            headers = [(name, value) for name, value in headers if name != b"content-type"]
            headers.append((b"content-type", b"text/html"))
            body = b"<html><body>" + body + b"</body></html>"
        elif fault == "lie":
            body = _opposite(body)
        await _begin(send, status, headers, len(body))
        await send({"type": "http.response.body", "body": body})


async def _gone_within(seconds: float, receive: Receive) -> bool:
    """Wait; tell whether whoever asked has hung up before the end."""

    async def gone() -> None:
        while (await receive())["type"] != "http.disconnect":
            pass

    try:
        await asyncio.wait_for(gone(), seconds)
    except TimeoutError:
        return False
    return True


async def _begin(send: Send, status: int, headers: list[tuple[bytes, bytes]], length: int) -> None:
    headers = [*headers, (b"content-length", b"%d" % length)]
    await send({"type": "http.response.start", "status": status, "headers": headers})


def _error(status: int, code: str, message: str) -> bytes:
    return json.dumps({"status": status, "code": code, "message": message}).encode()


_SERVER_ERRORS: Final = (
    (500, _error(500, "INTERNAL", "Unknown server error. Typically a server bug.")),
    (502, b"<html><h1>502 Bad Gateway</h1></html>"),
    (503, _error(503, "UNAVAILABLE", "Service Unavailable.")),
    (504, _error(504, "TIMEOUT", "Request timeout exceeded.")),
)
_WRONG_SCHEMAS: Final = (
    b"{}",
    b"null",
    b"[]",
    b"false",
    b'{"phoneNumberRecycled": "false", "swapped": "false", "tenureDateCheck": "true", "latestSimChange": 0}',
    b'{"phoneNumberRecycled": null, "swapped": null, "tenureDateCheck": null, "latestSimChange": "yesterday"}',
    b'{"phoneNumberRecycled": 0, "swapped": 0, "tenureDateCheck": 1, "latestSimChange": false}',
    b'{"result": {"phoneNumberRecycled": false, "swapped": false, "tenureDateCheck": true}}',
    b'{"status": 404, "code": "IDENTIFIER_NOT_FOUND", "message": "Phone number not found."}',
    b'{"phoneNumberRecycled": false',
    b"",
)


def _opposite(body: bytes) -> bytes:
    """Return the answer with yes for no, and no for yes."""
    try:
        document = json.loads(body)
    except ValueError:
        return body
    if not isinstance(document, dict):
        return body
    return json.dumps(
        {name: not value if isinstance(value, bool) else value for name, value in document.items()}
    ).encode()

"""Puts the gate before a route of an ASGI application: the application is not reached where the number may not be used.

It goes around one route, not around paths of an application: what decides which request a route gets also decides which
request is guarded, and no other spelling of a path leads past it.

    Route("/login/code", send_code, methods=["POST"],
          middleware=[Middleware(GateMiddleware, ask=client.ask, purpose=Purpose.LOGIN, account_of=account_of)])
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from phoneward.numbers.gate.gatekeeper import Answer, unreachable
from phoneward.numbers.gate.policy import Purpose, Step

Asks = Callable[[str, Purpose], Awaitable[Answer]]
"""`GateClient.ask`, or `Gatekeeper.decide_for`."""
AccountOf = Callable[[Request], Awaitable[str | None]]
"""Returns whose account a request is about, or None where there is none such: then nothing is asked."""

STATE: Final = "gate"
"""Under this name the answer is in `request.state`."""


class GateMiddleware:
    """Lets through what the gate allows.

    Args:
        app: what is guarded.
        ask: asks the gate.
        purpose: what the route does by the number.
        account_of: whose account it is about; may read the body, the application reads it again.
        otherwise: answers where the gate does not allow it; the answer is in `request.state.gate`. Left out: 403 with
            problem details that say `step-up` or `refuse`. Nobody has shown who they are yet: whose number changed
            hands (`cut-loose`) is nothing for strangers, who could look for one to get.
        limit_s: seconds for the gate; after that nothing is allowed.
        max_body: bytes that a request may have.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        ask: Asks,
        purpose: Purpose,
        account_of: AccountOf,
        otherwise: ASGIApp | None = None,
        limit_s: float = 15.0,
        max_body: int = 64 << 10,
    ) -> None:
        self._app = app
        self._ask = ask
        self._purpose = purpose
        self._account_of = account_of
        self._otherwise = otherwise or _forbidden
        self._limit_s = limit_s
        self._max_body = max_body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Ask, then hand the request on, or answer it."""
        if scope["type"] != "http":
            # A number opens no web socket, and whatever is new must not come in unasked.
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            elif scope["type"] == "websocket":
                await send({"type": "websocket.close", "code": 1008})
            return
        body = await self._body(receive)
        if body is None:
            await Response("The request is too large, or was not sent to its end.", 413)(scope, receive, send)
            return
        account = await self._account_of(Request(scope, _again(body, receive)))
        if account is None:
            await self._app(scope, _again(body, receive), send)
            return
        answer = await self._answer(account)
        scope.setdefault("state", {})[STATE] = answer
        app = self._app if answer.step is Step.ALLOW and not answer.data_closed else self._otherwise
        await app(scope, _again(body, receive), send)

    async def _answer(self, account: str) -> Answer:
        try:
            async with asyncio.timeout(self._limit_s):
                return await self._ask(account, self._purpose)
        except Exception as error:  # noqa: BLE001 - whatever fails in the gate, nobody gets in by it
            return unreachable(type(error).__name__)

    async def _body(self, receive: Receive) -> bytes | None:
        body = bytearray()
        while True:
            message = await receive()
            if message["type"] != "http.request":
                return None
            body += message.get("body", b"")
            if len(body) > self._max_body:
                return None
            if not message.get("more_body", False):
                return bytes(body)


def _again(body: bytes, receive: Receive) -> Receive:
    """Return what hands out the body once more, and then what really comes."""
    handed_out = False

    async def again() -> Message:
        nonlocal handed_out
        if handed_out:
            return await receive()
        handed_out = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


async def _forbidden(scope: Scope, receive: Receive, send: Send) -> None:
    answer: Answer = scope["state"][STATE]
    step = Step.REFUSE if answer.step is Step.REFUSE else Step.STEP_UP
    problem = {
        "type": f"urn:phoneward:problem:{step.value}",
        "title": "The number is not enough for this; another factor is needed.",
        "status": 403,
        "step": step.value,
    }
    await Response(json.dumps(problem), 403, media_type="application/problem+json")(scope, receive, send)

"""A small service with a login by text message that a number's next holder does not get through.

    openssl rand -hex 32 > gate.secret
    phoneward number gate simulate --key client-key.pem --port 8471
    phoneward number gate serve --config gate.toml
    uvicorn app:app --port 8472

    curl -d '{"account": "anna"}' -H 'content-type: application/json' http://127.0.0.1:8472/login
    curl -d '{"account": "ben"}' -H 'content-type: application/json' http://127.0.0.1:8472/login

Anna gets a code; Ben's number is somebody else's by now. The accounts live in memory and "text messages" go to the
terminal; all else is as a real service would do it: the gate is asked before a code is sent and again before it is
taken, sessions are reported, the outbox is carried out.
"""

import asyncio
import contextlib
import datetime as dt
import hmac
import os
import secrets
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import httpx
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from phoneward.numbers.gate import GateClient, GateMiddleware, Purpose

YEARS_AGO = dt.datetime.now(dt.UTC) - dt.timedelta(days=1000)
CODE_S = 300
TRIES = 5


@dataclass
class Account:
    """Somebody's account.

    Attributes:
        since: when the number was bound to it.
        recovery_code: the other factor of this example.
        code: the one sent last, until when it is good, and how often it may still be tried.
    """

    name: str
    number: str
    since: dt.datetime
    recovery_code: str
    photos: str
    code: tuple[str, float, int] | None = None
    sessions: set[str] = field(default_factory=set)
    closed: bool = False


ACCOUNTS = {
    one.name: one
    for one in (
        Account("anna", "+447700900001", YEARS_AGO, "anna-knows-this", "Anna's photos"),
        Account("ben", "+447700900002", YEARS_AGO, "ben-knows-this", "Ben's photos"),
    )
}
GATE = GateClient(os.environ.get("GATE_URL", "http://127.0.0.1:8470"), os.environ.get("GATE_KEY", "example-key"))


async def account_of(request: Request) -> str | None:
    """Return whose account a request is about. What the application takes for an account, this must find too."""
    with contextlib.suppress(ValueError):
        sent = await request.json()
        if isinstance(sent, dict) and isinstance(sent.get("account"), str) and sent["account"] in ACCOUNTS:
            return str(sent["account"])
    return None


async def send_code(request: Request) -> Response:
    """Send a code. The gate allowed it, or there is no such account: then only the answer is the same."""
    account = await account_of(request)
    if account is not None:
        code = f"{secrets.randbelow(1_000_000):06}"
        ACCOUNTS[account].code = (code, time.monotonic() + CODE_S, TRIES)
        sys.stdout.write(f"SMS to the number of {account}: your code is {code}\n")
    return JSONResponse({"sent": True})


async def take_code(request: Request) -> Response:
    """Let in whoever has the code; the gate was asked once more, since a number can change hands meanwhile."""
    name = await account_of(request)  # the one that the gate was asked about, read in the same way
    account = None if name is None else ACCOUNTS[name]
    if account is None or not _fits(account, str((await request.json()).get("code"))):
        return JSONResponse({"problem": "This code is not right, or too old."}, 401)
    session = secrets.token_urlsafe(16)
    account.sessions.add(session)  # before it is reported: what the gate knows of can be ended
    told = await GATE.report("/sessions", account=account.name, session=session)
    if not told["may_stay"]:
        account.sessions.discard(session)
        return JSONResponse({"problem": "Another factor is needed.", "step": "step-up"}, 403)
    return JSONResponse({"session": session})


def _fits(account: Account, code: str) -> bool:
    if account.code is None:
        return False
    expected, until, tries = account.code
    account.code = (expected, until, tries - 1) if tries > 1 else None
    fits = time.monotonic() < until and _is(code, expected)
    if fits:
        account.code = None
    return fits


def _is(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode(errors="replace"), expected.encode())


async def photos(request: Request) -> Response:
    """Show what only the owner may see."""
    session = request.headers.get("x-session", "")
    for account in ACCOUNTS.values():
        if session in account.sessions and not account.closed:
            return JSONResponse({"photos": account.photos})
    return JSONResponse({"problem": "Log in first."}, 401)


async def recover(request: Request) -> Response:
    """Let the owner back in by the recovery code, with the number that they hold now (its code is left out here)."""
    name = await account_of(request)
    account = None if name is None else ACCOUNTS[name]
    sent = {} if account is None else await request.json()
    if account is None or not _is(str(sent.get("recovery_code")), account.recovery_code):
        return JSONResponse({"problem": "This is not right."}, 401)
    number = str(sent.get("number") or account.number)
    await GATE.report("/recovered", account=account.name, factor="recovery-code", number=number)
    account.number = number
    session = secrets.token_urlsafe(16)
    account.sessions.add(session)
    await carry_out()
    return JSONResponse({"session": session})


async def carry_out() -> None:
    """Do what is in the gate's outbox. Each may come twice: doing it again changes nothing."""
    for action in await GATE.outbox():
        account = ACCOUNTS.get(action.account)
        if account is not None:
            match action.kind:
                case "end-sessions":
                    account.sessions -= set(action.details["sessions"])
                case "close-data":
                    account.closed = True
                case "open-data":
                    account.closed = False
                case "notify" | "remind":
                    sys.stdout.write(f"Mail to {account.name}: {action.kind}\n")
        await GATE.done([action.key])


@contextlib.asynccontextmanager
async def lifespan(_app: Starlette) -> AsyncIterator[None]:
    """Report the numbers that the service has, then look into the outbox every second."""

    async def look() -> None:
        while True:
            with contextlib.suppress(httpx.HTTPError):  # the gate is away for a moment
                await carry_out()
            await asyncio.sleep(1)

    async with GATE:
        for account in ACCOUNTS.values():
            with contextlib.suppress(httpx.HTTPStatusError):  # 409: closed before we were started anew
                await GATE.report("/bindings", account=account.name, number=account.number, bound_at=account.since)
        looking = asyncio.create_task(look())
        yield
        looking.cancel()


guarded = [Middleware(GateMiddleware, ask=GATE.ask, purpose=Purpose.LOGIN, account_of=account_of)]
app = Starlette(
    routes=[
        Route("/login", send_code, methods=["POST"], middleware=guarded),
        Route("/login/code", take_code, methods=["POST"], middleware=guarded),
        Route("/photos", photos, methods=["GET"]),
        Route("/recover", recover, methods=["POST"]),
    ],
    lifespan=lifespan,
)

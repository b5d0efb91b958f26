"""The service as an ASGI application."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Final

import msgspec
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from phoneward.errors import PhonewardError
from phoneward.numbers.gate.gatekeeper import Gatekeeper
from phoneward.numbers.gate.service import bodies, openapi, problems
from phoneward.numbers.gate.service.entry import Callers, body_of
from phoneward.numbers.gate.service.job import Job
from phoneward.numbers.gate.service.problems import Problem
from phoneward.numbers.gate.service.settings import ServiceTable
from phoneward.numbers.gate.service.trouble import Trouble
from phoneward.numbers.gate.service.work import OPERATIONS, Operation
from phoneward.numbers.gate.strictjson import NotAnAnswerError, read_object

_JSON: Final = "application/json"


def make_app(
    keeper: Gatekeeper, service: ServiceTable, job: Job | None = None, trouble: Trouble | None = None
) -> Starlette:
    """Return the application.

    Args:
        keeper: answers; the application does not close what it holds.
        service: who may call.
        job: runs while the application does; None for none.
        trouble: tells whoever runs it what goes wrong; None for nobody.
    """
    callers = Callers(service.callers)
    described = msgspec.json.encode(openapi.document())

    async def healthz(_request: Request) -> Response:
        await keeper.desk.read(lambda ledger: ledger.last_entry())
        return _answered(bodies.HealthView(status="ok"))

    async def openapi_json(_request: Request) -> Response:
        return Response(described, media_type=_JSON)

    async def on_error(_request: Request, error: Exception) -> Response:
        assert isinstance(error, PhonewardError)  # noqa: S101 - as it is registered
        if trouble is not None:
            trouble.refused(error)
        return problems.of(error)

    async def on_fault(_request: Request, error: Exception) -> Response:
        if trouble is not None:
            trouble.fault(error)
        return Problem("own-fault", 500).response()

    @contextlib.asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        running = asyncio.create_task(job.run()) if job is not None else None
        yield
        if running is not None:
            running.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await running

    app = Starlette(
        routes=[
            Route("/healthz", healthz, methods=["GET"]),
            Route("/openapi.json", openapi_json, methods=["GET"]),
            *(Route(one.path, _endpoint(one, keeper, callers), methods=[one.method]) for one in OPERATIONS),
        ],
        exception_handlers={
            Problem: _on_problem,
            PhonewardError: on_error,
            HTTPException: _on_http,
            ClientDisconnect: _on_gone,
            Exception: on_fault,
        },
        lifespan=lifespan,
    )
    app.router.redirect_slashes = False
    return app


def _endpoint(one: Operation, keeper: Gatekeeper, callers: Callers) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        caller = callers.admit(request, one.right)
        sent = _limit(request) if one.sent is None else read_body(await body_of(request), one.sent)
        return _answered(await one.run(keeper, caller, sent))

    return endpoint


def read_body(body: bytes, kind: type[bodies.Body]) -> bodies.Body:
    """Return what was sent.

    Raises:
        Problem: it is not what `kind` says.
    """
    try:
        return msgspec.convert(read_object(body), kind)
    except NotAnAnswerError:
        raise Problem("bad-request", 400, "The body must be one JSON object, no name in it twice.") from None
    except msgspec.ValidationError as error:
        raise Problem("bad-request", 400, str(error)) from None


def _limit(request: Request) -> int:
    given = request.query_params.multi_items() or [("limit", "100")]
    name, text = given[0]
    limit = int(text[:9]) if len(given) == 1 and name == "limit" and text.isascii() and text.isdecimal() else 0
    if not 1 <= limit <= bodies.MOST_ACTIONS:
        raise Problem("bad-request", 400, f"Only limit may be given, a number from 1 to {bodies.MOST_ACTIONS}.")
    return limit


def _answered(view: msgspec.Struct) -> Response:
    return Response(msgspec.json.encode(view), media_type=_JSON, headers={"cache-control": "no-store"})


async def _on_problem(_request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)  # noqa: S101 - as it is registered
    return error.response()


async def _on_http(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - as it is registered
    code = "no-such-method" if error.status_code == 405 else "no-such-path"
    return Problem(code, error.status_code, headers=error.headers).response()


async def _on_gone(_request: Request, _error: Exception) -> Response:
    return Problem("bad-request", 400, "The request ended before it was whole.").response()

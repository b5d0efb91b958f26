"""A route behind the gate: nothing of the application runs where the number may not be used."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect

from phoneward.numbers.gate import Answer, GateClient, GateMiddleware, Purpose, State, Step, Word
from phoneward.numbers.gate.bindings import Store
from tests.numbers.gate.lifecycle.conftest import NUMBER
from tests.numbers.gate.lifecycle.providers import Saying
from tests.numbers.gate.lifecycle.serving import SHOP_KEY, Site, site


def saying(step: Step, **more: Any) -> Answer:
    told = {"word": Word.SAME, "reasons": (), "state": State.ACTIVE, "data_closed": False, "policy": "p", **more}
    return Answer(step=step, **told)


async def account_of(request: Request) -> str | None:
    return dict(await request.json()).get("account")


class Guarded:
    """An application with one guarded route; it remembers what reached it."""

    def __init__(self, ask: Callable[[str, Purpose], Awaitable[Answer]], **more: Any) -> None:
        self.reached: list[Any] = []

        async def send_code(request: Request) -> Response:
            self.reached.append(await request.json())
            return JSONResponse({"step": request.state.gate.step if hasattr(request.state, "gate") else None})

        async def chat(websocket: WebSocket) -> None:
            self.reached.append("websocket")
            await websocket.accept()

        guard = Middleware(GateMiddleware, ask=ask, purpose=Purpose.LOGIN, account_of=account_of, **more)
        routes = [
            Route("/login", send_code, methods=["POST"], middleware=[guard]),
            WebSocketRoute("/chat", chat, middleware=[guard]),
        ]
        self.client = TestClient(Starlette(routes=routes))

    def login(self, account: str | None = "anna") -> httpx.Response:
        answer: httpx.Response = self.client.post("/login", json={"account": account, "word": "秘密"})
        return answer


def always(answer: Answer) -> Callable[[str, Purpose], Awaitable[Answer]]:
    async def ask(_account: str, _purpose: Purpose) -> Answer:
        return answer

    return ask


def test_what_is_allowed_comes_through_whole() -> None:
    app = Guarded(always(saying(Step.ALLOW)))
    assert app.login().json() == {"step": "allow"}
    assert app.reached == [{"account": "anna", "word": "秘密"}]


@pytest.mark.parametrize(
    "answer",
    [saying(Step.STEP_UP), saying(Step.CUT_LOOSE), saying(Step.REFUSE), saying(Step.ALLOW, data_closed=True)],
)
def test_what_is_not_allowed_does_not_reach_the_application(answer: Answer) -> None:
    app = Guarded(always(answer))
    refused = app.login()
    said = "refuse" if answer.step is Step.REFUSE else "step-up"  # strangers do not learn whose number changed hands
    assert (refused.status_code, refused.json()["step"]) == (403, said)
    assert "cut-loose" not in refused.text
    assert refused.headers["content-type"] == "application/problem+json"
    assert app.reached == []


def test_an_application_may_answer_otherwise_itself() -> None:
    async def step_up(scope: Any, receive: Any, send: Any) -> None:
        sent = await Request(scope, receive).json()
        await JSONResponse({"to": sent["account"], "step": scope["state"]["gate"].step})(scope, receive, send)

    app = Guarded(always(saying(Step.STEP_UP)), otherwise=step_up)
    assert app.login().json() == {"to": "anna", "step": "step-up"}


@pytest.mark.parametrize("error", [OSError("no gate"), TimeoutError(), ZeroDivisionError()])
def test_a_gate_that_fails_lets_nobody_in(error: Exception) -> None:
    async def ask(_account: str, _purpose: Purpose) -> Answer:
        raise error

    app = Guarded(ask)
    assert app.login().json()["step"] == "step-up"
    assert app.reached == []


def test_a_gate_that_hangs_lets_nobody_in() -> None:
    async def ask(_account: str, _purpose: Purpose) -> Answer:
        await asyncio.Event().wait()
        raise AssertionError

    app = Guarded(ask, limit_s=0.05)
    assert app.login().json()["step"] == "step-up"


def test_nobodys_account_is_not_asked_about() -> None:
    async def ask(_account: str, _purpose: Purpose) -> Answer:
        raise AssertionError

    app = Guarded(ask)
    assert app.login(None).json() == {"step": None}


def test_a_request_that_is_too_large_is_not_read_on() -> None:
    app = Guarded(always(saying(Step.ALLOW)), max_body=100)
    assert app.client.post("/login", json={"account": "x" * 100}).status_code == 413
    assert app.reached == []


def test_no_web_socket_leads_past_it() -> None:
    app = Guarded(always(saying(Step.ALLOW)))
    with pytest.raises(WebSocketDisconnect), app.client.websocket_connect("/chat"):
        pass
    assert app.reached == []


@pytest.fixture
def gate_site(store: Store) -> Iterator[Site]:
    with site(store, Saying(Word.SAME)) as made:
        yield made


def client_of(app: Any, key: str = SHOP_KEY) -> GateClient:
    return GateClient("http://gate", key, transport=httpx.ASGITransport(app))


def test_the_client_tells_what_the_gate_says(gate_site: Site) -> None:
    async def story() -> list[object]:
        async with client_of(gate_site.app) as client:
            await client.report("/bindings", account="anna", number=NUMBER)
            first = await client.ask("anna", Purpose.LOGIN)
            await client.report("/notices", notices=[{"number": NUMBER, "on": "2999-01-01"}])
            second = await client.ask("anna", Purpose.LOGIN)
            actions = await client.outbox()
            await client.done(one.key for one in actions)
            return [first.step, second.step, second.state, len(actions), len(await client.outbox())]

    assert asyncio.run(story()) == [Step.ALLOW, Step.CUT_LOOSE, State.SUSPENDED, 3, 0]


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(200, content=b'{"word":"SAME","step":"let in"}'),
        httpx.Response(200, content=b"allow"),
        httpx.Response(200, content=b'{"step":"allow"}'),
        httpx.Response(302, headers={"location": "http://elsewhere/"}),
        httpx.Response(401),
        httpx.Response(503),
        httpx.ConnectError("nobody there"),
    ],
    ids=repr,
)
def test_an_answer_that_is_none_lets_nobody_in(answer: httpx.Response | Exception) -> None:
    def handle(_request: httpx.Request) -> httpx.Response:
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def ask() -> Answer:
        async with GateClient("http://gate", SHOP_KEY, transport=httpx.MockTransport(handle)) as client:
            return await client.ask("anna", Purpose.LOGIN)

    told = asyncio.run(ask())
    assert (told.word, told.step, told.reasons[0].code) == (Word.UNKNOWN, Step.STEP_UP, "gate-unreachable")


def test_a_name_that_cannot_be_sent_and_a_client_that_is_closed_let_nobody_in() -> None:
    async def ask() -> list[Answer]:
        client = GateClient("http://gate", SHOP_KEY, transport=httpx.MockTransport(lambda _sent: httpx.Response(200)))
        async with client:
            first = await client.ask("\ud800", Purpose.LOGIN)
        return [first, await client.ask("anna", Purpose.LOGIN)]

    assert [answer.step for answer in asyncio.run(ask())] == [Step.STEP_UP] * 2


def test_what_the_gate_refuses_to_note_is_an_error(gate_site: Site) -> None:
    async def report() -> None:
        async with client_of(gate_site.app) as client:
            await client.report("/verified", account="nobody", factor="totp", number=NUMBER)

    with pytest.raises(httpx.HTTPStatusError, match="404"):
        asyncio.run(report())


def test_a_wrong_key_lets_nobody_in(gate_site: Site) -> None:
    async def ask() -> Answer:
        async with client_of(gate_site.app, "wrong") as client:
            return await client.ask("anna", Purpose.LOGIN)

    assert asyncio.run(ask()).step is Step.STEP_UP

"""The simulator as an ASGI application."""

from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from phoneward.numbers.simulator import apis, definition, jose
from phoneward.numbers.simulator.access import Access, AccessTokens
from phoneward.numbers.simulator.assertions import KnownClient
from phoneward.numbers.simulator.authorization import KEY_ID, AuthorizationServer
from phoneward.numbers.simulator.clock import Clock
from phoneward.numbers.simulator.errors import StateFileError
from phoneward.numbers.simulator.faults import Faulty
from phoneward.numbers.simulator.jose import PublicKey
from phoneward.numbers.simulator.state import State, Subscriber, contradiction
from phoneward.numbers.simulator.wire import (
    MAX_AUTHORIZATION,
    MAX_BODY_BYTES,
    NOT_KEPT,
    ApiError,
    OAuthError,
    TooLongError,
    correlator,
    media_type,
    read_body,
    read_form,
)

Endpoint = Callable[[Request], Awaitable[Response]]
Issuing = Callable[[Mapping[str, str], str, float], dict[str, object]]

JOURNAL_LENGTH: Final = 10_000


@dataclass(frozen=True, slots=True)
class Served:
    """A request that was answered, for tests.

    Attributes:
        path: which endpoint.
        number: whom it was about, once that was known.
        correlator: its `x-correlator`.
        status: the answer's; of a fault, the one that was meant to be.
        fault: what was done to the answer, or nothing.
    """

    path: str
    number: str | None
    correlator: str | None
    status: int
    fault: str | None


class Simulator:
    """An operator.

    Args:
        state: its subscribers, clients and faults.
        keys: keys of clients whose state holds none, by client id. A client without any is not let in.
        clock: the time its contracts and SIM changes are looked at; can be moved.
        token_clock: the time of tokens and assertions; None is the computer's own.
        public_url: where it is reached, where that is not where it is served (a proxy, a container).

    Attributes:
        app: ASGI.
        journal: what was answered last.
        served_at: set by whoever serves it; without it, each request's own `Host` says.

    Raises:
        SimulatorPartMissingError: PyJWT is not installed.
        StateFileError: the state contradicts itself.
        ClientKeyError: a client's key cannot be used.
    """

    def __init__(
        self,
        state: State,
        *,
        keys: Mapping[str, PublicKey] | None = None,
        clock: Clock | None = None,
        token_clock: Clock | None = None,
        public_url: str | None = None,
    ) -> None:
        jose.require_parts()
        problem = contradiction(state)
        if problem:
            raise StateFileError(file=state.operator.name, problem=problem)
        self.state = state
        self.clock = clock or Clock()
        self.token_clock = token_clock or Clock()
        self._public_url = public_url.rstrip("/") if public_url else None
        self.served_at: str | None = None
        self.access = AccessTokens()
        self.journal: deque[Served] = deque(maxlen=JOURNAL_LENGTH)
        self._subscribers = {one.number: one for one in state.subscribers}
        self._server = AuthorizationServer(state, _known(state, keys or {}), self.access)
        self.app = Faulty(self._routes(), state.faults, self.fault_of, self._note)

    def fault_of(self, number: str) -> str | None:
        """Return how the operator fails whenever it is asked about a number."""
        subscriber = self._subscribers.get(number)
        return subscriber.fault if subscriber is not None else None

    def token_for(
        self, client: str, scopes: tuple[str, ...], number: str | None = None, *, seconds: float | None = None
    ) -> str:
        """Return an access token without asking for it over the wire.

        Args:
            client: whose.
            scopes: for what.
            number: a three-legged token about this number.
            seconds: how long it is good; less than 0 makes one that has expired.
        """
        lifetime = self.state.tokens.access_seconds if seconds is None else seconds
        return self.access.issue(Access(client, frozenset(scopes), number, self._token_time() + lifetime))

    def _token_time(self) -> float:
        return self.token_clock.now().timestamp() + self.state.tokens.clock_skew_seconds

    def _note(self, path: str, number: str | None, correlation: str | None, status: int, fault: str | None) -> None:
        self.journal.append(Served(path, number, correlation, status, fault))

    def _routes(self) -> Starlette:
        routes = [
            Route("/", self._index),
            Route("/openapi.json", self._definition),
            Route("/.well-known/openid-configuration", self._metadata),
            Route("/.well-known/oauth-authorization-server", self._metadata),
            Route("/jwks", self._jwks),
            Route("/token", self._issuing(self._server.token), methods=["POST"]),
            Route("/bc-authorize", self._issuing(self._server.begin), methods=["POST"]),
            *(Route(api.path, self._asking(api), methods=["POST"]) for api in apis.APIS),
        ]
        handlers: dict[type[Exception], Callable[[Request, Exception], Response]] = {HTTPException: _http_error}
        return Starlette(routes=routes, exception_handlers=handlers)

    @property
    def root(self) -> str | None:
        """Its address, where it knows."""
        return self._public_url or self.served_at

    def _root(self, request: Request) -> str:
        return self.root or f"{request.url.scheme}://{request.url.netloc}"

    async def _index(self, request: Request) -> Response:
        root = self._root(request)
        return JSONResponse({"operator": self.state.operator.name, "definition": f"{root}/openapi.json"})

    async def _definition(self, request: Request) -> Response:
        return JSONResponse(definition.openapi(self._root(request)))

    async def _metadata(self, request: Request) -> Response:
        return JSONResponse(definition.metadata(self._root(request)))

    async def _jwks(self, request: Request) -> Response:
        del request
        return JSONResponse({"keys": [jose.as_jwk(self._server.key, KEY_ID)]})

    def _issuing(self, how: Issuing) -> Endpoint:
        """Return an endpoint of the authorization server."""

        async def endpoint(request: Request) -> Response:
            try:
                document = how(await read_form(request), self._root(request), self._token_time())
            except OAuthError as error:
                return error.response()
            return JSONResponse(document, headers=NOT_KEPT)

        return endpoint

    def _asking(self, api: apis.Api) -> Endpoint:
        """Return an endpoint of a CAMARA API."""

        async def endpoint(request: Request) -> Response:
            try:
                response: Response = JSONResponse(await self._answer(api, request))
            except ApiError as error:
                response = error.response()
            sent: str | None = getattr(request.state, "correlator", None)
            if sent is not None:
                response.headers["x-correlator"] = sent
            return response

        return endpoint

    async def _answer(self, api: apis.Api, request: Request) -> dict[str, object]:
        request.state.correlator = correlator(request)
        access = self._access_of(request)
        try:
            body = await read_body(request)
        except TooLongError:
            raise ApiError(413, "INVALID_ARGUMENT", f"The body has more than {MAX_BODY_BYTES} bytes.") from None
        if body and media_type(request) != "application/json":
            raise ApiError(415, "UNSUPPORTED_MEDIA_TYPE", "Content-Type must be application/json.")
        return apis.answer(api, access, body, self.state, find=self._find(request), now=self.clock.now())

    def _find(self, request: Request) -> Callable[[str], Subscriber | None]:
        def find(number: str) -> Subscriber | None:
            request.state.number = number
            return self._subscribers.get(number)

        return find

    def _access_of(self, request: Request) -> Access:
        header = request.headers.get("authorization", "")
        kind, _space, token = header.partition(" ")
        if kind.lower() == "bearer" and len(header) <= MAX_AUTHORIZATION:
            access = self.access.find(token.strip(" "), self._token_time())
            if access is not None:
                return access
        raise ApiError(401, "UNAUTHENTICATED", "The access token is missing, not valid, or has expired.")


def _known(state: State, keys: Mapping[str, PublicKey]) -> dict[str, KnownClient]:
    known = {}
    for client in state.clients:
        key = keys.get(client.id)
        if client.public_key is not None:
            key = jose.load_public(client.public_key.encode(), client.id)
        if key is not None:
            known[client.id] = KnownClient(client, key)
    return known


def _http_error(_request: Request, error: Exception) -> Response:
    """404 and 405 in CAMARA's form."""
    assert isinstance(error, HTTPException)  # noqa: S101 - it is registered for nothing else
    code = {404: "NOT_FOUND", 405: "METHOD_NOT_ALLOWED"}.get(error.status_code, "INVALID_ARGUMENT")
    document = {"status": error.status_code, "code": code, "message": str(error.detail)}
    return JSONResponse(document, error.status_code, dict(error.headers or {}))

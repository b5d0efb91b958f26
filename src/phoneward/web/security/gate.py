"""The one way in: every request passes here, in this order, before any page sees it."""

import asyncio
from typing import TYPE_CHECKING, Final

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from phoneward.errors import PhonewardError
from phoneward.texts import speaking
from phoneward.web import language
from phoneward.web.errors import (
    AddressTooLongError,
    ForeignUserError,
    HeadersTooLongError,
    MethodRefusedError,
    NoSessionError,
    PageFaultError,
    UploadRunningError,
)
from phoneward.web.page import error_page
from phoneward.web.security import origins, peers
from phoneward.web.security.forms import read_form, require_token
from phoneward.web.security.headers import LINK_PATH, hardened
from phoneward.web.security.uploads import read_upload

if TYPE_CHECKING:
    from phoneward.web.context import WebContext

MAX_ADDRESS: Final = 4096
"""Bytes of path and query."""
SEND_TIMEOUT_S: Final = 30.0
"""A browser that takes nothing for so long is let go."""
MAX_HEADERS: Final = 16 << 10
"""Bytes of all headers. The protocol itself bounds only what is still on its way."""
UPLOADS: Final = frozenset({"/updates/check", "/watch/app/look", "/cases/clauses", "/cases/reply"})
"""Addresses that take files or long texts; every other form is short text."""
STATIC: Final = "/static/"
METHODS: Final = frozenset({"GET", "HEAD", "POST"})


class Gate:
    """ASGI middleware: lets through what is allowed, with the session and the form in the scope; answers the rest.

    Attributes of the scope: `phoneward.session` (a Session or None) and `phoneward.form` (of a POST).
    """

    def __init__(self, app: ASGIApp, context: "WebContext") -> None:
        self._app = app
        self._context = context

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return
        scope["phoneward.context"] = self._context
        answer = _Answer(scope["path"], send)
        request = Request(scope)
        with speaking(language.wanted(request, self._context.language)):
            try:
                await self._admit(request, receive)
                await self._app(scope, receive, answer)
            except PhonewardError as error:
                await _finish(answer, error_page(request, error), scope, receive)
            except Exception as error:  # noqa: BLE001 - a fault of one page must end neither the server nor in a traceback
                self._context.on_fault(error)
                await _finish(answer, error_page(request, PageFaultError()), scope, receive)
            finally:
                upload = scope.get("phoneward.upload")
                if upload is not None and not upload.is_taken:
                    await asyncio.to_thread(upload.close)

    async def _admit(self, request: Request, receive: Receive) -> None:
        scope, headers = request.scope, request.headers
        scope["phoneward.session"] = None
        if request.method not in METHODS:
            raise MethodRefusedError
        if len(scope.get("raw_path", b"")) + len(scope["query_string"]) > MAX_ADDRESS:
            raise AddressTooLongError
        if sum(len(name) + len(value) for name, value in headers.raw) > MAX_HEADERS:
            raise HeadersTooLongError
        origins.require_own_host(headers.getlist("host"), self._context.port)
        if self._context.checks_peers and not peers.is_own(scope.get("client"), scope.get("server")):
            raise ForeignUserError
        scope["phoneward.session"] = self._context.session_of(request)
        if request.method == "POST":
            await self._admit_form(request, headers, receive)
        elif not (request.url.path == LINK_PATH or request.url.path.startswith(STATIC)):
            self._require_session(request)

    async def _admit_form(self, request: Request, headers: Headers, receive: Receive) -> None:
        origins.require_own_origin(headers, headers["host"])
        self._require_session(request)
        if request.url.path in UPLOADS:
            await self._admit_upload(request, headers, receive)
            return
        form = await read_form(headers, receive)
        require_token(form, request.scope["phoneward.session"].csrf)
        request.scope["phoneward.form"] = form

    async def _admit_upload(self, request: Request, headers: Headers, receive: Receive) -> None:
        session = request.scope["phoneward.session"]
        if session.is_sending:
            raise UploadRunningError
        session.is_sending = True
        try:
            form, upload = await read_upload(
                headers, receive, token=session.csrf, folder=self._context.settings.cache_dir / "uploads"
            )
        finally:
            session.is_sending = False
        request.scope["phoneward.form"], request.scope["phoneward.upload"] = form, upload

    def _require_session(self, request: Request) -> None:
        if request.scope["phoneward.session"] is None:
            raise NoSessionError


class _Answer:
    """Sends an answer with our headers, and remembers whether it has begun."""

    def __init__(self, path: str, send: Send) -> None:
        self._path = path
        self._send = send
        self.has_begun = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.has_begun = True
            is_static = self._path.startswith(STATIC) and message["status"] == 200
            message = {**message, "headers": hardened(message.get("headers", []), self._path, is_static=is_static)}
        async with asyncio.timeout(SEND_TIMEOUT_S):
            await self._send(message)


async def _finish(answer: _Answer, response: Response, scope: Scope, receive: Receive) -> None:
    if not answer.has_begun:
        await response(scope, receive, answer)

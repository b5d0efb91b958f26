"""A page as a person gets it: a real vault, real uvicorn on loopback, in a thread; and httpx as their browser."""

import contextlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx

from phoneward.settings import Overrides, Settings, load
from phoneward.vault import LocalStorage, init_repository
from phoneward.web import PageServer, WebContext, listen, port_of
from tests.vault.cheap import insecure_test_cost

WITH_FILES = frozenset({"/updates/check", "/watch/app/look", "/cases/clauses", "/cases/reply"})
"""The forms that take files or long texts: sent as another kind of form they are none."""

PASSWORD = "correct horse 马 battery"


def make_settings(folder: Path, *, password: str | None = PASSWORD, vault: bool = True) -> Settings:
    """Return settings that name a new vault in a folder (empty but for its keys)."""
    place = folder / "vault"
    if vault:
        init_repository(LocalStorage(place), PASSWORD, kdf=insecure_test_cost())
    environ: Mapping[str, str] = {} if password is None else {"PHONEWARD_PASSWORD": password}
    return load(Overrides(str(place), None, str(folder / "state"), str(folder / "cache")), environ)


@dataclass(frozen=True)
class Site:
    """A running server.

    Attributes:
        context: its state.
        faults: exceptions that nobody expected.
    """

    context: WebContext
    faults: list[BaseException]

    @property
    def url(self) -> str:
        """Without a slash at its end."""
        return self.context.address.rstrip("/")

    def stranger(self) -> httpx.Client:
        """Return a client without a session."""
        return httpx.Client(base_url=self.url, headers={"accept-language": "en"}, timeout=30)

    def visitor(self) -> "Visitor":
        """Return a client that came in through a one-time link."""
        client = self.stranger()
        answer = client.get(self.context.one_time_link())
        assert answer.status_code == 200, answer.text
        return Visitor(client)


class Visitor:
    """A browser that was let in."""

    def __init__(self, client: httpx.Client) -> None:
        self.client = client

    def get(self, path: str, **headers: str) -> httpx.Response:
        return self.client.get(path, headers=headers)

    def token(self) -> str:
        """Return what this session's forms carry."""
        found = re.search(r'name="csrf" value="([^"]+)"', self.get("/settings").text)
        assert found is not None
        return found[1]

    def post(self, path: str, fields: Mapping[str, str] | None = None, **headers: str) -> httpx.Response:
        """Send a form as the page would."""
        return self.client.post(path, data={"csrf": self.token(), **(fields or {})}, headers=headers)


@contextlib.contextmanager
def serving(settings: Settings, *, language: str | None = None) -> Iterator[Site]:
    """Serve while the block runs; a fault that nobody expected fails the test."""
    listening = listen()
    faults: list[BaseException] = []
    context = WebContext(settings, port_of(listening), language=language, on_fault=faults.append)
    with PageServer(listening, context).running():
        yield Site(context, faults)

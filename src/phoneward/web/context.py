"""Everything one server holds, in one object that pages reach through the request."""

import os
from collections.abc import Callable
from contextlib import AbstractContextManager

from starlette.requests import Request

from phoneward.demo import Told
from phoneward.settings import Settings
from phoneward.setup import Journey
from phoneward.vault import Repository
from phoneward.web.answers import Answers
from phoneward.web.checkups import Checkups
from phoneward.web.jobs import Jobs
from phoneward.web.library import Library
from phoneward.web.oncomputer import ComputerSearch
from phoneward.web.restores import Restores
from phoneward.web.security import peers
from phoneward.web.security.sessions import OneTimeLinks, Session, Sessions
from phoneward.web.setups import SetupDesk
from phoneward.web.vaults import VaultDoor


def _say_nothing(_error: BaseException) -> None:
    """Faults are heard by nobody, unless the person asked (`--verbose`)."""


class WebContext:
    """One server's state.

    Args:
        settings: what the person set.
        port: where it listens.
        language: what the person chose when starting it; by default PHONEWARD_LANG.
        story: the steps of a demonstration; empty for a real vault.
        on_fault: hears of exceptions that nobody expected.
    """

    def __init__(
        self,
        settings: Settings,
        port: int,
        *,
        language: str | None = None,
        story: tuple[Told, ...] = (),
        on_fault: Callable[[BaseException], None] = _say_nothing,
    ) -> None:
        self.settings = settings
        self.port = port
        self.language = language or os.environ.get("PHONEWARD_LANG") or None
        self.story = story
        self.on_fault = on_fault
        self.checks_peers = peers.can_tell()
        self.links = OneTimeLinks()
        self.sessions = Sessions()
        self.door = VaultDoor(settings, remembered=lambda: Journey(settings.state_dir).place)
        self.jobs = Jobs(on_fault)
        self.desk = SetupDesk(settings, self.door)
        self.on_computer = ComputerSearch()
        self.checkups = Checkups(settings, self.door, self.jobs, self.on_computer)
        self.library = Library(settings, self.door, self.jobs)
        self.restores = Restores()
        self.answers = Answers()

    @property
    def cookie(self) -> str:
        """The session cookie's name: cookies are not separated by port, so each server has its own."""
        return f"phoneward-{self.port}"

    @property
    def address(self) -> str:
        """The page's address."""
        return f"http://127.0.0.1:{self.port}/"

    def one_time_link(self) -> str:
        """Return an address that lets one browser in, once."""
        return f"{self.address}enter?token={self.links.make()}"

    def forget_what_was_read(self) -> None:
        """Drop all that was learnt from a vault, because another one takes its place."""
        self.checkups.forget()
        self.library.forget()
        self.restores.forget()
        self.answers.forget()

    def session_of(self, request: Request) -> Session | None:
        """Return who asks."""
        secret = request.cookies.get(self.cookie)
        return self.sessions.find(secret) if secret else None

    def vault(self) -> AbstractContextManager[Repository]:
        """Open the vault for reading; see `VaultDoor.vault`."""
        return self.door.vault()

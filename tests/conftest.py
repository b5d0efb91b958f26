"""Fixtures and rules shared by all tests.

Only tests marked `needs_shared` may skip, and only because `../shared` is not there; their number is printed. Any other
skip fails the run: what nobody sees skipped is soon what nobody tests.
"""

import contextlib
import gc
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Unpack

import pytest
from hypothesis import settings

from tests.phone.testphone import Knobs, PhoneFactory, TestPhone
from tests.tools import restic as restic_tool

# No time limit for one example: machines are shared and noisy. In CI every run tries the same examples, so that a
# red run means this change; everywhere else the examples differ from run to run and find what nobody thought of.
settings.register_profile("everywhere", deadline=None, print_blob=True)
settings.register_profile("ci", parent=settings.get_profile("everywhere"), derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "everywhere")

SHARED = Path(__file__).resolve().parents[2] / "shared"
_NO_SHARED = "public test data in ../shared is not on this machine"


@pytest.fixture
def shared() -> Path:
    """The folder of public test data that is not part of the project (mark the test `needs_shared`)."""
    return SHARED


@pytest.fixture(params=restic_tool.ALL_RESTICS, ids=lambda version: f"restic-{version}")
def restic_program(request: pytest.FixtureRequest) -> Path:
    """Each of the three restics in turn."""
    return restic_tool.restic(request.param)


@pytest.fixture
def phone_factory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PhoneFactory]:
    """Starts phones; see `TestPhone` for the knobs. Takes about half a second each."""
    with contextlib.ExitStack() as stack:

        def start(**knobs: Unpack[Knobs]) -> TestPhone:
            return stack.enter_context(TestPhone(tmp_path_factory.mktemp("phone"), **knobs))

        yield start


@pytest.fixture
def phone(phone_factory: PhoneFactory) -> TestPhone:
    """One modern phone with empty shared storage."""
    return phone_factory()


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what needs absent test data, and say so."""
    if item.get_closest_marker("needs_shared") and not SHARED.is_dir():
        pytest.skip(_NO_SHARED)


def pytest_collection_finish() -> None:
    """Spare the garbage collector the tests themselves: half a million objects that stay to the end."""
    gc.freeze()


class _Skips:
    """Counts what skipped, by whether it may."""

    def __init__(self) -> None:
        self.allowed: list[str] = []
        self.forbidden: list[str] = []

    def note(self, report: pytest.TestReport | pytest.CollectReport) -> None:
        if not report.skipped or hasattr(report, "wasxfail"):
            return
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        marked = isinstance(report, pytest.TestReport) and "needs_shared" in report.keywords
        allowed = marked and reason.endswith(_NO_SHARED)
        (self.allowed if allowed else self.forbidden).append(f"{report.nodeid}: {reason}")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.note(report)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        self.note(report)

    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        if self.forbidden and exitstatus in {pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED}:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        terminalreporter.write_line(f"skipped for want of ../shared (needs_shared): {len(self.allowed)}")
        for line in self.forbidden:
            terminalreporter.write_line(f"FORBIDDEN SKIP {line}", red=True)


def pytest_configure(config: pytest.Config) -> None:
    """Start counting skips, and let the programs under test feel Ctrl-C and a closed terminal."""
    # A shell starts its background jobs deaf to SIGINT, `nohup` to SIGHUP, a CI service may hold signals back
    # altogether, and what they start inherits all of that.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    for name in ("SIGTERM", "SIGHUP", "SIGCHLD"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_SETMASK, [])
    config.pluginmanager.register(_Skips(), "phoneward-skips")

"""Pairing on the page: the QR code is one browser's, leads to a connected phone, and its password is nowhere else."""

import logging
import re
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from phoneward.phones import AdbDevice, QrPairing
from phoneward.phones.adb.wireless import ENCRYPTED, PAIRING
from phoneward.web import pairings
from phoneward.web.errors import PairingUnknownError
from phoneward.web.pairings import PhonePairing
from tests.phone.announcer import Announcer
from tests.phone.testphone import PhoneFactory, TestPhone
from tests.phone.wireless import GUID, Wireless
from tests.web.setup_help import WAIT_S, empty_site
from tests.web.site import Site, Visitor

WIRELESS = "/phones/wireless"
SECRET = re.compile(r"P:([A-Za-z0-9]{20});;")


@pytest.fixture
def phone34(phone_factory: PhoneFactory) -> TestPhone:
    made = phone_factory(adb="34")
    made.disconnect()
    return made


@pytest.fixture
def air(phone34: TestPhone, monkeypatch: pytest.MonkeyPatch) -> Iterator[Announcer]:
    with Announcer(int(phone34.adb_env["ANDROID_ADB_SERVER_PORT"])) as announcer:
        monkeypatch.setenv("ANDROID_ADB_SERVER_PORT", str(announcer.port))
        yield announcer


@pytest.fixture
def codes(monkeypatch: pytest.MonkeyPatch) -> list[QrPairing]:
    """The codes that the page makes: what a camera would read from the picture."""
    made: list[QrPairing] = []

    def make() -> QrPairing:
        made.append(QrPairing())
        return made[-1]

    monkeypatch.setattr(pairings, "QrPairing", make)
    return made


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with empty_site(tmp_path) as site:
        yield site


def wait_until(visitor: Visitor, seen: str) -> None:
    """Ask as htmx does, until the page would be loaded anew."""
    give_up = time.monotonic() + WAIT_S
    while "hx-refresh" not in visitor.get(f"{WIRELESS}/status?seen={seen}").headers:
        assert time.monotonic() < give_up
        time.sleep(0.05)


@pytest.mark.usefixtures("air")
def test_the_code_is_shown_to_one_browser_and_written_nowhere(
    site: Site, codes: list[QrPairing], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    visitor, other = site.visitor(), site.visitor()
    assert visitor.get(f"{WIRELESS}/qr.svg").status_code == 404
    assert visitor.post(f"{WIRELESS}/start", {"next": "/setup/phone"}).headers["location"].startswith(WIRELESS)
    picture = visitor.get(f"{WIRELESS}/qr.svg")
    assert picture.headers["content-type"] == "image/svg+xml"
    assert picture.headers["cache-control"] == "no-store"
    assert picture.content.count(b"<path") == 2
    assert b"style" not in picture.content
    assert other.get(f"{WIRELESS}/qr.svg").status_code == 404
    assert site.stranger().get(f"{WIRELESS}/qr.svg").status_code == 401
    secret = SECRET.search(codes[0].text)
    assert secret is not None
    pages = [visitor.get(path).text for path in (WIRELESS, "/jobs", "/settings", "/phones", "/setup/phone")]
    assert secret[1] not in "".join(pages) + caplog.text + picture.text + repr(site.context.sessions.__dict__)
    visitor.post(f"{WIRELESS}/start")  # a new code: the one before counts no more
    assert len(codes) == 2
    assert visitor.get(f"{WIRELESS}/qr.svg").content != picture.content
    visitor.post(f"{WIRELESS}/stop")
    assert visitor.get(f"{WIRELESS}/qr.svg").status_code == 404


def test_a_phone_that_reads_the_code_is_connected(
    site: Site, codes: list[QrPairing], air: Announcer, phone34: TestPhone
) -> None:
    visitor = site.visitor()
    address = visitor.post(f"{WIRELESS}/start", {"next": "/setup/phone"}).headers["location"]
    secret = SECRET.search(codes[0].text)
    assert secret is not None
    with Wireless(phone34.proxy.port, secret[1]) as wireless:
        air.announce(codes[0].service_name, PAIRING, wireless.pairing)
        air.announce(GUID, f"{ENCRYPTED}.", wireless.encrypted)
        wait_until(visitor, "waiting")
        wait_until(visitor, "scanned")
        assert visitor.get(address).headers["location"] == "/setup/phone"
        page = visitor.get("/setup/phone").text
        assert "is connected and can be read" in page
        assert site.context.desk.source.serial == wireless.encrypted


def test_six_digits_and_an_address(site: Site, air: Announcer, phone34: TestPhone) -> None:
    del air
    visitor = site.visitor()
    with Wireless(phone34.proxy.port, "123456") as wireless:
        for code, status in (("12345", 400), ("654321", 400)):
            answer = visitor.post(f"{WIRELESS}/pair", {"code": code, "address": wireless.pairing})
            assert answer.status_code == status
            assert f'value="{code}"' not in answer.text
        with Wireless(phone34.proxy.port, "123456") as second:
            answer = visitor.post(f"{WIRELESS}/pair", {"code": "123 456", "address": second.pairing})
            assert answer.headers["location"] == WIRELESS
            answer = visitor.post(f"{WIRELESS}/connect", {"address": second.encrypted, "next": "//evil.example"})
            assert answer.headers["location"] == "/"


@pytest.mark.usefixtures("air")
def test_what_is_typed_wrong_is_said(site: Site) -> None:
    visitor = site.visitor()
    for fields in ({"address": "<b>"}, {"address": "127.0.0.1:1"}):
        answer = visitor.post(f"{WIRELESS}/connect", fields)
        assert answer.status_code == 400
        assert 'class="error"' in answer.text
        assert "<b>" not in answer.text


def test_an_adb_that_hears_no_announcements_leads_to_the_digits(site: Site, air: Announcer) -> None:
    air.check = b""
    answer = site.visitor().post(f"{WIRELESS}/start")
    assert answer.status_code == 400
    assert "<details open><summary>Another way: with six digits" in answer.text


class Camera:
    """Stands for a code that waits for a phone's camera.

    Attributes:
        sees: what waiting for it comes to.
    """

    text = "WIFI:T:ADB;S:x;P:y;;"

    def __init__(self, sees: AdbDevice | Exception | None) -> None:
        self.sees = sees
        self.cancelled = threading.Event()

    def check(self) -> None:
        """It can work."""

    def wait(self, is_cancelled: Callable[[], bool], on_scanned: Callable[[], None]) -> AdbDevice:
        while self.sees is None and not is_cancelled():
            time.sleep(0.01)
        if self.sees is None:
            self.cancelled.set()
            raise PairingUnknownError
        on_scanned()
        if isinstance(self.sees, Exception):
            raise self.sees
        return self.sees


def test_a_new_code_ends_the_one_before(site: Site) -> None:
    kept: dict[str, object] = {}
    first, second = Camera(None), Camera(None)
    for camera in (first, second):
        pairing = PhonePairing(camera)  # type: ignore[arg-type]
        pairing.start(site.faults.append)
        pairings.keep(kept, pairing)
    assert first.cancelled.wait(10)
    assert not second.cancelled.is_set()
    pairings.keep(kept, None)
    assert second.cancelled.wait(10)
    assert pairings.kept_in(kept) is None


@pytest.mark.parametrize(("sees", "state", "faults"), [
    (AdbDevice("127.0.0.1:1", "device", "Pixel"), "done", 0),
    (PairingUnknownError(), "failed", 0),
    (RuntimeError("ours"), "failed", 1),
])  # fmt: skip
def test_how_a_code_ended_is_said(sees: AdbDevice | Exception, state: str, faults: int) -> None:
    heard: list[BaseException] = []
    pairing = PhonePairing(Camera(sees))  # type: ignore[arg-type]
    assert pairing.state == "waiting"
    pairing.start(heard.append)
    assert pairing.ended.wait(10)
    assert (pairing.state, pairing.scanned, len(heard)) == (state, True, faults)
    assert (pairing.error is None) == (state == "done")

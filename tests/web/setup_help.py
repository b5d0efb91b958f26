"""Helpers of the tests of set-up: a server without a vault, a folder or a phone to be kept, work that ends."""

import contextlib
import functools
import re
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import httpx
import pytest

from phoneward.settings import Overrides, load
from phoneward.setup import journey
from phoneward.vault import init_repository
from tests.vault.cheap import insecure_test_cost
from tests.web.site import Site, Visitor, serving

GOOD = "stroller-anime-shy-unblock-algebra"
WEAK = "zhangwei1985"
WAIT_S = 60.0


def cheap_vaults(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have set-up make vaults whose key is cheap to derive."""
    monkeypatch.setattr(journey, "init_repository", functools.partial(init_repository, kdf=insecure_test_cost()))


def make_card(folder: Path, files: int = 6, size: int = 20_000) -> Path:
    """Make a folder that takes the place of a phone."""
    for number in range(files):
        path = folder / "DCIM" / f"照片{number}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(bytes([number % 256]) * size)
    return folder


def waiting_in(page: str) -> dict[str, str]:
    """Return the field of a page about a weak password that says which password it is about."""
    found = re.search(r'name="waiting" value="([^"]+)"', page)
    assert found is not None, page
    return {"waiting": found[1]}


@contextlib.contextmanager
def empty_site(folder: Path, *, repo: Path | None = None, environ: Mapping[str, str] | None = None) -> Iterator[Site]:
    """Serve as `phoneward open` does for somebody who has nothing yet; what goes wrong unexpectedly fails the test."""
    overrides = Overrides(str(repo) if repo else None, None, str(folder / "state"), str(folder / "cache"))
    with serving(load(overrides, environ or {})) as site:
        yield site
        assert site.faults == [], [repr(one) for one in site.faults]


def ended(visitor: Visitor, answer: httpx.Response | str) -> httpx.Response:
    """Return the page of a job that an answer leads to, or that is named, once the job has ended."""
    address = answer if isinstance(answer, str) else answer.headers["location"]
    assert address.startswith("/jobs/"), address
    give_up = time.monotonic() + WAIT_S
    while 'id="job-status"' in (page := visitor.get(address)).text:
        assert time.monotonic() < give_up, page.text
        time.sleep(0.05)
    return page


def until_password(visitor: Visitor, folder: Path, card: Path | None) -> None:
    """Choose the phone (a folder) and the place of the vault."""
    if card is not None:
        assert visitor.post("/setup/phone/folder", {"folder": str(card)}).status_code == 303
    place = {"place": str(folder / "vault"), "know": "1"}
    assert visitor.post("/setup/place", place).headers["location"] == "/setup/password"


def until_backup(visitor: Visitor, folder: Path, card: Path | None) -> None:
    """Do all that comes before the first backup."""
    until_password(visitor, folder, card)
    answer = visitor.post("/setup/password/own", {"password": GOOD, "again": GOOD})
    assert answer.headers["location"] == "/setup/kit"
    assert visitor.post("/setup/kit/make").headers["location"] == "/setup/kit"
    assert visitor.post("/setup/kit/printed").headers["location"] == "/setup/backup"


def until_end(visitor: Visitor, folder: Path, card: Path | None) -> None:
    """Do everything."""
    until_backup(visitor, folder, card)
    assert 'class="outcome"' in ended(visitor, visitor.post("/setup/backup")).text
    assert 'class="outcome"' in ended(visitor, visitor.post("/setup/verify")).text

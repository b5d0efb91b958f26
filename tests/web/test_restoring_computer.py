"""Backups that apps made on a computer, back from the page: the plan first, then the folder where the app looks."""

import html
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from phoneward.phones.appbackups import Computer
from phoneward.snapshots import encode_coverage
from tests.snapshots.catalogue.histories import File, Tree, put_snapshot
from tests.snapshots.covering import coverage
from tests.snapshots.placing.test_to_computer import FILES, WECHAT, row
from tests.vault.walker import walk
from tests.web.browser import Look, opened
from tests.web.holding import Holding, holding
from tests.web.keys import Keys
from tests.web.setup_help import ended
from tests.web.site import Visitor


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    (folder / "Documents").mkdir(parents=True)
    return folder


@pytest.fixture
def held(tmp_path: Path, home: Path) -> Iterator[Holding]:
    with holding(tmp_path) as one:
        one.site.context.on_computer._computer = Computer("linux", home)
        yield one
        assert one.site.faults == []


def place_of(home: Path) -> Path:
    return home / "Documents" / "xwechat_files" / "Backup" / "wxid_mum"


def taken(held: Holding, *was: tuple[str, str]) -> str:
    """A snapshot that holds these folders of a computer, each by its name and where it was; returns its id."""
    document = encode_coverage(coverage(storages=[row(name, place) for name, place in was]))
    folders = {name.encode(): dict(FILES) for name, _place in was}
    tree: Tree = {b"coverage.json": File(document), b"computer": {WECHAT.encode(): folders}}
    return put_snapshot(held.repo, tree, day=60).id or ""


def planned(visitor: Visitor, snapshot: str) -> str:
    """Ask for the plan; returns its page's address."""
    answer = visitor.post("/restore/plan", {"snapshot": snapshot, "what": "to-computer"})
    address = answer.headers["location"]
    if address.startswith("/jobs/"):
        ended(visitor, address)
        found = re.search(r'href="(/restore/[^"]+)"', visitor.get(address).text)
        assert found is not None
        address = found[1]
    return address


def test_a_lost_backup_is_where_wechat_looks_again(held: Holding, home: Path) -> None:
    """A person with a new computer: the plan names the folder, nothing is written before, then all of it is there."""
    snapshot = taken(held, ("wxid_mum", r"C:\Users\mum\Documents\xwechat_files\Backup\wxid_mum"))
    visitor = held.site.visitor()
    assert 'name="what" value="to-computer"' in visitor.get("/restore").text
    asked = visitor.get(f"/restore?snapshot={snapshot}&what=to-computer").text
    assert "Back to where apps look for it" in asked
    address = planned(visitor, snapshot)
    plan = html.unescape(visitor.get(address).text)
    assert str(place_of(home)) in plan
    assert f"phoneward restore {snapshot[:8]} --app-backups --to-computer" in plan
    assert not place_of(home).exists()
    result = html.unescape(ended(visitor, visitor.post(f"{address}/go", {"existing": "keep"})).text)
    assert f"{address}/result" in result
    shown = html.unescape(visitor.get(f"{address}/result").text)
    assert "All that was asked for is there." in shown
    assert "Written: 2 files" in shown
    assert "Now in the app" in shown
    assert "only WeChat itself can prove" in shown
    assert (place_of(home) / "files" / "1" / "BAK_0_TEXT").read_bytes() == b"text"
    assert (place_of(home) / "roam.dat").read_bytes() == b"roam"


def test_what_is_there_stays(held: Holding, home: Path) -> None:
    """The person's newer backup is not touched: the old one lies beside it, and the plan says so."""
    (place_of(home)).mkdir(parents=True)
    (place_of(home) / "newer").write_bytes(b"newer")
    snapshot = taken(held, ("wxid_mum", str(place_of(home))))
    visitor = held.site.visitor()
    address = planned(visitor, snapshot)
    assert "is there already and is not touched" in visitor.get(address).text
    ended(visitor, visitor.post(f"{address}/go", {"existing": "keep"}))
    assert {path.name for path in place_of(home).iterdir()} == {"newer"}
    (beside,) = [path for path in place_of(home).parent.iterdir() if path != place_of(home)]
    assert len(walk(beside)) > 0


def test_where_no_place_is_known_nothing_can_be_pressed(held: Holding) -> None:
    """A folder from who knows where: the page says so and how to get it into a folder, and writes nothing."""
    snapshot = taken(held, ("old", "/somewhere/else"))
    visitor = held.site.visitor()
    address = planned(visitor, snapshot)
    plan = html.unescape(visitor.get(address).text)
    assert "There is nothing that could be put back by itself." in plan
    assert "--include /computer/com.tencent.mm/old --target DIR" in plan
    assert f'action="{address}/go"' not in plan


def test_a_snapshot_without_any_says_so(held: Holding) -> None:
    visitor = held.site.visitor()
    answer = visitor.post("/restore/plan", {"snapshot": held.newest, "what": "to-computer"})
    text = ended(visitor, answer).text if answer.headers["location"].startswith("/jobs/") else ""
    assert "holds no backup that such an app made of itself" in text


@pytest.mark.parametrize("script", [True, False])
def test_by_keyboard_alone(held: Holding, home: Path, browser: Browser, *, script: bool) -> None:
    snapshot = taken(held, ("wxid_mum", str(place_of(home))))
    with opened(browser, held.site, Look(script=script)) as page:
        page.goto(f"{held.site.url}/restore?snapshot={snapshot}&what=to-computer")
        keys = Keys(page, script=script)
        keys.press("main button.main")
        assert keys.heading() == "The plan"
        keys.press("main button.main")
    held.site.context.jobs.all()[0].ended.wait(30)
    assert (place_of(home) / "roam.dat").read_bytes() == b"roam"

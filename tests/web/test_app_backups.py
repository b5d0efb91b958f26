"""The page of the apps' own backups: what is found is shown, whose it is is asked; forms name only what was found."""

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from phoneward.phones.appbackups import Computer
from phoneward.snapshots import (
    OwnBackup,
    State,
    change_state,
    computer_id,
    encode_coverage,
    keep_folder,
    kept_folders,
    known_computer_id,
    load_state,
    path_id,
)
from tests.phones.appbackups.test_oncomputer import put, wechat_4
from tests.snapshots.catalogue.histories import File, put_snapshot
from tests.snapshots.covering import app, coverage
from tests.web.browser import Look, opened
from tests.web.holding import Holding, holding
from tests.web.keys import Keys


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def held(tmp_path: Path, home: Path) -> Iterator[Holding]:
    with holding(tmp_path) as one:
        one.site.context.on_computer._computer = Computer("linux", home)
        yield one
        assert one.site.faults == []


def backups(home: Path) -> Path:
    return home / "Documents" / "xwechat_files" / "Backup"


def kept(held: Holding) -> list[tuple[str, str]]:
    return [(one.device, one.path) for one in kept_folders(load_state(held.repo))]


def test_a_backup_is_found_kept_with_the_phone_that_is_named_and_left(held: Holding, home: Path) -> None:
    top = wechat_4(backups(home))
    visitor = held.site.visitor()
    text = visitor.get("/app-backups").text
    assert "WeChat 4 on Linux" in text
    assert "wxid_0xt662v10ru629" in text
    assert "It is in no snapshot" in text
    assert "It is of &lt;i&gt;Tablet&lt;/i&gt;: take it along" in text, "each phone of the house, none chosen"

    form = {"folder": path_id(str(top)), "device": "tablet"}
    assert visitor.post("/app-backups/keep", form).headers["location"] == "/app-backups"
    text = visitor.get("/app-backups").text
    assert "comes into the vault with the next backup" in text
    assert "It goes along with &lt;i&gt;Tablet&lt;/i&gt;." in text
    assert kept(held) == [("tablet", str(top))]

    visitor.post("/app-backups/leave", form)
    assert "It goes along no longer" in visitor.get("/app-backups").text
    assert kept(held) == []
    assert visitor.post("/app-backups/leave", form).status_code >= 400, "not twice"


@pytest.mark.parametrize(
    ("folder", "device"),
    [
        ("", "tablet"),
        ("/etc", "tablet"),
        (path_id("/etc"), "tablet"),
        ("{top}", ""),
        ("{top}", "made-up"),
        ("{file}", "tablet"),
    ],
)
def test_a_form_names_only_a_folder_that_was_found_and_a_phone_of_the_vault(
    held: Holding, home: Path, folder: str, device: str
) -> None:
    top = wechat_4(backups(home))
    file = put(home / "Downloads" / "signal-2025-01-02-03-04-05.backup")
    names = {"top": path_id(str(top)), "file": path_id(str(file))}
    answer = held.site.visitor().post("/app-backups/keep", {"folder": folder.format(**names), "device": device})
    assert answer.status_code >= 400
    assert kept(held) == []
    assert held.site.visitor().post("/app-backups/leave", {"folder": folder, "device": device}).status_code >= 400


def test_what_goes_along_with_a_phone_that_has_no_snapshot_left_can_be_taken_back(held: Holding, home: Path) -> None:
    top = wechat_4(backups(home))
    computer = computer_id(held.site.context.settings.state_dir)
    state = load_state(held.repo)
    folder, changes = keep_folder(state, device="long-gone", computer=computer, package="com.tencent.mm", path=top)
    with held.repo.lock(exclusive=False) as lock:
        change_state(held.repo, lock, changes)
    visitor = held.site.visitor()
    assert "It goes along with long-gone." in visitor.get("/app-backups").text
    visitor.post("/app-backups/leave", {"folder": path_id(folder.path), "device": "long-gone"})
    assert kept(held) == []


def test_another_folder_can_be_looked_in(held: Holding, home: Path) -> None:
    wechat_4(home / "disk" / "xwechat_files" / "Backup", "wxid_disk")
    visitor = held.site.visitor()
    assert "wxid_disk" not in visitor.get("/app-backups").text
    visitor.post("/app-backups/look", {"in": str(home / "disk")})
    assert "wxid_disk" in visitor.get("/app-backups").text
    visitor.post("/app-backups/look", {"in": "disk"})
    assert "There is no such folder" in visitor.get("/app-backups").text
    (home / "empty").mkdir()
    visitor.post("/app-backups/look", {"in": str(home / "empty")})
    assert "No app&#39;s backup was found in" in visitor.get("/app-backups").text


def test_what_was_found_is_remembered_until_somebody_looks_again(held: Holding, home: Path) -> None:
    visitor = held.site.visitor()
    assert "no app's backup was found" in visitor.get("/app-backups").text
    wechat_4(backups(home))
    assert "wxid_0xt" not in visitor.get("/app-backups").text
    visitor.post("/app-backups/look")
    assert "wxid_0xt" in visitor.get("/app-backups").text


def test_coverage_says_which_apps_have_no_backup_of_their_own_and_leads_to_the_steps(held: Holding) -> None:
    made = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)
    apps = [
        app("com.tencent.mm"),
        app("com.whatsapp", State.OWN_BACKUP, own_backups=[OwnBackup("/shared/x", made, 5_000, app="whatsapp")]),
    ]
    document = File(encode_coverage(coverage(apps=apps)))
    put_snapshot(held.repo, {b"coverage.json": document, b"shared": {}}, day=60)
    visitor = held.site.visitor()
    for text in (visitor.get("/coverage").text, visitor.get("/app-backups").text):
        rows = re.findall(r"<tr>.*?</tr>", text, re.DOTALL)
        (wechat,) = [row for row in rows if "WeChat" in row and "none" in row]
        assert 'href="/app-backups/guide/wechat"' in wechat
        (whatsapp,) = [row for row in rows if "WhatsApp" in row and "5.0 kB" in row]
        assert "2026-11-01 (" in whatsapp
        assert "the phone" in whatsapp
    guide = visitor.get("/app-backups/guide/wechat").text
    assert "only WeChat itself can prove" in guide
    assert "not confirmed" in guide
    assert "52pojie" in guide, "where it comes from"


@pytest.mark.parametrize("key", ["nobody", "WeChat", "com.tencent.mm"])
def test_a_guide_of_no_app_is_no_page(held: Holding, key: str) -> None:
    assert held.site.visitor().get(f"/app-backups/guide/{key}").status_code == 404


def test_the_guide_is_in_the_readers_language(held: Holding) -> None:
    visitor = held.site.visitor()
    visitor.post("/language", {"language": "zh_CN", "next": "/"})
    assert "备份与迁移" in visitor.get("/app-backups/guide/wechat").text


@pytest.mark.parametrize("look", [Look(), Look(script=False)], ids=["keyboard", "no script"])
def test_from_coverage_to_a_backup_that_goes_along_and_back(
    held: Holding, home: Path, browser: Browser, look: Look
) -> None:
    """By keyboard alone, and without JavaScript: from what would be lost to the steps, and to what is here."""
    apps = File(encode_coverage(coverage(apps=[app("com.tencent.mm")])))
    put_snapshot(held.repo, {b"coverage.json": apps, b"shared": {}}, day=60, label="Mum's phone")
    top = wechat_4(backups(home))
    with opened(browser, held.site, look) as page:
        page.goto(f"{held.site.url}/coverage")
        keys = Keys(page, script=look.script)
        keys.press("table a[href='/app-backups/guide/wechat']")
        assert keys.heading() == "WeChat: its own backup"
        keys.press(".crumbs a")
        assert keys.heading() == "Backups that apps make of themselves"
        keys.press(f"[id='{path_id(str(top))}'] .button:has-text(\"It is of Mum's phone: take it along\")")
        assert kept(held) == [("phone", str(top))]
        assert "It goes along with Mum's phone." in page.locator("main").inner_text()
        keys.press('.button:has-text("No longer take it along with Mum\'s phone")')
        assert kept(held) == []


def test_the_checkup_offers_to_take_it_along_and_does(
    held: Holding, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the finding, by one press, into the vault's state."""
    top = wechat_4(backups(home))
    computer = Computer("linux", home)
    monkeypatch.setattr("phoneward.flows.snapshots_verbs.appbackups.this_computer", lambda: computer)
    visitor = held.site.visitor()
    job = held.site.context.checkups.again()
    assert job.ended.wait(60)
    text = visitor.get("/checkup").text
    assert "A backup of WeChat is on this computer and in no snapshot" in text
    report = held.site.context.checkups.known()
    assert report is not None
    (finding,) = [one for one in report.findings if one.code == "snapshots.own-backup-not-kept"]
    assert [action.verb for action in finding.actions] == ["keep-app-backup", "keep-app-backup", "app-backups"]
    assert str(top) in finding.evidence[0].source
    assert known_computer_id(held.site.context.settings.state_dir) is None, "looking decides nothing"

    held.site.visitor().post("/app-backups/keep", {"folder": path_id(str(top)), "device": "tablet"})
    assert held.site.context.checkups.again().ended.wait(60)
    report = held.site.context.checkups.known()
    assert report is not None
    assert "snapshots.own-backup-not-kept" not in {one.code for one in report.findings}, "what goes along is in order"

"""The recovery kit: its own commands, typed into a shell, bring a phone back with three restics."""

import datetime as dt
import io
import os
import subprocess
from pathlib import Path

import pypdf
import pytest
from playwright.sync_api import sync_playwright

from phoneward import texts
from phoneward.phones import open_folder
from phoneward.setup import (
    Journey,
    KitExistsError,
    KitFacts,
    KitInVaultError,
    KitKindError,
    KitNotWrittenError,
    Step,
    as_html,
    as_pdf,
    as_text,
    is_kit_printed,
    make_sheet,
    note_kit_printed,
    write_kit,
)
from phoneward.setup.attached import Source
from phoneward.setup.kit import default_file, holds_kit
from phoneward.snapshots import backup, change_state, name_phone
from phoneward.vault import Snapshot, load_snapshots, save_snapshot
from tests.cli.program import make_vault
from tests.phone import trees
from tests.setup.kit_reading import Addresses, commands_of

PASSWORD = "stroller-anime-shy-unblock-algebra"
ID = "0123456789abcdef" * 4
NOW = dt.datetime(2026, 11, 28, 12, 0, tzinfo=dt.UTC)


def facts(place: Path, *, windows: bool = False, disk: str = "My Passport", phone: str = "小米 14") -> KitFacts:
    return KitFacts(place, ID, phone, disk, NOW, windows)


@pytest.fixture
def journey(tmp_path: Path) -> Journey:
    """A vault with a quote and a space in its name, one backup, and then what is newer but no backup of a phone."""
    card = tmp_path / "card"
    trees.put(card, "DCIM/照片.jpg", b"a photo")
    trees.put(card, "Documents/letter.txt", b"a letter")
    place = tmp_path / "Anna's disk" / "vault"
    make_vault(place, PASSWORD)
    found = Journey(tmp_path / "state", Source(folder=card), place)
    repo = found.open_vault(PASSWORD)
    with open_folder(card) as phone:
        result = backup(phone, repo, state_dir=tmp_path / "state")
    whole = next(s for s in load_snapshots(repo) if s.id == result.snapshot_id)
    # A backup that was cut short, a proof and a person's own state are newer: none of them is what is wanted.
    for paths, tags in (
        (("/partial",), (*whole.tags, "partial")),
        (("/proof",), ("phoneward-proof",)),
        (("/state",), ("phoneward-state",)),
    ):
        later = Snapshot(time_ns=whole.time_ns + 10**12, tree=whole.tree, paths=paths, hostname="x", tags=tags)
        assert save_snapshot(repo, later) != result.snapshot_id
    return found


@pytest.mark.parametrize("language", ["en", "zh_CN"])
@pytest.mark.parametrize("suffix", [".html", ".txt"])
def test_its_commands_bring_everything_back(
    journey: Journey, language: str, suffix: str, restic_program: Path, tmp_path: Path
) -> None:
    with texts.speaking([language]):
        written = journey.write_kit(tmp_path / f"kit{suffix}")
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "restic").symlink_to(restic_program)
    path = f"{tools}{os.pathsep}{os.environ['PATH']}"
    environment = {"PATH": path, "HOME": str(tmp_path), "RESTIC_PASSWORD": PASSWORD}
    listing, restoring = commands_of(written.file)
    printed = [
        subprocess.run(
            ["sh", "-c", command], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60, check=True
        ).stdout
        for command in (listing, restoring)
    ]
    assert "phoneward" in printed[0]
    assert "phoneward-state" not in printed[0]
    back = tmp_path / "phone-restored"
    assert (back / "shared" / "DCIM" / "照片.jpg").read_bytes() == b"a photo"
    assert (back / "shared" / "Documents" / "letter.txt").read_bytes() == b"a letter"
    snapshot = journey.newest()
    assert snapshot is not None
    assert str(snapshot.snapshot.id)[:8] in printed[1]


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_what_stands_on_it(journey: Journey, language: str, tmp_path: Path) -> None:
    with texts.speaking([language]):
        page = journey.write_kit(tmp_path / "kit.html").file.read_text()
        assert str(texts.formats.date(dt.datetime.now(dt.UTC))) in page
    assert journey.repo is not None
    for said in (journey.repo.config.id, "Anna&#39;s disk", "card", "winget install", "brew install", "apt install"):
        assert said in page
    assert PASSWORD not in page
    assert 'lang="zh-Hans"' in page if language == "zh_CN" else 'lang="en"' in page


def test_the_page_needs_nothing_else() -> None:
    found = Addresses()
    page = as_html(make_sheet(facts(Path("/media/<script>alert(1)</script>/v"), phone="<img src=x onerror=alert(1)>")))
    found.feed(page)
    assert found.found == []
    assert "url(" not in page
    assert "@import" not in page


def test_the_commands_are_the_same_in_every_language() -> None:
    said = []
    for language in ("en", "zh_CN"):
        with texts.speaking([language]):
            sheet = make_sheet(facts(Path("/media/a/vault")))
            said.append([command.line for part in sheet.parts for command in part.commands])
    assert said[0] == said[1]


def test_windows_gets_its_own_quotes_and_no_path_rule() -> None:
    """restic for Windows makes `C:\\` of `/` (Go's filepath.Abs), so `--path /` would find nothing there."""
    text = as_text(make_sheet(facts(Path("E:\\Anna's vault"), windows=True)))
    assert "restic -r 'E:\\Anna''s vault' restore NUMBER --target phone-restored" in text
    assert "--path" not in text
    assert "--host" not in text, "a number names one snapshot already"
    assert "add --host and the name of yours" in as_text(make_sheet(facts(Path("/media/vault"))))


@pytest.mark.parametrize("language", ["en", "zh_CN"])
@pytest.mark.parametrize("place", ["/media/a/vault", "/media/anna/" + "a long name with 很多字 " * 7 + "/vault"])
def test_the_pdf_is_one_page_with_all_of_it(language: str, place: str) -> None:
    with texts.speaking([language]):
        sheet = make_sheet(facts(Path(place)))
        data = as_pdf(sheet)
    reader = pypdf.PdfReader(io.BytesIO(data))
    assert len(reader.pages) == 1
    text = "".join(reader.pages[0].extract_text().split())
    for said in ("小米14", ID, "snapshots--tagphoneward", *("".join(b.split()) for b in sheet.blanks)):
        assert said in text


def test_files_are_not_written_over_and_ours_is_recognised(tmp_path: Path) -> None:
    place = tmp_path / "vault"
    place.mkdir()
    sheet = make_sheet(facts(place))
    first = write_kit(sheet, place)
    assert first.file == default_file(place) == tmp_path / "vault-recovery-kit.html"
    assert not first.already
    before = first.file.read_bytes()
    again = write_kit(sheet, place)
    assert (again.file, again.already) == (first.file, True)
    assert first.file.read_bytes() == before
    first.file.write_bytes(before[: len(before) // 2])  # what a killed program or a full disk leaves
    second = write_kit(sheet, place)
    assert second.file.name == "vault-recovery-kit-2.html"
    with pytest.raises(KitExistsError):
        write_kit(sheet, place, first.file)
    assert first.file.read_bytes() == before[: len(before) // 2]


@pytest.mark.parametrize("suffix", [".html", ".pdf", ".txt"])
def test_every_kind_is_recognised_again(suffix: str, tmp_path: Path) -> None:
    sheet = make_sheet(facts(tmp_path / "vault"))
    file = write_kit(sheet, tmp_path / "vault", tmp_path / f"kit{suffix}").file
    assert holds_kit(file, ID)
    assert not holds_kit(file, "f" * 64)
    assert write_kit(sheet, tmp_path / "vault", file).already


def test_never_into_the_vault(tmp_path: Path) -> None:
    place = tmp_path / "vault"
    place.mkdir()
    (tmp_path / "link").symlink_to(place)
    sheet = make_sheet(facts(place))
    for file in (place / "kit.html", tmp_path / "link" / "kit.html", place / "data" / "kit.html"):
        with pytest.raises(KitInVaultError):
            write_kit(sheet, place, file)
    assert list(place.iterdir()) == []


def test_other_kinds_and_absent_folders(tmp_path: Path) -> None:
    sheet = make_sheet(facts(tmp_path / "vault"))
    with pytest.raises(KitKindError):
        write_kit(sheet, tmp_path / "vault", tmp_path / "kit.docx")
    with pytest.raises(KitNotWrittenError):
        write_kit(sheet, tmp_path / "vault", tmp_path / "none" / "kit.html")


def test_a_vault_that_is_a_whole_disk_has_its_kit_at_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert default_file(Path("/")) == tmp_path / "phone-vault-recovery-kit.html"


def test_that_it_is_printed_is_known_wherever_the_vault_is_opened(journey: Journey, tmp_path: Path) -> None:
    repo = journey.opened(Step.KIT)
    journey.write_kit(tmp_path / "kit.txt")
    assert not is_kit_printed(repo), "written is not printed"
    note_kit_printed(repo)
    elsewhere = Journey(tmp_path / "another computer", place=journey.place)
    assert is_kit_printed(elsewhere.open_vault(PASSWORD))


def test_the_phone_is_called_what_the_person_calls_it(journey: Journey) -> None:
    """Beside its label, by which whoever helps finds it in a list of snapshots."""
    repo = journey.opened(Step.KIT)
    assert ("Phone", "card") in journey.sheet().facts
    known = journey.newest()
    assert known is not None
    with repo.lock(exclusive=False) as lock:
        change_state(repo, lock, [name_phone(known.device, "妈妈的手机\x1b[2J")])
    assert ("Phone", "妈妈的手机\\x1b[2J (card)") in journey.sheet().facts


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_the_page_prints_on_one_sheet_and_fits_a_small_screen(language: str, tmp_path: Path) -> None:
    with texts.speaking([language]):
        page_file = tmp_path / "kit.html"
        page_file.write_text(
            as_html(make_sheet(facts(Path("/media/anna/" + "a long name with 很多字 " * 5 + "/vault"))))
        )
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=arguments)
        page = browser.new_page(viewport={"width": 320, "height": 640})
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(page_file.as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        for paper in ("A4", "Letter"):
            assert len(pypdf.PdfReader(io.BytesIO(page.pdf(format=paper))).pages) == 1, paper
        # No command is broken within a word: each word stands on one line.
        page.set_viewport_size({"width": 900, "height": 1200})
        heights = page.eval_on_selector_all(".command span", "spans => spans.map(span => span.getClientRects().length)")
        assert set(heights) == {1}
        browser.close()
    assert asked == [page_file.as_uri()]

"""The page of the phones: their names are kept in the vault, and a form can name only a phone that was seen."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from phoneward.setup import Source
from phoneward.snapshots import load_state
from tests.snapshots.catalogue.histories import put_snapshot
from tests.web.holding import Holding, holding
from tests.web.setup_help import make_card
from tests.web.site import Site


@pytest.fixture
def held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Holding]:
    monkeypatch.setenv("ANDROID_ADB_SERVER_PORT", "1")  # nobody answers there,
    monkeypatch.setenv("PHONEWARD_ADB", "/nowhere/adb")  # and nobody is started
    with holding(tmp_path) as one:
        yield one
        assert one.site.faults == []


def test_a_name_is_given_and_taken_back(held: Holding) -> None:
    visitor = held.site.visitor()
    visitor.post("/phones/rename", {"device": "tablet", "name": " Mum's "})
    text = visitor.get("/phones").text
    assert "The phone is now called Mum&#39;s." in text
    assert "<h3>Mum&#39;s</h3>" in text
    assert "Mum&#39;s" in visitor.get("/snapshots").text
    visitor.post("/phones/rename", {"device": "tablet", "name": ""})
    assert "no name of yours any more" in visitor.get("/phones").text
    assert "<h3>&lt;i&gt;Tablet&lt;/i&gt;</h3>" in visitor.get("/phones").text


@pytest.mark.parametrize("device", ["", "made-up", "tablet\n"])
def test_only_a_phone_of_the_vault_is_named(held: Holding, device: str) -> None:
    answer = held.site.visitor().post("/phones/rename", {"device": device, "name": "Mum's"})
    assert answer.status_code >= 400
    assert load_state(held.repo).phone_names() == {}


@pytest.mark.parametrize("serial", ["", "made-up", "folder", "127.0.0.1:5555", "-s"])
def test_a_form_names_only_a_phone_that_was_seen(held: Holding, serial: str) -> None:
    answer = held.site.visitor().post("/phones/backup", {"serial": serial})
    assert answer.status_code >= 400
    assert not any("backup" in job.key for job in held.site.context.jobs.all())


def test_the_recovery_kit_comes_before_the_first_backup_here_too(site: Site, tmp_path: Path) -> None:
    site.context.desk.choose(Source(folder=make_card(tmp_path / "card")))
    assert site.visitor().post("/phones/backup", {"serial": "folder"}).headers["location"] == "/setup"
    assert site.context.jobs.all() == []


def test_a_backup_that_was_cut_short_is_not_called_the_last(held: Holding) -> None:
    put_snapshot(held.repo, {b"shared": {}}, day=9, device="begun", label="Begun", partial=True)
    text = held.site.visitor().get("/phones").text
    card = text[text.index("<h3>Begun</h3>") :].partition("</article>")[0]
    assert "Its backup was begun and not finished yet." in card
    assert "Last backup" not in card
    assert text.index("Last backup") < text.index("<h3>Begun</h3>"), "whoever is safe stands first"


def test_what_a_backup_file_holds_is_not_what_the_phone_would_lose(held: Holding) -> None:
    """The page of coverage stays about the phone; the file counts only where there is no phone, and not for set-up."""
    put_snapshot(held.repo, {b"shared": {}}, day=99, device="file", label="phone-2019.ab", backup_file=True)
    with held.site.context.library.open() as opened:
        newest, only = opened.newest(), opened.newest("file")
    assert newest is not None
    assert newest.snapshot.id == held.newest
    assert only is not None
    assert only.device == "file"
    with held.site.context.door.vault() as repo:
        assert held.site.context.desk.journey(repo).newest("file") is None

"""A vault's inventory: newest messages and apps, what only the oldest snapshot still has, and what was kept."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from phoneward.numbers import Inventory, Relation, SourceKind, inventory_of
from phoneward.numbers.sources import in_snapshots
from phoneward.snapshots import Asking, Change, OwnerState, PackagesDocument, list_snapshots
from phoneward.snapshots.inventory import encode_document
from phoneward.vault import BlobId, BlobMissingError, Node, Repository, StorageError, find_node
from tests.numbers.sources.made import MINE, Recogniser, made_up_rulebook, put_phone, sms_xml, text
from tests.snapshots.catalogue.histories import File, new_repository
from tests.updates.pasts import app


@pytest.fixture
def repo(tmp_path: Path) -> Repository:
    return new_repository(tmp_path / "vault")


@pytest.fixture(autouse=True)
def _made_up_recogniser(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(in_snapshots, "recogniser", Recogniser)


@pytest.fixture(autouse=True)
def _made_up_rulebook(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(in_snapshots, "rulebook", made_up_rulebook)


def ask(repo: Repository, cache: Path | None = None, **more: Any) -> Inventory:
    every = list_snapshots(repo)
    newest = every[-1] if every else None
    return inventory_of(Asking(repo, newest, every, dt.datetime.now(dt.UTC), cache, **more))


def test_what_was_deleted_on_the_phone_is_found_in_the_oldest_snapshot(repo: Repository) -> None:
    put_phone(repo, 0, sms_xml([text("京东 code", 0), text("Gone code", 1)]))
    put_phone(repo, 1, sms_xml([text("Between code", 1)]))
    put_phone(repo, 2, sms_xml([text("京东 code", 0), text("京东 code", 2)]))
    found = ask(repo)
    assert {one.key: one.count for one in found.accounts} == {"jd": 2, "~gone": 1}, "the same message counts once"
    assert ("snapshots-between", 1) in {(one.reason, one.count) for one in found.not_looked_at}
    assert len([one for one in found.looked_at if one.source is SourceKind.SMS]) == 2


def test_apps_are_a_guess_and_never_an_account_by_themselves(repo: Repository) -> None:
    document = PackagesDocument(1, [app("com.jingdong.app.mall"), app("org.example.unknown")], {})
    put_phone(repo, 0, sms_xml([]), {b"packages.json": File(encode_document(document))})
    (account,) = ask(repo).accounts
    assert (account.key, account.grade) == ("jd", Relation.WEAK)
    assert account.evidence[0].ref == "com.jingdong.app.mall"


def test_messages_are_read_once_and_remembered_sealed(
    repo: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_phone(repo, 0, sms_xml([text("京东 code 您的号码13800138000", 0)]))
    first = ask(repo, tmp_path / "cache")
    monkeypatch.setattr(in_snapshots, "read_messages", None)
    assert ask(repo, tmp_path / "cache") == first
    kept_files = [path for path in (tmp_path / "cache").rglob("*") if path.is_file()]
    assert kept_files
    assert not any(b"jd" in path.read_bytes() or b"13800138000" in path.read_bytes() for path in kept_files)
    monkeypatch.setattr(in_snapshots, "rules_version", lambda: b"another")
    with pytest.raises(TypeError):
        ask(repo, tmp_path / "cache")


def test_what_is_damaged_or_missing_is_named(repo: Repository) -> None:
    assert "no-snapshot" in {one.reason for one in ask(repo).not_looked_at}
    put_phone(repo, 0, b"<smses count='1'>")
    assert {one.reason for one in ask(repo).not_looked_at} >= {"damaged", "no-apps", "passwords-not-asked"}
    put_phone(repo, 1, None)
    assert "no-messages" in {one.reason for one in ask(repo).not_looked_at}


def test_a_copied_folder_names_no_apps(repo: Repository) -> None:
    """Its list is empty, since no phone was asked; that is not a phone without apps."""
    put_phone(repo, 0, None, {b"packages.json": File(encode_document(PackagesDocument(1, [], {})))})
    found = ask(repo)
    assert {one.reason for one in found.not_looked_at} >= {"no-apps", "no-messages"}
    assert not [one for one in found.looked_at if one.source is SourceKind.APP]


def test_a_snapshot_with_the_same_messages_needs_no_reading(
    repo: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_phone(repo, 0, sms_xml([text("京东 code", 0)]))
    ask(repo, tmp_path / "cache")
    monkeypatch.setattr(in_snapshots, "read_messages", None)
    second = put_phone(repo, 1, sms_xml([text("京东 code", 0)]), {b"shared": {}})
    found = ask(repo, tmp_path / "cache")
    assert found.accounts[0].evidence[0].snapshot == second.id
    assert found.looked_at[0].name == second.short_id


def test_a_folder_that_is_damaged_hides_nothing_else(repo: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    first = put_phone(repo, 0, sms_xml([text("Gone code", 0)]))
    second = put_phone(repo, 1, sms_xml([text("京东 code", 0)]))
    lost = second.tree

    def broken(repo: Repository, tree: BlobId, path: bytes) -> Node:
        if tree == lost:
            raise BlobMissingError(blob="x")
        return find_node(repo, tree, path)

    monkeypatch.setattr(in_snapshots, "find_node", broken)
    found = ask(repo)
    assert [one.key for one in found.accounts] == ["~gone"]
    assert ("damaged", second.short_id) in {(one.reason, one.name) for one in found.not_looked_at}
    lost = first.tree
    found = ask(repo)
    assert [one.key for one in found.accounts] == ["jd"]
    assert ("damaged", first.short_id) in {(one.reason, one.name) for one in found.not_looked_at}


def test_a_vault_that_cannot_be_reached_is_no_damage(repo: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    put_phone(repo, 0, sms_xml([text("京东 code", 0)]))

    def gone(*_args: object) -> Node:
        raise StorageError(path="x", detail="y")

    monkeypatch.setattr(in_snapshots, "find_node", gone)
    with pytest.raises(StorageError):
        ask(repo)


def test_numbers_that_the_person_called_theirs_count(repo: Repository) -> None:
    put_phone(repo, 0, sms_xml([text("京东 code", 0)]))
    state = OwnerState().changed([Change("number-own", MINE, "mine")], now_ns=1, writer="x")
    found = ask(repo, state=state)
    assert found.accounts[0].numbers == {MINE}
    assert found.own[0].hint == "told"

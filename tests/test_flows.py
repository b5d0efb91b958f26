"""Actions: what a finding offers is carried out, and nothing else."""

import contextlib
import dataclasses
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NoReturn

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoneward import checkup, flows, phones, snapshots, texts, vault
from phoneward.findings import Action
from phoneward.flows import (
    ActionArgumentError,
    ActionUnknownError,
    Flow,
    PhoneNotAttachedError,
    RoomNotBuiltError,
    snapshots_verbs,
)
from phoneward.flows.snapshots_verbs import choose_files
from phoneward.settings import Overrides, load
from phoneward.texts import words
from tests.phone import trees
from tests.phone.testphone import TestPhone
from tests.vault.cheap import insecure_test_cost


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with texts.speaking(["en"]):
        yield


@pytest.fixture
def flow(tmp_path: Path) -> Flow:
    """A vault with one snapshot of a folder."""
    trees.put(tmp_path / "card", "DCIM/one.jpg", b"a photo")
    trees.put(tmp_path / "card", b"Download/\xff\nodd", b"odd")
    storage = vault.LocalStorage(tmp_path / "vault")
    repo = vault.init_repository(storage, "a", kdf=insecure_test_cost())
    with phones.open_folder(tmp_path / "card") as phone:
        snapshots.backup(phone, repo, state_dir=tmp_path / "state")
    repo.load_index()
    settings = load(Overrides(str(tmp_path / "vault"), None, str(tmp_path / "state"), str(tmp_path / "cache")), {})
    return Flow(repo, settings)


def action(verb: str, room: str = "snapshots", **arguments: str) -> Action:
    return Action(room, verb, words("yes"), arguments)


def test_every_action_of_every_finding_is_known(flow: Flow) -> None:
    from phoneward.checkup import checkup

    offered = [one for finding in checkup(flow.repo).findings for one in finding.actions]
    assert offered
    assert [one for one in offered if not flows.known(one)] == []


def test_looking_is_not_running(flow: Flow) -> None:
    assert flows.leads_to_page(action("coverage"))
    with pytest.raises(ActionUnknownError):
        flows.run(action("coverage"), flow)


def test_check_and_read_data(flow: Flow) -> None:
    assert "No damage was found." in str(flows.run(action("check"), flow))
    assert "Everything was read back" in str(flows.run(action("read-data"), flow))


def test_damage_is_told(flow: Flow, tmp_path: Path) -> None:
    pack = max((p for p in (tmp_path / "vault/data").rglob("*") if p.is_file()), key=lambda path: path.stat().st_size)
    data = bytearray(pack.read_bytes())
    data[40] ^= 1
    pack.chmod(0o600)
    pack.write_bytes(data)
    assert "error" in str(flows.run(action("read-data"), flow))


def test_a_restore_test_keeps_its_proof(flow: Flow) -> None:
    said = str(flows.run(action("restore-test", snapshot="latest"), flow))
    assert "The vault keeps the proof." in said
    assert any(info.proof for info in snapshots.list_snapshots(flow.repo))


def noted(flow: Flow) -> snapshots.LookedAfter:
    return snapshots.looked_after(snapshots.load_state(flow.repo))


def test_only_what_was_done_is_noted(flow: Flow, monkeypatch: pytest.MonkeyPatch) -> None:
    """A check that read no content moves no date of reading, and a trial that failed is no trial."""
    flows.run(action("check"), flow)
    assert (noted(flow).check is not None, noted(flow).read_data) == (True, None)
    flows.run(action("read-data"), flow)
    assert noted(flow).read_data is not None
    for found in (snapshots.Compared(1, 1, failed=1), snapshots.Compared()):
        monkeypatch.setattr(snapshots, "prove_restored", lambda *_a, result=found, **_o: (result, None))
        said = str(flows.run(action("restore-test"), flow))
        assert noted(flow).restore_test is None
        assert ("Not the same" in said) == bool(found.failed)
    monkeypatch.undo()
    flows.run(action("restore-test"), flow)
    assert noted(flow).restore_test is not None


def test_a_trial_takes_files_of_the_phone_and_not_too_much(flow: Flow, monkeypatch: pytest.MonkeyPatch) -> None:
    every = [b"/shared/DCIM/one.jpg", b"/shared/Download/\xff\nodd"]
    assert sorted(choose_files(flow.repo, "latest")) == every, "what Phoneward wrote itself proves nothing"
    monkeypatch.setattr(snapshots_verbs, "TEST_BYTES", 3)
    assert choose_files(flow.repo, "latest") == every[1:]
    monkeypatch.setattr(snapshots_verbs, "TEST_BYTES", 1000)
    monkeypatch.setattr(snapshots_verbs, "TEST_FILES", 1)
    assert len(choose_files(flow.repo, "latest")) == 1


def test_every_file_is_compared_only_where_that_is_asked_for(flow: Flow, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []

    def backup(*_arguments: object, verify_all: bool, **_options: object) -> NoReturn:
        asked.append(verify_all)
        raise KeyboardInterrupt

    monkeypatch.setattr(snapshots, "backup", backup)
    monkeypatch.setattr(phones, "open_adb", lambda _serial: contextlib.nullcontext())
    for arguments in ({}, {"verify_all": "yes"}):
        with pytest.raises(KeyboardInterrupt):
            flows.run(action("backup", **arguments), flow)
    assert asked == [False, True]


def test_another_phone_in_the_meantime_is_not_backed_up_in_its_place(
    flow: Flow, phone: TestPhone, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The serial is right and the phone behind it is another."""
    for name, value in phone.adb_env.items():
        monkeypatch.setenv(name, value)
    before = snapshots.list_snapshots(flow.repo)
    with pytest.raises(PhoneNotAttachedError):
        flows.run(action("backup", serial=phone.serial, device="0" * 16), flow)
    assert len(snapshots.list_snapshots(flow.repo)) == len(before)


def test_a_backup_of_the_phone_that_is_meant(flow: Flow, phone: TestPhone, monkeypatch: pytest.MonkeyPatch) -> None:
    trees.put(phone.storage, "DCIM/new.jpg", b"new")
    trees.give_to_phone(phone.storage)
    for name, value in phone.adb_env.items():
        monkeypatch.setenv(name, value)
    assert "Snapshot" in str(flows.run(action("backup", serial=phone.serial), flow))
    taken = snapshots.find(flow.repo, "latest")
    (device,) = (info.device for info in snapshots.list_snapshots(flow.repo) if info.snapshot.id == taken.id)
    assert "Snapshot" in str(flows.run(action("backup", device=device), flow))
    with pytest.raises(PhoneNotAttachedError):
        flows.run(action("backup", device="0" * 16), flow)


@pytest.mark.parametrize("room", ["rescue", "cases"])
def test_a_room_not_built_yet_says_so(flow: Flow, room: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """All are built; one that a later version adds begins so."""
    monkeypatch.setattr("phoneward.checkup.ROOMS", [dataclasses.replace(one, answer=None) for one in checkup.ROOMS])
    with pytest.raises(RoomNotBuiltError) as raised:
        flows.run(action("look", room), flow)
    assert "not built yet" in raised.value.sentence()


@pytest.mark.parametrize(
    ("verb", "arguments"),
    [
        ("backup", {"device": "../../etc"}),
        ("backup", {"serial": "-e evil"}),
        ("backup", {"serial": "a\nb"}),
        ("backup", {"serial": "ab\n"}),
        ("backup", {"serial": ""}),
        ("backup", {"verify_all": "no"}),
        ("restore-test", {"snapshot": "latest; rm"}),
        ("check", {"anything": "x"}),
    ],
)
def test_arguments_come_from_a_form_and_are_not_trusted(flow: Flow, verb: str, arguments: Mapping[str, str]) -> None:
    with pytest.raises(ActionArgumentError):
        flows.run(action(verb, **arguments), flow)


@given(room=st.text(max_size=200), verb=st.text(max_size=200))
def test_any_words_are_refused_in_ours(room: str, verb: str) -> None:
    made = Action(room, verb, words("yes"))
    if flows.known(made):
        return
    with pytest.raises((ActionUnknownError, RoomNotBuiltError)) as raised:
        flows.run(made, None)  # type: ignore[arg-type] # nothing of it is touched
    assert raised.value.sentence().isprintable()

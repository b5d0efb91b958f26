"""What the phone computes itself is compared with the vault: equal, changed meanwhile, or truly different."""

import hashlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from phoneward.phones import Entry, FileKind, Hashed, HashPlace, ListingItem, PhoneError
from phoneward.phones.errors import PhoneAnswerError
from phoneward.phones.folder import FolderPhone
from phoneward.progress import Notice
from phoneward.snapshots import BackupResult, ProofLevel, ProofLookup, backup, find, open_path
from tests.phone import state, trees
from tests.phone.testphone import TestPhone
from tests.snapshots.adb import adb_phone
from tests.snapshots.bench import Heard, Vault, settle, write
from tests.snapshots.scripted import ScriptedPhone, Sums

ROOT = b"/storage/emulated/0/"


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault.make(tmp_path)


def take(vault: Vault, phone: ScriptedPhone, heard: Heard | None = None, *, verify_all: bool = False) -> BackupResult:
    vault.reopen()
    with phone:
        return backup(phone, vault.repo, state_dir=vault.state, listener=heard or Heard(), verify_all=verify_all)


def level(vault: Vault, path: bytes, ref: str = "latest") -> tuple[ProofLevel, str]:
    repo = vault.reopen()
    found = ProofLookup(repo, find(repo, ref)).of(path)
    assert found is not None
    return found.level, found.note


def gaps(result: BackupResult) -> list[tuple[str, str]]:
    assert result.coverage is not None
    return [(gap.path, gap.reason) for gap in result.coverage.gaps]


def hashing_phone(count: int = 5) -> ScriptedPhone:
    phone = ScriptedPhone(hash_place=HashPlace.PHONE)
    for number in range(count):
        phone.add(ROOT + b"f%d" % number, b"content %d" % number)
    return phone


def test_new_files_are_matched_and_the_level_is_carried_over(vault: Vault) -> None:
    phone = hashing_phone()
    first = take(vault, phone)
    assert (first.matching.matched_files, first.matching.matched_bytes) == (5, 45)
    assert first.coverage is not None
    assert first.coverage.proof.level is ProofLevel.MATCHED
    phone.hash_place = HashPlace.NOWHERE
    second = take(vault, phone)
    assert second.stats.files_sent == 0
    assert level(vault, b"/shared/f3") == (ProofLevel.MATCHED, "")
    assert second.coverage is not None
    assert second.coverage.levels is not None
    assert second.coverage.levels.matched == 5
    assert second.coverage.not_checked == {"checksums": "sha256sum"}


def test_a_phone_without_sha256sum_says_so_once_and_files_stay_stored(vault: Vault) -> None:
    phone = hashing_phone()
    phone.hash_place = HashPlace.NOWHERE
    heard = Heard()
    result = take(vault, phone, heard, verify_all=True)
    assert result.complete
    assert level(vault, b"/shared/f3") == (ProofLevel.STORED, "")
    said = [event for event in heard.events if isinstance(event, Notice) and "SHA-256" in event.sentence]
    assert len(said) == 1


class OnceWrong(ScriptedPhone):
    """Its answers about some files are wrong for so many times: a bit flipped on the way."""

    times = 1

    def _hashed(self, files: Iterable[tuple[bytes, int]]) -> Iterator[Hashed]:
        for answer in super()._hashed(files):
            if answer.path in self.wrong_sums and self.times <= 0:
                yield Hashed(answer.path, hashlib.sha256(self.content[answer.path]).digest())
            else:
                self.times -= answer.path in self.wrong_sums
                yield answer


def once_wrong(times: int) -> OnceWrong:
    phone = OnceWrong(hash_place=HashPlace.PHONE)
    for number in range(5):
        phone.add(ROOT + b"f%d" % number, b"content %d" % number)
    phone.wrong_sums[ROOT + b"f2"] = bytes(32)
    phone.times = times
    return phone


def test_a_file_that_differs_is_sent_again_and_matches(vault: Vault) -> None:
    phone = once_wrong(1)
    result = take(vault, phone)
    assert phone.asked.count(ROOT + b"f2") == 2
    assert phone.asked.count(ROOT + b"f1") == 1
    assert (result.matching.resent_files, result.matching.mismatched_files) == (1, 0)
    assert result.complete
    assert level(vault, b"/shared/f2") == (ProofLevel.MATCHED, "")


def test_a_file_that_differs_twice_is_named_and_kept(vault: Vault) -> None:
    phone = once_wrong(2)
    result = take(vault, phone)
    assert gaps(result) == [("/storage/emulated/0/f2", "mismatch")]
    assert not result.complete
    assert level(vault, b"/shared/f2") == (ProofLevel.STORED, "mismatch")
    assert level(vault, b"/shared/f1") == (ProofLevel.MATCHED, "")
    assert open_path(vault.reopen(), "latest", b"/shared/f2").read() == b"content 2"
    phone.asked.clear()
    again = take(vault, phone)
    assert phone.asked == [ROOT + b"f2"], "what was doubtful is read again"
    assert again.complete
    assert level(vault, b"/shared/f2") == (ProofLevel.MATCHED, "")


def test_what_changed_meanwhile_is_no_mismatch(vault: Vault) -> None:
    phone = hashing_phone()

    class Changing(ScriptedPhone):
        """f2 changes after it was read and asked about again."""

        looks = 0

        def stat(self, paths: Iterable[bytes]) -> Iterator[ListingItem]:
            for item in super().stat(paths):
                changed = isinstance(item, Entry) and item.path == ROOT + b"f2" and self.looks
                self.looks += item.path == ROOT + b"f2"
                yield Entry(item.path, FileKind.FILE, 9, 0o660, 10**18 + 5 * 10**9) if changed else item

    moving = Changing(entries=phone.entries, content=phone.content, hash_place=HashPlace.PHONE)
    moving.wrong_sums[ROOT + b"f2"] = bytes(32)
    result = take(vault, moving)
    assert result.matching.changed_files == 1
    assert result.matching.mismatched_files == 0
    assert ("/storage/emulated/0/f2", "mismatch") not in gaps(result)
    assert level(vault, b"/shared/f2") == (ProofLevel.STORED, "")


def test_an_old_file_that_changed_in_silence_is_read_again_and_said(vault: Vault) -> None:
    phone = hashing_phone()
    take(vault, phone)
    phone.content[ROOT + b"f3"] = b"CONTENT 3"
    phone.asked.clear()
    heard = Heard()
    second = take(vault, phone, heard, verify_all=True)
    assert phone.asked == [ROOT + b"f3"]
    assert second.matching.silently_changed_files == 1
    assert second.complete
    assert open_path(vault.reopen(), "latest", b"/shared/f3").read() == b"CONTENT 3"
    assert level(vault, b"/shared/f3") == (ProofLevel.MATCHED, "")
    paths = [event.path for event in heard.events if isinstance(event, Notice)]
    assert ROOT + b"f3" in paths
    vault.check()


def test_the_sample_takes_those_matched_least_recently(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    from phoneward.snapshots import matching_pass

    phone = hashing_phone(6)
    phone.hash_place = HashPlace.NOWHERE
    take(vault, phone)
    phone.hash_place = HashPlace.PHONE
    monkeypatch.setattr(matching_pass, "SAMPLE_FILES", 2)
    monkeypatch.setattr("phoneward.snapshots.matching.WAIT_SHARE", 100.0)
    asked: set[bytes] = set()
    for _run in range(3):
        phone.hashed.clear()
        take(vault, phone)
        assert len(phone.hashed) == 2
        asked.update(phone.hashed)
    assert len(asked) == 6
    result = take(vault, phone, verify_all=True)
    assert result.matching.matched_files == 6


def test_every_file_of_one_app_is_matched_again_when_that_is_asked_for(vault: Vault) -> None:
    phone = ScriptedPhone(hash_place=HashPlace.NOWHERE)
    ours = {b"Android/data/com.whatsapp/a", b"Android/media/com.whatsapp/b/c/d", b"WhatsApp/e"}
    others = {b"Android/data/com.whatsapp.w4b/a", b"DCIM/1.jpg", b"WhatsAppOld/e"}
    for name in ours | others:
        phone.add(ROOT + name, name)
    take(vault, phone)
    phone.hash_place = HashPlace.PHONE
    vault.reopen()
    with phone:
        result = backup(phone, vault.repo, state_dir=vault.state, verify_apps=["com.whatsapp"])
    assert set(phone.hashed) == {ROOT + name for name in ours}
    assert result.matching.matched_files == 3
    assert level(vault, b"/shared/Android/media/com.whatsapp/b/c/d") == (ProofLevel.MATCHED, "")
    assert level(vault, b"/shared/DCIM/1.jpg") == (ProofLevel.STORED, "")


class Garbage(ScriptedPhone):
    """Answers that make no sense, too few, in another order, or an error in the middle."""

    how = "order"

    def hash(self, files: Iterable[tuple[bytes, int]]) -> Sums:
        return Sums(self._nonsense(list(files)))

    def _nonsense(self, files: list[tuple[bytes, int]]) -> Iterator[Hashed]:
        if self.how == "order":
            files.reverse()
        for number, (path, _size) in enumerate(files):
            if number == 2 and self.how == "few":
                return
            if number == 2 and self.how == "error":
                raise PhoneAnswerError(detail="garbage")
            yield Hashed(path, None if self.how == "none" else hashlib.sha256(self.content[path]).digest())


@pytest.mark.parametrize(("how", "matched"), [("order", 0), ("few", 2), ("error", 2), ("none", 0)])
def test_nonsense_matches_nothing_and_breaks_nothing(vault: Vault, how: str, matched: int) -> None:
    phone = Garbage(hash_place=HashPlace.PHONE)
    phone.how = how
    for number in range(6):
        phone.add(ROOT + b"f%d" % number, b"content %d" % number)
    result = take(vault, phone)
    assert result.complete
    assert result.matching.matched_files == matched
    assert result.matching.unanswered_files == 6 - matched
    vault.check()


def test_a_folder_is_compared_when_asked(vault: Vault, tmp_path: Path) -> None:
    write(tmp_path / "phone/a", b"a")
    write(tmp_path / "phone/big", os.urandom(3_000_000))
    with FolderPhone(tmp_path / "phone") as phone:
        result = backup(phone, vault.reopen(), state_dir=vault.state, verify_all=True)
    assert (result.matching.matched_files, result.matching.matched_bytes) == (2, 3_000_001)


def fill(phone: TestPhone) -> None:
    phone.answer_with(state.State())
    trees.hostile_names(phone.storage)
    for number in range(40):
        trees.put(phone.storage, f"DCIM/{number:04}.jpg", trees.content(f"{number}", 50_000))
    trees.put(phone.storage, "film", trees.content("film", 6_000_000))
    trees.give_to_phone(phone.storage)


def test_a_real_phone_with_hostile_names(vault: Vault, phone: TestPhone) -> None:
    fill(phone)
    settle()
    first = vault.backup(adb_phone(phone))
    assert first.matching.matched_files == first.stats.files_sent > 40
    with adb_phone(phone) as connected:
        second = backup(connected, vault.reopen(), state_dir=vault.state, verify_all=True)
    assert second.stats.files_sent == 0
    assert second.matching.matched_files == first.stats.files_sent


def test_a_real_phone_that_knows_no_sha256sum(vault: Vault, phone: TestPhone) -> None:
    fill(phone)
    (phone.root / "system/bin/sha256sum").unlink()
    result = vault.backup(adb_phone(phone))
    assert result.complete
    assert result.coverage is not None
    assert "checksums" in result.coverage.not_checked
    assert result.matching.matched_files == 0


@pytest.mark.slow
@pytest.mark.parametrize("at", [1_000_000, 3_000_001, 6_500_000])
def test_a_bit_that_flips_on_the_cable_is_noticed_and_put_right(vault: Vault, phone: TestPhone, at: int) -> None:
    fill(phone)
    settle()
    phone.proxy.flip("down", at, 3)
    try:
        result = vault.backup(adb_phone(phone))
    except PhoneError:
        phone.proxy.clear()  # it hit a head, not a content: adb itself noticed
        phone.connect()
        result = vault.backup(adb_phone(phone))
    assert result.complete
    held = trees.tree_digest(vault.restored_by_restic("latest") / "shared")
    assert {n: d.content for n, d in held.items()} == {
        n: d.content for n, d in trees.tree_digest(phone.storage).items()
    }
    assert result.matching.resent_files <= 1

"""The story: snapshot a sample phone, change it, snapshot it again, check, restore, compare. Renders nothing."""

import os
import secrets
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from phoneward import snapshots, vault, watch
from phoneward.demo import sample
from phoneward.demo.compare import compare
from phoneward.demo.sample import Changes, SamplePhone
from phoneward.errors import readable
from phoneward.progress import Listener, silent
from phoneward.texts import N_, Words, words

PAUSE_S = 2.2
"""Files touched within two seconds before a listing are read again by the next snapshot: their times prove nothing."""

STEPS: dict[str, str] = {
    "phone": N_("A sample phone"),
    "vault": N_("A vault"),
    "first-snapshot": N_("The first snapshot"),
    "coverage": N_("What would be lost?"),
    "day": N_("A day passes"),
    "second-snapshot": N_("The second snapshot"),
    "copies": N_("Who keeps copies of the pictures?"),
    "check": N_("Is it really there?"),
    "restore": N_("Bring it all back"),
    "compare": N_("Is it the same?"),
}
"""The steps in their order, with their titles."""


@dataclass(frozen=True, slots=True)
class Told:
    """One step of the story, done.

    Attributes:
        step: one of `STEPS`.
        sentences: what happened, to be read in any language.
        facts: the same in numbers and names, for programs.
        coverage: the coverage document, at the step that shows it.
        good: False where the promise was not kept; the demonstration has failed.
    """

    step: str
    sentences: tuple[Words, ...]
    facts: Mapping[str, object]
    coverage: snapshots.Coverage | None = None
    good: bool = True


def tell(phone: SamplePhone, work: Path, *, listener: Listener = silent, pause_s: float = PAUSE_S) -> Iterator[Told]:
    """Play the story, one step each time the caller asks for the next.

    Args:
        phone: whose storage is empty.
        work: an empty folder for the vault and what is restored. It stays; the caller removes it.
        listener: hears the progress of each step.
        pause_s: how long nothing is touched before the first snapshot.

    Raises:
        PhonewardError: a step failed.
    """
    story = _Story(phone, work, listener)
    yield story.fill()
    yield story.make_vault()
    time.sleep(pause_s)
    yield story.snapshot("first-snapshot")
    yield story.show_coverage()
    yield story.live()
    yield story.snapshot("second-snapshot")
    yield story.copies()
    yield story.check()
    yield story.restore()
    yield story.compare()


class _Story:
    """What the steps share."""

    def __init__(self, phone: SamplePhone, work: Path, listener: Listener) -> None:
        self._phone = phone
        self._work = work
        self._listener = listener
        self._password = secrets.token_urlsafe(12)
        self._vault = work / "vault"
        self._restored = work / "restored"
        self._changes: Changes | None = None

    def fill(self) -> Told:
        count = sample.fill(self._phone.storage)
        self._phone.settle()
        place = readable(self._phone.storage)
        sentences = (
            self._phone.description,
            words("It holds {count} files: photos, a video, chats, downloads, a few odd names.", count=count),
            words("Its storage: {place}", place=place),
        )
        return Told("phone", sentences, {"files": count, "storage": place})

    def make_vault(self) -> Told:
        repository = vault.init_repository(vault.LocalStorage(self._vault), self._password)
        sentences = (
            words("An encrypted folder, made with a password: {place}", place=readable(str(self._vault))),
            words("It is an ordinary restic repository: plain restic can check and restore it too."),
        )
        facts = {"vault": str(self._vault), "password": self._password, "id": repository.config.id}
        return Told("vault", sentences, facts)

    def _open(self) -> vault.Repository:
        repository = vault.open_repository(vault.LocalStorage(self._vault), self._password)
        repository.load_index()
        return repository

    def snapshot(self, step: str) -> Told:
        with self._phone.open() as phone:
            result = snapshots.backup(
                phone, self._open(), listener=self._listener, state_dir=self._work / "state", label="sample-phone"
            )
        stats = result.stats
        sentences = [
            words(
                "Snapshot {snapshot} holds {count} files ({size} bytes).",
                snapshot=(result.snapshot_id or "")[:8],
                count=result.files_held,
                size=f"{result.bytes_held:,}",
            ),
            words(
                "Read from the phone: {count} files, {size} bytes. Added to the vault: {added} bytes.",
                count=stats.files_sent,
                size=f"{stats.bytes_sent:,}",
                added=f"{stats.data_added_packed:,}",
            ),
        ]
        if self._changes is not None:
            sentences.append(self._what_was_sent(self._changes))
        facts = {
            "snapshot_id": result.snapshot_id,
            "complete": result.complete,
            "files": result.files_held,
            "bytes": result.bytes_held,
            "files_sent": stats.files_sent,
            "bytes_sent": stats.bytes_sent,
            "bytes_added": stats.data_added_packed,
        }
        return Told(step, tuple(sentences), facts, good=self._is_as_promised(result))

    def _what_was_sent(self, changes: Changes) -> Words:
        return words(
            "Only the {count} files that changed were read, and of the long video only the pieces around the cut were "
            "stored again.",
            count=len(changes.added) + len(changes.edited),
        )

    def _is_as_promised(self, result: snapshots.BackupResult) -> bool:
        """The sample's own storage is kept whole; the second time only what changed is read, and little is stored."""
        if result.snapshot_id is None or result.coverage is None:
            return False
        own = next(row for row in result.coverage.storages if row.area is snapshots.Area.SHARED)
        if own.state is not snapshots.State.KEPT:
            return False
        if self._changes is None:
            return True
        changed = len(self._changes.added) + len(self._changes.edited)
        return result.stats.files_sent == changed and result.stats.data_added_packed < sample.VIDEO_BYTES

    def show_coverage(self) -> Told:
        coverage = snapshots.coverage_of(self._open(), "latest")
        sentences = (
            words("This is what an honest answer looks like: what is kept, what is not, why, and what to do about it."),
        )
        facts = {"complete": coverage.complete, "apps": len(coverage.apps)}
        return Told("coverage", sentences, facts, coverage=coverage)

    def live(self) -> Told:
        changes = self._changes = sample.live_a_day(self._phone.storage)
        self._phone.settle()
        sentences = (
            words("A photo was taken: {path}", path=readable(changes.added[0])),
            words("Something was put into the middle of the long video: {path}", path=readable(changes.edited[0])),
            words("A line was written: {path}", path=readable(changes.edited[1])),
            words("A download was deleted: {path}", path=readable(changes.deleted[0])),
        )
        facts = {
            "added": [readable(path) for path in changes.added],
            "edited": [readable(path) for path in changes.edited],
            "deleted": [readable(path) for path in changes.deleted],
        }
        return Told("day", sentences, facts)

    def copies(self) -> Told:
        repository = self._open()
        every = snapshots.list_snapshots(repository)
        newest = snapshots.describe(snapshots.find(repository, "latest"))
        now = datetime.now(UTC)
        asking = snapshots.Asking(repository, newest, every, now, self._work / "cache", self._listener)
        scanned = watch.scan(asking, by_bytes=True)  # at once, and without the extra `watch`
        found = watch.unexplained(scanned.copies)
        sentences = (
            *(watch.copy_sentences(copy, scanned.taken) for copy in found),
            words("That a copy lies on the phone does not say that it was sent."),
        )
        facts = {"copies": len(found), "paths": [copy.path for copy in found]}
        kept = "/shared/" + sample.COPY.decode()
        return Told("copies", sentences, facts, good=[copy.path for copy in found] == [kept])

    def check(self) -> Told:
        report = vault.check(self._open(), read_data=True, listener=self._listener)
        sentences = (
            words("Every byte in the vault was read back and compared with its fingerprint. Nothing is damaged.")
            if report.ok
            else words("The check found damage. That must not happen: please report it."),
        )
        return Told("check", sentences, {"ok": report.ok}, good=report.ok)

    def restore(self) -> Told:
        repository = self._open()
        with repository.lock(exclusive=False) as lock:
            report = snapshots.restore(repository, "latest", self._restored, listener=self._listener)
            found, proof = snapshots.prove_restored(repository, "latest", self._restored, lock, listener=self._listener)
        sentences = [
            words(
                "{count} files were restored into {place}, Phoneward's own lists among them.",
                count=report.files,
                place=readable(str(self._restored)),
            ),
            words("{count} of them were read back: the checksums are those in the snapshot.", count=found.files),
        ]
        if proof is not None:
            sentences.append(words("The vault keeps the proof, as {proof}.", proof=proof[:8]))
        sentences.append(words("Without Phoneward, the same is shown there by: cat SHA256SUMS/* | sha256sum -c"))
        good = report.complete and found.complete and proof is not None
        facts = {"files": report.files, "target": str(self._restored), "verified": found.files, "proof": proof}
        return Told("restore", tuple(sentences), facts, good=good)

    def compare(self) -> Told:
        found = compare(self._phone.storage, os.fsencode(self._restored / "shared"))
        if found.same:
            sentences = [
                words(
                    "{count} files ({size} bytes) are the same, byte by byte, with their names and times.",
                    count=found.files,
                    size=f"{found.bytes_same:,}",
                ),
                words("The deleted download is still in the first snapshot."),
            ]
        else:
            sentences = [words("The restored files are NOT the same. That must not happen: please report it.")]
            sentences += [
                words("{label}: {text}", label=readable(path), text=words(difference))
                for path, difference in found.differences[:20]
            ]
        facts = {"same": found.same, "files": found.files, "differences": len(found.differences)}
        return Told("compare", tuple(sentences), facts, good=found.same)

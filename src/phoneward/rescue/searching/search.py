"""The search: goes through snapshots, folders and phones once, and asks every source what it makes of what is there."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from phoneward.errors import PhonewardError, readable
from phoneward.progress import Advanced, Listener, PhaseDone, PhaseStarted, silent
from phoneward.rescue.remnant import Remnant
from phoneward.rescue.searching.asked import Asked
from phoneward.rescue.searching.copies import copies_elsewhere
from phoneward.rescue.searching.coverages import earlier_records, emptied_apps, emptied_words, told_coverages
from phoneward.rescue.searching.databases import Databases
from phoneward.rescue.searching.expiring import ExpiringFiles
from phoneward.rescue.searching.hints import hinted
from phoneward.rescue.searching.history import Chosen, GoneFiles, app_as_it_was, by_phone
from phoneward.rescue.searching.in_snapshot import InSnapshot
from phoneward.rescue.searching.own_backups import OwnBackups
from phoneward.rescue.searching.places import PlaceFolders
from phoneward.rescue.searching.result import SearchResult, cannot_be_had, in_order
from phoneward.rescue.searching.seen import SeenFile, SeenPlace
from phoneward.snapshots import PastApps, SnapshotInfo, app_words
from phoneward.texts import Moment, Words, counted, verbatim, words
from phoneward.vault import Repository, StorageError, VaultError

PHASE: Final = "look-for-remnants"
_TOLD_EVERY: Final = 5_000


class Looker(Protocol):
    """A source: is shown every file of one place, then says what it makes of them."""

    def look(self, file: SeenFile) -> bool:
        """Take a file in; tells whether it is this source's, so that no other needs to see it."""

    def remnants(self) -> Iterable[Remnant]:
        """Return what is left."""


@dataclass(slots=True)
class Search:
    """One search; places are added one after the other, then `result` is asked for.

    Args:
        asked: what is looked for.
        listener: hears the phase `look-for-remnants`.
    """

    asked: Asked
    listener: Listener = silent
    _remnants: list[Remnant] = field(default_factory=list)
    _looked: list[Words] = field(default_factory=list)
    _missed: list[Words] = field(default_factory=list)
    _unseen: list[Words] = field(default_factory=list)
    _seen: list[Words] = field(default_factory=list)
    _apps: set[str] | None = None
    _files: int = 0

    def in_vault(self, repo: Repository, infos: Sequence[SnapshotInfo]) -> None:
        """Look through the newest snapshot of each phone, and what earlier ones hold that it does not.

        Args:
            repo: open, its index loaded.
            infos: all of the vault, oldest first.

        Raises:
            StorageError: the vault cannot be reached.
        """
        phones = by_phone(self.asked, infos)
        if not phones:
            self._unseen.append(words("Earlier snapshots: the vault holds none of a phone."))
        for chosen in phones:
            self._of_phone(repo, chosen)

    def _of_phone(self, repo: Repository, chosen: Chosen) -> None:
        newest = chosen.newest
        kept: set[bytes] = set()
        place = InSnapshot(repo, newest)
        self.in_place(
            place,
            words(
                "The newest snapshot of {phone}, of {time}.",
                phone=readable(newest.label),
                time=Moment(newest.snapshot.time),
            ),
            contents=kept,
        )
        gone = GoneFiles(repo, self.asked, kept)
        self._remnants += gone.search(newest, chosen.older)
        self._missed += gone.missed
        self._remnants += copies_elsewhere(InSnapshot(repo, newest), gone.elsewhere)
        self._of_apps(repo, chosen)
        self._apps_of(repo, chosen)
        if chosen.older:
            oldest = min(info.snapshot.time for info in chosen.older)
            self._looked.append(
                counted(
                    "{count} earlier snapshot of {phone}, back to {time}.",
                    "{count} earlier snapshots of {phone}, back to {time}.",
                    len(chosen.older),
                    phone=readable(newest.label),
                    time=Moment(oldest),
                )
            )

    def _of_apps(self, repo: Repository, chosen: Chosen) -> None:
        """Add apps as they were: the one that is asked about, else those that were emptied; and records of before."""
        newest_first = sorted((chosen.newest, *chosen.older), key=lambda info: info.snapshot.time_ns, reverse=True)
        told = told_coverages(repo, newest_first)
        emptied = [one for one in emptied_apps(told) if self.asked.is_about(one.package)]
        for one in emptied:
            self._seen.append(emptied_words(one, app_words(one.package)))
            if not self.asked.app:
                self._as_it_was(repo, one.before, one.package)
        if self.asked.app:
            before = [one.before for one in emptied] or chosen.older[:1]
            for info in dict.fromkeys(info.snapshot.id for info in (*before, chosen.newest)):
                self._as_it_was(repo, next(i for i in newest_first if i.snapshot.id == info), self.asked.app)
        else:
            self._remnants += earlier_records(told)

    def _as_it_was(self, repo: Repository, info: SnapshotInfo, package: str) -> None:
        try:
            found = app_as_it_was(repo, info, package)
        except StorageError:
            raise
        except PhonewardError as error:
            self._missed.append(verbatim(readable(error.sentence())))
            return
        if found is not None:
            self._remnants.append(found)

    def _apps_of(self, repo: Repository, chosen: Chosen) -> None:
        """Note which apps are, or were, on the phone."""
        past = PastApps(repo)
        for info in (chosen.newest, *chosen.older[:1]):
            try:
                self.note_apps(app.package for app in past.told(info.snapshot).apps)
            except (ValueError, VaultError):  # another program's snapshot, or damaged: then all may be
                continue

    def note_apps(self, packages: Iterable[str]) -> None:
        """Note apps that are, or were, on the phone: clouds and devices that hang on them are told."""
        self._apps = (self._apps or set()) | set(packages)

    def in_place(self, place: SeenPlace, called: Words, *, contents: set[bytes] | None = None) -> None:
        """Look through one place.

        Args:
            place: where.
            called: what it is, for the list of what was looked at.
            contents: takes what names the contents that lie there.

        Raises:
            StorageError, PhoneGoneError: it cannot be reached any more.
        """
        lookers: tuple[Looker, ...] = (
            ExpiringFiles(self.asked, place),
            OwnBackups(self.asked, place),
            Databases(self.asked, place),
            PlaceFolders(self.asked, place),
        )
        self.listener(PhaseStarted(PHASE))
        for file in place.files():
            self._files += 1
            if self._files % _TOLD_EVERY == 0:
                self.listener(Advanced(PHASE, self._files, 0))
            if contents is not None and file.content:
                contents.add(file.content)
            any(looker.look(file) for looker in lookers)
        self.listener(PhaseDone(PHASE, self._files, 0))
        for looker in lookers:
            self._remnants += looker.remnants()
        self._missed += place.missed
        self._looked.append(called)

    def add(self, remnants: Iterable[Remnant], called: Words | None = None) -> None:
        """Add what another source found.

        Args:
            remnants: of it.
            called: what was looked at.
        """
        self._remnants += remnants
        if called is not None:
            self._looked.append(called)

    def left_out(self, said: Words) -> None:
        """Note what is not looked at, and why."""
        self._unseen.append(said)

    def result(self) -> SearchResult:
        """Return what came of it, and where else to look."""
        remnants = [*self._remnants, *hinted(self.asked, self._apps)]
        return SearchResult(
            self.asked,
            in_order(remnants, self.asked.now),
            tuple(self._seen),
            cannot_be_had(self.asked),
            (*self._missed, *self._unseen),
            tuple(self._looked),
            not self._missed,
        )

"""What the commands about a number have in common: where accounts are looked for, and what is kept in the vault."""

import contextlib
import datetime as dt
import functools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from phoneward.cli.frame import Frame, option
from phoneward.cli.session import open_vault
from phoneward.texts import N_, enumeration

if TYPE_CHECKING:
    from phoneward.numbers import Gathered, Inventory, KeptPlan
    from phoneward.progress import Listener
    from phoneward.snapshots import Change, OwnerState, SnapshotInfo
    from phoneward.vault import Repository

R = TypeVar("R")
FILE = click.Path(path_type=Path)


@dataclass(frozen=True, slots=True)
class Where:
    """Where to look.

    Attributes:
        sms: files of messages; with these alone no vault is opened.
        passwords: exports of password managers.
        mbox: mailboxes.
        own: further numbers of the person's, as they wrote them.
        region: as they wrote it.
        snapshot: which; None for the newest.
        numbers: of theirs in any case, E.164.
    """

    sms: tuple[Path, ...] = ()
    passwords: tuple[Path, ...] = ()
    mbox: tuple[Path, ...] = ()
    own: tuple[str, ...] = ()
    region: str | None = None
    snapshot: str | None = None
    numbers: tuple[str, ...] = ()

    def of(self, *numbers: str) -> "Where":
        """Return the same with numbers that are the person's in any case."""
        return replace(self, numbers=numbers)

    def is_without_vault(self, frame: Frame) -> bool:
        """Tell whether no vault is needed: there are messages from files, or other files and no vault is named."""
        has_others = bool(self.passwords or self.mbox)
        return self.snapshot is None and (bool(self.sms) or (has_others and not _is_vault_named(frame)))

    def read(self, listener: "Listener") -> "list[Gathered]":
        """Return what the files show.

        Raises:
            NumbersError, RecordsFileError: one cannot be read.
        """
        from phoneward import numbers

        found = [numbers.read_messages_file(path, listener=listener) for path in self.sms]
        found += [numbers.read_passwords_file(path) for path in self.passwords]
        return found + [numbers.read_mailbox_file(path, listener=listener) for path in self.mbox]

    @property
    def code(self) -> str:
        """The country; empty where none is said."""
        from phoneward import numbers

        return "" if self.region is None else numbers.told_region(self.region)

    def told(self) -> dict[str, frozenset[str]]:
        """Return the person's numbers, and which SIMs bear them.

        Raises:
            NotANumberError, NoRegionError: something of it makes no sense.
        """
        from phoneward import numbers

        found: dict[str, frozenset[str]] = {}
        for text in self.own:
            number, _equals, sim = text.partition("=")
            found[numbers.parse_number(number, self.code or None)] = frozenset({sim.strip()} if sim.strip() else ())
        for number in self.numbers:
            found.setdefault(number, frozenset())
        return found


def _is_vault_named(frame: Frame) -> bool:
    from phoneward.settings import NoRepositoryNamedError

    try:
        frame.settings.repository_place()
    except NoRepositoryNamedError:
        return False
    return True


_OPTIONS = (
    option(
        "--sms",
        type=FILE,
        multiple=True,
        metavar="FILE",
        help=N_("A file of messages, as SMS Backup & Restore makes it."),
    ),
    option(
        "--passwords",
        type=FILE,
        multiple=True,
        metavar="FILE",
        help=N_(
            "An export of a password manager. Of it only services, and user names that are phone numbers, are used."
        ),
    ),
    option(
        "--mbox", type=FILE, multiple=True, metavar="FILE", help=N_("A mailbox. Only heads of letters are looked at.")
    ),
    option(
        "--own",
        multiple=True,
        metavar="NUMBER[=SIM]",
        help=N_(
            "A number of yours, and which SIM bears it, as messages count them (--json shows them). May be repeated."
        ),
    ),
    option(
        "--region",
        metavar="CC",
        help=N_("The country of numbers without a country code, such as CN. Default: found out."),
    ),
    option("--snapshot", metavar="SNAPSHOT", help=N_("This snapshot. Default: the newest finished one.")),
)


def file_options(function: Callable[..., R]) -> Callable[..., R]:
    """Give a command `--sms --passwords --mbox --own --region --snapshot`, which come to it together as `where`."""

    @functools.wraps(function)
    def gathered(
        *,
        sms: tuple[Path, ...],
        passwords: tuple[Path, ...],
        mbox: tuple[Path, ...],
        own: tuple[str, ...],
        region: str | None,
        snapshot: str | None,
        **others: object,
    ) -> R:
        return function(where=Where(sms, passwords, mbox, own, region, snapshot), **others)

    found: Callable[..., R] = gathered
    for one in reversed(_OPTIONS):
        found = one(found)
    return found


@dataclass(slots=True)
class Looked:
    """What was found, and what the person decided.

    Attributes:
        files: what the files show that were named.
        state: None where no vault was opened.
        snapshot: the one that was looked through; None where there is none.
    """

    inventory: "Inventory"
    files: "Sequence[Gathered]" = ()
    state: "OwnerState | None" = None
    snapshot: "SnapshotInfo | None" = None
    _repo: "Repository | None" = None
    _every: "list[SnapshotInfo]" = field(default_factory=list)
    _frame: Frame | None = None

    @property
    def repo(self) -> "Repository | None":
        """The vault, open as long as it is looked at; None where none was opened."""
        return self._repo

    def keep(self, changes: "Iterable[Change]") -> None:
        """Keep changes in the vault; where they change nothing, nothing is written."""
        from phoneward import snapshots

        wanted = list(changes)
        if not wanted or self._repo is None or self._frame is None:
            return
        frame = self._frame
        with self._repo.lock(exclusive=False) as lock:
            self.state = snapshots.change_state(
                self._repo,
                lock,
                wanted,
                snapshots=[info.snapshot for info in self._every],
                on_damaged=lambda _name, error: frame.output.warn(error),
            )


@contextlib.contextmanager
def looking(
    frame: Frame,
    where: Where,
    *,
    needs_vault: bool = False,
    before: "Callable[[OwnerState], Iterable[Change]] | None" = None,
) -> Iterator[Looked]:
    """Yield what was found; the vault stays open meanwhile, where one is needed.

    Args:
        frame: this run.
        where: to look.
        needs_vault: one is opened in any case.
        before: what is changed in the vault before anybody looks.

    Raises:
        NoRepositoryNamedError and others: see `session.open_vault`.
    """
    from phoneward import numbers
    from phoneward.cli.progress_view import listening

    told = where.told()
    if not needs_vault and where.is_without_vault(frame):
        with listening(frame.output) as listener:
            more = where.read(listener)
            found = numbers.combined(more, told=told, region=where.code, missed=numbers.not_asked(more))
        yield Looked(found, more)
        return
    with open_vault(frame) as repository:
        yield _in_vault(frame, repository, where, told, before)


def _in_vault(
    frame: Frame,
    repository: "Repository",
    where: Where,
    told: dict[str, frozenset[str]],
    before: "Callable[[OwnerState], Iterable[Change]] | None",
) -> Looked:
    from phoneward import numbers, snapshots
    from phoneward.cli.progress_view import listening
    from phoneward.vault import NoSnapshotsError

    repository.load_index()
    every = snapshots.list_snapshots(repository, on_damaged=lambda _name, error: frame.output.warn(error))
    state = snapshots.load_state(repository, snapshots=[info.snapshot for info in every])
    try:
        chosen = snapshots.describe(snapshots.find(repository, where.snapshot or "latest"))
    except NoSnapshotsError:
        chosen = None
    looked = Looked(numbers.Inventory(), [], state, chosen, repository, every, frame)
    if before is not None:
        looked.keep(before(state))
    with listening(frame.output) as listener:
        looked.files = where.read(listener)
        asking = snapshots.Asking(
            repository,
            chosen,
            every,
            dt.datetime.now(dt.UTC),
            frame.settings.cache_dir,
            listener,
            state=looked.state or state,
        )
        plans = {kept.number: frozenset[str]() for kept in numbers.kept_plans(state)}
        looked.inventory = numbers.inventory_of(asking, more=looked.files, own=plans | told, region=where.code)
    return looked


def kept_of(looked: Looked, number: str | None) -> "KeptPlan":
    """Return the number that is given up and that is meant.

    Raises:
        NoPlanError, SeveralPlansError: none is, or several are and none is named.
    """
    from phoneward import numbers

    plans = [] if looked.state is None else numbers.kept_plans(looked.state)
    if number is not None:
        wanted = numbers.parse_number(number)
        plans = [kept for kept in plans if kept.number == wanted]
    if not plans:
        raise numbers.NoPlanError
    if len(plans) > 1:
        raise numbers.SeveralPlansError(numbers=enumeration(numbers.shown_number(kept.number) for kept in plans))
    return plans[0]

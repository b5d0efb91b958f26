"""What the commands about a number have in common: where accounts are looked for, and what is kept in the vault."""

import contextlib
import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, ParamSpec, TypeVar

import click

from phoneward.cli.frame import Frame, option
from phoneward.cli.session import open_vault
from phoneward.texts import N_, enumeration

if TYPE_CHECKING:
    from phoneward.numbers import Gathered, Inventory, KeptPlan
    from phoneward.snapshots import Change, OwnerState, SnapshotInfo
    from phoneward.vault import Repository

P = ParamSpec("P")
R = TypeVar("R")
FILE = click.Path(path_type=Path)


def file_options(function: Callable[P, R]) -> Callable[P, R]:
    """Give a command `--sms --own --region --snapshot`."""
    options = (
        option(
            "--sms",
            type=FILE,
            multiple=True,
            metavar="FILE",
            help=N_("A file of messages, as SMS Backup & Restore makes it."),
        ),
        option(
            "--own",
            multiple=True,
            metavar="NUMBER[=SIM]",
            help=N_(
                "A number of yours, and which SIM bears it, as messages count them (--json shows them). May be "
                "repeated."
            ),
        ),
        option(
            "--region",
            metavar="CC",
            help=N_("The country of numbers without a country code, such as CN. Default: found out."),
        ),
        option("--snapshot", metavar="SNAPSHOT", help=N_("This snapshot. Default: the newest finished one.")),
    )
    for one in reversed(options):
        function = one(function)
    return function


@dataclass(frozen=True, slots=True)
class Where:
    """Where to look.

    Attributes:
        sms: files of messages; with these alone no vault is opened.
        own: further numbers of the person's, as they wrote them.
        region: as they wrote it.
        snapshot: which; None for the newest.
        numbers: of theirs in any case, E.164.
    """

    sms: tuple[Path, ...] = ()
    own: tuple[str, ...] = ()
    region: str | None = None
    snapshot: str | None = None
    numbers: tuple[str, ...] = ()

    @property
    def is_without_vault(self) -> bool:
        """No vault is opened."""
        return bool(self.sms) and self.snapshot is None

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


@dataclass(slots=True)
class Looked:
    """What was found, and what the person decided.

    Attributes:
        state: None where no vault was opened.
        snapshot: the one that was looked through; None where there is none.
    """

    inventory: "Inventory"
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


def look(frame: Frame, number: str, sms: Iterable[Path], *changes: "Change") -> "Inventory":
    """Return what is found about one number, and keep changes in the vault; with files of messages none is opened.

    Args:
        frame: this run.
        number: E.164; it is one of the person's own.
        sms: files of messages.
        changes: what the person decided.
    """
    with looking(frame, Where(tuple(sms), numbers=(number,))) as looked:
        looked.keep(changes)
        return looked.inventory


@contextlib.contextmanager
def looking(frame: Frame, where: Where) -> Iterator[Looked]:
    """Yield what was found; the vault stays open meanwhile, where one is needed.

    Raises:
        NoRepositoryNamedError and others: see `session.open_vault`.
    """
    from phoneward import numbers
    from phoneward.cli.progress_view import listening

    told = where.told()
    with contextlib.ExitStack() as stack:
        if where.is_without_vault:
            listener = stack.enter_context(listening(frame.output))
            more = [numbers.read_messages_file(path, listener=listener) for path in where.sms]
            found = numbers.combined(more, told=told, region=where.code, missed=numbers.not_asked(more))
            stack.close()
            yield Looked(found)
            return
        repository = stack.enter_context(open_vault(frame))
        yield _in_vault(frame, repository, where, told)


def _in_vault(frame: Frame, repository: "Repository", where: Where, told: dict[str, frozenset[str]]) -> Looked:
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
    with listening(frame.output) as listener:
        asking = snapshots.Asking(
            repository, chosen, every, dt.datetime.now(dt.UTC), frame.settings.cache_dir, listener, state=state
        )
        more: list[Gathered] = [numbers.read_messages_file(path, listener=listener) for path in where.sms]
        plans = {kept.number: frozenset[str]() for kept in numbers.kept_plans(state)}
        found = numbers.inventory_of(asking, more=more, own=plans | told, region=where.code)
    return Looked(found, state, chosen, repository, every, frame)


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

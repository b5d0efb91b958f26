"""`phoneward find`: in which snapshots is a file?"""

import contextlib
import os
import sys
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

import click

from phoneward.cli.errors import NotATimeError
from phoneward.cli.frame import Frame, argument, current, option, vault_options
from phoneward.cli.ls_cmd import document as node_document
from phoneward.cli.ls_cmd import line
from phoneward.cli.session import NO_LOCK_HELP, open_vault
from phoneward.cli.tables import plain_table
from phoneward.cli.worded import WordedCommand
from phoneward.errors import ExitCode, PhonewardError, readable
from phoneward.texts import N_, _, formats, labelled, ngettext

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.table import Table

    from phoneward.vault import Match, Repository, Snapshot

REMEMBERED: Final = 10_000
"""Names of which the first and last appearance is remembered; of more, only how many there are."""

_TIME_FORMATS: Final = (
    "%Y-%m-%d",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%d %H:%M:%S %z",
    "%d.%m.%Y",
    "%d.%m.%Y %H:%M",
    "%d.%m.%Y %H:%M:%S",
    "%d.%m.%Y %H:%M:%S %z",
)
"""As restic `find` (cmd/restic/cmd_find.go), but for its two forms with a time zone's letters."""


@click.command(
    cls=WordedCommand,
    short_help=N_("Find a file or folder by its name, in all snapshots."),
    help=N_(
        "Find files and folders by name in all finished snapshots, and see when each first and last appeared. In a "
        "PATTERN, * stands for any characters, ? for one, [abc] for one of these, ** for any number of folders. A "
        "pattern that begins with / is looked for from the top, such as /shared/DCIM/**/*.jpg. What lies in a folder "
        "that matches is found too. Put quotation marks around a pattern."
    ),
)
@argument("patterns", metavar="PATTERN...", nargs=-1, required=True, meaning=N_("What to look for, such as *.jpg."))
@option(
    "--snapshot",
    "-s",
    "refs",
    metavar="SNAPSHOT",
    multiple=True,
    help=N_("Only in this snapshot: its first digits, or latest. May be given several times."),
)
@option(
    "--host",
    metavar="PHONE",
    multiple=True,
    help=N_("Only in snapshots of the phone with this name. May be given several times."),
)
@option("--ignore-case", "-i", is_flag=True, help=N_("Treat upper and lower case as the same."))
@option("--oldest", "-O", metavar="TIME", help=N_("Only what was last changed at this time or later."))
@option(
    "--newest",
    "-N",
    metavar="TIME",
    help=N_("Only what was last changed at this time or earlier. A date alone means the start of that day."),
)
@option("--long", "-l", is_flag=True, help=N_("Also size and time of each."))
@option("--no-lock", is_flag=True, help=NO_LOCK_HELP)
@vault_options
def find(
    patterns: tuple[str, ...],
    refs: tuple[str, ...],
    host: tuple[str, ...],
    oldest: str | None,
    newest: str | None,
    *,
    ignore_case: bool,
    long: bool,
    no_lock: bool,
) -> ExitCode:
    """Search, newest snapshot first, and say when each name first and last appeared."""
    from phoneward import vault

    frame = current()
    wanted = vault.Patterns([os.fsencode(pattern) for pattern in patterns], ignore_case=ignore_case)
    view = _View(frame, long=long)
    with open_vault(frame) as repository, contextlib.ExitStack() as stack:
        if not no_lock:
            stack.enter_context(repository.lock(exclusive=False))
        repository.load_index()
        finder = vault.Finder(
            repository,
            wanted,
            oldest_ns=_time_ns(oldest, "--oldest"),
            newest_ns=_time_ns(newest, "--newest"),
            on_damaged=view.damaged_folder,
        )
        chosen = _snapshots(repository, refs, host, view)
        for match in finder.search(chosen):
            view.show(match)
    view.end(len(chosen))
    return ExitCode.INCOMPLETE if view.damaged else ExitCode.DONE


def _snapshots(
    repository: "Repository", refs: tuple[str, ...], hosts: tuple[str, ...], view: "_View"
) -> "list[Snapshot]":
    """Return the finished snapshots, or those named, newest first."""
    from phoneward import snapshots

    if refs:
        named = {snapshot.id: snapshot for snapshot in (snapshots.find(repository, ref) for ref in refs)}
        found = list(named.values())
    else:
        listed = snapshots.list_snapshots(repository, on_damaged=view.damaged_snapshot)
        found = [info.snapshot for info in listed if info.of_phone and not info.partial]
    chosen = [snapshot for snapshot in found if not hosts or snapshot.hostname in hosts]
    return sorted(chosen, key=lambda snapshot: (-snapshot.time_ns, snapshot.id or ""))


def _time_ns(text: str | None, name: str) -> int | None:
    """Return a time in nanoseconds since 1970 UTC; without a zone it is this computer's."""
    if text is None:
        return None
    for form in _TIME_FORMATS:
        with contextlib.suppress(ValueError, OverflowError, OSError):
            return round(datetime.strptime(text.strip(), form).timestamp()) * 10**9  # noqa: DTZ007 - local, or has %z
    raise NotATimeError(value=readable(text), name=name)


@dataclass(slots=True)
class _Seen:
    """One path over all snapshots; they come newest first."""

    last: "Snapshot"
    first: "Snapshot"
    snapshots: int = 1


class _View:
    """Shows what is found as it comes."""

    def __init__(self, frame: Frame, *, long: bool) -> None:
        self._output = frame.output
        self._long = long
        self._snapshot: Snapshot | None = None
        self._seen: dict[bytes, _Seen] = {}
        self._forgotten = False
        self._matches = 0
        self.damaged = 0

    def damaged_snapshot(self, _name: str, error: PhonewardError) -> None:
        self.damaged += 1
        self._output.warn(error)

    def damaged_folder(self, snapshot: "Snapshot", path: bytes, error: PhonewardError) -> None:
        self.damaged += 1
        self._output.warn(error)
        self._output.say(
            _("{path} in the snapshot {snapshot} was not searched.").format(
                path=readable(path), snapshot=snapshot.short_id
            )
        )

    def show(self, match: "Match") -> None:
        self._matches += 1
        if self._output.json:
            self._output.emit("match", document(match))
            return
        self._remember(match)
        if self._snapshot is not match.snapshot:
            if self._snapshot is not None:
                sys.stdout.write("\n")
            self._snapshot = match.snapshot
            self._output.result(heading(match.snapshot))
        sys.stdout.write(line(match.entry) if self._long else f"{readable(match.path)}\n")

    def _remember(self, match: "Match") -> None:
        seen = self._seen.get(match.path)
        if seen is not None:
            seen.first = match.snapshot
            seen.snapshots += 1
        elif len(self._seen) < REMEMBERED:
            self._seen[match.path] = _Seen(match.snapshot, match.snapshot)
        else:
            self._forgotten = True

    def end(self, searched: int) -> None:
        if self._output.json:
            self._output.emit("summary", {"snapshots": searched, "matches": self._matches, "damaged": self.damaged})
            return
        if not self._matches:
            self._output.result(_("Nothing of that name was found in {snapshots}.").format(
                snapshots=formats.snapshots(searched)
            ))  # fmt: skip
            return
        if searched > 1:
            sys.stdout.write("\n")
            self._output.summary(appearances(self._seen.items()))
        if self._forgotten:
            self._output.summary(
                _("There are more names than this table holds. --json lists all.")
            )  # fmt: skip
        count = ngettext("{count} match", "{count} matches", self._matches).format(count=f"{self._matches:,}")
        self._output.summary(labelled(formats.snapshots(searched), count))


def heading(snapshot: "Snapshot") -> str:
    """Return which snapshot the next names are in."""
    return _("In the snapshot {snapshot} of {label}, taken {time}:").format(
        snapshot=snapshot.short_id, label=readable(snapshot.hostname), time=formats.moment(snapshot.time)
    )


def appearances(seen: "Iterable[tuple[bytes, _Seen]]") -> "Table":
    """Return when each name first and last appeared."""
    shown = plain_table(_("First"), _("Last"), _("Snapshots"), _("Name"), numbers=(2,))
    for path, times in sorted(seen, key=lambda item: item[0]):
        shown.add_row(
            formats.day(times.first.time),
            formats.day(times.last.time),
            f"{times.snapshots:,}",
            readable(path),
        )
    return shown


def document(match: "Match") -> dict[str, object]:
    """Return a match with restic's names for its fields (restic `find --json`) and the snapshot it is in."""
    from phoneward.vault import format_time

    snapshot = match.snapshot
    return {
        **node_document(match.entry),
        "snapshot": snapshot.id,
        "snapshot_time": format_time(snapshot.time_ns, snapshot.utc_offset),
        "hostname": snapshot.hostname,
    }

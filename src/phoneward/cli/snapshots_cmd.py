"""`phoneward snapshots`: which snapshots there are."""

from typing import TYPE_CHECKING

import click

from phoneward.cli.frame import Frame, current, vault_options
from phoneward.cli.session import open_vault
from phoneward.cli.tables import plain_table
from phoneward.cli.worded import WordedCommand
from phoneward.errors import ExitCode, PhonewardError, readable
from phoneward.texts import N_, _, formats

if TYPE_CHECKING:
    from rich.table import Table

    from phoneward.snapshots import OwnerState, SnapshotInfo
    from phoneward.vault import FileId, Snapshot


@click.command(
    cls=WordedCommand,
    short_help=N_("List the snapshots in the vault."),
    help=N_(
        "List the snapshots in the vault, oldest first: when each was taken, of which phone, and how much it holds. "
        "The first column names a snapshot for other commands; `latest` names the newest finished one. "
        "What a snapshot does not hold is told by `phoneward coverage`."
    ),
)
@vault_options
def snapshots() -> ExitCode:
    """List all snapshots; one that is damaged is named and does not hide the others."""
    frame = current()
    damaged: list[PhonewardError] = []

    def note(_name: "FileId", error: PhonewardError) -> None:
        damaged.append(error)

    with open_vault(frame) as repository:
        from phoneward.snapshots import list_snapshots, load_state

        found = list_snapshots(repository, on_damaged=note)
        state = load_state(repository, snapshots=[info.snapshot for info in found], on_damaged=note)
    shown = [info for info in found if not info.state]
    if frame.output.json:
        for info in sorted(found, key=lambda info: info.state):  # what a person decided comes after the phones
            frame.output.emit("snapshot", document(info, state.phone_name(info.device)))
    elif shown:
        frame.output.result(table(shown, state))
        frame.output.summary(formats.snapshots(sum(not info.proof for info in shown)))
    else:
        frame.output.result(_("The vault holds no snapshot yet. Make one with: phoneward backup"))
    if len(shown) < len(found) and not frame.output.json:
        frame.output.summary(_("The names, settings and notes that you gave are kept in the vault, too."))
    return _name_damaged(frame, damaged)


def _name_damaged(frame: Frame, damaged: list[PhonewardError]) -> ExitCode:
    for error in damaged:
        frame.output.warn(error)
    return ExitCode.INCOMPLETE if damaged else ExitCode.DONE


def document(info: "SnapshotInfo", name: str | None = None) -> dict[str, object]:
    """Return a snapshot with restic's names for its fields (restic `snapshots --json`), and what is ours.

    Args:
        info: the snapshot.
        name: what the person calls the phone.
    """
    from phoneward.vault import format_time

    snapshot = info.snapshot
    optional = {
        "parent": snapshot.parent,
        "original": snapshot.original,
        "program_version": snapshot.program_version,
        "excludes": list(snapshot.excludes),
    }
    return {
        "id": snapshot.id,
        "short_id": snapshot.short_id,
        "time": format_time(snapshot.time_ns, snapshot.utc_offset),
        "tree": snapshot.tree.hex(),
        "paths": list(snapshot.paths),
        "hostname": snapshot.hostname,
        "username": snapshot.username,
        "tags": list(snapshot.tags),
        "device": info.device,
        "name": name,
        "partial": info.partial,
        "proof": info.proof,
        "subject": info.subject,
        "state": info.state,
        **{key: value for key, value in optional.items() if value},
        "summary": _summary(snapshot),
    }


def _summary(snapshot: "Snapshot") -> dict[str, object] | None:
    from phoneward.vault import format_time

    found = snapshot.summary
    if found is None:
        return None
    counts = {name: getattr(found, name) for name in found.__struct_fields__ if not name.endswith("_ns")}
    times = {"backup_start": format_time(found.backup_start_ns), "backup_end": format_time(found.backup_end_ns)}
    return {**times, **counts}


def table(found: "list[SnapshotInfo]", state: "OwnerState") -> "Table":
    """Return the snapshots as a table, phones with the names that the person gave them."""
    shown = plain_table(_("Snapshot"), _("Taken"), _("Phone"), _("Files"), _("Size"), _("Finished"), numbers=(3, 4))
    for info in found:
        shown.add_row(
            info.snapshot.short_id,
            formats.moment(info.snapshot.time),
            _phone(info, state.phone_name(info.device)),
            _unless_proof(info, "?" if info.files is None else f"{info.files:,}"),
            _unless_proof(info, "?" if info.bytes is None else formats.size(info.bytes)),
            _finished(info),
        )
    return shown


def _phone(info: "SnapshotInfo", name: str | None) -> str:
    """Return what the person calls a phone, and its label: that is what `--host` of other commands takes."""
    label = readable(info.label)
    return label if name is None else _("{name} ({label})").format(name=name, label=label)


def _unless_proof(info: "SnapshotInfo", figure: str) -> str:
    """A later proof holds none of the phone's files: there is nothing to count."""
    return "" if info.proof else figure


def _finished(info: "SnapshotInfo") -> str:
    if info.proof:
        return _("proof of {snapshot}").format(snapshot=(info.subject or "?")[:8])
    return _("no: cut short") if info.partial else _("yes")

"""`phoneward ls`: what a snapshot holds."""

import os
import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import click

from phoneward.cli import wrapping
from phoneward.cli.frame import argument, current, option, vault_options
from phoneward.cli.names import name_fields
from phoneward.cli.session import open_vault
from phoneward.cli.worded import WordedCommand
from phoneward.errors import ExitCode, readable
from phoneward.texts import N_, _, formats

if TYPE_CHECKING:
    from phoneward.snapshots import FileProof
    from phoneward.vault import Node, TreeEntry

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@click.command(
    cls=WordedCommand,
    short_help=N_("List what a snapshot holds."),
    help=N_(
        "List what a snapshot holds in one of its folders, or with --recursive in all below it. The phone's shared "
        "storage stands under /shared, its apps under /packages."
    ),
)
@argument("snapshot", required=False, metavar="[SNAPSHOT]", meaning=N_("Which snapshot. Default: latest."))
@argument("path", required=False, metavar="[PATH]", meaning=N_("A folder or file in the snapshot. Default: /."))
@option("--recursive", "-R", is_flag=True, help=N_("Also everything below."))
@option(
    "--proof",
    is_flag=True,
    help=N_("Also how sure each file is, and since when: stored, matched with the phone's checksum, or restored."),
)
@vault_options
def ls(snapshot: str | None, path: str | None, *, recursive: bool, proof: bool) -> ExitCode:
    """List a folder of a snapshot."""
    if path is None and snapshot is not None and snapshot.startswith("/"):
        snapshot, path = None, snapshot  # no snapshot's name starts so
    frame = current()
    with open_vault(frame) as repository:
        from phoneward import snapshots

        repository.load_index()
        wanted = snapshot or "latest"
        lookup = snapshots.ProofLookup(repository, snapshots.find(repository, wanted)) if proof else None
        entries = snapshots.list_path(repository, wanted, os.fsencode(path or "/"), recursive=recursive)
        for entry in entries:
            found = lookup.of(entry.path) if lookup is not None else None
            if frame.output.json:
                shown = {"proof": proof_document(found)} if lookup is not None else {}
                frame.output.emit("node", document(entry) | shown)
            else:  # not a table: a phone has a million names
                sys.stdout.write(line(entry) if lookup is None else proof_cell(found) + line(entry))
    return ExitCode.DONE


LEVELS = {"stored": N_("stored"), "matched": N_("matched"), "restored": N_("restored")}
_PROOF_CELLS = 27


def proof_words(found: "FileProof | None") -> str:
    """Return how sure a file is, in words."""
    if found is None or found.date is None:
        return ""
    return _("{level} {date}").format(level=_(LEVELS[found.level]), date=formats.moment(found.date))


def proof_cell(found: "FileProof | None") -> str:
    """Return the same as a cell of one width in every language."""
    words = proof_words(found)
    return words + " " * (_PROOF_CELLS - wrapping.cell_width(words))


def proof_document(found: "FileProof | None") -> dict[str, object] | None:
    """Return how sure a file is, for JSON: null for what is no file, or where the snapshot does not say."""
    if found is None:
        return None
    dates = {"date": found.date, "stored": found.stored, "matched": found.matched, "restored": found.restored}
    times = {name: None if when is None else when.isoformat().replace("+00:00", "Z") for name, when in dates.items()}
    return {"level": found.level.value, **times, "note": found.note}


def line(entry: "TreeEntry") -> str:
    """Return an entry as one line: size, time, path."""
    node = entry.node
    size = formats.size(node.size) if node.type == "file" else ""
    ending = {"dir": "/", "symlink": f" → {readable(node.linktarget)}"}.get(node.type, "")
    return f"{size:>10}  {formats.moment(_time(node))}  {readable(entry.path)}{ending}\n"


def _time(node: "Node") -> datetime:
    try:
        return (_EPOCH + timedelta(microseconds=node.mtime_ns // 1000)).astimezone(UTC)
    except OverflowError:
        return _EPOCH


def document(entry: "TreeEntry") -> dict[str, object]:
    """Return an entry with restic's names for its fields (restic `ls --json`)."""
    from phoneward.vault import format_time

    node = entry.node
    document: dict[str, object] = {
        **name_fields(node.name, "name"),
        "type": node.type,
        **name_fields(entry.path),
        "uid": node.uid,
        "gid": node.gid,
        "mode": node.mode,
        "mtime": format_time(node.mtime_ns),
    }
    if node.type == "file":
        document["size"] = node.size
    if node.type == "symlink":
        document.update(name_fields(node.linktarget, "linktarget"))
    return document

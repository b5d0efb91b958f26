"""`phoneward diff`: what changed from one snapshot to another."""

import contextlib
import sys
from typing import TYPE_CHECKING

import click

from phoneward.cli import wrapping
from phoneward.cli.frame import argument, current, option, vault_options
from phoneward.cli.names import name_fields
from phoneward.cli.output import Output
from phoneward.cli.session import NO_LOCK_HELP, open_vault
from phoneward.cli.worded import WordedCommand
from phoneward.errors import ExitCode, PhonewardError, readable
from phoneward.texts import N_, _, enumeration, formats, sentences

if TYPE_CHECKING:
    from phoneward.vault import Change, Diff, DiffTotals, Node, Snapshot

_WORDS = {
    "+": N_("added"),
    "-": N_("removed"),
    "M": N_("changed"),
    "T": N_("other kind"),
    "U": N_("touched"),
    "?": N_("damaged?"),
}
_WORD_CELLS = 14


@click.command(
    cls=WordedCommand,
    short_help=N_("Show what changed from one snapshot to another."),
    help=N_(
        "Show what changed from the snapshot A to the snapshot B: names that were added or removed, files whose "
        "content changed, and with --metadata also “touched” ones, of which only the time, the rights or the like "
        "changed.\n\n"
        "“damaged?” means that a file's content changed while its time and all else stayed the same."
    ),
)
@argument("before", metavar="A", meaning=N_("The snapshot to compare with: its first digits, or latest."))
@argument("after", metavar="B", meaning=N_("The other snapshot, as a rule the newer one."))
@option("--metadata", is_flag=True, help=N_("Also names of which only the time, the rights or the like changed."))
@option("--no-lock", is_flag=True, help=NO_LOCK_HELP)
@vault_options
def diff(before: str, after: str, *, metadata: bool, no_lock: bool) -> ExitCode:
    """Compare two snapshots, list what differs, and add it up."""
    from phoneward import snapshots, vault

    output = current().output
    damaged = 0

    def note_damage(path: bytes, error: PhonewardError) -> None:
        nonlocal damaged
        damaged += 1
        output.warn(error)
        output.say(_("{path} was not compared.").format(path=readable(path)))

    with open_vault(current()) as repository, contextlib.ExitStack() as stack:
        if not no_lock:
            stack.enter_context(repository.lock(exclusive=False))
        repository.load_index()
        one, two = snapshots.find(repository, before), snapshots.find(repository, after)
        compared = vault.Diff(repository, one.tree, two.tree, metadata=metadata, on_damaged=note_damage)
        output.say(heading(one, two))
        own = 0
        for change in compared.changes():
            if output.json:
                output.emit("change", document(change))
            elif change.modifier in {"M", "U"} and snapshots.is_own_document(two, change.path):
                own += change.modifier == "M"
            else:
                sys.stdout.write(line(change))
        _show_sums(output, compared, one, two, own)
    return ExitCode.INCOMPLETE if damaged else ExitCode.DONE


def heading(one: "Snapshot", two: "Snapshot") -> str:
    """Return which snapshots are compared."""
    sentence = _("From {one} of {one_label}, taken {one_time}, to {two} of {two_label}, taken {two_time}:")
    return sentence.format(
        one=one.short_id,
        one_label=readable(one.hostname),
        one_time=formats.moment(one.time),
        two=two.short_id,
        two_label=readable(two.hostname),
        two_time=formats.moment(two.time),
    )


def line(change: "Change") -> str:
    """Return a change as one line: what happened, the path, the size where it says something."""
    words = enumeration(_(_WORDS[sign]) for sign in change.modifier)
    padding = " " * max(1, _WORD_CELLS - wrapping.cell_width(words))
    return f"{words}{padding}{readable(change.path)}{_sizes(change)}\n"


def _sizes(change: "Change") -> str:
    before, after = _size(change.before), _size(change.after)
    if "T" in change.modifier:
        return ""
    if before is not None and after is not None:
        if before == after:
            return ""
        return _("  ({before} → {after})").format(before=formats.size(before), after=formats.size(after))
    only = before if after is None else after
    return "" if only is None else _("  ({size})").format(size=formats.size(only))


def _size(node: "Node | None") -> int | None:
    return node.size if node is not None and node.type == "file" else None


def document(change: "Change") -> dict[str, object]:
    """Return a change with restic's names for its fields (restic `diff --json`), and sizes and types."""
    sides = {"before": change.before, "after": change.after}
    return {
        **name_fields(change.path),
        "modifier": change.modifier,
        **{f"type_{side}": None if node is None else str(node.type) for side, node in sides.items()},
        **{f"size_{side}": _size(node) for side, node in sides.items()},
    }


def _show_sums(output: Output, compared: "Diff", one: "Snapshot", two: "Snapshot", own: int) -> None:
    sums = compared.statistics()
    if output.json:
        output.emit(
            "statistics",
            {
                "source_snapshot": one.id,
                "target_snapshot": two.id,
                "changed_files": sums.changed_files,
                "added": totals_document(sums.added, sums.file_bytes_added),
                "removed": totals_document(sums.removed, sums.file_bytes_removed),
                "missing_blobs": sums.missing_blobs,
            },
        )
        return
    parts = []
    for totals, size, sentence in (
        (sums.added, sums.file_bytes_added, N_("Added: {files} ({size}), {folders}, {others}.")),
        (sums.removed, sums.file_bytes_removed, N_("Removed: {files} ({size}), {folders}, {others}.")),
    ):
        parts.append(
            _(sentence).format(
                files=formats.files(totals.files),
                size=formats.size(size),
                folders=formats.folders(totals.dirs),
                others=formats.other_names(totals.others),
            )
        )
    parts.append(_("Content changed: {files}.").format(files=formats.files(sums.changed_files - own)))
    output.summary(sentences(*parts))
    if own:
        output.summary(_("Phoneward's own lists and checksums differ too; --json names them."))
    stored = _("Stored for the second snapshot only: {added}. For the first only: {removed}.")
    output.summary(stored.format(added=formats.size(sums.added.bytes), removed=formats.size(sums.removed.bytes)))


def totals_document(totals: "DiffTotals", file_bytes: int) -> dict[str, object]:
    """Return sums with restic's names, and `file_bytes`."""
    return {
        "files": totals.files,
        "dirs": totals.dirs,
        "others": totals.others,
        "data_blobs": totals.data_blobs,
        "tree_blobs": totals.tree_blobs,
        "bytes": totals.bytes,
        "file_bytes": file_bytes,
    }

"""`phoneward stats`: how much the snapshots hold, and what they take."""

import contextlib
from typing import TYPE_CHECKING

import click

from phoneward.cli.errors import NotTogetherError
from phoneward.cli.frame import Frame, argument, current, option, vault_options
from phoneward.cli.session import NO_LOCK_HELP, open_vault
from phoneward.cli.worded import WordedCommand
from phoneward.errors import ExitCode
from phoneward.texts import N_, _, formats, ngettext

if TYPE_CHECKING:
    from phoneward.vault import Repository, Snapshot, VaultStats

PER = ("phone", "app")
MODES = ("restore-size", "files-by-contents", "raw-data", "blobs-per-file")


@click.command(
    cls=WordedCommand,
    short_help=N_("Say how much the snapshots hold, and how much room they take."),
    help=N_(
        "Say how much the snapshots hold: all of them together, or those you name.\n\n"
        "--mode says what is counted. restore-size: what restoring all of them would take. files-by-contents: each "
        "different file once. raw-data: what is really stored in the vault for them. blobs-per-file: the pieces of "
        "each different file."
    ),
)
@argument(
    "refs", metavar="[SNAPSHOT]...", nargs=-1, meaning=N_("Which snapshots: first digits, or latest. Default: all.")
)
@option(
    "--per",
    metavar="WHAT",
    type=click.Choice(PER),
    help=N_(
        "phone or app: tell for each phone, or each app, what a restore would give, what is stored for it alone and "
        "what others need too."
    ),
)
@option(
    "--mode",
    metavar="MODE",
    type=click.Choice(MODES),
    help=N_("restore-size, files-by-contents, raw-data or blobs-per-file. Default: restore-size."),
)
@option(
    "--host",
    metavar="PHONE",
    multiple=True,
    help=N_("Only snapshots of the phone with this name. May be given several times."),
)
@option("--no-lock", is_flag=True, help=NO_LOCK_HELP)
@vault_options
def stats(
    refs: tuple[str, ...], per: str | None, mode: str | None, host: tuple[str, ...], *, no_lock: bool
) -> ExitCode:
    """Measure snapshots and show the figures."""
    from phoneward import vault

    frame = current()
    if refs and host:
        raise NotTogetherError(first="SNAPSHOT", second="--host")
    if per and mode:
        raise NotTogetherError(first="--per", second="--mode")
    with open_vault(frame) as repository, contextlib.ExitStack() as stack:
        if not no_lock:
            stack.enter_context(repository.lock(exclusive=False))
        repository.load_index()
        chosen = _snapshots(repository, refs, host)
        if per:
            return _usage(frame, repository, chosen, per)
        measured = vault.measure(repository, chosen, vault.StatsMode(mode or MODES[0]))
    if frame.output.json:
        frame.output.emit("summary", document(measured))
    else:
        for sentence in sentences(measured):
            frame.output.result(sentence)
    return ExitCode.DONE


def _usage(frame: Frame, repository: "Repository", chosen: "list[Snapshot]", per: str) -> ExitCode:
    from phoneward import snapshots
    from phoneward.cli import usage_view
    from phoneward.cli.progress_view import listening

    with listening(frame.output) as listener:
        state = snapshots.load_state(repository)
        measured = snapshots.usage(repository, chosen, snapshots.Per(per), state=state, listener=listener)
    usage_view.show(frame.output, measured)
    return ExitCode.DONE


def _snapshots(repository: "Repository", refs: tuple[str, ...], hosts: tuple[str, ...]) -> "list[Snapshot]":
    from phoneward import snapshots, vault

    if refs:
        return list({found.id: found for found in (snapshots.find(repository, ref) for ref in refs)}.values())
    found = [s for s in vault.load_snapshots(repository) if not snapshots.is_state(s)]
    return [s for s in found if not hosts or s.hostname in hosts]


def document(measured: "VaultStats") -> dict[str, object]:
    """Return the figures with restic's names (restic `stats --json`); what a mode does not count is left out."""
    names = [name for name in type(measured).__slots__ if name != "mode"]
    return {
        "mode": measured.mode.value,
        **{name: value for name in names if (value := getattr(measured, name)) is not None},
    }


def sentences(measured: "VaultStats") -> list[str]:
    """Return the figures in words."""
    of = formats.snapshots(measured.snapshots_count)
    size = formats.size(measured.total_size)
    if measured.mode == "restore-size":
        lines = [
            _("{snapshots}: {files}, {folders}, {others}.").format(
                snapshots=of,
                files=formats.files(measured.files or 0),
                folders=formats.folders(measured.folders or 0),
                others=formats.other_names(measured.others or 0),
            )
        ]
        restoring = (_("Restoring it would take {size}."), _("Restoring each of them would take {size} in all."))
        return [*lines, restoring[measured.snapshots_count != 1].format(size=size)]
    if measured.mode == "files-by-contents":
        files = formats.files(measured.total_file_count or 0)
        return [_("{snapshots}: {files} with different content, {size}.").format(snapshots=of, files=files, size=size)]
    if measured.mode == "blobs-per-file":
        sentence = _("{snapshots}: {files} with different content in {pieces}, {size}.")
        files = formats.files(measured.total_file_count or 0)
        return [sentence.format(snapshots=of, files=files, pieces=_pieces(measured), size=size)]
    lines = [_("Room in the vault that {snapshots} take up: {size}, in {pieces}.").format(
        snapshots=of, size=size, pieces=_pieces(measured)
    )]  # fmt: skip
    if measured.compression_space_saving is not None:
        plain = formats.size(measured.total_uncompressed_size or 0)
        sentence = _("Without compression it would be {size}; compression saves {percent} %.")
        lines.append(sentence.format(size=plain, percent=f"{measured.compression_space_saving:.1f}"))
    return lines


def _pieces(measured: "VaultStats") -> str:
    count = measured.total_blob_count or 0
    return ngettext("{count} piece", "{count} pieces", count).format(count=f"{count:,}")

"""`phoneward prune`: free the space of what no snapshot needs any more."""

import click

from phoneward.cli import prune_view
from phoneward.cli.frame import current, option, vault_options
from phoneward.cli.session import open_vault
from phoneward.cli.worded import WordedCommand
from phoneward.errors import ExitCode
from phoneward.texts import N_


@click.command(
    cls=WordedCommand,
    short_help=N_("Free the space of what no snapshot needs any more."),
    help=N_(
        "Free the space of what no snapshot needs any more: what `phoneward forget` left, and what interrupted backups "
        "left. Every snapshot keeps all it has. A power cut at any moment does no harm. Where anything in the vault "
        "cannot be read, nothing is removed."
    ),
)
@option("--dry-run", "-n", is_flag=True, help=N_("Say what would be freed, and change nothing."))
@option(
    "--max-unused",
    metavar="AMOUNT",
    default="5%",
    help=N_(
        "How much that is not needed may stay where freeing it means packing anew: 5%, 500M, unlimited. Default: 5%."
    ),
)
@option("--max-repack-size", metavar="SIZE", help=N_("Pack no more than this anew, such as 2G; 0 packs nothing anew."))
@option("--repack-small", is_flag=True, help=N_("Pack small packs together, too."))
@option(
    "--repack-uncompressed",
    is_flag=True,
    help=N_("Pack anew, compressed, what another program stored without compressing it."),
)
@vault_options
def prune(
    max_unused: str, max_repack_size: str | None, *, dry_run: bool, repack_small: bool, repack_uncompressed: bool
) -> ExitCode:
    """Say what is meant to be done, do it, and say what was done."""
    from phoneward.cli.progress_view import listening
    from phoneward.vault import PruneOptions, parse_max_unused, parse_repack_size
    from phoneward.vault import prune as prune_vault

    frame = current()
    options = PruneOptions(
        max_unused=parse_max_unused(max_unused),
        max_repack_bytes=None if max_repack_size is None else parse_repack_size(max_repack_size),
        repack_small=repack_small,
        repack_uncompressed=repack_uncompressed,
    )
    with open_vault(frame) as repository, repository.lock(exclusive=True) as lock, listening(frame.output) as listener:
        report = prune_vault(
            repository,
            lock,
            options=options,
            dry_run=dry_run,
            on_plan=lambda figures: prune_view.show_plan(frame.output, figures, dry_run=dry_run),
            listener=listener,
        )
    prune_view.show_report(frame.output, report)
    if frame.output.json:
        frame.output.emit("summary", prune_view.report_document(report))
    return ExitCode.DONE if report.ok else ExitCode.INCOMPLETE

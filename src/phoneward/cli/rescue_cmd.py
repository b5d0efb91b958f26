"""`phoneward rescue …`: it happened; what can still be saved?"""

from pathlib import Path

import click

from phoneward.cli.frame import option, vault_options
from phoneward.cli.worded import WordedGroup
from phoneward.errors import ExitCode
from phoneward.texts import N_

_COMMANDS: tuple[str, ...] = (
    "sqlite",
    "archive",
    "pictures",
)
"""One file a command: `rescue_sqlite_cmd.py` and so on."""


@click.group(
    cls=WordedGroup,
    sources={name: f"phoneward.cli.rescue_{name}_cmd:{name}" for name in _COMMANDS},
    invoke_without_command=True,
    short_help=N_("It happened: see what to do first, and what can still be saved."),
    help=N_(
        "It happened: see what to do first, and what can still be saved.\n\n"
        "Say what happened, and you get a card with what to do and what not to do now, and a table of what is left: in "
        "earlier snapshots, in backups that the phone's maker or the app made, in the trash with the day it empties "
        "itself, in leftovers, thumbnails and copies, and where else to look. Nothing is written to the phone.\n\n"
        "Without a vault, or with an empty one, the phone that is attached is looked through; it is only read.\n\n"
        "The exit code is 3 where something could not be looked at or collected."
    ),
)
@option(
    "--what",
    metavar="INCIDENT",
    help=N_(
        "What happened: wiped-by-update, reinstalled, reset, deleted, phone-lost, number-given-up, "
        "stranger-in-account or picture-copied. Default: you are asked."
    ),
)
@option("--app", metavar="APP", help=N_("The app that lost something: its name or package, such as com.tencent.mm."))
@option("--when", metavar="DATE", help=N_("The day it happened, such as 2027-01-31: what is older counts most."))
@option(
    "--folder",
    "folders",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="DIR",
    help=N_("Also look through a folder that was copied from a phone, or a memory card. May be repeated."),
)
@option(
    "--collect",
    type=click.Path(path_type=Path),
    metavar="CASE",
    help=N_("Also copy all that is left into a case, a folder for evidence; it is made where there is none."),
)
@option("--card", "is_card_alone", is_flag=True, help=N_("Show the card alone, and look through nothing."))
@option(
    "--html", type=click.Path(path_type=Path), metavar="FILE", help=N_("Also write the card as a page, in large type.")
)
@option("--pdf", type=click.Path(path_type=Path), metavar="FILE", help=N_("Also write the card as a PDF."))
@option("--all", "everything", is_flag=True, help=N_("List everything that was found, one by one."))
@vault_options
@click.pass_context
def rescue(
    context: click.Context,
    *,
    what: str | None,
    app: str | None,
    when: str | None,
    folders: tuple[Path, ...],
    collect: Path | None,
    is_card_alone: bool,
    html: Path | None,
    pdf: Path | None,
    everything: bool,
) -> ExitCode | None:
    """Show the card, look, and show what is left."""
    if context.invoked_subcommand is not None:
        return None
    from phoneward.cli import rescue_look

    wish = rescue_look.Wish(what, app or "", when, folders, collect, is_card_alone, html, pdf, everything)
    return rescue_look.run(wish)

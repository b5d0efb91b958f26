"""`phoneward kit`: the recovery kit again."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from phoneward.cli.errors import NotTogetherError
from phoneward.cli.frame import Frame, current, option, vault_options
from phoneward.cli.session import open_vault
from phoneward.cli.worded import WordedCommand
from phoneward.errors import ExitCode, readable
from phoneward.texts import N_, _

if TYPE_CHECKING:
    from phoneward.vault import Repository


@click.command(
    cls=WordedCommand,
    short_help=N_("Print the recovery kit: how to get everything back without this computer."),
    help=N_(
        "Print the recovery kit, one sheet that says how to get everything back without this computer and without "
        "Phoneward: where the vault is, the exact commands, and an empty line for the password, which is never "
        "printed. Without --html or --pdf it is shown here as text."
    ),
)
@option("--html", metavar="FILE", help=N_("Write it as a web page, which every browser can print."))
@option("--pdf", metavar="FILE", help=N_("Write it as a PDF."))
@option("--printed", is_flag=True, help=N_("Only note in the vault that it is printed, with the password on it."))
@vault_options
def kit(html: str | None, pdf: str | None, *, printed: bool) -> ExitCode:
    """Show or write the recovery kit."""
    from phoneward import setup

    frame = current()
    if html is not None and pdf is not None:
        raise NotTogetherError(first="--html", second="--pdf")
    if printed and (html is not None or pdf is not None):
        raise NotTogetherError(first="--printed", second="--html" if html is not None else "--pdf")
    for name, suffix in ((html, (".html", ".htm")), (pdf, (".pdf",))):
        if name is not None and Path(name).suffix.lower() not in suffix:
            raise setup.KitKindError(path=readable(name))
    place = frame.settings.repository_place()
    file = html or pdf
    with open_vault(frame) as repository:
        if printed:
            return _note(frame, repository)
        journey = setup.Journey(frame.settings.state_dir, place=place, repo=repository, access=frame.settings.access)
        is_printed = setup.is_kit_printed(repository)
        if file is None:
            text = setup.as_text(journey.sheet())
            if frame.output.json:
                frame.output.emit(
                    "kit", {"id": repository.config.id, "file": None, "text": text, "printed": is_printed}
                )
            else:
                click.echo(text, nl=False)
            return ExitCode.DONE
        written = journey.write_kit(Path(file))
    shown = readable(str(written.file))
    if frame.output.json:
        document = {"id": repository.config.id, "file": shown, "text": None, "printed": is_printed}
        frame.output.emit("kit", document)
    else:
        frame.output.summary(_("The recovery kit is in {file}.").format(file=shown))
        frame.output.summary(_("Print it, write the password on it, and keep it with your important papers."))
        if not is_printed:
            frame.output.summary(_("Once that is done: {command}").format(command="phoneward kit --printed"))
    return ExitCode.DONE


def _note(frame: Frame, repository: "Repository") -> ExitCode:
    """Keep the person's word that it is printed."""
    from phoneward import setup

    setup.note_kit_printed(repository)
    if frame.output.json:
        frame.output.emit("kit", {"id": repository.config.id, "file": None, "text": None, "printed": True})
    else:
        frame.output.summary(_("It is noted in the vault."))
    return ExitCode.DONE

"""`phoneward notify status`: by what a person is told."""

import click

from phoneward.cli.frame import current, output_options
from phoneward.cli.worded import WordedCommand
from phoneward.errors import ExitCode
from phoneward.texts import N_, _


@click.command(
    "status",
    cls=WordedCommand,
    short_help=N_("See by what you are told, and what leaves this computer."),
    help=N_(
        "See by what you are told when something failed, was missed or is alarming, and what leaves this computer."
    ),
)
@output_options
def status_() -> ExitCode:
    """List the channels."""
    from phoneward import notifying
    from phoneward.cli.notify_view import document_of, sentence_of

    output = current().output
    channels = notifying.load_channels(current().settings.state_dir)
    if output.json:
        output.emit("notify", {"channels": [document_of(one) for one in channels]})
        return ExitCode.DONE
    for channel in channels:
        output.result(sentence_of(channel))
    if not channels:
        output.result(_("You are told nothing, and nothing leaves this computer. Set a way with: phoneward notify add"))
    return ExitCode.DONE

"""`phoneward notify remove`: be told nothing more by one way."""

import click

from phoneward.cli.frame import argument, current, output_options
from phoneward.cli.notify_add_cmd import CHANNELS
from phoneward.cli.worded import WordedCommand
from phoneward.errors import ExitCode
from phoneward.texts import N_, _


@click.command(
    "remove",
    cls=WordedCommand,
    short_help=N_("Be told nothing more by one way."),
    help=N_("Be told nothing more by one way. A file with its password stays where it is."),
)
@argument("channel", metavar="WAY", type=click.Choice(CHANNELS), meaning=N_("desktop, email, ntfy or webhook."))
@output_options
def remove_(channel: str) -> ExitCode:
    """Forget it."""
    from phoneward import notifying

    frame = current()
    channels = notifying.load_channels(frame.settings.state_dir)
    others = [one for one in channels if notifying.name_of(one) != channel]
    if len(others) == len(channels):
        raise notifying.NoChannelError(channel=channel)
    notifying.save_channels(frame.settings.state_dir, others)
    if frame.output.json:
        frame.output.emit("notify_removed", {"channel": channel})
    else:
        frame.output.summary(_("You are told nothing more by {channel}.").format(channel=channel))
    return ExitCode.DONE

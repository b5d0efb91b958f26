"""`phoneward notify test`: tell the person something harmless, by every way that is set."""

import datetime as dt

import click

from phoneward.cli.frame import current, output_options
from phoneward.cli.worded import WordedCommand
from phoneward.errors import ExitCode
from phoneward.texts import N_, _


@click.command(
    "test",
    cls=WordedCommand,
    short_help=N_("Be told something harmless, to see that it arrives."),
    help=N_("Be told something harmless by every way that is set, to see that it arrives."),
)
@output_options
def test_() -> ExitCode:
    """Send it and say by which way it went."""
    from phoneward import notifying

    frame = current()
    now = dt.datetime.now(dt.UTC).astimezone()
    sentence = _("This is how you will be told. Nothing has happened.")
    results = notifying.notify(notifying.Message(notifying.Kind.TEST, now, sentence), frame.settings.state_dir)
    if not results:
        raise notifying.NoChannelError(channel=_("any way"))
    for one in results:
        if frame.output.json:
            error = one.error
            problem = None if error is None else {"code": error.code, "message": error.sentence()}
            frame.output.emit("notified", {"channel": one.channel, "error": problem})
        elif one.error is None:
            frame.output.result(_("{channel}: it went.").format(channel=one.channel))
        else:
            frame.output.result(one.error.sentence())
            frame.output.result(one.error.advice())
    return ExitCode.DONE if all(one.error is None for one in results) else ExitCode.FAILED

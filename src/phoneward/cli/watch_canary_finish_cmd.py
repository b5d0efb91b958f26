"""`phoneward watch canary finish`: look for what a run left on the phone, and take it away."""

import click

from phoneward.cli.frame import current, option, output_options
from phoneward.cli.update_install_cmd import ADB_HELP, THE_ONLY_ONE, UNENCRYPTED_HELP
from phoneward.cli.worded import WordedCommand
from phoneward.errors import ExitCode
from phoneward.texts import N_, _


@click.command(
    cls=WordedCommand,
    short_help=N_("Look for a test picture that was left on the phone, and take it away."),
    help=N_(
        "Look for a test picture that was left on the phone (the cable came off, the computer was switched off), and "
        "take it away. Only a file that is exactly the test picture is removed.\n\n"
        "The exit code is 4 where the picture was found in another place than its own."
    ),
)
@option("--adb", "serial", is_flag=False, flag_value=THE_ONLY_ONE, metavar="[SERIAL]", help=ADB_HELP)
@option("--allow-unencrypted", is_flag=True, help=UNENCRYPTED_HELP)
@output_options
def finish(*, serial: str | None, allow_unencrypted: bool) -> ExitCode:
    """Open the phone and mend it."""
    from phoneward.cli.watch_canary_hands import mend, opened

    frame = current()
    with opened(frame, serial, allow_unencrypted=allow_unencrypted) as (hands, _tester):
        left = hands.notes.left(hands.phone.identity.id)
        seen = mend(frame, hands, ask_first=False)
        if not left:
            frame.output.summary(_("No test picture was left on this phone."))
    return ExitCode.FINDING if seen else ExitCode.DONE

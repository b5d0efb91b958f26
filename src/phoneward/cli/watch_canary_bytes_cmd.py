"""`phoneward watch canary bytes PACKAGE`: could this app have sent a picture? Judged by the phone's own counts."""

import click

from phoneward.cli.frame import argument, current, option, output_options
from phoneward.cli.update_install_cmd import ADB_HELP, THE_ONLY_ONE, UNENCRYPTED_HELP
from phoneward.cli.watch_canary_cmd import MINUTES, WAIT_HELP
from phoneward.cli.worded import WordedCommand
from phoneward.errors import ExitCode
from phoneward.texts import N_


@click.command(
    cls=WordedCommand,
    short_help=N_("Test by the phone's own counts whether an app could have sent a picture."),
    help=N_(
        "Test by the phone's own counts whether an app could have sent a picture: also where it encrypts so that no "
        "recording can be read. You do the same step in the app several times, each time once without and once with a "
        "large picture on the phone that cannot be compressed, and the phone says how much the app sent.\n\n"
        "An app that sent less than the picture has did not send it. That it sent more with the picture is a hint, and "
        "told as one. Close to nothing else should go on in the app meanwhile.\n\n"
        "The exit code is 4 where the app sent clearly more with the picture, 3 where nothing can be told, 0 where it "
        "did not send it whole."
    ),
)
@argument("package", metavar="PACKAGE", meaning=N_("The app, by its package name."))
@option(
    "--rounds", type=click.IntRange(1, 20), default=3, metavar="N", help=N_("So many runs of each kind. Default: 3.")
)
@option("--adb", "serial", is_flag=False, flag_value=THE_ONLY_ONE, metavar="[SERIAL]", help=ADB_HELP)
@option("--wait", type=MINUTES, metavar="MINUTES", help=WAIT_HELP)
@option("--allow-unencrypted", is_flag=True, help=UNENCRYPTED_HELP)
@output_options
def count(*, package: str, rounds: int, serial: str | None, wait: float | None, allow_unencrypted: bool) -> ExitCode:
    """Measure and judge."""
    from phoneward import watch
    from phoneward.cli import watch_canary_pause as pause
    from phoneward.cli import watch_canary_view as view
    from phoneward.cli.watch_canary_hands import mend, opened

    frame = current()
    pause.require(frame, wait)

    def step(number: int, rounds: int, *, with_picture: bool) -> None:
        pause.for_run(frame, package, wait, number, rounds, with_picture=with_picture)

    with opened(frame, serial, allow_unencrypted=allow_unencrypted) as (hands, tester):
        mend(frame, hands)
        report = watch.measure_bytes(hands, tester, package, step, rounds=rounds)
    view.show_bytes(frame.output, report)
    if report.verdict is None or report.verdict.conclusion is watch.Conclusion.CANNOT_TELL:
        return ExitCode.INCOMPLETE
    return ExitCode.FINDING if report.verdict.conclusion is watch.Conclusion.SENT_MORE else ExitCode.DONE

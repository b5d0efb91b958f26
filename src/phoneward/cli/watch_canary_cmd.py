"""`phoneward watch canary`: a picture made for it is put on the phone, and looked for wherever it may have gone."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from phoneward.cli.errors import NotTogetherError
from phoneward.cli.frame import current, option, output_options
from phoneward.cli.update_install_cmd import ADB_HELP, THE_ONLY_ONE, UNENCRYPTED_HELP
from phoneward.cli.worded import WordedGroup
from phoneward.errors import ExitCode
from phoneward.texts import N_

if TYPE_CHECKING:
    from phoneward.cli.frame import Frame

_COMMANDS = {"bytes": "count", "finish": "finish", "look": "look"}
"""One file a command: `watch_canary_look_cmd.py` and so on."""

WAIT_HELP = N_("Do not ask at the terminal: go on after so many minutes.")
CAPTURE_HELP = N_("Look for the picture in this recording of what the phone sent too (see `phoneward watch capture`).")
KEYS_HELP = N_("TLS keys for a pcap file, as PCAPdroid saves them (SSLKEYLOGFILE). May be given again.")
MINUTES = click.FloatRange(min=0, max=24 * 60)


@click.group(
    cls=WordedGroup,
    sources={name: f"phoneward.cli.watch_canary_{name}_cmd:{attribute}" for name, attribute in _COMMANDS.items()},
    invoke_without_command=True,
    short_help=N_("Test with a picture made for it which apps copy or send pictures."),
    help=N_(
        "Test with a picture made for it which apps copy or send pictures: the picture is put on the phone as a new "
        "screenshot would come, you use the app, and the picture is looked for in everything that the phone shows. "
        "Then it is taken away.\n\n"
        "The picture says in words what it is and holds nothing of yours. It is recognised by its marks in any size, "
        "cut or covered. Not seen is no proof: what could not be looked at is named.\n\n"
        "A picture that comes over a cable does not trigger the notice of screenshots that apps can get since Android "
        "14. With --by-hand the picture is opened on the phone, and you take the screenshot with the phone's own "
        "keys.\n\n"
        "The exit code is 4 where the picture was found in another place, 0 where it was not seen."
    ),
)
@option("--adb", "serial", is_flag=False, flag_value=THE_ONLY_ONE, metavar="[SERIAL]", help=ADB_HELP)
@option("--app", metavar="PACKAGE", help=N_("The app that is tested: when it last looked at pictures is told too."))
@option("--wait", type=MINUTES, metavar="MINUTES", help=WAIT_HELP)
@option("--capture", "captures", multiple=True, type=click.Path(path_type=Path), metavar="FILE", help=CAPTURE_HELP)
@option("--keys", multiple=True, type=click.Path(path_type=Path), metavar="FILE", help=KEYS_HELP)
@option(
    "--by-hand", is_flag=True, help=N_("Open the picture on the phone, for a screenshot with the phone's own keys.")
)
@option(
    "--no-phone",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help=N_("Only write the picture into a file (.png or .jpg), to be copied to a phone in another way."),
)
@option("--allow-unencrypted", is_flag=True, help=UNENCRYPTED_HELP)
@output_options
@click.pass_context
def canary(
    context: click.Context,
    *,
    serial: str | None,
    app: str | None,
    wait: float | None,
    captures: tuple[Path, ...],
    keys: tuple[Path, ...],
    by_hand: bool,
    no_phone: Path | None,
    allow_unencrypted: bool,
) -> ExitCode:
    """Play a round, unless another command follows."""
    if context.invoked_subcommand is not None:
        return ExitCode.DONE
    frame = current()
    if no_phone is not None:
        others = {"--adb": serial is not None, "--app": bool(app), "--by-hand": by_hand, "--capture": bool(captures)}
        for name in filter(others.get, others):
            raise NotTogetherError(first="--no-phone", second=name)
        return _write(frame, no_phone)
    return _play(frame, _Wish(serial, app or "", wait, captures, keys, by_hand, allow_unencrypted))


@dataclass(frozen=True, slots=True)
class _Wish:
    """The command line of a round."""

    serial: str | None
    app: str
    wait: float | None
    captures: tuple[Path, ...]
    keys: tuple[Path, ...]
    by_hand: bool
    allow_unencrypted: bool


def _write(frame: "Frame", place: Path) -> ExitCode:
    from phoneward import watch
    from phoneward.cli import watch_canary_view as view

    view.show_written(frame.output, watch.write_canary(place, watch.CanaryNotes(frame.settings.state_dir)))
    return ExitCode.DONE


def _play(frame: "Frame", wish: _Wish) -> ExitCode:
    from phoneward import watch
    from phoneward.cli import watch_canary_pause as pause
    from phoneward.cli import watch_canary_view as view
    from phoneward.cli.progress_view import listening
    from phoneward.cli.watch_canary_hands import in_captures, mend, opened

    pause.require(frame, wish.wait)
    with opened(frame, wish.serial, allow_unencrypted=wish.allow_unencrypted) as (hands, tester):
        mend(frame, hands)
        with listening(frame.output) as listener:
            report = watch.play_canary(
                hands,
                tester,
                lambda there: pause.for_app(
                    frame, there, wish.app, wish.wait, by_hand=wish.by_hand, captures=wish.captures
                ),
                app=wish.app,
                by_hand=wish.by_hand,
                listener=listener,
            )
        for capture in in_captures(frame, wish.captures, [report.canary.number], wish.keys):
            report = watch.with_capture(report, capture)
        view.show(frame.output, report, api_level=hands.phone.identity.api_level, by_hand=wish.by_hand)
    return ExitCode.FINDING if report.is_seen else ExitCode.DONE

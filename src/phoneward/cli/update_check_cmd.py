"""`phoneward update check`: would this update keep my data? Asked before anything is installed."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from phoneward.cli.errors import MissingArgumentError, NotTogetherError
from phoneward.cli.frame import Frame, argument, current, option, vault_options
from phoneward.cli.worded import WordedCommand
from phoneward.errors import ExitCode
from phoneward.texts import N_

if TYPE_CHECKING:
    from phoneward.updates import Against, Checked

THE_ONLY_ONE = ""
"""`--adb` without a serial: the one phone that is attached."""
FORMATS = ("text", "sarif")


@click.command(
    cls=WordedCommand,
    short_help=N_("Say before it is installed whether an update keeps your data."),
    help=N_(
        "Say before it is installed whether an update keeps your data, with what you have in the app: against the "
        "phone that is attached, a snapshot of it (--snapshot), or the APK of an older version (--installed).\n\n"
        "FILE is an APK, a bundle (.apks, .xapk, .apkm), or a folder with the APKs of one app. Without FILE, update "
        "files that were downloaded already are looked for on the phone and on this computer, apps are named that were "
        "not signed by their publisher, and you are shown how the phone's shop is told to update nothing by itself.\n\n"
        "The exit code is 0 where the data is kept, 4 where the update would be refused or wipes, 1 where that "
        "cannot be told; of several files it is that of the worst."
    ),
)
@argument("files", nargs=-1, metavar="[FILE]…", meaning=N_("The update files. Default: look for downloaded ones."))
@option(
    "--adb",
    "serial",
    is_flag=False,
    flag_value=THE_ONLY_ONE,
    metavar="[SERIAL]",
    help=N_("Which phone, when several are attached (`phoneward devices` lists them). Default: the only one."),
)
@option(
    "--snapshot",
    metavar="SNAPSHOT",
    help=N_("Instead of the phone, a snapshot of it in the vault: `latest` or the first digits of its id."),
)
@option(
    "--installed",
    metavar="FILE",
    multiple=True,
    help=N_(
        "Instead of the phone, the APK or bundle of the version that is installed; given several times for its parts. "
        "Needs --sdk; no phone and no vault is asked."
    ),
)
@option("--sdk", type=click.IntRange(1, 10_000), metavar="N", help=N_("The phone's Android API level, such as 34."))
@option(
    "--abi",
    "abis",
    multiple=True,
    metavar="ABI",
    help=N_("The phone's kind of processor, such as arm64-v8a; the best first. Default: not known."),
)
@option("--details", is_flag=True, help=N_("Also show every rule that was looked at, with its source in Android."))
@option("--sarif", metavar="OUT", help=N_("Also write the answer to this file as SARIF 2.1.0, for a release pipeline."))
@option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    default="text",
    metavar="FORMAT",
    help=N_("text, or sarif to print SARIF 2.1.0 and nothing else."),
)
@vault_options
def check(
    files: tuple[str, ...],
    serial: str | None,
    snapshot: str | None,
    *,
    installed: tuple[str, ...],
    sdk: int | None,
    abis: tuple[str, ...],
    details: bool,
    sarif: str | None,
    form: str,
) -> ExitCode:
    """Check each file and say it; or look for files."""
    from phoneward.cli import update_check_look as looking
    from phoneward.cli import update_check_view as view
    from phoneward.updates import check_file

    frame = current()
    _refuse_contradictions(serial, snapshot, installed)
    if not files and not installed:
        return looking.look(frame, serial, snapshot, details=details)
    if not files:
        raise MissingArgumentError(command="phoneward update check --installed", name="FILE")
    found: list[Checked] = []
    with ExitStack() as stack:
        if installed:
            against = stack.enter_context(_apks(installed, sdk, abis))
        elif snapshot is not None:
            against = looking.snapshot(stack, frame, snapshot, abis)[1]
        else:
            against = looking.phone(stack, frame, serial)
        for file in files:
            found.append(check_file(file, [Path(file)], against))
            if frame.output.json:
                frame.output.emit("update_check", view.document(found[-1]))
    code = exit_code(found)
    if sarif is not None or form == "sarif":
        _sarif(frame, files, found, sarif, is_printed=form == "sarif")
    if not frame.output.json and form == "text":
        view.show(frame.output, found, details=details)
    return code


def _refuse_contradictions(serial: str | None, snapshot: str | None, installed: Sequence[str]) -> None:
    told = {"--adb": serial is not None, "--snapshot": snapshot is not None, "--installed": bool(installed)}
    given = [name for name, is_given in told.items() if is_given]
    if len(given) > 1:
        raise NotTogetherError(first=given[0], second=given[1])


def exit_code(found: "Sequence[Checked]") -> ExitCode:
    """Return what the program ends with: that of the worst."""
    from phoneward.updates import Verdict, worst_verdict

    match worst_verdict([one.judgement.verdict for one in found]):
        case Verdict.KEEPS if all(one.judgement.lowered is None for one in found):
            return ExitCode.DONE
        case Verdict.KEEPS:  # this phone is known to have lost data in spite of the rules: nothing is promised
            return ExitCode.FAILED
        case Verdict.UNDECIDED:
            return ExitCode.FAILED
        case _:
            return ExitCode.FINDING


@contextmanager
def _apks(files: Sequence[str], sdk: int | None, abis: tuple[str, ...]) -> "Iterator[Against]":
    from phoneward.apk import open_app
    from phoneward.updates import AgainstApks, Device

    if sdk is None:
        raise MissingArgumentError(command="phoneward update check --installed", name="--sdk N")
    with open_app([Path(file) for file in files], sdk=sdk, abis=abis) as old:
        yield AgainstApks(old, Device(sdk, abis))


def _sarif(
    frame: Frame, files: Sequence[str], found: "Sequence[Checked]", path: str | None, *, is_printed: bool
) -> None:
    from phoneward.cli import update_check_view as view
    from phoneward.updates import Told, sarif_log

    told = [Told(file, one.judgement, one.sentence) for file, one in zip(files, found, strict=True)]
    log = sarif_log(told, int(exit_code(found)))
    if path is not None:
        view.write_sarif(log, Path(path), frame.output)
    if is_printed:
        view.write_sarif(log, None, frame.output)

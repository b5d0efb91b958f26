"""`phoneward update inspect`: who signed this file, and would a phone believe that?"""

from pathlib import Path

import click

from phoneward.cli.errors import NotTogetherError
from phoneward.cli.frame import argument, current, option, output_options
from phoneward.cli.worded import WordedCommand
from phoneward.errors import ExitCode
from phoneward.texts import N_

_LEVEL = click.IntRange(1, 2**31 - 1)


@click.command(
    cls=WordedCommand,
    short_help=N_("Say who signed an app's file, and whether a phone would believe it."),
    help=N_(
        "Say who signed an app's file, and whether a phone would believe it: every byte is compared with what was "
        "signed. No phone and no vault is asked.\n\n"
        "FILE is an APK, a bundle (.apks, .xapk, .apkm), or a folder with the APKs of one app. A file of the same name "
        "with .idsig beside an APK is its v4 signature and is looked at too.\n\n"
        "Which signature counts depends on the Android version. By default all versions are meant that the app says it "
        "is for; --sdk asks about one. Android 9 is 28, 10 is 29, 11 is 30, 12 is 31, 13 is 33, 14 is 34, 15 is 35.\n\n"
        "The exit code is 0 where phones would believe all of the files, 4 where they would not believe one of them, 1 "
        "where one cannot be read."
    ),
)
@argument("files", nargs=-1, required=True, metavar="FILE…", meaning=N_("The files."))
@option("--sdk", type=_LEVEL, metavar="N", help=N_("Only phones with this Android, by its API level."))
@option("--min-sdk", type=_LEVEL, metavar="N", help=N_("Phones from this Android on. Default: as the app says."))
@option("--max-sdk", type=_LEVEL, metavar="N", help=N_("Phones up to this Android. Default: all later ones too."))
@output_options
def inspect(files: tuple[str, ...], sdk: int | None, min_sdk: int | None, max_sdk: int | None) -> ExitCode:
    """Look at each file, and show it."""
    from phoneward import apk
    from phoneward.cli import update_inspect_view as view

    if sdk is not None and (min_sdk is not None or max_sdk is not None):
        raise NotTogetherError(first="--sdk", second="--min-sdk")
    versions = apk.Versions(min_sdk, max_sdk) if sdk is None else apk.Versions(sdk, sdk)
    output = current().output
    all_verified = all_readable = True
    for number, file in enumerate(files):
        found = apk.inspect(Path(file), versions)
        all_verified &= found.is_verified
        all_readable &= found.is_readable
        if output.json:
            output.emit("inspected", view.document(file, sdk, found))
        else:
            view.show(output, file, found, is_first=not number)
    if not all_readable:
        return ExitCode.FAILED
    return ExitCode.DONE if all_verified else ExitCode.FINDING

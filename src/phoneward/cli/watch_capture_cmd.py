"""`phoneward watch capture FILE`: was it uploaded?"""

from pathlib import Path

import click

from phoneward.cli.frame import argument, current, option, output_options
from phoneward.cli.worded import WordedCommand
from phoneward.errors import ExitCode
from phoneward.texts import N_


@click.command(
    cls=WordedCommand,
    short_help=N_("Look whether your pictures were sent, in a recording of what the phone sent."),
    help=N_(
        "Look whether your pictures were sent: in a recording of what the phone sent, made with mitmproxy or PCAPdroid "
        "or saved by a browser (flow files, HAR, pcap and pcapng).\n\n"
        "Each picture that was sent is named: to whom, when, by which app where the recording says so, and in which "
        "form. What could not be read stands at the end. Not seen is not the same as not sent."
    ),
)
@argument("file", metavar="FILE", type=click.Path(path_type=Path), meaning=N_("The recording."))
@option("--images", metavar="DIR", type=click.Path(path_type=Path), help=N_("A folder with your pictures."))
@output_options
def capture(file: Path, images: Path | None) -> ExitCode:
    """Read, search, show."""
    from phoneward import watch
    from phoneward.cli import watch_capture_view as view

    output = current().output
    result = watch.look_into_capture(file, watch.pictures_in_folder(images) if images else ())
    view.show(output, result)
    return ExitCode.DONE

"""`phoneward case seal FOLDER`: from now on every change shows."""

import click

from phoneward.cli.case_frame import folder_argument, open_case, say_cleaned, who_option
from phoneward.cli.frame import current, option, output_options
from phoneward.cli.worded import WordedCommand
from phoneward.errors import ExitCode
from phoneward.texts import N_, _, formats


@click.command(
    cls=WordedCommand,
    short_help=N_("Seal a case, so that every later change shows."),
    help=N_(
        "Seal a case: its folder becomes a bag (BagIt) that anybody can check with three standard commands; the README "
        "in it says how. After that every change of it shows.\n\n"
        "With --timestamp an authority says since when it is as it is (RFC 3161). It gets a hash, from which nothing "
        "can be read. Without it nothing leaves this computer, and nobody can tell later when you sealed it.\n\n"
        "A sealed case can go on: add to it, then seal it again. Earlier seals stay, and can still be checked."
    ),
)
@folder_argument
@option("--timestamp", metavar="URL", help=N_("Ask this time stamp authority. Default: nobody."))
@option(
    "--ca",
    metavar="FILE",
    help=N_(
        "The authority's root certificate (PEM): its answer is checked with it, and it goes along in the bag. Default: "
        "PHONEWARD_TIMESTAMP_CA."
    ),
)
@option("--opentimestamps", is_flag=True, help=N_("Ask OpenTimestamps as well, by its own program ots."))
@who_option
@output_options
def seal(*, folder: str, timestamp: str | None, ca: str | None, opentimestamps: bool, who: str | None) -> ExitCode:
    """Seal, and show what came of it."""
    from phoneward.cases import Wish
    from phoneward.cli.progress_view import listening

    frame = current()
    authorities = frame.settings.timestamp_authorities(ca) if timestamp else None
    case = open_case(frame, folder, who)
    with listening(frame.output) as listener:
        made = case.seal(Wish(timestamp or "", authorities, opentimestamps), listener)
    say_cleaned(frame, case)
    if frame.output.json:
        document = {
            "seal": made.number,
            "lines": made.lines,
            "files": made.files,
            "bytes": made.bytes,
            "sha256": made.sha256,
            "time": made.stamp.time.isoformat() if made.stamp else None,
            "authority_trusted": made.stamp.is_verified if made.stamp else False,
        }
        frame.output.emit("case_seal", document)
        return ExitCode.DONE
    pattern = _("Sealed: {files}, {size}, {lines} lines of the custody log. This is seal {number}.")
    frame.output.result(
        pattern.format(
            files=formats.files(made.files), size=formats.size(made.bytes), lines=made.lines, number=made.number
        )
    )
    if made.stamp is None:
        frame.output.result(_("No authority said when. With --timestamp URL one does; you can seal again at any time."))
    else:
        frame.output.result(
            _("It was so on {time}, says {authority}.").format(
                time=formats.moment(made.stamp.time), authority=made.stamp.authority or "?"
            )
        )
        if not made.stamp.is_verified:
            frame.output.result(_("Whether this authority can be trusted was not checked: name its root with --ca."))
    frame.output.summary(_("SHA-256 of the whole: {sha256}").format(sha256=made.sha256))
    return ExitCode.DONE

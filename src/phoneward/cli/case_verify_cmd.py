"""`phoneward case verify BAG`: was anything changed since it was sealed, and since when is it so?"""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from phoneward.cli.frame import Frame, argument, current, option, output_options
from phoneward.cli.worded import WordedCommand
from phoneward.errors import ExitCode
from phoneward.texts import N_, _, formats

if TYPE_CHECKING:
    from phoneward.cases import Stamped, Verdict

_CLOCK_OFF_S = 300


@click.command(
    cls=WordedCommand,
    short_help=N_("Check a sealed case: was anything changed, and since when is it so?"),
    help=N_(
        "Check a sealed case. The answer is one of three: VERIFIED: nothing was changed since a time that an authority "
        "says which you trust. INTEGRITY ONLY: everything fits together, but nobody whom you trust says since when. "
        "BROKEN: something was changed, removed or added; each file and each line is named.\n\n"
        "Whom you trust, you say with --ca. The certificates in the bag do not count: whoever forges a bag can make an "
        "authority to go with it.\n\n"
        "The exit code is 0 for VERIFIED, 3 for INTEGRITY ONLY, 4 for BROKEN."
    ),
)
@argument("bag", metavar="BAG", meaning=N_("The folder of the sealed case."))
@option(
    "--ca",
    metavar="FILE",
    help=N_("Root certificates (PEM) of the authorities that you trust. Default: PHONEWARD_TIMESTAMP_CA."),
)
@output_options
def verify(bag: str, ca: str | None) -> ExitCode:
    """Look, and say what it is worth."""
    from phoneward import cases
    from phoneward.cli.progress_view import listening

    frame = current()
    authorities = frame.settings.timestamp_authorities(ca)
    with listening(frame.output) as listener:
        verdict = cases.verify(Path(bag), authorities, listener)
    if frame.output.json:
        document = {"result": verdict.result.value, "problems": [str(problem) for problem in verdict.problems]}
        sys.stdout.write(json.dumps(document, separators=(",", ":")) + "\n")
    else:
        _show(frame, verdict)
    codes = {
        cases.Result.VERIFIED: ExitCode.DONE,
        cases.Result.INTEGRITY_ONLY: ExitCode.INCOMPLETE,
        cases.Result.BROKEN: ExitCode.FINDING,
    }
    return codes[verdict.result]


def _show(frame: Frame, verdict: "Verdict") -> None:
    from phoneward.cases import result_words

    frame.output.result(str(result_words(verdict.result)))
    for problem in verdict.problems:
        frame.output.result(f"  {problem}")
    for seal in verdict.seals:
        _show_seal(frame, seal)
    pattern = _("Looked at: {files}, {size}, {lines} lines of the custody log.")
    frame.output.summary(
        pattern.format(files=formats.files(verdict.files), size=formats.size(verdict.bytes), lines=f"{verdict.lines:,}")
    )


def _show_seal(frame: Frame, seal: "Stamped") -> None:
    if seal.time is None:
        frame.output.result(_("Seal {number}: without a trusted time.").format(number=seal.seal))
        return
    time = formats.moment(seal.time)
    if seal.is_trusted:
        pattern = _("Seal {number}: made before {time}, says {authority}, which you trust.")
    else:
        pattern = _("Seal {number}: made before {time}, says an authority that calls itself {authority}.")
    frame.output.result(pattern.format(number=seal.seal, time=time, authority=seal.authority or "?"))
    if seal.clock is not None and abs((seal.clock - seal.time).total_seconds()) > _CLOCK_OFF_S:
        pattern = _("The clock of the computer that sealed it said {clock}: the times in the log may be wrong as much.")
        frame.output.result("  " + pattern.format(clock=formats.moment(seal.clock)))

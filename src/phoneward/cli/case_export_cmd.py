"""`phoneward case export BAG --to PLACE`: give a sealed case away, as a portal takes it."""

import re
from pathlib import Path

import click

from phoneward.cli.frame import argument, current, option, output_options
from phoneward.cli.worded import WordedCommand
from phoneward.errors import ExitCode, UsageError, readable
from phoneward.texts import N_, _, formats

_UNITS = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9, "KI": 1 << 10, "MI": 1 << 20, "GI": 1 << 30}
_SIZE = re.compile(r"([0-9]{1,12})\s*([KMG]?I?)B?", re.IGNORECASE)


@click.command(
    cls=WordedCommand,
    short_help=N_("Write a sealed case as a zip, in parts, or as small PDF files."),
    help=N_(
        "Write a sealed case for giving it away: as one zip, in parts that are no larger than a portal takes, or as "
        "small PDF files where no archives are taken. The case is checked first and stays as it is.\n\n"
        "PLACE that ends in .zip is one zip; any other is a folder that gets the parts, and a list of them with their "
        "hashes. Zips of one case are always the same, byte for byte.\n\n"
        "With --pdf: a list of the evidence with the hash of each file and the custody log, the pictures, smaller, and "
        "the letters in the case."
    ),
)
@argument("bag", metavar="BAG", meaning=N_("The folder of the sealed case."))
@option("--to", metavar="PLACE", required=True, help=N_("Where to: a new zip, or a new folder."))
@option("--max-size", metavar="SIZE", help=N_("The most that one file may have, such as 20MB. Default: no limit."))
@option("--pdf", is_flag=True, help=N_("PDF files instead of the bag itself."))
@option(
    "--redacted",
    is_flag=True,
    help=N_("With --pdf: without names, paths, notes and serials, and of files only the redacted copies."),
)
@output_options
def export(*, bag: str, to: str, max_size: str | None, pdf: bool, redacted: bool) -> ExitCode:
    """Write, and say what was written."""
    from phoneward import cases
    from phoneward.cli.progress_view import listening

    frame = current()
    if redacted and not pdf:
        raise UsageError(
            problem=_("--redacted is for PDF files: a zip is the whole case."), hint=_("Add --pdf to the command.")
        )
    most = _size(max_size)
    with listening(frame.output) as listener:
        made = cases.export(Path(bag), Path(to), most=most, as_pdf=pdf, is_redacted=redacted, listener=listener)
    for part in made.parts:
        if frame.output.json:
            frame.output.emit("case_part", {"name": part.name, "size": part.size, "sha256": part.sha256})
        else:
            frame.output.result(f"{readable(part.name)}  {formats.size(part.size)}  SHA-256 {part.sha256}")
    if frame.output.json:
        left_out = [str(one) for one in made.left_out]
        frame.output.emit("summary", {"place": str(made.place), "parts": len(made.parts), "left_out": left_out})
    else:
        for one in made.left_out:
            frame.output.result(str(one))
        frame.output.summary(_("Written to {place}.").format(place=readable(str(made.place))))
    return ExitCode.INCOMPLETE if made.left_out else ExitCode.DONE


def _size(text: str | None) -> int | None:
    if text is None:
        return None
    from phoneward.cases import MIN_PART

    found = _SIZE.fullmatch(text.strip())
    size = int(found[1]) * _UNITS[found[2].upper()] if found and found[2].upper() in _UNITS else 0
    if size < MIN_PART:
        raise UsageError(
            problem=_("{name} {value} is no size, or too small.").format(name="--max-size", value=readable(text)),
            hint=_("Write it as 20MB; the least is 100kB."),
        )
    return size

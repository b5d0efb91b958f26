"""`phoneward number recognise [FILE]`: what messages say about accounts, one answer for each."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

import click

from phoneward.cli.frame import argument, current, output_options
from phoneward.cli.worded import WordedCommand
from phoneward.errors import ExitCode, PhonewardError, readable
from phoneward.texts import N_, _, ngettext

if TYPE_CHECKING:
    from phoneward.cli.output import Output
    from phoneward.numbers import RecognisedLine


class MessagesUnreadableError(PhonewardError):
    """The file of messages cannot be read."""

    message = N_("The messages in {file} cannot be read: {problem}.")
    next_step = N_("Check the name of the file and whether you may read it.")


@click.command(
    cls=WordedCommand,
    short_help=N_("Say of each message whether it brings a code, and which account it speaks of."),
    help=N_(
        "Say of each message whether it brings a one-time code, which service it speaks of, and what it proves: "
        "account (there is one, and this number belongs to it), customer (something was bought, sent or paid), weak "
        "(the service is named, no more) or none.\n\n"
        'Messages are read one a line, as JSON: {"id": "1", "sender": "10690000", "body": "…"}. A line that is no '
        "message is named and passed over; the exit code is then 3. Nothing is kept."
    ),
)
@argument(
    "file",
    metavar="[FILE]",
    required=False,
    type=click.Path(path_type=Path, allow_dash=True),
    meaning=N_("The messages. Default: standard input."),
)
@output_options
def recognise(file: Path | None) -> ExitCode:
    """Read, recognise and print line by line."""
    from phoneward import numbers
    from phoneward.numbers.rulebook import rulebook

    output = current().output
    bad = good = 0
    with _opened(file) as stream:
        for line in numbers.recognised_lines(stream, numbers.Recogniser(rulebook())):
            if isinstance(line, PhonewardError):
                bad += 1
                output.warn(line)
            else:
                good += 1
                _show(output, line)
    if not output.json:
        said = ngettext("{count} message was read.", "{count} messages were read.", good)
        output.summary(said.format(count=f"{good:,}"))
    return ExitCode.INCOMPLETE if bad else ExitCode.DONE


@contextmanager
def _opened(file: Path | None) -> Iterator[IO[bytes]]:
    if file is None or str(file) == "-":
        yield sys.stdin.buffer
        return
    try:
        with file.open("rb") as stream:
            yield stream
    except OSError as error:
        problem = error.strerror or type(error).__name__
        raise MessagesUnreadableError(file=readable(str(file)), problem=problem) from error


def _show(output: "Output", line: "RecognisedLine") -> None:
    found = line.recognition
    if output.json:
        output.emit(
            "recognition",
            {
                "id": line.id,
                "is_otp": found.is_otp,
                "relation": found.relation.value,
                "service": found.service,
                "account_system": found.system,
                "purpose": found.purpose.value,
                "is_done": found.is_done,
            },
        )
        return
    words = {
        "account": _("account"),
        "customer": _("customer"),
        "weak": _("named only"),
        "none": _("proves nothing"),
    }
    code = _("one-time code") if found.is_otp else _("no code")
    service = readable(found.service or "") or "–"
    output.result(f"{readable(str(line.id))}  {service}  {code}  {words[found.relation.value]}")

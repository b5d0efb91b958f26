"""`phoneward case fingerprint`: what happened without to whom, and what many of them have in common."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from phoneward.cli.case_frame import open_case
from phoneward.cli.frame import Frame, argument, current, option, output_options
from phoneward.cli.worded import WordedCommand
from phoneward.errors import ExitCode, UsageError, readable
from phoneward.incidents import INCIDENT_WORDS
from phoneward.paper import save_document
from phoneward.texts import N_, _, labelled, ngettext

if TYPE_CHECKING:
    from phoneward.cases import Pattern


@click.command(
    cls=WordedCommand,
    short_help=N_("Write what happened without anything about you, or compare what others wrote."),
    help=N_(
        "Write what happened, on which model and system, to which version of which app by which signer, without "
        "anything about you: no name, no number, no account, no file. Others to whom the same happened can compare "
        "it, and many single complaints become one pattern.\n\n"
        "SOURCE is a case's folder. With --compare, SOURCE… are files that “case fingerprint” wrote."
    ),
)
@argument("sources", nargs=-1, required=True, metavar="SOURCE…", meaning=N_("A case's folder, or files to compare."))
@option("--compare", is_flag=True, help=N_("Say which of these files tell of the same thing."))
@option("--to", "target", metavar="FILE", help=N_("Write it into this file; an earlier fingerprint is replaced."))
@output_options
def fingerprint(sources: tuple[str, ...], target: str | None, *, compare: bool) -> ExitCode:
    """Write one, or compare many."""
    from phoneward import cases

    frame = current()
    if compare:
        prints = [cases.read_fingerprint(Path(source)) for source in sources]
        for pattern in cases.patterns(prints):
            _show(frame, pattern)
        return ExitCode.DONE
    if len(sources) != 1:
        raise UsageError(
            problem=_("One case has one fingerprint; {count} were named.").format(count=len(sources)),
            hint=_("To compare files, add --compare."),
        )
    made = cases.fingerprint_of(open_case(frame, sources[0], None).facts)
    document = cases.encode_fingerprint(made)
    if target is not None:
        save_document(Path(target), document, cases.FINGERPRINT_MARK)
        frame.output.summary(_("It is in {file}. Read it before you pass it on.").format(file=readable(target)))
    if frame.output.json:
        frame.output.emit("fingerprint", {"pattern": made.pattern, "document": document.decode()})
    elif target is None:
        frame.output.result(document.decode().rstrip())
    if not frame.output.json:
        frame.output.result(labelled(_("Pattern"), made.pattern))
    return ExitCode.DONE


def _show(frame: Frame, pattern: "Pattern") -> None:
    one = pattern.example
    if frame.output.json:
        frame.output.emit(
            "pattern",
            {
                "pattern": pattern.pattern,
                "count": pattern.count,
                "incident": one.incident.value,
                "maker": one.maker,
                "model": one.model,
                "packages": [app.package for app in one.apps],
                "months": dict(pattern.months),
                "builds": dict(pattern.builds),
                "versions_before": dict(pattern.versions_before),
            },
        )
        return
    frame.output.result(
        ngettext("{count} complaint, pattern {pattern}", "{count} complaints, pattern {pattern}", pattern.count).format(
            count=f"{pattern.count:,}", pattern=pattern.pattern
        )
    )
    frame.output.result("  " + labelled(_("The event"), _(INCIDENT_WORDS[one.incident])))
    frame.output.result("  " + labelled(_("Phone"), readable(f"{one.maker} {one.model}".strip())))
    for app in one.apps:
        frame.output.result("  " + labelled(_("App"), readable(f"{app.package} {app.version_after}".strip())))
    for label, counts in ((_("Months"), pattern.months), (_("Builds"), pattern.builds)):
        if counts:
            told = ", ".join(f"{readable(name)} × {count}" for name, count in list(counts.items())[:10])
            frame.output.result("  " + labelled(label, told))

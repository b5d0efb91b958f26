"""`phoneward number gate audit`: is the gate's log whole, and what stands in it?"""

from pathlib import Path

import click

from phoneward.cli.frame import current, option, output_options
from phoneward.cli.number_gate_serve_cmd import CONFIG_HELP
from phoneward.cli.worded import WordedCommand
from phoneward.errors import ExitCode
from phoneward.texts import N_, _, ngettext

PROBLEMS = {
    "chain": N_("After them one was changed or slipped in."),
    "gap": N_("After them at least one is missing."),
    "cut": N_("The end of the log does not fit what the gate wrote last: entries are missing there."),
    "noted-head": N_("What you noted earlier is not in it: an older or another log was put in its place."),
}
"""What can be wrong, by the code that `--json` gives."""


@click.command(
    cls=WordedCommand,
    short_help=N_("Check that nobody changed the gate's log, or write it out."),
    help=N_(
        "Check the whole audit log: every entry is chained with the one before it by the service's secret. Note what "
        "is printed somewhere else; with --noted a later check proves that everything up to there is unchanged.\n\n"
        "Exit code 0: the log is whole. 4: it is not."
    ),
)
@option("--config", metavar="FILE", required=True, help=CONFIG_HELP)
@option("--noted", metavar="HEAD", help=N_("What an earlier check printed."))
@option("--export", metavar="OUT", help=N_("Also write the log to this file as JSON lines."))
@output_options
def audit(config: str, noted: str | None, export: str | None) -> ExitCode:
    """Check, and write out if asked."""
    from phoneward.numbers.gate import service

    output = current().output
    checked = service.check_audit(service.read(Path(config)), noted, Path(export) if export is not None else None)
    head = f"{checked.entries}:{checked.head}"
    if output.json:
        output.emit("gate_audit", {"entries": checked.entries, "head": head, "problem": checked.problem or None})
    else:
        output.result(
            ngettext(
                "{count} entry of the audit log is as it was written.",
                "{count} entries of the audit log are as they were written.",
                checked.entries,
            ).format(count=checked.entries)
        )
        if checked.problem:
            output.result(_(PROBLEMS[checked.problem]))
        else:
            output.result(_("Note this elsewhere: {head}").format(head=head))
    return ExitCode.FINDING if checked.problem else ExitCode.DONE

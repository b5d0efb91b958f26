"""`phoneward number gate serve`: the gate as a small service."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from phoneward.cli.frame import current, option, output_options
from phoneward.cli.worded import WordedCommand
from phoneward.errors import ExitCode
from phoneward.texts import N_, _

if TYPE_CHECKING:
    from phoneward.cli.output import Output
    from phoneward.numbers.gate.service import Settings

CONFIG_HELP = N_("The configuration (TOML): who may ask, where the bindings are, which operators are asked.")


@click.command(
    cls=WordedCommand,
    short_help=N_("Run the gate as a small HTTP service."),
    help=N_(
        "Run the gate as a small HTTP service, until Ctrl-C or SIGTERM; what is being answered is finished first. It "
        "says when it is ready. What can be asked stands at /openapi.json."
    ),
)
@option("--config", metavar="FILE", required=True, help=CONFIG_HELP)
@option("--check", is_flag=True, help=N_("Only look whether the configuration and all that it names can be used."))
@output_options
def serve(config: str, *, check: bool) -> ExitCode:
    """Serve until told to stop."""
    from phoneward.numbers.gate import service

    output = current().output
    settings = service.read(Path(config))
    _warn(output, settings)
    if check:
        service.check(settings)
        output.result(_("The configuration and all that it names can be used."))
        return ExitCode.DONE
    listening = service.listen(settings)
    address = service.address_of(settings, listening)

    def ready() -> None:
        if output.json:
            output.emit("gate_ready", {"url": address})
        else:
            output.result(_("The gate answers at {address}. Ctrl-C ends it.").format(address=address))
        sys.stdout.flush()

    service.serve(settings, listening, ready, output.warn)
    return ExitCode.DONE


def _warn(output: "Output", settings: "Settings") -> None:
    """Say loudly, also with --quiet, what whoever wrote the policy should hear."""
    from phoneward.cli.output import json_line

    for warning in settings.warnings():
        if output.json:
            sys.stderr.write(json_line("warning", {"message": str(warning)}))
        else:
            sys.stderr.write(_("WARNING: {warning}").format(warning=warning) + "\n")
    sys.stderr.flush()

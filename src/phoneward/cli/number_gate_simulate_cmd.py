"""`phoneward number gate simulate`: an operator to try a gate against."""

import contextlib
import datetime as dt
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from phoneward.cli.frame import current, option, output_options
from phoneward.cli.worded import WordedCommand
from phoneward.errors import ExitCode, UsageError, readable
from phoneward.texts import N_, _, labelled, ngettext

if TYPE_CHECKING:
    from phoneward.cli.output import Output
    from phoneward.numbers.simulator import Prepared, SimulatorServer

_HIGHEST_PORT = 65535
_SCOPE = "number-recycling:check"
_SHOWN_NUMBERS = 20


@click.command(
    cls=WordedCommand,
    short_help=N_("Simulate an operator, to try a gate against."),
    help=N_(
        "Simulate an operator whose numbers, clients and faults are yours to set: the CAMARA APIs Number Recycling "
        "v0.2, SIM Swap v2 and Tenure v0.2 with their tokens. It is on this computer alone unless --host says "
        "otherwise, and ends with Ctrl-C.\n\n"
        "For tests. It knows nothing of real numbers, and what it says of them is made up."
    ),
)
@option("--host", metavar="ADDRESS", default="127.0.0.1", help=N_("Where it listens. Default: this computer alone."))
@option(
    "--port",
    metavar="N",
    type=click.IntRange(0, _HIGHEST_PORT),
    default=0,
    help=N_("The port it listens on. Default: one that is free."),
)
@option("--state", metavar="FILE", help=N_("Its numbers, clients and faults, as TOML or JSON. Default: an example."))
@option("--write-state", metavar="FILE", help=N_("Write the example to this file, to be changed, and end."))
@option(
    "--key",
    metavar="FILE",
    help=N_(
        "The private key (PEM) of clients that have none in the state file; made where the file is not there. "
        "Default: a new key that is gone when the command ends."
    ),
)
@option("--now", metavar="TIME", help=N_("The time it believes it to be, such as 2026-03-01 or 2026-03-01T12:00:00Z."))
@option(
    "--public-url",
    metavar="URL",
    help=N_("The address by which others reach it, such as http://operator:8080. Default: where it listens."),
)
@output_options
def simulate(
    *,
    host: str,
    port: int,
    state: str | None,
    write_state: str | None,
    key: str | None,
    now: str | None,
    public_url: str | None,
) -> ExitCode:
    """Serve the simulator until Ctrl-C."""
    from phoneward.numbers import simulator

    output = current().output
    moment = _moment(now)
    if write_state is not None:
        _write_example(Path(write_state), moment, output)
        return ExitCode.DONE
    with contextlib.suppress(KeyboardInterrupt), tempfile.TemporaryDirectory(prefix="phoneward-simulator-") as folder:
        prepared = simulator.prepare(
            None if state is None else Path(state),
            Path(folder) / "client-key.pem" if key is None else Path(key),
            now=moment,
            public_url=public_url,
        )
        server = simulator.SimulatorServer(prepared.simulator, host, port)
        if output.json:
            output.emit("simulator", document(server, prepared))
        else:
            show(output, server, prepared)
        sys.stdout.flush()
        server.run()
    return ExitCode.DONE


def _moment(text: str | None) -> dt.datetime | None:
    """Return a time that was given; without a zone it is UTC."""
    if text is None:
        return None
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError(
            problem=_("{text} is not a time.").format(text=readable(text)),
            hint=_("Write it as 2026-03-01 or 2026-03-01T12:00:00Z."),
        ) from error
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=dt.UTC)


def _write_example(path: Path, moment: dt.datetime | None, output: "Output") -> None:
    from phoneward.numbers import simulator

    with path.open("x", encoding="utf-8", newline="\n") as file:
        file.write(simulator.example_text(moment or dt.datetime.now(dt.UTC)))
    if output.json:
        output.emit("simulator_state", {"file": str(path)})
    else:
        output.result(_("The example is in {file}.").format(file=readable(str(path))))
        output.result(_("Use it with: phoneward number gate simulate --state {file}").format(file=readable(str(path))))


def document(server: "SimulatorServer", prepared: "Prepared") -> dict[str, object]:
    """Return what a program needs to ask it."""
    root = prepared.simulator.root or server.url
    return {
        "url": root,
        "metadata_url": f"{root}/.well-known/openid-configuration",
        "token_endpoint": f"{root}/token",
        "backchannel_authentication_endpoint": f"{root}/bc-authorize",
        "client_id": prepared.client,
        "private_key_file": None if prepared.key_file is None else str(prepared.key_file),
        "numbers": [
            {"number": one.number, "about": one.about} for one in prepared.simulator.state.subscribers[:_SHOWN_NUMBERS]
        ],
    }


def show(output: "Output", server: "SimulatorServer", prepared: "Prepared") -> None:
    """Say where it is, how to be let in, and whom to ask about."""
    facts = document(server, prepared)
    subscribers = prepared.simulator.state.subscribers
    output.result(_("A simulated operator is at {address} until you press Ctrl-C.").format(address=facts["url"]))
    output.result("")
    rows = [(_("Token endpoint"), facts["token_endpoint"]), (_("Client id"), facts["client_id"])]
    if prepared.key_file is not None:
        rows.append((_("Its private key"), readable(str(prepared.key_file))))
    for name, value in rows:
        output.result(labelled(name, str(value)))
    if subscribers:
        output.result("")
        output.result(_("Numbers to ask about:"))
    for one in subscribers[:_SHOWN_NUMBERS]:
        output.result(f"  {one.number}  {readable(one.about)}".rstrip())
    more = len(subscribers) - _SHOWN_NUMBERS
    if more > 0:
        output.result("  " + ngettext("and {count} more.", "and {count} more.", more).format(count=more))
    if subscribers and prepared.client:
        output.result("")
        output.result(_("To try it at once, with an access token that is good for an hour:"))
        output.result(_curl(str(facts["url"]), prepared))


def _curl(root: str, prepared: "Prepared") -> str:
    simulator = prepared.simulator
    token = simulator.token_for(prepared.client, (_SCOPE,), seconds=3600)
    since = (simulator.clock.now() - dt.timedelta(days=365)).date()
    body = f'{{"phoneNumber": "{simulator.state.subscribers[0].number}", "specifiedDate": "{since}"}}'
    return (
        f"  curl -d '{body}' \\\n    -H 'Content-Type: application/json' -H 'Authorization: Bearer {token}' \\\n"
        f"    {root}/number-recycling/v0.2/check"
    )

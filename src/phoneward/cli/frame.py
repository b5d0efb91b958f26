"""What every command has in common: its options, and the objects made from them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ParamSpec, TypeVar

import click

from phoneward.cli.output import Output
from phoneward.cli.worded import WordedOption
from phoneward.settings import Overrides, Settings, load
from phoneward.texts import N_

P = ParamSpec("P")
R = TypeVar("R")

_KEY = "phoneward.options"


@dataclass(frozen=True, slots=True)
class Frame:
    """This run: how it talks and what the person set."""

    output: Output
    settings: Settings


def _remember(context: click.Context, parameter: click.Parameter, value: object) -> None:
    """Keep a common option wherever it stands: before the command or after it, the later wins."""
    if value not in (None, False, 0):
        context.meta.setdefault(_KEY, {})[parameter.name] = value


def _common(*names: str, **attributes: Any) -> Callable[[Callable[P, R]], Callable[P, R]]:  # noqa: ANN401 - click's
    return click.option(
        *names, cls=WordedOption, common=True, expose_value=False, is_eager=True, callback=_remember, **attributes
    )


_OUTPUT_OPTIONS = (
    _common("--json", is_flag=True, help=N_("Print JSON lines on standard output and nothing else.")),
    _common("--quiet", "-q", is_flag=True, help=N_("Print results and errors only.")),
    _common(
        "--verbose", "-v", is_flag=True, help=N_("Print more: progress with --json, details of unexpected errors.")
    ),
    # Read before click starts (see `app.chosen_language`), so that even a complaint about the command line is in it.
    _common("--lang", metavar="LANG", help=N_("The language to speak, such as en or zh_CN. Default: the system's.")),
)
_VAULT_OPTIONS = (
    _common("--repo", "-r", metavar="FOLDER", help=N_("The vault. Default: PHONEWARD_REPOSITORY.")),
    _common(
        "--password-file",
        metavar="FILE",
        help=N_("A file that holds the vault's password. Default: PHONEWARD_PASSWORD, else you are asked."),
    ),
)


def output_options(function: Callable[P, R]) -> Callable[P, R]:
    """Give a command `--json --quiet --verbose --lang`."""
    for option in reversed(_OUTPUT_OPTIONS):
        function = option(function)
    return function


def vault_options(function: Callable[P, R]) -> Callable[P, R]:
    """Give a command `--repo --password-file` and the output options."""
    function = output_options(function)
    for option in reversed(_VAULT_OPTIONS):
        function = option(function)
    return function


def option(*names: str, **attributes: Any) -> Callable[[Callable[P, R]], Callable[P, R]]:  # noqa: ANN401 - click's
    """Declare an option of one command; `help` is marked with `N_`."""
    return click.option(*names, cls=WordedOption, **attributes)


def argument(*names: str, **attributes: Any) -> Callable[[Callable[P, R]], Callable[P, R]]:  # noqa: ANN401 - click's
    """Declare a positional argument of one command; `meaning` is marked with `N_`."""
    from phoneward.cli.worded import WordedArgument

    return click.argument(*names, cls=WordedArgument, **attributes)


def current() -> Frame:
    """Return the frame of the command that is running."""
    options: dict[str, Any] = click.get_current_context().meta.get(_KEY, {})
    return Frame(
        output=Output(
            json=bool(options.get("json")), quiet=bool(options.get("quiet")), verbose=bool(options.get("verbose"))
        ),
        settings=load(Overrides(repository=options.get("repo"), password_file=options.get("password_file"))),
    )


def asked_language() -> str | None:
    """Return the language that the command line of the running command asks for (`--lang`)."""
    options: dict[str, Any] = click.get_current_context().meta.get(_KEY, {})
    return options.get("lang")

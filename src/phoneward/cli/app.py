"""The program `phoneward`: which commands there are, and how any of them ends.

Every way out of a command passes through `Program.main`: a number from `ExitCode`, two sentences on stderr where
something went wrong, and never a traceback without `--verbose`.
"""

import os
import sys
import warnings
from collections.abc import Sequence
from typing import Any

import click

from phoneward import __version__, texts
from phoneward.cli import errors, frame, signals
from phoneward.cli.output import Output, forgive_encodings, json_line
from phoneward.cli.worded import WordedGroup, WordedOption
from phoneward.errors import ExitCode, PhonewardError, readable
from phoneward.texts import N_

SECTIONS = {
    N_("The first day"): ("setup", "init", "devices", "backup", "coverage", "check", "restore", "move", "demo"),
    N_("To see how things stand"): ("open", "checkup", "update", "number", "watch"),
    N_("When it happened"): ("rescue", "case"),
    N_("To look into the vault"): ("snapshots", "ls", "find", "diff", "stats", "app-backups"),
    N_("Through the years"): ("schedule", "notify", "rename", "copy", "forget", "prune", "key", "unlock", "repair"),
    N_("When you need it"): ("kit", "guide", "pair", "connect", "timestamp", "completion"),
}
"""What `--help` lists, under which heading, a beginner's commands first."""

COMMANDS = {
    name: "phoneward.cli.{0}_cmd:{0}".format(name.replace("-", "_")) for names in SECTIONS.values() for name in names
}


class Program(WordedGroup):
    """The root command: runs a command and turns every ending into an exit code and a sentence."""

    def main(  # type: ignore[override]  # our `main` always ends the process, or returns the code where asked not to
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,  # noqa: FBT001, FBT002 - click's signature
        **extra: Any,  # noqa: ANN401 - click's signature
    ) -> int:
        """Run the program; ends the process with the exit code unless `standalone_mode` is false."""
        words = list(sys.argv[1:] if args is None else args)
        forgive_encodings()
        output = Output(json=_has_flag(words, "--json"), verbose=_has_flag(words, "--verbose", "-v"))
        with signals.as_interrupts(), warnings.catch_warnings():
            if not sys.warnoptions:  # `python -W` still shows what libraries tell programmers
                warnings.simplefilter("ignore")
            code = self._guarded(words, output, prog_name or "phoneward", complete_var, extra)
        if standalone_mode:
            sys.exit(int(code))
        return int(code)

    def _guarded(
        self, words: list[str], output: Output, prog_name: str, complete_var: str | None, extra: dict[str, Any]
    ) -> ExitCode:
        try:
            choose_language(words)
            returned = super().main(words, prog_name, complete_var, standalone_mode=False, **extra)
            sys.stdout.flush()
            return ExitCode(returned) if isinstance(returned, int) else ExitCode.DONE
        except BrokenPipeError:
            _let_stdout_go()
            return ExitCode.FAILED
        except BaseException as error:  # the one place where every ending becomes words; SystemExit is passed on
            if isinstance(error, SystemExit):
                raise
            return _explain(error, output)


def _explain(error: BaseException, output: Output) -> ExitCode:
    """Put any ending into words on stderr; returns the exit code."""
    spoken = _in_words(error)
    if isinstance(spoken, errors.StoppedError) and not output.json:
        sys.stderr.write("\n")  # closes the terminal's ^C
    try:
        if output.verbose and spoken.exit_code is ExitCode.FAILED:
            _show_traceback(error, output)
        output.error(spoken)
    except BrokenPipeError:
        _let_stdout_go()
    return spoken.exit_code


def _show_traceback(error: BaseException, output: Output) -> None:
    import traceback

    text = "".join(traceback.format_exception(error))
    sys.stderr.write(json_line("traceback", {"text": text}) if output.json else text)


def _in_words(error: BaseException) -> PhonewardError:
    if isinstance(error, PhonewardError):
        return error
    if isinstance(error, click.ClickException):
        return errors.from_click(error)
    if isinstance(error, (KeyboardInterrupt, signals.ToldToStop, click.Abort, EOFError)):
        return errors.StoppedError()
    if isinstance(error, OSError) and error.errno is not None:
        return errors.from_os_error(error)
    return errors.OwnFaultError(kind=readable(f"{type(error).__name__}: {error}"[:200]))


def _let_stdout_go() -> None:
    """The reader of our output is gone (`| head`): stop without a word, also when Python flushes at its end."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BrokenPipeError:
            os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def _has_flag(words: Sequence[str], *names: str) -> bool:
    """Whether a flag stands on the command line, however wrong the rest of it is."""
    before = words[: words.index("--")] if "--" in words else words
    return any(name in before for name in names)


def choose_language(words: Sequence[str]) -> None:
    """Choose the language before anything is parsed, so that `--lang zh_CN --help` and complaints are in it.

    Raises:
        NotAChoiceError: there is no such language.
    """
    texts.activate()
    before = list(words[: words.index("--")] if "--" in words else words)
    wanted = ""
    for position, word in enumerate(before):
        if word == "--lang" and position + 1 < len(before):
            wanted = before[position + 1]
        elif word.startswith("--lang="):
            wanted = word.partition("=")[2]
    if not wanted:
        return
    offered = texts.available_languages()
    if wanted.replace("-", "_").split("_")[0] not in {name.split("_")[0] for name in offered}:
        raise errors.NotAChoiceError(value=readable(wanted), name="--lang", choices=texts.enumeration(offered))
    texts.activate([wanted])


def _print_version(context: click.Context, _parameter: click.Parameter, value: bool) -> None:  # noqa: FBT001 - click's
    if value and not context.resilient_parsing:
        click.echo(f"phoneward {__version__}")
        context.exit()


@click.command(
    "phoneward",
    cls=Program,
    sources=COMMANDS,
    sections=SECTIONS,
    invoke_without_command=True,
    help=N_(
        "Phoneward guards what is on your phone: never lost, never leaked, provable.\n\n"
        "A first day: `phoneward init` makes the vault, `phoneward backup` takes a snapshot of the phone that is "
        "plugged in, `phoneward coverage` says what is not in it, `phoneward demo` shows all of it on a sample phone."
    ),
)
@click.option(
    "--version",
    cls=WordedOption,
    common=True,
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_version,
    help=N_("Print the version and exit."),
)
@frame.vault_options
@click.pass_context
def program(context: click.Context) -> None:
    """Show the help where no command is named."""
    if context.invoked_subcommand is None:
        click.echo(context.get_help())

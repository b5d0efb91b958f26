"""`phoneward completion`: the script that lets a shell complete our commands and options."""

import click

from phoneward.cli.frame import argument, current, output_options
from phoneward.cli.worded import WordedCommand
from phoneward.errors import ExitCode
from phoneward.texts import N_, enumeration

SHELLS = ("bash", "zsh", "fish", "powershell")


@click.command(
    cls=WordedCommand,
    short_help=N_("Let your shell complete commands and options."),
    help=N_(
        "Print the script that lets your shell complete Phoneward's commands and options. Run the line for your shell "
        "once, then open a new terminal.\n\n"
        "\b\n"
        "bash:        phoneward completion bash > ~/.local/share/bash-completion/completions/phoneward\n"
        'zsh:         phoneward completion zsh > "${fpath[1]}/_phoneward"\n'
        "fish:        phoneward completion fish > ~/.config/fish/completions/phoneward.fish\n"
        "PowerShell:  phoneward completion powershell >> $PROFILE"
    ),
)
@argument("shell", metavar="SHELL", type=click.Choice(SHELLS), meaning=N_("Your shell."))
@output_options
@click.pass_context
def completion(context: click.Context, shell: str) -> ExitCode:
    """Print the completion script (click's own, so that it always fits the click that is installed)."""
    from click.shell_completion import get_completion_class

    from phoneward.cli.errors import NotAChoiceError

    kind = get_completion_class(shell)
    if kind is None:  # click before 8.5 has no PowerShell
        raise NotAChoiceError(value=shell, name="SHELL", choices=enumeration(SHELLS[:3]))
    script = kind(context.find_root().command, {}, "phoneward", "_PHONEWARD_COMPLETE").source()
    output = current().output
    if output.json:
        output.emit("completion", {"shell": shell, "script": script})
    else:
        click.echo(script)
    return ExitCode.DONE

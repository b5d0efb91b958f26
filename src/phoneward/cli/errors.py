"""What can be wrong with a command line, and how any error is put into words or JSON."""

import difflib

import click

from phoneward.errors import ExitCode, PhonewardError, UsageError, readable
from phoneward.texts import N_, _, enumeration


class CommandLineError(UsageError):
    """Base: something on the command line makes no sense."""


class NoSuchCommandError(CommandLineError):
    """The first word is no command of ours."""

    message = N_("There is no command “{name}”.")
    next_step = N_("Run `phoneward --help` to see all commands.")

    def __init__(self, *, name: str, meant: str = "") -> None:
        self.meant = meant
        super().__init__(name=name)

    def advice(self) -> str:
        """Name the command that was probably meant."""
        if self.meant:
            return _("Did you mean `phoneward {meant}`?").format(meant=self.meant)
        return super().advice()


class NoSuchOptionError(CommandLineError):
    """The command has no such option."""

    message = N_("`{command}` has no option “{name}”.")
    next_step = N_("Run `{command} --help` to see its options.")

    def __init__(self, *, command: str, name: str, meant: str = "") -> None:
        self.meant = meant
        super().__init__(command=command, name=name)

    def advice(self) -> str:
        """Name the option that was probably meant."""
        if self.meant:
            return _("Did you mean {meant}?").format(meant=self.meant)
        return super().advice()


class TooManyArgumentsError(CommandLineError):
    """A word is left over."""

    message = N_("`{command}` does not know what to do with “{argument}”.")
    next_step = N_("Leave it out, or put quotation marks around a name that holds spaces.")


class MissingArgumentError(CommandLineError):
    """Something the command needs was not given."""

    message = N_("`{command}` needs {name}.")
    next_step = N_("Add it to the command; `{command} --help` says what it means.")


class OptionValueMissingError(CommandLineError):
    """An option stands without its value."""

    message = N_("{name} needs a value after it.")
    next_step = N_("Add the value; `{command} --help` says what it means.")


class OptionTakesNoValueError(CommandLineError):
    """A flag was given a value."""

    message = N_("{name} takes no value.")
    next_step = N_("Write {name} alone, without = and what follows.")


class NotAChoiceError(CommandLineError):
    """A value is none of those there are."""

    message = N_("“{value}” is not a choice for {name}.")
    next_step = N_("Choose one of: {choices}.")


class BadValueError(CommandLineError):
    """A value cannot be used; click's own words for rare cases."""

    message = N_("The command line cannot be used: {detail}")
    next_step = N_("Run `{command} --help` to see how it is written.")


class NotTogetherError(CommandLineError):
    """Two options contradict each other."""

    message = N_("{first} and {second} cannot be used together.")
    next_step = N_("Leave one of them out.")


class NotACountError(CommandLineError):
    """A keep-rule's number is none."""

    message = N_("“{value}” is not a number of snapshots for {name}.")
    next_step = N_("Write a whole number such as 7, or `unlimited` to keep all.")


class NotASpanError(CommandLineError):
    """A keep-rule's length of time is none."""

    message = N_("“{value}” is not a length of time for {name}.")
    next_step = N_("Write years, months, days and hours like 1y6m, 30d or 12h.")


class NotATimeError(CommandLineError):
    """A date is none."""

    message = N_("“{value}” is not a date or time for {name}.")
    next_step = N_("Write it like 2026-02-28 or “2026-02-28 17:30”.")


class NotEmptyError(CommandLineError):
    """A folder that should be new or empty holds something."""

    message = N_("The folder {path} is not empty.")
    next_step = N_("Name a new folder, so that nothing of yours is mixed up or written over.")


class AppsNotClosedError(CommandLineError):
    """Apps would be closed, and there is nobody to ask."""

    message = N_("Apps would be closed on the phone, and there is nobody here to ask.")
    next_step = N_("If that is meant, add --yes.")


class NotWithoutYesError(CommandLineError):
    """Files of the phone would be replaced, and there is nobody to ask."""

    message = N_("Files on the phone would be replaced ({count}), and there is no terminal to ask you.")
    next_step = N_("Look at the plan with --dry-run; if that is what you want, repeat the command with --yes.")


class MoveNotWithoutYesError(CommandLineError):
    """A move writes much to a phone, and there is nobody to ask."""

    message = N_("Much would be written to the new phone, and there is no terminal to ask you.")
    next_step = N_("Look at the plan with --dry-run; if that is what you want, repeat the command with --yes.")


class NoSecondVaultError(CommandLineError):
    """`copy` was not told where to, and nothing was copied before."""

    message = N_("You have not said where the second vault is.")
    next_step = N_("Attach the disk and name a folder on it: phoneward copy --to FOLDER --init")


class SecondVaultAwayError(PhonewardError):
    """The disk with the second vault is not there."""

    message = N_("The disk with the second vault is not attached: nothing is at {places}.")
    next_step = N_("Attach it and run the command again. If it is somewhere else now, say where with --to FOLDER.")


class SeveralSecondVaultsError(CommandLineError):
    """More than one second vault could be meant."""

    message = N_("There are several second vaults: {places}.")
    next_step = N_("Say which one you mean with --to FOLDER.")


class NotConfirmedError(PhonewardError):
    """The person did not agree to the plan."""

    message = N_("You did not agree, so nothing was written or removed.")
    next_step = N_("Run the command again when you like.")
    exit_code = ExitCode.INTERRUPTED


class NoTerminalError(CommandLineError):
    """A password is needed and there is nobody to ask."""

    message = N_("A password is needed, and there is no terminal to ask for it.")
    next_step = N_("Set PHONEWARD_PASSWORD or PHONEWARD_PASSWORD_FILE, or use --password-file FILE.")


class NoTerminalForSetupError(CommandLineError):
    """`setup` asks questions, and there is nobody to ask."""

    message = N_("Setting up asks questions, and there is no terminal to ask them on.")
    next_step = N_("Run it in a terminal, or say it all with --non-interactive --repo FOLDER --password-file FILE.")


class NoTerminalForNewError(CommandLineError):
    """A new password is needed and there is nobody to ask."""

    message = N_("A new password is needed, and there is no terminal to ask for it.")
    next_step = N_("Use --new-password-file FILE, or set PHONEWARD_NEW_PASSWORD or PHONEWARD_NEW_PASSWORD_FILE.")


class PasswordsDifferError(CommandLineError):
    """The two entries of a new password are not the same."""

    message = N_("The two passwords are not the same.")
    next_step = N_("Run the command again and type the same password twice.")


class EmptyPasswordError(CommandLineError):
    """An empty password protects nothing."""

    message = N_("The password is empty.")
    next_step = N_("Choose a password of several words; everything in the vault is protected by it alone.")


class StoppedError(PhonewardError):
    """The person or the system stopped the program."""

    message = N_("Stopped.")
    next_step = N_("Nothing is broken: run the same command again and it goes on from what is already safe.")
    exit_code = ExitCode.INTERRUPTED


class DiskFullError(PhonewardError):
    """The operating system says there is no room."""

    message = N_("There is no room left on the disk ({path}).")
    next_step = N_("Make room or choose another disk, then run the same command again; what is stored already is kept.")


class SystemRefusedError(PhonewardError):
    """The operating system refused something that no room expected."""

    message = N_("The computer did not allow it: {detail} ({path}).")
    next_step = N_("Check that the folder is there and that you may read and write it, then run the command again.")


class OwnFaultError(PhonewardError):
    """An unexpected exception: a fault of Phoneward's own."""

    message = N_("Phoneward made a mistake of its own ({kind}).")
    next_step = N_("What is in the vault is not harmed. Run it again with --verbose and report what it prints.")


class NoAppGuideError(UsageError):
    """Nothing is known of an app's own backups."""

    message = N_("Nothing is known of backups that {app} makes of itself.")
    next_step = N_("Known are: {known}. In other apps, look in their own settings for a backup or an export.")


class PhoneNotSaidError(UsageError):
    """The person did not say whose backup a folder is."""

    message = N_("Whose backup this is, only you can tell: it may be of another phone in the house.")
    next_step = N_("Add --phone PHONE to the command. The vault has snapshots of: {names}.")


class NoAppBackupError(PhonewardError):
    """No backup of an app is on this computer."""

    message = N_("No backup of {app} was found on this computer.")
    next_step = N_("If it is elsewhere, name its folder. How to make one: phoneward app-backups guide {key}")


class SeveralAppBackupsError(UsageError):
    """Several backups of an app are on this computer."""

    message = N_("There are several backups of {app} on this computer: {paths}.")
    next_step = N_("Name the folder that you mean instead of the app.")


class WhoseFolderError(UsageError):
    """Nobody can tell of which app a folder is."""

    message = N_("Of which app this folder is a backup, its name does not say: {path}")
    next_step = N_("Add --app APP, such as wechat; or name the folder in it that is the backup.")


def from_click(error: click.ClickException) -> PhonewardError:
    """Put a complaint of click's into our two sentences."""
    context = error.ctx if isinstance(error, click.UsageError) else None
    command = context.command_path if context else "phoneward"
    if isinstance(error, click.NoSuchOption):
        known = [name for p in context.command.get_params(context) for name in p.opts] if context else []
        close = difflib.get_close_matches(error.option_name, known, n=1, cutoff=0.7)
        return NoSuchOptionError(command=command, name=readable(error.option_name), meant=close[0] if close else "")
    if isinstance(error, click.MissingParameter) and error.param is not None:
        return MissingArgumentError(command=command, name=parameter_name(error.param, context))
    if isinstance(error, click.BadOptionUsage):
        return _bad_option_usage(error, context, command)
    if isinstance(error, click.BadParameter) and isinstance(error.param, click.Parameter):
        kind = error.param.type
        if isinstance(kind, click.Choice):
            # click's sentence is "'x' is not one of …"; the value itself is not handed on.
            value = error.message.partition(" ")[0].strip("'\"")
            name = parameter_name(error.param, context)
            return NotAChoiceError(value=readable(value), name=name, choices=enumeration(map(str, kind.choices)))
    return BadValueError(detail=readable(error.format_message()), command=command)


def _bad_option_usage(error: click.BadOptionUsage, context: click.Context | None, command: str) -> PhonewardError:
    parameters = context.command.get_params(context) if context else []
    option = next((p for p in parameters if error.option_name in (*p.opts, *p.secondary_opts)), None)
    if isinstance(option, click.Option) and (option.is_flag or option.count):
        return OptionTakesNoValueError(name=readable(error.option_name))
    return OptionValueMissingError(name=readable(error.option_name), command=command)


def parameter_name(parameter: click.Parameter, context: click.Context | None) -> str:
    """Return how a person writes this parameter: `--target DIR`, `SNAPSHOT`."""
    if isinstance(parameter, click.Option):
        metavar = parameter.make_metavar(context) if context else ""
        return f"{max(parameter.opts, key=len)} {metavar}".strip()
    return parameter.make_metavar(context) if context else parameter.human_readable_name


def from_os_error(error: OSError) -> PhonewardError:
    """Put an error of the operating system, which no room has put into words, into ours."""
    import errno

    path = readable(str(error.filename)) if error.filename else "?"
    if error.errno in {errno.ENOSPC, errno.EDQUOT if hasattr(errno, "EDQUOT") else errno.ENOSPC}:
        return DiskFullError(path=path)
    return SystemRefusedError(detail=readable(error.strerror or str(error)), path=path)


def as_document(error: PhonewardError) -> dict[str, object]:
    """Return what `--json` prints on stderr for an error: the shape is part of `docs/reference/json.md`."""
    return {
        "code": error.code,
        "exit_code": int(error.exit_code),
        "message": error.sentence(),
        "next_step": error.advice(),
    }


class NoSuchAppError(UsageError):
    """A person named an app that no snapshot tells of."""

    message = N_("No snapshot tells of an app “{app}”.")
    next_step = N_("Look for its name in: phoneward update history --all")


class SeveralAppsError(UsageError):
    """A part of a name that fits several apps."""

    message = N_("Several apps are called like “{app}”: {candidates}.")
    next_step = N_("Name one of them in full.")

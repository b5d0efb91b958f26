"""click's commands and options with every word translated when it is shown, never when it is imported.

Help texts are declared with `N_` and looked up each time they are read, so that `--lang` and a test can change the
language of a running program. Help is laid out by our own formatter: click counts characters, not cells, and would
let a Chinese line run twice too long.
"""

import difflib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import click

from phoneward.cli import wrapping
from phoneward.cli.errors import NoSuchCommandError, TooManyArgumentsError
from phoneward.errors import readable
from phoneward.texts import N_, _

HEADINGS = (N_("Options"), N_("Commands"), N_("What you name"), N_("Options every command takes"))


class WordedFormatter(click.HelpFormatter):
    """Lays out help in terminal cells, with translated headings."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """Write the usage line."""
        usage = _("Usage: {program}").format(program=prog) if prefix is None else prefix + prog
        head = f"{usage} "
        lines = wrapping.wrap(args, max(20, self.width - wrapping.cell_width(head)))
        indent = " " * wrapping.cell_width(head)
        self.write(head + f"\n{indent}".join(lines) + "\n")

    def write_heading(self, heading: str) -> None:
        """Write what stands above a list."""
        line = _("{heading}:").format(heading=heading)
        self.write(f"{' ' * self.current_indent}{line}\n")

    def write_text(self, text: str) -> None:
        r"""Write paragraphs, wrapped; a paragraph whose first line is `\b` keeps its lines."""
        indent = " " * self.current_indent
        written = []
        for paragraph in text.strip().split("\n\n"):
            first, _newline, rest = paragraph.lstrip("\n").partition("\n")
            kept = first.strip() == "\b"
            lines = rest.splitlines() if kept else wrapping.wrap(paragraph, self.width - self.current_indent)
            written.append("\n".join(f"{indent}{line}".rstrip() for line in lines))
        self.write("\n\n".join(written) + "\n")

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        """Write terms on the left and what they mean on the right."""
        rows = list(rows)
        widest = max((wrapping.cell_width(term) for term, _meaning in rows), default=0)
        left = min(widest, col_max) + col_spacing
        indent = " " * self.current_indent
        for term, meaning in rows:
            lines = wrapping.wrap(meaning, max(20, self.width - left - self.current_indent))
            gap = left - wrapping.cell_width(term)
            first = lines.pop(0) if lines and gap >= col_spacing else ""
            self.write(f"{indent}{term}{' ' * gap if first else ''}{first}\n")
            for line in lines:
                self.write(f"{indent}{' ' * left}{line}\n")


class WordedContext(click.Context):
    """A context whose help comes from `WordedFormatter`."""

    formatter_class = WordedFormatter


class WordedOption(click.Option):
    """An option with a translated help text.

    Args:
        common: every command has it; help lists it apart.
    """

    def __init__(self, *args: Any, common: bool = False, **attributes: Any) -> None:  # noqa: ANN401 - click's own
        self.common = common
        self._help: str | None = None
        super().__init__(*args, **attributes)

    @property
    def help(self) -> str | None:
        """The help text in the reader's language."""
        return _(self._help) if self._help else self._help

    @help.setter  # noqa: A003 - click's name
    def help(self, text: str | None) -> None:
        self._help = text

    def get_help_extra(self, ctx: click.Context) -> click.types.OptionHelpExtra:
        """Return nothing: click would add its own English words; ours stand in the help text."""
        del ctx
        return {}

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """Return the option's names and its help."""
        record = super().get_help_record(ctx)
        if record is not None and self.required:
            return record[0], _("{help} (required)").format(help=record[1])
        return record


class WordedArgument(click.Argument):
    """A positional argument with a translated help text (click has one only since 8.5)."""

    def __init__(self, *args: Any, meaning: str, **attributes: Any) -> None:  # noqa: ANN401 - click's own
        self._meaning = meaning
        super().__init__(*args, **attributes)

    @property
    def meaning(self) -> str:
        """The help text in the reader's language."""
        return _(self._meaning)


class WordedCommand(click.Command):
    """A command whose help and complaints are translated when they are shown."""

    context_class = WordedContext

    def __init__(self, *args: Any, **attributes: Any) -> None:  # noqa: ANN401 - click's own
        self._help: str | None = None
        self._short_help: str | None = None
        super().__init__(*args, **attributes)

    @property
    def help(self) -> str | None:
        """The help text in the reader's language."""
        return _(self._help) if self._help else self._help

    @help.setter  # noqa: A003 - click's name
    def help(self, text: str | None) -> None:
        self._help = text

    @property
    def short_help(self) -> str | None:
        """One line about the command in the reader's language; click cuts a long one, we do not."""
        if self._short_help:
            return _(self._short_help)
        return (self.help or "").strip().partition("\n")[0]

    @short_help.setter
    def short_help(self, text: str | None) -> None:
        self._short_help = text

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """Return `--help` with its meaning in the reader's language."""
        option = super().get_help_option(ctx)
        if option is not None:
            option.help = _("Show this help and exit.")
        return option

    def format_arguments(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write what each positional argument means."""
        rows = [(p.make_metavar(ctx), p.meaning) for p in self.get_params(ctx) if isinstance(p, WordedArgument)]
        if rows:
            with formatter.section(_("What you name")):
                formatter.write_dl(rows)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the command's own options, then those every command has."""
        own: list[tuple[str, str]] = []
        common: list[tuple[str, str]] = []
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx) if isinstance(parameter, click.Option) else None
            if record is not None:
                shared = getattr(parameter, "common", True)  # click's own --help is common
                (common if shared else own).append(record)
        for heading, rows in ((_("Options"), own), (_("Options every command takes"), common)):
            if rows:
                with formatter.section(heading):
                    formatter.write_dl(rows)

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write usage, text, arguments (also on click before 8.5, which has no such section) and options."""
        self.format_usage(ctx, formatter)
        self.format_help_text(ctx, formatter)
        self.format_arguments(ctx, formatter)
        self.format_options(ctx, formatter)
        self.format_epilog(ctx, formatter)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse; what is left over is named by us, in the reader's language."""
        grouped = isinstance(self, click.Group)
        ctx.allow_extra_args = True
        try:
            left = super().parse_args(ctx, args)
        except click.UsageError as error:
            error.ctx = error.ctx or ctx  # click's parser does not say which command it was parsing
            raise
        if left and not grouped and not ctx.resilient_parsing:
            raise TooManyArgumentsError(argument=readable(left[0]), command=ctx.command_path)
        return left


class WordedGroup(WordedCommand, click.Group):
    """A group that loads a command's module when the command is asked for.

    Args:
        sources: name of the command → "module:attribute", in the order help shows them.
        sections: heading (marked with `N_`) → the names under it; without any, all stand under one heading.
    """

    def __init__(
        self,
        *args: Any,  # noqa: ANN401 - click's own
        sources: dict[str, str],
        sections: Mapping[str, Sequence[str]] | None = None,
        **attributes: Any,  # noqa: ANN401 - click's own
    ) -> None:
        self.sources = sources
        self.sections = sections or {"Commands": list(sources)}
        super().__init__(*args, **attributes)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order that help shows them in."""
        del ctx
        return list(self.sources)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return one command, or None where there is no such name."""
        del ctx
        source = self.sources.get(cmd_name)
        if source is None:
            return None
        import importlib

        module, _colon, attribute = source.partition(":")
        command = getattr(importlib.import_module(module), attribute)
        assert isinstance(command, click.Command)  # noqa: S101 - the table is ours
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command, or say which one may have been meant."""
        name = args[0]
        if not ctx.resilient_parsing and name not in self.sources:
            raise NoSuchCommandError(name=readable(name), meant=_meant(name, list(self.sources)))
        return super().resolve_command(ctx, args)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands first: they are what a newcomer looks for."""
        widest = max(map(len, self.sources), default=0)  # one column through all sections
        for heading, names in self.sections.items():
            commands = ((name, self.get_command(ctx, name)) for name in names)
            with formatter.section(_(heading)):
                formatter.write_dl([(name.ljust(widest), c.short_help or "") for name, c in commands if c is not None])
        super().format_options(ctx, formatter)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write nothing here: `format_options` did."""


def _meant(name: str, known: Sequence[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    return close[0] if close else ""

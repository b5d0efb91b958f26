"""Write the manual pages from the commands themselves: `python scripts/manpages.py DIRECTORY`.

One page a command, those below it inside, in every language: `man1/phoneward-backup.1`, `zh_CN/man1/…`, `zh_TW/man1/…`.
Form: man(7), groff_man(7).
"""

import sys
from collections.abc import Iterator
from pathlib import Path

import click

from phoneward import __version__, texts
from phoneward.cli.app import program
from phoneward.cli.worded import WordedArgument, WordedCommand, WordedGroup
from phoneward.errors import EXIT_MEANINGS


def pages(language: str) -> dict[str, str]:
    """Return each page's text in a language, by its file name."""
    with texts.speaking([language]):
        return dict(_pages())


def _pages() -> Iterator[tuple[str, str]]:
    root = click.Context(program, info_name="phoneward")
    names = program.list_commands(root)
    yield "phoneward.1", _page(program, root, [f"phoneward-{name}" for name in names])
    for name in names:
        command = program.get_command(root, name)
        assert isinstance(command, WordedCommand | WordedGroup)
        yield f"phoneward-{name}.1", _page(command, click.Context(command, info_name=name, parent=root), ["phoneward"])


def _page(command: WordedCommand | WordedGroup, context: click.Context, others: list[str]) -> str:
    title = context.command_path.replace(" ", "-")
    lines = [
        f'.TH "{_escaped(title.upper())}" 1 "" "phoneward {__version__}" "Phoneward"',
        ".SH NAME",
        f"{_escaped(title)} \\- {_escaped(' '.join((command.short_help or command.help or title).split()))}",
        *_described(command, context),
    ]
    if isinstance(command, WordedGroup) and command is not program:
        lines += _below(command, context)
    lines += [".SH EXIT STATUS"]
    for code, meaning in EXIT_MEANINGS.items():
        lines += [".TP", f".B {int(code)}", _escaped(texts._(meaning))]
    lines += [".SH SEE ALSO", ", ".join(f"\\fB{_escaped(one)}\\fP(1)" for one in others)]
    return "\n".join(lines) + "\n"


def _below(group: WordedGroup, context: click.Context) -> Iterator[str]:
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert isinstance(command, WordedCommand | WordedGroup)
        below = click.Context(command, info_name=name, parent=context)
        yield f".SH {_escaped(below.command_path.upper())}"
        yield from _described(command, below, heading=".SS")
        if isinstance(command, WordedGroup):
            yield from _below(command, below)


def _described(command: WordedCommand | WordedGroup, context: click.Context, heading: str = ".SH") -> Iterator[str]:
    usage = command.get_usage(context).partition(context.command_path)[2]
    yield from (f"{heading} SYNOPSIS", f".B {_escaped(' '.join([context.command_path, *usage.split()]))}")
    yield f"{heading} DESCRIPTION"
    for paragraph in (command.help or "").split("\n\n"):
        first, _newline, rest = paragraph.partition("\n")
        if first.strip() == "\b":
            yield from (".PP", ".EX", *(_line(line) for line in rest.splitlines()), ".EE")
        else:
            yield from (".PP", _line(" ".join(paragraph.split())))
    parameters = command.get_params(context)
    told = [(p.make_metavar(context), p.meaning) for p in parameters if isinstance(p, WordedArgument)]
    options = [p.get_help_record(context) for p in parameters if isinstance(p, click.Option)]
    for name, rows in (("ARGUMENTS", told), ("OPTIONS", [row for row in options if row is not None])):
        if rows:
            yield f"{heading} {name}"
        for what, meaning in rows:
            yield from (".TP", f".B {_escaped(what)}", _line(" ".join(str(meaning).split())))


def _line(text: str) -> str:
    """Return a line that is no request, whatever it begins with."""
    escaped = _escaped(text)
    return f"\\&{escaped}" if escaped.startswith((".", "'")) else escaped


def _escaped(text: str) -> str:
    return text.replace("\\", "\\e").replace("-", "\\-").replace('"', "\\(dq")


def write(target: Path) -> list[Path]:
    """Write all pages and return their paths."""
    written = []
    for language in texts.available_languages():
        folder = target / "man1" if language == texts.SOURCE_LANGUAGE else target / language / "man1"
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in pages(language).items():
            (folder / name).write_text(text, encoding="utf-8")
            written.append(folder / name)
    return written


if __name__ == "__main__":
    for path in write(Path(sys.argv[1])):
        print(path)

"""Writes the parts of `docs/reference/` that repeat the code: `python -m tests.docs.reference`.

`test_reference.py` fails when a file is not what this writes, so no option, command or error can be undocumented.
"""

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from pathlib import Path

import click

import phoneward
from phoneward import texts
from phoneward.apk.signing.problems import sentences
from phoneward.cases.channels import Channel, channels
from phoneward.cases.law import Article, Law, laws
from phoneward.cli.app import program
from phoneward.cli.worded import WordedArgument, WordedCommand, WordedGroup
from phoneward.errors import PhonewardError
from phoneward.numbers import Claim, OldNumber, System
from phoneward.numbers.finding_codes import CODES as NUMBERS_CODES
from phoneward.numbers.rulebook import rulebook
from phoneward.rescue.finding_codes import CODES as RESCUE_CODES
from phoneward.snapshots.finding_codes import CODES as SNAPSHOTS_CODES
from phoneward.updates import checking
from phoneward.updates.finding_codes import CODES as UPDATES_CODES
from phoneward.updates.judging import ALL_RULES
from phoneward.watch.finding_codes import CODES as WATCH_CODES

FINDING_CODES = {
    "snapshots": SNAPSHOTS_CODES,
    "updates": UPDATES_CODES,
    "numbers": NUMBERS_CODES,
    "watch": WATCH_CODES,
    "rescue": RESCUE_CODES,
}
"""Room → its table."""

REFERENCE = Path(__file__).resolve().parents[2] / "docs" / "reference"

INTRODUCTION = (
    "Every command ends with one of the [documented exit codes](exit-codes.md), and with `--json` prints the "
    "[documented lines](json.md). What an option does not say is taken from the [settings](settings.md).\n"
)


def commands() -> str:
    """Return commands.md: every command with its arguments and options, as `--help` says it in English."""
    texts.activate(["en"])
    root = click.Context(program, info_name="phoneward")
    parts = [
        "# Commands\n",
        "<!-- Written by `python -m tests.docs.reference` from the commands themselves. Do not edit. -->\n",
        INTRODUCTION,
        *_command(program, root, level=2),
    ]
    parts += _commands_of(program, root, level=2)
    return "\n".join(parts)


def _commands_of(group: WordedGroup, context: click.Context, level: int) -> Iterator[str]:
    """Yield the text of a group's commands; those of a group within it follow it, one level deeper."""
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert isinstance(command, WordedCommand)
        below = click.Context(command, info_name=name, parent=context)
        yield from _command(command, below, level=level)
        if isinstance(command, WordedGroup):
            yield from _commands_of(command, below, level=level + 1)


def _command(command: WordedCommand, context: click.Context, level: int) -> Iterator[str]:
    yield f"{'#' * level} {context.command_path}\n"
    yield "```\n" + command.get_usage(context).removeprefix("Usage: ") + "\n```\n"
    for paragraph in (command.help or "").split("\n\n"):
        first, _newline, rest = paragraph.partition("\n")
        yield f"```\n{rest}\n```\n" if first.strip() == "\b" else f"{paragraph}\n"
    rows = [(p.make_metavar(context), p.meaning) for p in command.get_params(context) if isinstance(p, WordedArgument)]
    for parameter in command.get_params(context):
        record = parameter.get_help_record(context) if isinstance(parameter, click.Option) else None
        if record is not None:
            rows.append(record)
    yield "| | |\n|---|---|"
    for name, meaning in rows:
        yield f"| `{_cell(name)}` | {_cell(meaning)} |"
    yield ""


def errors() -> str:
    """Return errors.md: every error a person may see."""
    texts.activate(["en"])
    lines = [
        "# Errors",
        "",
        "<!-- Written by `python -m tests.docs.reference` from the error classes. Do not edit. -->",
        "",
        "With `--json` an error is one line on standard error: `message_type` is `exit_error`, `code` is the word",
        "below, `exit_code` its number, `message` and `next_step` the two sentences in the reader's language.",
        "",
        "| code | exit code | message | next step |",
        "|---|---|---|---|",
    ]
    for kind in sorted(error_classes(), key=code_of):
        message, step = _cell(kind.message), _cell(kind.next_step)
        lines.append(f"| `{code_of(kind)}` | {int(kind.exit_code)} | {message} | {step} |")
    return "\n".join(lines) + "\n"


def findings() -> str:
    """Return findings.md: every finding of every room."""
    lines = [
        "# Findings",
        "",
        "<!-- Written by `python -m tests.docs.reference` from the rooms' own tables. Do not edit. -->",
        "",
        "What `phoneward checkup` may find. With `--json` each is one line `finding`; `code` is the word below, and",
        'keeps its meaning: "done" marks hold on to it, with the *subject* where there can be several.',
        "",
        "Each has a **severity**: `fine`, `advice` (nothing is lost if it waits), `warning` (something would be lost",
        "if a thing that may well happen happens), `danger` (something is being lost, or is about to be); `--fail-on`",
        "compares with it. And a **tier**: `observed` (seen), `inferred` (concluded, not seen), `not checked`. What",
        "nobody looked at is listed apart, and never counts as well.",
        "",
        "| code | what it says |",
        "|---|---|",
    ]
    lines += [f"| `{code}` | {_cell(meaning)} |" for table in FINDING_CODES.values() for code, meaning in table.items()]
    return "\n".join(lines) + "\n"


def updates() -> str:
    """Return updates.md: every reason that a verdict over an update can have."""
    lines = [
        "# Reasons for a verdict over an update",
        "",
        "<!-- Written by `python -m tests.docs.reference` from the rules themselves. Do not edit. -->",
        "",
        "Whether an update keeps an app's data is concluded from the rules of Android's own installer; sources are",
        "files and methods of AOSP's frameworks/base where no other is named. What a reason does:",
        "",
        "- `never`: the file cannot be installed on this phone, whether the app is there or not;",
        "- `not-over`: not over the app that is there; without it, and its data, it could be;",
        "- `option`: as one of the two, but an install option lifts it, and the data stays;",
        "- `unknown`: it could not be told, and it decides;",
        "- `warns`: it does not stand in the way; a person should know it;",
        "- `notes`: it is as it should be, or was not looked at and does not decide.",
        "",
        "A rule can be milder or graver in one case (a downgrade with `-d`, the signer of a preinstalled app).",
        "",
        "| code | does | what it says | Android answers | source |",
        "|---|---|---|---|---|",
    ]
    for rule in (*ALL_RULES, *checking.RULES):
        answer = f"`{rule.status}`" if rule.status else ""
        lifted = f" (`{rule.option}`)" if rule.option else ""
        lines.append(
            f"| `{rule.code}` | `{rule.effect}`{lifted} | {_cell(rule.meaning)} | {answer} | {_cell(rule.source)} |"
        )
    return "\n".join(lines) + "\n"


def signatures() -> str:
    """Return signatures.md: everything that can be wrong with a signature."""
    lines = [
        "# What can be wrong with a signature",
        "",
        "<!-- Written by `python -m tests.docs.reference` from the code itself. Do not edit. -->",
        "",
        "`update inspect` gives these codes as `reasons`, or as `warnings` where they are no reason to refuse a",
        "file. Where the file is not one that Android would open at all, the code is that of an [error](errors.md);",
        "`janus` is a file that begins with something that is no part of the app. `{scheme}` is `v1`, `v2`, `v3`,",
        "`v3.1` or `v4`; which phones go by which is in [who signed it](../how-to/who-signed-it.md).",
        "",
        "| code | what it says |",
        "|---|---|",
        *(f"| `{code}` | {_cell(sentence)} |" for code, sentence in sentences().items()),
    ]
    return "\n".join(lines) + "\n"


def account_systems() -> str:
    """Return account-systems.md: what the rulebook says of each account system, and where it stands."""
    systems = rulebook().systems
    lines = [
        "# Account systems",
        "",
        "<!-- Written by `python -m tests.docs.reference` from the rulebook's data files. Do not edit. -->",
        "",
        "What Phoneward knows of accounts that hang on a mobile number: one row a passport, however many products it",
        "opens. The files, and how to add to them, are in `src/phoneward/numbers/data/systems`.",
        "",
        "A cell that is empty is not known. `?` marks what no source was found for; `[1]` the first of the row's",
        "sources. *Opened by*: whether a code sent to the number is enough to sign in, or to set a new password, and",
        "whether the carrier's one-tap sign-in opens it, which leaves no message. *Old number*: whether changing to a",
        "new number needs a code sent to the old one.",
        "",
        f"{len(systems)} account systems.",
        "",
        "| id | name | harm | by message | new password | one tap | old number | steps | after re-issue | sources |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    return "\n".join([*lines, *map(_system_row, sorted(systems, key=lambda one: one.id))]) + "\n"


def _system_row(system: System) -> str:
    sources: dict[str, int] = {}

    def sourced(text: str, source: str) -> str:
        if not source:
            return f"{text} ?"
        return f"{text} [{sources.setdefault(source, len(sources) + 1)}]"

    def told(claim: Claim[bool] | Claim[OldNumber] | None) -> str:
        if claim is None:
            return ""
        text = claim.value.value if isinstance(claim.value, OldNumber) else "yes" if claim.value else "no"
        return sourced(text, claim.source)

    named = [(name, getattr(system, name)) for name in ("rebind", "unbind", "delete")]
    cells = [
        f"`{system.id}`",
        " · ".join(dict.fromkeys((system.names["en"], system.names["zh_CN"]))),
        system.harm.value,
        *map(told, (system.sms_login, system.sms_reset, system.one_tap, system.old_number)),
        ", ".join(sourced(name, steps.source) for name, steps in named if steps is not None),
        sourced("told", system.reissue.source) if system.reissue is not None else "",
    ]
    cells.append(", ".join(f"[{number}]({source})" for source, number in sources.items()))
    return "| " + " | ".join(map(_cell, cells)) + " |"


def law() -> str:
    """Return law.md: every article and every place to turn to, with where it was read."""
    lines = [
        "# The law, and where to turn",
        "",
        "<!-- Written by `python -m tests.docs.reference` from the data files. Do not edit. -->",
        "",
        "What letters, the look at a user agreement and the score of a company's answer go by. The files are in",
        "`src/phoneward/cases/law/data` and `src/phoneward/cases/channels`. Summaries are our own words. This is",
        "information, not legal advice.",
        "",
        "*Status*: `confirmed` (the text was read in the named source), `page` (only a page or document that speaks of",
        "it was seen), `known` (nothing was seen). Only confirmed articles are cited. *Day*: `event` (it must have",
        "been in force when it happened), `request` (it must be in force when the letter is written).",
        "",
        *(line for one in laws().values() for line in _law(one)),
        "## Where to turn",
        "",
        "| id | name | status | source | checked |",
        "|---|---|---|---|---|",
        *map(_channel_row, channels().values()),
    ]
    return "\n".join(lines) + "\n"


def _law(one: Law) -> list[str]:
    first = one.articles[0]
    until = first.effective_to.isoformat() if first.effective_to else "today"
    return [
        f"## {one.names['en']}",
        "",
        f"{one.names['zh_CN']} · `{one.id}` · in force {first.effective_from} to {until}",
        "",
        "| article | day | status | what it says | used for | read in |",
        "|---|---|---|---|---|---|",
        *map(_article_row, one.articles),
        "",
    ]


def _article_row(one: Article) -> str:
    cells = (
        one.number,
        f"`{one.applies.value}`",
        f"`{one.status.value}`",
        f"{one.summary['en']} {one.summary['zh_CN']}",
    )
    read = f"{one.source} ({one.checked_on})" if one.source else "not read"
    return "| " + " | ".join(map(_cell, (*cells, ", ".join(sorted(one.uses)), read))) + " |"


def _channel_row(one: Channel) -> str:
    cells = (f"`{one.id}`", f"{one.names['en']} · {one.names['zh_CN']}", f"`{one.status.value}`", one.source or "none")
    return "| " + " | ".join(map(_cell, (*cells, one.checked_on.isoformat()))) + " |"


def error_classes() -> list[type[PhonewardError]]:
    """Return the classes of which errors are made: those that are no mere base of others' sentences."""
    for module in pkgutil.walk_packages(phoneward.__path__, "phoneward."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    found: list[type[PhonewardError]] = []
    waiting = [PhonewardError]
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        if kind.__module__.startswith("phoneward.") and "message" in vars(kind) and kind is not PhonewardError:
            found.append(kind)
    return list(dict.fromkeys(found))


def code_of(kind: type[PhonewardError]) -> str:
    """Return the code of an error class without making an error."""
    getter = inspect.getattr_static(kind, "code")
    assert isinstance(getter, property)
    assert getter.fget is not None
    return str(getter.fget(kind.__new__(kind)))


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def main() -> None:
    """Write the files."""
    REFERENCE.mkdir(parents=True, exist_ok=True)
    (REFERENCE / "commands.md").write_text(commands())
    (REFERENCE / "errors.md").write_text(errors())
    (REFERENCE / "findings.md").write_text(findings())
    (REFERENCE / "updates.md").write_text(updates())
    (REFERENCE / "signatures.md").write_text(signatures())
    (REFERENCE / "account-systems.md").write_text(account_systems())
    (REFERENCE / "law.md").write_text(law())


if __name__ == "__main__":
    main()

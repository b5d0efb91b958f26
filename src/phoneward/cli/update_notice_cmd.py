"""`phoneward update notice OLD NEW`: what a store should ask people before this update."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from phoneward.cli.errors import CommandLineError
from phoneward.cli.frame import argument, current, option, output_options
from phoneward.cli.update_gate_cmd import NEW_HELP, OLD_HELP
from phoneward.cli.worded import WordedCommand
from phoneward.errors import ExitCode, readable
from phoneward.texts import N_, _

if TYPE_CHECKING:
    from phoneward.cli.output import Output
    from phoneward.updates.pushing import Grade, Notice


class PromptUnreadableError(CommandLineError):
    """The prompt that should be graded cannot be read."""

    message = N_("The prompt in {file} cannot be read: {problem}.")
    next_step = N_(
        "Give a text file: the title, what is said, and one line [Label] for each button, the largest first."
    )


@click.command(
    cls=WordedCommand,
    short_help=N_("For stores: the question to ask before this update."),
    help=N_(
        "Write the question that a store should ask people before this update, in plain words and in two steps; or "
        "say that "
        "none is needed.\n\n"
        "--grade takes the prompt that is shown today (its title, what is said, and one line [Label] for each "
        "button, the largest "
        "first) and says which rules of the guide for risk texts it keeps. Exit code 4: not all of them."
    ),
)
@argument("old", metavar="OLD", meaning=OLD_HELP)
@argument("new", metavar="NEW", meaning=NEW_HELP)
@option(
    "--name",
    metavar="NAME",
    help=N_("What people call the app. Default: as it is known, else the name in the file, else its package."),
)
@option("--grade", "prompt", metavar="FILE", help=N_("Grade this prompt; - reads standard input."))
@output_options
def notice(old: str, new: str, name: str | None, prompt: str | None) -> ExitCode:
    """Write the prompt, and grade another one."""
    from phoneward.snapshots import app_called
    from phoneward.updates import pushing
    from phoneward.updates.verdict import Verdict

    output = current().output
    text = _read(prompt) if prompt else None
    result, label = pushing.gate_files_named(Path(old), Path(new))
    called = name or app_called(result.package) or label or result.package
    written = pushing.notice_for(result, readable(called))
    grade = None
    if text is not None:
        grade = pushing.grade_prompt(pushing.read_prompt(text), loses=written.verdict is Verdict.WIPES)
    if output.json:
        output.emit("notice", document(written, grade))
    else:
        show(output, written, grade)
    return ExitCode.FINDING if grade is not None and not grade.passes else ExitCode.DONE


def _read(prompt: str) -> str:
    from phoneward.updates.pushing.grading import MAX_PROMPT

    try:
        with click.open_file(prompt, "r", encoding="utf-8") as file:
            text: str = file.read(MAX_PROMPT)
            return text
    except (OSError, UnicodeDecodeError) as error:
        problem = getattr(error, "strerror", None) or _("it is no text in UTF-8")
        raise PromptUnreadableError(file=readable(prompt), problem=readable(problem)) from error


def show(output: "Output", written: "Notice", grade: "Grade | None") -> None:
    """Show the advice, the steps as a person would see them, and the grade."""
    output.result(str(written.advice))
    for number, step in enumerate(written.steps, 1):
        output.result("")
        output.result(_("Step {number}").format(number=number))
        output.result(f"  {step.title}")
        for text in step.text:
            output.result(f"  {text}")
        for label in step.buttons:
            output.result(f"  [{label}]")
    if grade is None:
        return
    output.result("")
    output.result(
        _("The prompt that is shown today keeps {kept} of {all} rules.").format(kept=grade.kept, all=len(grade.marks))
    )
    for mark in grade.marks:
        output.result(f"  {'✓' if mark.is_kept else '✗'} {mark.rule}")
        if mark.why_not is not None:
            output.result(f"    {mark.why_not}")


def document(written: "Notice", grade: "Grade | None") -> dict[str, object]:
    """Return it for programs."""
    found: dict[str, object] = {
        "verdict": written.verdict.value,
        "advice": str(written.advice),
        "steps": [
            {
                "title": str(step.title),
                "text": [str(text) for text in step.text],
                "buttons": [str(label) for label in step.buttons],
                "typed": step.typed,
            }
            for step in written.steps
        ],
    }
    if grade is not None:
        found["grade"] = {
            "kept": grade.kept,
            "of": len(grade.marks),
            "rules": [
                {
                    "number": mark.number,
                    "rule": str(mark.rule),
                    "kept": mark.is_kept,
                    "why_not": str(mark.why_not or ""),
                }
                for mark in grade.marks
            ],
        }
    return found

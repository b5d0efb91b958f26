"""What `phoneward number leave` prints."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from phoneward import numbers
from phoneward.cli.checkup_view import Hung, print_hung
from phoneward.cli.output import Output
from phoneward.cli.tables import plain_table
from phoneward.errors import readable
from phoneward.texts import _, labelled, ngettext, sentences

if TYPE_CHECKING:
    from phoneward.numbers import Inventory, Plan, Step

NEXT = 3
"""Steps of which it is shown how they are done, without `--all`."""


def show(
    output: Output,
    plan: "Plan",
    inventory: "Inventory",
    *,
    everything: bool,
    is_kept: bool,
    written: Mapping[str, Path | None],
) -> None:
    """Print the plan."""
    files = {kind: readable(str(path)) for kind, path in written.items() if path is not None}
    if output.json:
        for step in plan.steps:
            output.emit("step", numbers.step_document(step, plan))
        output.emit("summary", {**numbers.plan_document(plan), "kept": is_kept, "written": files})
        return
    _heading(output, plan)
    _list(output, _("Before you begin"), numbers.first_steps_after() if plan.is_past else numbers.first_steps())
    for group in numbers.Group:
        steps = [step for step in plan.steps if step.group is group]
        if steps:
            _group(output, group, steps, plan)
    _how(output, plan, everything=everything)
    _list(output, _("What cannot be undone"), numbers.not_undone())
    _list(output, _("Afterwards"), _afterwards(plan))
    _unseen(output, inventory)
    output.summary("")
    for path in files.values():
        output.summary(_("Written: {path}").format(path=path))
    if "ics" in files:
        output.summary(_("A calendar that is kept in a cloud tells its provider these names."))
    output.summary(_closing(is_kept=is_kept))


def _heading(output: Output, plan: "Plan") -> None:
    number = numbers.shown_number(plan.number)
    left = len(plan.open_steps)
    day = str(numbers.day_words(plan.on))
    if plan.is_past:
        said = ngettext(
            "{number} was given up on {day}: {count} account is left to be cut loose.",
            "{number} was given up on {day}: {count} accounts are left to be cut loose.",
            left,
        )
    else:
        said = ngettext(
            "{number} is given up on {day}: {count} account is left to do.",
            "{number} is given up on {day}: {count} accounts are left to do.",
            left,
        )
    print_hung(output, Hung("", said.format(number=number, day=day, count=f"{left:,}"), style="bold"))
    if plan.is_past:
        print_hung(output, Hung("", str(numbers.intruders_words(plan))))
    if not plan.is_seen:
        said = _(
            "No message that was looked at came to {number}. Is it written right? (--own says which SIM bears it.)"
        )
        print_hung(output, Hung("", said.format(number=number), style="bold yellow"))


def _list(output: Output, title: str, sentences: Iterable[object]) -> None:
    output.result("")
    print_hung(output, Hung("", labelled(title, ""), style="bold"))
    for sentence in sentences:
        print_hung(output, Hung("- ", str(sentence), indent=2))


def _group(output: Output, group: "numbers.Group", steps: "list[Step]", plan: "Plan") -> None:
    title, about = numbers.group_words(group)
    output.result("")
    print_hung(output, Hung("", str(title), style="bold"))
    print_hung(output, Hung("", str(about)))
    table = plain_table(
        _("Until"), _("Service"), _("Harm"), _("The number alone opens it"), _("How it stands"), whole=(0,)
    )
    for step in steps:
        table.add_row(
            _until(step, plan),
            str(numbers.service_words(step)),
            str(numbers.harm_words(step.harm)),
            _opens(step),
            _stands(step, plan),
        )
    output.result(table)


def _until(step: "Step", plan: "Plan") -> str:
    if not step.is_open:
        return "–"
    return step.by.isoformat() if step.by is not None and not plan.is_past else _("now")


def _opens(step: "Step") -> str:
    system = step.system
    if system is None:
        return "?"
    claims = [system.sms_login, system.sms_reset, system.one_tap]
    if any(claim is not None and claim.value for claim in claims):
        return _("yes")
    return _("no") if all(claim is not None for claim in claims) else "?"


def _stands(step: "Step", plan: "Plan") -> str:
    return {
        numbers.State.OPEN: _("late") if plan.is_late(step) else _("to do"),
        numbers.State.DONE: _("done"),
        numbers.State.PROVED: _("done, with proof"),
        numbers.State.REOPENED: _("open again"),
    }[step.standing.state]


def _how(output: Output, plan: "Plan", *, everything: bool) -> None:
    """Say how the next steps are done, and why one is open again."""
    shown = plan.open_steps if everything else plan.open_steps[:NEXT]
    for step in shown:
        output.result("")
        _step(output, step, plan)
    known = {step.account.key for step in shown}
    for step in [one for one in plan.steps if one.account.key not in known and _needs_a_word(one)]:
        print_hung(output, Hung("", labelled(str(numbers.service_words(step)), str(numbers.standing_words(step)))))
    more = len(plan.open_steps) - len(shown)
    if more:
        output.result("")
        said = ngettext("How {count} more is done: --all", "How {count} more are done: --all", more)
        output.result(said.format(count=f"{more:,}"))


def _needs_a_word(step: "Step") -> bool:
    """Tell whether it is open again, or closed by something that may deceive."""
    found = step.standing
    return found.state is numbers.State.REOPENED or (found.state is numbers.State.PROVED and not found.is_sure)


def _step(output: Output, step: "Step", plan: "Plan") -> None:
    print_hung(
        output, Hung("", labelled(str(numbers.service_words(step)), str(numbers.until_words(step, plan))), style="bold")
    )
    for sentence in numbers.step_sentences(step, plan):
        print_hung(output, Hung("", str(sentence), indent=2))
    if plan.is_past:
        for position, sentence in enumerate(numbers.cut_loose(step, plan), start=1):
            print_hung(output, Hung(f"{position}. ", str(sentence), indent=2))
    for way in numbers.ways(step):
        title = (
            str(way.title)
            if way.is_confirmed or step.system is None
            else sentences(str(way.title), _("(Not confirmed.)"))
        )
        print_hung(output, Hung("→ ", title, indent=2))
        for position, line in enumerate(way.sentences, start=1):
            print_hung(output, Hung(f"{position}. ", line, indent=4))
        if way.link:
            output.result(f"      {readable(way.link)}")


def _afterwards(plan: "Plan") -> list[object]:
    again = _("Look once more on {day}: phoneward number remind").format(
        day=str(numbers.day_words(numbers.recheck_day(plan)))
    )
    return [numbers.grace_words(plan), again]


def _unseen(output: Output, inventory: "Inventory") -> None:
    _list(
        output,
        _("Not looked at"),
        [
            *(numbers.missed_words(one) for one in inventory.not_looked_at),
            _("An account that never sent a message and stands in no file that was looked through is not listed."),
        ],
    )


def _closing(*, is_kept: bool) -> str:
    if is_kept:
        return _("When an account is done: phoneward number done ACCOUNT")
    return _("Nothing of it is kept: noting what is done needs a vault.")

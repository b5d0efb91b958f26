"""What `update install` and `update rollback` show and ask."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from phoneward.cli.confirming import ask, can_ask, is_yes
from phoneward.cli.frame import Frame
from phoneward.cli.tables import plain_table
from phoneward.texts import Words, _, formats, labelled

if TYPE_CHECKING:
    from rich.table import Table

    from phoneward.risks import ShownRisk
    from phoneward.updates.installing import AppReport, InstallReport, Planned


@dataclass(frozen=True, slots=True)
class TerminalAsker:
    """Asks at the terminal. Without one, or in a script, every answer is no but what the command line says.

    Args:
        frame: this run.
        yes: do not ask where the data is kept.
        restore: put back after a loss without asking.
    """

    frame: Frame
    yes: bool
    restore: bool

    def agrees(self, shown: "ShownRisk", about: Sequence[Words]) -> bool:
        """Show what there is to know and ask; Enter alone is the safe choice. See `Asker.agrees`."""
        from phoneward.risks import UPDATE, UPDATE_MANY

        output = self.frame.output
        for sentence in about:
            output.say(str(sentence))
        if self.yes and shown.risk in {UPDATE, UPDATE_MANY}:
            return True
        if not self._can_ask:
            return False
        for line in (shown.title, shown.loss, shown.detail):
            output.say(line)
        if shown.typed:
            pattern = _("Enter: {safe}. Or type “{word}”: {go_on}. ")
            return shown.is_confirmed(ask(pattern.format(safe=shown.safe, word=shown.typed, go_on=shown.go_on)))
        return is_yes(ask(_("Enter: {safe}. Or type yes: {go_on}. ").format(safe=shown.safe, go_on=shown.go_on)))

    def puts_back(self, name: str) -> bool:
        """See `Asker.puts_back`."""
        question = _("Put the version of {app} back that was there, without its data? Type yes: ").format(app=name)
        return self._can_ask and is_yes(ask(question))

    def restores(self, name: str) -> bool:
        """See `Asker.restores`."""
        if self.restore:
            return True
        question = _("Put back onto the phone what the snapshot holds of {app}? Type yes: ").format(app=name)
        return self._can_ask and is_yes(ask(question))

    @property
    def _can_ask(self) -> bool:
        return not self.frame.output.json and can_ask()


def show_plan(frame: Frame, planned: "Sequence[Planned]") -> None:
    """Show what is thought of, before anything is saved or asked."""
    from phoneward.updates import headline

    output = frame.output
    if output.json:
        for one in planned:
            output.emit("install_plan", _plan_document(one))
        return
    if not planned:
        return
    table = plain_table(_("App"), _("Old version"), _("New version"), _("Size"), _("Android says"), numbers=(3,))
    for one in planned:
        size = formats.size(one.candidate.size)
        verdict = str(headline(one.judgement.verdict))
        table.add_row(one.name, one.report.old_version, one.report.new_version, size, verdict)
    output.summary(table)


def show(frame: Frame, report: "InstallReport") -> None:
    """Show what became of each, and of all."""
    output = frame.output
    if output.json:
        for app in report.apps:
            output.emit("install_app", app_document(app))
        output.emit("summary", document(report))
        return
    for app in report.apps:
        _show_app(frame, app, named=len(report.apps) > 1)
    if len(report.apps) > 1:
        output.summary(_table(report))
    if not report.apps:
        output.summary(_("No install was cut off on this phone: there is nothing to finish."))
    if report.dry_run:
        output.summary(_("Nothing was saved or installed."))


def _show_app(frame: Frame, app: "AppReport", *, named: bool) -> None:
    from phoneward.updates.installing import OUTCOME_WORDS

    outcome = _(OUTCOME_WORDS[app.outcome])
    frame.output.result(labelled(app.name, outcome))
    for sentence in app.sentences:
        frame.output.result(f"  {sentence}" if named else str(sentence))


def _table(report: "InstallReport") -> "Table":
    from phoneward.updates.installing import OUTCOME_WORDS

    table = plain_table(_("App"), _("Old version"), _("New version"), _("What became of it"))
    for app in report.apps:
        table.add_row(app.name, app.old_version, app.new_version, _(OUTCOME_WORDS[app.outcome]))
    return table


def _plan_document(planned: "Planned") -> dict[str, object]:
    return {
        "package": planned.package,
        "name": planned.name,
        "verdict": planned.judgement.verdict.value,
        "old_version": planned.report.old_version,
        "new_version": planned.report.new_version,
        "files": [{"name": apk.name, "size": apk.size, "sha256": apk.sha256.hex()} for apk in planned.candidate.apks],
        "reasons": [
            {"code": reason.code, "effect": reason.effect.value, "text": str(reason.text)}
            for reason in planned.judgement.reasons
        ],
    }


def app_document(app: "AppReport") -> dict[str, object]:
    """Return what became of one app, for JSON."""
    return {
        "package": app.package,
        "name": app.name,
        "outcome": app.outcome.value,
        "verdict": app.verdict,
        "reasons": app.reasons,
        "old_version": app.old_version,
        "new_version": app.new_version,
        "snapshot": app.snapshot,
        "snapshot_after_loss": app.after,
        "restored_files": app.restored,
        "sentences": [str(sentence) for sentence in app.sentences],
    }


def document(report: "InstallReport") -> dict[str, object]:
    """Return the whole run, for JSON."""
    outcomes = [app.outcome.value for app in report.apps]
    return {
        "dry_run": report.dry_run,
        "exit_code": int(report.exit_code),
        "outcomes": {outcome: outcomes.count(outcome) for outcome in sorted(set(outcomes))},
    }

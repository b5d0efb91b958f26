"""A run: what was cut off is settled, each update is judged, one snapshot saves all, then each is done and looked at.

It stops at the first loss, and where the connection is lost: what was not begun is left alone.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from phoneward.errors import PhonewardError
from phoneward.phones import PhoneGoneError
from phoneward.risks import DELETE_APP, UPDATE, UPDATE_MANY, UPDATE_UNSURE
from phoneward.snapshots import BackupResult
from phoneward.texts import verbatim, words
from phoneward.updates.against import Against
from phoneward.updates.installing.copying import remove_leftovers
from phoneward.updates.installing.deciding import Decision, Way, Why, blocking, decide, first_look
from phoneward.updates.installing.doing import check_room, keep, wipe
from phoneward.updates.installing.errors import NoRoomForAppError
from phoneward.updates.installing.gathering import candidate_of, gather
from phoneward.updates.installing.hands import Hands, Job, explained
from phoneward.updates.installing.plan import Candidate, Planned, new_report, states_of
from phoneward.updates.installing.report import AppReport, InstallReport, Outcome
from phoneward.updates.installing.rolling_back import saved_version
from phoneward.updates.installing.saving import Saving, installed_digests
from phoneward.updates.installing.settling import settle
from phoneward.updates.judging import judge

FRESH: Final = dt.timedelta(minutes=10)
"""A snapshot from before the question counts as one of this moment for so long."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run on one phone.

    Attributes:
        hands: what works on it.
        against: the same phone, for the rules.
        dry_run: judge and say what would be done; nothing is written anywhere.
        shows: shown the plan before anything is saved.
    """

    hands: Hands
    against: Against
    dry_run: bool = False
    shows: Callable[[Sequence[Planned]], None] = lambda _planned: None

    def update(self, files: Sequence[Path]) -> InstallReport:
        """Install updates; without files only what was cut off is settled.

        Raises:
            ApkError, TwiceError, OddPartError: a file is not one that could be installed; nothing was done.
            PhoneGoneError: the connection was lost before anything on the phone was to be changed.
            VaultError, SnapshotsError: what is to be saved cannot be; nothing was changed on the phone.
        """

        def candidates(stack: ExitStack) -> list[Candidate]:
            return gather(stack, files, self.hands.installs.folder, self.against.device)

        return self._run(candidates)

    def roll_back(self, package: str, ref: str | None = None) -> InstallReport:
        """Install a saved version over the one that is there, where Android lets that keep the data.

        Args:
            package: the app.
            ref: the snapshot that holds the version; None for the newest of this phone that holds another one.

        Raises as `update`, and NoSavedAppError: no snapshot holds one.
        """

        def candidates(stack: ExitStack) -> list[Candidate]:
            hands = self.hands
            states = states_of(hands.updater, package)
            installed = states[min(states)].version_code if states else None
            _ref, sources = saved_version(hands.repo, hands.phone.identity.id, package, ref, installed)
            return [candidate_of(stack, sources, hands.installs.folder, self.against.device)]

        return self._run(candidates, is_rollback=True)

    def _run(self, candidates: Callable[[ExitStack], list[Candidate]], *, is_rollback: bool = False) -> InstallReport:
        report = InstallReport(dry_run=self.dry_run)
        if not self.dry_run:
            settled = settle(self.hands)
            if settled is not None:
                report.apps.append(settled)
                if settled.stops:
                    return report
        with ExitStack() as stack:
            stack.callback(self._tidy)
            self._tidy()
            planned = [self._judged(one, is_rollback=is_rollback) for one in candidates(stack)]
            report.apps += [one if isinstance(one, AppReport) else one.report for one in planned]
            waiting = [one for one in planned if isinstance(one, Planned)]
            self.shows(waiting)
            if self.dry_run:
                _rehearsed(waiting)
            else:
                self._save_and_do(waiting)
        return report

    def _tidy(self) -> None:
        """Remove private copies, but one that an install which was cut off still needs."""
        noted = self.hands.installs.load()
        remove_leftovers(self.hands.installs.folder, noted.folder if noted is not None else "")

    # -- judging -------------------------------------------------------------------------------------------------------

    def _judged(self, candidate: Candidate, *, is_rollback: bool) -> Planned | AppReport:
        states = states_of(self.hands.updater, candidate.package)
        there = self.against.installed(candidate.app) if states else None
        name = str(self.against.called(candidate.package))
        if not states or there is None:
            report = new_report(candidate, name, None, None)
            report.outcome = Outcome.NOT_DONE
            report.reasons = [Why.NOT_INSTALLED]
            report.sentences = [words("{app} is not installed on this phone, so there is nothing to update.", app=name)]
            return report
        first = states[min(states)]
        judgement = judge(there, candidate.app, self.against.device)
        report = new_report(candidate, name, first, judgement)
        installed = installed_digests(self.hands.phone, self.hands.writer, first)
        planned = Planned(candidate, name, states, installed, judgement, report, is_rollback=is_rollback)
        report.reasons = [reason.code for reason in blocking(judgement)]
        if planned.is_same:
            report.outcome = Outcome.SAME
            report.sentences = [words("This very version of {app} is installed already: nothing to do.", app=name)]
            return report
        decision = first_look(planned)
        return planned if decision is None else self._not_done(planned, decision)

    def _not_done(self, planned: Planned, decision: Decision) -> AppReport:
        report = planned.report
        report.outcome = Outcome.UNDECIDED if decision.why is Why.UNDECIDED else Outcome.NOT_DONE
        if decision.why is not None and decision.why not in report.reasons:
            report.reasons.append(decision.why)
        report.sentences = list(decision.sentences)
        return report

    # -- saving and doing ----------------------------------------------------------------------------------------------

    def _save_and_do(self, planned: Sequence[Planned]) -> None:
        hands = self.hands
        fitting = [one for one in planned if self._fits(one)]
        if not fitting:
            return
        saving = Saving(hands.repo, hands.phone, hands.writer, hands.state_dir, hands.cache_dir)
        begun = hands.now()
        taken = saving.snapshot([one.package for one in fitting], hands.listener)
        agreed = self._agreed([one for one in fitting if self._decide(one, saving, taken) is not Way.NOT])
        stopped = renewed = False
        for place, one in enumerate(agreed):
            if stopped:
                one.report.sentences = [words("Not begun, because of what happened before it.")]
                continue
            if hands.now() - begun > FRESH:  # a question or an install took long: what came since is saved too
                begun, renewed = hands.now(), True
                taken = saving.snapshot([each.package for each in agreed[place:]], hands.listener)
            way = one.decision.way if one.decision is not None else Way.NOT
            if renewed and self._decide(one, saving, taken) is not way:
                continue
            self._do(one, taken.snapshot_id or "")
            stopped = one.report.stops

    def _fits(self, planned: Planned) -> bool:
        try:
            check_room(self.hands, planned.candidate.size)
        except NoRoomForAppError as error:
            planned.report.outcome = Outcome.FAILED
            planned.report.sentences = explained(error)
            return False
        return True

    def _decide(self, planned: Planned, saving: Saving, taken: BackupResult) -> Way:
        saved = saving.saved(planned.package, planned.installed, taken, planned.before)
        planned.report.snapshot = taken.snapshot_id or ""
        planned.decision = decide(planned.judgement, saved, planned.name)
        if planned.decision.way is Way.NOT:
            self._not_done(planned, planned.decision)
        return planned.decision.way

    def _agreed(self, planned: Sequence[Planned]) -> list[Planned]:
        """Ask once for all that keep their data, and for each of the others alone; returns what was agreed to."""
        plain = [one for one in planned if one.decision and one.decision.way is Way.KEEP and not one.decision.unsure]
        agreed = []
        if plain:
            shown = UPDATE.shown(app=plain[0].name) if len(plain) == 1 else UPDATE_MANY.shown(count=len(plain))
            about = [sentence for one in plain for sentence in (one.decision.sentences if one.decision else ())]
            yes = self.hands.asker.agrees(shown, about)
            agreed = plain if yes else []
        for one in planned:
            if one in plain or one.decision is None:
                continue
            risk = DELETE_APP if one.decision.way is Way.WIPE else UPDATE_UNSURE
            if self.hands.asker.agrees(risk.shown(app=one.name), one.decision.sentences):
                agreed.append(one)
        for one in planned:
            if one not in agreed:
                one.report.outcome = Outcome.DECLINED
                said = words("Not agreed to, so {app} was left as it is.", app=one.name)
                one.report.sentences = [*(one.decision.sentences if one.decision else ()), said]
        return [one for one in planned if one in agreed]

    def _do(self, planned: Planned, snapshot: str) -> None:
        job = Job(planned.package, planned.name, planned.candidate.apks, snapshot, planned.report)
        assert planned.decision is not None  # noqa: S101 - it was agreed to
        try:
            if planned.decision.way is Way.WIPE:
                wipe(self.hands, planned, job)
            else:
                keep(self.hands, planned, job)
        except PhoneGoneError as error:
            _unless_known(job.report, Outcome.UNKNOWN)
            job.report.sentences += [verbatim(error.sentence()), words("Then run: phoneward update install")]
        except PhonewardError as error:
            _unless_known(job.report, Outcome.FAILED)
            job.report.sentences += explained(error)


def _unless_known(report: AppReport, outcome: Outcome) -> None:
    """Set what became of it, unless that is known: an error on the way out must not hide a loss."""
    if report.outcome is Outcome.NOT_BEGUN:
        report.outcome = outcome


def _rehearsed(planned: Sequence[Planned]) -> None:
    for one in planned:
        if one.would_wipe:
            one.report.outcome = Outcome.WOULD_WIPE
            said = words("{app} would be removed with all it holds, once you typed its name.", app=one.name)
        else:
            one.report.outcome = Outcome.WOULD
            said = words("{app} would be saved, installed, and looked after; its data stays.", app=one.name)
        one.report.sentences = [said, *(reason.text for reason in blocking(one.judgement))]

"""The questions of `phoneward setup`, one step after the other. What is done stands in `phoneward.setup`."""

import contextlib
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from phoneward.cli import passwords
from phoneward.cli.confirming import confirm
from phoneward.cli.errors import NotConfirmedError, StoppedError
from phoneward.cli.frame import Frame
from phoneward.cli.setup_view import say_how_to_go_on, show_gaps
from phoneward.errors import ExitCode, PhonewardError, readable
from phoneward.risks import WEAK_PASSWORD
from phoneward.texts import _, labelled

if TYPE_CHECKING:
    from phoneward.phones import Guide
    from phoneward.setup import Attached, Journey, Step
    from phoneward.snapshots import BackupResult
    from phoneward.vaultplace import VaultPlace

ATTEMPTS = 3
"""How often the password of a vault that is there may be typed."""


class Talk:
    """One run of the questions.

    Args:
        frame: this run.
        journey: with its phone.
        kit: where the recovery kit goes; None: beside the vault.
    """

    def __init__(self, frame: Frame, journey: "Journey", kit: Path | None) -> None:
        self._frame = frame
        self._output = frame.output
        self._journey = journey
        self._kit = kit
        self._needed: int | None = None
        self._complete = True
        self._refused: set[VaultPlace] = set()

    def lead(self) -> ExitCode:
        """Lead through all steps; returns the exit code."""
        self._say(_("You can stop at any question with Ctrl-C and run this again later: it goes on where you were."))
        attached = self._phone()
        self._place()
        self._password()
        self._write_kit()
        self._back_up()
        self._verify()
        self._debugging(attached)
        self._say("")
        self._say(_("Everything is set up."))
        say_how_to_go_on(self._frame, self._journey)
        return ExitCode.DONE if self._complete else ExitCode.INCOMPLETE

    # -- the phone -------------------------------------------------------------------------------------------------

    def _phone(self) -> "Attached | None":
        from phoneward.setup import Step, needed_bytes

        self._title(Step.PHONE)
        while True:
            attached = self._journey.look_at_phone()
            if attached.ready:
                self._say(_("{phone} is connected and can be read.").format(phone=readable(attached.label)))
                with contextlib.suppress(PhonewardError), self._journey.source.open() as phone:
                    self._needed = needed_bytes(phone)
                return attached
            self._explain(attached.problem)
            self._steps(attached.guide.turn_on if attached.guide else (), attached.guide)
            if self._ask(_("Enter: look again. Or type later: go on without the phone for now. ")) == "later":
                return attached

    # -- the vault -------------------------------------------------------------------------------------------------

    def _place(self) -> None:
        from phoneward.settings import NoRepositoryNamedError
        from phoneward.setup import Step, suggest

        self._title(Step.PLACE)
        journey = self._journey
        with contextlib.suppress(NoRepositoryNamedError):
            journey.place = self._frame.settings.repository_place()
        wanted = journey.place
        if wanted is None:
            self._say(_("The vault is an encrypted folder. The best place for it is an external disk."))
            suggestion = suggest(self._needed)
            for sentence in suggestion.why:
                self._say(str(sentence))
            wanted = self._ask_place(suggestion.path)
        while True:
            try:
                report = journey.choose_place(wanted, self._needed)
            except PhonewardError as error:
                self._explain(error)
                if not self._entered(wanted, error):
                    wanted = self._ask_place(suggest(self._needed).path)
                continue
            for sentence in report.warnings:
                self._warn(str(sentence))
            if not report.warnings or report.holds_vault:
                break
            # The safe choice is another place; Enter alone must not take one that was warned about.
            answer = self._ask(_("Type another place, or type yes to use {place}: ").format(place=self._shown(wanted)))
            if answer.casefold() in {"yes", "y", _("yes").casefold()}:
                break
            wanted = self._typed(answer) if answer else wanted
        self._say(_("The vault: {place}").format(place=self._shown(report.place)))

    def _ask_place(self, suggested: Path) -> "VaultPlace":
        question = _("Enter: use {place}. Or type another folder, or server to have it elsewhere: ")
        answer = self._ask(question.format(place=self._shown(suggested)))
        return self._typed(answer) if answer else suggested

    def _typed(self, answer: str) -> "VaultPlace":
        """Return the place that a person typed; on the word `server`, after they were told how servers are written."""
        from phoneward.setup import FAR_KINDS, typed_far_place
        from phoneward.vaultplace import RemotePlace, parse_place

        while True:
            if answer and answer.casefold() not in {"server", _("server").casefold()}:
                try:
                    place = parse_place(answer)
                    return typed_far_place(answer) if isinstance(place, RemotePlace) else place
                except PhonewardError as error:
                    self._explain(error)
            else:
                self._say(_("Everything is encrypted before it leaves this computer. There are three ways:"))
                for one in FAR_KINDS:
                    self._say(f"- {one.title}")
                    self._say_all(f"  {text}" for text in (*one.sentences, *one.examples))
            answer = self._ask(_("Type the address, or a folder of this computer: "))

    def _entered(self, place: "VaultPlace", error: PhonewardError) -> bool:
        """Ask who enters a server that refused, once for each place; return whether to try again."""
        from phoneward.setup import entry_for, far_kind
        from phoneward.vault import StorageAccessError
        from phoneward.vaultplace import RemotePlace

        if not isinstance(place, RemotePlace) or not isinstance(error, StorageAccessError):
            return False
        kind = far_kind(place.kind)
        if not kind.entry or place.user or place in self._refused:
            return False
        self._refused.add(place)
        user = self._ask(labelled(str(kind.entry[0]), ""))
        secret = passwords.ask_hidden(labelled(str(kind.entry[1]), "")) if user else ""
        self._journey.enter_as({**self._frame.settings.access, **entry_for(kind.kind, user, secret)})
        return bool(user)

    def _password(self) -> None:
        from phoneward.setup import PASSWORD_SENTENCES, Step, spare_key_sentence

        self._title(Step.PASSWORD)
        if self._journey.has_vault:
            self._open()
            return
        for sentence in PASSWORD_SENTENCES:
            self._say(str(sentence))
        given = self._frame.settings.password()
        if given is not None:
            if not self._is_wanted(given):
                raise NotConfirmedError
            self._journey.make_vault(given, use_weak=True)
        else:
            self._journey.make_vault(self._new_password(), use_weak=True)  # a weak one was confirmed
        self._say(_("The vault is made."))
        if self._journey.spare_key is not None:
            self._warn(str(spare_key_sentence(self._journey.spare_key)))

    def _open(self) -> None:
        from phoneward.vault import WrongPasswordError

        given = self._frame.settings.password()
        for attempt in range(1, ATTEMPTS + 1):
            try:
                self._journey.open_vault(given or passwords.ask_hidden(_("Password of the vault: ")))
            except WrongPasswordError:
                if given is not None or attempt == ATTEMPTS:
                    raise
                self._say(_("That is not the password. Try again."))
            else:
                self._say(_("The vault is open."))
                return

    def _new_password(self) -> str:
        while True:
            question = _("Enter: let Phoneward make a password. Or type own: choose one yourself. ")
            password = self._own_password() if self._ask(question) == "own" else self._made_password()
            if password:
                return password

    def _made_password(self) -> str:
        from phoneward.setup import make_phrase

        phrase = make_phrase().text
        while True:
            self._say(_("Your password, the hyphens belong to it:"))
            self._say(f"    {phrase}")
            self._ask(_("Write it down on paper now. Enter: I have written it down. "))
            if passwords.ask_hidden(_("Type it from the paper, to be sure: ")) == phrase:
                return phrase
            self._say(_("That is not the same. Compare it with what you wrote."))

    def _own_password(self) -> str:
        first = passwords.ask_hidden(_("New password: "))
        if not first:
            self._say(_("The password is empty, so nothing would be protected."))
            return ""
        if passwords.ask_hidden(_("The same password again: ")) != first:
            self._say(_("The two passwords are not the same."))
            return ""
        return first if self._is_wanted(first) else ""

    def _is_wanted(self, password: str) -> bool:
        """Whether a password is strong, or the person wants it all the same."""
        from phoneward.setup import judge

        strength = judge(password)
        if not strength.is_weak:
            return True
        for sentence in (strength.reason, strength.advice):
            self._say(str(sentence or ""))
        try:
            confirm(self._frame, WEAK_PASSWORD.shown())
        except NotConfirmedError:
            return False
        return True

    # -- kit, backup, verification ---------------------------------------------------------------------------------

    def _write_kit(self) -> None:
        from phoneward.setup import KIT_SENTENCES, Step, is_kit_printed, note_kit_printed

        self._title(Step.KIT)
        known = self._journey.kit_written() if self._kit is None else None
        for sentence in () if known else KIT_SENTENCES:
            self._say(str(sentence))
        written = known or self._journey.write_kit(self._kit)
        self._say(_("The recovery kit is in {file}.").format(file=self._shown(written.file)))
        repo = self._journey.opened(Step.PASSWORD)
        if is_kit_printed(repo):
            return
        self._say(_("Print it, write the password on it, and keep it with your important papers."))
        if self._ask(_("Enter: I have done that. Or type later: do it another day. ")) != "later":
            note_kit_printed(repo)

    def _back_up(self) -> None:
        from phoneward.setup import Step
        from phoneward.snapshots import coverage_sentences

        self._title(Step.BACKUP)
        known = self._journey.progress().of(Step.BACKUP)
        self._say_all(known.sentences)
        if known.is_done:
            return
        result = self._backed_up()
        self._complete = result.complete
        show_gaps(self._frame, result.coverage)
        for sentence in (coverage_sentences(result.coverage) if result.coverage else [])[:3]:
            self._say(sentence)

    def _backed_up(self) -> "BackupResult":
        from phoneward.cli.progress_view import listening
        from phoneward.phones import PhoneError
        from phoneward.snapshots import BackupCutShortError, NothingReachableError

        while True:
            try:
                with self._journey.source.open() as phone, listening(self._output) as listener:
                    return self._journey.back_up(phone, listener)
            except (PhoneError, BackupCutShortError, NothingReachableError) as error:
                self._explain(error)
                if self._ask(_("Enter: try again. Or type later: stop here for today. ")) == "later":
                    raise StoppedError from error

    def _verify(self) -> None:
        from phoneward.cli.progress_view import listening
        from phoneward.setup import Step

        self._title(Step.VERIFY)
        view = self._journey.progress().of(Step.VERIFY)
        self._say_all(view.sentences)
        if view.is_done:
            return
        with listening(self._output) as listener:
            found = self._journey.verify(listener)
        self._say_all(found.sentences())

    def _debugging(self, attached: "Attached | None") -> None:
        from phoneward.setup import Step, is_seen_by_adb

        self._title(Step.DEBUGGING)
        view = self._journey.progress(attached).of(Step.DEBUGGING)
        self._say_all(view.sentences)
        if view.is_done:
            return
        guide = attached.guide if attached else None
        self._steps(guide.turn_off if guide else (), guide)
        while self._ask(_("Enter: I have switched it off. Or type later: leave it on for now. ")) != "later":
            if attached is None or not is_seen_by_adb(attached.serial):
                self._journey.debugging_is_off()
                return
            self._warn(_("This computer can still read the phone, so USB debugging is still on."))

    # -- saying and asking -----------------------------------------------------------------------------------------

    def _title(self, step: "Step") -> None:
        from rich.text import Text

        from phoneward.setup import TITLES, Step

        number = list(Step).index(step) + 1
        title = _("Step {number} of {count}: {title}").format(number=number, count=len(Step), title=_(TITLES[step]))
        self._output.result("")
        self._output.result(Text(title, style="bold"))

    def _say(self, sentence: str) -> None:
        self._output.result(sentence)  # a question without what it is about helps nobody: --quiet changes nothing

    def _say_all(self, sentences: Iterable[object]) -> None:
        for sentence in sentences:
            self._say(str(sentence))

    def _warn(self, sentence: str) -> None:
        self._output.result(f"! {sentence}")

    def _explain(self, error: PhonewardError | None) -> None:
        if error is not None:
            self._say(readable(error.sentence()))
            self._say(readable(error.advice()))

    def _steps(self, steps: Iterable[str], guide: "Guide | None") -> None:
        if guide is None:
            return
        self._say(labelled(guide.name, guide.skin))
        for number, sentence in enumerate(steps, start=1):
            self._say(f"  {number}. {sentence}")
        if guide.caution:
            self._say(guide.caution)

    def _ask(self, question: str) -> str:
        """Ask, and return what was typed without blanks around it. A terminal that was closed ends it."""
        sys.stderr.write(question)
        sys.stderr.flush()
        line = sys.stdin.readline()
        if not line:
            raise EOFError
        return line.strip()

    @staticmethod
    def _shown(place: "VaultPlace") -> str:
        return readable(str(place))

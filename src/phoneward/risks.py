"""Risk texts: what a person reads before something that could cost them data or let others in.

The rules are in docs/risk-texts.md and are held by tests/test_risks.py for every text here. A room that can do harm
adds its texts to `RISKS`; the command line and the page show them with `Risk.shown`, never with words of their own.
"""

from dataclasses import dataclass
from typing import Final

from phoneward.texts import N_, _
from phoneward.texts.words import Detail


@dataclass(frozen=True, slots=True)
class Risk:
    """One risk text, marked with `N_`; placeholders are named and filled by `shown`.

    Attributes:
        code: stable; `room.what-is-done`.
        title: action and object, as a question.
        loss: what *you* would lose, or who could get in. Together with the title: the first two lines, no jargon.
        detail: more, for whoever wants to know; may be empty.
        safe: the label of the safe choice, which always stands first and larger.
        go_on: the label of the other: the same verb as the title.
        typed: what has to be typed before it is done: a word, or the name of what is lost (a placeholder, as in the
            title); empty unless what is lost cannot come back.
    """

    code: str
    title: str
    loss: str
    safe: str
    go_on: str
    detail: str = ""
    typed: str = ""

    @property
    def is_irreversible(self) -> bool:
        """Whether what is lost cannot come back."""
        return bool(self.typed)

    def shown(self, **details: Detail) -> "ShownRisk":
        """Return the text in the reader's language; names of files and phones come in readable."""
        filled = {name: str(value) for name, value in details.items()}
        return ShownRisk(
            self,
            _(self.title).format(**filled),
            _(self.loss).format(**filled),
            _(self.detail).format(**filled),
            _(self.safe),
            _(self.go_on),
            _(self.typed).format(**filled),
            self.typed.format(**filled),
        )


@dataclass(frozen=True, slots=True)
class ShownRisk:
    """A risk text in the reader's language, its placeholders filled; `typed_in_english` counts in every language."""

    risk: Risk
    title: str
    loss: str
    detail: str
    safe: str
    go_on: str
    typed: str
    typed_in_english: str

    def is_confirmed(self, answer: str) -> bool:
        """Tell whether what a person typed (or pasted) is what was asked for: any case, white space around it.

        The English word counts in every language: who helps may not have the reader's keyboard.
        """
        given = answer.strip().casefold()
        return bool(self.typed) and given in {self.typed.casefold(), self.typed_in_english.casefold()}


FORGET: Final = Risk(
    code="snapshots.forget",
    title=N_("Remove snapshots from the vault ({count})?"),
    loss=N_("Photos, messages and files that are only in them are gone for you, for good. Nobody can bring them back."),
    detail=N_("What is also in a snapshot that stays is not lost. What your phone still holds is not touched."),
    safe=N_("Keep everything"),
    go_on=N_("Remove them"),
    typed=N_("remove"),
)

REPLACE: Final = Risk(
    code="snapshots.replace-files",
    title=N_("Replace files in the folder {folder}?"),
    loss=N_(
        "Files there that differ are overwritten by those from the snapshot. You lose what you changed in them since."
    ),
    detail=N_(
        "Restore into a new, empty folder instead: then nothing can be overwritten, and you can compare the two."
    ),
    safe=N_("Keep the files that are there"),
    go_on=N_("Replace them"),
    typed=N_("replace"),
)

REMOVE_PASSWORD: Final = Risk(
    code="vault.remove-password",
    title=N_("Remove a password from the vault?"),
    loss=N_("If you know only this one, you can never open your vault again."),
    detail=N_("Passwords that stay go on working. Try one of them before you remove another."),
    safe=N_("Keep the password"),
    go_on=N_("Remove the password"),
)

WEAK_PASSWORD: Final = Risk(
    code="vault.weak-password",
    title=N_("Use a password that is easy to guess?"),
    loss=N_("Whoever finds the disk with your vault could guess it, and read everything that was on your phone."),
    detail=N_("Several words that do not belong together are easy to write down and hard to guess."),
    safe=N_("Choose another password"),
    go_on=N_("Use it anyway"),
)

UPDATE: Final = Risk(
    code="updates.install",
    title=N_("Install the update of {app}?"),
    loss=N_("By Android's own rules everything in it stays: you lose nothing. It is looked at afterwards."),
    detail=N_("The version that is there now is saved, and so is what a computer can read of it."),
    safe=N_("Leave the app as it is"),
    go_on=N_("Install it"),
)

UPDATE_MANY: Final = Risk(
    code="updates.install-many",
    title=N_("Install {count} updates?"),
    loss=N_("By Android's own rules everything in these apps stays: you lose nothing. Each is looked at afterwards."),
    detail=N_("The versions that are there now are saved, and so is what a computer can read of them."),
    safe=N_("Leave the apps as they are"),
    go_on=N_("Install them"),
)

UPDATE_UNSURE: Final = Risk(
    code="updates.install-unsure",
    title=N_("Install the update of {app}?"),
    loss=N_("Phones like yours are known to have lost what was in an app at such an update. You could lose it too."),
    detail=N_("What is saved is named above. Android's own rules say that everything stays."),
    safe=N_("Leave the app as it is"),
    go_on=N_("Install it all the same"),
)

DELETE_APP: Final = Risk(
    code="updates.delete-app",
    title=N_("Delete {app} and all in it, then install?"),
    loss=N_("You lose everything that the app holds on the phone: messages, pictures, accounts, settings."),
    detail=N_("Only what is named above is saved. Photos and files outside the app are not touched."),
    safe=N_("Keep the app as it is"),
    go_on=N_("Delete all that it holds"),
    typed=N_("{app}"),
)

RISKS: Final = (FORGET, REPLACE, REMOVE_PASSWORD, WEAK_PASSWORD, UPDATE, UPDATE_MANY, UPDATE_UNSURE, DELETE_APP)
"""Every risk text of the program."""

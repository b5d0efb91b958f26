"""What an update is checked against: an older version's APKs here; a snapshot and a phone in files of their own."""

from dataclasses import dataclass
from typing import Protocol

from phoneward.apk import AppSet
from phoneward.errors import readable
from phoneward.snapshots import app_called, app_words
from phoneward.texts import Words, verbatim
from phoneward.updates.from_apk import installed_from
from phoneward.updates.stakes import Copy, Stakes
from phoneward.updates.subject import Device, Installed

MAX_LABEL = 60
"""Letters of an app's own name that are shown."""


class Against(Protocol):
    """The phone that an update would be installed on, as far as it is known."""

    @property
    def device(self) -> Device:
        """The phone."""

    def installed(self, candidate: AppSet) -> Installed | None:
        """Return the app that the candidate would take the place of; None where it is not on the phone.

        Raises:
            NoBaseError: what is taken for the installed app has no main file.
            ApkError: its files cannot be read.
            PhoneGoneError: the connection was lost.
        """

    def called(self, package: str) -> Words:
        """Return what people call an app; its package where nothing better is known."""

    def stakes(self, package: str) -> Stakes:
        """Return what the person has in an app."""


def name_of(package: str, label: str = "") -> Words:
    """Return what to call an app: as people do, else as the installed one calls itself, else its package."""
    if app_called(package):
        return app_words(package)
    return verbatim(readable(label).strip()[:MAX_LABEL] or readable(package))


@dataclass(frozen=True, slots=True)
class AgainstApks:
    """An older version's APKs, taken for what is installed. Nobody's data is meant.

    Attributes:
        old: the older version.
        device: the phone that is thought of.
    """

    old: AppSet
    device: Device

    def installed(self, candidate: AppSet) -> Installed | None:
        """Return the older version as though it were installed, also where the candidate is another app."""
        del candidate
        return installed_from(self.old, self.device)

    def called(self, package: str) -> Words:
        """See `Against.called`."""
        return name_of(package, self.old.base.manifest.label if self.old.base is not None else "")

    def stakes(self, package: str) -> Stakes:
        """See `Against.stakes`: nothing is known."""
        return Stakes(package, kept=Copy.NOT_ASKED)

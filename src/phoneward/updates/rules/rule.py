"""What a rule is, and what it is asked about."""

import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Final, TypeAlias

from phoneward.apk.app import Apk, AppSet
from phoneward.apk.signing.facts import SdkRange, Signing, Verification
from phoneward.texts import Words
from phoneward.updates.subject import Device, Installed
from phoneward.updates.verdict import Effect, Reason

IN_DEVELOPMENT: Final = 10_000
"""AOSP `Build.VERSION_CODES.CUR_DEVELOPMENT`: the API level of an Android that has only a codename yet."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that Android's installer looks at, and what it means for an update.

    Attributes:
        code: stable, kebab-case; `Reason.code`.
        effect: see `Effect`.
        meaning: one English sentence for docs/reference.
        source: AOSP file and method; other sources where Android has no such rule.
        status: what the installer answers; empty where nothing.
        option: the install option that lifts it.
    """

    code: str
    effect: Effect
    meaning: str
    source: str
    status: str = ""
    option: str = ""

    def says(self, text: Words, effect: Effect | None = None) -> Reason:
        """Return this rule as a reason for a verdict; `effect` where it differs in this case."""
        chosen = effect or self.effect
        return Reason(
            code=self.code,
            effect=chosen,
            text=text,
            source=self.source,
            status=self.status if chosen not in {Effect.NOTES, Effect.WARNS} else "",
            option=self.option if chosen is Effect.OPTION else "",
        )


@dataclass(frozen=True)
class Case:
    """One question: what would Android do with this update on this phone?

    Attributes:
        installed: what is there now, and what else the phone holds; None where the app is not there.
        candidate: what would be installed.
        device: the phone.
        removed: as if the app, with its data, had been removed before. Other apps stay as they are.
    """

    installed: Installed | None
    candidate: AppSet
    device: Device
    removed: bool = False
    _seen: dict[int, Verification] = field(default_factory=dict, compare=False, repr=False)

    @property
    def app(self) -> Installed | None:
        """The app that this would be installed over; None where there is none, or it is another app."""
        if self.removed or self.installed is None or self.installed.package != self.main.manifest.package:
            return None
        return self.installed

    @property
    def main(self) -> Apk:
        """The base; the first split where there is none."""
        return self.candidate.apks[0]

    @functools.cached_property
    def signing(self) -> Signing | None:
        """Whom this phone would take for the signer; None where it would believe none."""
        return self.verification(self.main).signing

    @property
    def target_sdk(self) -> int:
        """API level that it was made for; `IN_DEVELOPMENT` for a codename."""
        target = self.main.manifest.target_sdk
        return IN_DEVELOPMENT if target is None else target

    def verification(self, apk: Apk) -> Verification:
        """Return what this phone would say of the APK's signatures; each APK is verified once."""
        if id(apk) not in self._seen:
            sdk = self.device.sdk
            self._seen[id(apk)] = apk.verify(None if sdk is None else SdkRange(sdk, sdk))
        return self._seen[id(apk)]

    def without_app(self) -> "Case":
        """Return the same once the app and its data are removed. Nothing is verified again."""
        return replace(self, removed=True)

    def is_at_least(self, sdk: int) -> bool:
        """Whether the phone's API level is known to be this or later."""
        return self.device.sdk is not None and self.device.sdk >= sdk


Judge: TypeAlias = Callable[[Case], Iterator[Reason]]
"""Yields what one rule, or several of one meaning, say of a case; nothing where they have nothing to say."""

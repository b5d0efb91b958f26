"""The gate of a release pipeline: may this update go out over what is in the field?"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from phoneward.apk import AppSet, open_app
from phoneward.errors import readable
from phoneward.updates.pushing.errors import DifferentAppsError
from phoneward.updates.pushing.field import Span, judge_field
from phoneward.updates.rules.sdk import MIN_SDK
from phoneward.updates.verdict import Verdict

NEWER_ANDROID: Final = MIN_SDK.code
"""The reason for which an old phone stays with the old version and nothing else happens: a store does not offer it
there.
"""


@dataclass(frozen=True, slots=True)
class GateResult:
    """What the field would do.

    Attributes:
        package: the app.
        spans: Android versions and what they do, oldest first.
    """

    package: str
    spans: tuple[Span, ...]

    @property
    def stopping(self) -> tuple[Span, ...]:
        """Those that forbid pushing it: it is refused or wipes, and not only since it needs a newer Android."""
        return tuple(span for span in self.spans if stops(span))

    @property
    def unclear(self) -> tuple[Span, ...]:
        """Those for which it could not be told."""
        return tuple(span for span in self.spans if span.judgement.verdict is Verdict.UNDECIDED)

    @property
    def passes(self) -> bool:
        """Whether it may go out: no phone stands against it, and there is one that takes it."""
        keeps = any(span.judgement.verdict is Verdict.KEEPS for span in self.spans)
        return keeps and not self.stopping and not self.unclear


def stops(span: Span) -> bool:
    """Tell whether these phones forbid pushing the update."""
    if span.judgement.verdict is Verdict.WIPES:
        return True
    if span.judgement.verdict is not Verdict.REFUSED:
        return False
    return not any(reason.code == NEWER_ANDROID for reason in span.judgement.reasons)


def gate(old: AppSet, new: AppSet, versions: Iterable[int] | None = None) -> GateResult:
    """Return whether an update may go out over what is in the field.

    Args:
        old: what is installed in the field.
        new: the update.
        versions: API levels; by default every Android version on which `old` can be installed.

    Raises:
        ApkUnreadableError, ApkChangedError: a file cannot be read.
        NowhereInstalledError: no phone can have `old`.
    """
    return GateResult(new.package, judge_field(old, new, versions))


def gate_files(old: Path, new: Path, versions: Iterable[int] | None = None) -> GateResult:
    """Return whether the update in a file may go out; see `gate`.

    Raises:
        ApkError: a file is no app, or cannot be read.
        DifferentAppsError: they are two apps.
    """
    return gate_files_named(old, new, versions)[0]


def gate_files_named(old: Path, new: Path, versions: Iterable[int] | None = None) -> tuple[GateResult, str]:
    """As `gate_files`, with the app's name as its file says it; empty where it is no plain text there."""
    with open_app([old]) as before, open_app([new]) as after:
        if before.package != after.package:
            raise DifferentAppsError(old=readable(before.package), new=readable(after.package))
        label = after.base.manifest.label if after.base else ""
        return gate(before, after, versions), label

"""Would a phone that does not have an app take it? By what its files say of themselves: they are not read whole.

Their signatures are not verified here. The phone does that when it installs, and so does `judging`.
"""

from collections.abc import Iterator
from typing import Final

from phoneward.apk.app import AppSet
from phoneward.updates.rules import Case, abi, flags, sdk, splits
from phoneward.updates.rules.rule import Judge
from phoneward.updates.subject import Device
from phoneward.updates.verdict import Effect, Reason

_JUDGES: Final[tuple[Judge, ...]] = (splits.complete, sdk.judge, flags.judge, abi.judge)


def refusals(candidate: AppSet, device: Device) -> tuple[Reason, ...]:
    """Return why a phone would not take an app that it does not have; empty where nothing is seen that speaks against.

    Args:
        candidate: the app, with its base.
        device: the phone.

    Raises:
        ApkUnreadableError, ApkChangedError: an APK cannot be read.
        ValueError: there is no base.
    """
    if candidate.base is None:
        raise ValueError("no base")
    return tuple(_decisive(Case(None, candidate, device)))


def _decisive(case: Case) -> Iterator[Reason]:
    for judge in _JUDGES:
        yield from (reason for reason in judge(case) if reason.effect in {Effect.NEVER, Effect.OPTION})

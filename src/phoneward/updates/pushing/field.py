"""One update on all Android versions that phones in the field have.

Which signature a phone reads, and which rules it knows, depends on its Android version: an update can keep the data on
one phone and need a wipe on the next (a rotation in the v3.1 block is not seen before Android 13).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from phoneward.apk import AppSet
from phoneward.updates.from_apk import installed_from
from phoneward.updates.judging import judge
from phoneward.updates.pushing.errors import NowhereInstalledError
from phoneward.updates.rules.sdk import TARGET_FLOOR
from phoneward.updates.subject import Device
from phoneward.updates.verdict import Effect, Judgement, Verdict

NEWEST: Final = 37
"""The newest Android version that is looked at (Android 17)."""

FIELD: Final = (19, 21, 23, 24, 26, 28, 30, 31, 33, 34, 35, 36, NEWEST)
"""Android versions at which a rule changes, and those between which none does (docs/reference/updates.md).

What is older than Android 4.4 (19) is not looked at. 23/24: v2 is read; 28: v3; 30: target 30 needs v2; 33: v3.1; 34,
35: least target.
"""


@dataclass(frozen=True, slots=True)
class Span:
    """Android versions next to each other that do the same.

    Attributes:
        low, high: API levels, both included; `high` None: and every later one.
        judgement: what they do.
    """

    low: int
    high: int | None
    judgement: Judgement


def judge_field(old: AppSet, new: AppSet, versions: Iterable[int] | None = None) -> tuple[Span, ...]:
    """Return what phones do that have `old` and are given `new`, oldest Android first.

    Args:
        old: what is installed in the field.
        new: the update.
        versions: API levels; by default those of `FIELD` on which `old` can be installed, and the least of those.

    Raises:
        ApkUnreadableError, ApkChangedError: a file cannot be read.
        NowhereInstalledError: no phone of these versions can have `old`.
    """
    asked = sorted(set(versions)) if versions is not None else _versions_of(old)
    judged = [
        (sdk, judge(installed_from(old, Device(sdk)), new, Device(sdk)) if _can_have(old, sdk) else None)
        for sdk in asked
    ]
    if not any(judgement for _sdk, judgement in judged):
        raise NowhereInstalledError(file=old.name)
    return _merged(judged, is_open_ended=versions is None)


def _versions_of(old: AppSet) -> Sequence[int]:
    return asked_of(max((apk.manifest.min_sdk or 1 for apk in old.apks), default=1))


def asked_of(least: int) -> Sequence[int]:
    """Return the Android versions that are looked at for an app that can be installed from `least` on."""
    least = min(max(least, FIELD[0]), NEWEST)
    return sorted({least, *(sdk for sdk in FIELD if sdk >= least)})


def _can_have(app: AppSet, sdk: int) -> bool:
    """Tell whether a phone of this Android version may have an app.

    It takes it where it is not there yet; or it only would not for the app's old target: then it may have come with an
    update of Android, since apps that are there stay.
    """
    judgement = judge(None, app, Device(sdk))
    in_the_way = {r.code for r in judgement.reasons if r.effect not in {Effect.WARNS, Effect.NOTES}}
    return judgement.verdict is Verdict.KEEPS or in_the_way == {TARGET_FLOOR.code}


def _merged(judged: Sequence[tuple[int, Judgement | None]], *, is_open_ended: bool) -> tuple[Span, ...]:
    spans: list[Span] = []
    for place, (sdk, judgement) in enumerate(judged):
        if judgement is None:
            continue
        following = judged[place + 1][0] - 1 if place + 1 < len(judged) else (None if is_open_ended else sdk)
        if spans and _same(spans[-1].judgement, judgement):
            spans[-1] = Span(spans[-1].low, following, spans[-1].judgement)
        else:
            spans.append(Span(sdk, following, judgement))
    return tuple(spans)


def _same(one: Judgement, other: Judgement) -> bool:
    return one.verdict is other.verdict and [r.code for r in one.reasons] == [r.code for r in other.reasons]

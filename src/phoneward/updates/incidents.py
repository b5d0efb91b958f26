"""Known incidents: where phone makers or stores did what Android's own rules do not cover.

Facts with their sources are in `data/incidents.toml`.
"""

import fnmatch
import functools
from pathlib import Path
from typing import Final

import msgspec

from phoneward.apk.app import AppSet
from phoneward.texts import Words, in_language, words
from phoneward.updates.subject import Device, Installed
from phoneward.updates.verdict import Judgement, Verdict

_FILE: Final = Path(__file__).parent / "data" / "incidents.toml"


class Incident(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing that happened to people.

    Attributes:
        key: stable, kebab-case.
        makers: as phones name their manufacturer, small letters; any of them; empty is every maker.
        models, builds: patterns (`*`, `?`) of models and of build fingerprints; any of them; empty is every one.
        packages: the apps; patterns; empty is every app.
        version_from, version_to: long version codes of the update, both included; None is no bound.
        what: what happened, by language ("en", "zh_CN").
        when: as the source says it, ISO day, month or year.
        sources: where it is told.
        confirmed: the maker or the app's publisher said so, or several independent reports agree.
        lowers: whether KEEPS is not promised for what this fits; else it is only told.
        seen: the day of the look-up, ISO.
    """

    key: str
    what: dict[str, str]
    when: str
    sources: tuple[str, ...]
    confirmed: bool
    lowers: bool
    seen: str
    makers: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    builds: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    version_from: int | None = None
    version_to: int | None = None

    def told(self) -> str:
        """Return what happened, in the reader's language, or in English."""
        return in_language(self.what)


class IncidentsFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole data file."""

    incident: tuple[Incident, ...] = ()


@functools.cache
def incidents_file() -> IncidentsFile:
    """Return the data file that is part of the program."""
    return msgspec.toml.decode(_FILE.read_bytes(), type=IncidentsFile)


def fitting(package: str, version_code: int | None, device: Device) -> list[Incident]:
    """Return the incidents that this app, this version of the update, and this phone fit.

    Args:
        package: of the app.
        version_code: of the update, long; None where there is none yet.
        device: what is not known of it fits no incident that asks for it.
    """
    return [one for one in incidents_file().incident if _fits(one, package, version_code, device)]


def lowered_by(judgement: Judgement, installed: Installed | None, candidate: AppSet, device: Device) -> Words | None:
    """Return why KEEPS cannot be promised although Android's own rules keep the data; None where it can.

    Only for an app that is there: without data there is nothing to lose.
    """
    if judgement.verdict is not Verdict.KEEPS or installed is None or not candidate.apks:
        return None
    version = candidate.apks[0].manifest.version_code
    for one in fitting(installed.package, version, device):
        if one.lowers:
            return words(
                "Android's own rules keep your data, but on phones like this one an update like this one has lost "
                "data before ({when}). Back up first.",
                when=one.when,
            )
    return None


def _fits(one: Incident, package: str, version_code: int | None, device: Device) -> bool:
    if one.makers and device.manufacturer.lower() not in one.makers:
        return False
    if not all(
        not patterns or any(fnmatch.fnmatchcase(text.lower(), pattern.lower()) for pattern in patterns)
        for patterns, text in (
            (one.models, device.model),
            (one.builds, device.fingerprint),
            (one.packages, package),
        )
    ):
        return False
    if one.version_from is None and one.version_to is None:
        return True
    if version_code is None:
        return False
    return (one.version_from or 0) <= version_code and (one.version_to is None or version_code <= one.version_to)

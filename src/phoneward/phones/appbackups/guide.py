"""What is known of an app's own backups, in the reader's language: what one holds, how to make it and put it back."""

import datetime as dt
from dataclasses import dataclass
from typing import Final

from phoneward.phones.appbackups.data import AppFile, Steps, app_files
from phoneward.phones.guides.data import is_confirmed
from phoneward.texts import N_, _, current_language, in_language

NOT_CONFIRMED: Final = N_(
    "These words were not found on a page of the app's maker. Menus may be called otherwise in your version."
)
PROOF: Final = N_(
    "What Phoneward keeps are the files, as the app wrote them. That they can be put back, only {app} itself can prove."
)
READ_ONLY: Final = N_("An export can be read, but {app} cannot put it back.")


@dataclass(frozen=True, slots=True)
class Way:
    """One way to do something, step by step.

    Attributes:
        confirmed: whether the words come from the app's maker, in this language.
        sources: where they come from.
    """

    title: str
    steps: tuple[str, ...]
    confirmed: bool
    sources: tuple[str, ...]

    @property
    def caution(self) -> str:
        """The sentence that says so where the words are not confirmed, else ""."""
        return "" if self.confirmed else _(NOT_CONFIRMED)


@dataclass(frozen=True, slots=True)
class Place:
    """Where backups lie on a computer.

    Attributes:
        called: in words ("WeChat 4 on Windows").
        path: with placeholders, as a person reads it.
        confirmed: whether the maker, or the app's own source, says so.
    """

    called: str
    path: str
    confirmed: bool


@dataclass(frozen=True, slots=True)
class AppGuide:
    """All that is known of one app's own backups.

    Attributes:
        key: a stable word for the app.
        holds, misses: what is in such a backup, and what is not.
        proof: how sure anybody but the app can be.
        make, put_back: ways; the one for the newest version first.
        move: the app's own ways from one phone to another, while both are there.
        places: on computers.
        stale_days: after so many days a backup is called old.
        looked_up: when the sources were last looked at.
    """

    key: str
    name: str
    packages: tuple[str, ...]
    holds: str
    misses: str
    proof: str
    make: tuple[Way, ...]
    put_back: tuple[Way, ...]
    move: tuple[Way, ...]
    places: tuple[Place, ...]
    stale_days: int
    looked_up: dt.date


def app_guides(language: str | None = None) -> list[AppGuide]:
    """Return all guides, apps that lock their data away first; `language` as in `app_guide`."""
    return [_guide(app, language or current_language()) for app in app_files()]


def app_guide(name: str, language: str | None = None) -> AppGuide | None:
    """Return the guide for an app, None where there is none.

    Args:
        name: its key ("wechat"), a package, or what people call it in any language.
        language: "en", "zh_CN"; None takes the reader's. English where there is no text in it.
    """
    app = app_named(name)
    return None if app is None else _guide(app, language or current_language())


def app_named(name: str) -> AppFile | None:
    """Return the app that is called so: by its key, a package, or its name in any language."""
    wanted = name.strip().casefold()
    return next((app for app in app_files() if wanted in _names(app)), None)


def _names(app: AppFile) -> set[str]:
    return {app.key, *(package.casefold() for package in app.packages), *map(str.casefold, app.name.values())}


def app_of_package(package: str) -> AppFile | None:
    """Return the app with this package, None where nothing is known of its backups."""
    return next((app for app in app_files() if package in app.packages), None)


def app_of_key(key: str) -> AppFile | None:
    """Return the app with this key."""
    return next((app for app in app_files() if app.key == key), None)


def name_in(app: AppFile, language: str | None = None) -> str:
    """Return what people call an app."""
    return in_language(app.name, language or current_language())


def _guide(app: AppFile, language: str) -> AppGuide:
    name = in_language(app.name, language)
    kinds = {layout.kind for layout in app.phone} | {layout.kind for layout in app.computer}
    proof = PROOF if "backup" in kinds else READ_ONLY
    return AppGuide(
        key=app.key,
        name=name,
        packages=app.packages,
        holds=in_language(app.holds, language),
        misses=in_language(app.misses, language),
        proof=_(proof).format(app=name),
        make=tuple(_way(way, language) for way in app.make),
        put_back=tuple(_way(way, language) for way in app.put_back),
        move=tuple(_way(way, language) for way in app.move),
        places=tuple(
            Place(in_language(layout.called, language), layout.path, layout.confirmed) for layout in app.computer
        ),
        stale_days=app.stale_days,
        looked_up=app.looked_up,
    )


def _way(way: Steps, language: str) -> Way:
    confirmed = is_confirmed(way.steps, way.confirmed, language)
    return Way(in_language(way.title, language), in_language(way.steps, language), confirmed, way.sources)

"""What others may use of the package, loaded name by name (see `lazily`)."""

from phoneward.phones.appbackups.data import AppFile, app_files
from phoneward.phones.appbackups.guide import (
    AppGuide,
    Way,
    app_guide,
    app_guides,
    app_named,
    app_of_key,
    app_of_package,
    name_in,
)
from phoneward.phones.appbackups.oncomputer import OnComputer, Searched, look_at, search_computer, search_folder
from phoneward.phones.appbackups.onphone import OnPhone, beginnings_and_endings, moment_made, recognise_on_phone
from phoneward.phones.appbackups.places import Computer, this_computer

__all__ = [
    "AppFile",
    "AppGuide",
    "Computer",
    "OnComputer",
    "OnPhone",
    "Searched",
    "Way",
    "app_files",
    "app_guide",
    "app_guides",
    "app_named",
    "app_of_key",
    "app_of_package",
    "beginnings_and_endings",
    "look_at",
    "moment_made",
    "name_in",
    "recognise_on_phone",
    "search_computer",
    "search_folder",
    "this_computer",
]

"""The whole rulebook, and how an account system is found in it."""

import functools
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from phoneward.numbers.rulebook.folding import folded
from phoneward.numbers.rulebook.stored import RulebookDefectError, read_systems
from phoneward.numbers.rulebook.system import System
from phoneward.texts import in_language

FOLDER: Final = Path(__file__).parents[1] / "data" / "systems"


class Rulebook:
    """Account systems, found by what is known of one.

    Attributes:
        systems: all, in the order of the files.
        aliases: folded name → system: names in every language, other names, products, signatures.
    """

    def __init__(self, systems: Iterable[System]) -> None:
        """Index the systems.

        Raises:
            RulebookDefectError: two of them share an id, an alias, a package or a domain, or an alias is only signs.
        """
        self.systems: Final = tuple(systems)
        self._ids: Final = _index(((one.id, one) for one in self.systems), "id")
        self.aliases: Final[Mapping[str, System]] = _index(
            ((folded(name), one) for one in self.systems for name in (*one.names.values(), *one.aliases)), "alias"
        )
        self._packages: Final = _index(((name, one) for one in self.systems for name in one.packages), "package")
        self._domains: Final = _index(((name, one) for one in self.systems for name in one.domains), "domain")

    def by_id(self, id: str) -> System | None:  # noqa: A002 - as the field is called
        """Return the system with this id."""
        return self._ids.get(id)

    def by_alias(self, text: str) -> System | None:
        """Return the system that is called so, or signs so; the whole text is the name, compared folded."""
        return self.aliases.get(folded(text))

    def by_package(self, package: str) -> System | None:
        """Return the system whose account an Android app uses."""
        return self._packages.get(package)

    def by_domain(self, host: str) -> System | None:
        """Return the system of a host name: that of the longest of its domains, so mail.qq.com before qq.com."""
        rest = host.strip().rstrip(".").lower()
        while rest:
            if (found := self._domains.get(rest)) is not None:
                return found
            rest = rest.partition(".")[2]
        return None

    @staticmethod
    def name(system: System, language: str) -> str:
        """Return what people call a system: in the language, in one near to it, or in English."""
        return in_language(system.names, language)


@functools.cache
def rulebook() -> Rulebook:
    """Return the rulebook that is part of the program, read once.

    Raises:
        RulebookDefectError: a data file is not as it must be.
    """
    files = sorted(FOLDER.glob("*.toml"))
    return Rulebook(system for path in files for system in read_systems(path.read_bytes(), path.name))


def _index(pairs: Iterable[tuple[str, System]], what: str) -> dict[str, System]:
    index: dict[str, System] = {}
    for key, system in pairs:
        if not key:
            raise RulebookDefectError(f"system {system.id}: an empty {what}")
        other = index.setdefault(key, system)
        if other is not system:
            raise RulebookDefectError(f"systems {other.id} and {system.id} share the {what} {key}")
    return index

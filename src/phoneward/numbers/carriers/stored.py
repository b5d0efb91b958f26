"""The data files about carriers as they are stored (`data/carriers/README.md`); errors name the file and the entry."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final, Literal, TypeVar

import msgspec

from phoneward.numbers.rulebook.stored import RulebookDefectError, Stored, StoredSteps

FOLDER: Final = Path(__file__).parents[1] / "data" / "carriers"

Country = Annotated[str, msgspec.Meta(pattern="^[A-Z]{2}$")]
Id = Annotated[str, msgspec.Meta(pattern="^[a-z0-9]+(-[a-z0-9]+)*$")]


class StoredText(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A text in each language."""

    en: str
    zh_CN: str  # noqa: N815 - as languages are called

    def made(self) -> Mapping[str, str]:
        """Return it by language."""
        return {"en": self.en, "zh_CN": self.zh_CN}


class StoredQuarantine(Stored, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One country's."""

    country: Country
    least_days: Annotated[int, msgspec.Meta(ge=1, le=3650)] | None = None
    most_days: Annotated[int, msgspec.Meta(ge=1, le=3650)] | None = None
    note: StoredText


class StoredOffer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One offer."""

    id: Id
    names: dict[str, str]
    countries: tuple[Country, ...] = ()
    by: Literal["state", "carriers"]
    counts: Literal["", "accounts", "sites", "lines"] = ""
    answers: Literal["counts", "names", "numbers", "action"]
    for_: tuple[Literal["leaving", "new", "holding", "services"], ...] = msgspec.field(name="for")
    systems: tuple[str, ...] = ()
    covers: StoredText
    not_covers: StoredText
    steps: StoredSteps


T = TypeVar("T", bound=msgspec.Struct)


def read(file: str, table: str, kind: type[T]) -> list[T]:
    """Return the entries of one data file, in its order.

    Args:
        file: its name in `data/carriers`.
        table: what each is called in it.
        kind: what each becomes.

    Raises:
        RulebookDefectError: it is not as it must be.
    """
    stored = tomllib.loads((FOLDER / file).read_text(encoding="utf-8"))
    entries: list[T] = []
    for number, entry in enumerate(stored.pop(table, ()), 1):
        try:
            made = msgspec.convert(entry, kind)
            for sourced in (made, getattr(made, "steps", None)):
                if isinstance(sourced, Stored):
                    sourced.check()
        except (msgspec.ValidationError, ValueError) as error:
            raise RulebookDefectError(f"{file}: {table} number {number}: {error}") from error
        entries.append(made)
    if stored:
        raise RulebookDefectError(f"{file}: it holds [[{table}]] tables and nothing else")
    return entries

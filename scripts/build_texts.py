"""Compile the message catalogues (.po, kept in the tree) into what gettext reads (.mo, made at build time).

A hatchling build hook; `python scripts/build_texts.py` does the same by hand in a checkout.
"""

from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

try:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface
except ImportError:  # run by hand, where the build backend is not installed
    BuildHookInterface = object  # type: ignore[assignment,misc]

LOCALE = Path(__file__).resolve().parents[1] / "src" / "phoneward" / "texts" / "locale"


def compile_catalogues(locale_dir: Path = LOCALE) -> list[Path]:
    """Write a .mo beside every .po; returns the files written."""
    written = []
    for source in sorted(locale_dir.glob("*/LC_MESSAGES/*.po")):
        with source.open("rb") as stream:
            catalogue = read_po(stream)
        target = source.with_suffix(".mo")
        with target.open("wb") as stream:
            write_mo(stream, catalogue)
        written.append(target)
    return written


class CompileTexts(BuildHookInterface):  # type: ignore[type-arg]
    """Runs before every build, editable ones included."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile the catalogues (hatchling calls this)."""
        del version, build_data
        compile_catalogues()


if __name__ == "__main__":
    for path in compile_catalogues():
        print(path)

"""Where the recovery kit is written: never into the vault, never over a file."""

import datetime as dt
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from phoneward.errors import readable
from phoneward.setup.errors import KitExistsError, KitInVaultError, KitKindError, KitNotWrittenError
from phoneward.setup.kit.sheet import Sheet
from phoneward.setup.kit.show import as_html, as_pdf, as_text

SUFFIX: Final = "-recovery-kit"
MAX_KIT: Final = 8 << 20
MAX_NAMES: Final = 100

_RENDERERS: Final[dict[str, Callable[[Sheet], bytes]]] = {
    ".html": lambda sheet: as_html(sheet).encode(),
    ".htm": lambda sheet: as_html(sheet).encode(),
    ".pdf": as_pdf,
    ".txt": lambda sheet: as_text(sheet).encode(),
}
_ENDS: Final = {".html": b"</html>", ".htm": b"</html>", ".pdf": b"%%EOF"}
"""What a whole file ends with."""


@dataclass(frozen=True, slots=True)
class KitWritten:
    """Where a kit is.

    Attributes:
        file: absolute.
        already: it was there before, and is of this vault.
        when: it was written.
    """

    file: Path
    already: bool
    when: dt.datetime


def default_file(place: Path | None) -> Path:
    """Return where a vault's kit goes by default: beside it; in the person's home where there is no beside."""
    if place is None:
        return Path.home() / f"phone-vault{SUFFIX}.html"
    name = f"{place.name or 'phone-vault'}{SUFFIX}.html"
    beside = place.parent
    if beside == place or os.path.ismount(place) or not os.access(beside, os.W_OK):
        return Path.home() / name
    return beside / name


def holds_kit(file: Path, vault_id: str) -> bool:
    """Tell whether a file is a whole kit of this vault."""
    try:
        with file.open("rb") as stream:
            data = stream.read(MAX_KIT + 1)
    except OSError:
        return False
    end = _ENDS.get(file.suffix.lower(), b"")
    return len(data) <= MAX_KIT and vault_id.encode() in data and data.rstrip().endswith(end)


def write_kit(sheet: Sheet, place: Path | None, file: Path | None = None) -> KitWritten:
    """Write the kit; one of this vault that is there already is left as it is.

    Args:
        sheet: what stands on it.
        place: the vault's folder; None where it lies elsewhere.
        file: where to; by its ending a web page, a PDF or a text. None writes a web page beside the vault, under
            another name where that is taken by another file.

    Raises:
        KitExistsError, KitInVaultError, KitKindError, KitNotWrittenError: it cannot be written there.
        PdfMissingError, PdfNotMadeError: see `paper.make_pdf`.
    """
    if file is not None:
        wanted = Path(os.path.abspath(file.expanduser()))
        return _write(sheet, place, wanted)
    first = default_file(place)
    for number in range(1, MAX_NAMES):
        name = first if number == 1 else first.with_name(f"{first.stem}-{number}{first.suffix}")
        try:
            return _write(sheet, place, name)
        except KitExistsError:
            continue
    raise KitExistsError(path=readable(str(first)))


def _write(sheet: Sheet, place: Path | None, file: Path) -> KitWritten:
    shown = readable(str(file))
    render = _RENDERERS.get(file.suffix.lower())
    if render is None:
        raise KitKindError(path=shown)
    if place is not None and Path(os.path.realpath(place)) in Path(os.path.realpath(file)).parents:
        raise KitInVaultError(path=shown)
    if os.path.lexists(file):
        if holds_kit(file, sheet.vault_id):
            return KitWritten(file, already=True, when=_time_of(file))
        raise KitExistsError(path=shown)
    data = render(sheet)
    try:
        with file.open("xb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
    except FileExistsError as error:
        raise KitExistsError(path=shown) from error
    except OSError as error:
        raise KitNotWrittenError(path=shown, detail=readable(error.strerror or str(error))) from error
    return KitWritten(file, already=False, when=dt.datetime.now(dt.UTC))


def _time_of(file: Path) -> dt.datetime:
    return dt.datetime.fromtimestamp(file.stat().st_mtime, dt.UTC)

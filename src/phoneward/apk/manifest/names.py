"""Names in a manifest, by Android's rules."""

import re
from typing import Final

_NAME: Final = re.compile(r"(?:[A-Za-z][A-Za-z0-9_]*)?(?:\.(?:[A-Za-z][A-Za-z0-9_]*)?)*")
_MAX_FILE_NAME: Final = 223


def is_name(name: str, *, with_separator: bool = False, as_file: bool = False) -> bool:
    """Tell whether Android takes a name (AOSP `FrameworkParsingPackageUtils.validateName`).

    Args:
        name: letters, digits and `_` between dots; each part begins with a letter. Parts may be empty.
        with_separator: there must be a dot.
        as_file: it is also the name of a folder: not empty, not `.` or `..`, at most 223 characters.
    """
    if not _NAME.fullmatch(name) or (with_separator and "." not in name):
        return False
    return not as_file or (name not in {"", ".", ".."} and len(name) <= _MAX_FILE_NAME)


def is_package(name: str) -> bool:
    """Tell whether Android takes a name for a package; its own is `android`."""
    return name == "android" or is_name(name, with_separator=True, as_file=True)


def class_name(package: str, name: str) -> str:
    """Return a name in full, as `ParsingUtils.buildClassName`: `.x` and `x` are in the package."""
    if name.startswith("."):
        return package + name
    return name if "." in name else f"{package}.{name}"

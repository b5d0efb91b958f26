"""Paths on a phone: absolute, raw bytes, checked component by component before anything is done with them."""

MAX_PATH_BYTES = 32 * 1024
"""Longest path that is worked with. Linux itself names at most 4,096 bytes at once; deeper trees exist all the same."""


class BadPathError(ValueError):
    """A path that no honest phone gives: relative, empty parts, `.`, `..` or NUL. Never shown to a person as it is."""


def components(path: bytes) -> tuple[bytes, ...]:
    """Return the names of an absolute path, `()` for the root itself.

    Raises:
        BadPathError: the path is not absolute or has a component that is empty, `.`, `..` or holds NUL.
    """
    if path == b"/":
        return ()
    if not path.startswith(b"/") or b"\0" in path:
        raise BadPathError(repr(path[:200]))
    names = tuple(path[1:].split(b"/"))
    if b"/." not in path and b"//" not in path and not path.endswith(b"/"):  # nearly every path: no look at each name
        return names
    if any(name in {b"", b".", b".."} for name in names):
        raise BadPathError(repr(path[:200]))
    return names


def is_clean(path: bytes) -> bool:
    """Tell whether `components` would accept the path (faster: one pass in C for the ordinary case)."""
    if not path.startswith(b"/") or b"\0" in path:
        return False
    if b"/." not in path and b"//" not in path:
        return not path.endswith(b"/") or path == b"/"
    try:
        components(path)
    except BadPathError:
        return False
    return True


def is_below(path: bytes, root: bytes) -> bool:
    """Tell whether a clean path names something inside `root`, not `root` itself."""
    prefix = root if root.endswith(b"/") else root + b"/"
    return len(path) > len(prefix) and path.startswith(prefix)


def join(folder: bytes, name: bytes) -> bytes:
    """Return the path of a name in a folder."""
    return folder + name if folder.endswith(b"/") else folder + b"/" + name

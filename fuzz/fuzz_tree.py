"""Feeds random bytes to the reader of tree blobs: nodes or TreeDamagedError, and what was read can be written again."""

import contextlib
import sys

try:
    import atheris
except ImportError:  # atheris exists for Linux only
    atheris = None

if atheris is None:
    from phoneward.vault.errors import TreeDamagedError
    from phoneward.vault.trees import decode_tree, encode_tree
else:
    with atheris.instrument_imports(include=["phoneward.vault"]):
        from phoneward.vault.errors import TreeDamagedError
        from phoneward.vault.trees import decode_tree, encode_tree

_NODE = (
    rb',"type":"file","mode":420,"mtime":"2026-11-22T03:07:28.01+05:30","atime":"2026-11-22T03:07:28Z",'
    rb'"ctime":"2026-11-22T03:07:28Z","uid":0,"gid":0,"size":3,"links":1,"linktarget_raw":"/w==","content":["'
)


def one_input(data: bytes) -> None:
    """Read the bytes as a tree, and as name and content of a node in an otherwise sound tree."""
    with contextlib.suppress(TreeDamagedError):
        decode_tree(data)
    name, _separator, rest = data.partition(b"\xff")
    sound = b'{"nodes":[{"name":"' + name + b'"' + _NODE + rest.ljust(64, b"0") + b'"]}]}\n'
    try:
        nodes = decode_tree(sound)
    except TreeDamagedError:
        return
    again = encode_tree(nodes)
    if encode_tree(decode_tree(again)) != again:
        raise AssertionError(sound)


def main() -> None:
    """Run under libFuzzer; takes its arguments, e.g. `-runs=2000`."""
    if atheris is None:
        sys.exit("atheris is not available on this system")
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()

"""Feeds random bytes to prune's reader of tree blobs: it must see every blob that the full reader sees."""

import contextlib
import sys

try:
    import atheris
except ImportError:  # atheris exists for Linux only
    atheris = None

if atheris is None:
    from phoneward.vault.errors import TreeDamagedError
    from phoneward.vault.prune_used import decode_references
    from phoneward.vault.trees import decode_tree
else:
    with atheris.instrument_imports(include=["phoneward.vault"]):
        from phoneward.vault.errors import TreeDamagedError
        from phoneward.vault.prune_used import decode_references
        from phoneward.vault.trees import decode_tree

_HEAD = b'{"nodes":[{"name":"n","type":"'
_TIMES = (
    b'","mtime":"2026-11-22T03:07:28Z","atime":"2026-11-22T03:07:28Z","ctime":"2026-11-22T03:07:28Z","uid":0,"gid":0'
)


def one_input(data: bytes) -> None:
    """Read the bytes as a tree, and as kind and references of a node in an otherwise sound tree."""
    for document in (data, _inside(data)):
        with contextlib.suppress(TreeDamagedError):
            nodes = decode_tree(document, keep_unsafe_names=True)
            found = decode_references(document)  # what the full reader takes, this one must take too
            named = {*found.data, *found.trees, *found.others}
            for node in nodes:
                if not named.issuperset(node.content or ()) or (node.subtree is not None and node.subtree not in named):
                    raise AssertionError(document)


def _inside(data: bytes) -> bytes:
    kind, _separator, rest = data.partition(b"\xff")
    return _HEAD + kind + _TIMES + b"," + rest + b"}]}"


def main() -> None:
    """Run under libFuzzer; takes its arguments, e.g. `-runs=2000`."""
    if atheris is None:
        sys.exit("atheris is not available on this system")
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()

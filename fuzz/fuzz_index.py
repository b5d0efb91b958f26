"""Fuzz target: the JSON of index files and of the other small documents of a repository (lock, key file, config).

The seeds are one small document of each kind, from `encode_index`, `HeldLock`, `seal_master_key` and `seal_config`.
"""

import sys

try:
    import atheris
except ImportError:  # atheris exists for Linux only
    atheris = None

if atheris is None:
    from phoneward.vault import config, index, index_table, keys, locks
    from phoneward.vault.errors import DamagedError, UnsupportedVersionError
else:
    with atheris.instrument_imports(include=["phoneward.vault"]):
        from phoneward.vault import config, index, index_table, keys, locks
        from phoneward.vault.errors import DamagedError, UnsupportedVersionError


def one_input(data: bytes) -> None:
    """Read the bytes as each kind of document."""
    for parse in (keys.parse_key_file, locks.parse_lock):
        try:
            parse(data)
        except ValueError as error:
            if type(error) is not ValueError:
                raise
    try:
        parsed = config.parse_config(data)
        if parsed.version not in config.VERSIONS or not config.is_irreducible(parsed.chunker_polynomial):
            raise AssertionError(data)
    except (DamagedError, UnsupportedVersionError):
        pass
    read_index(data)


def read_index(data: bytes) -> None:
    """Read an index; what is accepted can be written again, and every blob of it is found."""
    try:
        packs = index.decode_index(data)
    except ValueError as error:
        if type(error) is not ValueError:
            raise
        return
    if index.decode_index(index.encode_index(packs)) != packs:
        raise AssertionError(data)
    table = index_table.IndexTable()
    for pack in packs:
        table.add(pack)
    for pack in packs:
        for entry in pack.entries:
            if (pack.pack, entry) not in set(table.lookup(entry.type, entry.id)):
                raise AssertionError(data)


def main() -> None:
    """Run under libFuzzer; takes its arguments, e.g. `-runs=2000`."""
    if atheris is None:
        sys.exit("atheris is not available on this system")
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()

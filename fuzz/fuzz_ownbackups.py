"""Fuzz target: names on a phone and on a computer, as the rules for apps' own backups meet them.

The bytes are a folder and a name, with NUL between them. Whatever they are, the answer is a package that can be one or
none, it comes at once, and what the rules know passes the quick look before them. So are folders of a tampered state.
"""

import sys

try:
    import atheris
except ImportError:  # atheris exists for Linux only
    atheris = None

if atheris is None:
    from phoneward.phones.appbackups.data import app_files
    from phoneward.phones.appbackups.templates import Template
    from phoneward.snapshots.app_folders import FOLDER, kept_folders
    from phoneward.snapshots.layout import is_package_name, is_volume_name
    from phoneward.snapshots.ownbackups import may_be_own_backup, recognise, storage_path
    from phoneward.snapshots.state import Change, OwnerState
else:
    with atheris.instrument_imports(include=["phoneward.phones.appbackups", "phoneward.snapshots"]):
        from phoneward.phones.appbackups.data import app_files
        from phoneward.phones.appbackups.templates import Template
        from phoneward.snapshots.app_folders import FOLDER, kept_folders
        from phoneward.snapshots.layout import is_package_name, is_volume_name
        from phoneward.snapshots.ownbackups import may_be_own_backup, recognise, storage_path
        from phoneward.snapshots.state import Change, OwnerState

PATHS = [Template.of(f"**/{one.path}", ignore_case=True) for app in app_files() for one in app.computer]


def one_input(data: bytes) -> None:
    """Ask every rule."""
    folder, _nul, name = data.partition(b"\0")
    where = storage_path(b"/shared/" + folder)
    found = recognise(where, name) if where is not None else None
    if found is not None and not (is_package_name(found.package) and may_be_own_backup(name)):
        raise AssertionError(data)
    for path in PATHS:
        path.match(folder + b"/" + name)
    subject, value = folder.decode("utf-8", "replace"), name.decode("utf-8", "replace")
    for kept in kept_folders(OwnerState().changed([Change(FOLDER, subject, value)], now_ns=1, writer="w")):
        if not (is_package_name(kept.package) and is_volume_name(kept.name)) or b".." in kept.place.split(b"/"):
            raise AssertionError(data)


def main() -> None:
    """Run under libFuzzer; takes its arguments, e.g. `-runs=2000`."""
    if atheris is None:
        sys.exit("atheris is not available on this system")
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()

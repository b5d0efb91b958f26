"""Feeds random bytes to what a vault of many years reads: trees that are counted, paths of apps, notes, names."""

import contextlib
import sys
import tempfile
from pathlib import Path

try:
    import atheris
except ImportError:  # atheris exists for Linux only
    atheris = None

if atheris is None:
    from phoneward.snapshots.app_parts import app_of, is_above_apps
    from phoneward.snapshots.family import FamilyRules, family_rules, note_family_rules
    from phoneward.snapshots.second_vaults import portable, second_vaults
    from phoneward.systemkeyring import NAME, SystemKeyring
    from phoneward.vault.copy import names_of
    from phoneward.vault.shares import decode_contents
else:
    with atheris.instrument_imports(
        include=[
            "phoneward.snapshots.app_parts",
            "phoneward.snapshots.family",
            "phoneward.snapshots.second_vaults",
            "phoneward.systemkeyring",
            "phoneward.vault.copy",
            "phoneward.vault.shares",
        ]
    ):
        from phoneward.snapshots.app_parts import app_of, is_above_apps
        from phoneward.snapshots.family import FamilyRules, family_rules, note_family_rules
        from phoneward.snapshots.second_vaults import portable, second_vaults
        from phoneward.systemkeyring import NAME, SystemKeyring
        from phoneward.vault.copy import names_of
        from phoneward.vault.shares import decode_contents

from phoneward.snapshots.state import OwnerState, decode_state, set_setting
from phoneward.vault import SnapshotDamagedError, TreeDamagedError, decode_snapshot

FOLDER = Path(tempfile.mkdtemp(prefix="phoneward-fuzz-"))


def one_input(data: bytes) -> None:
    """Read the bytes as each of them."""
    with contextlib.suppress(TreeDamagedError):
        for node in decode_contents(data):
            if node.size < 0 or any(len(bytes.fromhex(blob)) != 32 for blob in node.content or ()):
                raise AssertionError(data)
    path = b"/" + data
    app = app_of(path)
    if app is not None and (b"/" in app.encode() or is_above_apps(path + b"/x")):
        raise AssertionError(data)
    text = data.decode("utf-8", "replace")[:900]
    state = OwnerState().changed(
        [set_setting("keep-rules", text), set_setting("second-vault/x", text), set_setting("second-copy/x", text)],
        now_ns=1,
        writer="w",
    )
    rules = family_rules(state)
    noted = OwnerState().changed([note_family_rules(rules)], now_ns=1, writer="w")
    if family_rules(noted) != rules or (rules != FamilyRules() and not str(rules.words)):
        raise AssertionError(data)
    with contextlib.suppress(ValueError):
        state = state.merged(decode_state(data))
    for second in second_vaults(state):
        second.is_attached  # noqa: B018 - must not raise, whatever the note says
    if second_vaults(portable(state)):
        raise AssertionError(data)
    with contextlib.suppress(SnapshotDamagedError):
        names_of(decode_snapshot(data, "a" * 64))  # type: ignore[arg-type]
    (FOLDER / NAME).write_bytes(data)
    SystemKeyring(FOLDER).is_remembered(FOLDER / "vault")


def main() -> None:
    """Run under libFuzzer; takes its arguments, e.g. `-runs=2000`."""
    if atheris is None:
        sys.exit("atheris is not available on this system")
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()

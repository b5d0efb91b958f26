import stat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoneward.vault.nodes import Node, NodeType, go_mode, is_safe_name, posix_permissions

# The numbers are what restic wrote for such files.
MODES = [
    (NodeType.DIR, 0o755, 2147484141),
    (NodeType.SYMLINK, 0o777, 134218239),
    (NodeType.FILE, 0o644, 420),
    (NodeType.CHARACTER_DEVICE, 0o666, 69206454),
    (NodeType.FIFO, 0o644, 33554852),
    (NodeType.DIR, 0o3755, 2147484141 + (1 << 22) + (1 << 20)),
    (NodeType.FILE, 0o4755, 493 + (1 << 23)),
]


@pytest.mark.parametrize(("node_type", "permissions", "mode"), MODES)
def test_modes_are_gos(node_type: NodeType, permissions: int, mode: int) -> None:
    assert go_mode(node_type, permissions) == mode
    assert posix_permissions(mode) == permissions


@given(st.sampled_from(list(NodeType)), st.integers(0, 0o7777))
def test_permissions_come_back(node_type: NodeType, permissions: int) -> None:
    assert Node(name=b"a", type=node_type, mode=go_mode(node_type, permissions)).permissions == permissions


@given(st.integers(0, 2**32 - 1))
def test_any_mode_gives_permission_bits_only(mode: int) -> None:
    assert stat.S_IMODE(posix_permissions(mode)) == posix_permissions(mode)


@pytest.mark.parametrize("name", [b"", b".", b"..", b"/", b"a/b", b"/etc/x", b"a\0b"])
def test_names_that_are_no_path_component(name: bytes) -> None:
    assert not is_safe_name(name)
    assert not Node(name=name, type=NodeType.FILE).has_safe_name


@pytest.mark.parametrize("name", [b"...", b"..a", b" ", b"\xff", b"a\nb", b"\\..\\", b"C:"])
def test_odd_names_that_linux_holds(name: bytes) -> None:
    assert is_safe_name(name)

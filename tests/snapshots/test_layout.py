"""Which names of a phone may become names in a snapshot."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoneward.snapshots.layout import is_apk_name, is_package_name, is_volume_name


@pytest.mark.parametrize("name", ["android", "com.whatsapp", "com.a1.b_2", "A.b"])
def test_package_names_of_android(name: str) -> None:
    assert is_package_name(name)


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", "com..x", "com.", ".com", "1com", "com.1x", "com/x", "com.x\n", "com.x ", "cöm.x", "a" * 224],
)
def test_what_is_no_package_name(name: str) -> None:
    assert not is_package_name(name)


@given(st.text())
def test_accepted_names_are_plain_path_components(name: str) -> None:
    if is_package_name(name) or is_volume_name(name):
        assert name.isascii()
        assert name.isprintable()
        assert "/" not in name
        assert name not in {"", ".", ".."}


@given(st.binary())
def test_accepted_apk_names_are_plain(name: bytes) -> None:
    if is_apk_name(name):
        assert name.decode("ascii").isprintable()
        assert b"/" not in name
        assert not name.startswith(b".")
    assert is_apk_name(b"split_config.arm64_v8a.apk")
    assert not is_apk_name(b"base.apk\n")

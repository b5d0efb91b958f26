"""Whose phone it is, as far as it can be guessed."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoneward.phones.makers import maker_by_key, maker_named, maker_of_usb, makers_file


@pytest.mark.parametrize(
    ("texts", "key"),
    [
        (("Xiaomi", "2201123C"), "xiaomi"),
        (("", "Redmi Note 8"), "xiaomi"),
        (("HUAWEI", "ELS-AN00"), "huawei"),
        (("HONOR", ""), "honor"),
        (("OPPO", "CPH2005"), "oppo"),
        (("OnePlus", "KB2000"), "oneplus"),
        (("", "RMX3231"), "realme"),
        (("vivo", "V2131A"), "vivo"),
        (("", "iQOO Neo8"), "vivo"),
        (("samsung", "SM-G991B"), "samsung"),
        (("", "SM_G991B"), "samsung"),
        (("Google", "Pixel 8"), "google"),
        (("meizu", ""), "meizu"),
        (("smartisan", ""), "smartisan"),
        (("LGE", ""), "lg"),
        (("unknown", "Small Phone"), None),
        (("", ""), None),
        (("", "Smart Device"), None),
        (("", "Lgx"), None),
    ],
)
def test_by_its_own_words(texts: tuple[str, str], key: str | None) -> None:
    found = maker_named(*texts)
    assert (found.key if found else None) == key


@pytest.mark.parametrize(
    ("vendor", "key"), [(0x04E8, "samsung"), (0x2717, "xiaomi"), (0x339B, "honor"), (0x9999, None), (0, None)]
)
def test_by_its_usb_vendor_id(vendor: int, key: str | None) -> None:
    found = maker_of_usb(vendor)
    assert (found.key if found else None) == key


def test_the_file_makes_sense() -> None:
    data = makers_file()
    assert data.sources
    keys = [maker.key for maker in data.maker]
    ids = [vendor for maker in data.maker for vendor in maker.usb]
    assert len(keys) == len(set(keys))
    assert len(ids) == len(set(ids))
    assert all(re.fullmatch("[0-9a-f]{4}", vendor) for vendor in ids)
    assert all(re.fullmatch("[a-z]+", name) for maker in data.maker for name in maker.names)
    assert all(maker.usb or maker.names for maker in data.maker)
    assert maker_by_key("xiaomi") is maker_named("Xiaomi")
    assert maker_by_key("none") is None


@given(st.text(max_size=50), st.text(max_size=50))
def test_any_words(maker: str, model: str) -> None:
    found = maker_named(maker, model)
    assert found is None or found in makers_file().maker

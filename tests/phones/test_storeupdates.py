"""How shops are told to update nothing by themselves: the data file is whole, in every language, and the right shop is
found for a phone."""

import re

import msgspec
import pytest

from phoneward.phones import popup_steps, store_guides, store_named
from phoneward.phones.guides.storeupdates import StoreEntry, stores_file
from phoneward.phones.makers import makers_file
from tests.phones.test_guides import LANGUAGES, OWN_PAGES, by_language

STORES = stores_file().store
CHINESE = re.compile(r"[\u3000-\u9fff\uff00-\uffef]")


def test_every_text_is_in_every_language_and_none_is_empty() -> None:
    groups = list(by_language(msgspec.to_builtins(stores_file())))
    assert len(groups) == 2 * len(STORES) + 1
    for group in groups:
        assert set(group) == LANGUAGES, group
    for steps in (stores_file().popup.steps, *(store.steps for store in STORES)):
        english, chinese = steps["en"], steps["zh_CN"]
        assert len(english) == len(chinese)
        for one, other in zip(english, chinese, strict=True):
            assert one == one.strip() != ""
            assert other == other.strip()
            assert not CHINESE.search(one.replace("应用宝", ""))
            assert CHINESE.search(other), other


@pytest.mark.parametrize("store", STORES, ids=lambda store: store.key)
def test_what_is_confirmed_has_the_makers_own_page(store: StoreEntry) -> None:
    assert set(store.confirmed) <= LANGUAGES
    assert all(re.match(r"https?://", source) for source in store.sources)
    if store.confirmed:
        assert any(OWN_PAGES.match(source) or "google.com/" in source for source in store.sources)
    assert set(store.makers) <= {maker.key for maker in makers_file().maker}
    assert store.packages
    assert all(re.fullmatch(r"[a-z][\w.]+", package) for package in store.packages)


def test_no_two_shops_share_an_app_or_a_name() -> None:
    packages = [package for store in STORES for package in store.packages]
    assert len(packages) == len(set(packages))
    assert len({store.key for store in STORES}) == len(STORES)


@pytest.mark.parametrize(
    ("maker", "shop"),
    [
        ("Xiaomi", "xiaomi"),
        ("Redmi", "xiaomi"),
        ("HUAWEI", "huawei"),
        ("HONOR", "honor"),
        ("OPPO", "oppo"),
        ("OnePlus", "oppo"),
        ("realme", "oppo"),
        ("vivo", "vivo"),
        ("samsung", "samsung"),
        ("meizu", "meizu"),
    ],
)
@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_a_brands_own_shop_comes_first(maker: str, shop: str, language: str) -> None:
    first, *_others = store_guides(maker, language=language)
    assert first.key == shop
    assert first.steps
    assert first.confirmed or first.caution


def test_shops_of_nobody_are_told_of_where_they_are_on_the_phone() -> None:
    with_play = {"com.android.vending", "com.tencent.android.qqdownloader", "com.whatsapp"}
    assert [guide.key for guide in store_guides("Xiaomi", with_play)] == ["xiaomi", "google", "tencent"]
    assert [guide.key for guide in store_guides("Xiaomi", set())] == ["xiaomi"]
    assert [guide.key for guide in store_guides(None)] == ["google"]
    assert [guide.key for guide in store_guides("toaster")] == ["google"]


def test_a_shop_is_known_by_its_app() -> None:
    shop = store_named("com.huawei.appmarket", language="zh_CN")
    assert shop is not None
    assert shop.name == "华为应用市场"
    assert store_named("com.whatsapp") is None


def test_the_popup_is_answered_with_cancel() -> None:
    """What a person in front of the pop-up needs first: one tap decides, and this is the harmless one."""
    assert "'Cancel'" in popup_steps("en")[0]
    assert "“取消”" in popup_steps("zh_CN")[0]

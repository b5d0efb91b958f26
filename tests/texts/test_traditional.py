"""Traditional characters: everything there is in simplified ones, made anew whenever a sentence changes."""

import opencc
import pytest
from babel.messages.pofile import read_po

from phoneward.phones import guide_for
from phoneward.texts import LOCALE_DIR, Named, _, current_language, in_language, speaking
from scripts.traditional import catalogues, convert

ALSO_TRADITIONAL = frozenset("台只里范余面志才斗舍制游板出松胡卷吃岩床托症採折升凶占群峰奸周夸准干恒")
"""Characters that OpenCC turns into others at times, and that stand in traditional texts as well."""


def test_both_catalogues_are_made_from_todays_sentences() -> None:
    for path, wanted in catalogues().items():
        assert path.read_bytes() == wanted, "run scripts/update_texts.py"


def test_no_simplified_character_is_left() -> None:
    characters = opencc.OpenCC("s2t")  # 夸 stands in a name
    left = set()
    for path in sorted((LOCALE_DIR / "zh_TW" / "LC_MESSAGES").glob("*.po")):
        with path.open("rb") as stream:
            for message in read_po(stream, locale="zh_TW"):
                said = message.string if isinstance(message.string, str) else "".join(message.string or ())
                left |= {one for one in said if message.id and characters.convert(one) != one}
    assert left - ALSO_TRADITIONAL == set()


@pytest.mark.parametrize(
    ("simplified", "traditional"),
    [
        ("清单逐条写明了。", "清單逐條寫明了。"),
        ("账号一旦注销就没有了", "帳號一旦註銷就沒有了"),
        ("请在命令里加上 --pdf", "請在命令裡加上 --pdf"),
        ("在阿里云盘里依次点“我的”", "在阿里雲盤裡依次點「我的」"),
        ("从安卓 14 起应用可以收到", "從 Android 14 起應用程式可以收到"),
        ("这个应用的证书签名不同", "這個應用程式的憑證簽名不同"),
        ("依《中华人民共和国个人信息保护法》，告知信息", "依《中華人民共和國個人信息保護法》，告知資訊"),
        ("{name}（{count} 个）", "{name}（{count} 個）"),
    ],
)
def test_words_as_taiwan_uses_them(simplified: str, traditional: str) -> None:
    assert convert(simplified) == traditional


@pytest.mark.parametrize("reader", ["zh_TW", "zh-Hant-HK", "zh_MO.UTF-8"])
def test_a_reader_of_traditional_characters_reads_them_everywhere(reader: str) -> None:
    with speaking([reader]):
        assert current_language() == "zh_TW"
        assert _("Something went wrong.") == "出了差錯。"
        assert in_language({"en": "a", "zh_CN": "恢复码", "zh_TW": "復原碼"}) == "復原碼"
        named = Named({"en": "12315", "zh_CN": "全国12315平台（市场监督管理部门）"})
        assert str(named) == "全國12315平台（市場監督管理部門）"
        assert in_language({"en": ("a",), "zh_CN": ()}) == ("a",)


def test_what_was_looked_up_in_simplified_characters_is_not_confirmed_in_traditional_ones() -> None:
    """A phone sold in Taiwan may call its menus otherwise."""
    assert guide_for(None, 14, language="zh_CN").confirmed
    guide = guide_for(None, 14, language="zh_TW")
    assert not guide.confirmed
    assert any("開發者" in step for step in guide.turn_on)

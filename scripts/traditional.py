"""Make the sentences in traditional characters (zh_TW) from those in simplified ones.

OpenCC converts characters and the words that Taiwan uses otherwise; `TERMS` are what it does not know of this program's
words, and what it takes wrongly. `python scripts/traditional.py` writes two catalogues into the tree: the program's
sentences, and those of its data files by what they are in simplified characters.
"""

import datetime as dt
import functools
import io
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import opencc
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

SOURCE: Final = Path(__file__).resolve().parents[1] / "src" / "phoneward"
LOCALE: Final = SOURCE / "texts" / "locale"
SIMPLIFIED: Final = LOCALE / "zh_CN" / "LC_MESSAGES" / "phoneward.po"
TRADITIONAL: Final = LOCALE / "zh_TW" / "LC_MESSAGES"

TERMS: Final = {
    # What OpenCC takes wrongly where words meet.
    "明瞭": "明了",
    "被髮": "被發",
    "直髮": "直發",
    "不是隻讀": "不是唯讀",
    "隻": "只",
    "證書籤名": "憑證簽名",
    "籤名": "簽名",
    "籤的名": "簽的名",
    "籤的": "簽的",
    "所籤": "所簽",
    "沒有籤": "沒有簽",
    "e籤寶": "e簽寶",
    "后": "後",
    "采用": "採用",
    # What Taiwan calls otherwise.
    "登出後重新登入": "登出後重新登入",
    "登出": "註銷",
    "賬": "帳",
    "臺": "台",
    "證書": "憑證",
    "套接字": "通訊端",
    "文本": "文字",
    "釋出者": "發行者",
    "釋出": "發布",
    "畫素": "像素",
    "二進位制": "二進位",
    "二維碼": "QR 碼",
    "運營商": "電信業者",
    "郵箱": "信箱",
    "USB 口": "USB 連接埠",
    "低質量": "低畫質",
    "令牌": "權杖",
    "許可權": "權限",
    "攝像頭": "鏡頭",
    "嚮導": "精靈",
    "彈窗": "彈出視窗",
    "錄屏": "螢幕錄影",
    "應用程式": "應用程式",
    "應用於": "應用於",
    "應用到": "應用到",
    "應用": "應用程式",
    "安卓": "Android",
    "“": "「",
    "”": "」",
    "‘": "『",
    "’": "』",
}
"""What a converted sentence still has to be changed in, the longest first; what stays is named where a part changes."""

_INSIDE: Final = re.compile("(?<![阿公鄰])里(?!程)")
_BESIDE_LATIN: Final = re.compile(r"(?<=[\u4e00-\u9fff])(?=(?:Android|QR 碼))|(?<=Android)(?=[\u4e00-\u9fff])")

_DAY: Final = dt.datetime(2026, 11, 30, tzinfo=dt.UTC)
"""Catalogues are the same whenever they are made."""
_NAMED_BY_LAW: Final = re.compile("《[^》]*》")
"""Names of laws and documents keep their words: only their characters change."""


@functools.cache
def _words() -> opencc.OpenCC:
    return opencc.OpenCC("s2twp")


@functools.cache
def _characters() -> opencc.OpenCC:
    return opencc.OpenCC("s2tw")


@functools.cache
def _terms() -> re.Pattern[str]:
    return re.compile("|".join(re.escape(term) for term in sorted(TERMS, key=len, reverse=True)))


def convert(text: str) -> str:
    """Return a sentence in simplified characters as Taiwan writes it."""
    found: list[str] = []
    at = 0
    for name in _NAMED_BY_LAW.finditer(text):
        found += [_converted(text[at : name.start()]), str(_characters().convert(name[0]))]
        at = name.end()
    return "".join([*found, _converted(text[at:])])


def _converted(text: str) -> str:
    told = _terms().sub(lambda match: TERMS[match[0]], _INSIDE.sub("裡", str(_words().convert(text))))
    return _BESIDE_LATIN.sub(" ", told)


def sentences() -> Catalog:
    """Return the program's sentences."""
    with SIMPLIFIED.open("rb") as stream:
        source = read_po(stream, locale="zh_CN")
    made = _empty("phoneward")
    for message in source:
        if not message.id:
            continue
        said = (
            tuple(convert(form) for form in message.string)
            if isinstance(message.string, tuple | list)
            else convert(message.string or "")
        )
        made.add(message.id, said, flags=message.flags, context=message.context)
    return made


def of_data() -> Catalog:
    """Return the sentences of data files that differ in traditional characters."""
    made = _empty("phoneward-data")
    for text in sorted({text for path in sorted(SOURCE.rglob("*.toml")) for text in _texts(path)}):
        said = convert(text)
        if said != text:
            made.add(text, said)
    return made


def _texts(path: Path) -> Iterator[str]:
    text = path.read_text(encoding="utf-8")
    if "zh_CN" in text:
        yield from _chinese(tomllib.loads(text), is_chinese=False)


def _chinese(value: object, *, is_chinese: bool) -> Iterator[str]:
    if isinstance(value, str):
        if is_chinese and value:
            yield value
    elif isinstance(value, list):
        for one in value:
            yield from _chinese(one, is_chinese=is_chinese)
    elif isinstance(value, dict):
        for name, one in value.items():
            yield from _chinese(one, is_chinese=is_chinese or name == "zh_CN")


def _empty(domain: str) -> Catalog:
    return Catalog(
        locale="zh_TW", domain=domain, project="Phoneward", fuzzy=False, creation_date=_DAY, revision_date=_DAY
    )


def catalogues() -> dict[Path, bytes]:
    """Return both catalogues, by where they lie in the tree."""
    found = {}
    for made in (sentences(), of_data()):
        stream = io.BytesIO()
        write_po(stream, made, width=120, sort_output=True)
        found[TRADITIONAL / f"{made.domain}.po"] = stream.getvalue()
    return found

"""The rules of docs/risk-texts.md that a program can check, for our own risk texts and for other people's prompts."""

import re
from typing import Final

JARGON: Final = {
    "en": "repository|prune|blob|pack|hash|checksum|index|metadata|encrypt|decrypt|key|adb|restic|signature|cache|"
    "certificate|root|mount|path|directory|file system|byte|irreversible|data|object|instance|process|session|token|"
    "ID|APK|package|USB debugging|overwrite",
    "zh": "仓库|清理|数据|打包|哈希|校验|索引|加密|解密|密钥|adb|restic|签名|证书|缓存|挂载|路径|目录|文件系统|字节|"
    "不可逆|对象|实例|进程|会话|令牌|APK|调试",
}
"""What an ordinary reader would have to look up, or what says nothing ("data")."""

EMPTY_LABELS: Final = frozenset(
    {
        *("ok", "okay", "yes", "no", "cancel", "continue", "confirm", "next", "agree", "accept", "install", "update"),
        *(
            "确定",
            "确认",
            "是",
            "否",
            "取消",
            "继续",
            "下一步",
            "好",
            "同意",
            "接受",
            "安装",
            "更新",
            "立即更新",
            "继续安装",
        ),
    }
)
"""Labels that do not say what will be done, or done to what."""

LIMITS: Final = {"en": (60, 160), "zh": (30, 80)}
"""Most letters of a title and of what would be lost, by language."""

YOU: Final = {"en": re.compile(r"\byou(r|rs)?\b", re.IGNORECASE), "zh": re.compile("[您你]")}
"""What speaks to the reader."""

HEDGES: Final = {
    "en": re.compile(r"\b(may|might|could|possibly|potential(ly)?|risks?)\b", re.IGNORECASE),
    "zh": re.compile("可能|或许|风险|也许"),
}
"""Words that leave open what is certain: that everything is deleted."""

SURE: Final = {"en": re.compile(r"\bare you sure\b|\bwarning\b", re.IGNORECASE), "zh": re.compile("确定要|^警告|^提示")}


def jargon_in(text: str, language: str) -> list[str]:
    """Return the words of a text that an ordinary reader would have to look up.

    Args:
        text: of one or two lines.
        language: such as "en" or "zh_CN".
    """
    kind = language[:2]
    found = []
    for word in JARGON[kind].split("|"):
        pattern = rf"\b{re.escape(word)}s?\b" if kind == "en" else re.escape(word)
        if re.search(pattern, text, re.IGNORECASE):
            found.append(word)
    return found


def is_question(title: str) -> bool:
    """Tell whether a title asks."""
    return title.rstrip().endswith(("?", "？"))


def is_empty_label(label: str) -> bool:
    """Tell whether a label says nothing of what it does."""
    return label.strip().strip("！!。.").casefold() in EMPTY_LABELS


def language_of(text: str) -> str:
    """Return "zh" where a text has Chinese characters, else "en"."""
    return "zh" if re.search(r"[\u4e00-\u9fff]", text) else "en"

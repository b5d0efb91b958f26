"""How the screens of the corpus look: a phone's size, its theme, its language, its letters; and the texts on them."""

import random
import re
from dataclasses import dataclass

SIZES = (
    (1080, 2400, 2.75),
    (1080, 2400, 3.0),
    (1080, 2340, 2.625),
    (720, 1600, 2.0),
    (1440, 3200, 4.0),
    (1080, 1920, 3.0),
    (1170, 2532, 3.0),
    (1600, 2560, 2.0),
)
"""Pixels wide, pixels high, pixels a CSS pixel: phones of today, older and larger ones, a tablet."""

_FONTS = ("'Noto Sans CJK SC'", "'DejaVu Sans'", "'Noto Serif CJK SC'", "'DejaVu Sans Condensed'", "'DejaVu Serif'")
_ACCENTS = ("#1a73e8", "#07c160", "#d93025", "#f29900", "#7b1fa2", "#00838f", "#455a64", "#c2185b")
_LIGHT = (("#ffffff", "#f2f3f5", "#1b1c1e", "#70757a"), ("#f7f2ea", "#ffffff", "#2b2620", "#857a6a"))
_DARK = (("#000000", "#1c1c1e", "#f1f1f1", "#98989d"), ("#121821", "#1e2733", "#e8edf3", "#8596a8"))
_LOOK_ALIKE = {"6": "8", "8": "6", "1": "7", "7": "1", "3": "8", "5": "6", "0": "8", "9": "8", "2": "7", "4": "1"}
_NAMES = {
    "zh": ("王秀英", "李建国", "张玉兰", "刘志强", "陈桂芳", "杨明远", "赵晓燕", "黄文博", "周丽华", "吴海涛"),
    "en": ("Anna Weber", "Omar Haddad", "Grace Okoye", "Liam Byrne", "Priya Nair", "Tom Alvarez", "Mei Tanaka"),
}
_SENTENCES = {
    "zh": (
        "明天上午记得带上合同和身份证",
        "快递放在门卫室了，麻烦您取一下",
        "晚饭想吃什么？我现在去买菜",
        "这个月的水电费我已经交过了",
        "孩子的家长会改到周五下午",
        "照片我整理好以后发给大家",
        "药每天吃两次，饭后半小时",
        "地铁停运，我可能晚到一会儿",
        "您的预约已确认，请提前到场",
        "谢谢您一直以来的关照和支持",
    ),
    "en": (
        "Please bring the signed contract tomorrow",
        "The parcel is with the neighbour downstairs",
        "Dinner at ours on Friday, everyone is coming",
        "I paid the electricity bill this morning",
        "The meeting has moved to the small room",
        "Will send you the pictures when I am home",
        "Two tablets a day, half an hour after meals",
        "Trains are late again, start without me",
        "Your appointment is confirmed, see you then",
        "Thank you for everything you have done",
    ),
}


@dataclass(frozen=True)
class Look:
    """What a screen looks like, apart from what it says.

    Attributes:
        size: of `SIZES`.
        language: `zh` or `en`.
        dark: dark theme.
        font: a CSS font family.
        scale: of the letters; people set it.
        accent: a CSS colour.
        shades: behind, card, letters, faint letters.
    """

    size: tuple[int, int, float]
    language: str
    dark: bool
    font: str
    scale: float
    accent: str
    shades: tuple[str, str, str, str]

    @classmethod
    def by_chance(cls, chance: random.Random, *, plain: bool = False) -> "Look":
        """Return a look; `plain` keeps to the commonest size of phone."""
        dark = chance.random() < 0.4
        return cls(
            size=SIZES[chance.randrange(2)] if plain else chance.choice(SIZES),
            language=chance.choice(("zh", "en")),
            dark=dark,
            font=chance.choice(_FONTS),
            scale=chance.choice((0.9, 1.0, 1.0, 1.1, 1.25)),
            accent=chance.choice(_ACCENTS),
            shades=chance.choice(_DARK if dark else _LIGHT),
        )


class Words:
    """What a screen says: by chance, and the same for the same seed but for one changed place.

    Args:
        seed: of the chance.
        language: `zh` or `en`.
        place: the number of the text that is to be another one; None for none.
        moved: its decimal point moves by one digit, instead of a digit becoming one that looks much like it.
    """

    def __init__(self, seed: int, language: str, place: int | None = None, *, moved: bool = False) -> None:
        self.chance = random.Random(seed)
        self.language = language
        self.said: list[str] = []
        self._place, self._moved = place, moved

    def say(self, text: str) -> str:
        """Return the text, or another one of the same kind where this is the place to change."""
        here = len(self.said) == self._place
        self.said.append(text)
        return self._another(text) if here else text

    def number(self, digits: int) -> str:
        """Return an amount with so many digits before its point."""
        return self.say(f"{self.chance.randrange(10 ** (digits - 1), 10**digits):,}.{self.chance.randrange(100):02}")

    def count(self, digits: int) -> str:
        """Return digits in a row."""
        return self.say("".join(self.chance.choice("0123456789") for _ in range(digits)))

    def clock(self) -> str:
        """Return a time of the day."""
        return self.say(f"{self.chance.randrange(24):02}:{self.chance.randrange(60):02}")

    def date(self) -> str:
        """Return a day."""
        return self.say(
            f"202{self.chance.randrange(3, 7)}-{self.chance.randrange(1, 13):02}-{self.chance.randrange(1, 29):02}"
        )

    def name(self) -> str:
        """Return a person's name."""
        return self.say(self.chance.choice(_NAMES[self.language]))

    def sentence(self) -> str:
        """Return what people write."""
        return self.say(self.chance.choice(_SENTENCES[self.language]))

    def either(self, chinese: str, english: str) -> str:
        """Return the screen's own words, which never change."""
        return chinese if self.language == "zh" else english

    def _another(self, text: str) -> str:
        if text in _NAMES[self.language]:
            return next(one for one in _NAMES[self.language] if one != text and len(one) >= len(text) - 1)
        if self._moved:
            return re.sub(r"(\d)\.", r".\1", text)
        digits = [at for at, letter in enumerate(text) if letter.isdigit()]
        if digits:
            # Not by `chance`, which is to go on as if nothing had changed.
            at = digits[len(self.said) % len(digits)]
            return text[:at] + _LOOK_ALIKE[text[at]] + text[at + 1 :]
        return next(one for one in _SENTENCES[self.language] if one != text)

"""What stands on the screens of the corpus, as HTML: each function is one kind of screen.

Made up, after what people keep screenshots of. Whatever a person would read is said through `Words`, so that a twin of
a screen can differ in one digit, one name or the clock.
"""

from collections.abc import Callable
from html import escape
from pathlib import Path

from tests.media.corpus.looks import Look, Words

Body = Callable[[Words, int], str]
"""Words and how many photos there are to what stands on the screen."""


def html(body: Body, words: Words, look: Look, photos: int) -> str:
    """Return a whole screen, with the phone's status bar and its navigation bar."""
    behind, card, letters, faint = look.shades
    style = (
        f"--behind:{behind};--card:{card};--letters:{letters};--faint:{faint};--accent:{look.accent};"
        f"font-family:{look.font},'Noto Sans CJK SC';font-size:{14 * look.scale}px"
    )
    clock = escape(words.clock())
    bar = f'<div class="status"><b>{clock}</b><span>▲ 5G ▮ {escape(words.count(2))}%</span></div>'
    return f'<div class="phone" style="{style}">{bar}{body(words, photos)}<div class="nav"><i></i></div></div>'


def _row(left: str, right: str = "", below: str = "") -> str:
    small = f"<small>{escape(below)}</small>" if below else ""
    return f'<div class="row"><div>{escape(left)}{small}</div><div>{escape(right)}</div></div>'


def _title(text: str) -> str:
    return f'<div class="title">‹ &nbsp; {escape(text)}</div>'


def _photo(words: Words, photos: int, kind: str) -> str:
    return f'<div class="{kind}"><img src="photos/{words.chance.randrange(photos)}.jpg"></div>'


def bank(w: Words, _photos: int) -> str:
    """The balance of an account and what went in and out."""
    rows = "".join(
        _row(w.either("转账 ", "To ") + w.name(), "-" + w.number(w.chance.randrange(2, 5)), f"{w.date()} {w.clock()}")
        for _ in range(7)
    )
    return (
        _title(w.either("我的账户", "My account"))
        + f'<div class="hero"><small>{w.either("可用余额(元)", "Available balance")}</small><h1>¥ {w.number(5)}</h1>'
        + f"<small>{w.either('卡号', 'Card')} 6222 **** **** {w.count(4)}</small></div><div class='card'>{rows}</div>"
    )


def receipt(w: Words, _photos: int) -> str:
    """A transfer that went through."""
    rows = "".join(
        _row(label, value)
        for label, value in (
            (w.either("收款人", "Paid to"), w.name()),
            (w.either("付款账户", "From"), "**** " + w.count(4)),
            (w.either("转账时间", "Time"), f"{w.date()} {w.clock()}:{w.count(2)}"),
            (w.either("交易单号", "Reference"), w.count(20)),
            (w.either("手续费", "Fee"), "0.00"),
            (w.either("备注", "Note"), w.sentence()[:14]),
        )
    )
    return (
        _title(w.either("转账详情", "Transfer"))
        + f'<div class="center"><div class="tick">✓</div><p>{w.either("转账成功", "Sent")}</p><h1>¥{w.number(4)}</h1>'
        + f"</div><div class='card'>{rows}</div><div class='button'>{w.either('完成', 'Done')}</div>"
    )


def chat(w: Words, photos: int) -> str:
    """Messages between two people."""
    bubbles = [f'<p class="when">{w.date()} {w.clock()}</p>']
    for _ in range(w.chance.randrange(7, 12)):
        side = w.chance.choice(("mine", "theirs"))
        inside = escape(w.sentence()) if w.chance.random() < 0.85 else f"¥{w.number(3)}"
        if w.chance.random() < 0.1:
            inside = _photo(w, photos, "thumb")
        bubbles.append(f'<div class="line {side}"><i class="face"></i><div class="bubble">{inside}</div></div>')
    return _title(w.name()) + "".join(bubbles) + '<div class="typing"><span></span>☺ ＋</div>'


def settings(w: Words, _photos: int) -> str:
    """A phone's settings."""
    labels = (
        ("无线网络", "Wi-Fi"), ("蓝牙", "Bluetooth"), ("移动网络", "Mobile network"), ("显示与亮度", "Display"),
        ("声音", "Sound"), ("通知", "Notifications"), ("电池", "Battery"), ("存储", "Storage"), ("隐私", "Privacy"),
        ("安全", "Security"), ("应用", "Apps"), ("语言和输入法", "Language"), ("关于手机", "About phone"),
    )  # fmt: skip
    picked = w.chance.sample(labels, 11)
    rows = "".join(_row(w.either(*one), f"{w.count(2)} GB ›" if w.chance.random() < 0.4 else "›") for one in picked)
    return f"<h2>{w.either('设置', 'Settings')}</h2><div class='card'>{rows}</div>"


def feed(w: Words, photos: int) -> str:
    """What friends post."""
    posts = "".join(
        f'<div class="post"><div class="line"><i class="face"></i><b>{escape(w.name())}</b></div>'
        f"<p>{escape(w.sentence())}</p>{_photo(w, photos, 'wide')}"
        f"<small>♡ {w.count(3)} &nbsp; ✉ {w.count(2)}</small></div>"
        for _ in range(2)
    )
    return _title(w.either("朋友圈", "Moments")) + posts


def gallery(w: Words, photos: int) -> str:
    """Small pictures in a grid."""
    grid = "".join(_photo(w, photos, "cell") for _ in range(18))
    return (
        f"<h2>{w.either('相册', 'Photos')}</h2><small>{w.date()} · {w.count(4)}</small><div class='grid'>{grid}</div>"
    )


def article(w: Words, photos: int) -> str:
    """Something to read."""
    stop = w.either("。", ". ")
    paragraphs = "".join(f"<p>{stop.join(escape(w.sentence()) for _ in range(4))}{stop}</p>" for _ in range(4))
    picture = _photo(w, photos, "wide") if w.chance.random() < 0.5 else ""
    return f"<h2>{escape(w.sentence())}</h2><small>{w.date()} {escape(w.name())}</small>{picture}{paragraphs}"


def form(w: Words, _photos: int) -> str:
    """A form that was filled in."""
    labels = (
        (w.either("姓名", "Full name"), w.name()), (w.either("手机号", "Phone"), "13" + w.count(9)),
        (w.either("出生日期", "Born"), w.date()), (w.either("地址", "Address"), w.sentence()),
        (w.either("邮编", "Post code"), w.count(6)), (w.either("紧急联系人", "Contact"), w.name()),
        (w.either("金额", "Amount"), w.number(4)),
    )  # fmt: skip
    fields = "".join(f'<div class="field"><small>{a}</small><div>{escape(b)}</div></div>' for a, b in labels)
    return (
        _title(w.either("申请表", "Application")) + fields + f"<div class='button'>{w.either('提交', 'Submit')}</div>"
    )


def identity(w: Words, photos: int) -> str:
    """A card with a picture of its holder."""
    rows = "".join(
        f"<p><small>{label}</small> {escape(value)}</p>"
        for label, value in (
            (w.either("姓名", "Name"), w.name()),
            (w.either("出生", "Born"), w.date()),
            (w.either("住址", "Lives at"), w.sentence()),
            (w.either("编号", "Number"), w.count(18)),
        )
    )
    card = f'<div class="identity"><div>{rows}</div>{_photo(w, photos, "portrait")}</div>'
    return (
        _title(w.either("我的证件", "My documents"))
        + card
        + f"<p class='when'>{w.either('有效期至', 'Valid to')} {w.date()}</p>"
    )


def map_view(w: Words, _photos: int) -> str:
    """Streets, and where somebody is."""
    lines = "".join(
        f'<path d="M{w.chance.randrange(-50, 450)},{w.chance.randrange(-50, 900)} Q{w.chance.randrange(450)},'
        f'{w.chance.randrange(900)} {w.chance.randrange(-50, 450)},{w.chance.randrange(-50, 900)}" '
        f'stroke-width="{w.chance.choice((3, 5, 9, 14))}"/>'
        for _ in range(26)
    )
    streets = "".join(
        f'<text x="{w.chance.randrange(320)}" y="{w.chance.randrange(30, 700)}">{escape(w.sentence()[:8])}</text>'
        for _ in range(9)
    )
    found = f"<div class='sheet'>{_row(w.name(), w.number(1) + ' km', w.sentence())}{_row(w.date(), w.clock())}</div>"
    return f'<svg class="map" viewBox="0 0 400 760" preserveAspectRatio="xMidYMid slice">{lines}{streets}</svg>{found}'


def shop(w: Words, photos: int) -> str:
    """Something to buy."""
    return (
        _photo(w, photos, "tall")
        + f'<div class="hero"><h1>¥{w.number(3)}</h1><p>{escape(w.sentence())}</p></div><div class="card">'
        + "".join(_row(w.name(), w.number(2), w.sentence()) for _ in range(3))
        + f"</div><div class='button'>{w.either('立即购买', 'Buy now')}</div>"
    )


def ticket(w: Words, _photos: int) -> str:
    """A ticket with a square code."""
    squares = "".join(
        f'<rect x="{at % 29}" y="{at // 29}" width="1" height="1"/>' for at in range(841) if w.chance.random() < 0.5
    )
    code = f'<svg class="code" viewBox="0 0 29 29">{squares}</svg>'
    rows = _row(w.either("座位", "Seat"), f"{w.count(2)}A") + _row(w.either("日期", "Date"), f"{w.date()} {w.clock()}")
    return (
        _title(w.either("电子票", "Ticket"))
        + f"<div class='center'>{code}<p>{w.count(12)}</p></div><div class='card'>{rows}</div>"
    )


def table(w: Words, _photos: int) -> str:
    """Small figures in rows and columns."""
    rows = "".join(
        f"<tr><td>{w.count(6)}</td><td>{w.number(2)}</td><td>{w.number(3)}</td><td>+{w.number(1)}%</td></tr>"
        for _ in range(22)
    )
    return _title(w.either("行情", "Market")) + f"<table>{rows}</table>"


def mail(w: Words, _photos: int) -> str:
    """Letters that came."""
    rows = "".join(_row(w.name(), w.clock(), w.sentence() + w.either("，", ", ") + w.sentence()) for _ in range(9))
    return f"<h2>{w.either('收件箱', 'Inbox')} ({w.count(2)})</h2>{rows}"


def month(w: Words, _photos: int) -> str:
    """A calendar."""
    days = "".join(
        f"<div class='day'>{day}<small>{w.count(1) if day % 3 == 0 else ''}</small></div>" for day in range(1, 32)
    )
    rows = "".join(_row(w.sentence(), w.clock()) for _ in range(4))
    return f"<h2>{w.date()[:7]}</h2><div class='days'>{days}</div><div class='card'>{rows}</div>"


def keypad(w: Words, _photos: int) -> str:
    """A number that is being dialled."""
    keys = "".join(f"<div class='key'>{key}</div>" for key in "123456789*0#")
    return (
        f"<div class='center dial'><h1>1{w.count(10)}</h1></div><div class='keys'>{keys}</div><div class='call'>✆</div>"
    )


def chart(w: Words, _photos: int) -> str:
    """A curve over time."""
    heights = [w.chance.randrange(20, 180) for _ in range(40)]
    points = " ".join(f"{at * 10},{height}" for at, height in enumerate(heights))
    return (
        _title(w.either("基金", "Fund") + " " + w.count(6))
        + f'<div class="hero"><h1>+{w.number(2)}%</h1></div>'
        + f'<svg class="curve" viewBox="0 0 390 200"><polyline points="{points}"/></svg><div class="card">'
        + "".join(_row(w.date(), w.number(1)) for _ in range(6))
        + "</div>"
    )


def locked(w: Words, photos: int) -> str:
    """A phone's lock screen over a photo."""
    note = f"<div class='card'>{_row(w.name(), w.clock(), w.sentence())}</div>"
    return f"<div class='wall'>{_photo(w, photos, 'full')}<h1 class='big'>{w.clock()}</h1><p>{w.date()}</p>{note}</div>"


def blank(_words: Words, _photos: int) -> str:
    """Nothing yet: a page that is loading."""
    return ""


SCREENS: dict[str, Body] = {
    body.__name__: body
    for body in (
        bank, receipt, chat, settings, feed, gallery, article, form, identity, map_view, shop, ticket, table, mail,
        month, keypad, chart, locked,
    )
}  # fmt: skip
"""All kinds that hold enough to be told apart."""

STYLE = (Path(__file__).parent / "screens.css").read_text()

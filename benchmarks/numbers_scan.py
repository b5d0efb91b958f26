"""Half a million text messages and twenty years of letters: what looking through them takes in time and memory.

    .venv/bin/python -m benchmarks.numbers_scan [--messages 500000] [--letters 500000]

Every message differs from every other (codes, amounts, names, numbers), and so does every letter, so that no cache of
texts helps. Beside each stands what reading the bytes alone takes: a bare pass of expat over the messages with its
attributes handed out, a bare look for the letters' heads. Each step is a process of its own; its peak is the kernel's
figure (ru_maxrss).
"""

import argparse
import datetime as dt
import random
import tempfile
import time
from pathlib import Path
from xml.parsers import expat
from xml.sax.saxutils import quoteattr

from benchmarks.measuring import measured
from phoneward.numbers import read_mailbox_file, read_messages_file
from phoneward.numbers.sources.mail.mbox import heads

FORMS = (
    "【{name}】您的验证码是{code}，5分钟内有效，请勿泄露给他人。",
    "【{name}】您尾号{tail}的账户于{month}月{tail}日支出{amount}元，余额{code}元。",
    "【{name}】您的快递{long}已到{word}驿站，凭{tail}取件。",
    "{code} is your {name} verification code. Don't share it with anyone.",
    "Your {name} account was signed in from a new device in {word} at {month}:{tail}.",
    "{word} {word}，我{month}点到，{amount} {word}",
    "Hi {word}, see you at {month}? Bring {amount} {word}, {long}",
    "【{name}】尊敬的会员，{word}大促，{amount}元券待领取，退订回T",
    "【{name}】您绑定的手机号138****{tail}正在登录，验证码{code}。",
)
SUBJECTS = (
    "Welcome to {name}, {word}",
    "Your order {long} has shipped",
    "{name}: {amount} off {word} this week",
    "Security alert: new sign-in from {word} {code}",
    "Re: {word} {word} {long}",
    "{word} invited you to {word} {code}",
    "Reset your {name} password {code}",
    "Invoice {long} from {name}",
    "Digest for {word}: {code} new {word}",
)
NAMES = ("京东", "支付宝", "招商银行", "顺丰速运", "美团", "Google", "Amazon", "PayPal", "Telegram", "滴滴出行")


def filled(form: str, n: int, chance: random.Random) -> str:
    """Return a text that no other is equal to."""
    name = chance.choice(NAMES) if n % 3 else f"{chance.choice('甲乙丙丁戊')}{chance.choice('山水云石')}{n % 40}"
    word = "".join(chance.choices("abcdefghijklmnop", k=7))
    return form.format(
        name=name,
        code=chance.randrange(100_000, 999_999),
        tail=f"{chance.randrange(10_000):04}",
        month=n % 12 + 1,
        amount=f"{chance.randrange(1_000_000) / 100:.2f}",
        long=10**12 + n * 7919,
        word=word,
    )


def _rate(count: int) -> str:
    """Return how many a second of this process's own time, its start included: so other work counts less."""
    return f", {count / time.process_time():,.0f} a second of processor time"


def make_messages(target: Path, count: int) -> str:
    """Write a file as SMS Backup & Restore does."""
    chance = random.Random(7)
    with target.open("w", encoding="utf-8") as stream:
        stream.write(f"<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>\n<smses count=\"{count}\">\n")
        for n in range(count):
            body = quoteattr(filled(FORMS[n % len(FORMS)], n, chance))
            stream.write(
                f'<sms protocol="0" address="1069{n % 90000:06}" date="{1_300_000_000_000 + n * 900_000}" '
                f'type="{1 + (n % 10 == 9)}" subject="null" body={body} toa="null" sc_toa="null" '
                f'service_center="+8613800100500" read="1" status="-1" locked="0" date_sent="0" sub_id="{n % 2}" '
                'readable_date="x" contact_name="(Unknown)" />\n'
            )
        stream.write("</smses>\n")
    return f"{count:,} messages, {target.stat().st_size:,} bytes"


def bare_expat(target: Path) -> str:
    """Read the file with expat and do nothing with it: the limit."""
    count = 0

    def start(_name: str, _attributes: dict[str, str]) -> None:
        nonlocal count
        count += 1

    parser = expat.ParserCreate("utf-8")
    parser.StartElementHandler = start
    with target.open("rb") as stream:
        while piece := stream.read(64 << 10):
            parser.Parse(piece, False)  # noqa: FBT003 - expat's own signature
    parser.Parse(b"", True)  # noqa: FBT003
    return f"{count:,} elements{_rate(count)}"


def scan_messages(target: Path) -> str:
    """Look through the messages."""
    found = read_messages_file(target)
    kept = sum(len(one.evidence) for one in found.accounts)
    count = found.looked_at[0].items
    return f"{count:,} messages, {len(found.accounts):,} accounts, {kept:,} pieces of evidence{_rate(count)}"


def make_letters(target: Path, count: int) -> str:
    """Write a mailbox: letters of twenty years, with heads as mail servers leave them and short bodies."""
    chance = random.Random(11)
    begin = dt.datetime(2004, 1, 1, tzinfo=dt.UTC)
    step = dt.timedelta(days=20 * 365) / count
    with target.open("w", encoding="utf-8") as stream:
        for n in range(count):
            when = begin + n * step
            site = f"s{n % 3000}.example"
            domain = "mail." + site
            date = when.strftime("%a, %d %b %Y %H:%M:%S +0000")
            stream.write(
                f"From {n}@xxx {when.strftime('%a %b %d %H:%M:%S %Y')}\n"
                f"Delivered-To: me@example.org\nReceived: by 2002:a05:{n:x} with SMTP id x{n};\n        {date}\n"
                f"Authentication-Results: mx.example.org;\n       dkim=pass header.i=@{site} header.s=s1 "
                f"header.b={n:x};\n       spf=pass smtp.mailfrom=b{n}@{domain}\n"
                f"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d={site}; s=s1;\n"
                f"        bh={'x' * 44};\n        b={'y' * 300}{n}\n"
                f"Date: {date}\nFrom: S{n % 3000} <hello{n % 7}@{domain}>\nTo: me@example.org\n"
                f"Message-ID: <{n}.{n * 7}@{domain}>\nSubject: {filled(SUBJECTS[n % len(SUBJECTS)], n, chance)}\n"
                f"MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\nBody {n}\n{'z' * 60}\n\n"
            )
    return f"{count:,} letters, {target.stat().st_size:,} bytes"


def bare_heads(target: Path) -> str:
    """Find the heads and look at none."""
    with target.open("rb") as stream:
        count = sum(1 for _head in heads(stream))
    return f"{count:,} heads{_rate(count)}"


def scan_letters(target: Path) -> str:
    """Look through the letters."""
    found = read_mailbox_file(target)
    return f"{found.looked_at[0].items:,} letters, {len(found.accounts):,} accounts{_rate(found.looked_at[0].items)}"


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--messages", type=int, default=500_000)
    parser.add_argument("--letters", type=int, default=500_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        messages, letters = Path(folder, "sms.xml"), Path(folder, "mail")
        for work, arguments in (
            (make_messages, (messages, options.messages)),
            (bare_expat, (messages,)),
            (scan_messages, (messages,)),
            (make_letters, (letters, options.letters)),
            (bare_heads, (letters,)),
            (scan_letters, (letters,)),
        ):
            print(measured(work, *arguments), flush=True)


if __name__ == "__main__":
    main()

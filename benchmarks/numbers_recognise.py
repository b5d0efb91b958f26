"""Recognising messages: how many a second one thread does, and the memory that it takes.

    .venv/bin/python -m benchmarks.numbers_recognise [--messages 500000]

The messages are those of `tests/numbers/recognising/families` filled anew each time, in the shares of a person's inbox:
30 of 100 codes, 25 of people, 15 of shops and banks, 15 advertising, 10 fraud, 5 notices. No two are alike, and the
recogniser keeps nothing between them. The limit is what no recogniser can do without: one plain search for four digits
in each text, and reading the same messages from JSON lines.
"""

import argparse
import gc
import json
import random
import re
import resource
import time
from collections.abc import Callable, Iterable

from phoneward.numbers import Message, Recogniser
from phoneward.numbers.rulebook import rulebook
from tests.numbers.recognising import generated

SHARES = {"code": 30, "personal": 25, "customer": 15, "spam": 15, "phishing": 10, "notice": 5}
DIGITS = re.compile(r"\d{4,8}")


def messages(count: int) -> list[Message]:
    """Return so many messages, each with a text of its own."""
    chance = random.Random(1)
    kinds = [kind for kind, share in SHARES.items() for _one in range(share)]
    templates = generated.templates()
    seen: set[str] = set()
    made: list[Message] = []
    while len(made) < count:
        kind = kinds[len(made) % len(kinds)]
        language, template, services = chance.choice(templates[kind])
        del language
        body = generated.filled(template, chance.choice(services), chance)
        if body in seen:  # a template without a number: a person's words get their own ending
            body += f" {chance.randrange(10**9):x}"
        seen.add(body)
        made.append(Message(id=str(len(made)), sender=str(10690000000 + len(made)), body=body))
    return made


def measured(name: str, work: Callable[[], object], count: int, size: int) -> float:
    """Run something once, print how fast it was, and return it in messages a second of processor time."""
    gc.collect()
    begun, used = time.perf_counter(), time.process_time()
    work()
    elapsed, used = time.perf_counter() - begun, time.process_time() - used
    print(
        f"{name:44} {count / elapsed:>10,.0f} messages/s ({count / used:,.0f} a second of processor time), "
        f"{size / elapsed / 1e6:,.1f} MB/s"
    )
    return count / used


def each(recogniser: Recogniser, bodies: Iterable[Message]) -> None:
    """Recognise every message and drop the answer."""
    for _answer in recogniser.recognise_many(bodies):
        pass


def main() -> None:
    """Make the messages and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=500_000)
    count = parser.parse_args().messages
    made = messages(count)
    assert len({one.body for one in made}) == count
    size = sum(len(one.body.encode()) for one in made)
    print(f"{count:,} messages, none twice, {size / count:.0f} bytes each on average")
    begun = time.perf_counter()
    recogniser = Recogniser(rulebook())
    print(f"made ready in {time.perf_counter() - begun:.2f} s: rulebook, words of all languages")
    lines = [json.dumps({"id": one.id, "sender": one.sender, "body": one.body}).encode() for one in made]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    fast = measured("recognised", lambda: each(recogniser, made), count, size)
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    measured("read from JSON lines, no more", lambda: [json.loads(line)["body"] for line in lines], count, size)
    limit = measured("one plain search in each", lambda: [DIGITS.search(one.body) for one in made], count, size)
    print(
        f"of the limit: {fast / limit:.3f}; memory grew by {(after - before) / 1000:.1f} MB while recognising "
        f"(peak {after / 1000:.0f} MB, of which the messages are most)"
    )


if __name__ == "__main__":
    main()

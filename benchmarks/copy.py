"""A whole vault into an empty second one, and once more with nothing new; beside `restic copy` and plain `cp`.

    .venv/bin/python -m benchmarks.copy [--pairs 3] [--large-mb 512] [--small-files 20000] [--only large|small|text]

Both copy the same source, which restic made (so that neither reads what its own writer laid out), into a vault with the
source's chunker parameters. `cp` is the physical limit: the source's files read and written once, durable, nothing
opened, proved or sealed again.
"""

import argparse
import random
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from benchmarks.folder import PASSWORD, Bench, make_large, make_small
from benchmarks.sidebyside import Contender, compare, machine, once


def make_text(folder: Path, megabytes: int) -> tuple[int, int]:
    """Compressible files of 1 MB: messages, not pictures."""
    folder.mkdir(parents=True)
    chance = random.Random(3)
    words = [chance.randbytes(3).hex().encode() for _word in range(4000)]
    for number in range(megabytes):
        text = b" ".join(chance.choices(words, k=(1 << 20) // 7))
        (folder / f"chat-{number:05}.txt").write_bytes(text)
    return megabytes << 20, megabytes


def run(scratch: Path, kind: str, made: tuple[int, int], pairs: int) -> None:
    data = scratch / kind
    bench = Bench(scratch, data, *made, pairs)
    source, second, theirs = scratch / "source", scratch / "second", scratch / "restics second"
    for folder in (source, second, theirs):
        shutil.rmtree(folder, ignore_errors=True)
    newest = list(bench.restics)[-1]
    from_source = {**bench.their_env, "RESTIC_REPOSITORY": str(source)}
    for words in (["init"], ["backup", str(data)]):
        once(Contender("restic", [*bench.restics[newest], *words], env=from_source))

    def fresh(place: Path) -> Callable[[], None]:
        env = {
            **bench.their_env,
            "RESTIC_REPOSITORY": str(place),
            "RESTIC_FROM_REPOSITORY": str(source),
            "RESTIC_FROM_PASSWORD": PASSWORD,
        }

        def prepare() -> None:
            shutil.rmtree(place, ignore_errors=True)
            once(Contender("restic", [*bench.restics[newest], "init", "--copy-chunker-params"], env=env))

        return prepare

    ours_env = {**bench.our_env, "PHONEWARD_REPOSITORY": str(source)}
    ours = [*bench.phoneward, "copy", "--to", str(second)]
    their_env = {
        **bench.their_env,
        "RESTIC_REPOSITORY": str(theirs),
        "RESTIC_FROM_REPOSITORY": str(source),
        "RESTIC_FROM_PASSWORD": PASSWORD,
    }
    target = scratch / "cp"

    def without_target() -> None:
        shutil.rmtree(target, ignore_errors=True)

    limit = Contender("cp (limit)", ["sh", "-c", f"cp -r '{source}' '{target}' && sync"], without_target)
    for work, prepares in (("copy", (fresh(second), fresh(theirs))), ("nothing new", (lambda: None, lambda: None))):
        contenders = [
            Contender("phoneward", ours, prepares[0], ours_env),
            *(
                Contender(f"restic {version}", [*command, "copy"], prepares[1], their_env)
                for version, command in bench.restics.items()
            ),
            *([limit] if work == "copy" else []),
        ]
        compare(f"{work}, {kind}", contenders, pairs=pairs, size_bytes=made[0], files=made[1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=3)
    parser.add_argument("--large-mb", type=int, default=512)
    parser.add_argument("--small-files", type=int, default=20_000)
    parser.add_argument("--only", choices=("large", "small", "text"))
    arguments = parser.parse_args()
    print(machine())
    with tempfile.TemporaryDirectory(prefix="phoneward-benchmark-") as name:
        scratch = Path(name)
        if arguments.only in {None, "large"}:
            run(scratch, "large", make_large(scratch / "large", arguments.large_mb), arguments.pairs)
        if arguments.only in {None, "small"}:
            run(scratch, "small", make_small(scratch / "small", arguments.small_files), arguments.pairs)
        if arguments.only in {None, "text"}:
            run(scratch, "text", make_text(scratch / "text", arguments.large_mb // 2), arguments.pairs)


if __name__ == "__main__":
    main()

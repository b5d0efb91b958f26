"""How long it takes to look what an app could do, beside androguard on the same file.

    python -m benchmarks.app_abilities [--megabytes 75] [--dex 31] [--rounds 3] [--androguard calls|analysis|none]

The app is put together from code of real ones (registry packages), so many DEX files as a very large app has, and
filled up with files that do not compress. Ours is the whole command, `phoneward watch app --json`: the start of Python
and of the confined worker, the manifest, all code, the rules. androguard, in its own environment, only disassembles all
methods and keeps the watched calls (`calls`), or does what its own `AnalyzeAPK` does (`analysis`; gigabytes, minutes).
All take turns, and the ratios are taken within a round.
"""

import argparse
import itertools
import json
import os
import statistics
import sys
import tempfile
import zipfile
from pathlib import Path

from benchmarks.sidebyside import Contender, Run, once
from phoneward.apk import open_app
from phoneward.apk.dex import read_code
from phoneward.watch.abilities.deciding import wanted
from tests.apk.dex import androguarding
from tests.apk.making import binary_manifest, manifest_text
from tests.tools.oracles import oracle_python
from tests.tools.registry import Package

MEGABYTE = 10**6
SOURCES = (
    Package("pypi", "airtest", "1.4.3").apk,
    Package("npm", "appium-uiautomator2-server", "10.6.6").apk,
    Package("npm", "io.appium.settings", "8.0.10").apk,
)
NAMES = ("Yosemite.apk", "appium-uiautomator2-server-v10.6.6.apk", "settings_apk-debug.apk")
ANALYSIS = (
    "import sys; from loguru import logger as a; a.remove(); from androguard.misc import *; AnalyzeAPK(sys.argv[1])"
)


def make(place: Path, megabytes: int, count: int) -> Path:
    """Return an app with so much real code, packed as in apps, and with files that do not compress."""
    codes = []
    for apk, name in zip(SOURCES, NAMES, strict=True):
        with zipfile.ZipFile(apk(name)) as opened:
            codes += [opened.read(one) for one in opened.namelist() if one.startswith("classes")]
    made = place / "large.apk"
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as written:
        written.writestr("AndroidManifest.xml", binary_manifest(manifest_text("org.example.large")))
        for number, code in zip(range(count), itertools.cycle(codes), strict=False):
            written.writestr(f"classes{number + 1 if number else ''}.dex", code)
        number = 0
        while made.stat().st_size < megabytes * MEGABYTE:
            written.writestr(f"assets/{number}.bin", os.urandom(5 * MEGABYTE))
            number += 1
    return made


def contenders(apk: Path, kind: str) -> list[Contender]:
    """Return the programs."""
    ours = [sys.executable, "-m", "phoneward", "watch", "app", "--json", str(apk)]
    found = [Contender("phoneward watch app", ours)]
    python = str(oracle_python("androguard"))
    if kind == "calls":
        names = apk.with_name("names.json")
        asked = wanted((), ())
        calls = sorted({one.name for one in (*asked.calls, *asked.fields)})
        names.write_text(json.dumps({"names": calls, "parts": list(asked.texts)}))
        script = str(androguarding.__file__)
        found.append(Contender("androguard, calls", ["sh", "-c", f"{python} {script} {apk} < {names}"]))
    elif kind == "analysis":
        found.append(Contender("androguard, AnalyzeAPK", [python, "-c", ANALYSIS, str(apk)]))
    return found


def main() -> None:
    """Make the app, let all take turns, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=75)
    parser.add_argument("--dex", type=int, default=31)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--androguard", choices=("calls", "analysis", "none"), default="calls")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        apk = make(Path(folder), options.megabytes, options.dex)
        with open_app([apk]) as app:
            code = read_code(app, wanted((), ()))
        print(
            f"{apk.stat().st_size / MEGABYTE:.0f} MB, {len(code.dex_files)} DEX files, {code.classes} classes, "
            f"{code.methods} methods with code, {len(code.calls)} watched calls",
            flush=True,
        )
        programs = contenders(apk, options.androguard)
        runs: dict[str, list[Run]] = {one.name: [] for one in programs}
        for _round in range(options.rounds):
            for one in programs:
                runs[one.name].append(once(one))
    for name, took in runs.items():
        seconds, cpu = (statistics.median(getattr(run, key) for run in took) for key in ("seconds", "cpu_seconds"))
        peak = max(run.peak_bytes for run in took) / MEGABYTE
        print(f"{name:26} {seconds:7.2f} s (processor {cpu:.2f} s), peak {peak:.0f} MB with all its processes")
    first, *others = runs
    for other in others:
        ratio = statistics.median(b.seconds / a.seconds for a, b in zip(runs[first], runs[other], strict=True))
        print(f"{other} / {first}: {ratio:.0f} times")


if __name__ == "__main__":
    main()

"""The judges' environments: made from their locks, apart from ours."""

import subprocess

from tests.tools.oracles import oracle_python


def test_each_judge_runs_in_an_environment_of_its_own() -> None:
    for name in ("mitmproxy", "androguard"):
        python = oracle_python(name)
        said = subprocess.check_output([python, "-c", f"import {name}; print({name}.__file__)"], text=True, timeout=60)
        assert str(python.parent.parent) in said

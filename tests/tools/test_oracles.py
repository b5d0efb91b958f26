"""The judges' environments: made from their locks, apart from ours."""

import subprocess

from tests.tools.oracles import oracle_python


def test_each_judge_runs_in_an_environment_of_its_own() -> None:
    for name in ("mitmproxy", "androguard"):
        python = oracle_python(name)
        said = subprocess.run([python, "-c", f"import {name}; print({name}.__file__)"], capture_output=True, text=True)
        assert str(python.parent.parent) in said.stdout, said.stderr

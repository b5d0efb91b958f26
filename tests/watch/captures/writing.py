"""mitmproxy's own writer, as the independent source of flow files: its tnetstrings, and its flows."""

import importlib.util
import json
import subprocess
from pathlib import Path
from types import ModuleType
from typing import Any

from tests.tools.oracles import oracle_python


def tnetstring() -> ModuleType:
    """Return mitmproxy's module of tagged netstrings; it needs nothing else of mitmproxy."""
    (path,) = oracle_python("mitmproxy").parent.parent.glob("lib/python*/site-packages/mitmproxy/io/tnetstring.py")
    spec = importlib.util.spec_from_file_location("mitmproxy_tnetstring", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def write_flows(path: Path, script: str) -> None:
    """Let mitmproxy write a flow file.

    Args:
        path: to be written.
        script: Python that fills the list `flows`; `tflow` (mitmproxy's makers of flows for tests) is at hand.
    """
    whole = (
        f"import sys\nfrom mitmproxy import io, http\nfrom mitmproxy.test import tflow\nflows = []\n{script}\n"
        "with open(sys.argv[1], 'wb') as file:\n"
        "    writer = io.FlowWriter(file)\n"
        "    for flow in flows: writer.add(flow)\n"
    )
    subprocess.run([oracle_python("mitmproxy"), "-c", whole, path], check=True, timeout=60)


def read_flows(path: Path) -> list[dict[str, Any]]:
    """Return what mitmproxy itself reads in a flow file: of each request host, path, method, headers and body size."""
    script = (
        "import sys, json\nfrom mitmproxy import io\n"
        "with open(sys.argv[1], 'rb') as file:\n"
        "    for flow in io.FlowReader(file).stream():\n"
        "        r = getattr(flow, 'request', None)\n"
        "        if flow.type != 'http': continue\n"
        "        print(json.dumps({'host': r.pretty_host, 'url': r.pretty_url, 'method': r.method,\n"
        "            'size': len(r.raw_content or b''), 'time': r.timestamp_start,\n"
        "            'headers': [[k, v] for k, v in r.headers.items(True)]}))\n"
    )
    done = subprocess.run(
        [oracle_python("mitmproxy"), "-c", script, path], check=True, timeout=60, stdout=subprocess.PIPE, text=True
    )
    return [json.loads(line) for line in done.stdout.splitlines()]

"""What androguard, another reader of DEX, sees in an APK: run in its own environment, as a program of its own.

    oracle_python("androguard") androguarding.py APK < names.json > sites.json

Only androguard is imported. Every method is disassembled by androguard, instruction by instruction; the result holds
every instruction that names a method, field or text asked for, whatever class it is of, and every class's superclass.
"""

import json
import sys
import zipfile
from typing import Any


def main() -> None:
    """Read what is asked for from standard input, and write what is seen."""
    from androguard.core import dex as reading  # type: ignore[import-not-found,unused-ignore]
    from loguru import logger  # type: ignore[import-not-found,unused-ignore]

    logger.remove()
    asked = json.load(sys.stdin)
    names, parts = set(asked["names"]), [part.lower() for part in asked["parts"]]
    seen: dict[str, Any] = {"sites": [], "supers": {}}
    with zipfile.ZipFile(sys.argv[1]) as apk:
        files = [name for name in apk.namelist() if name.startswith("classes") and name.endswith(".dex")]
        for file in files:
            _look(reading.DEX(apk.read(file)), file, names, parts, seen)
    json.dump(seen, sys.stdout)


def _look(dex: Any, file: str, names: set[str], parts: list[str], seen: dict[str, Any]) -> None:
    for one in dex.get_classes():
        seen["supers"][_dotted(one.get_name())] = _dotted(one.get_superclassname())
        for method in one.get_methods():
            caller = [file, _dotted(one.get_name()), method.get_name(), method.get_descriptor().replace(" ", "")]
            at = 0
            for instruction in method.get_instructions():
                found = _named(dex, instruction, names, parts)
                if found is not None:
                    seen["sites"].append([*caller, at, *found])
                at += instruction.get_length() // 2


def _named(dex: Any, instruction: Any, names: set[str], parts: list[str]) -> list[str] | None:
    """Return kind, class and name of what an instruction speaks of, if that was asked for."""
    operation = instruction.get_name()
    if operation.startswith(("invoke-virtual", "invoke-super", "invoke-direct", "invoke-static", "invoke-interface")):
        owner, name, prototype = dex.get_cm_method(instruction.get_ref_kind())
        return ["call", _dotted(owner), name, "".join(prototype).replace(" ", "")] if name in names else None
    if operation.startswith(("sget", "iget")):
        owner, _kind, name = dex.get_cm_field(instruction.get_ref_kind())
        return ["field", _dotted(owner), name] if name in names else None
    if operation.startswith("const-string"):
        text = dex.get_cm_string(instruction.get_ref_kind())
        return ["text", "", text] if any(part in text.lower() for part in parts) else None
    return None


def _dotted(descriptor: str) -> str:
    return descriptor[1:-1].replace("/", ".") if descriptor.startswith("L") else descriptor


if __name__ == "__main__":
    main()

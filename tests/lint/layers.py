#!/usr/bin/env python3
"""Checks the include graph of src/: layers look downward only, each header compiles alone, file names are unique. TAP.

Usage: layers.py SRC_DIR [CC]
"""
import os
import re
import subprocess
import sys

# A folder may include itself and what stands here. See ARCHITECTURE.md, Rooms.
MAY_USE = {
    "base": set(),
    "event": {"base"},
    "host": {"base"},
    "ddns": {"base", "host"},
    "api": {"base", "host", "ddns"},                      # the public library, include/ddnshunt.h
    "source": {"base", "event", "host", "ddns"},
    "import": {"base", "event", "host", "ddns", "source"},  # source: CSV's grammar
    "kql": {"base", "event", "host", "ddns", "source"},   # source: only the scan that the executor drives
    "sink": {"base", "event", "host", "ddns"},
    "rule": {"base", "event", "host", "ddns", "kql"},
    "cli": {"base", "event", "host", "ddns", "source", "import", "kql", "sink", "rule"},
}
# A folder within a room may include the room's own headers, and what stands here. The room's own headers include none of
# its folders; its sources may.
WITHIN = {
    "base/simd": set(),
    "source/csv": set(),
    "source/json": set(),
    "kql/syntax": set(),
    "kql/regex": set(),
    "kql/func": {"kql/regex"},
    "kql/bind": {"kql/func"},
    "kql/optimize": {"kql/func", "kql/regex"},
    "kql/exec": {"kql/func"},
    "cli/config": set(),
    "cli/docs": set(),
    "cli/tune": set(),
    "cli/run": {"cli/tune"},
    "cli/command": {"cli/config", "cli/run", "cli/tune"},
}
# In kql, sources are the executor's business and that of the operators it drives (counts, rejects).
MAY_DRIVE_SOURCES = re.compile(r"kql/exec/(exec[a-z_]*|op)\.[ch]$")
INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.MULTILINE)


def sources(top):
    for folder, _dirs, files in os.walk(top):
        for name in sorted(files):
            if name.endswith((".c", ".h")):
                path = os.path.join(folder, name)
                yield os.path.relpath(path, top), open(path, encoding="utf-8").read()


def may_include(path, folder, target):
    """Whether a file of that folder may include one of the other, by the tables above."""
    room, other = folder.split("/")[0], target.split("/")[0]
    if room != other:
        return other in MAY_USE.get(room, set())
    if target in (folder, room):
        return True
    return path.endswith(".c") if folder == room else target in WITHIN.get(folder, set())


def upward(path, text):
    folder = os.path.dirname(path).replace(os.sep, "/")
    for included in INCLUDE.findall(text):
        target = os.path.dirname(included) or folder
        if not may_include(path, folder, target):
            yield f"{path} includes {included}: {folder} may not use {target}"
        elif folder.startswith("kql") and target.startswith("source") and not MAY_DRIVE_SOURCES.search(path):
            yield f"{path} includes {included}: only kql/exec/exec* may drive sources"


def main():
    top, compiler = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "cc"
    found = list(sources(top))
    problems = {"layers look downward only": [], "every header compiles alone": [], "file names are unique": []}
    seen = {}
    for path, text in found:
        problems["layers look downward only"] += upward(path, text)
        name = os.path.basename(path)
        if name in seen:
            problems["file names are unique"].append(f"{path} and {seen[name]}")
        seen[name] = path
        if path.endswith(".h") and not path.endswith("_impl.h"):
            done = subprocess.run([compiler, "-std=c17", "-fsyntax-only", "-D_POSIX_C_SOURCE=200809L", "-I", top, "-x", "c", "-"],
                                  input=f'#include "{path}"\n', text=True, capture_output=True, check=False)
            if done.returncode:
                problems["every header compiles alone"].append(done.stderr.strip())
    for number, (name, list_) in enumerate(problems.items(), 1):
        print(f"{'not ok' if list_ or not found else 'ok'} {number} - lint/layers: {name} ({len(found)} files)")
        for line in list_:
            print("# " + line.replace("\n", "\n# "))
    print(f"1..{len(problems)}")
    sys.exit(1 if any(problems.values()) or not found else 0)


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Runs the examples of the manual: each indented `print` in docs/*.md that has a table behind it must give that table. TAP.

Usage: examples.py BINARY
"""
import glob
import json
import os
import re
import subprocess
import sys

DOCS = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "docs"))


def cells(line):
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def examples(path):
    """Yields (line number, query, rows of the table behind it)."""
    with open(path, encoding="utf-8") as f:
        lines = f.read().split("\n")
    for number, line in enumerate(lines):
        if not re.match(r"    print\b", line):
            continue
        table = []
        for after in lines[number + 1:]:
            if after.startswith("|"):
                table.append(cells(after))
            elif after.strip() or table:
                break
        if table:
            yield number + 1, line.strip(), [dict(zip(table[0], row)) for row in table[2:]]


def run(binary, query):
    done = subprocess.run([binary, "query", "-q", "--format", "ndjson", query], capture_output=True, encoding="utf-8", check=False)
    if done.returncode:
        raise RuntimeError(done.stderr.strip())
    return [{key: value if isinstance(value, str) else json.dumps(value) for key, value in json.loads(line).items()}
            for line in done.stdout.splitlines()]


def main():
    binary, number, failed = sys.argv[1], 0, 0
    for path in sorted(glob.glob(os.path.join(DOCS, "*.md"))):
        for line, query, expected in examples(path):
            number += 1
            try:
                got = run(binary, query)
            except RuntimeError as problem:
                got = str(problem)
            good = got == expected
            failed += not good
            print(f"{'ok' if good else 'not ok'} {number} - docs/{os.path.basename(path)}:{line}")
            if not good:
                print(f"# got {got!r}, the page says {expected!r}")
    print(f"1..{number}")
    sys.exit(1 if failed or not number else 0)


if __name__ == "__main__":
    main()

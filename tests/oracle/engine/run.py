#!/usr/bin/env python3
"""Answers that Microsoft's engine gave, against ours: columns, types' texts and rows. Prints TAP.

Usage: run.py BINARY [--accepted]

answers.jsonl holds documentation queries with the engine's frozen answers (README.md tells where they are from). Each is
run; one that the program refuses as "not supported yet" is counted apart, unless covered.txt names it. With --accepted the ids
that are answered right are printed, one a line, to renew covered.txt.
"""
import json
import math
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
UNORDERED = re.compile(r"\b(summarize|distinct)\b")
SORTED = re.compile(r"\b(sort|order|top)\b")


def canonical(cell):
    """Times without trailing zeros, numbers by value: what differs only in how a cell is printed is the same."""
    if isinstance(cell, str):
        return re.sub(r"(\d\d:\d\d:\d\d)\.(\d*?)0*(Z?)$", lambda m: m[1] + ("." + m[2] if m[2] else "") + m[3], cell)
    if isinstance(cell, bool) or cell is None:
        return cell
    if isinstance(cell, (int, float)):
        return float(f"{cell:.12g}") if math.isfinite(cell) else str(cell)
    if isinstance(cell, list):
        return [canonical(c) for c in cell]
    return {k: canonical(v) for k, v in sorted(cell.items())}


def ask(binary, kql):
    done = subprocess.run([binary, "query", "-q", "--format", "ndjson", kql], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, done.stdout, done.stderr


def difference(case, out):
    rows = [json.loads(line) for line in out.split("\n") if line]
    got = [[canonical(v) for v in r.values()] for r in rows]
    expected = [[canonical(v) for v in r] for r in case["rows"]]
    if rows and list(rows[0]) != case["columns"]:
        return f"columns {list(rows[0])}, the engine has {case['columns']}"
    if UNORDERED.search(case["kql"]) and not SORTED.search(case["kql"]):
        got, expected = (sorted(x, key=json.dumps) for x in (got, expected))
    if got != expected:
        return f"rows {json.dumps(got)[:600]}, the engine has {json.dumps(expected)[:600]}"
    return None


def main():
    binary = sys.argv[1]
    with open(os.path.join(HERE, "answers.jsonl"), encoding="utf-8") as f:
        cases = [json.loads(line) for line in f]
    covered_file = os.path.join(HERE, "covered.txt")
    covered = set(open(covered_file, encoding="ascii").read().split()) if os.path.exists(covered_file) else set()
    number = failed = unsupported = 0
    right = []
    for case in cases:
        status, out, problem = ask(binary, case["kql"])
        if status == 2 and "not supported yet" in problem and case["id"] not in covered:
            unsupported += 1
            continue
        found = problem.strip() or f"exit {status}" if status else difference(case, out)
        number += 1
        failed += bool(found)
        if not found:
            right.append(case["id"])
        if "--accepted" not in sys.argv:
            print(f"{'not ok' if found else 'ok'} {number} - oracle/engine: {case['id']}")
            if found:
                print("# " + found.replace("\n", "\n# "))
    if "--accepted" in sys.argv:
        print("\n".join(right))
        return
    print(f"# {unsupported} of {len(cases)} answers need what is not supported yet")
    print(f"1..{number}")
    sys.exit(1 if failed or not number else 0)


if __name__ == "__main__":
    main()

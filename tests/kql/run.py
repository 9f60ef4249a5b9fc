#!/usr/bin/env python3
"""Runs the examples in *.test (README.md tells how they are written) and prints TAP.

Usage: run.py BINARY [--filter TEXT] [--memory SIZE] [FILE.test ...]

--memory: each query is given this option. With 1 (byte) whatever can be written to a temporary file is, after every
second row or group, and the result must be the same.
"""
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
MARKS = {"<": "input", ">": "output", "!": "error", "=": "options"}


def read_tests(path):
    """Yields a dict a paragraph."""
    test = None
    with open(path, encoding="utf-8") as f:
        for number, line in enumerate(list(f) + ["\n"], 1):
            line = line.rstrip("\n")
            if not line.strip():
                if test and test["query"]:
                    yield test
                test = None
                continue
            if test is None:
                test = {"line": number, "name": "", "query": [], "input": [], "output": [], "error": [], "options": []}
            part = MARKS.get(line[0]) if line[1:2] in ("", " ") else None
            if part:
                test[part].append(line[2:])
            elif line.startswith("#") and not test["query"]:
                test["name"] = line[1:].strip()
            else:
                test["query"].append(line)


def run(binary, options, test):
    command = [binary, "query", "-q", "--format", "ndjson", *options]
    command += [word for line in test["options"] for word in line.split()] + ["\n".join(test["query"])]
    if test["input"]:
        command.append("-")
    done = subprocess.run(command, input="".join(row + "\n" for row in test["input"]), capture_output=True, text=True,
                          encoding="utf-8", timeout=60, check=False)
    return done.returncode, done.stdout.splitlines(), done.stderr.splitlines()


def told_errors(lines):
    """query:2:9: error: text -> 2:9: text, and the hint; the source line and its carets have tests of their own."""
    told = []
    for line in lines:
        if line.startswith("query:"):
            told.append(line[len("query:"):].replace(" error:", "", 1))
        elif line.startswith("hint: "):
            told.append(line)
    return told


def problem(test, status, out, err):
    if not test["output"] and not test["error"]:
        return "the test has neither > nor ! lines"
    if test["error"]:
        told = told_errors(err)
        if status != 2 or told != test["error"]:
            return f"exit {status}, said:\n" + "\n".join("! " + line for line in told or err or out)
        return None
    expected = [row for row in test["output"] if row]
    if status != 0 or out != expected:
        return f"exit {status}, gave:\n" + "\n".join(["> " + row for row in out] + err)
    return None


def main():
    binary, *rest = sys.argv[1:]
    wanted, options = "", []
    if rest[:1] == ["--filter"]:
        wanted, rest = rest[1], rest[2:]
    if rest[:1] == ["--memory"]:
        options, rest = rest[:2], rest[2:]
    files = [name if os.path.dirname(name) else os.path.join(HERE, name) for name in rest]
    files = files or sorted(os.path.join(HERE, f) for f in os.listdir(HERE) if f.endswith(".test"))
    number = failed = 0
    for path in files:
        for test in read_tests(path):
            name = test["name"] or " ".join(test["query"])[:80]
            if wanted not in name and wanted not in "\n".join(test["query"]):
                continue
            found = problem(test, *run(binary, options, test))
            number += 1
            failed += bool(found)
            place = f"{os.path.basename(path)}:{test['line']}"
            print(f"{'not ok' if found else 'ok'} {number} - kql/{place}: {name.replace('#', ' ')}")
            if found:
                print("# " + "\n".join(test["query"] + [found]).replace("\n", "\n# "), flush=True)
    print(f"1..{number}")
    sys.exit(1 if failed or not number else 0)


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Prints meson's test log as one TAP stream, a line for each case of each program.

Usage: meson_tap.py TESTLOG.json

A program that crashes, or that says less than it promised, is a failure even where each case it printed is "ok".
"""
import json
import re
import sys

LINE = re.compile(r"^(ok|not ok)\b\s*\d*\s*-?\s*(.*)$")


def main():
    failed = False
    with open(sys.argv[1], encoding="utf-8", errors="replace") as log:
        programs = [json.loads(line) for line in log]
    for program in programs:
        name = program["name"].removeprefix("ddnshunt:").split(" ")[-1]
        cases = [LINE.match(line) for line in program.get("stdout", "").splitlines()]
        cases = [case.groups() for case in cases if case]
        for word, text in cases:
            print(f"{word} - {name}: {text}")
        bad = any(word == "not ok" for word, _ in cases)
        if program["result"] == "OK" and not cases:
            print(f"ok - {name}")
        if program["result"] != "OK":
            failed = True
            if not bad:
                print(f"not ok - {name}: {program['result']}, exit status {program.get('returncode')}")
            output = (program.get("stdout") or "") + (program.get("stderr") or "")
            for line in output.splitlines()[-40:]:
                print("#", line)
    sys.exit(failed or not programs)


if __name__ == "__main__":
    main()

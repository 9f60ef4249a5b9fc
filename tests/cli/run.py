#!/usr/bin/env python3
"""Runs the whole program and compares what it prints with what it should. Prints TAP.

Usage: run.py [--update] BINARY [CASE]...

A case is a folder here with
  cmd       bash; $DDNSHUNT is the program, $RULES the folder of rules, $SUPPORT that of tools for tests; runs in a scratch copy of the folder, with data/ beside it
  stdout    what it must print, byte for byte
  stderr    the same, with times, rates and the program's own path made equal first
  status    its exit status; left out: 0
--update rewrites the three: read the diff.
"""
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
RULES = os.path.normpath(os.path.join(HERE, "..", "..", "rules"))
SUPPORT = os.path.normpath(os.path.join(HERE, "..", "support"))
ENVIRONMENT = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "TERM": "dumb", "HOME": "/nonexistent", "TZ": "UTC",
               "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "")}
PARTS = ["stdout", "stderr", "status"]
NORMAL = [
    (re.compile(rb"in \d+\.\d\d s, [0-9.]+ (bytes|kB|MB|GB|TB)/s"), b"in TIME s, RATE/s"),
    (re.compile(rb"\b\d+\.\d{3} s(?= of work|  *\d+ %| waiting)"), b"TIME s"),
    (re.compile(rb"TIME s  *\d+ %"), b"TIME s  SHARE %"),
    (re.compile(rb"^kernel: .*$", re.M), b"kernel: KERNEL"),
]


def run(binary, case):
    with tempfile.TemporaryDirectory(prefix="ddnshunt-cli-") as scratch:
        work = os.path.join(scratch, "work")
        shutil.copytree(os.path.join(HERE, case), work, symlinks=True, ignore=shutil.ignore_patterns(*PARTS))
        shutil.copytree(os.path.join(HERE, "data"), os.path.join(work, "data"), symlinks=True)
        done = subprocess.run(["bash", "./cmd"], cwd=work, env={**ENVIRONMENT, "DDNSHUNT": binary, "RULES": RULES, "SUPPORT": SUPPORT},
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=120, check=False)
        for root, folders, _files in os.walk(scratch):      # what a case took the rights from
            for folder in folders:
                os.chmod(os.path.join(root, folder), 0o700)
    stderr = done.stderr.replace(binary.encode(), b"ddnshunt")
    for pattern, word in NORMAL:
        stderr = pattern.sub(word, stderr)
    return {"stdout": done.stdout, "stderr": stderr, "status": b"%d\n" % done.returncode}


def expected(case, part):
    path = os.path.join(HERE, case, part)
    if not os.path.exists(path):
        return b"0\n" if part == "status" else b""
    with open(path, "rb") as f:
        return f.read()


def update(case, got):
    for part, text in got.items():
        path = os.path.join(HERE, case, part)
        if text == (b"0\n" if part == "status" else b""):
            if os.path.exists(path):
                os.remove(path)
        else:
            with open(path, "wb") as f:
                f.write(text)


def show(title, text):
    for line in text.decode("utf-8", "backslashreplace").splitlines()[:20]:
        print(f"#   {title}: {line}")


def main():
    # Who is run in the background without job control was told to ignore it, and so would all that is run here.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    arguments = sys.argv[1:]
    updating = "--update" in arguments
    arguments = [a for a in arguments if a != "--update"]
    binary = os.path.abspath(arguments[0])
    cases = arguments[1:] or sorted(c for c in os.listdir(HERE) if os.path.exists(os.path.join(HERE, c, "cmd")))
    failed = False
    for number, case in enumerate(cases, 1):
        try:
            got = run(binary, case)
        except subprocess.TimeoutExpired:
            failed = True
            print(f"not ok {number} - {case}: no end after two minutes")
            continue
        if updating:
            update(case, got)
        wrong = [part for part, text in got.items() if text != expected(case, part)]
        failed |= bool(wrong)
        print(f"{'not ok' if wrong else 'ok'} {number} - {case}")
        for part in wrong:
            show(f"{part} expected", expected(case, part))
            show(f"{part} got     ", got[part])
    print(f"1..{len(cases)}")
    sys.exit(failed)


if __name__ == "__main__":
    main()

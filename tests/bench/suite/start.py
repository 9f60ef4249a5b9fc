"""How long a start takes: until the first byte of input is read, and in all for an empty file and for one row.

The small program spawn starts the command many times, so that no script's own start of processes is measured. Every run is
a new process with the whole knowledge base compiled in.
"""
import os
import statistics
import subprocess

from . import peers
from .results import dated

RUNS = 200
FIRST_READ_MS = 5
EMPTY_MS = 10


def milliseconds(spawn, runs, more, command):
    done = subprocess.run([spawn, str(runs), peers.OUT, *more, *command], capture_output=True, text=True, env=peers.ENV, check=True)
    return [int(line.split()[0]) / 1e6 for line in done.stdout.splitlines()]


def one_row(store):
    """A file with one row, a hit."""
    path = os.path.join(store.folder, "one-row.jsonl")
    with open(store.tiny("every"), "rb") as f, open(path, "wb") as out:
        out.write(f.readline())
    return path


def measure(store, installed, spawn, runs):
    binary = installed.binary
    base = [binary, "scan", "--no-config", "-q", "--format", "ndjson"]
    empty = os.path.join(store.folder, "empty")
    with open(empty, "wb"):
        pass
    cases = [("until the first byte of a pipe is read", ["--first-read", store.tiny("envelopes")], [*base, "-"], FIRST_READ_MS),
             ("an empty file, in all", [], [*base, empty], EMPTY_MS),
             ("a file with one row, a hit that is printed, in all", [], [*base, one_row(store)], None),
             ("`true`, in all: what starting any process takes", [], ["true"], None)]
    lines, checks = [], []
    for label, more, command, goal in cases:
        times = milliseconds(spawn, runs, more, command)
        median = statistics.median(times)
        lines.append({"label": label, "ms": times})
        checks.append({"label": f"{label}: ms", "goal": goal, "measured": median, "stretch": None, "unit": "ms", "most": True,
                       "verdict": "reported" if goal is None else "met" if median <= goal else "missed"})
    peers.clean_up()
    return dated({"kind": "start", "name": "start", "title": "Start", "runs": lines, "checks": checks, "wrong": []}, installed)

#!/usr/bin/env python3
"""Whole runs with many threads under ThreadSanitizer, where threads meet: inputs of all kinds, early ends, interrupts. Prints TAP.

Usage: run.py BINARY [--rounds N]

BINARY is built with -Db_sanitize=thread. Nothing that it reports is put up with, and the results are those of one thread. The inputs
are those of ../oracle/paths; --rounds makes more of them.
"""
import argparse
import bz2
import gzip
import itertools
import lzma
import os
import pty
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "oracle", "paths"))
import hostile      # noqa: E402

T = "DeviceNetworkEvents"
QUERIES = {
    "scan": ["scan"],
    "sort": ["query", f"{T} | where RemotePort > 0 | sort by Timestamp asc, RemoteUrl asc"],
    "top": ["query", f"{T} | top 20 by ReportId"],
    "summarize": ["query", f"{T} | summarize n = count(), s = make_set(RemoteUrl) by RemotePort, ActionType"],
    "distinct": ["query", f"{T} | distinct RemoteUrl"],
    "regex, contains": ["query", f"{T} | where RemoteUrl matches regex '[a-z]+[.]d' and InitiatingProcessCommandLine contains 'duck'"],
    "take": ["query", f"{T} | where RemoteUrl has 'org' | take 3"],
    "two scans": ["query", f"let u = {T} | distinct DeviceName; {T} | where DeviceName in (u) | project SourceFile, SourceRecord"],
    "stats": ["scan", "--stats", "--with-source"],
}
FAILED = 66


class Difference(Exception):
    pass


def run(binary, args, stdin=subprocess.DEVNULL, **more):
    env = {**os.environ, "TSAN_OPTIONS": f"exitcode={FAILED}:halt_on_error=0:second_deadlock_stack=1"}
    return subprocess.Popen([binary, *args, "--no-config", "--format", "ndjson"], stdin=stdin, stdout=subprocess.PIPE,
                            stderr=more.pop("stderr", subprocess.PIPE), env=env, **more)


def finish(process, statuses=(0, 1)):
    out, err = process.communicate(timeout=300)
    err = (err or b"").decode(errors="replace")
    if "ThreadSanitizer" in err or process.returncode == FAILED:
        raise Difference(err[-4000:])
    if process.returncode not in statuses:
        raise Difference(f"exit {process.returncode}: {err[-1000:]}")
    return out


# --- inputs ---

def large(seed, enveloped, count=150, times=12):
    """Lines of some hundred kinds, many of each."""
    rng = random.Random(seed)
    records = [hostile.record(rng, enveloped).encode("utf-8", "surrogatepass").replace(b"\n", b" ") for _ in range(count)]
    return b"".join(rng.choice(records) + b"\n" for _ in range(count * times))


def large_csv(seed, count=150, times=12):
    """As many rows, some with line ends in cells; a few that are no rows, and a cell that goes on for some blocks."""
    rng = random.Random(seed)
    rows = [hostile.csv_row(rng, hostile.HEADER, False) for _ in range(count)]
    rows += [hostile.csv_bad(rng, hostile.HEADER, False).replace(b'"', b"") for _ in range(3)]
    lines = [rng.choice(rows) for _ in range(count * times)]
    lines.insert(len(lines) // 2, b'a,"' + b"b,c\n" * 20000 + b'"')
    return ",".join(hostile.HEADER).encode() + b"\n" + b"\n".join(lines) + b"\n"


def make_folder(folder, seed):
    """Files of every format and packing."""
    packs = [("", lambda d: d), (".gz", lambda d: gzip.compress(d, 1)), (".bz2", bz2.compress), (".xz", lambda d: lzma.compress(d, preset=0)),
             (".gz", lambda d: gzip.compress(d, 1)[:-40])]
    for i, (kind, (ending, pack)) in enumerate(zip([k for k in hostile.KINDS if k != "folder"] * 2, itertools.cycle(packs))):
        made = hostile.make(kind, seed + i, 60, i % 2 == 0)
        with open(os.path.join(folder, f"{i:02}.{made.ext}{ending}"), "wb") as f:
            f.write(pack(made.data()))
    with open(os.path.join(folder, "large.jsonl.gz"), "wb") as f:
        f.write(gzip.compress(large(seed, True), 1))


class Inputs:
    def __init__(self, folder, seed):
        self.folder = os.path.join(folder, str(seed))
        self.files = os.path.join(self.folder, "in")
        os.makedirs(self.files)
        make_folder(self.files, seed)
        self.data = large(seed, seed % 2 == 0)
        self.large = os.path.join(self.folder, "large.jsonl")
        with open(self.large, "wb") as f:
            f.write(self.data)
        # So many that results are made ahead by threads of their own.
        self.many = os.path.join(self.folder, "many.jsonl")
        with open(self.many, "wb") as f:
            f.write(self.data * 6)
        self.packed = os.path.join(self.folder, "large.jsonl.gz")
        with open(self.packed, "wb") as f:  # the second member is stored, so that it is more than the ring holds
            f.write(gzip.compress(self.data, 1) + gzip.compress(self.data, 0))
        self.array = os.path.join(self.folder, "large.json")
        with open(self.array, "wb") as f:
            f.write(b"[" + b",".join(line for line in self.data.split(b"\n") if line) + b"]")
        self.csv = os.path.join(self.folder, "large.csv")
        with open(self.csv, "wb") as f:
            f.write(large_csv(seed))


# --- what is tried ---

def same_as_one_thread(binary, inputs, args, path):
    one = finish(run(binary, [*args, "-q", "-j", "1", path]))
    for threads, block in ((16, "4k"), (5, "64k"), (2, "1M")):
        if finish(run(binary, [*args, "-q", "-j", str(threads), "--block-size", block, path])) != one:
            raise Difference(f"-j {threads} --block-size {block} gives other results than one thread")


def feed(process, data, pieces=40, pause=0.0, forever=False):
    """Writes to the program, in pieces, in a thread of its own; until it hangs up."""
    pipe, process.stdin = process.stdin, None

    def write():
        step = len(data) // pieces + 1
        try:
            while True:
                for at in range(0, len(data), step):
                    pipe.write(data[at:at + step])
                    pipe.flush()
                    time.sleep(pause)
                if not forever:
                    break
        except OSError:
            pass
        try:
            pipe.close()
        except OSError:
            pass
    writer = threading.Thread(target=write)
    writer.start()
    return writer


def piped(binary, inputs):
    expected = finish(run(binary, ["scan", "-q", "-j", "1", inputs.large]))
    with open(inputs.large, "rb") as f:
        if finish(run(binary, ["scan", "-q", "-j", "16", "--block-size", "4k"], stdin=f)) != expected:
            raise Difference("a file as standard input gives other results")
    for data in (inputs.data, gzip.compress(inputs.data, 1)):
        process = run(binary, ["scan", "-q", "-j", "16", "--block-size", "4k"], stdin=subprocess.PIPE)
        writer = feed(process, data, 300)
        out = finish(process)
        writer.join()
        if out != expected:
            raise Difference("a pipe gives other results")


def early_end(binary, inputs):
    """take has enough though the input never ends."""
    process = run(binary, ["query", "-q", f"{T} | where RemoteUrl has 'org' | take 3", "-j", "16", "--block-size", "4k"], stdin=subprocess.PIPE)
    writer = feed(process, inputs.data, forever=True)
    out = finish(process)
    writer.join()
    if out.count(b"\n") != 3:
        raise Difference(f"take 3 gave {out!r}")


def interrupted(binary, inputs, number, args):
    """In the midst of reading, deciding, writing."""
    for delay in (0.4, 0.6, 1.2):
        process = run(binary, [*args, "-j", "16", "--block-size", "4k"], stdin=subprocess.PIPE)
        writer = feed(process, inputs.data, 200, 0.003, forever=True)
        time.sleep(delay)
        process.send_signal(number)
        finish(process, (130,))
        writer.join()


def hung_up(binary, inputs):
    """Nobody reads the results any more."""
    process = run(binary, ["query", T, "-j", "16", "--block-size", "4k", inputs.large])
    process.stdout.read(100)
    process.stdout.close()
    err = process.stderr.read().decode(errors="replace")
    process.wait(timeout=300)
    process.stderr.close()
    if "ThreadSanitizer" in err or process.returncode not in (0, 3):
        raise Difference(f"exit {process.returncode}: {err[-3000:]}")


def with_progress(binary, inputs):
    """Progress is shown on a terminal, of an input that takes a second."""
    controller, terminal = pty.openpty()
    process = run(binary, ["scan", "-j", "16", "--block-size", "4k"], stdin=subprocess.PIPE, stderr=terminal)
    os.close(terminal)
    writer = feed(process, inputs.data, 60, 0.02)
    seen = []

    def watch():
        try:
            while True:
                piece = os.read(controller, 4096)
                if not piece:
                    break
                seen.append(piece)
        except OSError:
            pass
    watcher = threading.Thread(target=watch)
    watcher.start()
    process.stdout.read()
    process.wait(timeout=300)
    writer.join()
    watcher.join()
    os.close(controller)
    process.stdout.close()
    text = b"".join(seen).decode(errors="replace")
    if "ThreadSanitizer" in text or process.returncode not in (0, 1):
        raise Difference(f"exit {process.returncode}: {text[-3000:]}")
    if "/s, " not in text:
        raise Difference("no progress was shown: " + text[-500:])


def cases(binary, inputs):
    for name, args in QUERIES.items():
        yield f"{name}: a large file", lambda a=args: same_as_one_thread(binary, inputs, a, inputs.large)
    for name in ("scan", "summarize", "two scans", "take"):
        yield f"{name}: a folder", lambda a=QUERIES[name]: same_as_one_thread(binary, inputs, a, inputs.files)
    for name in QUERIES:
        yield f"{name}: a packed file", lambda a=QUERIES[name]: same_as_one_thread(binary, inputs, a, inputs.packed)
    for name in ("scan", "sort", "take"):
        yield f"{name}: an array", lambda a=QUERIES[name]: same_as_one_thread(binary, inputs, a, inputs.array)
    for name in ("scan", "sort", "take", "stats", "two scans"):
        yield f"{name}: CSV", lambda a=QUERIES[name]: same_as_one_thread(binary, inputs, a, inputs.csv)
    for name, query in (("all rows", T), ("all rows, sorted", f"{T} | sort by ReportId asc, RemoteUrl desc")):
        yield name, lambda q=query: same_as_one_thread(binary, inputs, ["query", q], inputs.many)
    yield "pipes", lambda: piped(binary, inputs)
    yield "an early end", lambda: early_end(binary, inputs)
    yield "SIGINT", lambda: interrupted(binary, inputs, signal.SIGINT, ["scan"])
    yield "SIGTERM", lambda: interrupted(binary, inputs, signal.SIGTERM, QUERIES["summarize"])
    yield "hung up", lambda: hung_up(binary, inputs)
    yield "progress", lambda: with_progress(binary, inputs)


def main():
    # Who is run in the background without job control was told to ignore it, and so would all that is run here.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    parser = argparse.ArgumentParser()
    parser.add_argument("binary")
    parser.add_argument("--rounds", type=int, default=1)
    options = parser.parse_args()
    number = failed = 0
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(1, options.rounds + 1):
            inputs = Inputs(folder, seed)
            for name, case in cases(options.binary, inputs):
                number += 1
                found = None
                try:
                    case()
                except (Difference, subprocess.TimeoutExpired) as problem:
                    found = str(problem)
                failed += bool(found)
                print(f"{'not ok' if found else 'ok'} {number} - threads: {name}, round {seed}", flush=True)
                if found:
                    print("# " + found.replace("\n", "\n# "), flush=True)
            shutil.rmtree(inputs.folder)
    print(f"1..{number}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()

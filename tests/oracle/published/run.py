#!/usr/bin/env python3
"""The program against a literal reading of the published query, over generated hostile records. Prints TAP.

Usage: run.py BINARY [--seeds N] [--rows N] [--first SEED]

Each seed makes a file; the rows, columns and order that the program gives must be those of literal.py, by every door:
scan and query, any number of threads, every kernel, strict or not, file or pipe.
"""
import argparse
import json
import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
from generate import lines      # noqa: E402
from literal import answer, records, well_formed      # noqa: E402

RULE = os.path.join(HERE, "..", "..", "..", "rules", "published.kql")
DOORS = [
    ("scan, one thread", ["scan", "--rule", "published", "-j", "1"], {}, False),
    ("scan, four threads", ["scan", "--rule", "published", "-j", "4"], {}, False),
    ("query -f", ["query", "-f", RULE, "-j", "2"], {}, False),
    ("strict", ["scan", "--rule", "published", "--strict"], {}, False),
    ("generic kernel", ["scan", "--rule", "published"], {"DDNSHUNT_SIMD": "generic"}, False),
    ("avx2 kernel", ["scan", "--rule", "published"], {"DDNSHUNT_SIMD": "avx2"}, False),
    ("small blocks", ["scan", "--rule", "published", "-j", "4", "--block-size", "4k"], {}, False),
    ("pipe", ["scan", "--rule", "published"], {}, True),
]


def run(binary, args, env, piped, path):
    """The program's rows. Exit 0 and 1 (some records could not be read) are both fine."""
    command = [binary, *args, "--format", "ndjson", "-q"]
    with open(path, "rb") as data:
        done = subprocess.run(command + ([] if piped else [path]), stdin=data if piped else subprocess.DEVNULL,
                              capture_output=True, env={**os.environ, **env}, timeout=300, check=False)
    if done.returncode not in (0, 1):
        raise RuntimeError(f"{' '.join(command)}: exit {done.returncode}: {done.stderr.decode(errors='replace')[:500]}")
    return [json.loads(line) for line in done.stdout.decode().split("\n") if line]


def difference(got, expected):
    """The first difference in words, or None."""
    for i, (g, e) in enumerate(zip(got, expected)):
        if g != e:
            keys = [k for k in e if g.get(k) != e[k]] or sorted(set(g) ^ set(e)) or ["key order"]
            return f"row {i}: {keys[0]}: got {g.get(keys[0])!r}, expected {e.get(keys[0])!r} (RemoteUrl {e['RemoteUrl']!r})"
        if list(g) != list(e):
            return f"row {i}: columns {list(g)}"
    if len(got) != len(expected):
        return f"{len(got)} rows, expected {len(expected)}"
    return None


def count_difference(binary, args, made, folder):
    """Of records that are all well-formed every one is counted: as a row of ours, or as one passed over."""
    path = os.path.join(folder, "counted.jsonl")
    good = list(well_formed(made))
    with open(path, "wb") as f:
        f.write(b"\n".join(good) + b"\n")
    ours = [mine for _row, mine in records(good)]
    done = subprocess.run([binary, *args, "--format", "ndjson", path], capture_output=True, text=True, check=False)
    found = [re.search(pattern, done.stderr) for pattern in (r"([\d,]+) rows? read", r"([\d,]+) rows? of other tables")]
    got = [int(m[1].replace(",", "")) if m else 0 for m in found]
    expected = [sum(ours), len(ours) - sum(ours)]
    return None if got == expected and done.returncode == 0 else f"rows and rows passed over: {got}, expected {expected}"


def compare_counts(binary, seeds, rows, first):
    with tempfile.TemporaryDirectory() as folder:
        for name, args in (("counts", ["scan", "--rule", "published"]), ("counts, strict", ["scan", "--rule", "published", "--strict"])):
            found = None
            for seed in range(first, first + seeds):
                found = found or count_difference(binary, args, list(lines(seed, rows)), folder)
            yield name, found


def compare(binary, seeds, rows, first=1):
    """Yields (name, difference or None) for each door and for the counts."""
    yield from compare_rows(binary, seeds, rows, first)
    yield from compare_counts(binary, seeds, rows, first)


def compare_rows(binary, seeds, rows, first):
    with tempfile.TemporaryDirectory() as folder:
        files = []
        for seed in range(first, first + seeds):
            path = os.path.join(folder, f"{seed}.jsonl")
            made = list(lines(seed, rows))
            with open(path, "wb") as f:
                f.write(b"\n".join(made) + (b"\n" if seed % 2 else b""))
            files.append((seed, path, answer(made)))
        for name, args, env, piped in DOORS:
            found = None
            for seed, path, expected in files:
                try:
                    found = difference(run(binary, args, env, piped, path), expected)
                except (RuntimeError, ValueError, subprocess.TimeoutExpired) as problem:
                    found = str(problem)
                if found:
                    found = f"seed {seed}: {found}"
                    break
            yield name, found


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("binary")
    parser.add_argument("--seeds", type=int, default=6)
    parser.add_argument("--rows", type=int, default=3000)
    parser.add_argument("--first", type=int, default=1)
    options = parser.parse_args()
    failed = number = 0
    for number, (name, found) in enumerate(compare(options.binary, options.seeds, options.rows, options.first), 1):
        print(f"{'not ok' if found else 'ok'} {number} - oracle/published: {name}"
              f" ({options.seeds} x {options.rows} records)")
        if found:
            failed += 1
            print(f"# {found}")
    print(f"1..{number}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()

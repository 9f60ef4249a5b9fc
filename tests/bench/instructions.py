#!/usr/bin/env python3
"""Instructions that the program takes for a byte and a row, counted by callgrind: a slow-down shows on a noisy machine too.

Usage: instructions.py BINARY [--only WORDS] [--update] [--tap] [--keep FOLDER]

Each workload runs on one thread over a small and a larger input of the bench's own rows (suite/), and the difference counts: neither
the start nor the end. The record is instructions.tsv; a workload that takes 5 % more is a failure. The record is of one compiler and
one C library: with others the numbers are shown, and nothing is compared. callgrind knows AVX2, not AVX-512.
"""
import argparse
import concurrent.futures
import os
import platform
import random
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
from suite import data, rows      # noqa: E402

RECORD = os.path.join(HERE, "instructions.tsv")
T = "DeviceNetworkEvents"
SCAN, PUBLISHED = ["scan"], ["scan", "--rule", "published"]
WORDS = ", ".join(f"'{word}'" for word in rows.WORDS)
QUERIES = {
    "number": f"{T} | where RemotePort == 8443 and LocalPort > 60000 | project Timestamp, RemoteUrl, RemotePort",
    "contains": f"{T} | where InitiatingProcessCommandLine contains 'executionpolicy bypass -x' | project Timestamp, RemoteUrl",
    "has_any": f"{T} | where InitiatingProcessCommandLine has_any ({WORDS}) | project Timestamp, InitiatingProcessCommandLine",
    "regex": f"{T} | where InitiatingProcessCommandLine matches regex @'--tag [a-m]+rat' | project Timestamp",
    "summarize": f"{T} | summarize count() by ActionType, RemotePort",
    "top": f"{T} | top 10 by Timestamp desc | project Timestamp, RemoteUrl",
}
# (name, data set, arguments, kernels)
BOTH, ONE = ("avx2", "generic"), ("avx2",)
WORKLOADS = [
    ("scan envelopes", "envelopes", SCAN, BOTH),
    ("scan envelopes, published", "envelopes", PUBLISHED, ONE),
    ("scan envelopes, every row a hit", "every", SCAN, ONE),
    ("scan envelopes, long", "long", SCAN, ONE),
    ("scan envelopes, inspected", "inspected", SCAN, ONE),
    ("scan envelopes, escapes", "escapes", SCAN, ONE),
    ("scan flat rows", "flat", SCAN, BOTH),
    ("scan flat rows, short", "flows", SCAN, ONE),
    ("scan array", "array", SCAN, BOTH),
    ("scan API results", "api", SCAN, ONE),
    ("scan records", "records", SCAN, ONE),
    ("scan CSV", "csv", SCAN, BOTH),
    *((f"query {name}", "envelopes", ["query", kql], ONE) for name, kql in QUERIES.items()),
]
MORE_ALLOWED = 0.05


def make_inputs(folder, names):
    """{name: [(path, bytes, rows) of the small one, of the large one]}"""
    made = {}
    for name in names:
        spec, made[name] = data.DATASETS[name], []
        for more in (0, 2):     # more than the columns are looked for in (1 MiB); some three times as much
            size = max(2_000_000, more * sum(one[1] for one in made[name]))
            batches = data.Rows(spec, size, 500, random.Random(name))
            path = os.path.join(folder, f"{name}-{more}.{'csv' if spec.wrap == 'csv' else 'json'}")
            with open(path, "wb") as f:
                f.writelines(data.WRAPS[spec.wrap](batches))
            made[name].append((path, os.path.getsize(path), batches.count))
    return made


def count(binary, arguments, kernel, path, out="/dev/null"):
    command = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={out}", binary, *arguments, "-q", "-j", "1", "--no-config",
               "--format", "ndjson", path]
    done = subprocess.run(command, capture_output=True, env={**os.environ, "DDNSHUNT_SIMD": kernel}, timeout=600, check=False)
    found = re.search(rb"Collected : (\d+)", done.stderr)
    if done.returncode or not found:
        raise RuntimeError(f"{' '.join(command)}: exit {done.returncode}: {done.stderr[-500:].decode(errors='replace')}")
    return int(found[1])


def measure(binary, workload, kernel, inputs, keep):
    """(instructions for 1,000 bytes, for a row)"""
    name, dataset, arguments, _kernels = workload
    (small, small_bytes, small_rows), (large, large_bytes, large_rows) = inputs[dataset]
    out = os.path.join(keep, f"{re.sub(r'[^a-z0-9]+', '-', name.lower())}-{kernel}.callgrind") if keep else "/dev/null"
    spent = count(binary, arguments, kernel, large, out) - count(binary, arguments, kernel, small)
    return 1000 * spent / (large_bytes - small_bytes), spent / (large_rows - small_rows)


# --- the record ---

def tools(binary):
    """What the counts depend on beside the sources. The compiler writes its name into the program."""
    comment = subprocess.run(["readelf", "-p", ".comment", binary], capture_output=True, text=True, check=False).stdout
    compiler = re.search(r"\]\s+(.*\S)", comment)
    valgrind = subprocess.run(["valgrind", "--version"], capture_output=True, text=True, check=False).stdout.strip()
    return f"{compiler[1] if compiler else 'unknown compiler'}, {' '.join(platform.libc_ver())}, {valgrind}, {platform.machine()}"


def read_record():
    if not os.path.exists(RECORD):
        return "", {}
    with open(RECORD, encoding="utf-8") as f:
        lines = f.read().splitlines()
    cells = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return lines[0].removeprefix("# "), {(c[0], c[1]): (float(c[2]), float(c[3])) for c in cells[1:]}


def write_record(made_by, figures):
    with open(RECORD, "w", encoding="utf-8") as f:
        f.write(f"# {made_by}\n# written by ./dev bench instructions --update\nworkload\tkernel\tinstructions/kB\tinstructions/row\n")
        for (name, kernel), (per_kb, per_row) in figures.items():
            f.write(f"{name}\t{kernel}\t{per_kb:.1f}\t{per_row:.0f}\n")


# --- reports ---

def show(figures, recorded):
    print("| workload | kernel | instructions a byte | a row | recorded a byte | change |\n| --- | --- | ---: | ---: | ---: | ---: |")
    for key, (per_kb, per_row) in figures.items():
        old = recorded.get(key, (None,))[0]
        change = f"{old / 1000:.3f} | {100 * (per_kb / old - 1):+.1f} %" if old else "- | -"
        print(f"| {key[0]} | {key[1]} | {per_kb / 1000:.3f} | {per_row:,.0f} | {change} |")


def tap(figures, recorded, why_not):
    for number, (key, (per_kb, _per_row)) in enumerate(figures.items(), 1):
        old = recorded.get(key, (None,))[0]
        bad = not why_not and (old is None or per_kb > old * (1 + MORE_ALLOWED))
        print(f"{'not ok' if bad else 'ok'} {number} - instructions: {key[0]}, {key[1]}{why_not}")
        if bad:
            print(f"# {per_kb:.1f} for 1,000 bytes, {old or 'nothing'} on record: if it must be, ./dev bench instructions --update")
    print(f"1..{len(figures)}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("binary")
    parser.add_argument("--only", default="", help="workloads with one of these words, parted by commas")
    parser.add_argument("--update", action="store_true")
    parser.add_argument("--tap", action="store_true")
    parser.add_argument("--keep", help="leaves what callgrind wrote in this folder, for callgrind_annotate")
    options = parser.parse_args()
    chosen = [w for w in WORKLOADS if any(word.strip() in w[0] for word in options.only.split(","))]
    made_by, (recorded_by, recorded) = tools(options.binary), read_record()
    if options.keep:
        os.makedirs(options.keep, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        inputs = make_inputs(folder, sorted({w[1] for w in chosen}))
        futures = {(w[0], kernel): pool.submit(measure, options.binary, w, kernel, inputs, options.keep)
                   for w in chosen for kernel in w[3]}
        figures = {key: future.result() for key, future in futures.items()}
    other = made_by != recorded_by
    if options.tap:
        tap(figures, recorded, f" # SKIP not installable here: {recorded_by}; this is {made_by}" if other else "")
    else:
        show(figures, recorded)
        if other and recorded:
            print(f"\nThe record is of {recorded_by}; this is {made_by}.")
    if options.update:
        write_record(made_by, {**recorded, **figures} if options.only and not other else figures)
    more = [key for key, (per_kb, _row) in figures.items() if per_kb > recorded.get(key, (per_kb,))[0] * (1 + MORE_ALLOWED)]
    sys.exit(1 if more and not other and not options.update else 0)


if __name__ == "__main__":
    main()

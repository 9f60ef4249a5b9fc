#!/usr/bin/env python3
"""Side by side with peers in one run, on one file in the page cache: the fastest of N runs each, and ratios.

Usage: bench.py BINARY [--bytes N] [--runs N] [--keep FOLDER]

Every contender searches the same NDJSON export (make_export.py) for the published suffixes. They are run in turns, so
that a noisy moment of the machine meets all of them. What is not installed is left out and said so.
"""
import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
SUFFIXES = ["duckdns.org", "publicvm.com", "ddns.net", "hopto.org", "zapto.org", "serveftp.com", "servegame.com",
            "myftp.org", "myvnc.com", "gotdns.ch", "3utilities.com", "bounceme.net", "freedynamicdns.org",
            "freedynamicdns.net", "freeddns.org"]
# In a raw line the end of the text is the value's closing quote.
PATTERN = r'"RemoteUrl":"[^"]*\.(' + "|".join(s.replace(".", r"\.") for s in SUFFIXES) + r')"'


def version(command):
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout.splitlines()[0]
    except (OSError, IndexError):
        return "?"


def contenders(binary, data):
    """(name, version, command, how to read the number of hits from its output)."""
    count = lambda out: int(out.split()[0])               # noqa: E731
    lines = lambda out: out.count(b"\n")                  # noqa: E731
    yield "wc -l", version(["wc", "--version"]), ["wc", "-l", data], None
    for name, rule, threads in (("ddnshunt -j 1", "published", "1"), ("ddnshunt -j 2", "published", "2"),
                                ("default rule, -j 1", "default", "1"), ("default rule, -j 2", "default", "2")):
        yield name, version([binary, "--version"]), \
            [binary, "scan", "--no-config", "--rule", rule, "-j", threads, "-q", "--format", "ndjson", data], lines
    yield "grep -E", version(["grep", "--version"]), ["grep", "-cE", PATTERN, data], count
    if shutil.which("rg"):
        yield "ripgrep", version(["rg", "--version"]), ["rg", "-c", PATTERN, data], count
    duckdb = os.path.join(HERE, "..", "oracle", "node_modules")
    if shutil.which("node") and os.path.isdir(os.path.join(duckdb, "@duckdb")):
        yield "DuckDB, 2 threads", version(["node", "--version"]), ["node", os.path.join(HERE, "duckdb.js"), data, "2"], count


def run(command, env):
    start = time.perf_counter()
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=env, check=False)
    return time.perf_counter() - start, done.stdout


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("binary")
    parser.add_argument("--bytes", type=int, default=10**9)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--folder", default="build/bench")
    options = parser.parse_args()
    os.makedirs(options.folder, exist_ok=True)
    data = os.path.join(options.folder, f"export-{options.bytes}.jsonl")
    if not os.path.exists(data):
        print(f"making {data} ...", file=sys.stderr)
        subprocess.run([sys.executable, os.path.join(HERE, "make_export.py"), data + ".part", "--bytes", str(options.bytes)],
                       check=True)
        os.rename(data + ".part", data)
    size = os.path.getsize(data)
    env = {**os.environ, "LC_ALL": "C", "NODE_PATH": os.path.join(HERE, "..", "oracle", "node_modules")}
    runs = {}
    hits = {}
    teams = list(contenders(options.binary, data))
    run(["wc", "-l", data], env)                                # brings it into the page cache
    for _ in range(options.runs):
        for name, _version, command, reader in teams:
            seconds, out = run(command, env)
            runs.setdefault(name, []).append(seconds)
            hits[name] = reader(out) if reader else None
    cpu = next((l.split(":")[1].strip() for l in open("/proc/cpuinfo", encoding="ascii", errors="replace")
                if l.startswith("model name")), platform.machine())
    print(f"{size / 1e9:.2f} GB of NDJSON in the page cache; {os.cpu_count()} CPUs, {cpu}; fastest of {options.runs} runs\n")
    best = {name: min(seconds) for name, seconds in runs.items()}
    ours = best["ddnshunt -j 1"]
    print(f"{'program':20} {'s':>7} {'GB/s':>6} {'hits':>8} {'ddnshunt -j 1 is':>18}   version")
    for name, versioned, _command, _reader in teams:
        ratio = f"{best[name] / ours:.2f} x as fast"
        print(f"{name:20} {best[name]:7.3f} {size / best[name] / 1e9:6.2f} {hits[name] if hits[name] is not None else '':>8} "
              f"{ratio:>18}   {versioned}")
    with open(os.path.join(options.folder, "runs.json"), "w", encoding="ascii") as f:
        json.dump({"bytes": size, "cpu": cpu, "seconds": runs, "hits": hits}, f, indent=1)
    agreed = {h for h in hits.values() if h is not None}
    if len(agreed) != 1:
        sys.exit(f"the contenders do not agree on the hits: {hits}")


if __name__ == "__main__":
    main()

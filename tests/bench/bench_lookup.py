#!/usr/bin/env python3
"""`ddnshunt lookup` beside other programs with the same suffixes, on the same hosts: the fastest of N runs each, and ratios.

Usage: bench_lookup.py BINARY [--count N] [--runs N] [--folder FOLDER]

All read a file of hosts in the page cache (make_hosts.py) and write to a file. ddnshunt takes the host out of URLs, folds case and
says who runs the suffix; grep and ripgrep only tell which lines end in one, ignoring case, and so see fewer. The Python and
awk scripts do what people write for the job: a dictionary, and the longest tail of labels that it has.

A contender is a function that yields (name, version, command, how to count its hits); add it to CONTENDERS.
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
TABLE = os.path.join(HERE, "..", "..", "data", "providers.tsv")
PYTHON = """
import sys
known = dict(l.rstrip("\\n").split("\\t") for l in open(sys.argv[1]))
out = sys.stdout
for line in open(sys.argv[2]):
    host = line.strip().lower()
    if "://" in host:
        host = host.split("://", 1)[1].split("/", 1)[0]
    labels = host.split(":", 1)[0].rstrip(".").split(".")
    for i in range(len(labels)):
        tail = ".".join(labels[i:])
        if tail in known:
            out.write(f"{line.strip()}\\t{tail}\\t{known[tail]}\\n")
            break
"""
AWK = r"""
NR == FNR { known[$1] = $2; next }
{
    host = tolower($0)
    sub(/^[a-z]+:\/\//, "", host)
    sub(/[\/:?#].*/, "", host)
    sub(/\.$/, "", host)
    for (tail = host; tail != ""; ) {
        if (tail in known) { print $0 "\t" tail "\t" known[tail]; break }
        at = index(tail, ".")
        if (!at) break
        tail = substr(tail, at + 1)
    }
}
"""


def version(command):
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        return (done.stdout + done.stderr).splitlines()[0]
    except (OSError, IndexError):
        return "?"


def suffixes():
    with open(TABLE, encoding="utf-8") as table:
        rows = [line.rstrip("\n").split("\t") for line in table if line.strip() and not line.startswith("#")]
    return [(row[0], row[1]) for row in rows[1:] if row[0][0] not in "*!"]


def lines(path):
    with open(path, "rb") as f:
        return f.read().count(b"\n")


def rows(path):
    return lines(path) - 1                                        # a header


def ours(options):
    name = version([options.binary, "--version"])
    base = [options.binary, "lookup", "-q", "-f", options.hosts]
    yield "ddnshunt, ndjson", name, [*base, "--format", "ndjson"], None
    yield "ddnshunt, ndjson, thrown away", name, [*base, "--format", "ndjson", "-o", "/dev/null"], None
    yield "ddnshunt, tsv", name, [*base, "--format", "tsv"], None
    yield "ddnshunt, tsv, thrown away", name, [*base, "--format", "tsv", "-o", "/dev/null"], None
    yield "ddnshunt, hits as ndjson", name, [*base, "--matched", "--format", "ndjson"], lines
    yield "ddnshunt, hits as tsv", name, [*base, "--matched", "--format", "tsv"], rows


def greps(options):
    pattern = os.path.join(options.folder, "suffixes.regex")
    with open(pattern, "w", encoding="utf-8") as f:
        f.write(r"\.(" + "|".join(s.replace(".", r"\.") for s, _provider in suffixes()) + ")$\n")
    fixed = os.path.join(options.folder, "suffixes.fixed")
    with open(fixed, "w", encoding="utf-8") as f:
        f.writelines(f".{s}\n" for s, _provider in suffixes())
    yield "grep -F, anywhere", version(["grep", "--version"]), ["grep", "-iFf", fixed, options.hosts], lines
    yield "grep -E", version(["grep", "--version"]), ["grep", "-iEf", pattern, options.hosts], lines
    if shutil.which("rg"):
        yield "ripgrep", version(["rg", "--version"]), ["rg", "-if", pattern, options.hosts], lines


def scripts(options):
    table = os.path.join(options.folder, "suffixes.tsv")
    with open(table, "w", encoding="utf-8") as f:
        f.writelines(f"{suffix}\t{provider}\n" for suffix, provider in suffixes())
    yield "Python", version([sys.executable, "--version"]), [sys.executable, "-c", PYTHON, table, options.hosts], lines
    for awk in ("mawk", "gawk"):
        if shutil.which(awk):
            yield awk, version([awk, "-W", "version"] if awk == "mawk" else [awk, "--version"]), \
                [awk, "-F", "\t", AWK, table, options.hosts], lines


CONTENDERS = [ours, greps, scripts]


def run(command, out):
    env = {**os.environ, "LC_ALL": "C"}
    with open(out, "wb") as f:
        start = time.perf_counter()
        subprocess.run(command, stdin=subprocess.DEVNULL, stdout=f, stderr=subprocess.DEVNULL, env=env, check=False)
        return time.perf_counter() - start


def make_hosts(options):
    options.hosts = os.path.join(options.folder, f"hosts-{options.count}-dressed.txt")
    if not os.path.exists(options.hosts) or os.path.getmtime(options.hosts) < os.path.getmtime(TABLE):
        subprocess.run([sys.executable, os.path.join(HERE, "make_hosts.py"), options.hosts + ".part", "--count",
                        str(options.count), "--hits", "0.2", "--dressed", "0.2"], check=True)
        os.rename(options.hosts + ".part", options.hosts)


def measure(options, teams):
    # In memory where there is a place: not the disk is measured. (grep stops at its first hit if it writes to /dev/null.)
    out = os.path.join("/dev/shm" if os.access("/dev/shm", os.W_OK) else options.folder, f"ddnshunt-bench-{os.getpid()}")
    seconds, hits = {}, {}
    with open(options.hosts, "rb") as f:                          # brings it into the page cache
        f.read()
    for _ in range(options.runs):
        for name, _version, command, reader in teams:
            seconds.setdefault(name, []).append(run(command, out))
            hits[name] = reader(out) if reader else None
    os.remove(out)
    return seconds, hits


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("binary")
    parser.add_argument("--count", type=int, default=10**6)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--folder", default="build/bench")
    options = parser.parse_args()
    os.makedirs(options.folder, exist_ok=True)
    make_hosts(options)
    teams = [team for contender in CONTENDERS for team in contender(options)]
    seconds, hits = measure(options, teams)
    cpu = next((l.split(":")[1].strip() for l in open("/proc/cpuinfo", encoding="ascii", errors="replace")
                if l.startswith("model name")), platform.machine())
    print(f"{options.count:,} hosts and URLs, {os.path.getsize(options.hosts) / 1e6:.1f} MB, {len(suffixes())} suffixes; "
          f"one core of {os.cpu_count()} CPUs, {cpu}; fastest of {options.runs} runs, start and output included\n")
    best = {name: min(times) for name, times in seconds.items()}
    mine = best["ddnshunt, hits as tsv"]
    print(f"{'program':30} {'s':>7} {'M hosts/s':>10} {'hits':>8} {'time':>10}   version")
    for name, versioned, _command, _reader in teams:
        print(f"{name:30} {best[name]:7.3f} {options.count / best[name] / 1e6:10.2f} "
              f"{hits[name] if hits[name] is not None else '':>8} {best[name] / mine:8.1f} x   {versioned}")
    with open(os.path.join(options.folder, "runs-lookup.json"), "w", encoding="ascii") as f:
        json.dump({"count": options.count, "cpu": cpu, "seconds": seconds, "hits": hits}, f, indent=1)
    if len({hits[name] for name in ("ddnshunt, hits as tsv", "ddnshunt, hits as ndjson", "Python")}) != 1:
        sys.exit(f"the contenders do not agree on the hits: {hits}")


if __name__ == "__main__":
    main()

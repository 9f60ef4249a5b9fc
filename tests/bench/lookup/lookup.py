#!/usr/bin/env python3
"""How fast is a look-up? Side by side with other matchers in one run; Markdown on standard output.

Usage: lookup.py BENCH_LOOKUP PROVIDERS.tsv [--folder FOLDER] [--count N] [--runs N] [--hosts FILE]

BENCH_LOOKUP is tests/bench/lookup/bench_lookup. Hosts are made from a seed (make_plain_hosts.py), once as in telemetry, one in 200 a
hit, and once as in a list of indicators, half of them hits; or they are FILE's, a host a line. The program from end to end is
../bench_lookup.py's.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
OURS = "ddnshunt, kb_find()"


def cpu():
    with open("/proc/cpuinfo", encoding="ascii", errors="replace") as f:
        return next((line.split(":")[1].strip() for line in f if line.startswith("model name")), "an unknown CPU")


def make_hosts(options, share):
    path = os.path.join(options.folder, f"hosts-{options.count}-{share}.txt")
    if not os.path.exists(path) or os.path.getmtime(path) < os.path.getmtime(options.providers):
        print(f"making {path} ...", file=sys.stderr)
        subprocess.run([sys.executable, os.path.join(HERE, "..", "make_hosts.py"), path + ".part",
                        "--count", str(options.count), "--hits", str(share)], check=True)
        os.rename(path + ".part", path)
    return path


def table(rows, group, count, ours):
    print("| | ns a host | million hosts a second | time, kb_find() = 1 | hits | ready in ms |")
    print("|---|---:|---:|---:|---:|---:|")
    for row in rows:
        if row["group"] != group:
            continue
        median = statistics.median(row["seconds"])
        made = f"{row['made_in'] * 1e3:.2f}" if row["made_in"] else ""
        hits = row["hits"] if row["hits"] is not None else ""
        print(f"| {row['name']} | {median / count * 1e9:.1f} | {count / median / 1e6:.1f} | {median / ours:.2f} | {hits} | {made} |")
    print()


def bench(options, path, title):
    done = subprocess.run([options.bench, path, str(options.runs)], capture_output=True, text=True, check=False)
    sys.stderr.write(done.stderr)
    if done.returncode not in (0, 1):
        sys.exit(f"bench_lookup failed with status {done.returncode}")
    setting, *rows = [json.loads(line) for line in done.stdout.splitlines()]
    count = setting["hosts"]
    ours = next(statistics.median(row["seconds"]) for row in rows if row["name"] == OURS)
    print(f"### {title}\n\n{count} hosts, {setting['suffixes']} suffixes, one thread, medians of the processor time of {options.runs} runs; "
          f"{os.cpu_count()} CPUs, {cpu()}; Hyperscan {setting['hyperscan'].split()[0]}\n")
    table(rows, "matchers", count, ours)
    print("As others call it:\n")
    table(rows, "around", count, ours)
    print("The same hosts, with ever more suffixes:\n")
    table(rows, "growth", count, ours)
    with open(os.path.join(options.folder, "lookup-runs.json"), "a", encoding="ascii") as f:
        f.write(json.dumps({"title": title, "setting": setting, "cpu": cpu(), "rows": rows}) + "\n")
    return done.returncode == 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("bench")
    parser.add_argument("providers")
    parser.add_argument("--folder", default="build/bench")
    parser.add_argument("--count", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--hosts")
    options = parser.parse_args()
    os.makedirs(options.folder, exist_ok=True)
    if options.hosts:
        agree = bench(options, options.hosts, "Hosts of " + os.path.basename(options.hosts))
    else:
        agree = bench(options, make_hosts(options, 0.005), "As in telemetry: one host in 200 is a hit")
        agree &= bench(options, make_hosts(options, 0.5), "As in a list of indicators: half of the hosts are hits")
    if not agree:
        sys.exit("the matchers do not agree on the hits")


if __name__ == "__main__":
    main()

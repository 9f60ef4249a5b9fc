#!/usr/bin/env python3
"""Memory runs out at every stage of whole runs: each time a clear error and exit 3, no crash, no leak, no half file. TAP.

Usage: run.py BINARY [--most N]

BINARY is built with -Dfault_injection=true and sanitizers: DDNSHUNT_FAIL_ALLOC=N makes its Nth allocation, and all after it, fail.
For each command the number of allocations of a good run is found first; then N runs over all of them, or over --most of
them evenly.
"""
import argparse
import gzip
import json
import os
import subprocess
import sys
import tempfile

ROW = {"Timestamp": "2026-03-09T08:00:00.5Z", "DeviceName": "ws-1", "RemoteUrl": "a.duckdns.org", "RemotePort": 443,
       "AdditionalFields": "{\"query\":\"x\"}", "Extra": {"a": [1, 2]}}
RULE = ["scan"]
HEAVY = ["query", "DeviceNetworkEvents | where RemoteUrl matches regex @'(?i)^[a-z]+[0-9]*\\.' or AdditionalFields.query has 'x'"
         " | extend h = tolower(RemoteUrl), p = split(RemoteUrl, '.'), u = extract('(d.*)', 1, RemoteUrl)"
         " | summarize n = count(), s = make_set(h), m = arg_max(Timestamp, *) by RemotePort | sort by n asc | top 5 by n"]
LISTS = ["query", "let urls = DeviceNetworkEvents | distinct RemoteUrl; DeviceNetworkEvents | where RemoteUrl in (urls)"
         " | project RemoteUrl, Extra | take 3"]

SPILLED = ["query", "DeviceNetworkEvents | distinct RemoteUrl, RemotePort | summarize s = make_set(RemoteUrl), n = count(),"
           " m = arg_max(RemoteUrl, *) by RemotePort | sort by n asc | top 5 by n", "--memory", "1"]

SCALAR = ["query", "let bag = toscalar(DeviceNetworkEvents | summarize make_bag(bag_pack(RemoteUrl, RemotePort)));"
          " DeviceNetworkEvents | where toint(bag[RemoteUrl]) == 1 | project RemoteUrl"]


def make_inputs(folder):
    rows = [dict(ROW, RemoteUrl=f"a{i}.duckdns.org", RemotePort=i % 3) for i in range(40)]
    lines = "".join(json.dumps(r) + "\n" for r in rows) + "{broken a.duckdns.org\n"
    texts = {"rows.jsonl": lines.encode(), "rows.jsonl.gz": gzip.compress(lines.encode()),
             "results.json": json.dumps({"Schema": [], "Results": rows}, indent=2).encode(),
             "rows.csv": ("Timestamp,RemoteUrl,RemotePort,Other\n" + "".join(
                 f'2026-03-09T08:00:00Z,"a{i}.duckdns.org",{i},x\n' for i in range(40))).encode(),
             "hosts.txt": "".join(f"http://H{i}.DuckDNS.org/x\nb\u00fccher.ddns.net\n" for i in range(700)).encode(),
             "mine.tsv": "suffix\tprovider\nexample.net\tOurs\n*.example.org\tOurs\n".encode(),
             "list.dat": b"// Ours : https://ours.example\n*.example.net\n!www.example.net\nb\xc3\xbccher.example\n",
             "names.csv": b'domain,provider\n"example.net","a ""b"""\n',
             "zone.txt": b"$ORIGIN rpz.\n@ SOA a b 1 2 3 4 5\nexample.net CNAME .\n",
             "list.json": b'{"list": ["\\u0065xample.net", ".a.duckdns.org"]}',
             "filters.txt": b"||example.org^\n@@||www.example.org^\n",
             "bad.tsv": "suffix\tprovider\nexample.net\tOurs\ncom\t\nduckdns.org\tOurs\n".encode()}
    for name, data in texts.items():
        with open(os.path.join(folder, name), "wb") as f:
            f.write(data)


def make_config(folder):
    with open(os.path.join(folder, "config.yml"), "w", encoding="ascii") as f:
        f.write("allow: ['@allow.list', a1.duckdns.org]\nexclude-provider: No-IP\nexclude-local: 10.0.0.0/8\n"
                "outbound: no\nsince: 36500d\nexclude-account: [CORP\\svc*]\n")
    with open(os.path.join(folder, "allow.list"), "w", encoding="ascii") as f:
        f.write("a2.duckdns.org # approved\n*.a3.duckdns.org\n")


def runs(folder):
    """(name, arguments)"""
    at = lambda name: os.path.join(folder, name)          # noqa: E731
    yield "lines", [*RULE, "-j", "1", "--format", "ndjson", at("rows.jsonl")]
    yield "two threads", [*RULE, "-j", "2", "--block-size", "4k", "--format", "csv", at("rows.jsonl")]
    yield "gzip, to a file", [*RULE, "-j", "1", "-o", at("out.json"), at("rows.jsonl.gz")]
    yield "stream, table", [*RULE, "-j", "1", "--format", "table", at("results.json")]
    yield "csv", [*RULE, "-j", "1", "--format", "markdown", at("rows.csv")]
    yield "csv, two threads", [*RULE, "-j", "2", "--block-size", "100", "--format", "csv", at("rows.csv")]
    yield "folder, rejects", [*RULE, "-j", "1", "--rejects", at("kept"), folder]
    yield "summarize, regex, dynamic", [*HEAVY, "-j", "1", "--format", "json", at("rows.jsonl")]
    yield "temporary file", [*SPILLED, "-j", "1", "--format", "ndjson", at("rows.jsonl")]
    yield "subquery", [*LISTS, "-j", "1", "--format", "tsv", at("rows.jsonl")]
    yield "toscalar", [*SCALAR, "-j", "1", "--format", "tsv", at("rows.jsonl")]
    yield "rule", ["rule", "--allow", "a.duckdns.org", "--outbound", "-o", at("out.json")]
    yield "rule in parts", ["rule", "--for", "sentinel-analytics", "--split", "-q"]
    yield "rule, continuous", ["rule", "--for", "continuous", "--provider", "No-IP"]
    yield "watchlist", ["rule", "--format", "watchlist"]
    yield "explain", [*HEAVY, "--explain"]
    tuning = ["--config", at("config.yml"), "--exclude-device", "x*", "--where", "RemotePort != 2", "--unique"]
    yield "tuned", [*RULE, *tuning, "-j", "1", "--format", "tsv", at("rows.jsonl")]
    yield "tuned, explained", [*RULE, *tuning, "--explain"]
    yield "config", ["config", *tuning]
    yield "help", ["scan", "--help"]
    yield "lookup", ["lookup", "--format", "ndjson", "--providers", at("mine.tsv"), "A.DuckDNS.org", "-f", at("hosts.txt")]
    yield "lookup, table", ["lookup", "--format", "table", "--matched", "-f", at("hosts.txt")]
    yield "providers", ["providers", "--providers", at("mine.tsv"), "--format", "csv", "-o", at("out.json")]
    yield "providers search", ["providers", "search", "e", "--format", "table"]
    yield "providers count", ["providers", "count", "--format", "tsv"]
    yield "providers import", ["providers", "import", at("list.dat"), at("names.csv"), at("zone.txt"), "-o", at("out.json")]
    yield "providers diff", ["providers", "diff", at("list.json"), at("filters.txt"), "--format", "csv"]
    yield "providers check", ["providers", "check", at("bad.tsv")]


def execute(binary, args, nth):
    env = {**os.environ, "DDNSHUNT_FAIL_ALLOC": str(nth), "ASAN_OPTIONS": "detect_leaks=1:exitcode=99", "LC_ALL": "C.UTF-8"}
    return subprocess.run([binary, *args], stdin=subprocess.DEVNULL, capture_output=True, env=env, timeout=120, check=False)


def allocations(binary, args):
    """The smallest N with which the run is undisturbed, less one."""
    low, high = 0, 64
    while execute(binary, args, high).returncode == 3:
        low, high = high, high * 2
        if high > 1 << 24:
            raise RuntimeError("runs out of memory without end")
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if execute(binary, args, middle).returncode == 3 else (low, middle)
    return low


def complaint(done, good, out):
    """With several threads a run may need fewer allocations than another: then it must be a good one in all that it gives."""
    if good and (done.returncode, done.stdout) == (good.returncode, good.stdout):
        return None
    if done.returncode != 3:
        return f"exit {done.returncode}: {done.stderr.decode(errors='replace')[:1500]}"
    if b"out of memory" not in done.stderr:
        return f"no word of memory: {done.stderr.decode(errors='replace')[:300]}"
    if os.path.exists(out):
        return "a half-written file was left"
    return None


def check(binary, args, most, folder):
    total = allocations(binary, args)
    step = max(1, total // most)
    tried = 0
    left = os.path.join(folder, "out.json")
    good = execute(binary, args, 0) if ("-j", "2") in zip(args, args[1:]) else None
    if os.path.exists(left):                                    # of the good runs
        os.remove(left)
    for nth in range(1, total + 1, step):
        tried += 1
        found = complaint(execute(binary, args, nth), good, left)
        if found:
            return tried, total, f"allocation {nth}: {found}"
    return tried, total, None


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("binary")
    parser.add_argument("--most", type=int, default=60)
    options = parser.parse_args()
    failed = number = 0
    with tempfile.TemporaryDirectory(prefix="ddnshunt-fault-") as folder:
        make_inputs(folder)
        make_config(folder)
        for number, (name, args) in enumerate(runs(folder), 1):
            try:
                tried, total, found = check(options.binary, args, options.most, folder)
            except (RuntimeError, subprocess.TimeoutExpired) as problem:
                tried, total, found = 0, 0, str(problem)
            print(f"{'not ok' if found else 'ok'} {number} - fault: {name}: {tried} of {total} allocations made to fail")
            if found:
                failed += 1
                print("# " + found.replace("\n", "\n# "))
    print(f"1..{number}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""How much of a list of hosts the knowledge base sees, provider by provider; and which popular names it would call a user's.

Usage: coverage.py BINARY [--without-source KEY] [--popular] [--tables DIR] FILE|DIR...

Files are lists, one host or URL a line, '#' begins a comment; trails of Maltrail and MISP's warninglists (JSON) are read as
well; folders are walked. The program does the work: `scan --rule published` for the 15 suffixes of the published query,
`lookup` for the knowledge base. Distinct hosts are counted, addresses are not.

By default a Markdown table of hits of kind host. --without-source KEY: the totals again without the suffixes that only that
source names (DIR/providers.tsv says so). --popular: the names that are taken for a user's, with status 1 if there is one.
"""
import argparse
import collections
import json
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
SCHEME = re.compile(r"^[a-z][a-z0-9+.-]*://")
HOST = re.compile(r"^(?=.{4,253}$)[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)+$")
ADDRESS = re.compile(r"^[0-9.]+$")


def host_of(line):
    """The host of a line of a list, or None."""
    line = line.partition("#")[0].strip().lower()
    line = SCHEME.sub("", line)
    line = re.split(r"[/?,:\s]", line, maxsplit=1)[0].strip(".")
    return line if HOST.match(line) and not ADDRESS.match(line) else None


def files_of(paths):
    for path in paths:
        if os.path.isdir(path):
            for folder, _dirs, names in os.walk(path):
                yield from (os.path.join(folder, name) for name in sorted(names))
        else:
            yield path


def read(path):
    with open(path, encoding="utf-8", errors="replace") as f:
        if path.endswith(".json"):
            return json.load(f)["list"]
        return f.read().splitlines()


def hosts_of(paths):
    hosts, files = set(), 0
    for path in files_of(paths):
        files += 1
        hosts.update(filter(None, map(host_of, read(path))))
    return sorted(hosts), files


def run(command, text):
    done = subprocess.run(command, input=text, capture_output=True, check=False)
    if done.returncode not in (0, 10):
        sys.exit(f"{' '.join(command)}: status {done.returncode}\n{done.stderr.decode(errors='replace')}")
    return done.stdout.decode().splitlines()


def published_hits(binary, hosts):
    """Hosts that the published query finds."""
    rows = "".join(json.dumps({"RemoteUrl": host}) + "\n" for host in hosts)
    command = [binary, "scan", "--rule", "published", "--format", "ndjson", "--columns", "RemoteUrl", "-q", "-"]
    return {json.loads(line)["RemoteUrl"] for line in run(command, rows.encode())}


def known(binary, hosts):
    """host: (suffix, provider, category, kind), for those that the knowledge base knows."""
    command = [binary, "lookup", "--matched", "--format", "tsv", "--columns", "Host,Suffix,Provider,Category,Kind", "-q"]
    lines = run(command, "".join(host + "\n" for host in hosts).encode())
    return {cells[0]: cells[1:] for cells in (line.split("\t") for line in lines[1:])}


def table(path):
    rows = [line.split("\t") for line in read(path) if line and not line.startswith("#")]
    return [dict(zip(rows[0], row)) for row in rows[1:]]


def left_by(tables, key):
    """suffix: whether a source other than key names it."""
    return {row["suffix"]: row["source"] != key for row in table(os.path.join(tables, "providers.tsv"))}


def still_seen(host, category, left):
    """Is host below a suffix that is left? A longer one may be gone and a shorter one still be there."""
    labels = host.split(".")
    return category if any(left.get(".".join(labels[i:])) for i in range(1, len(labels))) else None


class Tally:
    """Hits by provider and by column of the table."""

    def __init__(self):
        self.counts = collections.defaultdict(collections.Counter)

    def add(self, provider, column):
        self.counts[provider][column] += 1
        self.counts[None][column] += 1

    def rows(self):
        providers = [p for p in self.counts if p is not None]
        yield from sorted(providers, key=lambda p: (-self.counts[p]["default"], -self.counts[p]["tunnels"], p))


def coverage(args, hosts, files):
    found, published = known(args.binary, hosts), published_hits(args.binary, hosts)
    left = left_by(args.tables, args.without_source) if args.without_source else {}
    tally, services = Tally(), 0
    for host, (_suffix, provider, category, kind) in found.items():
        if kind != "host":
            services += 1
            continue
        tally.add(provider, "tunnels")
        if host in published:
            tally.add(provider, "published")
        if category != "tunnel":
            tally.add(provider, "default")
            if still_seen(host, category, left):
                tally.add(provider, "without")
    strays = published - found.keys()
    columns = ["published", "default"] + (["without"] if args.without_source else []) + ["tunnels"]
    titles = {"published": "published", "default": "default", "tunnels": "default and tunnels",
              "without": f"default, without what only {args.without_source} names"}
    print(f"{len(hosts):,} distinct hosts in {files:,} files; {services:,} are a provider's own.\n")
    print("| provider | " + " | ".join(titles[c] for c in columns) + " |")
    print("| --- |" + " ---: |" * len(columns))
    for provider in [None, *tally.rows()]:
        cells = [f"{tally.counts[provider][c]:,}" for c in columns]
        print(f"| {provider or '**all**'} | " + " | ".join(cells) + " |")
    if strays:
        sys.exit(f"{len(strays)} hosts that the published query finds are not known, for example {sorted(strays)[:3]}")


def popular(args, hosts, files):
    found = known(args.binary, hosts)
    users = sorted(host for host, (_s, _p, category, kind) in found.items() if kind == "host" and category != "tunnel")
    services = sum(kind != "host" for _s, _p, _c, kind in found.values())
    for host in users:
        print("\t".join([host, *found[host]]))
    print(f"{len(hosts):,} popular names in {files:,} files: {len(users):,} taken for a user's, {services:,} a provider's own",
          file=sys.stderr)
    sys.exit(1 if users else 0)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary")
    parser.add_argument("paths", nargs="+", metavar="FILE|DIR")
    parser.add_argument("--without-source", metavar="KEY")
    parser.add_argument("--popular", action="store_true")
    parser.add_argument("--tables", metavar="DIR", default=os.path.join(HERE, "..", "..", "data"))
    args = parser.parse_args()
    hosts, files = hosts_of(args.paths)
    if not hosts:
        sys.exit("no hosts")
    (popular if args.popular else coverage)(args, hosts, files)


if __name__ == "__main__":
    main()

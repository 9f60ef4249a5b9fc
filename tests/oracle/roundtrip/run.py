#!/usr/bin/env python3
"""What `ddnshunt rule` prints, run by `ddnshunt query`, gives the rows that `ddnshunt scan` gives. Prints TAP.

Usage: run.py BINARY [--rows N] [--seeds N]

For each tuning and each form of the rule (products, dialects, in parts, over a watchlist): scan OPTIONS and query -f PRINTED over the
same hostile rows, all columns of all rows. Only rows whose host has non-ASCII text may differ; they are counted, and any
other is a failure (a path or a user name in other letters is no excuse). Then the other way round: a printed rule with one step taken out must give other rows, or other hosts, or the
data would not have what that step is for.
"""
import argparse
import collections
import csv
import io
import json
import os
import random
import re
import subprocess
import sys
import tempfile

import telemetry

# Entries that the shipped list does not have, for rules in the Public Suffix List's sense and lists in lists.
EXTRA = """suffix\tprovider\tcategory
wild.example\tPlain\tpublic-ddns
*.wild.example\tWild\tvendor-ddns
!www.wild.example\tWild\tvendor-ddns
deep.a.wild.example\tDeep\ttunnel
*.star.test\tStar|Bar\ttunnel
one.two.three.four.test\tFour, "Inc"\tpublic-ddns
tunnel.ddns.net\tInner\ttunnel
"""
ALLOWED = ["duckdns.org", "x-1.no-ip.org", "a.ddns.net", "*.hopto.org", "bücher.dynv6.net"]

TUNINGS = [
    [], ["--category", "all"], ["--category", "tunnel"], ["--category", "vendor-ddns"], ["--category", "public-ddns"],
    ["--provider", "No-IP"], ["--provider", "DuckDNS", "--provider", "Dynu"], ["--exclude-provider", "No-IP", "--category", "all"],
    ["--allow", "duckdns.org", "--allow", "a.ddns.net"], ["--allow", "@ALLOWED"], ["--local-net", "10.0.0.0/8", "--local-net", "2001:db8::/32"],
    ["--exclude-local", "192.168.0.0/16", "--exclude-local", "fd00::/8"], ["--outbound"], ["--outbound", "--local-net", "203.0.113.0/24"],
    ["--action", "ConnectionSuccess"], ["--since", "2026-05-02"], ["--since", "2026-05-01T12:00Z", "--until", "2026-05-03"],
    ["--where", "RemotePort in (80, 443)"], ["--where", "Kind == 'service' or MatchedSuffix has 'ddns'"],
    ["--where", "AdditionalFields.query == 'x'"], ["--where", "ddns_category(RemoteUrl) != 'vendor-ddns'"],
    ["--exclude-device", "ws-*", "--exclude-device", "srv-9"], ["--exclude-process", "updater*.exe"],
    ["--exclude-account", "svc-*", "--exclude-account", "CORP\\alice", "--exclude-account", "bob@*"], ["--unique"],
    ["--unique", "--outbound", "--category", "all", "--exclude-device", "nas", "--where", "isnotempty(RemoteHost)"],
]
# Queries of one's own, over rows that must be alike (tabs and line ends could part an escape).
SURE = r"""DeviceNetworkEvents | where isascii(RemoteUrl) and not(replace_regex(RemoteUrl, "[\\t\\n\\r]", "") matches regex "%[89a-fA-F]")"""
OWN = [
    "| summarize n = count(), p = make_set(ddns_provider(RemoteUrl)) by k = ddns_kind(RemoteUrl), c = ddns_category(RemoteUrl) | sort by n desc, k asc, c asc",
    "| where ddns_suffix(RemoteUrl) == '' | summarize dcount(ddns_host(RemoteUrl)), count() by ddns_kind(RemoteUrl)",
    "| project RemoteUrl, Timestamp, h = strlen(ddns_host(RemoteUrl)), s = toupper(ddns_suffix(RemoteUrl)) | where s != '' or ddns_category(RemoteUrl) == ''",
    "| extend RemoteHost = ddns_host(RemoteUrl) | top 50 by strcat(RemoteHost, ddns_provider(RemoteUrl), tostring(ReportId)) | project RemoteHost, ddns_kind(RemoteUrl)",
    "| where not(ddns_category(RemoteUrl) in ('public-ddns', '')) | project-away AdditionalFields | distinct ddns_provider(RemoteUrl), MatchedSuffix = ddns_suffix(RemoteUrl)",
    "| where ddns_kind(RemoteUrl) == 'service' | count",
]
FORMS = [
    [], ["--for", "custom-detection", "--no-comments"], ["--for", "continuous"], ["--for", "sentinel-hunting"],
    ["--for", "sentinel-analytics", "--split"], ["--for", "sentinel-nrt", "--watchlist", "ddns hunt_1"],
    ["--max-chars", "8000", "--split"], ["--dialect", "sentinel", "--no-comments"],
]
ROW_BY_ROW = ["--for", "continuous"]
HERE = os.path.dirname(os.path.abspath(__file__))
STEPS = os.path.join(HERE, "../host/steps.kql")
LOWERED_TO_ASCII = re.compile("[\u0130\u212a]")   # tolower() makes ASCII of these


class Program:
    def __init__(self, binary, folder):
        self.binary, self.folder = binary, folder
        self.calls = 0
        self.ascii_hosts = set()

    def call(self, *args):
        done = subprocess.run([self.binary, *args], stdin=subprocess.DEVNULL, capture_output=True, timeout=600, check=False)
        if done.returncode:
            raise RuntimeError(f"{' '.join(args)}: exit {done.returncode}: {done.stderr.decode(errors='replace')[:800]}")
        return done.stdout.decode()

    def rows(self, *args):
        return [json.loads(line) for line in self.call(*args, "-q", "--format", "ndjson").split("\n") if line]

    def run_text(self, text, path):
        self.calls += 1
        file = os.path.join(self.folder, f"rule{self.calls}.kql")
        with open(file, "w", encoding="utf-8", newline="") as f:
            f.write(text)
        return self.rows("query", "-f", file, path)


def kql_string(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def with_list(program, text, tuning):
    """The watchlist put in as a table, from the file that is to be uploaded."""
    lines = list(csv.reader(io.StringIO(program.call("rule", "--format", "watchlist", *tuning))))
    table = f"datatable({', '.join(name + ':string' for name in lines[0])})[{', '.join(kql_string(c) for r in lines[1:] for c in r)}]"
    return re.sub(r'_GetWatchlist\("[^"]*"\)', lambda _: table, text)


def texts_of(program, form, tuning):
    printed = program.call("rule", "-q", *form, *tuning)
    if "--watchlist" in form:
        printed = with_list(program, printed, tuning)
    return printed.split("\n\n")


def one_name_for_time(rows):
    return [{("Timestamp" if k == "TimeGenerated" else k): v for k, v in r.items()} for r in rows]


def ascii_hosts(program, path):
    """The RemoteUrls whose host is ASCII, by the steps of docs/hosts.md."""
    rows = program.rows("query", "-f", STEPS, path)
    return {row["RemoteUrl"] for row in rows if row["Exact"] and not LOWERED_TO_ASCII.search(row["RemoteUrl"])}


def difference(program, expected, got, ordered):
    """(how many rows differ as they may, the first that must not, in words)"""
    got = one_name_for_time(got)
    if expected and got and list(expected[0]) != list(got[0]):
        return 0, f"columns {list(got[0])}, expected {list(expected[0])}"
    may_differ = lambda row: row["RemoteUrl"] not in program.ascii_hosts                     # noqa: E731
    dump = lambda rows: [json.dumps(r) for r in rows]                                       # noqa: E731
    sure = [dump(r for r in rows if not may_differ(r)) for rows in (expected, got)]
    counts = [collections.Counter(dump(rows)) for rows in (expected, got)]
    missing, extra = counts[0] - counts[1], counts[1] - counts[0]
    for name, some in (("missing", missing), ("too much", extra)):
        wrong = [r for r in some if not may_differ(json.loads(r))]
        if wrong:
            return 0, f"{len(wrong)} rows {name} that must be alike, such as {wrong[0]}"
    if ordered and sure[0] != sure[1]:
        return 0, "the same rows in another order"
    return sum(missing.values()) + sum(extra.values()), None


class Report:
    def __init__(self):
        self.number = self.failed = 0

    def tell(self, name, problem):
        self.number += 1
        self.failed += bool(problem)
        print(f"{'not ok' if problem else 'ok'} {self.number} - oracle/roundtrip: {name.replace('#', '')}", flush=True)
        if problem:
            print("# " + problem[:1500].replace("\n", "\n# "))


def prepare(program, seed, count, extra):
    with open(os.path.join(program.folder, "extra.tsv"), "w", encoding="utf-8") as f:
        f.write(EXTRA)
    listed = list(csv.reader(io.StringIO(program.call("rule", "--format", "watchlist", "--category", "all", *extra))))[1:]
    entries = [(r[0], r[1]) for r in listed]
    special = [e for e in entries if e[1] != "suffix"] + [(n, "suffix") for n in ("a.wild.example", "b.star.test", "four.test")]
    nested = [e for e in entries if any(e[0].endswith("." + other) for other in ("duckdns.org", "ddns.net", "wild.example", "dhis.org"))]
    rng = random.Random(seed)
    chosen = rng.sample(entries, 60) + special + 3 * nested + 6 * [("cc.cd", "suffix")] + 4 * [(n, "suffix") for n in
                                                                   ("duckdns.org", "ddns.net", "hopto.org", "no-ip.org", "synology.me")]
    path = os.path.join(program.folder, f"rows{seed}.jsonl")
    with open(path, "w", encoding="utf-8") as f:
        for row in telemetry.rows(seed, count, chosen):
            f.write(json.dumps(row) + "\n")
    program.ascii_hosts = ascii_hosts(program, path)
    return path


def check_forms(program, report, seed, path, extra):
    for number, options in enumerate(TUNINGS):
        tuning = extra + [o.replace("@ALLOWED", "@" + os.path.join(program.folder, "allowed")) for o in options]
        expected = program.rows("scan", *tuning, path)
        for form in FORMS:
            # Every form with the plain rule and a few tunings; the others in turn.
            if number > 3 and "--unique" not in options and \
                    FORMS.index(form) not in (0, number % len(FORMS), (seed + number) % len(FORMS)):
                continue
            if form == ROW_BY_ROW and "--unique" in tuning:
                continue
            name = " ".join(["rule", *form, *options]) + f" (seed {seed}"
            try:
                texts = texts_of(program, form, tuning)
                got = [r for text in texts for r in program.run_text(text, path)]
                ordered = len(texts) == 1 and form != ROW_BY_ROW
                differ, problem = difference(program, expected, got, ordered)
                name += f", {len(expected)} rows, {len(texts)} queries, {differ} non-ASCII hosts differ)"
            except (RuntimeError, ValueError, subprocess.TimeoutExpired) as failure:
                problem = str(failure)
            report.tell(name, problem)


def mutants(text):
    """(what is broken, the text with it)"""
    lines = text.split("\n")
    steps = [i for i, line in enumerate(lines) if line.startswith("| extend RemoteHost = ")]
    first = lines[steps[0]]
    pattern = re.search(r'@"(?:[^"]|"")*"', first)[0]
    broken = [(f"without {lines[i][:70]}", lines[:i] + lines[i + 1:]) for i in steps[1:]]
    parts = pattern[2:-1].split("|")
    for n, part in enumerate(parts):
        if n == 1:
            continue    # what it cuts off the end is cut off once more: it is there for the reader of the steps
        rest = "|".join(parts[:n] + parts[n + 1:])
        broken.append((f"first step without {part[:20]}...{part[-3:]}", lines[:steps[0]] + [first.replace(pattern, f'@"{rest}"')] +
                       lines[steps[0] + 1:]))
    broken.append(("first step without tolower", [line.replace("tolower(replace_regex(RemoteUrl", "(replace_regex(RemoteUrl")
                                                  for line in lines]))
    swaps = [(r"\.|dot", r"\."), (r"\.|dot", "dot"), ("@|:?//?|:", ":?//?|:"), ("@|:?//?|:", "@|//?|:"), ("@|:?//?|:", "@|:?//?"), ("h[tx*_]{2}ps?|", ""),
             ("[tx*_]", "[t]"), ("f[tx]ps?|", ""), ("|wss?", ""), (r"|[/\\]{2,}|", "|"), (r"|[a-z][a-z0-9+.-]*:[/\\]{2}", ""),
             ("(?:@ssl)?", ""), ("(?:@[0-9]{1,5})?", ""), ("blob|", ""), ("view-source", "view"), (".,;()", "."),
             (r"[^/\\?#]*", r"[^/?#]*"), (r"[^/\\?#]*", r"[^/\\#]*"), (r"[^/\\?#]*", r"[^/\\?]*"), (r"(?::.*)?$", "$"), ("(?:%.*)?$", "$"),
             ("2[de]|", ""), ("|3[0-9]", ""), ("[46][1-9a-f]", "6[1-9a-f]"), ("5[0-9af]", "5[0-9a]"), ('"+", "%2b"', '"+", "+"'),
             ('"%", "%25"', '"%", "%"'), ("tolower(url_decode(", "(url_decode("), ("|0x[0-9a-f]*", ""), ("[0-9]+|0x", "0x"), (r"(?:.*\.)?(?:", r"(?:.*\.)(?:"),
             ("isnotnull(DdnsServices[RemoteHost]), RemoteHost, ", ""), ("isnotnull(DdnsServices[RemoteHost]) or ", ""),
             ("case(isnotnull(DdnsServices[RemoteHost]), DdnsServices[RemoteHost], DdnsSuffixes[MatchedSuffix])", "DdnsSuffixes[MatchedSuffix]"),
             ("RemoteHost == MatchedSuffix", "false"), ("isnotnull(DdnsSuffixes[Suffix3]), Suffix3, ", ""), ("isnotnull(DdnsSuffixes[Suffix2]), Suffix2, ", "")]
    for old, new in swaps:
        if old not in text:
            raise RuntimeError(f"the printed rule has no {old}: the mutants are out of date")
        broken.append((f"{new or 'nothing'} for {old}", text.replace(old, new).split("\n")))
    return [(name, "\n".join(changed)) for name, changed in broken]


def check_own(program, report, path, extra):
    for number, query in enumerate(OWN):
        file = os.path.join(program.folder, f"own{number}.kql")
        with open(file, "w", encoding="utf-8") as f:
            f.write(SURE + "\n" + query)
        expected = [list(row.values()) for row in program.rows("query", "-f", file, *extra, path)]
        for form in FORMS[0], FORMS[3], FORMS[5], ["--max-chars", "70000"]:
            try:
                (text,) = texts_of(program, form, ["-f", file, *extra])
                # Columns without a name are called after what stands in them: only their values are looked at.
                got = [list(row.values()) for row in program.run_text(text, path)]
                problem = None if got == expected else f"{len(got)} rows, expected {len(expected)}, or others: {got[:3]}, {expected[:3]}"
            except (RuntimeError, ValueError) as failure:
                problem = str(failure)
            report.tell(f"rule {' '.join(form)} -f '{query}' ({len(expected)} rows)", problem)


def host_difference(program, text, path):
    """The printed steps against ddns_host(), for rows that are no hits as well."""
    steps = [line for line in text.split("\n") if line.startswith("| extend RemoteHost = ")]
    ask = "DeviceNetworkEvents\n| where isnotempty(RemoteUrl)\n"
    got = program.run_text(ask + "\n".join(steps) + "\n| project RemoteUrl, RemoteHost", path)
    expected = program.run_text(ask + "| project RemoteUrl, RemoteHost = ddns_host(RemoteUrl)", path)
    return difference(program, expected, got, True)


def check_mutants(program, report, path, extra):
    expected = program.rows("scan", *extra, path)
    text = texts_of(program, ["--no-comments"], extra)[0]
    differ, problem = host_difference(program, text, path)
    report.tell(f"the printed steps give ddns_host(RemoteUrl) ({differ} non-ASCII hosts differ)", problem)
    for name, broken in mutants(text):
        try:
            _, hits = difference(program, expected, program.run_text(broken, path), False)
            _, hosts = (0, None) if hits else host_difference(program, broken, path)
            found = None if hits or hosts else "no row tells"
            name += " (by a hit)" if hits else " (by a host)" if hosts else ""
        except RuntimeError as failure:
            found = str(failure)
        report.tell(f"caught: {name}", found)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("binary")
    parser.add_argument("--rows", type=int, default=6000)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--no-mutants", action="store_true")
    options = parser.parse_args()
    report = Report()
    with tempfile.TemporaryDirectory() as folder:
        program = Program(os.path.abspath(options.binary), folder)
        extra = ["--providers", os.path.join(folder, "extra.tsv")] if has_providers(program) else []
        with open(os.path.join(folder, "allowed"), "w", encoding="utf-8") as f:
            f.write("# approved\n" + "\n".join(ALLOWED) + "\n")
        for seed in range(1, options.seeds + 1):
            path = prepare(program, seed, options.rows, extra)
            check_forms(program, report, seed, path, extra)
            check_own(program, report, path, extra)
        if not options.no_mutants:
            check_mutants(program, report, path, [])
    print(f"1..{report.number}")
    sys.exit(1 if report.failed or not report.number else 0)


def has_providers(program):
    return "--providers" in program.call("rule", "--help")


if __name__ == "__main__":
    main()

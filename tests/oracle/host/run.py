#!/usr/bin/env python3
"""host_extract() against the same 13 steps written as plain KQL, which our engine runs: steps.kql, one a line, and rules/host.kql,
which the printed rules have. Prints TAP.

Usage: run.py BINARY [--seeds N] [--count TEXTS]

Where the host is ASCII both must give the same name, whatever the text; a text with a non-ASCII host may differ, and those
are counted. host-extract is a tool of the build, beside the binary.
"""
import argparse
import json
import os
import random
import re
import subprocess
import sys

import corpus

HERE = os.path.dirname(os.path.abspath(__file__))
STEPS = os.path.join(HERE, "steps.kql")
PRINTED = os.path.join(HERE, "../../../rules/host.kql")
# tolower() makes ASCII of these two, host_extract() only of A-Z.
LOWERED_TO_ASCII = ("\u0130", "\u212a")


def read(path):
    with open(path, encoding="utf-8") as f:
        return f.read()


def ask_kql(binary, query, texts):
    lines = "".join(json.dumps({"RemoteUrl": text}) + "\n" for text in texts)
    done = subprocess.run([binary, "query", "-q", "--format", "ndjson", query], input=lines.encode(), capture_output=True, timeout=600,
                          check=False)
    if done.returncode:
        raise RuntimeError(f"query: exit {done.returncode}: {done.stderr.decode()[:500]}")
    return [json.loads(line) for line in done.stdout.decode().split("\n") if line]


def ask_tool(binary, texts):
    tool = os.path.join(os.path.dirname(os.path.abspath(binary)), "tests/oracle/host/host-extract")
    done = subprocess.run([tool], input=b"".join(text.encode() + b"\xff" for text in texts), capture_output=True, timeout=600, check=False)
    if done.returncode:
        raise RuntimeError(f"{tool}: exit {done.returncode}: {done.stderr.decode()[:500]}")
    return [answer.decode().partition(" ")[2] for answer in done.stdout.split(b"\xff")[:-1]]


def compare(binary, texts):
    rows, names = ask_kql(binary, read(STEPS), texts), ask_tool(binary, texts)
    printed = ask_kql(binary, read(PRINTED) + "| project RemoteUrl, RemoteHost", texts)
    problems = []
    exact = named = 0
    if [row["RemoteUrl"] for row in rows] != texts or [row["RemoteUrl"] for row in printed] != texts or len(names) != len(texts):
        return f"{len(texts)} texts gave {len(rows)} and {len(printed)} rows and {len(names)} names", exact, named
    for row, other, name in zip(rows, printed, names):
        if not row["Exact"] or any(char in row["RemoteUrl"] for char in LOWERED_TO_ASCII):
            continue
        exact += 1
        named += name != ""
        if not row["Host"] == other["RemoteHost"] == name:
            problems.append(f"{row['RemoteUrl']!r}: KQL {row['Host']!r}, printed {other['RemoteHost']!r}, host_extract {name!r}")
    if exact < len(texts) * 0.7 or named < len(texts) * 0.4:
        problems.append(f"only {exact} of {len(texts)} texts have an ASCII host, {named} a name")
    return "\n".join(problems[:10] + [f"{len(problems)} differ"] if problems else []), exact, named


def replaces_in_any_way(seed, count):
    """Step 11 must not depend on whether an engine replaces one lookup after the other or all at once."""
    lookups, rewrites = (json.loads(found) for found in re.findall(r"dynamic\((\[.*?\])\)", read(STEPS), re.DOTALL))
    if len(lookups) != 65 or len(rewrites) != 65:
        return f"{len(lookups)} lookups, {len(rewrites)} rewrites"
    table = dict(zip(lookups, rewrites))
    rng = random.Random(seed)
    for _ in range(count):
        text = "".join(rng.choice("%%%%%%%0123456789abcdef.-_g") for _ in range(rng.randrange(3, 16)))
        in_turn = text
        for lookup, rewrite in table.items():
            in_turn = in_turn.replace(lookup, rewrite)
        at_once = re.sub("%[0-9a-f]{2}", lambda found: table.get(found[0], found[0]), text)
        if in_turn != at_once:
            return f"{text!r}: one after the other {in_turn!r}, at once {at_once!r}"
    return ""


def documented():
    """docs/hosts.md is the specification: its expressions are those of steps.kql, all of them and in their order."""
    used = [found.replace('""', '"') for found in re.findall(r'(?:replace_regex|extract)\([^@]*@"((?:[^"]|"")*)"', read(STEPS))]
    text = read(os.path.join(HERE, "../../../docs/hosts.md"))
    marks = re.search(r"`MARK` stands for the inside of a class:\n(.*?),\n", text)[1].replace("` `` ` `` `", "`").strip("`")
    table = text[text.index("| step |"):text.index("`.` in an expression")]
    cells = [re.split(r" (?<!\\)\| ", row)[2] for row in table.splitlines()[2:] if row]
    written = [cell.strip("`").replace("\\|", "|").replace("MARK", marks) for cell in cells if cell.startswith("`")]
    return "" if written == used and len(used) == 13 else f"docs/hosts.md {written}\nsteps.kql {used}"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("binary")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--count", type=int, default=20000)
    args = parser.parse_args()
    number = failed = 0

    def tell(what, problem):
        nonlocal number, failed
        number += 1
        failed += bool(problem)
        print(f"{'not ok' if problem else 'ok'} {number} - oracle/host: {what}")
        if problem:
            print("# " + problem.replace("\n", "\n# "))

    tell("docs/hosts.md has the expressions of steps.kql", documented())
    tell("the escapes of step 11 may be replaced in turn or at once", replaces_in_any_way(1, 100000))
    tell("long texts", compare(args.binary, corpus.long_texts(20000))[0])
    for seed in range(1, args.seeds + 1):
        problem, exact, named = compare(args.binary, corpus.texts(seed, args.count))
        tell(f"seed {seed}: {exact} texts with an ASCII host, {named} with a name", problem)
    print(f"1..{number}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()

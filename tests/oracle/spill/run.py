#!/usr/bin/env python3
"""What a query gives when its rows and groups go to a temporary file must be, byte for byte, what it gives in memory.

Usage: run.py BINARY [--seeds N]

Rows of all types (nulls, equal keys, long texts, nested values) go through each operator and each aggregate with
several sizes of --memory, from one byte up: with that, all is written after every second row or group. One with enough
memory is the measure. Prints TAP.
"""
import json
import random
import subprocess
import sys
import tempfile

BUDGETS = ["1", "9K", "40K", "300K"]

ORDERS = ["text asc", "whole desc, text asc", "ratio asc nulls last, whole desc nulls first", "at desc",
          "lasts asc, flag desc", "id asc", "exact desc", "strlen(text) desc, tolower(text) asc", "tostring(nested) asc"]
KEYS = ["whole", "text", "ratio", "at", "exact", "id", "flag", "lasts", "tostring(nested)", "whole, text", "flag, small",
        "bin(whole, 10), tolower(text)"]
AGGREGATES = [
    "count()", "countif(flag)", "dcount(text)", "dcountif(whole, flag)", "count_distinct(ratio)", "sum(ratio)", "sum(whole)",
    "sum(exact)", "sum(lasts)", "avg(ratio)", "avgif(ratio, flag)", "stdev(ratio)", "variancep(ratio)", "min(text)", "max(at)",
    "minif(exact, flag)", "max(lasts)", "arg_max(whole, *)", "arg_min(ratio, text, nested)", "take_any(*)", "take_any(text)",
    "make_list(text)", "make_list(nested)", "make_list_with_nulls(whole)", "make_list_if(ratio, flag, 5)", "make_set(small)",
    "make_set(nested)", "make_set_if(text, flag)", "make_bag(bag)", "make_dictionary(bag)",
]


def nested(rng, depth=0):
    kind = rng.randrange(8 if depth < 3 else 5)
    if kind == 0:
        return None
    if kind == 1:
        return rng.randrange(5)
    if kind == 2:
        return rng.choice([0.5, -1e300, 1e-9])
    if kind == 3:
        return rng.choice(["", "a", "\u00e9\u20ac" * rng.randrange(4), "x" * rng.randrange(300)])
    if kind == 4:
        return rng.random() < 0.5
    if kind < 7:
        return [nested(rng, depth + 1) for _ in range(rng.randrange(4))]
    return {rng.choice("abcdef"): nested(rng, depth + 1) for _ in range(rng.randrange(4))}


def rows(rng, count):
    for number in range(count):
        row = {  # with what tells the format
            "Timestamp": "2024-01-01T00:00:00Z",
            "ActionType": "ConnectionSuccess",
            "number": number,
            "whole": rng.choice([None, 0, -1, 2**62, rng.randrange(40), rng.randrange(10**6)]),
            "small": rng.randrange(7),
            "ratio": rng.choice([None, 0.1, -0.0, 1e308, 1e-308, rng.random(), "NaN", "Infinity", rng.randrange(5)]),
            "exact": rng.choice([None, "0.1", "123456789.123456789123456789", str(rng.randrange(100))]),
            "text": rng.choice(["", "b", "B", "\u00e9", "long " * rng.randrange(60), "t%d" % rng.randrange(300)]),
            "flag": rng.choice([None, True, False]),
            "at": rng.choice([None, "2024-01-%02dT00:00:00.%07dZ" % (rng.randrange(1, 29), rng.randrange(10**7))]),
            "lasts": rng.choice([None, "%d.01:02:03" % rng.randrange(9)]),
            "id": rng.choice([None, "00000000-0000-0000-0000-%012d" % rng.randrange(50)]),
            "nested": nested(rng),
            "bag": rng.choice([None, {"k%d" % rng.randrange(20): rng.randrange(9), "l": nested(rng)}]),
        }
        yield {key: value for key, value in row.items() if value is not None}


COLUMNS = ["number:long", "whole:long", "small:int", "ratio:real", "exact:decimal", "text:string", "flag:bool",
           "at:datetime", "lasts:timespan", "id:guid", "nested:dynamic", "bag:dynamic"]
SHOWN = ", ".join(column.split(":")[0] for column in COLUMNS)


def queries(rng):
    base = f"DeviceNetworkEvents | project {SHOWN}"
    for order in ORDERS:
        yield f"{base} | sort by {order}"
        yield f"{base} | top {rng.choice([1, 3, 200, 1500, 100000])} by {order.split(',')[0]}"
    for keys in KEYS:
        yield f"{base} | summarize by {keys}" if "(" in keys else f"{base} | distinct {keys}"
        for aggregate in rng.sample(AGGREGATES, 6):
            yield f"{base} | summarize {aggregate} by {keys}"
        several = [aggregate for aggregate in rng.sample(AGGREGATES, 5) if not aggregate.startswith(("arg_", "take_"))]
        yield f"{base} | summarize {', '.join(f'a{i} = {a}' for i, a in enumerate(several))} by {keys}"
    for aggregate in AGGREGATES:
        yield f"{base} | summarize {aggregate}"
        yield f"{base} | summarize {aggregate} by whole"
    yield f"{base} | distinct text, whole | sort by whole asc | take 70"
    yield f"{base} | distinct text | take 3"
    yield f"{base} | summarize n = count() by text | sort by n desc, text asc | summarize make_list(text) by n"
    yield f"{base} | where text in (DeviceNetworkEvents | where small == 1 | distinct text) | sort by ratio desc"


def run(binary, path, query, memory):
    command = [binary, "query", "-q", "--format", "ndjson", "--memory", memory, "-j", "1"]
    for column in COLUMNS:
        command += ["--column", column]
    done = subprocess.run(command + [query, path], capture_output=True, timeout=300, check=False)
    return done.returncode, done.stdout, done.stderr


def main():
    binary, *rest = sys.argv[1:]
    seeds = int(rest[rest.index("--seeds") + 1]) if "--seeds" in rest else 1
    number = failed = 0
    for seed in range(seeds):
        rng = random.Random(seed)
        with tempfile.NamedTemporaryFile("w", suffix=".jsonl", encoding="utf-8") as file:
            for row in rows(rng, 2000):
                file.write(json.dumps(row) + "\n")
            file.flush()
            for query in queries(rng):
                expected = run(binary, file.name, query, "1G")
                told = "" if expected[0] == 0 and expected[1] else f"exit {expected[0]}: {expected[2].decode()[:300]}"
                for memory in BUDGETS:
                    got = run(binary, file.name, query, memory) if not told else expected
                    if got != expected:
                        told = f"--memory {memory}: exit {got[0]}, {len(got[1])} bytes for {len(expected[1])}: " \
                               f"{got[2].decode()[:300]}"
                number += 1
                failed += bool(told)
                print(f"{'not ok' if told else 'ok'} {number} - spill/{seed}: {query.replace('#', ' ')}")
                if told:
                    print("# " + told.replace("\n", "\n# "), flush=True)
    print(f"1..{number}")
    sys.exit(1 if failed or not number else 0)


if __name__ == "__main__":
    main()

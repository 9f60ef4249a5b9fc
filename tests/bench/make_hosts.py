#!/usr/bin/env python3
"""Writes host names and URLs, one a line, always the same for the same seed: what lookup is measured with.

Usage: make_hosts.py FILE [--count N] [--seed N]

One in five is below a suffix of data/providers.tsv. Of all lines eight in ten are bare names as a resolver's log has them, one
in ten is a URL, one in twenty is in mixed case, one in twenty has a port or a last dot. Lengths are those of names in logs: most
from 15 to 40 bytes, one in fifty over 100.
"""
import argparse
import os
import random

HERE = os.path.dirname(os.path.abspath(__file__))
WORDS = ("www api cdn mail update static img login portal edge node data cloud app web shop news dev test home office vpn "
         "remote camera nas router backup sync telemetry metrics events config content assets video stream player ads track "
         "pixel tag search maps drive docs auth accounts secure pay wallet bank store files download").split()
TLDS = ("com com com com com com net net net org org io co de uk fr jp ru br info biz cn in it nl pl us eu me tv app dev "
        "co.uk com.au com.br co.jp").split()


def suffixes():
    with open(os.path.join(HERE, "..", "..", "data", "providers.tsv"), encoding="utf-8") as table:
        rows = [line.rstrip("\n").split("\t") for line in table if line.strip() and not line.startswith("#")]
    return [row[0] for row in rows[1:] if row[0][0] not in "*!"]


def name(rng):
    return rng.choice(WORDS) + rng.choice(("", "", "-" + rng.choice(WORDS), str(rng.randrange(1000))))


def host(rng, known):
    if rng.random() < 0.2:
        tail = rng.choice(known)
    else:
        tail = f"{rng.choice(WORDS)}{rng.choice(WORDS)}.{rng.choice(TLDS)}"
    labels = [name(rng) for _ in range(rng.choice((1, 1, 1, 2, 2, 3)))]
    if rng.random() < 0.02:
        labels += ["%032x" % rng.getrandbits(128) for _ in range(rng.choice((2, 3, 4)))]
    return ".".join(labels + [tail])


def disguise(text, rng):
    at = rng.random()
    if at < 0.80:
        return text
    if at < 0.90:
        return f"{rng.choice(('http', 'https'))}://{text}/{name(rng)}/{name(rng)}.html?id={rng.randrange(10**6)}"
    if at < 0.95:
        return "".join(c.upper() if rng.random() < 0.5 else c for c in text)
    return text + rng.choice((":443", ":8080", "."))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("file")
    parser.add_argument("--count", type=int, default=10**6)
    parser.add_argument("--seed", type=int, default=4)
    options = parser.parse_args()
    rng = random.Random(options.seed)
    known = suffixes()
    with open(options.file, "w", encoding="ascii") as out:
        for _ in range(options.count):
            out.write(disguise(host(rng, known), rng) + "\n")


if __name__ == "__main__":
    main()

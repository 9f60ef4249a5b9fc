#!/usr/bin/env python3
"""A file of host names, made from a seed: make_hosts.py OUTPUT [--count N] [--hits SHARE] [--dressed SHARE] [--seed N]

Most are names as they stand in telemetry: few names very often, many seldom, one to five labels. The share of hits is below
suffixes of data/providers.tsv, and as many again look like one and are not. Of the dressed ones half are URLs, a quarter is in
mixed case, a quarter has a port or a last dot.
"""
import argparse
import os
import random

PROVIDERS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "data", "providers.tsv")

WORDS = """account ads analytics api app assets auth backup beacon blog cache calendar cdn chat client cloud config connect
content data delivery dev dist docs download drive edge events feed files gateway graph help host id image img login mail
media metrics mobile music news node notify office online panel pay photo play portal proxy push relay report safe search
secure server service shop sign site smtp sso static status storage stream support sync system tag telemetry test time token
tools track traffic update upload user video vpn watson web work world""".split()
TLDS = "com com com com com net net org io de co.uk fr ru cn com.br co.jp it eu info nl app dev local internal corp.example".split()


def name(rng):
    return rng.choice(WORDS) + rng.choice(["", "", "-", str(rng.randrange(100))]) + rng.choice(["", "", rng.choice(WORDS)])


def clean(label):
    return label.strip("-")


def site(rng):
    return clean(name(rng)) + "." + rng.choice(TLDS)


def hosts(rng, suffixes, count, share):
    sites = [site(rng) for _ in range(20000)]
    popular = [".".join(filter(None, [clean(name(rng)) if rng.random() < 0.8 else "", s])) for s in sites[:2000]]
    for _ in range(count):
        kind = rng.random()
        if kind < share:
            yield clean(name(rng)) + "." + ("" if rng.random() < 0.8 else clean(name(rng)) + ".") + rng.choice(suffixes)
        elif kind < 2 * share:
            suffix = rng.choice(suffixes)
            yield rng.choice([f"x{suffix}", f"{suffix}.{site(rng)}", f"a.{suffix}x"])
        elif kind < 0.5 + share:
            yield popular[min(int(rng.expovariate(1 / 200)), len(popular) - 1)]
        else:
            yield ".".join([clean(name(rng)) for _ in range(rng.choice([0, 1, 1, 1, 2, 3]))] + [rng.choice(sites)])


def dressed(host, rng):
    kind = rng.random()
    if kind < 0.5:
        return f"{rng.choice(('http', 'https'))}://{host}/{name(rng)}/{name(rng)}.html?id={rng.randrange(10**6)}"
    if kind < 0.75:
        return "".join(c.upper() if rng.random() < 0.5 else c for c in host)
    return host + rng.choice((":443", ":8080", "."))


def suffixes_of(path):
    with open(path, encoding="utf-8") as f:
        rows = [line.split("\t")[0] for line in f if line.strip() and not line.startswith("#")][1:]
    return [row for row in rows if row[0] not in "*!"]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("output")
    parser.add_argument("--count", type=int, default=1_000_000)
    parser.add_argument("--hits", type=float, default=0.005)
    parser.add_argument("--dressed", type=float, default=0.0)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    rng = random.Random(options.seed)
    with open(options.output, "w", encoding="ascii") as out:
        for host in hosts(rng, suffixes_of(PROVIDERS), options.count, options.hits):
            out.write((dressed(host, rng) if rng.random() < options.dressed else host) + "\n")


if __name__ == "__main__":
    main()

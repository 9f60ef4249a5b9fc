#!/usr/bin/env python3
"""Every road to an answer against the slow one, over generated hostile inputs. Prints TAP.

Usage: run.py BINARY [--seeds N] [--rows N] [--first SEED] [--roads N] [--kind KIND] [--keep FOLDER]

The slow road is DDNSHUNT_FAST=off (each record parsed whole, the query as it is written), the generic kernels, one thread, a file.
The base road is the fast one with generic kernels, one thread, the usual blocks. Then each input and question is asked again by
--roads others, drawn from the seed: any kernel, blocks from one byte up (so that their borders cut rows, keys and escapes
everywhere), 1 to 16 threads, a file, a pipe, compressed.

  a road, the base road    the same standard output, summary, notes, rejects and exit status
  the base, the slow one   the same for clean inputs; of spoilt ones a row that is ruled out need not be looked at, so: the same
                           results, as many records in all, and no reject that the slow road does not have
  --strict, the slow one   the same for clean inputs; of spoilt ones the slow one is strict too, as then all is looked at

Besides the questions that are always asked there are some drawn from the seed (questions.py), with --stats: what it counts, cells
decoded by column and rows by operator, must be the same by each road.

A difference is cut down to the few records that matter, and told with the command.
"""
import argparse
import bz2
import collections
import concurrent.futures
import gzip
import itertools
import lzma
import os
import platform
import random
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import hostile      # noqa: E402
import questions      # noqa: E402

Road = collections.namedtuple("Road", "fast strict kernel block threads packing pipe")
SLOW = Road(False, False, "generic", 1 << 20, 1, "plain", False)
BASE = SLOW._replace(fast=True)

PACKINGS = {
    "plain": ("", lambda data: data),
    "gzip": (".gz", lambda data: gzip.compress(data, 1)),
    "gzip members": (".gz", lambda data: b"".join(gzip.compress(data[i:i + 3001], 1) for i in range(0, len(data), 3001))),
    "bzip2": (".bz2", lambda data: bz2.compress(data, 1)),
    "xz": (".xz", lambda data: lzma.compress(data, preset=0)),
}


def kernels():
    """(name, why not or None) of every kernel that this build may have."""
    if platform.machine() in ("aarch64", "arm64"):
        return [("generic", None), ("neon", None)]
    with open("/proc/cpuinfo", encoding="ascii", errors="replace") as info:
        flags = set(re.search(r"^flags\s*:(.*)$", info.read(), re.M)[1].split())
    basic = {"bmi1", "bmi2", "popcnt", "pclmulqdq"}
    needs = {"generic": set(), "avx2": basic | {"avx2"}, "avx512": basic | {"avx512f", "avx512bw"},
             "avx512vbmi": basic | {"avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vbmi", "gfni", "vpclmulqdq"}}
    return [(name, None if wanted <= flags else f"this CPU lacks {' '.join(sorted(wanted - flags))}") for name, wanted in needs.items()]


DRAWN = 5      # questions for each input

# A byte at a time is for inputs that are short: of long ones each block reads some KiB behind it.
LONG_BYTES, LONG_BLOCK = 1 << 18, 1 << 12


def roads(rng, count, names, no_pipe):
    """The first few make sure of each kernel, of blocks of a row and of many threads; the others are drawn."""
    yield BASE._replace(kernel=names[-1], block=1, threads=16)
    yield BASE._replace(kernel=names[-1])
    for kernel in names[1:-1]:
        yield BASE._replace(kernel=kernel, block=rng.choice([1, 64, 4096]), threads=2)
    for _ in range(count):
        packing = rng.choice(["plain"] * 5 + list(PACKINGS))
        yield BASE._replace(kernel=rng.choice(names), packing=packing, pipe=not no_pipe and rng.random() < 0.3,
                            block=rng.choice([1, rng.randrange(1, 64), rng.randrange(64, 3000), rng.randrange(3000, 1 << 17), 1 << 20]),
                            threads=rng.choice([1, 2, 3, 4, 8, 16]))


# What --stats says of the machine and of the road; what it says of the work must be the same.
STATS_OF_THE_ROAD = re.compile(rb"^(kernel: .*|bytes as stored: .*|time by thread:|  *[\d.]+ s of work, .*|  .* read [\d,]+ blocks?)\n"
                               rb"| *[\d.]+ s +\d+ %| of [\d.]+ s of work", re.M)
STATS = re.compile(rb"^(records parsed whole|cells decoded|time by stage)(.*\n(  .*\n)*)", re.M)


class Answer(collections.namedtuple("Answer", "status out err rejects")):
    def records(self):
        """How many records there were in all: rows of the table, and of others."""
        found = [re.search(p, self.err) for p in (rb"([\d,]+) rows? read", rb"([\d,]+) rows? of other tables")]
        return sum(int(m[1].replace(b",", b"")) for m in found if m)


def write(path, data):
    with open(path, "wb") as f:
        f.write(data)


class Asker:
    """Asks the program about one input, which lies in a folder of its own in each packing."""

    def __init__(self, binary, folder, ext, data, options):
        self.binary, self.folder, self.ext, self.data, self.options = binary, folder, ext, data, options
        self.numbers = itertools.count()
        os.makedirs(folder, exist_ok=True)
        self.paths = {}

    def path(self, packing):
        if packing not in self.paths:
            suffix, pack = PACKINGS[packing]
            folder = os.path.join(self.folder, packing.replace(" ", "-"))
            os.makedirs(folder, exist_ok=True)
            self.paths[packing] = path = os.path.join(folder, f"in.{self.ext}")
            if isinstance(self.data, list):
                os.mkdir(path)
                for i, (ext, data) in enumerate(self.data):
                    write(os.path.join(path, f"{i:02}.{ext}{suffix}"), pack(data))
            else:
                self.paths[packing] += suffix
                write(self.paths[packing], pack(self.data))
        return self.paths[packing]

    def command(self, args, road, rejects="rejects"):
        command = [self.binary, *args, "--format", "ndjson", "--no-config", "-j", str(road.threads), "--block-size", str(road.block),
                   "--rejects", rejects, *self.options]
        environment = {"DDNSHUNT_SIMD": road.kernel, "DDNSHUNT_FAST": "on" if road.fast else "off"}
        return command + (["--strict"] if road.strict else []) + ([] if road.pipe else [self.path(road.packing)]), environment

    def ask(self, args, road):
        path = self.path(road.packing)
        rejects = os.path.join(self.folder, f"rejects{next(self.numbers)}")
        command, environment = self.command(args, road, rejects)
        with open(path if road.pipe else os.devnull, "rb") as data:
            done = subprocess.run(command, stdin=data, capture_output=True, env={**os.environ, **environment}, timeout=300, check=False)
        kept = b""
        if os.path.exists(rejects):
            with open(rejects, "rb") as f:
                kept = f.read()
            os.unlink(rejects)
        err = re.sub(rb" in \d[\d.]* s, .*/s", b"", done.stderr).replace(path.encode(), b"INPUT")
        err = re.sub(rb"(INPUT/\d\d\.\w+)\.\w+", rb"\1", err)
        err = re.sub(STATS_OF_THE_ROAD, b"", err)
        # A pipe can't be read again to tell what the tuning hides.
        err = re.sub(rb"^ddnshunt: the tuning .*\n", b"", err, flags=re.M)
        err = re.sub(rb"^ddnshunt: standard input:", b"ddnshunt: INPUT:", err, flags=re.M)
        err = re.sub(rb"^(ddnshunt: INPUT\S*: \w+), .*$", rb"\1", err, flags=re.M)      # --stats tells how it is compressed
        # Provenance names the input as it was given.
        out = done.stdout.replace(path.encode(), b"INPUT").replace(b'"SourceFile":"-"', b'"SourceFile":"INPUT"')
        out = re.sub(rb'("INPUT/\d\d\.\w+)\.\w+"', rb'\1"', out)
        return Answer(done.returncode, out, err, kept)


# --- comparing ---

def first_difference(name, got, expected):
    if got == expected:
        return None
    g, e = got.split(b"\n"), expected.split(b"\n")
    at = next((i for i, (a, b) in enumerate(zip(g, e)) if a != b), min(len(g), len(e)))
    show = [repr(x[at][:300] if at < len(x) else b"nothing more") for x in (g, e)]
    return f"{name}, line {at + 1} of {len(g)} and {len(e)}: {show[0]}, the reference has {show[1]}"


def same(got, expected, whole):
    """Byte for byte; of an early end only the results."""
    found = first_difference("output", got.out, expected.out)
    if not found and got.status not in (0, 1):
        found = f"exit {got.status}: {got.err[:400]!r}"
    if found or not whole:
        return found
    if got.status != expected.status:
        return f"exit {got.status}, the reference has {expected.status}"
    return first_difference("rejects", got.rejects, expected.rejects) or \
        first_difference("messages", got.err, expected.err)


def fits(base, slow, whole):
    """What must be the same though the slow road looks at more."""
    found = first_difference("output", base.out, slow.out)
    if found or not whole:
        return found
    if base.records() != slow.records():
        return f"{base.records()} records, the slow road has {slow.records()}"
    left = iter(slow.rejects.split(b"\n"))
    for kept in base.rejects.split(b"\n"):
        if not any(kept == other for other in left):
            return f"a reject that the slow road does not have there: {kept[:300]!r}"
    return None


def without_values(answer):
    """How many values were of a wrong type depends on which were looked at, and so does what --stats tells."""
    return answer._replace(err=STATS.sub(b"", re.sub(rb"^[\d,]+ values? of another type.*\n", b"", answer.err, flags=re.M)))


class Check:
    """One question about one input by one road."""

    def __init__(self, question, road, reference, clean):
        self.name, self.args, self.whole = question
        self.road, self.reference, self.clean = road, reference, clean

    def difference(self, asker, reference=None):
        got = asker.ask(self.args, self.road)
        reference = reference or asker.ask(self.args, self.reference)
        if self.reference.fast:
            return same(got, reference, self.whole)
        if self.clean or self.reference.strict:
            return same(without_values(got), without_values(reference), self.whole)
        return fits(got, reference, self.whole)


def checks(rng, made, names, count):
    long = sum(map(len, made.pieces)) > LONG_BYTES
    for question in questions.QUESTIONS + list(questions.drawn(rng, DRAWN)):
        yield Check(question, BASE, SLOW, made.clean)
        if made.clean:
            yield Check(question, BASE._replace(strict=True, kernel=names[-1]), SLOW, True)
        elif rng.random() < 0.3:
            block = max(rng.choice([1, 50, 3000, 1 << 20]), LONG_BLOCK if long else 1)
            yield Check(question, BASE._replace(strict=True, kernel=rng.choice(names), block=block, threads=rng.choice([1, 2, 16])),
                        SLOW._replace(strict=True), False)
        for road in roads(rng, count, names, question[0] in questions.TWICE or made.ext == "d"):
            if long:
                road = road._replace(block=max(road.block, LONG_BLOCK))
            yield Check(question, road, BASE, made.clean)


def reduce(check, made, binary, folder, options, budget=400):
    """As few of the input's pieces as still differ, as an asker of them."""
    tries = itertools.count()

    def differs(pieces):
        number = next(tries)
        if number >= budget or not pieces:
            return None
        asker = Asker(binary, os.path.join(folder, str(number)), made.ext, made.data(pieces), options)
        try:
            if check.difference(asker):
                return asker
        except subprocess.TimeoutExpired:
            pass
        shutil.rmtree(asker.folder, ignore_errors=True)
        return None

    pieces, step = list(made.pieces), max(1, len(made.pieces) // 2)
    best = differs(pieces)
    while best and step:
        at = 0
        while at < len(pieces):
            fewer = pieces[:at] + pieces[at + step:]
            smaller = differs(fewer)
            if smaller:
                pieces, best = fewer, smaller
            else:
                at += step
        step //= 2
    return best, pieces


def tell(check, made, options, found, binary, folder, keep):
    best, pieces = reduce(check, made, binary, folder, options)
    lines = [f"{made.name}: {check.name}: {found}"]
    if best:
        command, environment = best.command(check.args, check.road)
        data = best.data
        if keep:
            os.makedirs(keep, exist_ok=True)
            kept = os.path.join(keep, re.sub(r"\W+", "-", made.name + " " + check.name) + "." + made.ext)
            shutil.rmtree(kept, ignore_errors=True)
            (shutil.copytree if made.ext == "d" else shutil.copyfile)(best.path("plain"), kept)
            command = [kept if w == best.path(check.road.packing) else w for w in command]
        words = [f"{k}={v}" for k, v in environment.items()] + [repr(w) if re.search(r"[^\w/.=-]", w) else w for w in command]
        lines += [f"cut down to {len(pieces)} of {len(made.pieces)} pieces: {check.difference(best)}", " ".join(words),
                  f"packing {check.road.packing}, pipe {check.road.pipe}; compared with {'the slow road' if check.reference is SLOW else 'the base road'}",
                  f"input: {data[:1500]!r}{'...' if len(data) > 1500 else ''}"]
    return "\n# ".join(lines)


def try_input(made, names, options, binary, folder, pool, road_count):
    """Yields (check, difference) for all questions about an input."""
    asker = Asker(binary, folder, made.ext, made.data(), options)
    for packing in PACKINGS:
        asker.path(packing)
    todo = list(checks(random.Random(made.name), made, names, road_count))
    asked = {}
    for check in todo:      # each reference is asked once
        key = (check.name, check.reference)
        if key not in asked:
            asked[key] = pool.submit(asker.ask, check.args, check.reference)
    references = {key: future.result() for key, future in asked.items()}
    futures = [pool.submit(c.difference, asker, references[(c.name, c.reference)]) for c in todo]
    for check, future in zip(todo, futures):
        yield check, future.result()


def run_kind(kind, options, names, pool, folder):
    """(how many inputs and comparisons, the first difference or None)"""
    inputs = count = 0
    seeds = max(1, options.seeds // 4) if kind == "long records" else options.seeds
    for seed, clean in itertools.product(range(options.first, options.first + seeds), (True, False)):
        if clean and kind.startswith("soup"):
            continue
        rng = random.Random(f"{kind} {seed} {clean}")
        inputs += 1
        made = hostile.make(kind, seed, rng.randrange(1, 2 * options.rows), clean)
        limits = [] if clean or rng.random() < 0.7 else ["--record-max", str(rng.choice([40, 700, 3000]))]
        place = os.path.join(folder, f"{seed}-{clean}")
        for check, found in try_input(made, names, limits, options.binary, place, pool, options.roads):
            count += 1
            if found:
                return inputs, count, tell(check, made, limits, found, options.binary, place + "-less", options.keep)
        shutil.rmtree(place)
    return inputs, count, None


def run_operators(options, pool, folder):
    """Every operator that the source may be told of, over texts in all spellings: (how many comparisons, the first difference)"""
    made = hostile.Input("operators", "jsonl", questions.spelt_lines(), b"\n", b"", b"\n", True)
    asker = Asker(options.binary, folder, made.ext, made.data(), [])
    asker.path("plain")
    todo = [Check(question, BASE, SLOW, True) for question in questions.operators()]
    for check, found in zip(todo, pool.map(lambda check: check.difference(asker), todo)):
        if found:
            return len(todo), tell(check, made, [], found, options.binary, folder + "-less", options.keep)
    return len(todo), None


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("binary")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--rows", type=int, default=40)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--roads", type=int, default=3)
    parser.add_argument("--keep")
    parser.add_argument("--kind", choices=[*hostile.KINDS, "operators"])
    options = parser.parse_args()
    names = [name for name, why in kernels() if not why]
    failed = number = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 1) as pool, tempfile.TemporaryDirectory() as folder:
        for kind in [options.kind] if options.kind in hostile.KINDS else [] if options.kind else hostile.KINDS:
            number += 1
            inputs, count, found = run_kind(kind, options, names, pool, os.path.join(folder, str(number)))
            failed += bool(found)
            print(f"{'not ok' if found else 'ok'} {number} - oracle/paths: {kind} ({inputs} inputs, {count} comparisons)",
                  flush=True)
            if found:
                print(f"# {found}", flush=True)
        if not options.kind or options.kind == "operators":
            number += 1
            count, found = run_operators(options, pool, os.path.join(folder, "operators"))
            failed += bool(found)
            print(f"{'not ok' if found else 'ok'} {number} - oracle/paths: each operator ({count} comparisons)" +
                  (f"\n# {found}" if found else ""), flush=True)
    for name, why in kernels():
        number += 1
        print(f"ok {number} - oracle/paths: {name} took part{f' # SKIP {why}' if why else ''}")
    print(f"1..{number}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()

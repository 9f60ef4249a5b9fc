#!/usr/bin/env python3
"""Speed beside other programs, on data made from a seed: bench.py BINARY --tools FOLDER [OPTIONS] (./dev bench [OPTIONS])

All contenders of a workload run in turns on files in the page cache and must give the same answer, else the exit status is 1. Raw runs
are kept in FOLDER/runs, a file a workload; the report is made of them, so workloads can be run one at a time:

    ./dev bench                    everything, about 1 GB an input
    ./dev bench --quick            small inputs, two minutes
    ./dev bench --only csv,gzip    these workloads; --list names them
    ./dev bench --prepare          only the data and the peers; what follows then only measures
    ./dev bench --report           no run: the report of what was run last
    ./dev bench --update-docs      puts the report into docs/performance.md, too
    ./dev bench --headline         no run: the rows for the README
"""
import argparse
import atexit
import os
import sys

from suite import data, memory, peers, report, results, roofline, runner, start, workloads

HERE = os.path.dirname(os.path.abspath(__file__))
PAGE = os.path.normpath(os.path.join(HERE, "..", "..", "docs", "performance.md"))
OTHERS = {"memory": ["rare"], "start": [], "roofline": ["envelopes"]}
NAMES = ["roofline", *workloads.WORKLOADS, "memory", "start"]
QUICK_BYTES, FULL_BYTES = 100_000_000, 1_000_000_000
SHORT_OF_DISK = 20 << 30


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary")
    parser.add_argument("--tools", required=True, metavar="FOLDER", help="where spawn and roofline are")
    parser.add_argument("--folder", default="build/bench")
    parser.add_argument("--quick", action="store_true", help="small inputs, three runs")
    parser.add_argument("--only", metavar="NAMES", help="only these workloads, with commas between them")
    parser.add_argument("--list", action="store_true", help="name the workloads")
    parser.add_argument("--bytes", type=int, metavar="N", help="of an input")
    parser.add_argument("--runs", type=int, metavar="N", help="of each contender")
    parser.add_argument("--threads", type=int, metavar="N", default=peers.cpus(), help="of those that can use several (default: all CPUs)")
    parser.add_argument("--seed", type=int, default=data.SEED)
    parser.add_argument("--prepare", action="store_true", help="only make the data")
    parser.add_argument("--report", action="store_true", help="run nothing")
    parser.add_argument("--headline", action="store_true", help="run nothing; only the rows for the README")
    parser.add_argument("--update-docs", action="store_true", help="replace the table in docs/performance.md")
    options = parser.parse_args()
    options.bytes = options.bytes or (QUICK_BYTES if options.quick else FULL_BYTES)
    options.runs = options.runs or (3 if options.quick else 5)
    options.names = options.only.split(",") if options.only else NAMES
    unknown = [name for name in options.names if name not in NAMES]
    if unknown:
        parser.error(f"no workload {', '.join(unknown)}; there are {', '.join(NAMES)}")
    return options


def make(store, names):
    for name in names:
        store.make(name)


def prepare(options):
    store = data.Store(os.path.join(options.folder, "data"), options.bytes, options.seed)
    for needed in last_needed(options.names):
        store.make(needed)
        store.tiny(needed)


def run_one(name, options, store, installed):
    tool = {each: os.path.join(options.tools, each) for each in ("spawn", "roofline")}
    if name in OTHERS:
        make(store, OTHERS[name])
        if name == "memory":
            return memory.measure(store, installed, tool["spawn"])
        if name == "start":
            return start.measure(store, installed, tool["spawn"], start.RUNS // (4 if options.quick else 1))
        return roofline.measure(store, installed, tool["roofline"], options.threads, max(5, options.runs))
    needs, build = workloads.WORKLOADS[name]
    make(store, needs)
    field = workloads.Field(store, installed, options.threads)
    return runner.measure(name, build(field), store, installed, options.runs,
                          runner.QUICK_SLOW if options.quick else runner.SLOW)


def last_needed(names):
    """data set: the last workload that reads it."""
    needs = {**{name: of for name, (of, _make) in workloads.WORKLOADS.items()}, **OTHERS}
    last = {}
    for name in names:
        for each in needs[name]:
            last[each] = name
    return last


def run(options, folder):
    installed = peers.Peers(options.binary, options.folder)
    store = data.Store(os.path.join(options.folder, "data"), options.bytes, options.seed)
    last, wrong = last_needed(options.names), []
    if not options.only:
        results.clear(folder)
    for name in options.names:
        result = run_one(name, options, store, installed)
        results.save(folder, result)
        wrong += [f"{name}: {what}" for what in result["wrong"]]
        if store.short(SHORT_OF_DISK):
            for each in [each for each, workload in last.items() if workload == name]:
                store.remove(each)
    return wrong


def update_page(text):
    with open(PAGE, encoding="utf-8") as f:
        page = f.read()
    with open(PAGE, "w", encoding="utf-8") as f:
        f.write(report.replaced(page, text))
    print(f"bench: {os.path.relpath(PAGE)} has this report now", file=sys.stderr)


def main():
    options = arguments()
    atexit.register(peers.clean_up)
    folder = os.path.join(options.folder, "runs-quick" if options.quick else "runs")
    if options.list:
        print("\n".join(NAMES))
        return
    if options.prepare:
        prepare(options)
        return
    wrong = [] if options.report or options.headline else run(options, folder)
    kept = results.load(folder, options.names)
    if not kept:
        sys.exit("bench: nothing was run yet")
    text = report.headline(kept) if options.headline else report.markdown(kept)
    print(text)
    if options.update_docs:
        update_page(text)
    if wrong:
        sys.exit("bench: the answers are wrong, or not the same:\n  " + "\n  ".join(wrong))


if __name__ == "__main__":
    main()

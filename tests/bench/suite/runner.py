"""Runs the contenders of a workload in turns, and compares their answers."""
import collections
import statistics
import sys

from . import peers
from .data import warm
from .results import dated

SLOW = (5, 3)          # a contender that takes longer, in s, has no more runs than this
QUICK_SLOW = (1, 1)    # where all is to end soon
SHORT, SHORT_RUNS = 0.25, 3  # one that takes less, in s, runs more than once a turn: a pause of some ms shows in few of them


def ratio(results, key, base):
    """How many times the rate of base is the rate of key, or None if one of them is not there."""
    if key not in results or base not in results or not (results[key]["seconds"] and results[base]["seconds"]):
        return None
    return rate(results[key]) / rate(results[base])


def rate(result):
    """Bytes a second, of the median."""
    return result["bytes"] / statistics.median(result["seconds"])


def verdict(check, measured):
    """met, stretch met, missed, reported or left out."""
    if measured is None:
        return "left out"
    if check["goal"] is None:
        return "reported"
    if check["stretch"] is not None and measured >= check["stretch"]:
        return "stretch met"
    return "met" if measured >= check["goal"] else "missed"


class Answers:
    """What each contender found: the number of hits against the data's own, and the rows against each other's."""

    def __init__(self, known):
        self.known, self.rows, self.wrong = known, {}, []

    def expect(self, contender, hits):
        known = self.known.get(contender.data)
        if hits == 0:
            self.wrong.append(f"{contender.name}: nothing found in {contender.data}; the question is of no use there")
        elif hits is not None and known is not None and hits != known:
            self.wrong.append(f"{contender.name}: {hits} hits in {contender.data}, not {known}")

    def compare(self, contender, rows):
        """With the first contender that gave rows of the same data: the same rows, in the columns that both have."""
        if rows is None:
            return
        first = self.rows.setdefault(contender.data, (contender, rows))
        if first[0] is contender:
            return
        common = [c for c in first[0].columns if c in contender.columns]
        one, other = (collections.Counter(picked(c.columns, r, common)) for c, r in (first, (contender, rows)))
        if one != other:
            example = next(iter((one - other) or (other - one)))
            self.wrong.append(f"{contender.name} and {first[0].name} differ in {sum(((one - other) + (other - one)).values())} "
                              f"rows of {contender.data}, such as {dict(zip(common, example))}")
        if "Timestamp" in common and [r[contender.columns.index("Timestamp")] for r in rows] != sorted(
                (r[contender.columns.index("Timestamp")] for r in rows), reverse=True):
            self.wrong.append(f"{contender.name}: rows of {contender.data} are not sorted")


def picked(columns, rows, common):
    places = [columns.index(c) for c in common]
    return [tuple(row[place] for place in places) for row in rows]


def known_hits(name, store, data):
    """The hits that are in each data set, where the question is the detection."""
    return {} if name.startswith("query") else {d: store.facts(d)["hits"] for d in data}


def turn(contenders, number, results, answers, slow):
    """
    A run of each, and more of those that are quick. The order moves on by one each time, so that nobody always stands behind the
    same one.
    """
    for _again in range(SHORT_RUNS):
        shift = number % max(1, len(contenders))
        for contender in contenders[shift:] + contenders[:shift]:
            run_once(contender, results[contender.key], answers, slow)
        contenders = [c for c in contenders if min(results[c.key]["seconds"], default=SHORT) < SHORT]


def run_once(contender, mine, answers, slow):
    if "failed" in mine or (len(mine["seconds"]) >= slow[1] and max(mine["seconds"]) > slow[0]):
        return
    try:
        mine["seconds"].append(peers.run(contender))
        if len(mine["seconds"]) == 1:  # the same question has the same answer each time: the tests see to that
            mine["hits"], rows = peers.read_answer(contender)
            answers.expect(contender, mine["hits"])
            answers.compare(contender, rows)
    except peers.Failed as failure:
        mine["failed"] = str(failure)
    print(".", end="", file=sys.stderr, flush=True)


def measure(name, workload, store, installed, runs, slow):
    """The result of a workload as plain data, for the raw runs and the report."""
    data = list(dict.fromkeys(c.data for c in workload.contenders))
    for each in data:
        warm(store.path(each))
    answers = Answers(known_hits(name, store, data))
    results = {c.key: {"name": c.name, "data": c.data, "threads": c.threads, "command": c.shown(store, installed.binary),
                       "bytes": store.facts(c.data)["bytes"], "hits": None, "seconds": []} for c in workload.contenders}
    print(f"bench: {name} ", end="", file=sys.stderr, flush=True)
    for number in range(runs):
        turn(workload.contenders, number, results, answers, slow)
    print(file=sys.stderr)
    peers.clean_up()
    failed = [f"{r['name']} failed: {r['failed']}" for r in results.values() if "failed" in r]
    checks = []
    for check in workload.checks:
        measured = ratio(results, check.key, check.base)
        if measured is not None or check.goal is not None:
            checks.append({**vars(check), "measured": measured})
            checks[-1]["verdict"] = verdict(checks[-1], measured)
    return dated({"kind": "speed", "name": name, "title": workload.title, "contenders": results, "checks": checks,
                  "wrong": answers.wrong + failed, "rounds": runs, "slow": slow, "short": (SHORT, SHORT_RUNS)}, installed)

"""The goal table: what is run on which data, and what is asked of the ratios. A row of the table is a function in WORKLOADS."""
import dataclasses
import os

from . import questions
from .data import DATASETS
from .peers import OUT, Contender

PUBLISHED = tuple(questions.COLUMNS + ["DynamicDNSProvider"])
FORMS = {"flows": "flat", "array": "array", "flat": "flat", "api": "api", "records": "records", "csv": "csv"}


@dataclasses.dataclass
class Check:
    """The rate of contender `key` is to be at least `goal` times that of contender `base`."""
    label: str
    key: str
    base: str
    goal: float = None          # None: only reported
    stretch: float = None


@dataclasses.dataclass
class Workload:
    title: str
    contenders: list
    checks: list


class Field:
    """Makes contenders for a store of data, the installed peers and a number of threads."""

    def __init__(self, store, peers, threads):
        self.store, self.peers, self.threads = store, peers, threads

    def path(self, data):
        return self.store.path(data)

    def add_if(self, name, make):
        return [make()] if self.peers.has(name) else []

    # --- ddnshunt ---

    def ours(self, key, name, words, data, threads, **more):
        command = [self.peers.binary, *words, "--no-config", "-j", str(threads), "-q", "--format", "ndjson", self.path(data)]
        return Contender(f"{key}-{threads}", f"ddnshunt {name}, -j {threads}", data, threads, command, **more)

    def both(self, key, name, words, data, **more):
        return [self.ours(key, name, words, data, threads, **more) for threads in dict.fromkeys((1, self.threads))]

    def scan(self, data, rule="default"):
        """One thread and all. Of the two rules only the published one names providers as the peers do."""
        columns = columns_of(data)
        if rule == "default":
            return self.both("ours", "scan", ["scan"], data, answer="rows", columns=columns[:-1])
        return self.both(rule, f"scan --rule {rule}", ["scan", "--rule", rule], data, answer="rows", columns=columns)

    def beside(self, data):
        """The scan of other data, to compare rates with."""
        return self.both(data, f"scan of {data}", ["scan"], data, answer="rows", columns=columns_of(data)[:-1])

    # --- others ---

    def command(self, program, key, name, words, data, threads=1, answer="none"):
        return self.add_if(program, lambda: Contender(key, name, data, threads, words, answer=answer))

    def wc(self, data):
        path = self.path(data)
        if os.path.isdir(path):
            return self.command("wc", "wc", "cat of all files | wc -l", ["sh", "-c", f"find {path} -type f -exec cat {{}} + | wc -l"], data)
        return self.command("wc", "wc", "wc -l", ["wc", "-l", path], data)

    def engine(self, name, key, shown, data, program, tiny, columns, threads=None):
        return self.add_if(name, lambda: Contender(
            key, shown, data, threads or self.threads, engine=self.peers.worker(name), program=program, warm=tiny, answer="rows",
            columns=tuple(columns)))

    def duckdb(self, data, make, columns):
        """DuckDB from PyPI, or, where that is not to be had, from npm."""
        name = "duckdb-node" if self.peers.has_node_only() else "duckdb"
        return self.engine(name, "duckdb", "DuckDB", data, make(self.path(data), OUT), make(self.store.tiny(data), OUT), columns)

    def duckdb_detection(self, data):
        columns = columns_of(data)
        return self.duckdb(data, lambda path, out: questions.duckdb_detection(
            FORMS.get(data, "envelope"), os.path.join(path, "*.jsonl") if os.path.isdir(path) else path, out, columns[:-1]), columns)


def columns_of(data):
    return tuple(questions.FLOW_COLUMNS + ["DynamicDNSProvider"]) if data == "flows" else PUBLISHED


def on_both(field, label, base, goal=None, stretch=None, key="ours", base_both=False):
    """The check on one thread and, with the same goal, on all."""
    checks = [Check(f"{label}, one thread", f"{key}-1", f"{base}-1" if base_both else base, goal, stretch)]
    if field.threads > 1:
        all_base = f"{base}-{field.threads}" if base_both else base
        checks.append(Check(f"{label}, {field.threads} threads", f"{key}-{field.threads}", all_base, goal))
    return checks


def searchers(field, data):
    """Programs that look for text in lines, with either pattern."""
    path, team = field.path(data), []
    for key, pattern, about in (("", questions.LINE_REGEX, "the published regex"), ("-key", questions.KEY_REGEX, "the key in front")):
        team += field.command("grep", "grep" + key, f"grep -E, {about}", ["grep", "-cE", pattern, path], data, answer="count")
        team += field.command("rg", "rg" + key, f"ripgrep, {about}", ["rg", "-c", "--no-unicode", "-j", str(field.threads), pattern, path],
                              data, field.threads, "count")
    return team


def engines(field, data):
    """Everybody who runs SQL or its like, over envelopes."""
    team, columns = field.duckdb_detection(data), PUBLISHED[:-1]
    others = [("polars", "polars", "Polars", lambda path: questions.polars_detection(path, OUT, columns)),
              ("chdb", "chdb", "ClickHouse (chDB)", lambda path: questions.chdb_detection(path, field.threads, columns))]
    if field.peers.has("duckdb"):
        others += [("duckdb", "duckdb-lines", "DuckDB, a regex over lines", lambda path: questions.duckdb_lines(path, OUT, columns)),
                   ("duckdb-node", "duckdb-node", "DuckDB of npm",
                    lambda path: questions.duckdb_detection("envelope", path, OUT, columns))]
    for name, key, shown, make in others:
        team += field.engine(name, key, shown, data, make(field.path(data)), make(field.store.tiny(data)), PUBLISHED)
    return team


# What one thread's rate is to be, times that of each; on all threads 0.9 times as much a thread.
AGAINST = {"grep": 2.5, "grep-key": 2.5, "rg": 8, "rg-key": 8, "duckdb": 4, "duckdb-node": 4, "duckdb-lines": None, "polars": 4, "chdb": 4,
           "jq": 50}


def envelopes(field):
    data, threads = "envelopes", field.threads
    team = field.wc(data) + field.scan(data) + field.scan(data, "published") + searchers(field, data) + engines(field, data)
    team += field.command("jq", "jq", "jq", ["jq", "-c", questions.JQ, field.path(data)], data, answer="lines")
    checks = [Check("one thread against `wc -l`", "ours-1", "wc", 0.8, 1.0)]
    if threads > 1:
        checks.append(Check(f"{threads} threads against one", f"ours-{threads}", "ours-1", 0.9 * threads))
    for base, goal in AGAINST.items():
        name = next((c.name for c in team if c.key == base), base)
        checks.append(Check(f"one thread against {name}", "ours-1", base, goal))
        if threads > 1:
            checks.append(Check(f"{threads} threads against {name}", f"ours-{threads}", base, goal and 0.9 * threads * goal))
    checks += on_both(field, "default rule against `--rule published`", "published", 0.9, base_both=True)
    return Workload("Streaming envelopes: the default rule beside all others", team, checks)


def reported(data):
    """A share of hits: what it costs to decode, nothing asked but that the curve has no cliff."""
    def make(field):
        team = field.wc(data) + field.scan(data) + field.beside("envelopes") + field.duckdb_detection(data)
        return Workload(DATASETS[data].about, team,
                        on_both(field, "against one hit in 200", "envelopes", base_both=True) + on_both(field, "against DuckDB", "duckdb"))
    return make


def twice(data):
    """Rows of another size, another container: twice as fast as DuckDB."""
    def make(field):
        team = field.wc(data) + field.scan(data) + field.duckdb_detection(data)
        return Workload(DATASETS[data].about, team, on_both(field, "against DuckDB", "duckdb", 2))
    return make


def as_fast(data, goal):
    """A form that is to cost no more than envelopes do."""
    def make(field):
        team = field.scan(data) + field.beside("envelopes") + field.duckdb_detection(data)
        return Workload(DATASETS[data].about, team, on_both(field, "rate against envelopes", "envelopes", goal, base_both=True))
    return make


def csv(field):
    data = "csv"
    team = field.wc(data) + field.scan(data) + field.beside("flat") + field.duckdb_detection(data)
    return Workload(DATASETS[data].about, team, on_both(field, "rate against flat NDJSON", "flat", 0.5, base_both=True)
                    + on_both(field, "against DuckDB's CSV reader", "duckdb", 3))


def unpack(data, programs):
    """Beside programs that only decompress: on all threads, where decompression can run beside scanning, ddnshunt is to keep up."""
    def make(field):
        team, checks = field.scan(data), []
        for program, goal in programs.items():
            team += field.command(program, program, f"{program} -dc", ["sh", "-c", f"{program} -dc {field.path(data)} >/dev/null"], data)
            checks += [dataclasses.replace(check, goal=goal if check.key != "ours-1" else None)
                       for check in on_both(field, f"against `{program} -dc`", program)]
        return Workload(DATASETS[data].about, team, checks)
    return make


def pipe(field):
    data, path = "envelopes", field.path("envelopes")
    team = field.command("wc", "wc", "cat FILE | wc -l", ["sh", "-c", f"cat {path} | wc -l"], data)
    for threads in dict.fromkeys((1, field.threads)):
        shell = f"cat {path} | {field.peers.binary} scan --no-config -j {threads} -q --format ndjson -"
        team.append(Contender(f"ours-{threads}", f"cat FILE | ddnshunt scan, -j {threads}", data, threads, ["sh", "-c", shell],
                              answer="rows", columns=PUBLISHED[:-1]))
    return Workload("standard input from a pipe", team, on_both(field, "against `cat FILE | wc -l`", "wc", 0.9))


def query(name):
    about, kql, sql, columns = questions.QUERIES[name]

    def make(field):
        data = "envelopes"
        team = field.both("ours", "query", ["query", kql], data, answer="rows", columns=tuple(columns))
        team += field.duckdb(data, sql, columns)
        return Workload(f"query: {about}", team, on_both(field, "against DuckDB", "duckdb", 2))
    return make


# Name: (the data sets, which must be there first; how the workload is made).
WORKLOADS = {
    "envelopes": (["envelopes"], envelopes),
    **{name: ([name, "envelopes"], reported(name)) for name in ("rare", "tenth", "every")},
    **{name: ([name], twice(name)) for name in ("flows", "long", "files", "array")},
    **{name: ([name, "envelopes"], as_fast(name, 0.9)) for name in ("flat", "api", "records")},
    **{name: ([name, "envelopes"], as_fast(name, 0.85)) for name in ("inspected", "escapes")},
    "csv": (["csv", "flat"], csv),
    "gzip": (["gzip"], unpack("gzip", {"igzip": 0.9, "libdeflate-gzip": 0.9, "pigz": None, "gzip": None})),
    "zstd": (["zstd"], unpack("zstd", {"zstd": 0.9})),
    "pipe": (["envelopes"], pipe),
    **{f"query-{name}": (["envelopes"], query(name)) for name in questions.QUERIES},
}

"""The data sets: which rows, how many hits, how they are wrapped; made when missing, or when how they are made has changed.

Some 50,000 distinct rows are made and written in random order, so that the content repeats and its order does not; no compressor's
window reaches from one to its twin. Each batch of rows has exactly its share of hits, so the number of hits is known from here, and a
contender that finds another one is wrong.
"""
import csv
import dataclasses
import hashlib
import io
import json
import os
import random
import shutil
import subprocess
import sys

from . import rows

HERE = os.path.dirname(os.path.abspath(__file__))
SEED = 1
API_ROWS = 30001      # of one result object; not a number at which ddnshunt suspects that the API cut it off
RECORDS_ROWS = 500    # of one message of an event hub: below its limit of 1 MB
FILE_BYTES = 50_000   # of one of many files
SCHEMA = {"Timestamp": "DateTime", "RemotePort": "Int32", "LocalPort": "Int32", "InitiatingProcessFileSize": "Int64",
          "InitiatingProcessId": "Int64", "InitiatingProcessParentId": "Int64", "ReportId": "Int64"}


@dataclasses.dataclass(frozen=True)
class Dataset:
    """What a data set is made of. One row in `rate` is a hit."""
    about: str
    shape: object = rows.row
    envelope: bool = True
    rate: int = 200
    wrap: str = "lines"
    packed: str = None      # the program that compresses another set, `of`
    of: str = None


DATASETS = {
    "envelopes": Dataset("streaming envelopes of 1.7 KB, one hit in 200"),
    "rare": Dataset("envelopes, one hit in 10,000", rate=10_000),
    "tenth": Dataset("envelopes, one hit in 10", rate=10),
    "every": Dataset("envelopes, every row a hit", rate=1),
    "flows": Dataset("flat rows of 300 bytes, as a flow log has", shape=rows.flow_row, envelope=False),
    "long": Dataset("envelopes of 8 KB, long command lines", shape=rows.long_row),
    "files": Dataset("a folder of files of 50 KB, envelopes", wrap="files"),
    "array": Dataset("one JSON array of rows on one line", envelope=False, wrap="array"),
    "flat": Dataset("flat NDJSON rows", envelope=False),
    "api": Dataset(f"API result objects of {API_ROWS:,} rows", envelope=False, wrap="api"),
    "records": Dataset('{"records":[...]}, 500 envelopes a line', wrap="records"),
    "records-one": Dataset('{"records":[...]}, one object that holds all', wrap="records-one"),
    "inspected": Dataset("envelopes, one row in five inspected: AdditionalFields with keys called RemoteUrl", shape=rows.inspected_row),
    "escapes": Dataset("envelopes with \\u0026 and its like in every command line", shape=rows.escaped_row),
    "csv": Dataset("the portal's CSV, two cells a row quoted", envelope=False, wrap="csv"),
    "gzip": Dataset("the envelopes, gzip -6", packed="gzip", of="envelopes"),
    "zstd": Dataset("the envelopes, zstd -3", packed="zstd", of="envelopes"),
}


# --- wraps: (rows as bytes, in batches) to bytes of a file ---

def lines(batches):
    for batch in batches:
        yield b"\n".join(batch) + b"\n"


def array(batches):
    before = b"["
    for batch in batches:
        yield before + b",".join(batch)
        before = b","
    yield b"]\n"


def pieces(batches, count):
    """The same rows in pieces of count."""
    left = []
    for batch in batches:
        left += batch
        while len(left) >= count:
            yield left[:count]
            left = left[count:]
    if left:
        yield left


def api(batches):
    names = list(rows.row(random.Random(SEED), False))
    schema = rows.text([{"Name": name, "Type": SCHEMA.get(name, "String")} for name in names])
    head = ('{"Stats":{"ExecutionTime":4.3,"dataset_statistics":[{"table_row_count":' + str(API_ROWS) + '}]},"Schema":'
            + schema + ',"Results":[').encode()
    for piece in pieces(batches, API_ROWS):
        yield head + b",".join(piece) + b"]}\n"


def records(batches):
    for piece in pieces(batches, RECORDS_ROWS):
        yield b'{"records":[' + b",".join(piece) + b"]}\n"


def records_one(batches):
    before = b'{"records":['
    for batch in batches:
        yield before + b",".join(batch)
        before = b","
    yield b"]}\n"


def csv_line(cells):
    out = io.StringIO()
    csv.writer(out, lineterminator="").writerow(["" if cell is None else cell for cell in cells])
    return out.getvalue()


def csv_file(batches):
    yield csv_line(rows.row(random.Random(SEED), False)).encode() + b"\n"
    yield from lines(batches)


WRAPS = {"lines": lines, "array": array, "api": api, "records": records, "records-one": records_one, "csv": csv_file}


# --- making ---

def serializer(spec):
    if spec.wrap == "csv":
        return lambda row: csv_line(row.values()).encode()
    write = rows.escaped if spec.shape is rows.escaped_row else rows.text
    if spec.envelope:
        return lambda row: write(rows.envelope(row)).encode()
    return lambda row: write(row).encode()


def pools(spec, distinct, rng):
    """Distinct rows as bytes: (misses, hits)."""
    write = serializer(spec)
    hits = [write(spec.shape(rng, True)) for _ in range(max(distinct // 10, 100) if spec.rate > 1 else distinct)]
    misses = [write(spec.shape(rng, False)) for _ in range(distinct)] if spec.rate > 1 else []
    return misses, hits


class Rows:
    """Batches of rows until there are enough bytes; counts them."""

    def __init__(self, spec, size, distinct, rng):
        self.spec, self.size, self.rng = spec, size, rng
        self.misses, self.hits = pools(spec, distinct, rng)
        self.count = self.hit_count = 0

    def __iter__(self):
        written, rate = 0, self.spec.rate
        batch = rate * max(1, 1000 // rate)
        while written < self.size:
            chosen = self.rng.choices(self.misses or self.hits, k=batch)
            for at in self.rng.sample(range(batch), batch // rate) if rate > 1 else ():
                chosen[at] = self.rng.choice(self.hits)
            self.count += batch
            self.hit_count += batch // rate
            written += sum(map(len, chosen)) + batch
            yield chosen


def write_file(path, chunks):
    with open(path, "wb") as out:
        for chunk in chunks:
            out.write(chunk)
        out.flush()
        os.fsync(out.fileno())  # else the disk is at work while others are measured


def write_folder(path, batches):
    os.makedirs(path)
    left, number = [], 0
    for batch in batches:
        for row in batch:
            left.append(row)
            if sum(map(len, left)) >= FILE_BYTES:
                number, left = flush(path, number, left), []
    if left:
        flush(path, number, left)
    os.sync()


def flush(folder, number, left):
    with open(os.path.join(folder, f"part-{number:06d}.jsonl"), "wb") as out:
        out.write(b"\n".join(left) + b"\n")
    return number + 1


PACKERS = {"gzip": [["pigz", "-6", "-c"], ["gzip", "-6", "-c"]], "zstd": [["zstd", "-3", "-q", "-T0", "-c"]]}


def pack(kind, source, path):
    for command in PACKERS[kind]:
        if shutil.which(command[0]):
            with open(path, "wb") as out:
                subprocess.run([*command, source], stdout=out, check=True)
                os.fsync(out.fileno())
            return
    raise FileNotFoundError(f"no program that writes {kind}")


class Store:
    """The data sets of one size in one folder."""

    def __init__(self, folder, size, seed=SEED):
        self.folder, self.size, self.seed = folder, size, seed
        self.distinct = max(2000, min(50_000, size // 20_000))
        os.makedirs(folder, exist_ok=True)

    def path(self, name):
        spec = DATASETS[name]
        end = {"gzip": ".jsonl.gz", "zstd": ".jsonl.zst"}.get(spec.packed) or \
            {"csv": ".csv", "array": ".json", "api": ".json", "records-one": ".json", "files": ""}.get(spec.wrap, ".jsonl")
        return os.path.join(self.folder, f"{name}-{self.size}{end}")

    def key(self, name):
        """What the content of a data set depends on."""
        text = repr((self.size, self.seed, self.distinct, DATASETS[name].rate, DATASETS[name].wrap))
        for part in ("rows.py", "data.py"):
            with open(os.path.join(HERE, part), encoding="utf-8") as f:
                text += f.read()
        return hashlib.sha256(text.encode()).hexdigest()

    def facts(self, name):
        """{"key", "rows", "hits", "bytes"} of a data set that is there, else None."""
        try:
            with open(self.path(name) + ".facts", encoding="ascii") as f:
                facts = json.load(f)
        except (OSError, ValueError):
            return None
        return facts if facts["key"] == self.key(name) and os.path.exists(self.path(name)) else None

    def remove(self, name):
        path = self.path(name)
        shutil.rmtree(path, ignore_errors=True)
        for gone in (path, path + ".facts", path + ".part"):
            if os.path.isfile(gone):
                os.remove(gone)

    def make(self, name):
        """The data set's facts; makes it unless it is there."""
        facts = self.facts(name)
        if facts:
            return facts
        self.remove(name)
        spec, path = DATASETS[name], self.path(name)
        print(f"bench: making {os.path.basename(path)}: {spec.about}", file=sys.stderr)
        if spec.packed:
            facts = dict(self.make(spec.of))
            pack(spec.packed, self.path(spec.of), path + ".part")
        else:
            made = Rows(spec, self.size, self.distinct, random.Random(f"{self.seed} {name}"))
            if spec.wrap == "files":
                shutil.rmtree(path + ".part", ignore_errors=True)
                write_folder(path + ".part", made)
            else:
                write_file(path + ".part", WRAPS[spec.wrap](made))
            facts = {"rows": made.count, "hits": made.hit_count}
        os.rename(path + ".part", path)
        # The rate of packed data is that of the text in it.
        facts.update(key=self.key(name), bytes=facts["bytes"] if spec.packed else size_of(path))
        with open(path + ".facts", "w", encoding="ascii") as f:
            json.dump(facts, f)
        return facts

    def short(self, spare):
        """Has the disk less than spare bytes left?"""
        return shutil.disk_usage(self.folder).free < spare

    def tiny(self, name):
        """A few rows in the same form, for a first query that takes a peer's own start away from the measurement."""
        small = Store(os.path.join(self.folder, "tiny"), 100_000, self.seed)
        small.make(name)
        return small.path(name)


def files_of(path):
    if not os.path.isdir(path):
        return [path]
    return sorted(os.path.join(path, name) for name in os.listdir(path))


def size_of(path):
    return sum(os.path.getsize(file) for file in files_of(path))


def warm(path):
    """
    Brings it into the page cache anew, each input in the same way: how large the pieces are in which the kernel keeps pages depends on
    how they came there, and of small ones it hands out bytes at half the speed.
    """
    os.sync()
    for file in files_of(path):
        with open(file, "rb", buffering=0) as f:
            os.posix_fadvise(f.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
            while f.read(1 << 18):
                pass

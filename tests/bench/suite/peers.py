"""The contenders: what is run, how its answer is read, which version it is.

A contender is a command whose whole run is timed, or a program for an embedded engine (worker.py). What is not installed is left
out, with the reason.
"""
import dataclasses
import json
import os
import shutil
import subprocess
import time

from . import questions

HERE = os.path.dirname(os.path.abspath(__file__))
NODE_MODULES = os.path.normpath(os.path.join(HERE, "..", "..", "oracle", "node_modules"))
ENV = {**{k: v for k, v in os.environ.items() if not k.startswith("DDNSHUNT_")}, "LC_ALL": "C", "NODE_PATH": NODE_MODULES}
TIMEOUT_S = 300


class Failed(Exception):
    """A contender that could not do its work."""


@dataclasses.dataclass
class Contender:
    """`answer` is "none" (nothing to compare), "count" (the output is the number of hits), "lines" (a hit a line) or "rows" (NDJSON,
    compared in `columns`)."""
    key: str
    name: str
    data: str                   # the data set that it reads
    threads: int = 1
    command: list = None        # argv; OUT stands for the file of the answer, if it is not standard output
    engine: str = None          # or: a worker's arguments and its program
    warm: str = None
    program: str = None
    answer: str = "none"
    columns: tuple = ()
    version: str = ""

    def shown(self, store, binary):
        """The command as the report prints it: no paths of this machine, long lists by a name."""
        if self.engine:
            text = self.program
        elif self.command[:2] == ["sh", "-c"]:
            text = self.command[2]
        else:
            text = " ".join(quoted(word) for word in self.command)
        text = text.replace(store.path(self.data), "FILE").replace(OUT, "OUT").replace(binary, "ddnshunt").replace("\x01", "\\x01")
        for long, short in questions.abbreviations():
            text = text.replace(long, short)
        return text


OUT = os.path.join("/dev/shm" if os.access("/dev/shm", os.W_OK) else os.environ.get("TMPDIR", "/tmp"), f"ddnshunt-bench-{os.getpid()}")


def quoted(word):
    return word if word and all(c.isalnum() or c in "-_./=+$:," for c in word) else "'" + word + "'"


# --- running ---

def run_command(command, out):
    """Seconds from the start of the process to its end. The output goes to a file in memory."""
    actions = [(os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
               (os.POSIX_SPAWN_OPEN, 1, out, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600),
               (os.POSIX_SPAWN_OPEN, 2, OUT + ".err", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)]
    program = shutil.which(command[0]) or command[0]
    start = time.perf_counter()
    pid = os.posix_spawn(program, command, ENV, file_actions=actions)
    _pid, status = os.waitpid(pid, 0)
    seconds = time.perf_counter() - start
    code = os.waitstatus_to_exitcode(status)
    if code != 0 and not (code == 1 and command[0] in ("grep", "rg")):  # 1: no hit
        with open(OUT + ".err", encoding="utf-8", errors="replace") as f:
            raise Failed(f"exit status {code}: {f.read().strip()[-300:]}")
    return seconds


def run_engine(contender):
    task = {"threads": contender.threads, "warm": contender.warm, "main": contender.program, "out": OUT}
    try:
        done = subprocess.run(contender.engine, input=json.dumps(task), capture_output=True, text=True, env=ENV, check=False,
                              timeout=TIMEOUT_S)
        answer = json.loads(done.stdout.strip().splitlines()[-1])
    except subprocess.TimeoutExpired:
        raise Failed(f"no answer in {TIMEOUT_S} s") from None
    except (IndexError, ValueError):
        raise Failed(done.stderr.strip()[-300:] or f"exit status {done.returncode}") from None
    return answer["seconds"]


def run(contender):
    return run_engine(contender) if contender.engine else run_command(contender.command, OUT)


def read_answer(contender):
    """(number of hits, rows as tuples of texts in `columns`, in order) of what the last run wrote."""
    if contender.answer == "none":
        return None, None
    with open(OUT, "rb") as f:
        if contender.answer == "count":
            return int(f.read().split()[0] or 0), None
        if contender.answer == "lines":
            return f.read().count(b"\n"), None
        rows = [tuple(cell(row.get(c)) for c in contender.columns) for row in map(json.loads, f)]
        return len(rows), rows


def cell(value):
    """As one text for what engines write differently: null, a missing cell and "" are alike, and so are 1 and "1"."""
    return "" if value is None else str(value)


def clean_up():
    for path in (OUT, OUT + ".err"):
        if os.path.exists(path):
            os.remove(path)


# --- what there is ---

def first_line(command):
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, env=ENV, check=False, timeout=60)
        return (done.stdout + done.stderr).strip().splitlines()[0]
    except (OSError, IndexError, subprocess.TimeoutExpired):
        return ""


class Peers:
    """Finds what is installed; `left_out` has (name, reason) for the rest."""

    def __init__(self, binary, folder):
        self.binary = binary
        self.python = os.path.join(folder, "venv", "bin", "python")
        self.versions, self.left_out = {}, []
        for name, command in (("wc", ["wc", "--version"]), ("grep", ["grep", "--version"]), ("rg", ["rg", "--version"]),
                              ("jq", ["jq", "--version"]), ("igzip", ["igzip", "--version"]), ("pigz", ["pigz", "--version"]),
                              ("libdeflate-gzip", ["libdeflate-gzip", "-V"]), ("gzip", ["gzip", "--version"]),
                              ("zstd", ["zstd", "--version"])):
            self.note(name, first_line(command) if shutil.which(name) else "", "not installed")
        for name in ("duckdb", "polars", "chdb"):
            self.note(name, self.engine_version(self.worker(name)), f"not in {os.path.relpath(self.python)}'s environment")
        self.note("duckdb-node", self.engine_version(self.worker("duckdb-node")), "no node, or not in tests/oracle/node_modules")
        self.versions["ddnshunt"] = first_line([binary, "--version"])

    def note(self, name, version, reason):
        if version:
            self.versions[name] = version
        else:
            self.left_out.append((name, reason))

    def worker(self, name):
        if name == "duckdb-node":
            return ["node", os.path.join(HERE, "worker.js"), "duckdb"]
        return [self.python, os.path.join(HERE, "worker.py"), name]

    @staticmethod
    def engine_version(command):
        if not shutil.which(command[0]):
            return ""
        try:
            done = subprocess.run([*command, "--version"], capture_output=True, text=True, env=ENV, check=False, timeout=60)
        except subprocess.TimeoutExpired:
            return ""
        return done.stdout.strip() if done.returncode == 0 else ""

    def has(self, name):
        return name in self.versions

    def has_node_only(self):
        return not self.has("duckdb") and self.has("duckdb-node")


def cpus():
    return len(os.sched_getaffinity(0))

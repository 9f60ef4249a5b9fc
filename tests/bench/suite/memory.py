"""The peak of memory for an input and one ten times as long, at several numbers of threads.

Two figures, each the largest of some runs. "anonymous" is the largest sum of anonymous pages (heap, stacks) in /proc/PID/smaps_rollup, which the
kernel counts page by page, looked at every few milliseconds; a peak shorter than that may be missed. "resident" is the kernel's own
peak (ru_maxrss), which misses nothing and has the program's own file pages in it: an upper bound. That one tells whether both inputs need the same.
"""
import os
import shutil
import subprocess
import time

from . import peers
from .data import warm
from .results import dated

LIMIT = 64 << 20
TIMES = 10
THREADS = (1, 2, 16)
DATA = "rare"            # few hits, since hits are kept
EVERY_S = 0.003
RUNS = 3
ENOUGH = 500_000_000     # of the shorter input: with less, many threads are done before all have had a block
SPARE = 20 << 30         # of the disk, to stay free


def anonymous(pid):
    """Bytes of anonymous pages now, or 0 if the process is no more."""
    try:
        with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as f:
            return next((int(line.split()[1]) * 1024 for line in f if line.startswith("Anonymous:")), 0)
    except OSError:
        return 0


def sampled_peak(command):
    peak = 0
    with open(peers.OUT, "wb") as out, subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.DEVNULL,
                                                        env=peers.ENV) as process:
        while process.poll() is None:
            peak = max(peak, anonymous(process.pid))
            time.sleep(EVERY_S)
    if process.returncode:
        raise peers.Failed(f"{' '.join(command)}: exit status {process.returncode}")
    return peak


def resident_peak(spawn, command):
    done = subprocess.run([spawn, str(RUNS), peers.OUT, *command], capture_output=True, text=True, env=peers.ENV, check=True)
    return max(int(line.split()[1]) for line in done.stdout.splitlines()) * 1024


def ten_times(path):
    """A file of TIMES the content, or None where the disk has no room for it."""
    if shutil.disk_usage(os.path.dirname(path)).free < TIMES * os.path.getsize(path) + SPARE:
        return None
    longer = f"{path}.x{TIMES}"
    with open(path, "rb") as source, open(longer, "wb") as out:
        for _ in range(TIMES):
            source.seek(0)
            shutil.copyfileobj(source, out, 1 << 24)
        out.flush()
        os.fsync(out.fileno())
    return longer


def command_for(binary, path, threads):
    return [binary, "scan", "--no-config", "-q", "--format", "ndjson", "-j", str(threads), path]


def one(spawn, binary, path, threads):
    command = command_for(binary, path, threads)
    peak = max(sampled_peak(command) for _ in range(RUNS))
    hit_bytes = os.path.getsize(peers.OUT)
    return {"threads": threads, "bytes": os.path.getsize(path), "anonymous": peak, "resident": resident_peak(spawn, command),
            "hit_bytes": hit_bytes}


def longest(path):
    with open(path, "rb") as f:
        return max(map(len, f))


def judge(runs, row_bytes):
    """Under the limit plus the longest row and the hits; and the same for both inputs, the hits apart."""
    checks = []
    for run in runs:
        allowed = LIMIT + row_bytes + run["hit_bytes"]
        checks.append({"label": f"{run['bytes'] / 1e9:.1f} GB, {run['threads']} threads: peak in MiB", "goal": allowed / 2**20,
                       "measured": run["anonymous"] / 2**20, "stretch": None, "unit": "MiB", "most": True,
                       "verdict": "met" if run["anonymous"] <= allowed else "missed"})
    for threads in dict.fromkeys(run["threads"] for run in runs):
        mine = [run for run in runs if run["threads"] == threads]
        if len(mine) == 2:
            small, large = sorted((run["bytes"], run["resident"], run["hit_bytes"]) for run in mine)
            grown = (large[1] - 2 * (large[2] - small[2])) / small[1]  # a hit that is kept is larger than its text
            checks.append({"label": f"{threads} threads: {TIMES} times the input against once, resident, without the hits", "goal": 1.1,
                           "measured": grown, "stretch": None, "unit": "times", "most": True,
                           "verdict": "met" if grown <= 1.1 else "missed"})
            if small[0] < ENOUGH:
                checks[-1].update(goal=None, verdict="reported")
    return checks


def measure(store, installed, spawn):
    path = store.path(DATA)
    warm(path)
    longer = ten_times(path)
    runs = []
    try:
        for each in filter(None, (path, longer)):
            runs += [one(spawn, installed.binary, each, threads) for threads in THREADS]
    finally:
        if longer:
            os.remove(longer)
        peers.clean_up()
    return dated({"kind": "memory", "name": "memory", "title": "Peak of memory", "runs": runs, "row_bytes": longest(path),
                  "checks": judge(runs, longest(path)), "wrong": [],
                  "notes": [] if longer else [f"no room on the disk for {TIMES} times the input"]}, installed)

"""What the machine can do at all: roofline.c's figures, on the envelopes."""
import subprocess

from .data import warm
from .results import dated


def measure(store, installed, program, threads, runs):
    path = store.path("envelopes")
    warm(path)
    done = subprocess.run([program, path, str(threads), str(runs)], capture_output=True, text=True, check=True)
    lines = []
    for line in done.stdout.splitlines():
        name, count, size, *seconds = line.split()
        lines.append({"label": name, "threads": int(count), "bytes": int(size), "seconds": [float(s) for s in seconds]})
    return dated({"kind": "roofline", "name": "roofline", "title": "What the machine can do", "runs": lines, "checks": [], "wrong": []},
                 installed)

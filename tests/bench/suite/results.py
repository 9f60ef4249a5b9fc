"""Results of workloads as plain data: kept as JSON in a folder, a file a workload, so that a report can be made of them later and a
workload can be run again alone."""
import datetime
import json
import os

from . import machine


def dated(result, installed):
    """With what every result has: when, where, what was there."""
    now = datetime.datetime.now(datetime.timezone.utc)
    return {**result, "date": now.strftime("%Y-%m-%d %H:%M"), "machine": machine.describe(), "versions": installed.versions,
            "left_out": installed.left_out}


def save(folder, result):
    os.makedirs(folder, exist_ok=True)
    path = os.path.join(folder, result["name"] + ".json")
    with open(path + ".part", "w", encoding="utf-8") as f:
        json.dump(result, f, indent=1)
    os.replace(path + ".part", path)


def load(folder, names):
    """The results that are there, in the order of names."""
    results = []
    for name in names:
        path = os.path.join(folder, name + ".json")
        if os.path.exists(path):
            with open(path, encoding="utf-8") as f:
                results.append(json.load(f))
    return results


def clear(folder):
    if os.path.isdir(folder):
        for name in os.listdir(folder):
            if name.endswith(".json"):
                os.remove(os.path.join(folder, name))

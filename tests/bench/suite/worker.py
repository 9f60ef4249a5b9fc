"""Runs one question in an embedded engine: worker.py ENGINE < JSON; prints the seconds as JSON.

The JSON has `threads`, `warm` and `main`: SQL for duckdb and chdb, Python for polars, and `out`, where the answer goes as NDJSON.
The clock runs from after the import, the start of the engine and one question over a tiny file in the same form, so that only
the work itself counts. (What ddnshunt and other programs need to start does count for them.)
"""
import json
import os
import sys
import time


def duckdb_runner(task):
    import duckdb
    connection = duckdb.connect()
    connection.execute(f"SET threads={task['threads']}")
    return duckdb.__version__, lambda program: connection.execute(program).fetchall()


def chdb_runner(task):
    import chdb
    from chdb import session
    engine = session.Session()

    def ask(program):
        with open(task["out"], "wb") as out:
            out.write(engine.query(program, "JSONEachRow").bytes())
    return chdb.__version__, ask


def polars_runner(task):
    os.environ["POLARS_MAX_THREADS"] = str(task["threads"])
    import polars
    return polars.__version__, lambda program: exec(program, {"pl": polars})  # our own text, from peers.py


RUNNERS = {"duckdb": duckdb_runner, "chdb": chdb_runner, "polars": polars_runner}


def main():
    engine = sys.argv[1]
    task = json.load(sys.stdin) if len(sys.argv) < 3 else {"threads": 1, "out": os.devnull}
    version, ask = RUNNERS[engine](task)
    if len(sys.argv) == 3 and sys.argv[2] == "--version":
        print(version)
        return
    ask(task["warm"])
    start = time.perf_counter()
    ask(task["main"])
    seconds = time.perf_counter() - start
    sys.stdout.write(json.dumps({"seconds": seconds, "version": version}) + "\n")
    sys.stdout.flush()
    os._exit(0)  # an engine's threads may take their time to end, or crash then


if __name__ == "__main__":
    main()

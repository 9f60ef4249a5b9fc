#!/usr/bin/env python3
"""Writes one of the benchmark's data sets to a file of its own: make_export.py FILE [--kind NAME] [--bytes N] [--seed N]

Without --kind streaming envelopes of about 1.7 KB, backslashes and quotes in every one, one in 200 a hit. suite/data.py says
what there is; ./dev bench makes what it needs by itself.
"""
import argparse
import os
import shutil
import tempfile

from suite import data


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file")
    parser.add_argument("--kind", choices=sorted(data.DATASETS), default="envelopes")
    parser.add_argument("--bytes", type=int, default=10**9)
    parser.add_argument("--seed", type=int, default=data.SEED)
    options = parser.parse_args()
    beside = os.path.dirname(os.path.abspath(options.file))
    with tempfile.TemporaryDirectory(dir=beside) as folder:
        store = data.Store(folder, options.bytes, options.seed)
        store.make(options.kind)
        shutil.move(store.path(options.kind), options.file)


if __name__ == "__main__":
    main()

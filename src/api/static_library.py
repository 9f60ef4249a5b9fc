#!/usr/bin/env python3
"""Makes a static library with no names but its public ones: static_library.py INPUT.a OUTPUT.a --cc CC --objcopy PROGRAM --ar PROGRAM

All objects become one (ld -r), in which names of hidden visibility are made local.
"""
import argparse
import os
import subprocess


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("input")
    parser.add_argument("output")
    parser.add_argument("--cc", nargs="+")
    parser.add_argument("--objcopy")
    parser.add_argument("--ar")
    options = parser.parse_args()
    whole = os.path.splitext(options.output)[0] + ".o"
    subprocess.run([*options.cc, "-r", "-nostdlib", "-o", whole, "-Wl,--whole-archive", options.input, "-Wl,--no-whole-archive"],
                   check=True)
    subprocess.run([options.objcopy, "--localize-hidden", whole], check=True)
    if os.path.exists(options.output):
        os.unlink(options.output)                          # ar would add to it
    subprocess.run([options.ar, "rcs", options.output, whole], check=True)
    os.unlink(whole)


if __name__ == "__main__":
    main()

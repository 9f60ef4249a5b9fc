#!/usr/bin/env python3
"""Proves that the oracle can fail: the program is built with one deliberate mistake at a time, and each must be caught. TAP.

Usage: mutants.py SOURCE_DIR BUILD_DIR

BUILD_DIR keeps a copy of the sources and an unoptimised build, so that a second run compiles only what a mistake touches. A mutant is
an exact text that stands once in a file, and what it becomes; if the text is gone, the test fails and wants to be renewed.
"""
import os
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import run      # noqa: E402

MUTANTS = [
    # (what is wrong, file, text, becomes)
    ("a wrong fold: Z is no letter", "src/base/slice.h", "return c >= 'A' && c <= 'Z' ?", "return c >= 'A' && c <= 'Y' ?"),
    ("a lost tie: equal times change places", "src/kql/exec/op_order.c", "        rows[i] = (struct headed_row){key_head(key, &value), i};",
     "        rows[count - 1 - i] = (struct headed_row){key_head(key, &value), i};"),
    ("rows without a time come first", "src/kql/exec/op_order.c", "return key->nulls_first ? 0 : UINT64_MAX;",
     "return key->nulls_first ? UINT64_MAX : 0;"),
    ("an ignored escape: a key in \\uXXXX is another key", "src/source/json/json_fast.c",
     "        facts->doubt = true;", "        facts->doubt = false;"),
    ("a nested key is taken for the row's", "src/source/json/json_fast.h",
     "    if (facts->brackets++ == 0)", "    if (facts->brackets == 0 && ++facts->brackets)"),
    ("a key inside a string is taken for a key", "src/source/json/json_fast.c",
     "    if (start > begin && text[start - 1] == '\\\\')\n        return false;\n", ""),
    ("of a key that stands twice the first one counts", "src/source/json/json_row.c",
     "    table->entries[place - 1] = entry;", "    if (!table->entries[place - 1].len)\n        table->entries[place - 1] = entry;"),
    ("of a key that stands twice the last one is not looked for", "src/source/json/json_fast.c",
     "    if (facts->count[NEEDLE_COLUMN] > 1)", "    if (facts->count[NEEDLE_COLUMN] > 2)"),
    ("other categories are ours", "src/source/json/json_fast.c",
     "return memory->before_other || memory->after_other ?", "return memory->before_other && memory->after_other ?"),
    ("an offset is added, not taken away", "src/event/datetime_parse.c", "text.ptr[0] == '-' ? -offset : offset",
     "text.ptr[0] == '-' ? offset : -offset"),
    ("TimeGenerated stands in for nothing", "src/source/json/json_batch.c", "stand_in != COLUMN_NONE && (!entry ||",
     "stand_in == COLUMN_NONE && (!entry ||"),
    ("a lone surrogate is dropped", "src/base/utf8.c",
     "    if (code_point > 0x10ffff || (code_point >= 0xd800 && code_point <= 0xdfff))\n        code_point = UTF8_REPLACEMENT;",
     "    if (code_point > 0x10ffff || (code_point >= 0xd800 && code_point <= 0xdfff))\n        return 0;"),
]


def copy_sources(source, copy):
    """Only what changed is copied, so that a rebuild is short."""
    for folder in ("src", "rules", "docs", "data", "include", "examples"):
        for top, _dirs, files in os.walk(os.path.join(source, folder)):
            for name in files:
                copy_if_changed(os.path.join(top, name), source, copy)
    for name in ("meson.build", "meson_options.txt"):
        copy_if_changed(os.path.join(source, name), source, copy)


def copy_if_changed(path, source, copy):
    target = os.path.join(copy, os.path.relpath(path, source))
    with open(path, "rb") as f:
        data = f.read()
    if os.path.exists(target):
        with open(target, "rb") as f:
            if f.read() == data:
                return
    os.makedirs(os.path.dirname(target), exist_ok=True)
    shutil.copy(path, target)


def write(path, text):
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)


def build(copy):
    done = subprocess.run(["ninja", "-C", os.path.join(copy, "build"), "ddnshunt"], capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError("does not build: " + done.stdout[-1500:])


def caught(binary):
    """The door and the difference by which the oracle sees the mistake, or None."""
    for seed in (1, 2, 3):
        for name, found in run.compare(binary, 1, 2500, seed):
            if found:
                return f"{name}: {found}"
    return None


def try_mutant(copy, file, text, becomes):
    path = os.path.join(copy, file)
    with open(path, encoding="utf-8") as f:
        original = f.read()
    if original.count(text) != 1:
        return f"the text stands {original.count(text)} times in {file}: renew this mutant"
    write(path, original.replace(text, becomes))
    try:
        build(copy)
        return None if caught(find_binary(copy)) else "the oracle did not notice"
    except RuntimeError as problem:
        return str(problem)
    finally:
        write(path, original)


def find_binary(copy):
    binary = os.path.join(copy, "build", "ddnshunt")
    if not os.path.exists(binary):
        raise RuntimeError("no binary was built")
    return binary


def main():
    source, copy = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
    os.makedirs(copy, exist_ok=True)
    copy_sources(source, copy)
    if not os.path.exists(os.path.join(copy, "build", "build.ninja")):
        subprocess.run(["meson", "setup", "-Dbuildtype=plain", "-Doptimization=1", "-Dtests=false", os.path.join(copy, "build"), copy],
                       check=True, stdout=subprocess.DEVNULL)
    build(copy)
    failed = 0
    sound = caught(find_binary(copy))
    print(f"{'not ok' if sound else 'ok'} 1 - oracle/mutants: the unchanged program is not accused")
    if sound:
        failed += 1
        print("# " + sound)
    for number, (what, file, text, becomes) in enumerate(MUTANTS, 2):
        problem = try_mutant(copy, file, text, becomes)
        print(f"{'not ok' if problem else 'ok'} {number} - oracle/mutants: caught: {what}")
        if problem:
            failed += 1
            print("# " + problem.replace("\n", "\n# "))
    build(copy)
    print(f"1..{len(MUTANTS) + 1}")
    sys.exit(1 if failed or not MUTANTS else 0)


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Turns the rules into C: embed.py RULES.tsv OUTPUT.c, or one text: embed.py --text NAME FILE OUTPUT.c

Each line of RULES.tsv is a name, a TAB and a title; the text is NAME.kql beside it. The texts become arrays of bytes, which
no compiler limits in length as it does string literals.
"""
import os
import sys


def c_bytes(data):
    lines = [", ".join(str(b) for b in data[i:i + 24]) for i in range(0, len(data), 24)]
    return ",\n    ".join(lines)


def c_string(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def embed_text(name, path, output):
    with open(path, "rb") as f:
        data = f.read()
    with open(output, "w", encoding="ascii") as out:
        out.write('#include "base/slice.h"\n\n'
                  f"extern const struct slice {name};\n"
                  f"static const unsigned char TEXT[] = {{\n    {c_bytes(data)}}};\n"
                  f"const struct slice {name} = {{(const char *)TEXT, sizeof TEXT}};\n")


def main():
    if sys.argv[1] == "--text":
        embed_text(*sys.argv[2:])
        return
    index, output = sys.argv[1:]
    folder = os.path.dirname(index)
    with open(index, encoding="ascii") as f:
        rules = [line.rstrip("\n").split("\t") for line in f if line.strip()]
    with open(output, "w", encoding="ascii") as out:
        out.write('#include "kql/rules.h"\n\n')
        for number, (name, _) in enumerate(rules):
            with open(os.path.join(folder, name + ".kql"), "rb") as f:
                data = f.read()
            out.write(f"static const unsigned char TEXT_{number}[] = {{\n    {c_bytes(data)}}};\n\n")
        out.write("const struct rule RULES[] = {\n")
        for number, (name, title) in enumerate(rules):
            out.write(f"    {{{c_string(name)}, {c_string(title)},\n"
                      f"     {{(const char *)TEXT_{number}, sizeof TEXT_{number}}}}},\n")
        out.write('    {0},\n};\n')


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Turns the knowledge base into C: embed.py PROVIDERS.tsv SERVICES.tsv OUTPUT.c

The rows come out in the order in which src/ddns wants them (kb_int.h, struct kb_list). What is wrong in a row that the C
compiler would not see is an error here; whether names are possible ones is checked by the tests.
"""
import sys

CATEGORIES = {"public-ddns": "KB_PUBLIC_DDNS", "vendor-ddns": "KB_VENDOR_DDNS", "tunnel": "KB_TUNNEL"}
RISKS = {"low": "KB_RISK_LOW", "medium": "KB_RISK_MEDIUM", "high": "KB_RISK_HIGH"}
TIERS = {"A", "B", "C"}


def read(path):
    """Each row as (line, {column: cell})."""
    columns = None
    with open(path, encoding="utf-8", newline="\n") as f:
        for number, line in enumerate(f, 1):
            line = line.rstrip("\n")
            if not line or line.startswith("#"):
                continue
            cells = line.split("\t")
            if columns is None:
                columns = cells
            elif len(cells) != len(columns):
                sys.exit(f"{path}:{number}: {len(cells)} cells, not {len(columns)}")
            else:
                yield number, dict(zip(columns, cells))


def c_string(text):
    """Bytes outside of plain ASCII as octal escapes, which end after three digits whatever follows."""
    return '"' + "".join(chr(b) if 32 <= b < 127 and b not in b'"\\?' else f"\\{b:03o}" for b in text.encode()) + '"'


def c_slice(text):
    """No cast: an initializer of static storage must be constant."""
    return f"{{{c_string(text)}, {len(text.encode())}}}"


def one_of(table, row, column, path, number):
    if row[column] not in table:
        sys.exit(f"{path}:{number}: {column} is {row[column]!r}, not one of {', '.join(sorted(table))}")
    return row[column]


def rule_key(text):
    """(name, form): plain, wildcard, exception."""
    if text.startswith("*."):
        return text[2:].encode(), 1
    if text.startswith("!"):
        return text[1:].encode(), 2
    return text.encode(), 0


def rules(path):
    rows = {}
    for number, row in read(path):
        name, form = key = rule_key(row["suffix"])
        if key in rows:
            sys.exit(f"{path}:{number}: {row['suffix']} stands twice")
        rows[key] = (f"    {{{c_slice(name.decode())}, {str(form == 1).lower()}, {str(form == 2).lower()}, "
                     f"{c_slice(row['provider'])},\n"
                     f"     {CATEGORIES[one_of(CATEGORIES, row, 'category', path, number)]}, "
                     f"'{one_of(TIERS, row, 'tier', path, number)}', {RISKS[one_of(RISKS, row, 'risk', path, number)]}, "
                     f"{c_slice(row['source'])}, {c_slice(row['published'])}}},\n")
    return [rows[key] for key in sorted(rows)]


def services(path):
    rows = {}
    for number, row in read(path):
        if row["host"] in rows:
            sys.exit(f"{path}:{number}: {row['host']} stands twice")
        rows[row["host"]] = (f"    {{{c_slice(row['host'])}, {c_slice(row['provider'])}, "
                             f"{CATEGORIES[one_of(CATEGORIES, row, 'category', path, number)]},\n"
                             f"     {c_slice(row['purpose'])}, {c_slice(row['source'])}}},\n")
    return [rows[key] for key in sorted(rows, key=str.encode)]


def main():
    providers_path, services_path, output = sys.argv[1:]
    all_rules, all_services = rules(providers_path), services(services_path)
    with open(output, "w", encoding="ascii") as out:
        out.write('#include "ddns/kb_int.h"\n\n')
        # An array has a row at least; the count says how many of them are meant.
        out.write("const struct kb_rule KB_RULES[] = {\n" + "".join(all_rules or ["    {0},\n"]) + "};\n")
        out.write(f"const uint32_t KB_RULE_COUNT = {len(all_rules)};\n\n")
        out.write("const struct kb_service KB_SERVICES[] = {\n" + "".join(all_services or ["    {0},\n"]) + "};\n")
        out.write(f"const uint32_t KB_SERVICE_COUNT = {len(all_services)};\n")


if __name__ == "__main__":
    main()

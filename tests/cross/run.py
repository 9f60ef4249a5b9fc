#!/usr/bin/env python3
"""The kernels on other CPUs, under QEMU: their unit tests are compiled for each, without any library but C's. Prints TAP.

Usage: run.py SOURCE_DIR BUILD_DIR

AArch64 has kernels of its own; a CPU with the other byte order and one with 32 bits run the portable ones. What no compiler or
emulator is there for is skipped.
"""
import os
import re
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
# (CPU, compiler, flags, emulator, kernels that it must have)
CPUS = [
    ("aarch64", "aarch64-linux-gnu-gcc", [], "qemu-aarch64", ["generic", "neon"]),
    ("aarch64, sanitized", "aarch64-linux-gnu-gcc", ["-fsanitize=undefined", "-fsanitize-undefined-trap-on-error"], "qemu-aarch64",
     ["generic", "neon"]),
    ("s390x, the other byte order", "s390x-linux-gnu-gcc", [], "qemu-s390x", ["generic"]),
]
KERNELS = ["simd.c", "simd_avx2.c", "simd_avx512.c", "simd_generic.c", "simd_neon.c"]
# (the test, what it needs besides the kernels)
TESTS = [("base/test_simd.c", ["base/slice.c"]),
         ("source/csv/test_csv_index.c", ["base/slice.c", "base/buf.c", "base/mem.c", "base/err.c", "base/utf8.c",
                                          "source/csv/csv_index.c", "source/csv/csv_scan.c"]),
         ("base/test_simd_compact.c", ["base/slice.c", "base/buf.c", "base/mem.c", "base/utf8.c", "source/json/json_token.c"])]
FLAGS = ["-std=c17", "-O2", "-static", "-D_POSIX_C_SOURCE=200809L", "-Wall", "-Wextra", "-Werror", "-fno-strict-overflow"]


def compile_test(source, build, compiler, flags, name, test, needed):
    """The program's path."""
    program = os.path.join(build, re.sub(r"\W+", "-", name + test))
    files = [os.path.join(source, "src", "base", "simd", k) for k in KERNELS] + [os.path.join(source, "src", n) for n in needed]
    files.append(os.path.join(source, "tests", "unit", test))
    done = subprocess.run([compiler, *FLAGS, *flags, "-I", HERE, "-I", os.path.join(source, "src"), "-I",
                           os.path.join(source, "tests", "unit"), "-o", program, *files], capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"does not compile:\n{done.stderr}")
    return program


def run_cpu(source, build, cpu):
    """Lines of TAP without numbers."""
    name, compiler, flags, emulator, kernels = cpu
    missing = [tool for tool in (compiler, emulator) if not shutil.which(tool)]
    if missing:
        yield f"ok - cross: {name} # SKIP not installable here: {' and '.join(missing)}"
        return
    for test, needed in TESTS:
        try:
            program = compile_test(source, build, compiler, flags, name, test, needed)
        except RuntimeError as problem:
            yield f"not ok - cross: {name} " + str(problem).replace("\n", "\n# ")
            continue
        done = subprocess.run([emulator, program], capture_output=True, text=True, timeout=600, check=False)
        # Which kernels there are is told by the first test: it is given their names.
        seen = re.findall(r"^# kernels:(.*)$", done.stdout, re.M)
        for case in re.findall(r"^ok \d+ - (.*)$", done.stdout, re.M):
            yield f"ok - cross: {name}: {case}"
        if done.returncode:
            yield f"not ok - cross: {name}: exit {done.returncode}\n# " + (done.stdout + done.stderr)[-1500:].replace("\n", "\n# ")
        elif test == TESTS[0][0] and (not seen or seen[0].split() != kernels):
            yield f"not ok - cross: {name}: kernels {seen}, expected {kernels}"


def main():
    source, build = sys.argv[1:]
    os.makedirs(build, exist_ok=True)
    number, failed = 0, False
    for cpu in CPUS:
        for line in run_cpu(source, build, cpu):
            number += 1
            failed |= line.startswith("not ok")
            print(re.sub(r"^(not ok|ok) -", rf"\1 {number} -", line), flush=True)
    print(f"1..{number}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()

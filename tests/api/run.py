#!/usr/bin/env python3
"""The public library as others get it: what it exports, and the example, as it is built here and built against what is installed. TAP.

Usage: run.py BUILD_FOLDER SOURCE_FOLDER CC...
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile

CASES = [  # arguments, standard input, exit status, standard output, standard error
    (["hxxp://update[.]duckdns[.]org:8080/a"], "", 0, "update.duckdns.org\tduckdns.org\tDuckDNS\tpublic-ddns\thost\n", ""),
    (["www.example.com", "a.duckdns.org.ddns.net"], "", 0,
     "www.example.com\t-\na.duckdns.org.ddns.net\tddns.net\tNo-IP\tpublic-ddns\thost\n", ""),
    (["www.duckdns.org"], "", 0, "www.duckdns.org\tduckdns.org\tDuckDNS\tpublic-ddns\tservice\n", ""),
    (["10.0.0.1", "duckdns.org.evil.com"], "", 1, "\t-\nduckdns.org.evil.com\t-\n", ""),
    ([], "X.DDNS.NET\nwww.example.com\n", 0, "x.ddns.net\tddns.net\tNo-IP\tpublic-ddns\thost\nwww.example.com\t-\n", ""),
    # A line that is longer than what the example looks at is one line all the same, and a NUL byte does not end it.
    ([], "https://x.ddns.net/" + "a" * 9000 + ".duckdns.org\nx\0y.ddns.net\n", 0,
     "x.ddns.net\tddns.net\tNo-IP\tpublic-ddns\thost\nx\0y.ddns.net\tddns.net\tNo-IP\tpublic-ddns\thost\n", ""),
    (["-p", "ROWS", "x.mine.example"], "", 0, "x.mine.example\tmine.example\tMine\ttunnel\thost\n", ""),
    (["-p", "BAD", "x.mine.example"], "", 2, "", 'lookup: BAD:2: "mine" is no host name: it has one label only '
     "(all names below a top-level domain would be hits)\n"),
    (["-p", "MISSING", "x"], "", 2, "", "lookup: MISSING: can't open it: No such file or directory\n"),
]
FILES = {"ROWS": "suffix\tprovider\tcategory\nmine.example\tMine\ttunnel\n", "BAD": "suffix\tprovider\nmine\tMine\n"}
OTHER_NAMES = """#include <ddnshunt.h>
#include <stdio.h>
/* Names that the library uses inside. */
int buf_init(void) { return 1; }
int mem_alloc(void) { return 2; }
int kb_find(void) { return 4; }
int host_extract(void) { return 8; }
int main(void)
{
    ddh_kb *kb;
    ddh_match *match = ddh_match_new();
    int good = match && ddh_kb_open(&kb) == DDH_OK && ddh_lookup(kb, "a.duckdns.org", DDH_ZERO_TERMINATED, match) == DDH_OK;
    puts(ddh_match_provider(match));
    return good && buf_init() + mem_alloc() + kb_find() + host_extract() == 15 ? 0 : 1;
}
"""


class Results:
    def __init__(self):
        self.count = self.failed = 0

    def check(self, good, name, detail=""):
        self.count += 1
        self.failed += not good
        print(f"{'ok' if good else 'not ok'} {self.count} - api: {name}")
        if not good:
            print("# " + str(detail).rstrip().replace("\n", "\n# "))


def run(command, **options):
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False, **options)
    except OSError as error:                               # a program that was not built
        return subprocess.CompletedProcess(command, 127, "", str(error))


def must(command, **options):
    done = run(command, **options)
    if done.returncode:
        sys.exit(f"{' '.join(command)}\n{done.stdout}{done.stderr}")
    return done.stdout


def declared(header):
    with open(header, encoding="ascii") as f:
        return sorted(re.findall(r"^DDH_API [^;]*?\b(ddh_\w+)\(", f.read(), re.MULTILINE))


def check_names(results, library, static, header, sanitized):
    names = declared(header)
    # The sanitizer adds names of its own, and variables.
    exported = sorted(line.split()[-1] for line in must(["nm", "-D", "--defined-only", library]).splitlines()
                      if not re.search(r" A | __(asan|ubsan|odr_asan)", line))
    results.check(exported == [name + "@@DDNSHUNT_0.1" for name in names], "the shared library exports what the header declares",
                  exported)
    public = sorted(line.split()[-1] for line in must(["nm", "--extern-only", "--defined-only", static]).splitlines()
                    if len(line.split()) == 3 and not re.search(r"__(asan|ubsan|odr_asan)", line))
    results.check([name for name in public if name.startswith("ddh_")] == names, "the static library has all of them", public)
    results.check(sanitized or public == names, "the static library has no other names", public)
    needed = re.findall(r"\(NEEDED\).*\[(.*?)\.so", must(["readelf", "-d", library]))
    wanted = {"libidn2", "libc"}
    results.check(sanitized or set(needed) == wanted, "the library needs libidn2 and libc only", needed)
    results.check("[libddnshunt.so.0]" in must(["readelf", "-d", library]), "the soname is libddnshunt.so.0")
    state = [line for line in must(["nm", library]).splitlines()
             if re.search(r" [bBdD] ", line) and not re.search(r" (completed\.0|__\w+|_\w+)$", line)]
    sections = {line.split()[1]: line.split() for line in must(["objdump", "-h", library]).splitlines() if re.match(r" +\d+ \.", line)}
    size = sum(int(sections[name][2], 16) for name in (".data", ".bss") if name in sections)
    results.check(sanitized or size <= 64, "the library has no state that can be written", f"{size} bytes\n{state}")


def check_cases(results, what, program, folder, env=None):
    for number, (arguments, given, status, output, error) in enumerate(CASES, 1):
        done = run([program, *arguments], input=given, cwd=folder, env=env)
        good = (done.returncode, done.stdout, done.stderr) == (status, output, error)
        results.check(good, f"{what}, case {number}", f"{done.returncode}\n{done.stdout}{done.stderr}")
    with open("/dev/full", "w", encoding="ascii") as full:
        done = subprocess.run([program, "x.ddns.net"], stdout=full, stderr=subprocess.PIPE, text=True, cwd=folder, env=env, check=False)
    results.check((done.returncode, done.stderr) == (2, "lookup: No space left on device\n"), f"{what}, a full disk", done)


def check_installed(results, build, source, folder, cc, sanitizer):
    root = os.path.join(folder, "root")
    must(["meson", "install", "-C", build, "--no-rebuild", "--destdir", root, "--tags", "runtime,devel"])
    found = [os.path.join(at, "libddnshunt.pc") for at, _, names in os.walk(root) if "libddnshunt.pc" in names]
    results.check(len(found) == 1, "a pkg-config file is installed", found)
    if len(found) != 1:
        return
    prefix = must(["pkg-config", "--variable=prefix", found[0]]).strip()
    libdir = os.path.dirname(os.path.dirname(found[0]))

    def flags(*options):
        return must(["pkg-config", f"--define-variable=prefix={root}{prefix}", *options, found[0]]).split()

    version = must(["pkg-config", "--modversion", found[0]]).strip()
    with open(os.path.join(root + prefix, "include", "ddnshunt.h"), encoding="ascii") as f:
        results.check(f'#define DDH_VERSION "{version}"' in f.read(), "the header has the version of the project", version)

    example = os.path.join(source, "examples", "lookup.c")
    shared = os.path.join(folder, "shared")
    done = run([*cc, *sanitizer, "-std=c99", "-Wall", "-Wextra", "-Wpedantic", "-Werror", example, *flags("--cflags", "--libs"),
                "-o", shared])
    results.check(done.returncode == 0, "the example builds with the installed shared library", done.stderr)
    check_cases(results, "shared", shared, folder, {**os.environ, "LD_LIBRARY_PATH": libdir})

    # A folder with the static library alone, since a linker takes the shared one where it finds both.
    alone = os.path.join(folder, "static-only")
    os.mkdir(alone)
    shutil.copy(os.path.join(libdir, "libddnshunt.a"), alone)
    # What libidn2 itself needs to be linked statically (libunistring) is not: only we are.
    results.check("-lidn2" in flags("--static", "--libs"), "pkg-config --static names libidn2", flags("--static", "--libs"))
    static_flags = [*flags("--cflags"), "-L" + alone, "-lddnshunt", *must(["pkg-config", "--libs", "libidn2"]).split()]
    for name, program in (("the example", example), ("a program with names like the library's", os.path.join(folder, "names.c"))):
        if not os.path.exists(program):
            with open(program, "w", encoding="ascii") as f:
                f.write(OTHER_NAMES)
        static = os.path.join(folder, "static-" + os.path.basename(program)[:-2])
        done = run([*cc, *sanitizer, program, *static_flags, "-o", static])
        results.check(done.returncode == 0, f"{name} builds with the installed static library", done.stderr)
        results.check("libddnshunt" not in run(["readelf", "-d", static]).stdout, f"{name} has the static library in it")
    check_cases(results, "static", os.path.join(folder, "static-lookup"), folder)
    done = run([os.path.join(folder, "static-names")])
    results.check((done.returncode, done.stdout) == (0, "DuckDNS\n") or bool(sanitizer), "names like the library's do no harm", done)

    compiler = shutil.which("c++") or shutil.which("clang++-14")
    if compiler:
        done = run([compiler, "-std=c++11", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-fsyntax-only", "-x", "c++",
                    os.path.join(root + prefix, "include", "ddnshunt.h")])
        results.check(done.returncode == 0, "the header is C++ too", done.stderr)
    else:
        results.count += 1
        print(f"ok {results.count} - api: the header is C++ too # SKIP no C++ compiler here")


def main():
    build, source = (os.path.abspath(path) for path in sys.argv[1:3])
    cc = sys.argv[3:]
    results = Results()
    header = os.path.join(source, "include", "ddnshunt.h")
    api = os.path.join(build, "src", "api")
    sanitize = next((word.split("=")[1] for word in cc if word.startswith("--sanitize=")), "none")
    cc = [word for word in cc if not word.startswith("--sanitize=")]
    sanitizer = [] if sanitize in ("none", "") else ["-fsanitize=" + sanitize, "-g"]
    check_names(results, os.path.join(api, "libddnshunt.so"), os.path.join(api, "libddnshunt.a"), header, bool(sanitizer))
    with tempfile.TemporaryDirectory() as folder:
        for name, text in FILES.items():
            with open(os.path.join(folder, name), "w", encoding="ascii") as f:
                f.write(text)
        check_cases(results, "in the build folder", os.path.join(build, "examples", "example-lookup"), folder)
        check_installed(results, build, source, folder, cc, sanitizer)
    print(f"1..{results.count}")
    sys.exit(1 if results.failed else 0)


if __name__ == "__main__":
    main()

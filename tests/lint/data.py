#!/usr/bin/env python3
"""Checks data/providers.tsv and data/services.tsv against what data/README.md says of them. TAP.

Usage: data.py DATA_DIR

Form, order, values, possible names (top-level domains from Debian's Public Suffix List, A-labels by libidn2), the traps
where one first label has several operators, the names of the published query, and that each source is explained. Each
check is then fed a broken table and must complain: a check that cannot fail proves nothing.
"""
import ctypes
import os
import re
import sys

PUBLIC_SUFFIXES = "/usr/share/publicsuffix/public_suffix_list.dat"
PROVIDER_COLUMNS = ["suffix", "provider", "category", "tier", "risk", "source", "published"]
SERVICE_COLUMNS = ["host", "provider", "category", "purpose", "source"]
CATEGORIES = {"public-ddns", "vendor-ddns", "tunnel"}
TIERS = {"A", "B"}                                      # C is not shipped
RISKS = {"low", "medium", "high"}
PURPOSES = {"web", "update", "check-ip", "name-server", "mail", "time", "push"}
LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?")

# suffix: (the operator, what the published query calls it)
PUBLISHED = {
    "3utilities.com": ("No-IP", "3utilities"), "bounceme.net": ("No-IP", "BounceMe"), "ddns.net": ("No-IP", "DDNS.net"),
    "duckdns.org": ("DuckDNS", "DuckDNS"), "freeddns.org": ("Dynu", "FreeDDNS"),
    "freedynamicdns.net": ("No-IP", "FreeDynamicDNS"), "freedynamicdns.org": ("No-IP", "FreeDynamicDNS"),
    "gotdns.ch": ("No-IP", "GotDNS"), "hopto.org": ("No-IP", "No-IP"), "myftp.org": ("No-IP", "No-IP"),
    "myvnc.com": ("No-IP", "No-IP"), "publicvm.com": ("DNSExit", "PublicVM"), "serveftp.com": ("No-IP", "No-IP"),
    "servegame.com": ("No-IP", "No-IP"), "zapto.org": ("No-IP", "No-IP"),
}

# The same first label, another operator.
TRAPS = {
    "myddns.me": "No-IP", "myddns.com": "ChangeIP", "myddns.rocks": "Dynu", "myddns.biz": "Now-DNS",
    "freeddns.com": "ChangeIP", "freeddns.me": "ChangeIP", "freeddns.us": "Now-DNS", "freeddns.uk": "Now-DNS",
    "gotdns.com": "Dyn", "gotdns.org": "Dyn", "webhop.me": "No-IP", "webhop.biz": "Dyn", "webhop.info": "Dyn",
    "webhop.net": "Dyn", "webhop.org": "Dyn", "myftp.biz": "No-IP", "myftp.info": "ChangeIP", "myftp.name": "ChangeIP",
    "serveftp.net": "Dyn", "serveftp.org": "Dyn", "servegame.org": "Dyn", "ddns.me": "No-IP", "ddns.us": "ChangeIP",
    "ddns.info": "ChangeIP", "ddns.mobi": "ChangeIP", "ddns.ms": "ChangeIP", "ddns.name": "ChangeIP",
    "ddns.cam": "Now-DNS", "ddns.berlin": "dnsHome.de", "ddns.wtf": "dnsHome.de", "mysynology.net": "Dynu",
    "dtdns.org": "Now-DNS", "dtdns.net": "DtDNS", "dnsget.org": "Now-DNS", "tftpd.net": "Now-DNS", "ddnskey.com": "No-IP",
    "dyndns.dk": "dyndns.dk", "synology-ds.de": "TwoDNS", "https443.com": "DNSdynamic", "https443.net": "ChangeIP",
}

# No suffix of user names: look-alikes, devices in the path of a URL, homes, name servers and sites of others.
NEVER = ["duckdns.com", "hik-online.com", "hiddns.com", "buffalonas.com", "tnas.online", "noip.net", "canyouseeme.org",
         "dnsmadeeasy.com", "easydns.com", "easydns.net", "easydns.org", "everton.com", "garenanow.com", "play.ai", "noip.com",
         "dyndns.com", "changeip.com", "dnsomatic.com", "linode.com", "myqnapcloud.io"]


class Table:
    """A file's rows as dictionaries, and what is wrong with its form."""

    def __init__(self, text, columns):
        self.rows, self.problems = [], []
        if not text.endswith("\n") or "\r" in text:
            self.problems.append("lines do not all end in one line feed")
        head = None
        for number, line in enumerate(text.split("\n"), 1):
            if not line or line.startswith("#"):
                continue
            cells = line.split("\t")
            if head is None:
                head = cells
                if cells != columns:
                    self.problems.append(f"line {number}: the columns are not {' '.join(columns)}")
            elif len(cells) != len(columns):
                self.problems.append(f"line {number}: {len(cells)} cells, not {len(columns)}")
            else:
                self.rows.append(dict(zip(columns, cells)))
                self.problems += [f"line {number}: a blank at an end of {c!r}" for c in cells if c != c.strip()]
        if not self.rows:
            self.problems.append("no rows")


class PublicSuffixes:
    """The ICANN section: which names are public suffixes, and which top-level domains exist."""

    def __init__(self, path):
        self.rules = set()
        with open(path, encoding="utf-8") as f:
            for line in f:
                if "BEGIN PRIVATE DOMAINS" in line:
                    break
                line = line.strip()
                if line and not line.startswith("//"):
                    self.rules.add(line.encode("idna").decode() if line[0] not in "*!" and not line.isascii() else line)
        self.tlds = {rule.rpartition(".")[2] for rule in self.rules} # "za" has no rule of its own, only "co.za" and others

    def has(self, name):
        if "!" + name in self.rules:
            return False
        return name in self.rules or "*." + name.partition(".")[2] in self.rules

    def knows_tld(self, name):
        return name.rpartition(".")[2] in self.tlds


class Idn:
    """Is an A-label what libidn2 makes of its own Unicode form?"""

    def __init__(self):
        self.lib = ctypes.CDLL("libidn2.so.0")

    def convert(self, function, text, flags):
        out = ctypes.c_char_p()
        if getattr(self.lib, function)(text, ctypes.byref(out), flags) != 0:
            return None
        return out.value

    def is_a_label(self, label):
        nontransitional = 8
        text = self.convert("idn2_to_unicode_8z8z", label.encode(), 0)
        return text is not None and self.convert("idn2_to_ascii_8z", text, nontransitional) == label.encode()


def bare(suffix):
    return suffix[2:] if suffix.startswith("*.") else suffix.removeprefix("!")


def name_problem(name, public, idn):
    """What is wrong with a host name, or None."""
    if len(name) > 253:
        return "is longer than 253 bytes"
    for label in name.split("."):
        if not LABEL.fullmatch(label) or len(label) > 63:
            return f"has the impossible label {label!r}"
        if label[2:4] == "--" and not (label.startswith("xn--") and idn.is_a_label(label)):
            return f"has {label!r}, which is no A-label"
    if "_" in name.rpartition(".")[2] or not public.knows_tld(name):
        return "has no known top-level domain"
    return None


class Checks:
    def __init__(self, public, idn):
        self.public, self.idn = public, idn

    @staticmethod
    def form(data):
        """each file is a table of the named columns"""
        return [f"providers: {p}" for p in data.providers.problems] + [f"services: {p}" for p in data.services.problems]

    @staticmethod
    def order(data):
        """rows stand in the order of the bytes of their name, each once"""
        for table, column in ((data.providers, "suffix"), (data.services, "host")):
            names = [row[column].encode() for row in table.rows]
            for a, b in zip(names, names[1:]):
                if a == b:
                    yield f"{a.decode()} stands twice"
                elif a > b:
                    yield f"{b.decode()} stands after {a.decode()}"

    @staticmethod
    def values(data):
        """category, tier, risk and purpose are known words; a provider has a name"""
        for row in data.providers.rows:
            for column, words in (("category", CATEGORIES), ("tier", TIERS), ("risk", RISKS)):
                if row[column] not in words:
                    yield f"{row['suffix']}: {column} is {row[column]!r}"
            if (row["risk"] == "high") != (row["category"] == "tunnel"):
                yield f"{row['suffix']}: tunnels, and only they, are of high risk"
        for row in data.services.rows:
            for column, words in (("category", CATEGORIES), ("purpose", PURPOSES)):
                if row[column] not in words:
                    yield f"{row['host']}: {column} is {row[column]!r}"
        for row in data.providers.rows + data.services.rows:
            if not row["provider"]:
                yield f"{row.get('suffix') or row['host']}: no provider"

    def names(self, data):
        """each suffix and host is a possible name, and no top-level domain or registry"""
        for row in data.providers.rows:
            name = bare(row["suffix"])
            problem = name_problem(name, self.public, self.idn)
            if problem:
                yield f"{row['suffix']} {problem}"
            elif self.public.has(name):
                yield f"{row['suffix']} is a public suffix of ICANN's"
        for row in data.services.rows:
            problem = name_problem(row["host"], self.public, self.idn)
            if problem:
                yield f"{row['host']} {problem}"

    @staticmethod
    def services(data):
        """a service is no bare suffix, and below a suffix it is that provider's"""
        owners = {row["suffix"]: row["provider"] for row in data.providers.rows}
        kinds = {}
        for row in data.providers.rows:
            kinds.setdefault(row["provider"], set()).add(row["category"])
        for row in data.services.rows:
            labels = row["host"].split(".")
            owner = next((owners[s] for s in (".".join(labels[i:]) for i in range(len(labels))) if s in owners), None)
            if row["host"] in owners:
                yield f"{row['host']} is a suffix: it is a service without a row"
            elif owner and owner != row["provider"]:
                yield f"{row['host']} is below a suffix of {owner}, not of {row['provider']}"
            if row["category"] not in kinds.get(row["provider"], {row["category"]}):
                yield f"{row['host']}: {row['provider']} has no suffix of {row['category']}"

    @staticmethod
    def traps(data):
        """the same first label under other operators, and names that are no suffix"""
        owners = {row["suffix"]: row["provider"] for row in data.providers.rows}
        for suffix, operator in TRAPS.items():
            if owners.get(suffix) != operator:
                yield f"{suffix} is {operator}, not {owners.get(suffix)}"
        for suffix in NEVER:
            if suffix in owners:
                yield f"{suffix} is no suffix of user names"

    @staticmethod
    def published(data):
        """the 15 suffixes of the published query, by both names, and no other"""
        found = {row["suffix"]: (row["provider"], row["published"]) for row in data.providers.rows if row["published"]}
        for suffix in PUBLISHED.keys() | found.keys():
            if found.get(suffix) != PUBLISHED.get(suffix):
                yield f"{suffix}: {found.get(suffix)}, not {PUBLISHED.get(suffix)}"

    @staticmethod
    def spelling(data):
        """an operator has one spelling"""
        seen = {}
        for row in data.providers.rows + data.services.rows:
            name = row["provider"]
            key = re.sub(r"[^a-z0-9]", "", re.sub(r"\(.*?\)", "", name).lower())
            if seen.setdefault(key, name) != name:
                yield f"{name!r} and {seen[key]!r}"

    @staticmethod
    def sources(data):
        """each source is explained in README.md, and is used"""
        explained = set(re.findall(r"^\| `([a-z-]+)` \|", data.readme.partition("## Sources")[2], re.MULTILINE))
        used = set()
        for row in data.providers.rows + data.services.rows:
            keys = row["source"].split(",")
            used.update(keys)
            if len(set(keys)) != len(keys) or not all(keys):
                yield f"{row.get('suffix') or row['host']}: source is {row['source']!r}"
        yield from (f"{key!r} is not explained" for key in sorted(used - explained) if key)
        yield from (f"{key!r} is explained and not used" for key in sorted(explained - used))

    def all(self):
        return [self.form, self.order, self.values, self.names, self.services, self.traps, self.published, self.spelling,
                self.sources]


class Data:
    def __init__(self, providers, services, readme):
        self.texts = {"providers": providers, "services": services, "readme": readme}
        self.providers, self.services = Table(providers, PROVIDER_COLUMNS), Table(services, SERVICE_COLUMNS)
        self.readme = readme

    def changed(self, which, old, new):
        """A copy with one thing broken; old must be there, or the proof would prove nothing."""
        texts = dict(self.texts)
        assert old in texts[which], old
        texts[which] = texts[which].replace(old, new, 1)
        return Data(**texts)


def row(*cells):
    return "\t".join(cells) + "\n"


# (what is broken, file, old text, new text, check, the complaint): into the real tables, so that nothing else is amiss.
GOOD = "duckdns.org\tDuckDNS\tpublic-ddns\tA\tlow\t"
BROKEN = [
    ("a cell too few", "providers", "\nduckdns.org\tDuckDNS\t", "\nduckdns.org\t", "form", "6 cells, not 7"),
    ("a column renamed", "providers", "suffix\tprovider", "name\tprovider", "form", "the columns are not"),
    ("a carriage return", "services", "\n", "\r\n", "form", "one line feed"),
    ("a blank at a cell's end", "services", "\tDuckDNS\t", "\tDuckDNS \t", "form", "a blank at an end"),
    ("a suffix twice", "providers", "\n" + GOOD, "\n" + GOOD + "psl\t\n" + GOOD, "order", "duckdns.org stands twice"),
    ("a suffix out of order", "providers", "\n" + GOOD, "\n" + row("zz.example.org", "X", "tunnel", "B", "high", "psl", "") + GOOD,
     "order", "duckdns.org stands after zz.example.org"),
    ("a host out of order", "services", "\nwww.duckdns.org\t", "\nwww.a.org\tX\ttunnel\tweb\tpsl\nwww.duckdns.org\t", "order",
     "www.a.org stands after"),
    ("an unknown category", "providers", GOOD, GOOD.replace("public-ddns", "ddns"), "values", "category is 'ddns'"),
    ("tier C", "providers", GOOD, GOOD.replace("\tA\t", "\tC\t"), "values", "tier is 'C'"),
    ("an unknown risk", "providers", GOOD, GOOD.replace("low", "none"), "values", "risk is 'none'"),
    ("a DDNS suffix of high risk", "providers", GOOD, GOOD.replace("low", "high"), "values", "only they, are of high risk"),
    ("no provider", "providers", GOOD, GOOD.replace("DuckDNS", ""), "values", "duckdns.org: no provider"),
    ("an unknown purpose", "services", "\tweb\t", "\thome\t", "values", "purpose is 'home'"),
    ("an upper-case suffix", "providers", "\n" + GOOD, "\nDuckDNS.org\t" + GOOD[12:], "names", "the impossible label 'DuckDNS'"),
    ("a label over 63 bytes", "providers", "\n" + GOOD, "\n" + "a" * 64 + ".org\t" + GOOD[12:], "names", "the impossible label 'aaa"),
    ("a name over 253 bytes", "providers", "\n" + GOOD, "\n" + "a.bb." * 51 + "org\t" + GOOD[12:], "names", "longer than 253"),
    ("a hyphen at a label's end", "providers", "\n" + GOOD, "\nduck-.org\t" + GOOD[12:], "names", "the impossible label 'duck-'"),
    ("an empty label", "providers", "\n" + GOOD, "\nduck..org\t" + GOOD[12:], "names", "the impossible label ''"),
    ("a label in Unicode", "providers", "\n" + GOOD, "\nd\u00fcck.org\t" + GOOD[12:], "names", "the impossible label 'd\u00fcck'"),
    ("a false A-label", "providers", "\n" + GOOD, "\nxn--a.org\t" + GOOD[12:], "names", "which is no A-label"),
    ("an unknown top-level domain", "providers", "\n" + GOOD, "\nduckdns.orgg\t" + GOOD[12:], "names", "no known top-level domain"),
    ("a top-level domain", "providers", "\n" + GOOD, "\norg\t" + GOOD[12:], "names", "a public suffix of ICANN's"),
    ("a registry", "providers", "\n" + GOOD, "\nco.uk\t" + GOOD[12:], "names", "co.uk is a public suffix"),
    ("a registry by wildcard", "providers", "\n" + GOOD, "\nfoo.ck\t" + GOOD[12:], "names", "foo.ck is a public suffix"),
    ("a wildcard on a top-level domain", "providers", "\n" + GOOD, "\n*.org\t" + GOOD[12:], "names", "*.org is a public suffix"),
    ("an impossible host", "services", "\nwww.duckdns.org\t", "\nwww.duck dns.org\t", "names", "the impossible label 'duck dns'"),
    ("a service that is a suffix", "services", "\nwww.duckdns.org\t", "\nduckdns.org\t", "services", "a service without a row"),
    ("a service of another's", "services", "\nwww.duckdns.org\tDuckDNS", "\nwww.duckdns.org\tDyn", "services",
     "below a suffix of DuckDNS, not of Dyn"),
    ("a service of another category", "services", "\nwww.duckdns.org\tDuckDNS\tpublic-ddns",
     "\nwww.duckdns.org\tDuckDNS\ttunnel", "services", "DuckDNS has no suffix of tunnel"),
    ("a trap stepped into", "providers", "\nmysynology.net\tDynu", "\nmysynology.net\tSynology", "traps",
     "mysynology.net is Dynu, not Synology"),
    ("a trap's suffix gone", "providers", "\nmyddns.rocks\t", "\nmyddns.cool\t", "traps", "myddns.rocks is Dynu, not None"),
    ("a look-alike as a suffix", "providers", "\n" + GOOD, "\nduckdns.com\t" + GOOD[12:], "traps", "duckdns.com is no suffix"),
    ("a published suffix gone", "providers", "\n" + GOOD, "\nduckdns.net\t" + GOOD[12:], "published", "duckdns.org: None"),
    ("a published name changed", "providers", "\tDDNS.net\n", "\tNo-IP\n", "published", "ddns.net: ('No-IP', 'No-IP')"),
    ("a published name too many", "providers", "\nduckdns.org", "\nduck.org\tX\tpublic-ddns\tB\tlow\tpsl\tDuck\nduckdns.org",
     "published", "duck.org: ('X', 'Duck'), not None"),
    ("an operator in two spellings", "services", "\tNo-IP\t", "\tNoIP\t", "spelling", "'NoIP' and 'No-IP'"),
    ("an operator with other brackets", "services", "\tDuckDNS\t", "\tDuckDNS (free)\t", "spelling", "'DuckDNS (free)' and"),
    ("a source not explained", "services", "\tnextdns\n", "\tnextdms\n", "sources", "'nextdms' is not explained"),
    ("a source not used", "readme", "## Sources\n", "## Sources\n\n| `hearsay` | x |\n", "sources", "'hearsay' is explained and not used"),
    ("no source", "services", "\tnextdns\n", "\t\n", "sources", "source is ''"),
    ("a source twice", "services", "\tnextdns\n", "\tnextdns,nextdns\n", "sources", "source is 'nextdns,nextdns'"),
]


def read(folder, name):
    with open(os.path.join(folder, name), encoding="utf-8", newline="") as f:
        return f.read()


def main():
    folder = sys.argv[1]
    data = Data(read(folder, "providers.tsv"), read(folder, "services.tsv"), read(folder, "README.md"))
    checks = Checks(PublicSuffixes(PUBLIC_SUFFIXES), Idn())
    count, failed = 0, 0
    for check in checks.all():
        count += 1
        problems = list(check(data))
        failed += bool(problems)
        print(f"{'not ok' if problems else 'ok'} {count} - lint/data: {check.__doc__} "
              f"({len(data.providers.rows)} suffixes, {len(data.services.rows)} hosts)")
        for problem in problems[:40]:
            print("# " + problem)
    for what, which, old, new, check, complaint in BROKEN:
        count += 1
        problems = list(getattr(checks, check)(data.changed(which, old, new)))
        told = any(complaint in problem for problem in problems)
        failed += not told
        print(f"{'ok' if told else 'not ok'} {count} - lint/data: {what} is told")
        for problem in [] if told else problems[:5] or ["no complaint"]:
            print("# " + problem)
    print(f"1..{count}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()

"""Questions for the roads: those that are always asked, and others drawn from a seed.

A drawn one is a predicate over the columns that the program looks for, filters by or decodes late, mostly as the first stage, where
the source is told of it: one text or many, as terms or not, in any case, joined by and, or, not. What is done with the rows then
makes them be decoded at different times.
"""
T = "DeviceNetworkEvents"
# (name, arguments, does it read everything?)
QUESTIONS = [
    ("scan", ["scan"], True),
    ("scan published", ["scan", "--rule", "published"], True),
    ("scan with source", ["scan", "--with-source", "--category", "all"], True),
    ("number", ["query", f"{T} | where RemotePort == 443 | project Timestamp, RemotePort, RemoteUrl, ReportId"], True),
    ("contains", ["query", f"{T} | where InitiatingProcessCommandLine contains 'DUCKDNS' | project RemoteUrl,"
                  " InitiatingProcessCommandLine"], True),
    ("has_any", ["query", f"{T} | where InitiatingProcessCommandLine has_any ('powershell', 'curl', 'lang') and RemoteUrl !has 'bing'"
                 " | project DeviceName, RemoteUrl, InitiatingProcessCommandLine, SourceOffset"], True),
    ("regex", ["query", f"{T} | where RemoteUrl matches regex @'^[a-z]+\\.(duck|d)dns' | project RemoteUrl, SourceRecord"], True),
    ("equal", ["query", f"{T} | where ActionType == 'DnsConnectionInspected' | project RemoteUrl, AdditionalFields"], True),
    ("in", ["query", f"{T} | where LocalPort in (50001, 50002, 50003) or DeviceName in~ ('WS-1') | project LocalPort, DeviceName,"
            " RemoteIP"], True),
    ("inside", ["query", f"{T} | where AdditionalFields.query endswith '.org' | project q = AdditionalFields.query, ReportId"], True),
    ("null", ["query", f"{T} | where isnull(RemotePort) or isempty(RemoteUrl) | project RemotePort, RemoteUrl, SourceOffset"], True),
    ("count", ["query", f"{T} | count"], True),
    ("count where", ["query", f"{T} | where RemoteUrl endswith 'ddns.net' | count"], True),
    ("summarize", ["query", f"{T} | summarize n = count(), a = min(Timestamp), b = max(ReportId) by RemotePort, ActionType"], True),
    ("summarize by two", ["query", f"{T} | summarize count() by DeviceName, RemoteUrl"], True),
    ("summarize by three", ["query", f"{T} | summarize n = count(), p = sum(RemotePort) by ActionType, SourceFile"], True),
    ("summarize by five", ["query", f"{T} | summarize count() by DeviceName, RemoteUrl, RemotePort, LocalPort, ActionType"], True),
    ("summarize derived", ["query", f"{T} | summarize n = count(), d = dcount(toupper(DeviceName)), l = max(strlen(RemoteUrl))"
                           " by bin(Timestamp, 1h), tolower(RemoteUrl)"], True),
    ("summarize text", ["query", f"{T} | where RemotePort >= 80 | summarize n = count(), s = make_set(DeviceName) by RemoteUrl"
                        " | sort by n desc, RemoteUrl asc"], True),
    ("distinct of three", ["query", f"{T} | extend u = tolower(RemoteUrl) | distinct u, DeviceName, Timestamp"], True),
    ("distinct", ["query", f"{T} | distinct RemoteUrl, RemotePort"], True),
    ("sort", ["query", f"{T} | where RemoteUrl has_cs 'org' | sort by Timestamp asc, RemoteUrl desc"], True),
    ("top", ["query", f"{T} | top 9 by Timestamp desc | project Timestamp, RemoteUrl, SourceRecord, SourceOffset"], True),
    ("all", ["query", T], True),
    ("source alone", ["query", f"{T} | project SourceFile, SourceRecord, SourceOffset"], True),
    ("take", ["query", f"{T} | take 7"], False),
    ("take of some", ["query", f"{T} | where RemoteUrl contains '.' | project RemoteUrl, SourceOffset | take 5"], False),
    ("two scans", ["query", f"let u = {T} | where RemotePort == 443 | distinct DeviceName;"
                   f" {T} | where DeviceName in (u) and RemoteUrl endswith '.net' | project RemoteUrl, DeviceName"], True),
]
TWICE = {"two scans"}

# Words, whole and in part, of what ../published/generate.py and hostile.py put into rows: some stand behind escapes or in other cases.
WORDS = ["duckdns", "DUCKDNS.org", "ddns.net", ".ddns.net", "hopto.org", "bing", "www.bing.com", "kestrel", "x-1", "http://", "powershell",
         "iwr", "Files", "Program", "C:\\Program", "user-data-dir", "lang=en", "y" * 20, "a.exe", "cmd", "q\"r", "\\", "\u00e9", "\u2028", "\t",
         "ws-1", "WS-1", "srv-9", "corp", "RemoteUrl", "s.hopto", "zzz", "a", "x", "443", "ConnectionSuccess", "Inspected",
         "dnsconnectioninspected", "198.18", "org", "net", "t", "nlang", "b", "E", ""]
TEXTS = ["RemoteUrl", "RemoteUrl", "InitiatingProcessCommandLine", "InitiatingProcessCommandLine", "DeviceName", "ActionType", "RemoteIP",
         "tostring(AdditionalFields)", "tolower(RemoteUrl)"]
ONE = ["==", "=~", "!=", "!~", "contains", "contains", "contains_cs", "!contains", "has", "has", "has_cs", "!has", "startswith", "startswith_cs",
       "!startswith", "endswith", "endswith_cs", "hasprefix", "hasprefix_cs", "hassuffix", "hassuffix_cs"]
MANY = ["in", "in~", "!in", "has_any", "has_any", "has_all"]
NUMBERS = ["RemotePort", "LocalPort", "ReportId"]
REGEXES = [r"^[a-z]+\.", r"(?i)\.(duckdns\.org|ddns\.net)$", r"\.(duckdns\.org|hopto\.org)$", r"\d{3}", r"exe.*lang", r"^$", r"[^\x00-\x7f]"]


def quoted(word):
    return '"' + word.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t") + '"'


def atom(rng):
    roll = rng.random()
    if roll < 0.12:
        return f"{rng.choice(NUMBERS)} {rng.choice(['==', '!=', '<', '>='])} {rng.choice([0, 80, 443, 443, 50010, 500000])}"
    if roll < 0.16:
        return f"Timestamp {rng.choice(['<', '>='])} datetime(2026-03-09T08:00:01Z)"
    if roll < 0.24:
        return f"{rng.choice(['isempty', 'isnotempty', 'isnull', 'isnotnull'])}({rng.choice(NUMBERS + ['RemoteUrl', 'AdditionalFields'])})"
    if roll < 0.34:
        return rng.choice(["isnotempty(ddns_suffix(RemoteUrl))", "ddns_provider(RemoteUrl) == 'DuckDNS'", "isempty(ddns_host(RemoteUrl))"])
    if roll < 0.42:
        return f"{rng.choice(TEXTS[:5])} matches regex @'{rng.choice(REGEXES)}'"
    if roll < 0.62:
        words = [quoted(rng.choice(WORDS[:-1])) for _ in range(rng.choice([1, 2, 3, 4, 6, 9]))]
        return f"{rng.choice(TEXTS)} {rng.choice(MANY)} ({', '.join(words)})"
    return f"{rng.choice(TEXTS)} {rng.choice(ONE)} {quoted(rng.choice(WORDS))}"


def predicate(rng, depth=2):
    roll = rng.random()
    if depth == 0 or roll < 0.45:
        return atom(rng)
    if roll < 0.55:
        return f"not({predicate(rng, depth - 1)})"
    joined = f" {rng.choice(['and', 'or', 'or'])} ".join(predicate(rng, depth - 1) for _ in range(rng.choice([2, 2, 3])))
    return f"({joined})"


def drawn(rng, count):
    for number in range(count):
        stages = []
        if rng.random() < 0.15:
            stages.append("extend Url = RemoteUrl, Port = iff(LocalPort == 50001, RemotePort, LocalPort)")
        stages.append(f"where {predicate(rng)}")
        if rng.random() < 0.3:
            stages.append(f"where {predicate(rng, 1)}")
        if rng.random() < 0.2:
            stages.append("extend p = case(isempty(RemoteUrl), tostring(RemotePort), RemotePort == 443, DeviceName, RemoteIP)")
        stages.append(rng.choice(["project RemoteUrl, RemotePort, SourceRecord, SourceOffset", "project InitiatingProcessCommandLine, RemoteUrl",
                                  "count", "summarize n = count(), m = max(Timestamp) by RemoteUrl, ActionType", "distinct DeviceName, RemotePort",
                                  "top 5 by ReportId asc", "project-away InitiatingProcessCommandLine"]))
        query = f"{T} | " + " | ".join(stages)
        yield (f"drawn {number}", ["query", query, "--stats"], True)


# --- all operators, one by one ---

SPELT = ["duckdns", "Ddns.Net", "a.b", "t1", "x y", "-z."]
TERMS = ["duckdns", "T1", "kestrel", "bing"]     # many, and all of letters and digits: they are sought in another way


def spellings(word):
    """Texts that hold a word or nearly do, as they stand between the quotes of a JSON string."""
    first, last = f"\\u{ord(word[0]):04x}", f"\\u{ord(word[-1]):04X}"
    alike = [word, word.upper(), word.lower(), word.title(), first + word[1:], word[:-1] + last, word[:-1], word[1:]]
    around = ["{}", "{}.x", "x.{}", "x{}", "{}x", "\\t{}", "\\n{}\\r", "\\b{}", "\\f{}", "\\r{}", "\\\\t{}", "\\/{}", '\\"{}\\"', "\\u00e9{}", "\u00e9{}",
              "- {} -"]
    return [frame.format(one) for one in alike for frame in around]


def spelt_lines():
    rows = [f'{{"RemoteUrl":"{text}","InitiatingProcessCommandLine":"{text}","RemotePort":{n}}}'
            for word in SPELT for n, text in enumerate(spellings(word))]
    return [row.encode() for row in rows] + [b'{"RemotePort":1}', b'{"RemoteUrl":null,"RemotePort":2}', b'{"RemoteUrl":7}']


def operators():
    for column in ("RemoteUrl", "InitiatingProcessCommandLine"):
        tests = [f"{op} {quoted(word)}" for op in sorted(set(ONE)) for word in SPELT]
        for op in sorted(set(MANY)):
            for words in (SPELT[:1], SPELT[1:3], SPELT[:3], SPELT, TERMS, SPELT + [w + "9" for w in SPELT]):
                tests.append(f"{op} ({', '.join(map(quoted, words))})")
        tests += [f"matches regex @'{regex}'" for regex in (r"\.(duckdns|ddns\.net)$", r"(?i)\.(DUCKDNS|ddns\.net)$", "duckdns", "^t1", "x y$")]
        for test in tests:
            yield (test, ["query", f"{T} | where {column} {test} | project RemotePort, {column}"], True)

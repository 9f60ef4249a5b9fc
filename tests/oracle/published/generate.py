"""Hostile DeviceNetworkEvents records from a seed: what a log or an attacker may write, and a little that no JSON is.

lines(seed, count) gives raw lines of bytes. Two thirds of them are calm: keys as they are, one trap at most, so that what is decided
without parsing is put to the test as well; the others have traps everywhere. They aim at where a quick reader goes wrong: escapes in keys and in values,
quotes and backslashes just before a key's name, the key inside a string, in a nested object, twice, with blanks, after
the end of an inner object; envelopes whose keys come in any order; times that are equal to the tick.
"""
import json
import random

from literal import CATEGORY, PROVIDERS

HOSTS = ["www.bing.com", "x", "", "-", "10.1.2.3", "duckdns.org", "notduckdns.org", "a.duckdns.org.evil.example"]


def escaped(rng, text, share):
    r"""JSON string contents with some characters as \uXXXX (in either case) or \/."""
    out = []
    for c in text:
        if rng.random() < share:
            units = c.encode("utf-16-be", "surrogatepass")
            for i in range(0, len(units), 2):
                code = units[i:i + 2].hex()
                out.append("\\u" + (code.upper() if rng.random() < 0.5 else code))
        elif c == "/" and rng.random() < 0.3:
            out.append("\\/")
        else:
            out.append(json.dumps(c, ensure_ascii=rng.random() < 0.5)[1:-1])
    return "".join(out)


def quoted(rng, text, share=0.0):
    return '"' + escaped(rng, text, share) + '"'


def host(rng):
    suffix = rng.choice(PROVIDERS)[0]
    other = rng.choice(PROVIDERS)[0]
    label = rng.choice(["a", "x-1", "kestrel", "\u00e9", "q" * 40, "", "a.b", "\\", '"', "a\nb", "{", "}"])
    return rng.choice([
        label + "." + suffix, label + "." + suffix, label + "." + suffix, label + "." + suffix.upper(),
        label + "." + suffix + ".", label + suffix, label + "." + suffix + ":443", "http://" + label + "." + suffix + "/",
        other + "." + suffix, other.upper() + "." + suffix, "." + suffix, suffix, label + "." + suffix + "\n",
        label + "." + suffix + "\x00", label + "\ud800." + suffix, rng.choice(HOSTS), rng.choice(HOSTS),
        label + "." + suffix + "\u0130", "\u212a." + suffix,
    ])


def moment(rng):
    day = rng.choice(["2026-03-09", "2026-03-09", "2026-03-10", "0001-01-01", "9999-12-31", "2024-02-29", "2023-02-29"])
    clock = f"{rng.choice([0, 12, 23]):02d}:{rng.choice([0, 59]):02d}:{rng.choice([0, 1, 59]):02d}"
    fraction = rng.choice(["", ".5", ".50", ".5000000", ".1234567", ".123456789", ".0000001"])
    zone = rng.choice(["Z", "Z", "Z", "", "+00:00", "+05:30", "-08:00"])
    return day + rng.choice("TTT ") + clock + fraction + zone


DECOYS = ['"RemoteUrl":"x.duckdns.org"', '\\"RemoteUrl\\":\\"x.duckdns.org\\"', '","RemoteUrl":"x.duckdns.org', "\\",
          '\\\\"', '{"RemoteUrl":"y.ddns.net"}', 'a":{', "[{", "},{", "}}", 'C:\\Users\\RemoteUrl"', "\\u0052emoteUrl",
          '{"a":{"b":{"RemoteUrl":"z.hopto.org"}}}', ":{", '"properties":{', '"category":"x"', "| % { $_ }", "\u2028"]


def nested(rng):
    inner = quoted(rng, rng.choice(["RemoteUrl", "Timestamp", "a", "properties"])) + ":" + quoted(rng, host(rng))
    return rng.choice(["{" + inner + "}", "[{" + inner + "}]", '{"a":{' + inner + "}}", "{}", "[]", "[[],[{}]]",
                       '[1,"x",null,true,-1.5e3]', "null", "true", "7"])


def value(rng, column, wild):
    if column in ("RemoteUrl", "remoteurl", "RemoteUrlX", 'x"RemoteUrl'):
        roll = rng.random()
        return "null" if roll < 0.08 else nested(rng) if roll < 0.12 and wild else \
            quoted(rng, host(rng), rng.choice([0, 0, 0, 0.2, 1]) if wild else 0)
    if column in ("Timestamp", "TimeGenerated"):
        return rng.choice(["null", '"soon"', "17", '""'] + [quoted(rng, moment(rng), 0.1 * (wild and rng.random() < 0.3))] * 12)
    if column in ("RemotePort", "LocalPort"):
        return rng.choice(["443", "0", "null", "65535", "-1", "2147483648", '"443"', "1e400", "true", "4782"])
    if column == "AdditionalFields":
        return nested(rng) if rng.random() < (0.5 if wild else 0.1) else quoted(rng, rng.choice(DECOYS))
    plain = ["null", quoted(rng, "c:\\program files\\a.exe"), quoted(rng, rng.choice(HOSTS))]
    if not wild and rng.random() < 0.9:
        return rng.choice(plain)
    return rng.choice(plain + [quoted(rng, rng.choice(DECOYS)), quoted(rng, rng.choice(DECOYS), 0.3 * wild)])


COLUMNS = ["Timestamp", "DeviceName", "DeviceId", "InitiatingProcessFileName", "InitiatingProcessCommandLine",
           "InitiatingProcessAccountName", "RemoteUrl", "RemoteIP", "RemotePort", "LocalIP", "LocalPort", "Protocol",
           "ActionType", "AdditionalFields", "Extra", "remoteurl", "RemoteUrlX", 'x"RemoteUrl', "TimeGenerated"]


def blank(rng, style):
    return rng.choice(["", " ", "  ", "\t"]) if style else ""


def members(rng, pairs, style):
    text = ",".join(blank(rng, style) + key + blank(rng, style) + ":" + blank(rng, style) + v + blank(rng, style)
                    for key, v in pairs)
    return "{" + text + "}"


def key(rng, name, wild):
    return quoted(rng, name, rng.choice([0, 0, 0, 0.1, 1]) if wild else 0)


def row(rng, wild):
    columns = [c for c in COLUMNS if rng.random() < 0.8]
    if rng.random() < 0.7 and "RemoteUrl" not in columns:
        columns.append("RemoteUrl")
    if rng.random() < 0.6:
        rng.shuffle(columns)
    if rng.random() < 0.08:
        columns.insert(rng.randrange(len(columns) + 1), rng.choice([*columns, "RemoteUrl"]))
    pairs = [(key(rng, c, wild), value(rng, c, wild)) for c in columns]
    if rng.random() < 0.06:
        pairs.insert(rng.randrange(len(pairs) + 1),
                     (key(rng, rng.choice(["Type", "$table"]), wild),
                      rng.choice(['"DeviceNetworkEvents"', '"DeviceEvents"', '""', "null", '"DeviceNetworkEvents "'])))
    return pairs


def envelope(rng, wild, style):
    inner = [p for p in row(rng, wild) if json.loads(p[0]) not in ("Type", "$table")]
    category = rng.choice([CATEGORY] * 8 + ["AdvancedHunting-DeviceEvents", CATEGORY + "2"])
    pairs = [(key(rng, "time", wild), quoted(rng, moment(rng))), (key(rng, "tenantId", wild), '"0-1-2"'),
             (key(rng, "category", wild), quoted(rng, category, rng.choice([0, 0, 0.2]) if wild else 0)),
             (key(rng, "operationName", wild), '"Publish"')]
    if rng.random() < 0.1:
        pairs = [p for p in pairs if json.loads(p[0]) != "category"]
    if rng.random() < 0.4:
        rng.shuffle(pairs)
    pairs.insert(rng.choice([len(pairs), len(pairs), rng.randrange(len(pairs) + 1)]),
                 (key(rng, "properties", wild), members(rng, inner, style)))
    if rng.random() < 0.1:
        pairs.insert(rng.randrange(len(pairs) + 1),
                     (key(rng, rng.choice(["RemoteUrl", "category", "Tenant"]), wild), quoted(rng, host(rng))))
    if rng.random() < 0.04:
        pairs.insert(rng.randrange(len(pairs) + 1),
                     (key(rng, "properties", wild), rng.choice(["null", "{}", '{"RemoteUrl":"t.ddns.net"}', '"x"'])))
    return members(rng, pairs, style)


def spoil(rng, line):
    """No JSON any more, most of the time."""
    at = rng.randrange(len(line) + 1)
    return rng.choice([line[:at], line + "}", line + "x", "x" + line, line[:at] + '"' + line[at:], line[1:],
                       line.replace(":", "", 1), line.replace(",", ",,", 1), line[:-1] + ",}", line + line])


def lines(seed, count):
    rng = random.Random(seed)
    for _ in range(count):
        wild = rng.random() < 0.35
        style = rng.random() < 0.3
        roll = rng.random()
        if roll < 0.45:
            line = members(rng, row(rng, wild), style)
        elif roll < 0.9:
            line = envelope(rng, wild, style)
        elif roll < 0.92:
            line = rng.choice(["", "   ", "null", "7", '"x.duckdns.org"', "{}", "garbage", "\x00\x01"])
        else:
            line = spoil(rng, members(rng, row(rng, wild), style) if roll < 0.96 else envelope(rng, wild, style))
        raw = line.encode("utf-8", "surrogatepass")
        if rng.random() < 0.03:
            at = rng.randrange(len(raw) + 1)
            raw = raw[:at] + rng.choice([b"\xff", b"\xc3", b"\xed\xa0\x80", b"\x80"]) + raw[at:]
        raw = raw.replace(b"\n", b" ")
        yield raw + rng.choice([b"", b"", b"\r"])

"""Hostile inputs from a seed, in every format and layout: what the program's fast roads are put to the test with.

make(seed, rows) gives one Input for each of KINDS. An input is a list of pieces, records most of them, so that a difference can be
cut down to the few that matter. Records come from ../published/generate.py (escapes in keys and in values, keys twice, the key in
strings, in nested objects, at the end of others) and, here, in what real exports look like: envelopes in one layout, which the
program learns, with one that differs now and then; inspected rows with the name inside of AdditionalFields; records of two bytes
and of more than a block. Clean inputs have well-formed records alone; in the others some are spoilt, and text stands between them.
"""
import json
import os
import random
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "published"))
import generate      # noqa: E402
from literal import Malformed, read_line      # noqa: E402

BOM = b"\xef\xbb\xbf"


class Input:
    """head + pieces, sep between them, + tail; clean: all are well-formed records."""

    def __init__(self, name, ext, pieces, sep=b"\n", head=b"", tail=b"", clean=False):
        self.name, self.ext, self.pieces, self.sep, self.head, self.tail, self.clean = name, ext, pieces, sep, head, tail, clean

    def data(self, pieces=None):
        return self.head + self.sep.join(self.pieces if pieces is None else pieces) + self.tail


class Folder(Input):
    """A folder of files: pieces are (ending, bytes)."""

    def __init__(self, files, clean):
        super().__init__("", "d", files, clean=clean)

    def data(self, pieces=None):
        return self.pieces if pieces is None else pieces


# --- records ---

def text(value):
    return json.dumps(value, separators=(",", ":"))


def command_line(rng):
    return rng.choice([
        '"C:\\Program Files\\x\\a.exe" --user-data-dir="C:\\Users\\u\\AppData" --lang=en', "a.exe {\"RemoteUrl\":\"q.duckdns.org\"}",
        'powershell -c "iwr http://p.duckdns.org/x?a=\\"b\\" | % { $_ }"', "\\", '"', "\\\\\\\"", "cmd /c echo \u00e9\u2028\t",
        "curl https://z.ddns.net/" + "y" * rng.randrange(1, 300), 'x" , "RemoteUrl" : "s.hopto.org',
    ])


def inspected(rng):
    """What Defender writes for a DNS or TLS inspection: the name is inside of a text of JSON, or of JSON in JSON."""
    inner = {"RemoteUrl": generate.host(rng), "query": generate.host(rng), "direction": "Out", "answers": "[\"1.2.3.4\"]", "n": 1}
    as_text = text(inner)
    return rng.choice([as_text, as_text, json.dumps(as_text), text({"a": as_text}), inner])


def usual_row(rng):
    host = generate.host(rng) if rng.random() < 0.4 else rng.choice(["www.bing.com", "http://a.example/x", ""])
    kind = rng.choice(["ConnectionSuccess"] * 4 + ["DnsConnectionInspected", "SslConnectionInspected"])
    found = kind.endswith("Inspected")
    row = {"Timestamp": rng.choice(["2026-03-09T08:00:00.5Z", "2026-03-09T08:00:01Z", generate.moment(rng)]),
           "DeviceId": "%040x" % rng.getrandbits(160), "DeviceName": rng.choice(["ws-1", "srv-9.corp"]), "ActionType": kind,
           "RemoteIP": f"198.18.0.{rng.randrange(256)}", "RemotePort": rng.choice([443, 80, 4782, None]),
           "RemoteUrl": None if found or rng.random() < 0.17 else host, "LocalIP": "10.1.2.3", "LocalPort": 50000 + rng.randrange(99),
           "Protocol": "Tcp", "InitiatingProcessFileName": "a.exe", "InitiatingProcessCommandLine": command_line(rng),
           "InitiatingProcessAccountName": "u", "ReportId": rng.randrange(10**6),
           "AdditionalFields": inspected(rng) if found else rng.choice([None, "", {"direction": "Out"}, '{"path":"C:\\\\x"}'])}
    if rng.random() < 0.05:
        row["InitiatingProcessCommandLine"] = command_line(rng) * rng.choice([10, 100, 400])
    return row


def usual_envelope(rng):
    """One layout; now and then a member more, another order, another category."""
    row = usual_row(rng)
    stamp = rng.choice(["2026-03-09T08:10:00.0000000Z", "2026-03-09T08:10:00Z"])
    pairs = [("time", stamp), ("tenantId", "6f1f-x"), ("operationName", "Publish"),
             ("category", "AdvancedHunting-DeviceNetworkEvents"), ("properties", row), ("Tenant", "DefaultTenant")]
    roll = rng.random()
    if roll < 0.04:
        pairs[3] = ("category", rng.choice(["AdvancedHunting-DeviceEvents", "", "AdvancedHunting-DeviceNetworkEvent"]))
    elif roll < 0.06:
        pairs.insert(rng.randrange(7), ("RemoteUrl", "outside.duckdns.org"))
    elif roll < 0.08:
        rng.shuffle(pairs)
    elif roll < 0.09:
        pairs[5] = ("Tenant", rng.choice(["a\\b", "q\"r", "}", "{", "x}\"", None]))
    elif roll < 0.10:
        pairs[1] = ("tenantId", rng.choice(["a\\b", 'q","properties":{"RemoteUrl":"e.ddns.net"}', "{", ""]))
    return text(dict(pairs))


def tiny(rng):
    return rng.choice(["{}", '{"a":1}', '{"RemoteUrl":null}', '{"RemoteUrl":5}', '{"RemoteUrl":"t.ddns.net"}', '{"RemotePort":443}',
                       '{"RemoteUrl":{"a":1}}', '{"RemoteUrl":[]}', '{"RemoteUrl":true}', '{"properties":{}}',
                       '{"properties":{"RemoteUrl":"u.hopto.org"}}', '{ "RemoteUrl" : "v.ddns.net" }', '{"RemoteUrl":""}',
                       '{"Timestamp":"2026-03-09","RemoteUrl":"w.zapto.org"}', '{"RemoteUrl":"a.ddns.net","RemoteUrl":null}',
                       '{"\\u0052emoteUrl":"x.ddns.net"}', '{"RemoteUrl":"\\u0078.ddns.net"}', '{"RemoteUrl":1e5,"RemotePort":1.5}',
                       '{"a\\"RemoteUrl":"k.ddns.net"}', '{"RemoteUrl":"k.ddns.ne\\u0074"}', '{"a":"\\","RemoteUrl":"k.ddns.net"}',
                       '{"a":"\\\\","RemoteUrl":"k.ddns.net"}', '{"a":"x\\"","RemoteUrl":"k.ddns.net"}',
                       '{"InitiatingProcessCommandLine":"\\tpowershell\\niwr\\rlang\\bcmd\\fcurl","RemoteUrl":"\\nduckdns"}'])


def oddly(rng, enveloped):
    wild, blanks = rng.random() < 0.4, rng.random() < 0.3
    if enveloped:
        return generate.envelope(rng, wild, blanks)
    return generate.members(rng, generate.row(rng, wild), blanks)


def record(rng, enveloped):
    roll = rng.random()
    if roll < 0.08:
        return tiny(rng)
    if roll < 0.30:
        return oddly(rng, enveloped if rng.random() < 0.8 else not enveloped)
    return usual_envelope(rng) if enveloped else text(usual_row(rng))


def encoded(rng, line):
    raw = line.encode("utf-8", "surrogatepass")
    if rng.random() < 0.02:
        at = rng.randrange(len(raw) + 1)
        raw = raw[:at] + rng.choice([b"\xff", b"\xc3", b"\xed\xa0\x80", b"\x80", b"\xf4\x90\x80\x80"]) + raw[at:]
    return raw


def is_good(raw):
    try:
        read_line(raw)
    except Malformed:
        return False
    return True


def good_record(rng, enveloped):
    while True:
        raw = encoded(rng, record(rng, enveloped)).replace(b"\n", b" ")
        if is_good(raw):
            return raw


def spoilt(rng, enveloped):
    """No record any more, or hardly."""
    line = record(rng, enveloped)
    raw = encoded(rng, generate.spoil(rng, line)).replace(b"\n", b" ")
    at = rng.randrange(len(raw) + 1)
    return rng.choice([raw, raw, raw, raw, raw[:at] + b"\0" + raw[at:], raw[:at] + b"\\" + raw[at:], raw[:at] + b"{" + raw[at:],
                       raw[:at] + rng.choice([b"}", b"]", b"[", b",", b":", b'"', b"\x01", b"\t", b"\r"]) + raw[at + 1:]])


def rubbish(rng):
    """No object at all."""
    return rng.choice([b"", b"", b"   ", b"\t", b"null", b"7", b'"x.duckdns.org"', b"garbage a.duckdns.org", b"\x00\x01\x02", b"{", b"[",
                       b"}", b"\xff\xfe", b"{" * 300, b'{"a":' * 200, b"[" * 1500, b'{"RemoteUrl":"a.duckdns.org"', b"\\", BOM,
                       b'"RemoteUrl":"a.duckdns.org"}', b"// comment", b"--- page 2 ---"])


# --- layouts ---

def lines(rng, count, enveloped, clean):
    pieces = []
    for _ in range(count):
        roll = rng.random()
        if clean or roll < 0.8:
            piece = good_record(rng, enveloped)
        elif roll < 0.93:
            piece = spoilt(rng, enveloped)
        else:
            piece = rubbish(rng)
        if rng.random() < 0.05:
            piece = rng.choice([b" ", b"\t", b"  "]) + piece + rng.choice([b"", b" ", b"\r"])
        pieces.append(piece)
    sep = rng.choice([b"\n", b"\n", b"\n", b"\r\n"])
    if rng.random() < 0.3:
        pieces.insert(rng.randrange(len(pieces)), b"")
    tail = rng.choice([sep, sep, b"", sep + sep])
    if not clean and rng.random() < 0.5:
        cut = good_record(rng, enveloped)
        tail = sep + cut[:rng.randrange(1, len(cut))]
    return Input("", "jsonl", pieces, sep, rng.choice([b"", b"", BOM]), tail, clean)


def pretty(raw, indent, margin):
    """Line breaks and blanks where they mean nothing; strings as they are."""
    out, depth, at = [], 0, 0
    while at < len(raw):
        c = raw[at:at + 1]
        if c == b'"':
            end = at + 1
            while end < len(raw) and raw[end:end + 1] != b'"':
                end += 2 if raw[end:end + 1] == b"\\" else 1
            out.append(raw[at:end + 1])
            at = end + 1
            continue
        if c in b"{[":
            depth += 1
        elif c in b"}]":
            depth -= 1
        line = b"\n" + margin + indent * max(depth, 0)
        out.append({b"{": c + line, b"[": c + line, b",": c + line, b"}": line + c, b"]": line + c, b":": b": "}.get(c, c))
        at += 1
    return b"".join(out)


def elements(rng, count, enveloped, clean, layout):
    margin = {"compact": b"", "lines": b"", "pretty": b"    "}[layout]
    pieces = []
    for _ in range(count):
        roll = rng.random()
        if clean or roll < 0.85:
            piece = good_record(rng, enveloped)
        elif roll < 0.93:
            piece = spoilt(rng, enveloped)
        else:
            piece = rng.choice([b"null", b"7", b'"x"', b"[]", b"[{}]", b"", b"garbage", b"true", b'"{\\"a\\""'])
        pieces.append(margin + pretty(piece, b"  ", margin) if layout == "pretty" else piece)
    return pieces, {"compact": b",", "lines": b",\n", "pretty": b",\n"}[layout]


def container(rng, count, enveloped, clean, shape, layout):
    pieces, sep = elements(rng, count, enveloped, clean, layout)
    line = b"" if layout == "compact" else b"\n"
    head, tail = {
        "array": (b"[", b"]"),
        "results": (b'{"Schema":[{"Name":"RemoteUrl","Type":"String"}],' + line + b'"Results":[', b"]}"),
        "records": (b'{"records":[', b"]}"),
        "mixed": (b'{"a":{"records":[{"x":1}]},"b":"]}",' + line + b'"\\u0072ecords" : [', b'],"c":[1,{"d":"}"}] }'),
    }[shape]
    head, tail = head + line, line + tail + line
    if not clean and rng.random() < 0.3:
        tail = rng.choice([b"", line + b"]", tail + b"garbage\n", tail + head + b'{"RemoteUrl":"second.ddns.net"}' + tail])
    return Input("", "json", pieces, sep, rng.choice([b"", b"", BOM, b"\n "]) + head, tail, clean)


def container_lines(rng, count, clean):
    """Containers that are a line each, records between them now and then."""
    pieces = []
    while count > 0:
        size = min(count, rng.choice([1, 3, 10, 30]))
        enveloped = rng.random() < 0.7
        roll = rng.random()
        if roll < 0.15:
            pieces.append(good_record(rng, enveloped) if clean else spoilt(rng, enveloped))
        else:
            shape = rng.choice(["records"] * 6 + ["array", "results", "mixed"])
            pieces.append(container(rng, size, enveloped, clean, shape, "compact").data().strip().replace(b"\n", b""))
        if not clean and rng.random() < 0.05:
            pieces.append(rng.choice([b'{"records":[', b'{"records":[\\', b"[", b"[]", b"]}", b"", b'{"records":[]}', b'{"records":[{}']))
        count -= size
    return Input("", "jsonl", pieces, b"\n", b"", rng.choice([b"\n", b"\n", b"\r\n", b""]), clean)


def objects(rng, count, enveloped, clean):
    """Pretty-printed objects one after the other, a container among them."""
    pieces, _sep = elements(rng, count, enveloped, clean, "pretty")
    pieces = [p.strip() for p in pieces]
    pieces.insert(rng.randrange(len(pieces)), b'{"value": [1],\n "Results": [{"RemoteUrl": "i.ddns.net"}, {"RemotePort": 443}]}')
    return Input("", "json", [b"{\n" + p[1:] if p[:1] == b"{" else p for p in pieces], rng.choice([b"\n", b"\n\n"]), b"", b"\n", clean)


def containers(rng, count, clean):
    """One container after the other, of different shapes and margins: what is guessed of one is wrong of the next."""
    pieces = []
    for _ in range(rng.randrange(2, 6)):
        shape, layout = rng.choice(["array", "results", "records", "mixed"]), layout_of(rng)
        made = container(rng, max(1, count // 4), shape == "records", clean, shape, layout)
        indent = rng.choice([b"", b" ", b"        "])
        text = made.data().removeprefix(BOM)
        pieces.append(b"\n".join(indent + line for line in text.split(b"\n")))
    return Input("", "json", pieces, b"\n", b"", b"\n", clean)


# --- one layout, which the program learns ---

def alike(rng, count, enveloped, clean):
    """
    Records of the same few members in the same order, as one exporter writes them; and of such a record, what lacks a byte, has one
    too many or another one. Most of it is keys and marks, so that these are hit.
    """
    first = ["Timestamp", "DeviceName", "RemotePort", "RemoteUrl", "LocalPort"]
    second = rng.sample(first, 5)

    def one():
        row = usual_row(rng)
        row["RemoteUrl"] = rng.choice([row["RemoteUrl"], "v.ddns.net", "www.bing.com", None])
        row["DeviceName"] = rng.choice(["ws-1", "ws-22", "a\\\"b", "\u00e9", ""])
        row = {name: row[name] for name in (first if rng.random() < 0.8 else second)}
        if not enveloped:
            return text(row)
        category = "AdvancedHunting-" + rng.choice(["DeviceNetworkEvents"] * 4 + ["DeviceEvents"])
        before = {"time": rng.choice(["2026-03-09T08:10:00Z", "2026-03-09T08:10:00.5Z"]), "tenantId": rng.choice(["6f1f", "7"])}
        after = {"operationName": rng.choice(["Publish", "Pub", "x}y" if rng.random() < 0.1 else "P"]), "Tenant": "Default"}
        (before if rng.random() < 0.9 else after)["category"] = category
        return text({**before, "properties": row, **after})

    pieces = []
    for _ in range(3 * count):
        piece = one().encode()
        if not clean and rng.random() < 0.35:
            at = rng.randrange(len(piece))
            marks = [i for i, c in enumerate(piece) if c in b'{}[]":,\\0123456789']
            at = rng.choice(marks) if rng.random() < 0.7 else at
            byte = rng.choice([b"", b"", b'"', b"\\", b"{", b"}", b",", b":", b" ", b"0", b"x", piece[at:at + 1] * 2])
            piece = piece[:at] + byte + piece[at + 1:]
        pieces.append(piece)
    return Input("", "jsonl", pieces, b"\n", b"", b"\n", clean)


# --- well-formed, but for its braces or an escape ---

NESTED = ['{"a":{"b":{"c":1}}}', '{"a":{},"b":{"c":{"d":"}{"}}}', '{"a":"\\u0041\\u00e9","b":{"c":null}}', '{"k":{"RemoteUrl":"in.ddns.net"}}']


def braces_slip(rng, piece):
    """Each byte may stand behind the one before it, and there are as many braces of a kind or not: only their depth tells."""
    at = rng.choice([i for i, c in enumerate(piece) if c in b"{}"])
    close = rng.choice([i for i, c in enumerate(piece) if c == b"}"[0]])
    inner = piece.index(b",")
    return rng.choice([
        piece + b"}", piece[:-1], piece[:close] + b"}" + piece[close:], piece[:at] + piece[at + 1:],
        piece[:inner] + b"}" + piece[inner:], piece[:inner] + b"}" + piece[inner:-1], piece[:inner] + b"}" + piece[inner:-2],
        piece[:inner] + b'},"z":{"y":1' + piece[inner:], b'{"w":' + piece, b'{"w":' + piece + b"}}", piece + piece, piece[1:],
        piece.replace(b":{", b":{{", 1), piece.replace(b"}}", b"}", 1), piece[:-1] + b"," + piece[1:], piece[:-1] + b',"z":{"y":{}'])


def escape_slip(rng, piece):
    """A string has a wrong escape, mostly one of \\u."""
    wrong = rng.choice([b"\\u00g1", b"\\u004", b"\\u", b"\\u12@4", b"\\u`123", b"\\u:000", b"\\U0041", b"\\x41", b"\\u00 1", b"\\uD83D", b"\\u0000",
                        b"\\udc00\\ud83d", b"\\u{41}", b"\\u+041"])
    at = rng.choice([i for i, c in enumerate(piece) if c == b'"'[0] and piece[i - 1:i] != b"\\"])
    return piece[:at + 1] + wrong + piece[at + 1:] if piece[at - 1:at] in b":{," else piece[:at] + wrong + piece[at:]


def compact(rng, count, clean):
    """Compact rows with objects in them, nearly all of them good, so that the program goes on to check them without parsing."""
    pieces = []
    for _ in range(5 * count):
        row = usual_row(rng)
        names = rng.sample(sorted(row), rng.randrange(3, len(row)))
        row = {name: row[name] for name in names}
        line = text(row)[:-1] + rng.choice(["", "," + '"Extra":' + rng.choice(NESTED)]) + "}"
        piece = line.replace("[", "(").replace("]", ")").replace("\n", " ").encode()
        if not clean and rng.random() < 0.12:
            piece = rng.choice([braces_slip, braces_slip, escape_slip])(rng, piece)
        pieces.append(piece)
    return Input("", "jsonl", pieces, rng.choice([b"\n", b"\n", b"\n", b"\r\n"]), b"", b"\n", clean)


# --- CSV ---

HEADER = ["Timestamp", "DeviceName", "ActionType", "RemoteIP", "RemotePort", "RemoteUrl", "LocalIP", "InitiatingProcessFileName",
          "InitiatingProcessCommandLine", "InitiatingProcessAccountName", "ReportId", "AdditionalFields", "Extra Column"]


def cell(rng, value, always):
    if value is None:
        return b""
    value = value if isinstance(value, str) else text(value)
    if rng.random() < 0.03:
        value = rng.choice([value + "\n" + value, "\r\n", "a,b", '"', '""', '","', ' "x" ', "\n", value + "\r", '\n"', ',"\n'])
    raw = value.encode("utf-8", "surrogatepass")
    if always or any(c in raw for c in b',"\n\r'):
        return b'"' + raw.replace(b'"', b'""') + b'"'
    return raw


def csv_row(rng, columns, always):
    row = usual_row(rng)
    row["Extra Column"] = rng.choice([None, "x", 'a "quoted" word', "7"])
    if rng.random() < 0.03:
        row["InitiatingProcessCommandLine"] = 'a "b", c\n' * rng.choice([1, 30, 900])
    row["Type"] = rng.choice(["DeviceNetworkEvents"] * 5 + ["DeviceEvents", ""])
    cells = [cell(rng, row.get(c), always or rng.random() < 0.1) for c in columns]
    if not always and rng.random() < 0.1:      # a quote within a cell that none opens
        cells[rng.randrange(len(cells))] = rng.choice([b'x"y', b' "a"', b'5"', b'a""b'])
    return b",".join(cells)


def csv_bad(rng, columns, always):
    raw = csv_row(rng, columns, always)
    at = rng.randrange(len(raw) + 1)
    return rng.choice([raw[:at] + b'"' + raw[at:], raw[:at] + b'"' + raw[at:], raw + b",x", raw.rsplit(b",", 3)[0], raw[:at], b'"',
                       b'"a"b,' + raw, raw[:at] + b"\0\xff" + raw[at:], b",", b"\r", raw[:at] + b"\r" + raw[at:], b""])


def csv(rng, count, clean):
    always = rng.random() < 0.5
    columns = HEADER + (["Type"] if rng.random() < 0.4 else [])
    if rng.random() < 0.5:
        rng.shuffle(columns)
    sep = rng.choice([b"\n", b"\r\n"])
    header = b",".join(b'"' + c.encode() + b'"' if always else c.encode() for c in columns)
    pieces = [csv_row(rng, columns, always) if clean or rng.random() < 0.9 else csv_bad(rng, columns, always) for _ in range(count)]
    tail = rng.choice([sep, sep, b""])
    if not clean and rng.random() < 0.5:
        tail = sep + csv_row(rng, columns, always)[:rng.randrange(1, 60)]
    return Input("", "csv", pieces, sep, rng.choice([b"", BOM]) + header + sep, tail, clean)


def csv_traps(rng, count, clean):
    """
    What misleads a guess at whether a place is within a quoted cell: long cells that hold what looks like rows, quotes that fit either
    way, no quotes for long, one that opens a cell and is never closed.
    """
    columns = ["RemoteUrl", "InitiatingProcessCommandLine", "RemotePort", "Timestamp", "DeviceName"]
    inner = ["a.ddns.net,x,443,2026-03-09,ws\n", ',"\n",', "\n", ",,,,\n", '"b.duckdns.org","y",443,,"ws"\n', "x" * 90, '\r\n",",', '"', ","]

    def one():
        roll = rng.random()
        filling = rng.choice(["x", "", 'say "x"', ",", "\n"])
        if roll < 0.25:
            few = rng.sample(inner, rng.randrange(1, 3))
            filling = "".join(rng.choice(few) for _ in range(rng.choice([3, 30, 150])))
        row = [generate.host(rng).replace('"', "").replace("\n", ""), filling, rng.choice([443, None]), "2026-03-09T08:00:00Z", "ws"]
        if not clean and roll > 0.97:
            return b'"' + b",".join(str(c).encode("utf-8", "surrogatepass") for c in row)
        always = rng.random() < 0.3
        return b",".join(cell(rng, None if c is None else str(c), always) for c in row)

    pieces = [one() for _ in range(count)]
    if rng.random() < 0.3:
        pieces += [b"h%d.hopto.org,z,443,,ws" % i for i in range(100)]
    if not clean and rng.random() < 0.2:
        pieces.insert(rng.randrange(len(pieces)), b'"' + b"c.zapto.org,y,443,2026-03-09,ws\n" * 80)
    sep = rng.choice([b"\n", b"\r\n"])
    return Input("", "csv", pieces, sep, rng.choice([b"", BOM]) + ",".join(columns).encode() + sep, rng.choice([sep, b""]), clean)


# --- soup: what a grammar is made of, in any order ---

JSON_WORDS = [b"{", b"}", b"[", b"]", b":", b",", b'"', b"\\", b'"RemoteUrl"', b'"RemoteUrl":', b'"RemoteUrl":"a.ddns.net"', b'\\"RemoteUrl\\":',
              b'"properties":{', b'"properties"', b'{"RemoteUrl":"b.duckdns.org"}', b'"category":"AdvancedHunting-DeviceNetworkEvents"',
              b'"category":"x"', b'"Type":"DeviceEvents"', b'"$table":"DeviceNetworkEvents"', b'"\\u0052emoteUrl":"c.ddns.net"', b"null",
              b"443", b'"RemotePort":443', b'"a":1', b'"records":[', b'"', b'"', b"\\\\", b" ", b"\t", b"\xff", b"\0", b"u0052", b"Url",
              b"\xef\xbb\xbf", b'{"properties":{"RemoteUrl":"d.hopto.org"},"category":"AdvancedHunting-DeviceNetworkEvents"}', b"},{", b"\n"]
CSV_WORDS = [b",", b",", b'"', b'"', b'""', b'","', b"\r", b"\n", b"\r\n", b"a.ddns.net", b"443", b" ", b'"a.duckdns.org",', b'"\n"', b"x" * 40,
             b'"b.hopto.org","443"\n', b"DeviceEvents", b"2026-03-09", b"\0", b"\xff"]


def stew(rng, words, count):
    return b"".join(rng.choice(words) for _ in range(rng.randrange(1, count)))


def soup_lines(rng, count):
    pieces = [b'{"RemoteUrl":"first.ddns.net","RemotePort":443}']
    for _ in range(4 * count):
        piece = stew(rng, JSON_WORDS, 9) if rng.random() < 0.6 else b"{" + stew(rng, JSON_WORDS, 7) + b"}"
        pieces.append(good_record(rng, rng.random() < 0.5) if rng.random() < 0.1 else piece)
    return Input("", "jsonl", pieces, b"\n", b"", rng.choice([b"", b"\n"]))


def soup_stream(rng, count):
    pieces = [b"{" + stew(rng, JSON_WORDS, 7) + b"}" if rng.random() < 0.7 else stew(rng, JSON_WORDS, 5) for _ in range(3 * count)]
    head = rng.choice([b"[", b'{"records":[', b'{"Results":[']) + b'{"RemoteUrl":"first.ddns.net"}'
    return Input("", "json", pieces, rng.choice([b",", b",\n", b"\n"]), head + rng.choice([b",", b",\n"]), rng.choice([b"", b"]", b"]}"]))


def soup_csv(rng, count):
    pieces = [stew(rng, CSV_WORDS, 12) for _ in range(4 * count)]
    return Input("", "csv", pieces, rng.choice([b"\n", b"\r\n", b""]), b"RemoteUrl,RemotePort,Timestamp,DeviceName\n", rng.choice([b"", b"\n"]))


# --- long and many ---

def long_records(rng, clean):
    """Records longer than the usual blocks, between short ones."""
    pieces = lines(rng, 8, True, clean).pieces
    for size in (70_000, 300_000, rng.randrange(1_000_000, 1_500_000)):
        row = usual_row(rng)
        filling = command_line(rng) + " "
        row["InitiatingProcessCommandLine"] = filling * (size // len(filling))
        pieces.insert(rng.randrange(len(pieces)), text(rng.choice([row, {"properties": row}])).encode())
    return Input("", "jsonl", pieces, b"\n", b"", b"\n", clean)


def folder(rng, count, clean):
    """Files of all formats, a piece each. What is no telemetry is met among them."""
    kinds = [k for k in KINDS if k not in ("folder", "long records") and not (clean and k.startswith("soup"))]
    files = []
    for _ in range(rng.randrange(1, 9)):
        made = KINDS[rng.choice(kinds)](rng, rng.randrange(1, 2 + count // 4), clean)
        files.append((made.ext, made.data()))
    files += [rng.choice([("jsonl", b""), ("txt", b"no telemetry\n"), ("json", b"[]"), ("jsonl", b"\n\n")]) for _ in range(rng.randrange(3))]
    rng.shuffle(files)
    return Folder(files, clean)


# --- all of them ---

def layout_of(rng):
    return rng.choice(["compact", "lines", "pretty"])


KINDS = {
    "lines, envelopes": lambda rng, n, clean: lines(rng, n, True, clean),
    "lines, rows": lambda rng, n, clean: lines(rng, n, False, clean),
    "array": lambda rng, n, clean: container(rng, n, rng.random() < 0.3, clean, "array", layout_of(rng)),
    "results": lambda rng, n, clean: container(rng, n, False, clean, "results", layout_of(rng)),
    "records": lambda rng, n, clean: container(rng, n, True, clean, rng.choice(["records", "mixed"]), layout_of(rng)),
    "lines of containers": lambda rng, n, clean: container_lines(rng, n, clean),
    "objects": lambda rng, n, clean: objects(rng, n, rng.random() < 0.5, clean),
    "containers": containers,
    "envelopes alike": lambda rng, n, clean: alike(rng, n, True, clean),
    "rows alike": lambda rng, n, clean: alike(rng, n, False, clean),
    "rows, compact": compact,
    "csv": lambda rng, n, clean: csv(rng, n, clean),
    "csv with traps": csv_traps,
    "soup of lines": lambda rng, n, clean: soup_lines(rng, n),
    "soup of elements": lambda rng, n, clean: soup_stream(rng, n),
    "soup of cells": lambda rng, n, clean: soup_csv(rng, n),
    "long records": lambda rng, n, clean: long_records(rng, clean),
    "folder": folder,
}


def make(kind, seed, rows, clean):
    rng = random.Random(f"{kind} {seed} {clean}")
    made = KINDS[kind](rng, rows, clean)
    made.name = f"{kind}, {'clean' if clean else 'spoilt'}, seed {seed}"
    return made

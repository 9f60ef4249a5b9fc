"""The published query read literally and slowly, as an oracle: no regular expressions of ours, no fast path, no plan.

What the query means, operator by operator:
  matches regex   a case-sensitive search; the text must end in "." and one of the 15 suffixes.
  contains        a substring, A-Z folded and nothing else.
  case            the first pair that holds.
  sort desc       newest first; equal times keep the input's order; rows without a time come last, in the input's order.
And what the tables mean:
  an envelope     is an object whose "properties" is an object; it is ours if "category" is absent or ours.
  a flat row      is ours unless "Type" or "$table" names another table.
  a missing       Timestamp is stood in for by TimeGenerated; a missing string is "".
"""
import datetime
import json

CATEGORY = "AdvancedHunting-DeviceNetworkEvents"
TABLE = "DeviceNetworkEvents"
PROVIDERS = [
    ("duckdns.org", "DuckDNS"), ("publicvm.com", "PublicVM"), ("ddns.net", "DDNS.net"), ("hopto.org", "No-IP"),
    ("zapto.org", "No-IP"), ("serveftp.com", "No-IP"), ("servegame.com", "No-IP"), ("myftp.org", "No-IP"),
    ("myvnc.com", "No-IP"), ("gotdns.ch", "GotDNS"), ("3utilities.com", "3utilities"), ("bounceme.net", "BounceMe"),
    ("freedynamicdns.org", "FreeDynamicDNS"), ("freedynamicdns.net", "FreeDynamicDNS"), ("freeddns.org", "FreeDDNS"),
]
STRINGS = ("DeviceName", "DeviceId", "InitiatingProcessFileName", "InitiatingProcessCommandLine",
           "InitiatingProcessAccountName", "RemoteUrl", "RemoteIP", "LocalIP", "Protocol", "ActionType")
COLUMNS = ("Timestamp", "DeviceName", "DeviceId", "InitiatingProcessFileName", "InitiatingProcessCommandLine",
           "InitiatingProcessAccountName", "RemoteUrl", "RemoteIP", "RemotePort", "LocalIP", "LocalPort", "Protocol",
           "DynamicDNSProvider", "ActionType")


class Malformed(Exception):
    pass


def refuse(text):
    raise Malformed(text)


def read_line(raw):
    """One line of bytes as a JSON object, or Malformed. Bad UTF-8 and lone surrogates become U+FFFD."""
    try:
        record = json.loads(raw.decode("utf-8", "replace"), parse_constant=refuse)
    except (ValueError, RecursionError) as problem:
        raise Malformed(str(problem)) from None
    if not isinstance(record, dict):
        raise Malformed("no object")
    return record


def records(raw_lines):
    """(row, is it ours) for each line that is a record."""
    for raw in raw_lines:
        try:
            record = read_line(raw)
        except Malformed:
            continue
        inner = record.get("properties")
        if isinstance(inner, dict):
            yield inner, record.get("category", CATEGORY) == CATEGORY
        else:
            yield record, all(record.get(k) in (None, "", TABLE) or not isinstance(record[k], str)
                              for k in ("Type", "$table"))


def rows(raw_lines):
    return (row for row, ours in records(raw_lines) if ours)


def well_formed(raw_lines):
    """The lines that are records, for runs in which nothing is rejected."""
    for raw in raw_lines:
        try:
            read_line(raw)
        except Malformed:
            continue
        yield raw


def text_of(row, column):
    value = row.get(column)
    if not isinstance(value, str):
        return ""
    return "".join("\ufffd" if 0xD800 <= ord(c) <= 0xDFFF else c for c in value)


def ends_in_suffix(url):
    return any(url.endswith("." + suffix) for suffix, _ in PROVIDERS)


def fold(text):
    return "".join(chr(ord(c) + 32) if "A" <= c <= "Z" else c for c in text)


def provider(url):
    for suffix, name in PROVIDERS:
        if suffix in fold(url):
            return name
    return "Other"


def digits(text, count):
    return int(text) if len(text) == count and all(c in "0123456789" for c in text) else None


def ticks(text):
    """Ticks of 100 ns since year 1 of `YYYY-MM-DD[T ]hh:mm:ss[.f{1,9}][Z|+hh:mm]`, or None."""
    if not isinstance(text, str) or len(text) < 19 or text[4] + text[7] + text[13] + text[16] != "--::" \
            or text[10] not in "T ":
        return None
    parts = [digits(text[a:b], b - a) for a, b in ((0, 4), (5, 7), (8, 10), (11, 13), (14, 16), (17, 19))]
    rest = text[19:]
    fraction = 0
    if rest.startswith("."):
        count = 0
        while count + 1 < len(rest) and rest[count + 1] in "0123456789":
            count += 1
        if not 1 <= count <= 9:
            return None
        fraction = int(rest[1:count + 1].ljust(7, "0")[:7])
        rest = rest[count + 1:]
    shift = 0
    if rest not in ("", "Z"):
        hours, minutes = digits(rest[1:3], 2), digits(rest[4:6], 2)
        if len(rest) != 6 or rest[0] not in "+-" or rest[3] != ":" or hours is None or minutes is None:
            return None
        shift = (hours * 60 + minutes) * (1 if rest[0] == "-" else -1)
    try:
        moment = datetime.datetime(*parts)
    except (ValueError, TypeError):
        return None
    since = moment - datetime.datetime.min
    total = (since.days * 86400 + since.seconds + shift * 60) * 10_000_000 + fraction
    return total if 0 <= total <= 3155378975999999999 else None


def time_of(row):
    value = row.get("Timestamp")
    return ticks(value if value is not None else row.get("TimeGenerated"))


def iso(count):
    if count is None:
        return None
    seconds, fraction = divmod(count, 10_000_000)
    moment = datetime.datetime.min + datetime.timedelta(days=seconds // 86400, seconds=seconds % 86400)
    return f"{moment.year:04d}-{moment:%m-%dT%H:%M:%S}.{fraction:07d}Z"


def port(row, column):
    value = row.get(column)
    fits = isinstance(value, int) and not isinstance(value, bool) and -2**31 <= value < 2**31
    return value if fits else None


def answer(raw_lines):
    """The rows that the published query gives, in order, as dicts of the 14 columns."""
    hits = []
    for row in rows(raw_lines):
        url = text_of(row, "RemoteUrl")
        if ends_in_suffix(url):
            hit = {column: text_of(row, column) for column in STRINGS}
            hit.update(RemotePort=port(row, "RemotePort"), LocalPort=port(row, "LocalPort"),
                       DynamicDNSProvider=provider(url))
            hits.append((time_of(row), hit))
    dated = [h for h in hits if h[0] is not None]
    dated.sort(key=lambda h: -h[0])
    ordered = dated + [h for h in hits if h[0] is None]
    return [{c: iso(t) if c == "Timestamp" else hit[c] for c in COLUMNS} for t, hit in ordered]

#!/usr/bin/env python3
"""Tuning options against a literal reading of what they say, over made-up rows. Prints TAP.

Usage: run.py BINARY [--seeds N]

For each seed: rows with addresses of all forms, disguised hosts, missing values and repeated rows; a random choice of options.
 - `scan` with the options gives the rows that a plain reading of the options leaves of the rule's rows, in the same order;
 - the query that --explain shows gives the same bytes when `query -f` runs it;
 - with an allow list alone there is never a row that was not there without it.
"""
import ipaddress
import json
import os
import random
import re
import subprocess
import sys
import tempfile

HOSTS = ["a.duckdns.org", "b.duckdns.org", "x.a.duckdns.org", "nas.ddns.net", "cam.hopto.org", "q.dynv6.net", "t.ngrok.io",
         "h.synology.me", "www.duckdns.org", "duckdns.org", "example.org", "notduckdns.org"]
FORMS = ["{}", "{}.", "https://{}/x?y", "{}:8443", "hxxp://{}", "user:pw@{}", "UPPER"]
LOCAL = ["10.1.2.3", "10.200.0.9", "192.168.1.5", "2001:db8::7", "fd00::9", "::ffff:10.1.2.4", "fe80::1", "203.0.113.9", "",
         None, "unknown", "10.1.2"]
REMOTE = ["198.51.100.7", "10.9.9.9", "172.20.1.1", "172.40.1.1", "192.168.7.7", "127.0.0.1", "169.254.3.3", "::1", "fe80::2",
          "fd12::1", "2001:db8:9::1", "::ffff:192.168.1.1", "::ffff:198.51.100.1", "", None, "n/a", "203.0.113.77"]
ACTIONS = ["ConnectionSuccess", "ConnectionFailed", "InboundConnectionAccepted", "inboundconnectionattempt", "DnsConnectionInspected",
           None]
DEVICES = ["ws-1", "WS-2.corp.example", "srv.lab", "ws-10.lab.example", "", None]
PROCESSES = ["chrome.exe", "Updater64.exe", "updater.exe", "a+b(c).exe", None]
ACCOUNTS = [("CORP", "svc_backup", "svc@corp.example"), ("corp", "alice", "alice@corp.example"), ("LAB", "alice", ""), (None, None, None)]

RANGES = ["10.0.0.0/8", "10.1.0.0/16", "192.168.0.0/16", "2001:db8::/32", "fd00::/8", "203.0.113.9", "::ffff:10.0.0.0/104",
          "0.0.0.0/0", "::/0"]
INSIDE = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "169.254.0.0/16", "::1/128", "fc00::/7", "fe80::/10"]
CHOICES = {
    "--allow": ["a.duckdns.org", "*.hopto.org", "https://nas.ddns.net/", "DDNS.NET.", "q.dynv6.net", "duckdns.org", "org"],
    "--provider": ["no-ip", "DuckDNS", "Synology"],
    "--exclude-provider": ["No-IP", "duckdns"],
    "--category": ["public-ddns", "vendor-ddns", "tunnel", "all"],
    "--local-net": RANGES,
    "--exclude-local": RANGES,
    "--action": ["connectionsuccess", "ConnectionFailed", "DnsConnectionInspected"],
    "--since": ["2026-03-05", "2026-03-10T12:00:00Z", "2026-03-10T12:00:00+02:00"],
    "--until": ["2026-03-20", "2026-03-15T06:30"],
    "--exclude-device": ["ws-1", "WS-*", "*.lab", "srv.lab", "ws-?", "*.example"],
    "--exclude-process": ["updater*.exe", "CHROME.EXE", "a+b(c).exe", "?????.exe"],
    "--exclude-account": ["alice", r"corp\svc*", r"LAB\alice", "*@corp.example", "al*"],
}
FLAGS = ["--outbound", "--unique"]


def make_rows(rng):
    rows = []
    for number in range(120):
        host, form = rng.choice(HOSTS), rng.choice(FORMS)
        domain, name, upn = rng.choice(ACCOUNTS)
        row = {"RemoteUrl": host.upper() if form == "UPPER" else form.format(host), "LocalIP": rng.choice(LOCAL),
               "RemoteIP": rng.choice(REMOTE), "ActionType": rng.choice(ACTIONS), "DeviceName": rng.choice(DEVICES),
               "InitiatingProcessFileName": rng.choice(PROCESSES), "InitiatingProcessAccountDomain": domain,
               "InitiatingProcessAccountName": name, "InitiatingProcessAccountUpn": upn, "ReportId": number, "Extra": {"n": number % 3},
               "Timestamp": rng.choice([None, f"2026-03-{rng.randint(1, 28):02d}T{rng.randint(0, 23):02d}:30:00Z",
                                        "2026-03-10T10:00:00Z", "2026-03-10T12:00:00Z", "2026-03-20T00:00:00Z"])}
        rows.append({k: v for k, v in row.items() if v is not None or rng.random() < 0.5})
    again = [dict(r) for r in rng.sample(rows, 40)]
    for row in rng.sample(again, 10):
        row["DeviceId"] = "another"  # the same but for one column: not the same row
    return rows + again


# --- the plain reading ---

def address(text):
    """As an IPv6 number, or None."""
    try:
        ip = ipaddress.ip_address(text or "")
    except ValueError:
        return None
    return int(ip) if ip.version == 6 else 0xffff00000000 + int(ip)


def lies_in(text, ranges):
    number = address(text)
    for one in ranges:
        net = ipaddress.ip_network(one, strict=False)
        bits = net.prefixlen + (96 if net.version == 4 else 0)
        if number is not None and number >> (128 - bits) == address(str(net.network_address)) >> (128 - bits):
            return True
    return False


def glob(pattern, text):
    regex = "".join(".*" if c == "*" else "." if c == "?" else re.escape(c) for c in pattern)
    return re.fullmatch(regex, text, re.IGNORECASE | re.DOTALL) is not None


def device_is(pattern, name):
    return glob(pattern, name) or ("." not in pattern and glob(pattern + ".*", name)) or (
        "." not in pattern and glob(pattern, name.split(".")[0]))


def account_is(pattern, row):
    name = row.get("InitiatingProcessAccountName") or ""
    if "\\" in pattern:
        return glob(pattern, (row.get("InitiatingProcessAccountDomain") or "") + "\\" + name)
    return glob(pattern, row.get("InitiatingProcessAccountUpn") or "") if "@" in pattern else glob(pattern, name)


def domain_of(written):
    return re.sub(r"^(https?://)?(\*\.)?([^/:]*?)\.?(/.*)?$", r"\3", written.lower())


def instant(text):
    text = text.replace("Z", "")
    if text.endswith("+02:00"):
        return f"{text[:11]}{int(text[11:13]) - 2:02d}{text[13:16]}:00"
    return (text + "T00:00:00" if "T" not in text else text + ":00" if len(text) == 16 else text)[:19]


def is_kept(row, hit, options):
    """row as it was written, hit as the rule shows it."""
    get = lambda name: row.get(name) or ""
    values = lambda name: options.get(name, [])
    categories = values("--category") or ["public-ddns", "vendor-ddns"]
    host, when = "." + hit["RemoteHost"], get("Timestamp")[:19]
    return not (
        any(host.endswith("." + domain_of(d)) for d in values("--allow"))
        or (values("--provider") and hit["DynamicDNSProvider"].lower() not in [p.lower() for p in values("--provider")])
        or hit["DynamicDNSProvider"].lower() in [p.lower() for p in values("--exclude-provider")]
        or ("all" not in categories and hit["Category"] not in categories)
        or (values("--local-net") and not lies_in(get("LocalIP"), values("--local-net")))
        or lies_in(get("LocalIP"), values("--exclude-local"))
        or ("--outbound" in options and (get("ActionType").lower().startswith("inbound")
                                         or lies_in(get("RemoteIP"), INSIDE + values("--local-net"))))
        or (values("--action") and get("ActionType").lower() not in [a.lower() for a in values("--action")])
        or any(not when or when < instant(t) for t in values("--since"))
        or any(not when or when >= instant(t) for t in values("--until"))
        or any(device_is(g, get("DeviceName")) for g in values("--exclude-device"))
        or any(glob(g, get("InitiatingProcessFileName")) for g in values("--exclude-process"))
        or any(account_is(g, row) for g in values("--exclude-account")))


def expected(rows, hits, options):
    """The hits that are left; hits come with SourceRecord, the number of their row."""
    seen, left = set(), []
    for number in sorted(h["SourceRecord"] for h in hits):
        hit = next(h for h in hits if h["SourceRecord"] == number)
        row = rows[number - 1]
        key = json.dumps({k: v for k, v in row.items() if v not in (None, "")}, sort_keys=True)
        if not is_kept(row, hit, options) or ("--unique" in options and key in seen):
            continue
        seen.add(key)
        left.append(number)
    return [h["SourceRecord"] for h in hits if h["SourceRecord"] in left]


# --- the program ---

def run(binary, arguments):
    done = subprocess.run([binary, *arguments], stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{arguments}: {done.stderr.decode(errors='replace')}")
    return done.stdout


def records(out):
    return [json.loads(line) for line in out.decode().splitlines()]


def choose(rng, folder):
    options, arguments = {}, []
    for name, choices in CHOICES.items():
        if rng.random() < 0.2:
            single = name in ("--since", "--until")
            options[name] = rng.sample(choices, 1 if single else rng.randint(1, 2))
    for name in FLAGS:
        if rng.random() < 0.3:
            options[name] = []
    for name, values in options.items():
        if values and name not in ("--since", "--until", "--category") and rng.random() < 0.3:
            path = os.path.join(folder, "list.txt" + name)
            with open(path, "w", encoding="utf-8") as f:
                f.write("# a list\r\n" + "".join(f" {v}  # why\r\n" for v in values))
            arguments += [name, "@" + path]
        else:
            for value in values or [None]:
                arguments += [name] if value is None else [name, value]
    return options, arguments


def check(binary, seed, folder):
    rng = random.Random(seed)
    options, arguments = choose(rng, folder)
    rows = make_rows(rng)
    if "--unique" in options and seed % 2:  # a written `distinct *` takes no dynamic column
        rows = [{k: v for k, v in row.items() if k != "Extra"} for row in rows]
    data, query = os.path.join(folder, "rows.jsonl"), os.path.join(folder, "tuned.kql")
    with open(data, "w", encoding="utf-8") as f:
        f.writelines(json.dumps(row) + "\n" for row in rows)
    plain_base = ["-q", "--no-config", "--format", "ndjson"]
    base = [*plain_base, "--with-source"]
    hits = records(run(binary, ["scan", *base, "--category", "all", data]))
    out = run(binary, ["scan", *base, *arguments, data])
    got, wanted = [h["SourceRecord"] for h in records(out)], expected(rows, hits, options)
    if got != wanted:
        return f"{arguments}: rows {got}, a plain reading gives {wanted}"
    explained = run(binary, ["scan", *plain_base, *arguments, "--explain", data]).decode()
    if explained.startswith("// the query") and not ("--unique" in options and "Extra" in rows[0]):
        with open(query, "w", encoding="utf-8") as f:
            f.write(explained[:explained.index("\n\n// the plan")])
        if run(binary, ["query", *plain_base, "-f", query, data]) != run(binary, ["scan", *plain_base, *arguments, data]):
            return f"{arguments}: the query that is shown gives other rows"
    allowed = run(binary, ["scan", *base, "--allow", rng.choice(CHOICES["--allow"]), data])
    plain = set(run(binary, ["scan", *base, data]).splitlines())
    if not set(allowed.splitlines()) <= plain:
        return "an allow list adds a row"
    return None


def main():
    binary = os.path.abspath(sys.argv[1])
    seeds = int(sys.argv[sys.argv.index("--seeds") + 1]) if "--seeds" in sys.argv else 60
    failed = False
    for seed in range(1, seeds + 1):
        with tempfile.TemporaryDirectory(prefix="ddnshunt-tuning-") as folder:
            try:
                problem = check(binary, seed, folder)
            except (RuntimeError, subprocess.TimeoutExpired) as e:
                problem = str(e)
        print(f"{'not ok' if problem else 'ok'} {seed} - seed {seed}")
        if problem:
            failed = True
            print("# " + problem[:2000].replace("\n", "\n# "))
    print(f"1..{seeds}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()

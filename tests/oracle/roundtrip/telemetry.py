"""Hostile DeviceNetworkEvents rows from a seed: hosts under every kind of suffix, in every disguise, and what tuning looks at.

The texts come from ../host/corpus.py, which makes disguises on top of one another; here their hosts lie under known suffixes,
nested ones and services, wildcards and exceptions among them. Most rows are ASCII: what may differ must not hide what may not.
"""
import os
import random
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "host"))
import corpus  # noqa: E402

LABELS = ["a", "x-1", "b_c", "www", "q" * 70, "xn--tda", "1", "0x1", "-", "dot", "http", "e" * 30 + "." + "f" * 30, "A.b.C", "%61",
          "a%2db", "%2541", "%5f%5F", "a+b", "+"]
ADDRESSES = ["10.1.2.3", "192.168.0.9", "172.20.1.1", "127.0.0.1", "169.254.1.1", "203.0.113.7", "::1", "fe80::1", "fd00::5",
             "2001:db8::7", "2001:db8:1::9", "::ffff:10.9.8.7", "", None, "garbage", "10.1.2.3/8"]
ACTIONS = ["ConnectionSuccess", "connectionsuccess", "ConnectionFailed", "InboundConnectionAccepted", "ConnectionRequest", "", None]
DEVICES = ["ws-1", "ws-2.corp.example", "SRV-9.CORP.EXAMPLE", "nas", "", None, "ws-1.other.example"]
PROCESSES = ["chrome.exe", "Updater64.EXE", "ddclient", "powershell.exe", "", None]
ACCOUNTS = [("CORP", "alice", "alice@corp.example"), ("corp", "BOB", "bob@corp.example"), ("NT AUTHORITY", "system", ""),
            (None, None, None), ("", "svc-dns", "svc-dns@corp.example")]


# What only looks like an address, or is one: suffixes and labels of nothing but hexadecimal digits.
ODD = ["a.cc.cd:1:f%eth0", "b.cc.cd:2:3", "1.cc.cd:80", "x.0x1f", "1.2.3.0x1f", "0x7f.0x", "7.8.9", "a.08", "[a.cc.cd:1:2]"]


def bare_hosts(rng, entries, count):
    """Names at, below and beside the entries' names."""
    names = [name for name, _type in entries]
    hosts = []
    for _ in range(count):
        name = rng.choice(names)
        label = rng.choice(LABELS)
        hosts.append(rng.choice([
            label + "." + name, label + "." + name, label + "." + name, name, "a." + label + "." + name,
            label + name, name + "." + rng.choice(names), name + ".evil.example", "." + name + ".", label + ".." + name,
            "[" + label + "." + name + "]", "<[" + name + "]>", label + "." + name + ":1:f" + rng.choice(["", "%eth0"]),
            label + "." + name.upper(), name.partition(".")[2] or name, ".".join(["l"] * 130) + "." + name,
        ]))
    return hosts + 3 * ODD


def url(rng, hosts):
    """A host as it is, or with the corpus's disguises around and in it."""
    roll = rng.random()
    if roll < 0.03:
        return rng.choice(["", None, "-", " ", "."])
    if roll < 0.25:
        return rng.choice(hosts)
    corpus.HOSTS = hosts
    return corpus.one(rng, far=roll > 0.93)


def row(rng, hosts, number):
    domain, name, upn = rng.choice(ACCOUNTS)
    return {
        "Timestamp": f"2026-05-{rng.choice([1, 1, 2, 3]):02d}T{rng.choice([0, 12, 23]):02d}:{rng.choice([0, 59]):02d}:00.{rng.randrange(3)}Z",
        "DeviceId": f"d{rng.randrange(4)}", "DeviceName": rng.choice(DEVICES), "ActionType": rng.choice(ACTIONS),
        "RemoteIP": rng.choice(ADDRESSES), "RemotePort": rng.choice([443, 80, 0, None, 65535]), "RemoteUrl": url(rng, hosts),
        "LocalIP": rng.choice(ADDRESSES), "LocalPort": rng.choice([50000, None]), "Protocol": "Tcp",
        "InitiatingProcessFileName": rng.choice(PROCESSES), "InitiatingProcessCommandLine": "x \"y\"\n",
        "InitiatingProcessAccountDomain": domain, "InitiatingProcessAccountName": name, "InitiatingProcessAccountUpn": upn,
        "ReportId": number, "AdditionalFields": rng.choice(["{\"query\":\"x\"}", "", None]),
    }


def rows(seed, count, entries):
    rng = random.Random(seed)
    hosts = bare_hosts(rng, entries, 600)
    made = [row(rng, hosts, number) for number in range(count)]
    return made + [dict(rng.choice(made)) for _ in range(count // 50)]

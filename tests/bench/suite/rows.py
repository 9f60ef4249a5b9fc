"""Rows of DeviceNetworkEvents, made from a seed: what stands in them, not how they are wrapped.

A shape is a function of (rng, hit) that gives a row as a dict, in the order of the schema. Every row has backslashes and quotes, one
RemoteUrl in six is null, and the hits are hosts that the published rule and the default one both find, so that all contenders
must give the same answer. Nothing here reads like a real estate, but the lengths do.
"""
import base64
import json

# Those of the published rule; the default one knows them all.
SUFFIXES = ["duckdns.org", "publicvm.com", "ddns.net", "hopto.org", "zapto.org", "serveftp.com", "servegame.com",
            "myftp.org", "myvnc.com", "gotdns.ch", "3utilities.com", "bounceme.net", "freedynamicdns.org",
            "freedynamicdns.net", "freeddns.org"]
DOMAINS = ["events.data.example.com", "example.org", "cdn.example.net", "login.example.com", "duckdns.org.example.com",
           "update.example.co.uk", "myduckdns.org.example.de", "static.corp.example"]
ACTIONS = ["ConnectionSuccess"] * 12 + ["ConnectionFailed"] * 4 + ["ConnectionRequest"] * 2 + ["InboundConnectionAccepted",
                                                                                               "ConnectionFound"]
PORTS = [443] * 30 + [80] * 8 + [8080] * 2 + [53, 5223, 8443]
PROGRAMS = [("browser.exe", "C:\\Program Files\\Example\\Browser", "--type=utility --lang=en-US --no-pre-read-main-dll"),
            ("agent.exe", "C:\\ProgramData\\Example\\Agent", "--service --config \"C:\\ProgramData\\Example\\agent.conf\""),
            ("svchost.exe", "C:\\Windows\\System32", "-k netsvcs -p -s \"Schedule\""),
            ("powershell.exe", "C:\\Windows\\System32\\WindowsPowerShell\\v1.0",
             "-NoProfile -ExecutionPolicy Bypass -Command \"Get-Item 'C:\\Temp\\report'\""),
            ("teams.exe", "C:\\Users\\Public\\AppData\\Local\\Example\\Teams", "--type=renderer --app-path=\"resources\\app.asar\""),
            ("python.exe", "C:\\Tools\\Python", "-m \"http.client\" C:\\Jobs\\sync.py --every 300")]
# Words that a has_any looks for (workloads.py): one command line in 40 has one of these 100.
WORDS = [f"{first}{second}" for first in ("mimi", "cobalt", "brute", "nano", "quasar", "remcos", "async", "venom", "dark", "warzone")
         for second in ("rat", "loader", "stager", "beacon", "dropper", "miner", "locker", "grabber", "proxy", "shell")]


def stamp(rng):
    return f"2026-03-{rng.randrange(1, 29):02d}T{rng.randrange(24):02d}:{rng.randrange(60):02d}:{rng.randrange(60):02d}" \
           f".{rng.randrange(10**7):07d}Z"


def url(rng, hit):
    if hit:
        return f"c2-{rng.randrange(10**6)}.{rng.choice(SUFFIXES)}"
    if rng.randrange(6) == 0:
        return None
    host = f"{rng.choice(('eu', 'us', 'ap', 'v20', 'edge'))}-{rng.randrange(10**4)}.{rng.choice(DOMAINS)}"
    return f"https://{host}/" if rng.randrange(8) == 0 else host


def command(rng, program, folder, arguments, user):
    """A command line of about 180 bytes, with quotes and backslashes; a word of WORDS in one of 40."""
    word = f" --tag {rng.choice(WORDS)}" if rng.randrange(40) == 0 else ""
    return f"\"{folder}\\{program}\" {arguments} --user-data-dir=\"C:\\Users\\{user}\\AppData\\Local\\Example\"" \
           f" --session {rng.randrange(10**6)}{word}"


def row(rng, hit):
    """The whole row: about 1.45 KB as JSON, 1.7 KB in a streaming envelope."""
    user = f"user{rng.randrange(500)}"
    program, folder, arguments = rng.choice(PROGRAMS)
    at, hexes = stamp(rng), f"{rng.getrandbits(256):064x}"
    return {
        "Timestamp": at, "DeviceId": hexes[:40], "DeviceName": f"ws-{rng.randrange(2000):04d}.corp.example",
        "ActionType": rng.choice(ACTIONS), "RemoteIP": f"198.18.{rng.randrange(256)}.{rng.randrange(256)}",
        "RemotePort": rng.choice(PORTS), "RemoteUrl": url(rng, hit),
        "LocalIP": f"10.1.{rng.randrange(256)}.{rng.randrange(256)}", "LocalPort": rng.randrange(49152, 65536),
        "Protocol": "Tcp", "LocalIPType": "Private", "RemoteIPType": "Public",
        "InitiatingProcessSHA1": hexes[24:], "InitiatingProcessSHA256": hexes, "InitiatingProcessMD5": hexes[:32],
        "InitiatingProcessFileName": program, "InitiatingProcessFileSize": 3657056,
        "InitiatingProcessId": rng.randrange(20000),
        "InitiatingProcessCommandLine": command(rng, program, folder, arguments, user),
        "InitiatingProcessCreationTime": at, "InitiatingProcessFolderPath": f"{folder}\\{program}".lower(),
        "InitiatingProcessParentFileName": "explorer.exe", "InitiatingProcessParentId": rng.randrange(20000),
        "InitiatingProcessAccountDomain": "corp", "InitiatingProcessAccountName": user,
        "InitiatingProcessAccountSid": f"S-1-5-21-1004336348-1177238915-{rng.randrange(10**9)}-1104",
        "InitiatingProcessIntegrityLevel": "Medium", "ReportId": rng.randrange(10**6), "AppGuardContainerId": None,
        "AdditionalFields": json.dumps({"direction": "Out", "path": "C:\\x"}), "MachineGroup": "Workstations",
    }


def long_row(rng, hit):
    """8 KB in an envelope: the command line carries a script in base64, as attackers' and administrators' do."""
    made = row(rng, hit)
    script = base64.b64encode(rng.randbytes(4650)).decode()
    made["InitiatingProcessCommandLine"] += f" -Path \"C:\\Jobs\\{rng.randrange(100)}\\run.ps1\" -EncodedCommand {script}"
    return made


def inspected_row(rng, hit):
    """One row in five comes from packet inspection: no RemoteUrl, no process, the name inside AdditionalFields, which is JSON text
    with keys called RemoteUrl in it. What stands there is no hit of a rule that reads RemoteUrl."""
    made = row(rng, hit)
    if hit or rng.randrange(5):
        return made
    name = url(rng, rng.randrange(2) == 0) or "none.example.org"
    inner = {"direction": "Out", "query": name, "RemoteUrl": name, "answers": json.dumps([name, "198.18.0.1"]), "path": "C:\\x",
             "qtype_name": "A", "rcode": "0", "nested": json.dumps({"RemoteUrl": name}), "AA": "false", "TTLs": "[60.0]",
             "ts": str(134000000000000000 + rng.randrange(10**15)), "uid": f"C{rng.getrandbits(80):x}",
             "trans_id": str(rng.randrange(65536))}
    gone = {key: None for key in made if key.startswith("InitiatingProcess")}
    made.update(gone, ActionType="DnsConnectionInspected", RemoteUrl=None, RemotePort=53, Protocol="Udp",
                AdditionalFields=json.dumps(inner))
    return made


def escaped_row(rng, hit):
    """Command lines with what .NET's JSON writer escapes (escaped() writes it so)."""
    made = row(rng, hit)
    made["InitiatingProcessCommandLine"] += f" && echo 'a' > \"C:\\out\\{rng.randrange(1000)}\" & type <in+out"
    return made


def flow_row(rng, hit):
    """About 300 bytes, flat: what a flow log like Zeek's has, under the table's names."""
    return {"Timestamp": stamp(rng), "DeviceName": f"z-{rng.randrange(20):02d}",
            "LocalIP": f"10.1.{rng.randrange(256)}.{rng.randrange(256)}", "LocalPort": rng.randrange(49152, 65536),
            "RemoteIP": f"198.18.{rng.randrange(256)}.{rng.randrange(256)}", "RemotePort": rng.choice(PORTS),
            "Protocol": "tcp", "RemoteUrl": url(rng, hit), "ActionType": rng.choice(ACTIONS),
            "AdditionalFields": json.dumps({"uid": f"C{rng.getrandbits(80):x}", "s": "S\\F"})}


def envelope(made):
    """The streaming envelope around a row, as a storage account or an event hub gets it."""
    at = made["Timestamp"]
    return {"time": at, "tenantId": "6f1f3a52-2c0e-4b6e-9c57-0c4a5a1d7e11", "operationName": "Publish",
            "category": "AdvancedHunting-DeviceNetworkEvents", "_TimeReceivedBySvc": at, "properties": made, "Tenant": "DefaultTenant"}


def text(value):
    return json.dumps(value, separators=(",", ":"))


def escaped(value):
    """As .NET writes it: these characters only as escapes."""
    written = text(value)
    for plain in "&<>'+":
        written = written.replace(plain, f"\\u{ord(plain):04x}")
    return written

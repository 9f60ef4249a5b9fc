"""Hostile texts for a RemoteUrl, made from a seed: every disguise that host.h names, alone and on top of one another."""
import random

HOSTS = ["x.duckdns.org", "duckdns.org", "a-b.c_d.no-ip.org", "a.b.c.d.e.ddns.net", "xn--tda.example.com", "localhost", "x",
         "1.2.3.4", "0x7f.1", "0x", "0xg", "1.2.3.0x1f", "127.1", "a.08", "4294967296", "1.2.3.4a", "::1", "[::1]", "fe80::1%eth0",
         "[fe80::1%25en0]", "2001:db8::1.2.3.4", "[x.dynv6.net]", "[]", "1:2:3", "a..b", "-x-.dyn.com", "x.dyn.com..", "..x",
         "a" * 64 + ".ddns.net", ".".join(["abcdefg"] * 40), "%36%31.org", "%%36 1", "%%341", "%2541.org", "a%2eb", "a%2Eb%2f.c",
         "x%00.org", "x\0.org", "x\0", "dot", "[dot]", "x[.]y", "http", "ws", "ftp:21", "0x1.", "1.2.3.4.", "e.0x", "%31.%32.3.4",
         "%30%78", "%2e%2e", "%5bx%5d", "%40x.org", "a%40b", "a%3a80", "%zz.org", "%", "%4", "x%2", "b%2d%2D%5f%5F.c"]
FAR_HOSTS = ["ü.duckdns.org", "bücher.example", "x。duckdns。org", "ｘ.duckdns.org", "%c3%bc.duckdns.org", "x%e3%80%82ddns.net",
             "%ff.ddns.net", "%c3.ddns.net", "😀.ddns.net", "K.org", "א.org"]
SCHEMES = ["", "", "http://", "https://", "HTTP://", "hxxp://", "hXXps://", "h**p://", "h__p:/", "htxp:", "fxp://", "ftp:", "wss:\\\\",
           "ws:/\\/", "http:", "http:/", "http:////", "http:\\", "//", "\\\\", "/", "\\/", "///", "git+ssh://", "foo:", "foo:/", "foo://",
           "foo:///", "x-1.y+z:\\/", "hxxp[:]//", "hxxp[://]", "http[:]/[/]", "foo:/[/]", "foo[:/]/", "/[/]", "\\[/]", "h ttp://", "1a://",
           "http//", "http::", "://", ":", "http://http://", "https:http:", "meow://", "[http]://", "foo:[//]", "foo: / [/] ", "hxp://",
           "hhttp://", "httpss://", "ftpss:", "f*p://", "-a://", "a_b://", "\\\\", "\\\\", "file://", "FILE:\\\\", "file:///", "file:/", "blob:",
           "Blob:http://", "view-source:https://", "VIEW-source:blob:foo://", "filesystem:hxxp[:]//", "view-source:", "blob://", "blob:///",
           "blob:blob:/[/]", "view-source: http://"]
USERS = ["", "", "", "u@", "u:p@", "@", "@@", "a@b@", "u:p:q@", "http://u@", "[@]", "u[@]", "x.duckdns.org@", "%40@", "é@", "\u212a:\u0130@",
         "[::1]@", "u/@", "u?@", "x.ddns.net@ssl@", "blob:@", "u#@", "u\\@", "[", "]", "(", "u )@"]
PORTS = ["", "", ":80", ":", ":65536", ":a", ":80:90", ":8080:", "[:]80", " [:] 443", ":%38", " :80", ": 80", ":0x50", "@SSL", "@ssl@443", "@8080", "@80@ssl", "@123456", "@", "@ssl@", "@ssl@x", "@SSL@12345", ":80@ssl", "@ssl:80", "@8 "]
TAILS = ["", "", "/", "/path", "/a@b", "?q=x.duckdns.org", "#f", "\\p", "/a/b?c#d", "/é", "[/]p", " [/] ", "?", "#@y.no-ip.org", "/[@]z", " /p",
         "/(.)x", "(.)", "[.]", ",", ";", ")", ").", ",\" ", "),;", "/a);", "\\DavWWWRoot\\a", "\\a@b", "[dot] ", " [ . ] "]
MARKS = [" ", "\t", "\n", "\r", "\0", "\x01", "\x1f", '"', "'", "`", "<", ">", "  ", "\u00a0", "\ufeff", "\u200b", "\u201c", "\u2019", "«", "‹",
         "\u2028", "\u3000", "\u200e", "\u2060", ",", ";", "(", ")"]
NOISE = list("ab.dot019x%:@/\\?#[](){}<>\"'`* \t\n\r\0-_+,;=&$!~^|e2AFXP") + ["http", "%2e", "%41", "[.]", "(dot)", "[:]", "//", "::", ".org", "blob:", "file://", "@ssl", "\\\\", "view-source:"]
FAR_NOISE = ["é", "ß", "。", "\u200b", "\ufeff", "\u212a", "%c3%bc", "%80", "\u0130", "\ud7ff", "\U0001f600"]


def escape(rng, char):
    text = "".join(f"%{byte:02x}" for byte in char.encode())
    return text.upper() if rng.random() < 0.5 else text


def defang(rng, char):
    if char not in ".:/@":
        return char
    inside = rng.choice(["dot", "DOT", "."]) if char == "." else char
    blank = [rng.choice(["", "", " ", "  ", "\t"]) for _ in range(4)]
    return blank[0] + rng.choice("[({") + blank[1] + inside + blank[2] + rng.choice("])}") + blank[3]


def disguise(rng, text):
    """Each character is left alone most of the time."""
    how = rng.random()
    out = []
    for char in text:
        if rng.random() > how * 0.5:
            out.append(char)
            continue
        trick = rng.randrange(6)
        if trick == 0:
            out.append(char.swapcase())
        elif trick == 1:
            out.append(escape(rng, char))
        elif trick == 2:
            out.append(defang(rng, char))
        elif trick == 3:
            out.append(char + rng.choice("\t\n\r"))
        elif trick == 4:
            out.append(rng.choice(["", char + char, "%" + char]))
        else:
            out.append(char)
    return "".join(out)


def one(rng, far):
    if rng.random() < 0.25:
        alphabet = NOISE + FAR_NOISE if far else NOISE
        return "".join(rng.choice(alphabet) for _ in range(rng.randrange(1, 24)))
    hosts = HOSTS + FAR_HOSTS if far else HOSTS
    parts = [rng.choice(SCHEMES), rng.choice(USERS), rng.choice(hosts), rng.choice(PORTS), rng.choice(TAILS)]
    if rng.random() < 0.5:
        parts = [disguise(rng, part) if rng.random() < 0.5 else part for part in parts]
    for _ in range(rng.choice([0, 0, 1, 2, 3])):
        parts.insert(rng.choice([0, 0, len(parts), len(parts), rng.randrange(len(parts) + 1)]), rng.choice(MARKS))
    return "".join(parts)


def texts(seed, count):
    rng = random.Random(seed)
    return [one(rng, far=i % 4 == 0) for i in range(count)]


def long_texts(length):
    """One trick, over and over: what makes a backtracking or careless matcher slow."""
    units = ["[.]", "@", " ", "[ ", "x ", "http:", "%25", "%41", "[", ":", "\t", "<", "a.", "\u200b", ".", "x<", "[ . ", "a[:]", "/", "blob:", ",", "@ssl", "\\\\x@1"]
    repeated = [unit * (length // len(unit)) for unit in units]
    return [text + "z" for text in repeated] + ["x" + text + "/z" for text in repeated]

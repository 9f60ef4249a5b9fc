"""Results as Markdown: the goals first, then a table a workload, then what was run."""
import re
import statistics

BEGIN, END = "<!-- bench: begin -->", "<!-- bench: end -->"
WHAT = {"read": "`read()` into a buffer of 256 KiB", "read+count": "the same, and count the newlines (what `wc -l` does)",
        "load": "load every cache line of a large array", "memcpy": "copy a large array"}


def number(value, digits=3):
    """A few digits that count."""
    if value is None:
        return ""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.{max(0, digits - len(str(int(value))))}f}" if value >= 1 else f"{value:.{digits - 1}f}"


def seconds(value):
    return f"{value:.3f}" if value < 10 else f"{value:.1f}"


def table(head, body):
    """A Markdown table; a column whose head begins with > has its cells at the right."""
    lines = ["| " + " | ".join(h.lstrip(">") for h in head) + " |",
             "| " + " | ".join("---:" if h.startswith(">") else "---" for h in head) + " |"]
    return "\n".join(lines + ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in body])


def rate_of(result):
    return result["bytes"] / statistics.median(result["seconds"]) / 1e9


# --- parts ---

def goal_text(check):
    if check["goal"] is None:
        return ""
    text = ("at most " if check.get("most") else "at least ") + number(check["goal"])
    return text + (f", stretch {number(check['stretch'])}" if check["stretch"] is not None else "")


def measured_text(check):
    """The figure, cut off so that it can't look like the goal where it is not."""
    text, goal = number(check["measured"]), check["goal"]
    if check["verdict"] == "missed" and text == number(goal):
        return f"{check['measured']:.4g}"
    return text


def goals(results):
    """Every check that has a goal."""
    body = [[f"{result['title']}" if at == 0 else "", check["label"], measured_text(check), goal_text(check), marked(check["verdict"])]
            for result in results for at, check in enumerate([c for c in result["checks"] if c["goal"] is not None])]
    return table(["work", "what", ">measured", "goal", ""], body) if body else ""


def marked(verdict):
    return f"**{verdict}**" if verdict == "missed" else verdict


def counts(results):
    verdicts = [check["verdict"] for result in results for check in result["checks"]]
    met = sum(v in ("met", "stretch met") for v in verdicts)
    return f"{met} of {met + verdicts.count('missed')} goals met" + \
        (f", {verdicts.count('left out')} without their peer" if "left out" in verdicts else "") + "."


def speed(result):
    mine = {key: r for key, r in result["contenders"].items() if r["seconds"]}
    one = mine.get("ours-1")
    body = []
    for contender in sorted(mine.values(), key=rate_of, reverse=True):
        times = rate_of(one) / rate_of(contender) if one else None
        body.append([contender["name"], str(contender["threads"]), seconds(statistics.median(contender["seconds"])),
                     seconds(min(contender["seconds"])), number(rate_of(contender)), number(times),
                     "" if contender["hits"] is None else f"{contender['hits']:,}"])
    failed = [f"- {r['name']} failed: {r['failed']}" for r in result["contenders"].values() if "failed" in r]
    lines = [table(["", ">threads", ">median s", ">least s", ">GB/s", ">ddnshunt, one thread, is times as fast", ">rows found"], body)]
    return lines + failed


def memory(result):
    body = [[f"{r['bytes'] / 1e9:.2f}", str(r["threads"]), number(r["anonymous"] / 2**20), number(r["resident"] / 2**20),
             number(r["hit_bytes"] / 2**20)] for r in result["runs"]]
    return [table([">GB", ">threads", ">peak of anonymous memory, MiB", ">peak of resident memory, MiB", ">hits as text, MiB"], body)] + \
        [f"- {note}" for note in result["notes"]]


def start(result):
    return [table(["", ">median ms", ">least ms", ">runs"],
                  [[r["label"], number(statistics.median(r["ms"])), number(min(r["ms"])), str(len(r["ms"]))] for r in result["runs"]])]


def roofline(result):
    return [table(["", ">threads", ">GB/s, median", ">GB/s, best"],
                  [[WHAT[r["label"]], str(r["threads"]), number(rate_of(r)), number(r["bytes"] / min(r["seconds"]) / 1e9)]
                   for r in result["runs"]])]


PARTS = {"speed": speed, "memory": memory, "start": start, "roofline": roofline}


def about(results):
    """Where and with what."""
    last = results[-1]
    machine, dates = last["machine"], sorted(r["date"] for r in results)
    known = ", ".join(f"{name} {bare(name, version)}" for name, version in sorted(last["versions"].items()))
    sizes = sorted({c["bytes"] for r in results if r["kind"] == "speed" for c in r["contenders"].values()})
    rounds = sorted({(r["rounds"], *r["slow"], *r["short"]) for r in results if "short" in r})
    lines = [f"{dates[0]} to {dates[-1]} UTC, {machine['cpu']} ({machine['cpus']} CPUs, {machine['machine']}), "
             f"{machine['memory'] / 2**30:.0f} GiB, {machine['kernel']}, {machine['distribution']}."]
    if sizes:
        span = list(dict.fromkeys(f"{size / 1e9:.2f}" for size in (sizes[0], sizes[-1])))
        lines.append(f"Inputs of {' to '.join(span)} GB in the page cache; medians of "
                     + " or ".join(f"{n} runs in turns ({few} where a run takes over {long} s, {n * more} where under {short} s)"
                                   for n, long, few, short, more in rounds) + "; LC_ALL=C.")
    lines.append(f"Versions: {known}.")
    lines += [f"Left out: {name} ({reason})." for name, reason in last["left_out"]]
    return "\n".join(lines)


def bare(name, version):
    """The number in what a program says about itself."""
    found = re.search(r"\d+(\.\d+)+", version)
    return found.group() if found else version


def commands(results):
    """Every command once: not again for other data or another number of threads."""
    seen, lines = set(), []
    for result in results:
        for contender in result["contenders"].values() if result["kind"] == "speed" else ():
            alike = re.sub(r"-j \d+", "-j N", contender["command"])
            if alike not in seen:
                seen.add(alike)
                lines.append("    # " + re.sub(r", -j \d+", "", contender["name"]) + "\n"
                             + "\n".join("    " + line for line in alike.splitlines()))
    return "\n".join(lines)


NOTES = """\
The time of a program is that of its whole run, its start included, output to a file in memory. Peers that live in a process (DuckDB,
Polars, ClickHouse) are timed inside it, after their import, their start and a first query over a few rows: only their work counts.
Where the question is the detection, the number of hits is known from how the data was made, and all find it. Contenders that give rows
(ddnshunt and the engines, as NDJSON) give the same rows, compared cell by cell, and in order of time; grep, ripgrep and jq only
find the lines. $SUFFIXES are the published rule's 15 suffixes as alternatives of a regex, $PROVIDERS the cases that name their
providers, $COLUMNS the declared columns that the rule projects, $WORDS 100 words."""


def markdown(results):
    parts = [about(results), counts(results), goals(results)]
    for result in results:
        parts += [f"### {result['title']} (`{result['name']}`)", *PARTS[result["kind"]](result)]
    if any(r["kind"] == "speed" for r in results):
        parts += ["### How it was run", NOTES, commands(results)]
    return "\n\n".join(part for part in parts if part) + "\n"


def headline(results):
    """The rows for the README: the first workload, the better pattern of grep's and ripgrep's, engines as they read JSON."""
    first = next((r for r in results if r["name"] == "envelopes"), None)
    if not first:
        return ""
    mine = [(key, r) for key, r in first["contenders"].items() if r["seconds"] and not key.startswith(("published", "duckdb-"))]
    best = {}
    for key, contender in mine:
        family = key if key.startswith("ours") else key.split("-")[0]
        if family not in best or rate_of(contender) > rate_of(best[family]):
            best[family] = contender
    rows = sorted(best.values(), key=rate_of, reverse=True)
    return table(["", ">threads", ">GB/s"], [[r["name"], str(r["threads"]), number(rate_of(r))] for r in rows]) + "\n"


def replaced(page, text):
    """The page with what stands between the two marks replaced."""
    before, begin, rest = page.partition(BEGIN)
    _old, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"the page has no {BEGIN} with {END} behind it")
    return f"{before}{BEGIN}\n\n{text}\n{END}{after}"

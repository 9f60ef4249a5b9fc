"""The same question in every peer's own language, each in the form that was the fastest of those that were tried."""
import json

from .rows import SUFFIXES, WORDS

# What the published query projects, in its order.
COLUMNS = ["Timestamp", "DeviceName", "DeviceId", "InitiatingProcessFileName", "InitiatingProcessCommandLine",
           "InitiatingProcessAccountName", "RemoteUrl", "RemoteIP", "RemotePort", "LocalIP", "LocalPort", "Protocol", "ActionType"]
FLOW_COLUMNS = [c for c in COLUMNS if not c.startswith("InitiatingProcess") and c != "DeviceId"]
NUMBERS = {"RemotePort", "LocalPort"}
NAMES = {"duckdns.org": "DuckDNS", "publicvm.com": "PublicVM", "ddns.net": "DDNS.net", "gotdns.ch": "GotDNS",
         "3utilities.com": "3utilities", "bounceme.net": "BounceMe", "freedynamicdns.org": "FreeDynamicDNS",
         "freedynamicdns.net": "FreeDynamicDNS", "freeddns.org": "FreeDDNS"}
ALTERNATIVES = "(" + "|".join(s.replace(".", r"\.") for s in SUFFIXES) + ")"
REGEX = rf"\.{ALTERNATIVES}$"                            # the published one; its .* in front changes nothing
LINE_REGEX = rf'\.{ALTERNATIVES}"'                       # in a raw line the end of the text is the closing quote
KEY_REGEX = rf'"RemoteUrl":"[^"]*\.{ALTERNATIVES}"'
OBJECT_BYTES = {"api": 1 << 26, "records": 1 << 24}      # what DuckDB is to expect of a line
CATEGORY = "AdvancedHunting-DeviceNetworkEvents"


def provider(suffix):
    return NAMES.get(suffix, "No-IP")


# --- SQL: DuckDB ---

def duckdb_type(column):
    return "BIGINT" if column in NUMBERS else "VARCHAR"


def duckdb_table(form, path, columns):
    """(a FROM clause, how a column is named in it, a condition that goes with it)."""
    declared = ", ".join(f'"{c}" {duckdb_type(c)}' for c in columns)
    flat = "{" + ", ".join(f"{c}: '{duckdb_type(c)}'" for c in columns) + "}"
    if form == "envelope":
        return f"read_ndjson('{path}', columns = {{category: 'VARCHAR', properties: 'STRUCT({declared})'}})", \
            (lambda c: f'properties."{c}"'), f"category = '{CATEGORY}'"
    if form == "flat":
        return f"read_ndjson('{path}', columns = {flat})", (lambda c: f'"{c}"'), None
    if form == "array":
        return f"read_json('{path}', format = 'array', columns = {flat})", (lambda c: f'"{c}"'), None
    if form == "csv":
        return duckdb_csv(path, columns), (lambda c: f'"{c}"'), None
    nested, outer = {"api": (f"STRUCT({declared})", "Results"),
                     "records": (f"STRUCT(category VARCHAR, properties STRUCT({declared}))", "records")}[form]
    source = f"(SELECT unnest({outer}) AS r FROM read_ndjson('{path}', maximum_object_size = {OBJECT_BYTES[form]}, " \
             f"columns = {{{outer}: '{nested}[]'}}))"
    if form == "api":
        return source, (lambda c: f'r."{c}"'), None
    return source, (lambda c: f'r.properties."{c}"'), f"r.category = '{CATEGORY}'"


def duckdb_lines(path, out, columns):
    """A trick: the lines as CSV of one cell, grep's regex over them, JSON only of those that it lets through. Faster, and no reading of
    JSON: a row that is escaped otherwise would be missed."""
    shown = ", ".join(f"l->>'$.properties.{c}' AS {c}" for c in columns)
    lines = f"read_csv('{path}', columns = {{l: 'VARCHAR'}}, header = false, auto_detect = false, delim = '\x01', quote = '', escape = '')"
    return duckdb_copy(f"SELECT *, CASE {duckdb_providers()} ELSE 'Other' END AS DynamicDNSProvider FROM (SELECT {shown} FROM {lines} "
                       f"WHERE regexp_matches(l, '{KEY_REGEX}')) ORDER BY \"Timestamp\" DESC", out)


def duckdb_csv(path, columns):
    with open(path, encoding="utf-8") as f:
        header = f.readline().rstrip("\n").split(",")
    declared = ", ".join(f"'{c}': '{duckdb_type(c) if c in columns else 'VARCHAR'}'" for c in header)
    return f"read_csv('{path}', header = true, auto_detect = false, delim = ',', quote = '\"', escape = '\"', " \
           f"columns = {{{declared}}})"


def where(conditions):
    return " AND ".join(c for c in conditions if c)


def duckdb_copy(select, out):
    return f"COPY ({select}) TO '{out}' (FORMAT json)"


def duckdb_providers():
    return " ".join(f"WHEN contains(lower(RemoteUrl), '{s}') THEN '{provider(s)}'" for s in SUFFIXES)


def duckdb_detection(form, path, out, columns):
    source, column, also = duckdb_table(form, path, columns)
    star = {"envelope": "properties.*", "records": "unnest(r.properties)", "api": "r.*", "csv": ", ".join(columns)}.get(form, "*")
    matches = f"regexp_matches({column('RemoteUrl')}, '{REGEX}')"
    return duckdb_copy(f"SELECT *, CASE {duckdb_providers()} ELSE 'Other' END AS DynamicDNSProvider FROM (SELECT {star} FROM {source} "
                       f"WHERE {where([matches, also])}) ORDER BY \"Timestamp\" DESC", out)


# --- Polars, ClickHouse, jq ---

def polars_providers():
    return "".join(f'.when(u.str.contains("{s}", literal=True)).then(pl.lit("{provider(s)}"))' for s in SUFFIXES)


def polars_detection(path, out, columns):
    """Python, over envelopes."""
    types = ", ".join(f'"{c}": pl.{"Int64" if c in NUMBERS else "String"}' for c in columns)
    return "\n".join([
        'p, u = pl.col("properties"), pl.col("RemoteUrl").str.to_lowercase()',
        f'schema = {{"category": pl.String, "properties": pl.Struct({{{types}}})}}',
        f"(pl.scan_ndjson({path!r}, schema=schema)",
        f' .filter((pl.col("category") == "{CATEGORY}") & p.struct.field("RemoteUrl").str.contains(r"{REGEX}"))',
        f' .select(p.struct.unnest()).with_columns(pl{polars_providers()}.otherwise(pl.lit("Other")).alias("DynamicDNSProvider"))',
        f' .sort("Timestamp", descending=True).collect(engine="streaming").write_ndjson({out!r}))'])


def chdb_providers():
    return ", ".join(f"position(lower(RemoteUrl), '{s}') > 0, '{provider(s)}'" for s in SUFFIXES)


def chdb_detection(path, threads, columns):
    """ClickHouse's SQL, over envelopes. Lines and JSONExtract beat JSONEachRow with declared tuples by two to one."""
    def get(column):
        kind = "Int" if column in NUMBERS else "String"
        return f"JSONExtract{kind}(line, 'properties', '{column}')"
    regex = REGEX.replace("\\", "\\\\")
    return f"SELECT {', '.join(f'{get(c)} AS {c}' for c in columns)}, multiIf({chdb_providers()}, 'Other') AS DynamicDNSProvider " \
           f"FROM file('{path}', 'LineAsString', 'line String') WHERE match({get('RemoteUrl')}, '{regex}') AND " \
           f"JSONExtractString(line, 'category') = '{CATEGORY}' ORDER BY Timestamp DESC SETTINGS max_threads = {threads}, " \
           "output_format_json_quote_64bit_integers = 0"


JQ = f'select(.category == "{CATEGORY}" and (.properties.RemoteUrl // "" | test({json.dumps(REGEX)}))) | .properties'


# --- queries of a user's own ---

KQL_PROJECT = "Timestamp, DeviceName, RemoteIP, RemotePort, InitiatingProcessCommandLine"
PROJECT = KQL_PROJECT.split(", ")


def word_list():
    return ", ".join(f'"{w}"' for w in WORDS)


def kql_rows(condition):
    return f"DeviceNetworkEvents | where {condition} | project {KQL_PROJECT} | sort by Timestamp desc"


def sql_rows(needs, condition):
    """Of (path, out): the rows for which condition, made by column(), is true."""
    def program(path, out):
        columns = list(dict.fromkeys(PROJECT + needs))
        source, column, also = duckdb_table("envelope", path, columns)
        shown = ", ".join(f'{column(c)} AS "{c}"' for c in PROJECT)
        return duckdb_copy(f"SELECT {shown} FROM {source} WHERE {where([condition(column), also])} ORDER BY \"Timestamp\" DESC", out)
    return program


def sql_groups(path, out):
    source, column, also = duckdb_table("envelope", path, ["ActionType", "InitiatingProcessFileName"])
    keys = f"{column('ActionType')} AS ActionType, {column('InitiatingProcessFileName')} AS InitiatingProcessFileName"
    return duckdb_copy(f"SELECT {keys}, count(*) AS count_ FROM {source} WHERE {also} GROUP BY ALL", out)


COMMAND = "InitiatingProcessCommandLine"
# Name: what it is, KQL, SQL of (path, out), the columns of the answer.
QUERIES = {
    "numeric": ("a numeric predicate", kql_rows("RemotePort == 8080 and LocalPort > 60000"),
                sql_rows(["LocalPort"], lambda c: f"{c('RemotePort')} = 8080 AND {c('LocalPort')} > 60000"), PROJECT),
    "contains": ("contains", kql_rows(f'{COMMAND} contains "stager"'),
                 sql_rows([], lambda c: f"contains(lower({c(COMMAND)}), 'stager')"), PROJECT),
    "has-any": ("has_any of 100 terms", kql_rows(f"{COMMAND} has_any ({word_list()})"),
                # A term stands between characters that are neither letter nor digit.
                sql_rows([], lambda c: f"regexp_matches(lower({c(COMMAND)}), '\\b({'|'.join(WORDS)})\\b')"), PROJECT),
    "regex": ("a regex with no literal", kql_rows(f'{COMMAND} matches regex @"[4-6]{{5}}"'),
              sql_rows([], lambda c: f"regexp_matches({c(COMMAND)}, '[4-6]{{5}}')"), PROJECT),
    "summarize": ("summarize count() by two columns",
                  "DeviceNetworkEvents | summarize count() by ActionType, InitiatingProcessFileName", sql_groups,
                  ["ActionType", "InitiatingProcessFileName", "count_"]),
}


def abbreviations():
    """What reports write for the long lists in commands."""
    declared = [", ".join(f'"{c}" {duckdb_type(c)}' for c in columns) for columns in (COLUMNS, FLOW_COLUMNS)]
    return [("|".join(WORDS), "$WORDS"), (word_list(), "$WORDS"), (ALTERNATIVES.replace("\\", "\\\\"), "$SUFFIXES"),
            (ALTERNATIVES, "$SUFFIXES"), (duckdb_providers(), "$PROVIDERS"), (polars_providers(), "$PROVIDERS"),
            (chdb_providers(), "$PROVIDERS"), *((text, "$COLUMNS") for text in declared)]

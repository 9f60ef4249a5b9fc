/*
 * opts_table.c - the commands and options, each once.
 */
#include "cli/opts.h"
#include "ddns/kb.h"
#include "kql/rules.h"
#include "rule/rule.h"
#include "sink/sink.h"
#include "source/source.h"

enum {
    FOR_BOTH = FOR_SCAN | FOR_QUERY,
    FOR_TUNING = FOR_BOTH | FOR_RULE, /* commands that have a detection to tune */
    FOR_COMMANDS = FOR_TUNING | FOR_CONFIG | FOR_LOOKUP | FOR_PROVIDERS,
    FOR_ALL = FOR_TOP | FOR_COMMANDS
};
/* Who has rows to show, who looks at rows of the knowledge base, who reads lists of others. */
enum {
    FOR_ROWS = FOR_BOTH | FOR_LOOKUP | FOR_LIST | FOR_SEARCH | FOR_COUNT,
    FOR_KB_ROWS = FOR_LIST | FOR_SEARCH | FOR_COUNT
};

const struct command COMMANDS[] = {
    {COMMAND_SCAN, "scan", "[OPTIONS] [FILE|DIR|-]...", "find connections to dynamic-DNS hosts",
     "Reads exports of Microsoft Defender's DeviceNetworkEvents and shows each connection to a host under a "
     "dynamic-DNS "
     "suffix, the newest first, with the provider, the process and the user behind it. What counts as a hit is a rule "
     "written in KQL; see --rule."},
    {COMMAND_QUERY, "query", "[OPTIONS] KQL [FILE|DIR|-]...", "run any KQL query over the same telemetry",
     "KQL is the query, with DeviceNetworkEvents as its table; with -f FILE the query is read from that file and all "
     "arguments are inputs."},
    {COMMAND_RULE, "rule", "[OPTIONS]", "print the tuned detection as KQL for Defender or Sentinel",
     "Prints a rule with its tuning as one self-contained query: the suffixes that the tuning can show as a list, the "
     "steps from RemoteUrl to a host, the longest suffix, the operator. It gives the same rows there as scan does "
     "here. "
     "What a product forbids and how long a query it takes is known by --for; a rule that is too long is split, or "
     "takes "
     "its list from a watchlist. docs/rule.md is the how-to."},
    {COMMAND_CONFIG, "config", "[OPTIONS]", "show the settings in effect, and where each comes from",
     "Prints them as a configuration file, with the origin of each as a comment: an option, a variable of the "
     "environment, a line of the file, or the default. Takes every option that a file can set. What is wrong in a "
     "configuration is told, with exit status 2."},
    {COMMAND_LOOKUP, "lookup", "[OPTIONS] [HOST|URL|-]...", "say which provider a host or URL belongs to",
     "Each HOST or URL gives a row: the host in it, and the suffix, provider, category and kind of what the knowledge "
     "base "
     "knows; kind is host for a user's name, service for the provider's own. These are empty where it knows nothing. "
     "Without "
     "arguments, and for -, a host or URL is read from each line of standard input, and answered as it comes."},
    {COMMAND_PROVIDERS_LIST, "providers list", "[OPTIONS]", "list what is known of dynamic-DNS suffixes",
     "A row a suffix, in their order. A suffix with *. before it stands for each name one label below it, one with ! "
     "before it "
     "is an exception. The action list may be left out."},
    {COMMAND_PROVIDERS_SEARCH, "providers search", "[OPTIONS] TEXT...",
     "find suffixes, services and providers by a part",
     "Shows the suffixes and services whose name or provider has each TEXT in it, in upper or lower case."},
    {COMMAND_PROVIDERS_COUNT, "providers count", "[OPTIONS]", "count suffixes by provider and category",
     "A row for each provider and category, the one with the most suffixes first."},
    {COMMAND_PROVIDERS_CHECK, "providers check", "[OPTIONS] FILE...",
     "say what is wrong in a table of suffixes or services",
     "FILE is in the form of providers.tsv or services.tsv, as --providers reads it: columns by their names in the "
     "first row, "
     "parted by tabs. Each mistake is named by file and line, and what is right but doubtful as well: a suffix "
     "that is known already or by another provider, a whole public suffix, a first label that another provider has. "
     "Exit status 2 if there are mistakes."},
    {COMMAND_NONE, NULL, NULL, NULL, NULL},
};

const char *const OPTION_GROUP_TITLES[GROUP_COUNT] = {
    [GROUP_WHAT] = "What to run",
    [GROUP_TUNING] = "Tuning",
    [GROUP_INPUT] = "Input",
    [GROUP_OUTPUT] = "Output",
    [GROUP_REPORT] = "Reports and exit status",
    [GROUP_GENERAL] = "General",
};

static const char *rule_name(size_t index)
{
    return RULES[index].name;
}

static const char *sink_name(size_t index)
{
    return SINK_TYPES[index] ? SINK_TYPES[index]->name : NULL;
}

static const char *category_name(size_t index)
{
    return index < KB_CATEGORY_COUNT ? kb_category_name((enum kb_category)index) : NULL;
}

static const char *category_or_all(size_t index)
{
    return index == KB_CATEGORY_COUNT ? "all" : category_name(index);
}

static const char *tier_name(size_t index)
{
    static const char *const NAMES[] = {[TIER_A] = "A", [TIER_B] = "B", [TIER_C] = "C", NULL};
    return NAMES[index];
}

static const char *risk_name(size_t index)
{
    return index < KB_RISK_COUNT ? kb_risk_name((enum kb_risk)index) : NULL;
}

static const char *source_name(size_t index)
{
    return SOURCE_TYPES[index] ? SOURCE_TYPES[index]->name : NULL;
}

static const char *color_name(size_t index)
{
    static const char *const NAMES[] = {
        [COLOR_AUTO] = "auto", [COLOR_ALWAYS] = "always", [COLOR_NEVER] = "never", NULL};
    return NAMES[index];
}

static const char *rule_format_name(size_t index)
{
    static const char *const NAMES[] = {[RULE_FORMAT_KQL] = "kql", [RULE_FORMAT_WATCHLIST] = "watchlist", NULL};
    return NAMES[index];
}

/* clang-format off: a table, a row each; the formatter would give each field a line of its own */
#define FIELD(name) .offset = offsetof(struct opts, name)
#define SETTING     .from_environment = true, .from_config = true
#define NAMES       SETTING, .names = true

const struct option_def OPTIONS[] = {
    {.name = "rule",
     .argument = "NAME",
     .kind = OPTION_CHOICE,
     FIELD(rule),
     .choice = rule_name,
     SETTING,
     .group = GROUP_WHAT,
     .commands = FOR_SCAN | FOR_RULE,
     .brief = "the detection: default or published",
     .detail =
         "default knows every dynamic-DNS suffix of the knowledge base, takes the host out of whatever form RemoteUrl "
         "has, and names the true operator. published is the published hunting query for connections to dynamic-DNS "
         "services, to the letter: 15 suffixes, and its quirks. --explain shows how a rule is run."},
    {.name = "for",
     .argument = "PRODUCT",
     .kind = OPTION_CHOICE,
     FIELD(print.product),
     .choice = rule_product_name,
     .group = GROUP_WHAT,
     .commands = FOR_RULE,
     .brief = "where the rule is to run (default: hunting)",
     .detail = "Sets the dialect, the greatest length and what is left out. continuous is a custom detection of the "
               "frequency "
               "Continuous (NRT): one table, no comments, no sorting. sentinel-analytics and sentinel-nrt take 10,000 "
               "characters: see --split and --watchlist."},
    {.name = "dialect",
     .argument = "NAME",
     .kind = OPTION_CHOICE,
     FIELD(print.dialect),
     .choice = rule_dialect_name,
     .group = GROUP_WHAT,
     .commands = FOR_RULE,
     .brief = "defender (Timestamp) or sentinel (TimeGenerated); default: as --for has it"},
    {.name = "split",
     .kind = OPTION_FLAG,
     FIELD(print.split),
     .group = GROUP_WHAT,
     .commands = FOR_RULE,
     .brief = "several queries that each fit, where one would be too long",
     .detail =
         "Together they give the rows of the one, each row once. On standard output an empty line parts them; with -o "
         "FILE.kql they are FILE-1.kql, FILE-2.kql and so on."},
    {.name = "max-chars",
     .argument = "N",
     .kind = OPTION_SIZE,
     FIELD(print.max_chars),
     .group = GROUP_WHAT,
     .commands = FOR_RULE,
     .brief = "how long a query may be, in characters (default: as --for has it)"},
    {.name = "watchlist",
     .argument = "ALIAS",
     .kind = OPTION_TEXT,
     FIELD(print.watchlist),
     .group = GROUP_WHAT,
     .commands = FOR_RULE,
     .brief = "Sentinel: take the suffixes from this watchlist; the query is short",
     .detail = "--format watchlist writes the file to make the watchlist of, with Entry as its SearchKey."},
    {.name = "comments",
     .kind = OPTION_SET,
     FIELD(print.comments),
     .constant = COMMENTS_YES,
     .group = GROUP_WHAT,
     .commands = FOR_RULE,
     .brief = "with comments, where the product takes any (the default)"},
    {.name = "no-comments",
     .kind = OPTION_SET,
     FIELD(print.comments),
     .constant = COMMENTS_NO,
     .group = GROUP_WHAT,
     .commands = FOR_RULE,
     .brief = "without comments"},
    {.name = "file",
     .letter = 'f',
     .argument = "FILE",
     .kind = OPTION_TEXT,
     FIELD(kql_file),
     .argument_is_file = true,
     .group = GROUP_WHAT,
     .commands = FOR_QUERY,
     .brief = "read the query from FILE (- is standard input)"},
    {.name = "check",
     .kind = OPTION_FLAG,
     FIELD(check),
     .group = GROUP_WHAT,
     .commands = FOR_BOTH,
     .brief = "only check the query: parse, bind and plan it, and read no input",
     .detail = "Exit status 0 if it is right, 2 if not. Columns that only an input would show are not known: name them "
               "with --column."},
    {.name = "explain",
     .kind = OPTION_FLAG,
     FIELD(explain),
     .group = GROUP_WHAT,
     .commands = FOR_BOTH,
     .brief = "print the optimized plan in place of results",
     .detail = "An operator a line, the source of the rows first. With inputs, their columns are known to the plan; "
               "their rows are not read."},

    {.name = "tune",
     .kind = OPTION_FLAG,
     FIELD(tune),
     .group = GROUP_TUNING,
     .commands = FOR_QUERY,
     .brief = "put the tuning options into the query",
     .detail = "A query runs as it is written, unless this asks for the options below, of the command line, the "
               "environment and the configuration file. --explain shows the query that they make."},
    {.name = "allow",
     .argument = "DOMAIN",
     .kind = OPTION_LIST,
     FIELD(tuning.allow),
     NAMES,
     .group = GROUP_TUNING,
     .commands = FOR_TUNING,
     .brief = "approved: leave out this domain and all below it; @FILE for a list",
     .detail = "A host name, *.domain or a whole URL, of which the host counts. A list has one a line; # begins a "
               "comment."},
    {.name = "provider",
     .argument = "NAME",
     .kind = OPTION_LIST,
     FIELD(tuning.providers),
     NAMES,
     .group = GROUP_TUNING,
     .commands = FOR_TUNING,
     .brief = "keep only hosts of this provider; @FILE for a list",
     .detail =
         "In any case. The default rule knows its providers and refuses another name; other rules and queries are "
         "compared as they name them."},
    {.name = "exclude-provider",
     .argument = "NAME",
     .kind = OPTION_LIST,
     FIELD(tuning.exclude_providers),
     NAMES,
     .group = GROUP_TUNING,
     .commands = FOR_TUNING,
     .brief = "leave out hosts of this provider; @FILE for a list"},
    {.name = "category",
     .argument = "NAME",
     .kind = OPTION_LIST,
     FIELD(tuning.categories),
     .choice = category_or_all,
     NAMES,
     .group = GROUP_TUNING,
     .commands = FOR_TUNING,
     .brief = "which kinds of services count (default: public-ddns and vendor-ddns)",
     .detail = "public-ddns: anyone can have a name there. vendor-ddns: of a maker's devices. tunnel: tunnels and "
               "wildcard DNS."},
    {.name = "local-net",
     .argument = "CIDR",
     .kind = OPTION_LIST,
     FIELD(tuning.local_nets),
     NAMES,
     .group = GROUP_TUNING,
     .commands = FOR_TUNING,
     .brief = "keep only rows whose LocalIP lies in this range; @FILE for a list",
     .detail =
         "IPv4 (10.0.0.0/8; IPv4 addresses mapped into IPv6 lie there too) or IPv6 (2001:db8::/32). A row without "
         "a LocalIP lies nowhere and is left out."},
    {.name = "exclude-local",
     .argument = "CIDR",
     .kind = OPTION_LIST,
     FIELD(tuning.exclude_local),
     NAMES,
     .group = GROUP_TUNING,
     .commands = FOR_TUNING,
     .brief = "leave out rows whose LocalIP lies in this range; @FILE for a list",
     .detail = "A row without a LocalIP stays."},
    {.name = "outbound",
     .kind = OPTION_FLAG,
     FIELD(tuning.outbound),
     SETTING,
     .group = GROUP_TUNING,
     .commands = FOR_TUNING,
     .brief = "leave out inbound connections and remote addresses inside the estate",
     .detail = "Inbound is an ActionType that begins with Inbound. Inside are private, loopback and link-local "
               "addresses, IPv4 and IPv6, and those of --local-net. What is missing or no address stays."},
    {.name = "action",
     .argument = "TYPE",
     .kind = OPTION_LIST,
     FIELD(tuning.actions),
     NAMES,
     .group = GROUP_TUNING,
     .commands = FOR_TUNING,
     .brief = "keep only rows of this ActionType, such as ConnectionSuccess"},
    {.name = "since",
     .argument = "TIME",
     .kind = OPTION_TEXT,
     FIELD(tuning.since),
     SETTING,
     .group = GROUP_TUNING,
     .commands = FOR_TUNING,
     .brief = "keep only rows from TIME on: 2026-05-01, 2026-05-01T12:00Z, 7d",
     .detail = "A date or time of ISO 8601, UTC unless it says otherwise, or how long ago, as KQL writes it: 30m, 12h, "
               "7d."},
    {.name = "until",
     .argument = "TIME",
     .kind = OPTION_TEXT,
     FIELD(tuning.until),
     SETTING,
     .group = GROUP_TUNING,
     .commands = FOR_TUNING,
     .brief = "keep only rows before TIME",
     .detail = "A date is its first moment: with --since 2026-05-01 --until 2026-05-02 it is the one day."},
    {.name = "where",
     .argument = "KQL",
     .kind = OPTION_LIST,
     FIELD(tuning.wheres),
     SETTING,
     .group = GROUP_TUNING,
     .commands = FOR_TUNING,
     .brief = "keep only rows for which this is true; may be repeated",
     .detail = "Any predicate over the table's columns and those that the rule makes, such as RemoteHost."},
    {.name = "exclude-device",
     .argument = "GLOB",
     .kind = OPTION_LIST,
     FIELD(tuning.exclude_devices),
     NAMES,
     .group = GROUP_TUNING,
     .commands = FOR_TUNING,
     .brief = "leave out these devices; * and ? stand for any text and any character; @FILE for a list",
     .detail = "DeviceName, in any case. A name without a dot is meant with any domain."},
    {.name = "exclude-process",
     .argument = "GLOB",
     .kind = OPTION_LIST,
     FIELD(tuning.exclude_processes),
     NAMES,
     .group = GROUP_TUNING,
     .commands = FOR_TUNING,
     .brief = "leave out connections of these programs, such as updater*.exe",
     .detail = "InitiatingProcessFileName, in any case."},
    {.name = "exclude-account",
     .argument = "GLOB",
     .kind = OPTION_LIST,
     FIELD(tuning.exclude_accounts),
     NAMES,
     .group = GROUP_TUNING,
     .commands = FOR_TUNING,
     .brief = "leave out connections of these accounts: name, DOMAIN\\name or name@domain",
     .detail = "InitiatingProcessAccountName, with InitiatingProcessAccountDomain where a backslash stands, or "
               "InitiatingProcessAccountUpn where an @ stands; in any case."},
    {.name = "unique",
     .kind = OPTION_FLAG,
     FIELD(tuning.unique),
     SETTING,
     .group = GROUP_TUNING,
     .commands = FOR_TUNING,
     .brief = "count a row that stands in several exports once",
     .detail = "Rows that are equal in every column are one; the first stays."},
    {.name = "file",
     .letter = 'f',
     .argument = "FILE",
     .kind = OPTION_LIST,
     FIELD(lookup.files),
     .argument_is_file = true,
     .group = GROUP_WHAT,
     .commands = FOR_LOOKUP,
     .brief = "read a host or URL from each line of FILE (- is standard input); may be repeated"},
    {.name = "providers",
     .argument = "FILE",
     .kind = OPTION_LIST,
     FIELD(provider_files),
     .argument_is_file = true,
     SETTING,
     .group = GROUP_WHAT,
     .commands = FOR_TUNING | FOR_LOOKUP | FOR_KB_ROWS | FOR_CHECK,
     .brief = "know the suffixes or services of this table too; may be repeated",
     .detail = "It is in the form that providers check describes. A row for what is known already takes its place."},
    {.name = "category",
     .argument = "NAME",
     .kind = OPTION_LIST,
     FIELD(kb.categories),
     .choice = category_or_all,
     .group = GROUP_WHAT,
     .commands = FOR_LOOKUP | FOR_KB_ROWS,
     .brief = "only this category (default: all); may be repeated"},
    {.name = "provider",
     .argument = "NAME",
     .kind = OPTION_LIST,
     FIELD(kb.providers),
     .group = GROUP_WHAT,
     .commands = FOR_LIST | FOR_SEARCH | FOR_COUNT,
     .brief = "only this provider, in upper or lower case; may be repeated"},
    {.name = "tier",
     .argument = "TIER",
     .kind = OPTION_LIST,
     FIELD(kb.tiers),
     .choice = tier_name,
     .group = GROUP_WHAT,
     .commands = FOR_KB_ROWS,
     .brief = "only suffixes so well attested; may be repeated",
     .detail = "A: the operator says so. B: several independent lists, or one that names the operator. C: one list."},
    {.name = "risk",
     .argument = "RISK",
     .kind = OPTION_LIST,
     FIELD(kb.risks),
     .choice = risk_name,
     .group = GROUP_WHAT,
     .commands = FOR_KB_ROWS,
     .brief = "only suffixes of this risk of false alarms; may be repeated"},
    {.name = "source",
     .argument = "KEY",
     .kind = OPTION_LIST,
     FIELD(kb.sources),
     .group = GROUP_WHAT,
     .commands = FOR_KB_ROWS,
     .brief = "only what this source attests; may be repeated"},
    {.name = "services",
     .kind = OPTION_FLAG,
     FIELD(kb.services),
     .group = GROUP_WHAT,
     .commands = FOR_LIST | FOR_COUNT,
     .brief = "the providers' own hosts in place of suffixes"},
    {.name = "check",
     .argument = "FILE",
     .kind = OPTION_TEXT,
     FIELD(kb.check),
     .argument_is_file = true,
     .group = GROUP_WHAT,
     .commands = FOR_LIST,
     .brief = "the same as providers check FILE"},

    {.name = "input-format",
     .argument = "NAME",
     .kind = OPTION_CHOICE,
     FIELD(input_format),
     .choice = source_name,
     SETTING,
     .group = GROUP_INPUT,
     .commands = FOR_BOTH,
     .brief = "read every input as this format, whatever it looks like",
     .detail = "Without it each input's first bytes decide. Compression is always found by itself."},
    {.name = "column",
     .argument = "NAME:TYPE",
     .kind = OPTION_LIST,
     FIELD(columns_named),
     .from_config = true,
     .group = GROUP_INPUT,
     .commands = FOR_BOTH,
     .brief = "the inputs have a column that the schema does not know; may be repeated",
     .detail = "TYPE is a Kusto type: string, long, int, real, decimal, bool, datetime, timespan, guid or dynamic. "
               "Columns that stand in the first MiB of the first input are found without it."},
    {.name = "strict",
     .kind = OPTION_FLAG,
     FIELD(strict),
     SETTING,
     .group = GROUP_INPUT,
     .commands = FOR_BOTH,
     .brief = "parse every record whole, also those that can be no result",
     .detail = "Without it a record is read only as far as the query needs to rule it out, and whole before it is "
               "shown."},
    {.name = "record-max",
     .argument = "SIZE",
     .kind = OPTION_SIZE,
     FIELD(record_max),
     SETTING,
     .group = GROUP_INPUT,
     .commands = FOR_BOTH | FOR_LOOKUP,
     .brief = "reject records longer than this (default: 128M)"},
    {.name = "block-size",
     .argument = "SIZE",
     .kind = OPTION_SIZE,
     FIELD(block_size),
     SETTING,
     .group = GROUP_INPUT,
     .commands = FOR_BOTH,
     .brief = "how much to read at a time (default: 1M)",
     .detail = "Results, rejected records and counts are the same for any size."},
    {.name = "memory-max",
     .argument = "SIZE",
     .kind = OPTION_SIZE,
     FIELD(memory_max),
     SETTING,
     .group = GROUP_INPUT,
     .commands = FOR_BOTH,
     .brief = "memory that sort, distinct and summarize may hold (default: 1G)"},
    {.name = "threads",
     .letter = 'j',
     .argument = "N",
     .kind = OPTION_COUNT,
     FIELD(threads),
     SETTING,
     .group = GROUP_INPUT,
     .commands = FOR_BOTH,
     .brief = "how many threads to use (default: one a CPU)",
     .detail = "The default is what the process's CPU affinity and its cgroup's quota allow. Results, rejected records "
               "and counts are the same for any number."},

    {.name = "output",
     .letter = 'o',
     .argument = "FILE",
     .kind = OPTION_TEXT,
     FIELD(output),
     .argument_is_file = true,
     .group = GROUP_OUTPUT,
     .commands = FOR_ROWS | FOR_RULE,
     .brief = "write results to FILE, whole or not at all",
     .detail = "The file appears when all is written; until then an older one stays as it was. A FIFO or a device is "
               "written straight. The name's extension chooses the format: .csv, .tsv, .json, .ndjson, .jsonl, .md, "
               ".txt."},
    {.name = "format",
     .argument = "NAME",
     .kind = OPTION_CHOICE,
     FIELD(format),
     .choice = sink_name,
     SETTING,
     .group = GROUP_OUTPUT,
     .commands = FOR_ROWS,
     .brief = "how to write results (default: table on a terminal, else ndjson)"},
    {.name = "format",
     .argument = "NAME",
     .kind = OPTION_CHOICE,
     FIELD(print.format),
     .choice = rule_format_name,
     .group = GROUP_OUTPUT,
     .commands = FOR_RULE,
     .brief = "print KQL, or the file of a watchlist (default: kql)"},
    {.name = "columns",
     .argument = "LIST",
     .kind = OPTION_TEXT,
     FIELD(columns),
     SETTING,
     .group = GROUP_OUTPUT,
     .commands = FOR_ROWS,
     .brief = "show only these columns, in this order: A,B,C"},
    {.name = "matched",
     .kind = OPTION_FLAG,
     FIELD(lookup.matched),
     .group = GROUP_OUTPUT,
     .commands = FOR_LOOKUP,
     .brief = "show only what is known"},
    {.name = "unmatched",
     .kind = OPTION_FLAG,
     FIELD(lookup.unmatched),
     .group = GROUP_OUTPUT,
     .commands = FOR_LOOKUP,
     .brief = "show only what is not known"},
    {.name = "with-source",
     .kind = OPTION_FLAG,
     FIELD(with_source),
     SETTING,
     .group = GROUP_OUTPUT,
     .commands = FOR_BOTH,
     .brief = "add where each row came from: SourceFile, SourceRecord, SourceOffset"},
    {.name = "csv-safe",
     .kind = OPTION_FLAG,
     FIELD(csv_safe),
     SETTING,
     .group = GROUP_OUTPUT,
     .commands = FOR_ROWS,
     .brief = "CSV: no cell that a spreadsheet would take for a formula",
     .detail = "An apostrophe is put before such text. Numbers are left alone."},
    {.name = "color",
     .argument = "WHEN",
     .kind = OPTION_CHOICE,
     FIELD(color),
     .choice = color_name,
     SETTING,
     .group = GROUP_OUTPUT,
     .commands = FOR_ROWS,
     .brief = "colour: auto, always or never (default: auto)",
     .detail = "auto colours on a terminal, unless the environment has NO_COLOR or TERM=dumb."},
    {.name = "no-color",
     .kind = OPTION_SET,
     FIELD(color),
     .constant = COLOR_NEVER,
     .group = GROUP_OUTPUT,
     .commands = FOR_ROWS | FOR_CONFIG,
     .brief = "the same as --color=never"},
    {.name = "width",
     .argument = "N",
     .kind = OPTION_COUNT,
     FIELD(width),
     SETTING,
     .group = GROUP_OUTPUT,
     .commands = FOR_ROWS,
     .brief = "cells that a table may be wide (default: the terminal's width)"},

    {.name = "quiet",
     .letter = 'q',
     .kind = OPTION_FLAG,
     FIELD(quiet),
     SETTING,
     .group = GROUP_REPORT,
     .commands = FOR_ROWS | FOR_CHECK | FOR_RULE,
     .brief = "no progress, no notices, no closing summary; errors only"},
    {.name = "stats",
     .kind = OPTION_FLAG,
     FIELD(stats),
     .group = GROUP_REPORT,
     .commands = FOR_BOTH,
     .brief = "say what the work was: records parsed, cells decoded by column"},
    {.name = "rejects",
     .argument = "FILE",
     .kind = OPTION_TEXT,
     FIELD(rejects),
     .argument_is_file = true,
     .group = GROUP_REPORT,
     .commands = FOR_BOTH,
     .brief = "keep records that could not be read in FILE, byte for byte"},
    {.name = "fail-on-hit",
     .kind = OPTION_FLAG,
     FIELD(fail_on_hit),
     .group = GROUP_REPORT,
     .commands = FOR_BOTH | FOR_LOOKUP,
     .brief = "exit with status 10 if there are results"},

    {.name = "config",
     .argument = "FILE",
     .kind = OPTION_TEXT,
     FIELD(config),
     .argument_is_file = true,
     .from_environment = true,
     .group = GROUP_GENERAL,
     .commands = FOR_COMMANDS,
     .brief = "read settings from this YAML file",
     .detail = "Without it the first of $XDG_CONFIG_HOME/ddnshunt/config.yaml (or ~/.config/...) and "
               "/etc/xdg/ddnshunt/config.yaml that is there. Keys are the names of options. ddnshunt config shows what "
               "is in effect."},
    {.name = "no-config",
     .kind = OPTION_FLAG,
     FIELD(no_config),
     .group = GROUP_GENERAL,
     .commands = FOR_COMMANDS,
     .brief = "read no settings from any file"},
    {.name = "help",
     .letter = 'h',
     .kind = OPTION_FLAG,
     FIELD(help),
     .group = GROUP_GENERAL,
     .commands = FOR_ALL,
     .brief = "this help; -h in short, --help in full"},
    {.name = "version",
     .letter = 'V',
     .kind = OPTION_FLAG,
     FIELD(version),
     .group = GROUP_GENERAL,
     .commands = FOR_ALL,
     .brief = "version, build features and libraries"},
    {.name = NULL},
};
/* clang-format on */
_Static_assert(sizeof OPTIONS / sizeof *OPTIONS <= OPTIONS_MAX, "struct opts has room for their origins");

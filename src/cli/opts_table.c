/*
 * opts_table.c - the commands and options, each once.
 */
#include "cli/opts.h"
#include "ddns/kb.h"
#include "import/import.h"
#include "kql/rules.h"
#include "sink/sink.h"
#include "source/source.h"

enum { FOR_BOTH = FOR_SCAN | FOR_QUERY, FOR_ALL = FOR_TOP | FOR_BOTH | FOR_LOOKUP | FOR_PROVIDERS };
/* Who has rows to show, who looks at rows of the knowledge base, who reads lists of others. */
enum {
    FOR_ROWS = FOR_BOTH | FOR_LOOKUP | FOR_LIST | FOR_SEARCH | FOR_COUNT | FOR_IMPORT | FOR_DIFF,
    FOR_KB_ROWS = FOR_LIST | FOR_SEARCH | FOR_COUNT | FOR_DIFF,
    FOR_LISTS = FOR_IMPORT | FOR_DIFF
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
    {COMMAND_PROVIDERS_IMPORT, "providers import", "[OPTIONS] [FILE|-]...",
     "make such a table of a list in another form",
     "Reads lists of names as they come: one a line, hosts files, AdBlock filters, response policy zones, the Public "
     "Suffix "
     "List, CSV, MISP warning lists. Each FILE's content tells its form. What is no name is told by its line and left "
     "out. "
     "The result is a table for --providers, in TSV unless --format says otherwise."},
    {COMMAND_PROVIDERS_DIFF, "providers diff", "[OPTIONS] [FILE|-]...", "compare such a list with what is known",
     "A row for each difference. Change is only-there, only-here, other-operator, or below-known for a name that is no "
     "suffix "
     "here but lies below one. Here is the provider known, There the list's, where it names one."},
    {COMMAND_NONE, NULL, NULL, NULL, NULL},
};

const char *const OPTION_GROUP_TITLES[GROUP_COUNT] = {
    [GROUP_WHAT] = "What to run", [GROUP_INPUT] = "Input",
    [GROUP_OUTPUT] = "Output",    [GROUP_REPORT] = "Reports and exit status",
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

static const char *import_name(size_t index)
{
    return IMPORT_TYPES[index] ? IMPORT_TYPES[index]->name : NULL;
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

/* clang-format off: a table, a row each; the formatter would give each field a line of its own */
#define FIELD(name) .offset = offsetof(struct opts, name)

const struct option_def OPTIONS[] = {
    {.name = "rule",
     .argument = "NAME",
     .kind = OPTION_CHOICE,
     FIELD(rule),
     .choice = rule_name,
     .from_environment = true,
     .group = GROUP_WHAT,
     .commands = FOR_SCAN,
     .brief = "the detection to run (default: published)",
     .detail = "published is the published hunting query for connections to dynamic-DNS services, to the letter. "
               "--explain shows how it is run."},
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
     .from_environment = true,
     .group = GROUP_WHAT,
     .commands = FOR_LOOKUP | FOR_KB_ROWS | FOR_CHECK,
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

    {.name = "from",
     .argument = "FORM",
     .kind = OPTION_CHOICE,
     FIELD(import.from),
     .choice = import_name,
     .group = GROUP_INPUT,
     .commands = FOR_LISTS,
     .brief = "read every FILE in this form, whatever it looks like"},
    {.name = "column",
     .argument = "NAME",
     .kind = OPTION_TEXT,
     FIELD(import.column),
     .group = GROUP_INPUT,
     .commands = FOR_LISTS,
     .brief = "csv, table: the column that holds the names"},
    {.name = "provider-column",
     .argument = "NAME",
     .kind = OPTION_TEXT,
     FIELD(import.provider_column),
     .group = GROUP_INPUT,
     .commands = FOR_LISTS,
     .brief = "csv, table: the column that holds their providers"},
    {.name = "provider",
     .argument = "NAME",
     .kind = OPTION_TEXT,
     FIELD(import.provider),
     .group = GROUP_INPUT,
     .commands = FOR_LISTS,
     .brief = "the provider of names for which the list has none",
     .detail = "import: without it Unknown. diff: the list is that provider's own, so that no suffix of others can be "
               "only-here."},
    {.name = "category",
     .argument = "NAME",
     .kind = OPTION_CHOICE,
     FIELD(import.category),
     .choice = category_name,
     .group = GROUP_INPUT,
     .commands = FOR_IMPORT,
     .brief = "the category of the names (default: public-ddns)"},
    {.name = "tier",
     .argument = "TIER",
     .kind = OPTION_CHOICE,
     FIELD(import.tier),
     .choice = tier_name,
     .group = GROUP_INPUT,
     .commands = FOR_IMPORT,
     .brief = "how well they are attested (default: C)"},
    {.name = "risk",
     .argument = "RISK",
     .kind = OPTION_CHOICE,
     FIELD(import.risk),
     .choice = risk_name,
     .group = GROUP_INPUT,
     .commands = FOR_IMPORT,
     .brief = "their risk of false alarms (default: medium)"},
    {.name = "source",
     .argument = "KEY",
     .kind = OPTION_TEXT,
     FIELD(import.source),
     .group = GROUP_INPUT,
     .commands = FOR_IMPORT,
     .brief = "who says so (default: the file's name)"},

    {.name = "input-format",
     .argument = "NAME",
     .kind = OPTION_CHOICE,
     FIELD(input_format),
     .choice = source_name,
     .from_environment = true,
     .group = GROUP_INPUT,
     .commands = FOR_BOTH,
     .brief = "read every input as this format, whatever it looks like",
     .detail = "Without it each input's first bytes decide. Compression is always found by itself."},
    {.name = "column",
     .argument = "NAME:TYPE",
     .kind = OPTION_LIST,
     FIELD(columns_named),
     .group = GROUP_INPUT,
     .commands = FOR_BOTH,
     .brief = "the inputs have a column that the schema does not know; may be repeated",
     .detail = "TYPE is a Kusto type: string, long, int, real, decimal, bool, datetime, timespan, guid or dynamic. "
               "Columns that stand in the first MiB of the first input are found without it."},
    {.name = "strict",
     .kind = OPTION_FLAG,
     FIELD(strict),
     .from_environment = true,
     .group = GROUP_INPUT,
     .commands = FOR_BOTH,
     .brief = "parse every record whole, also those that can be no result",
     .detail = "Without it a record is read only as far as the query needs to rule it out, and whole before it is "
               "shown."},
    {.name = "record-max",
     .argument = "SIZE",
     .kind = OPTION_SIZE,
     FIELD(record_max),
     .from_environment = true,
     .group = GROUP_INPUT,
     .commands = FOR_BOTH | FOR_LOOKUP,
     .brief = "reject records longer than this (default: 128M)"},
    {.name = "block-size",
     .argument = "SIZE",
     .kind = OPTION_SIZE,
     FIELD(block_size),
     .from_environment = true,
     .group = GROUP_INPUT,
     .commands = FOR_BOTH,
     .brief = "how much to read at a time (default: 1M)",
     .detail = "Results, rejected records and counts are the same for any size."},
    {.name = "memory-max",
     .argument = "SIZE",
     .kind = OPTION_SIZE,
     FIELD(memory_max),
     .from_environment = true,
     .group = GROUP_INPUT,
     .commands = FOR_BOTH,
     .brief = "memory that sort, distinct and summarize may hold (default: 1G)"},
    {.name = "threads",
     .letter = 'j',
     .argument = "N",
     .kind = OPTION_COUNT,
     FIELD(threads),
     .from_environment = true,
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
     .commands = FOR_ROWS,
     .brief = "write results to FILE, whole or not at all",
     .detail = "The file appears when all is written; until then an older one stays as it was. A FIFO or a device is "
               "written straight. The name's extension chooses the format: .csv, .tsv, .json, .ndjson, .jsonl, .md, "
               ".txt."},
    {.name = "format",
     .argument = "NAME",
     .kind = OPTION_CHOICE,
     FIELD(format),
     .choice = sink_name,
     .from_environment = true,
     .group = GROUP_OUTPUT,
     .commands = FOR_ROWS,
     .brief = "how to write results (default: table on a terminal, else ndjson)"},
    {.name = "columns",
     .argument = "LIST",
     .kind = OPTION_TEXT,
     FIELD(columns),
     .from_environment = true,
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
     .from_environment = true,
     .group = GROUP_OUTPUT,
     .commands = FOR_BOTH,
     .brief = "add where each row came from: SourceFile, SourceRecord, SourceOffset"},
    {.name = "csv-safe",
     .kind = OPTION_FLAG,
     FIELD(csv_safe),
     .from_environment = true,
     .group = GROUP_OUTPUT,
     .commands = FOR_ROWS,
     .brief = "CSV: no cell that a spreadsheet would take for a formula",
     .detail = "An apostrophe is put before such text. Numbers are left alone."},
    {.name = "color",
     .argument = "WHEN",
     .kind = OPTION_CHOICE,
     FIELD(color),
     .choice = color_name,
     .from_environment = true,
     .group = GROUP_OUTPUT,
     .commands = FOR_ROWS,
     .brief = "colour: auto, always or never (default: auto)",
     .detail = "auto colours on a terminal, unless the environment has NO_COLOR or TERM=dumb."},
    {.name = "no-color",
     .kind = OPTION_SET,
     FIELD(color),
     .constant = COLOR_NEVER,
     .group = GROUP_OUTPUT,
     .commands = FOR_ROWS,
     .brief = "the same as --color=never"},
    {.name = "width",
     .argument = "N",
     .kind = OPTION_COUNT,
     FIELD(width),
     .from_environment = true,
     .group = GROUP_OUTPUT,
     .commands = FOR_ROWS,
     .brief = "cells that a table may be wide (default: the terminal's width)"},

    {.name = "quiet",
     .letter = 'q',
     .kind = OPTION_FLAG,
     FIELD(quiet),
     .from_environment = true,
     .group = GROUP_REPORT,
     .commands = FOR_ROWS | FOR_CHECK,
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

/*
 * opts_table.c - the commands and options, each once.
 */
#include "cli/opts.h"
#include "kql/rules.h"
#include "sink/sink.h"
#include "source/source.h"

enum { FOR_BOTH = FOR_SCAN | FOR_QUERY, FOR_ALL = FOR_TOP | FOR_BOTH };

const struct command COMMANDS[] = {
    {COMMAND_SCAN, "scan", "[OPTIONS] [FILE|DIR|-]...", "find connections to dynamic-DNS hosts",
     "Reads exports of Microsoft Defender's DeviceNetworkEvents and shows each connection to a host under a "
     "dynamic-DNS "
     "suffix, the newest first, with the provider, the process and the user behind it. What counts as a hit is a rule "
     "written in KQL; see --rule."},
    {COMMAND_QUERY, "query", "[OPTIONS] KQL [FILE|DIR|-]...", "run any KQL query over the same telemetry",
     "KQL is the query, with DeviceNetworkEvents as its table; with -f FILE the query is read from that file and all "
     "arguments are inputs."},
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
     .brief = "the detection to run: default or published",
     .detail = "default knows every dynamic-DNS suffix of the knowledge base, takes the host out of whatever form RemoteUrl "
               "has, and names the true operator. published is the published hunting query for connections to dynamic-DNS "
               "services, to the letter: 15 suffixes, and its quirks. --explain shows how a rule is run."},
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
     .commands = FOR_BOTH,
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
     .commands = FOR_BOTH,
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
     .commands = FOR_BOTH,
     .brief = "how to write results (default: table on a terminal, else ndjson)"},
    {.name = "columns",
     .argument = "LIST",
     .kind = OPTION_TEXT,
     FIELD(columns),
     .from_environment = true,
     .group = GROUP_OUTPUT,
     .commands = FOR_BOTH,
     .brief = "show only these columns, in this order: A,B,C"},
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
     .commands = FOR_BOTH,
     .brief = "CSV: no cell that a spreadsheet would take for a formula",
     .detail = "An apostrophe is put before such text. Numbers are left alone."},
    {.name = "color",
     .argument = "WHEN",
     .kind = OPTION_CHOICE,
     FIELD(color),
     .choice = color_name,
     .from_environment = true,
     .group = GROUP_OUTPUT,
     .commands = FOR_BOTH,
     .brief = "colour: auto, always or never (default: auto)",
     .detail = "auto colours on a terminal, unless the environment has NO_COLOR or TERM=dumb."},
    {.name = "no-color",
     .kind = OPTION_SET,
     FIELD(color),
     .constant = COLOR_NEVER,
     .group = GROUP_OUTPUT,
     .commands = FOR_BOTH,
     .brief = "the same as --color=never"},
    {.name = "width",
     .argument = "N",
     .kind = OPTION_COUNT,
     FIELD(width),
     .from_environment = true,
     .group = GROUP_OUTPUT,
     .commands = FOR_BOTH,
     .brief = "cells that a table may be wide (default: the terminal's width)"},

    {.name = "quiet",
     .letter = 'q',
     .kind = OPTION_FLAG,
     FIELD(quiet),
     .from_environment = true,
     .group = GROUP_REPORT,
     .commands = FOR_BOTH,
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
     .commands = FOR_BOTH,
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

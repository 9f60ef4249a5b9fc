/*
 * commands_table.c - the commands, each once; one whose name is two words is an action of the first.
 */
#include "cli/opts.h"

const struct command COMMANDS[] = {
    {COMMAND_SCAN, "scan", "[OPTIONS] [FILE|DIR|-]...", "find connections to dynamic-DNS hosts",
     "Reads exports of Microsoft Defender's DeviceNetworkEvents and shows each connection to a host under a "
     "dynamic-DNS suffix, the newest first, with the provider, the process and the user behind it. What counts as a "
     "hit is a rule written in KQL; see --rule."},
    {COMMAND_QUERY, "query", "[OPTIONS] KQL [FILE|DIR|-]...", "run any KQL query over the same telemetry",
     "KQL is the query, with DeviceNetworkEvents as its table; with -f FILE the query is read from that file and all "
     "arguments are inputs."},
    {COMMAND_RULE, "rule", "[OPTIONS]", "print the tuned detection as KQL for Defender or Sentinel",
     "Prints a rule with its tuning as one self-contained query: the suffixes that the tuning can show as a list, the "
     "steps from RemoteUrl to a host, the longest suffix, the operator. It gives the same rows there as scan does "
     "here. What a product forbids and how long a query it takes is known by --for; a rule that is too long is split, "
     "or takes its list from a watchlist. docs/rule.md is the how-to."},
    {COMMAND_CONFIG, "config", "[OPTIONS]", "show the settings in effect, and where each comes from",
     "Prints them as a configuration file, with the origin of each as a comment: an option, a variable of the "
     "environment, a line of the file, or the default. Takes every option that a file can set. What is wrong in a "
     "configuration is told, with exit status 2."},
    {COMMAND_LOOKUP, "lookup", "[OPTIONS] [HOST|URL|-]...", "say which provider a host or URL belongs to",
     "Each HOST or URL gives a row: the host in it, and the suffix, provider, category and kind of what the knowledge "
     "base knows; kind is host for a user's name, service for the provider's own. These are empty where it knows "
     "nothing. Without arguments, and for -, a host or URL is read from each line of standard input, and answered as "
     "it comes."},
    {COMMAND_PROVIDERS_LIST, "providers list", "[OPTIONS]", "list what is known of dynamic-DNS suffixes",
     "A row a suffix, in their order. A suffix with *. before it stands for each name one label below it, one with ! "
     "before it is an exception. The action list may be left out."},
    {COMMAND_PROVIDERS_SEARCH, "providers search", "[OPTIONS] TEXT...",
     "find suffixes, services and providers by a part",
     "Shows the suffixes and services whose name or provider has each TEXT in it, in upper or lower case."},
    {COMMAND_PROVIDERS_COUNT, "providers count", "[OPTIONS]", "count suffixes by provider and category",
     "A row for each provider and category, the one with the most suffixes first."},
    {COMMAND_PROVIDERS_CHECK, "providers check", "[OPTIONS] FILE...",
     "say what is wrong in a table of suffixes or services",
     "FILE is in the form of providers.tsv or services.tsv, as --providers reads it: columns by their names in the "
     "first row, parted by tabs. Each mistake is named by file and line, and what is right but doubtful as well: a "
     "suffix that is known already or by another provider, a whole public suffix, a first label that another provider "
     "has. Exit status 2 if there are mistakes."},
    {COMMAND_PROVIDERS_IMPORT, "providers import", "[OPTIONS] [FILE|-]...",
     "make such a table of a list in another form",
     "Reads lists of names as they come: one a line, hosts files, AdBlock filters, response policy zones, the Public "
     "Suffix List, CSV, MISP warning lists. Each FILE's content tells its form. What is no name is told by its line "
     "and left out. The result is a table for --providers, in TSV unless --format says otherwise."},
    {COMMAND_PROVIDERS_DIFF, "providers diff", "[OPTIONS] [FILE|-]...", "compare such a list with what is known",
     "A row for each difference. Change is only-there, only-here, other-operator, or below-known for a name that is no "
     "suffix here but lies below one. Here is the provider known, There the list's, where it names one."},
    {COMMAND_NONE, NULL, NULL, NULL, NULL},
};

/*
 * commands.h - a function a command; each reports its failures itself.
 */
#ifndef DDNSHUNT_CLI_COMMANDS_H
#define DDNSHUNT_CLI_COMMANDS_H

#include "cli/run/run.h"
#include "kql/syntax/lexer.h"

void command_scan(const struct opts *opts, struct report *report, struct outcome *outcome);
void command_query(const struct opts *opts, struct report *report, struct outcome *outcome);
void command_config(const struct opts *opts, struct report *report, struct outcome *outcome);
void command_rule(const struct opts *opts, struct report *report, struct outcome *outcome);
void command_lookup(const struct opts *opts, struct report *report, struct outcome *outcome);
void command_providers_list(const struct opts *opts, struct report *report, struct outcome *outcome);
void command_providers_search(const struct opts *opts, struct report *report, struct outcome *outcome);
void command_providers_count(const struct opts *opts, struct report *report, struct outcome *outcome);
void command_providers_check(const struct opts *opts, struct report *report, struct outcome *outcome);
void command_providers_import(const struct opts *opts, struct report *report, struct outcome *outcome);
void command_providers_diff(const struct opts *opts, struct report *report, struct outcome *outcome);

/*
 * A query's whole file, or standard input for "-", into a buffer born with QUERY_FILE_MAX. A byte order mark is no part of the
 * text. ERR_USAGE if it can't be read or is too long: a wrong call.
 */
#define QUERY_FILE_MAX (KQL_TEXT_MAX + (2 << 16))
enum err_code query_read(const char *path, struct buf *into, struct slice *out_text, struct err *err) MUST_CHECK;

/* "ddnshunt 0.1.0", build features, and the libraries with their versions. */
void version_write(struct buf *out);

#endif

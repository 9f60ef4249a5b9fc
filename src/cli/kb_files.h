/*
 * kb_files.h - the knowledge base with the tables of --providers.
 */
#ifndef DDNSHUNT_CLI_KB_FILES_H
#define DDNSHUNT_CLI_KB_FILES_H

#include "cli/opts.h"
#include "ddns/kb.h"

/* Longer tables have more rows than a knowledge base may. */
#define KB_FILE_MAX ((size_t)1 << 30)

/* What is compiled in and the rows of each file, in their order. ERR_USAGE: a file that can't be read, or is wrong. */
enum err_code kb_files_open(const struct text_list *files, struct kb **out_kb, struct err *err) MUST_CHECK;

/* A whole file, "-" for standard input, into a buffer born with its maximum. ERR_INPUT, ERR_LIMIT. */
enum err_code file_read(const char *path, struct buf *into, struct err *err) MUST_CHECK;

#endif

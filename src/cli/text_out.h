/*
 * text_out.h - finished texts to standard output or a file: help, a configuration, printed rules.
 */
#ifndef DDNSHUNT_CLI_TEXT_OUT_H
#define DDNSHUNT_CLI_TEXT_OUT_H

#include "base/buf.h"
#include "base/err.h"

/* Writes the texts, an empty line between two, to path, whole or not at all; to standard output if path is NULL. */
enum err_code text_out_all(const char *path, const struct slice *texts, size_t count, struct err *err) MUST_CHECK;
/* One text, as a buffer that may have failed. */
enum err_code text_out(const char *path, const struct buf *text, struct err *err) MUST_CHECK;

#endif

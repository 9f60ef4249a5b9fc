/*
 * docgen.h - what the build makes from the tables of commands and options.
 */
#ifndef DDNSHUNT_CLI_DOCGEN_H
#define DDNSHUNT_CLI_DOCGEN_H

#include "base/buf.h"

/* The completion for a shell, whole. */
void completion_bash(struct buf *out);
void completion_zsh(struct buf *out);
void completion_fish(struct buf *out);

#endif

/*
 * docgen.h - what the build makes from the tables of commands and options.
 */
#ifndef DDNSHUNT_CLI_DOCGEN_H
#define DDNSHUNT_CLI_DOCGEN_H

#include "base/buf.h"

void completion_bash(struct buf *out);
void completion_zsh(struct buf *out);
void completion_fish(struct buf *out);
/* The OPTIONS section of the manual page, in scdoc's language. */
void manual_options(struct buf *out);
/* The ENVIRONMENT section's list. */
void manual_configuration(struct buf *out); /* the keys that a configuration file may have */
void manual_environment(struct buf *out);

#endif

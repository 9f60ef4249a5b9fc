/*
 * config.h - the configuration file: settings for options, in YAML.
 *
 * One mapping, whose keys are the long names of the options that have from_config; a flag is true or false, a list a sequence or
 * one value alone. The schema is made of the table of options. Where the file is:
 *
 *   --config FILE, else DDNSHUNT_CONFIG, else the first that is there of
 *   $XDG_CONFIG_HOME/ddnshunt/config.yaml (~/.config/ddnshunt/config.yaml),
 *   <each of $XDG_CONFIG_DIRS>/ddnshunt/config.yaml (/etc/xdg/ddnshunt/config.yaml)
 *
 * A configuration is written by its user, but may come from anywhere: it is read within bounds, and what YAML has beyond plain
 * values (anchors, aliases, tags, nested values, several documents) is refused. Source: XDG Base Directory Specification 0.8.
 */
#ifndef DDNSHUNT_CLI_CONFIG_H
#define DDNSHUNT_CLI_CONFIG_H

#include "cli/opts.h"

enum { CONFIG_BYTES_MAX = 16 << 20 };

/* Finds the file, reads it, and stores its settings where no higher level has. ERR_USAGE names the file and the line. */
enum err_code config_read(struct opts *opts, const char *(*environment)(const char *name), struct err *err) MUST_CHECK;
/* The same of a file's text. A relative FILE or @FILE in it is beside path. */
enum err_code config_apply(struct opts *opts, struct slice text, const char *path, struct err *err) MUST_CHECK;

/* The settings in effect, each with its origin as a comment, as a file that gives the same settings. */
void config_write(const struct opts *opts, struct buf *out);

/* --- what stands in a file (config_keys.c) --- */

struct config_key {
    uint32_t line;    /* 0: it does not stand there */
    bool is_sequence; /* written as one */
};
/*
 * Checks the form of the text and fills out_keys, [OPTIONS_MAX], in the order of OPTIONS. ERR_USAGE: unknown keys, a key twice,
 * a value of another form than the option's.
 */
enum err_code config_keys(struct slice text, const char *path, struct config_key *out_keys, struct err *err) MUST_CHECK;

#endif

/*
 * term.h - what is known of the terminal, and of the machine's CPUs.
 */
#ifndef DDNSHUNT_CLI_TERM_H
#define DDNSHUNT_CLI_TERM_H

#include "cli/opts.h"

bool term_is(int fd);
/* The locale's character set is UTF-8 (after setlocale()). */
bool term_is_unicode(void);
/* Cells of a line: of fd if it is a terminal, else COLUMNS of the environment, else 0. */
unsigned term_width(int fd);
/* --color, then NO_COLOR and TERM. */
bool term_has_color(enum color_when when, int fd);

/* Threads worth starting: the CPUs of the process's affinity, at most the cgroup's quota (v2 or v1) rounded up. */
unsigned cpus_available(void);
/* The quota in a cgroup v2 cpu.max file's text ("150000 100000"): CPUs rounded up, 0 for none. */
unsigned cpus_of_quota(struct slice cpu_max);

#endif

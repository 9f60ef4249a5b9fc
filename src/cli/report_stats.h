/*
 * report_stats.h - --stats: what the work was, and where its time went.
 */
#ifndef DDNSHUNT_CLI_REPORT_STATS_H
#define DDNSHUNT_CLI_REPORT_STATS_H

#include "cli/report.h"
#include "kql/exec/profile.h"

/* schema names the cells that stats counts; profiles may hold none. */
void report_stats(struct report *report, const struct scan_stats *stats, const struct schema *schema,
                  const struct profiles *profiles);

#endif

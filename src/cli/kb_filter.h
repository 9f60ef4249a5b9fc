/*
 * kb_filter.h - which rows of the knowledge base --provider, --category, --tier, --risk and --source leave.
 */
#ifndef DDNSHUNT_CLI_KB_FILTER_H
#define DDNSHUNT_CLI_KB_FILTER_H

#include "cli/opts.h"
#include "ddns/kb.h"

/* ERR_USAGE: a provider or source that no row has, with the nearest. */
enum err_code kb_filter_check(const struct kb_opts *opts, const struct kb *kb, struct err *err) MUST_CHECK;

bool kb_filter_rule(const struct kb_opts *opts, const struct kb_rule *rule);
/* A service has neither tier nor risk: it is none of any. */
bool kb_filter_service(const struct kb_opts *opts, const struct kb_service *service);

/* Says that no row has this provider, and which one is near. ERR_USAGE. */
enum err_code kb_provider_unknown(struct slice name, const struct kb *kb, struct err *err);

/* Is the key among the comma-separated ones? */
bool source_has(struct slice source, struct slice key);

#endif

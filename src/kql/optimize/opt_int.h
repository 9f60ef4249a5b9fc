/*
 * opt_int.h - what the parts of the optimizer share.
 *
 *   opt.c          the passes, in their order; PLAN_VERIFY; take and top
 *   opt_where.c    predicates: taken apart, moved towards the scan, put in order
 *   opt_literals.c what the text of a row's column must hold, for the source
 *   opt_passed.c   columns that derives only pass on: where they come from
 *   opt_rewrite.c  expressions that mean something simpler: constants in and/or, regular expressions
 */
#ifndef DDNSHUNT_KQL_OPT_INT_H
#define DDNSHUNT_KQL_OPT_INT_H

#include "kql/plan.h"

enum err_code opt_rewrite(struct query *query, struct plan *root, struct err *err) MUST_CHECK;
enum err_code opt_literals(struct query *query, struct plan *root, struct err *err) MUST_CHECK;
enum err_code opt_where(struct query *query, struct plan **root, struct err *err) MUST_CHECK;

enum err_code opt_passed(struct query *query, struct plan *root, struct err *err) MUST_CHECK;

/* The plan's operators, the source first, in the query's arena. */
enum err_code opt_chain(struct query *query, struct plan *root, struct plan ***out_chain, uint32_t *out_length,
                        struct err *err) MUST_CHECK;

/* isnotempty(ddns_suffix(..)), or of another function that says nothing where that one says nothing. */
bool opt_asks_for_suffix(const struct expr *expr);

#endif

/*
 * op_source.h - plans that bring their own rows: datatable, print, range.
 */
#ifndef DDNSHUNT_KQL_OP_SOURCE_H
#define DDNSHUNT_KQL_OP_SOURCE_H

#include "kql/exec/op.h"

/*
 * Pushes all rows of a PLAN_ROWS or PLAN_RANGE, until the operator is done or `interrupted` (asked before each batch;
 * may be NULL) says so: then *out_interrupted is set.
 */
enum err_code source_push(const struct plan *plan, struct op *op, struct op_env *env, bool (*interrupted)(void *user),
                          void *user, bool *out_interrupted, struct err *err) MUST_CHECK;

#endif

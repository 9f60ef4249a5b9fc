/*
 * fn_in.h - the operators in, !in, in~ and !in~: their part of the table of functions (fn_compare.c).
 */
#ifndef DDNSHUNT_KQL_FN_IN_H
#define DDNSHUNT_KQL_FN_IN_H

#include "kql/func/func.h"

enum err_code in_prepare(struct expr *expr, struct arena *arena, struct err *err);

/* What the name says (with or without ~) is looked at in the call. */
enum err_code in_eval(struct eval *eval, const struct expr *expr, struct batch *batch, const struct selection *rows,
                      struct column *out, struct err *err);
enum err_code not_in_eval(struct eval *eval, const struct expr *expr, struct batch *batch, const struct selection *rows,
                          struct column *out, struct err *err);

#endif

/*
 * fn_number.h - the functions over numbers, for their rows in the table of fn_math.c. See func.h for what an eval is.
 */
#ifndef DDNSHUNT_KQL_FN_NUMBER_H
#define DDNSHUNT_KQL_FN_NUMBER_H

#include "kql/func/func.h"

typedef enum err_code func_eval(struct eval *eval, const struct expr *expr, const struct column *const *args,
                                const struct selection *rows, struct column *out, struct err *err);

func_eval bin_eval, bin_at_eval, abs_eval, round_eval, ceiling_eval, sqrt_eval, pow_eval, exp_eval, exp2_eval,
    exp10_eval, log_eval, log2_eval, log10_eval, sign_eval, isnan_eval, isinf_eval, isfinite_eval, max_of_eval,
    min_of_eval;

enum err_code extreme_of_bind(struct expr *expr, struct arena *arena, struct err *err);

#endif

/*
 * fn_string.h - evaluations of FUNCS_STRING that live in another file: fn_encode.c.
 */
#ifndef DDNSHUNT_KQL_FN_STRING_H
#define DDNSHUNT_KQL_FN_STRING_H

#include "kql/func/func.h"

typedef enum err_code func_eval(struct eval *eval, const struct expr *expr, const struct column *const *args,
                                const struct selection *rows, struct column *out, struct err *err);

func_eval url_encode_eval, url_encode_component_eval, url_decode_eval, base64_encode_eval, base64_decode_eval;

#endif

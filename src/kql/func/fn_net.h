/*
 * fn_net.h - evaluations of FUNCS_NET that live in other files: fn_net_text.c, fn_url.c.
 */
#ifndef DDNSHUNT_KQL_FN_NET_H
#define DDNSHUNT_KQL_FN_NET_H

#include "kql/func/func.h"

typedef enum err_code net_eval(struct eval *eval, const struct expr *expr, const struct column *const *args,
                               const struct selection *rows, struct column *out, struct err *err);

net_eval has_ipv4_eval, has_ipv4_prefix_eval, parse_url_eval, parse_urlquery_eval;

#endif

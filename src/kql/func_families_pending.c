/*
 * func_families_pending.c - families of functions that are still to come, empty. Weak, so that a family that comes
 * wins; whoever brings one takes its line out.
 */
#include "kql/func.h"
#include "kql/regex.h"

#define PENDING __attribute__((weak))

const struct func FUNCS_CONVERT[] PENDING = {{.name = NULL}};
const struct func FUNCS_DATETIME[] PENDING = {{.name = NULL}};
const struct func FUNCS_DYNAMIC[] PENDING = {{.name = NULL}};
const struct func FUNCS_MATCH[] PENDING = {{.name = NULL}};
const struct func FUNCS_STRING[] PENDING = {{.name = NULL}};
const struct func FUNCS_REGEX[] PENDING = {{.name = NULL}};
const struct func FUNCS_NET[] PENDING = {{.name = NULL}};

PENDING void regex_scratch_free(struct regex_scratch *scratch)
{
    (void)scratch;
}

PENDING bool regex_as_suffixes(struct slice pattern, struct arena *arena, struct slice **out_suffixes,
                               uint32_t *out_count)
{
    (void)pattern, (void)arena, (void)out_suffixes, (void)out_count;
    return false;
}

PENDING bool regex_as_literal(struct slice pattern, struct arena *arena, struct slice *out_literal)
{
    (void)pattern, (void)arena, (void)out_literal;
    return false;
}

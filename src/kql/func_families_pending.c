/*
 * func_families_pending.c - families of functions that are still to come, empty. Weak, so that a family that comes
 * wins; whoever brings one takes its line out.
 */
#include "kql/func.h"

#define PENDING __attribute__((weak))

const struct func FUNCS_STRING[] PENDING = {{.name = NULL}};
const struct func FUNCS_REGEX[] PENDING = {{.name = NULL}};
const struct func FUNCS_NET[] PENDING = {{.name = NULL}};

/*
 * func_families_pending.c - families of functions that are still to come, empty. Weak, so that a family that comes
 * wins; whoever brings one takes its line out.
 */
#include "kql/func.h"

#define PENDING __attribute__((weak))


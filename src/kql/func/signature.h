/*
 * signature.h - reads the signatures in the tables of functions and aggregates (func.h explains the letters).
 *
 * The binder asks which overload takes the arguments it has; the evaluator asks, for the same overload, to which type
 * each argument is to be converted before the function sees it. Both must come to the same answer: so it is here.
 *
 * Overloads are tried in order, twice: first without, then with conversions out of dynamic. Thus an overload that takes
 * a dynamic as it is wins over one that would convert it, wherever it stands. A dynamic is never converted to bool
 * (semantics, section 3: `where d.x` is an error).
 */
#ifndef DDNSHUNT_KQL_SIGNATURE_H
#define DDNSHUNT_KQL_SIGNATURE_H

#include "base/slice.h"
#include "event/type.h"

#include <stdbool.h>
#include <stdint.h>

struct signature_match {
    struct slice args;   /* the overload's part before the ':' */
    bool result_by_bind; /* RESULT is '=': bind() sets the type */
    enum type result;    /* otherwise */
};

/* Which overload takes `count` arguments of these types? False if none does. */
bool signature_match(const char *signature, const enum type *types, uint32_t count, struct signature_match *out_match);

/* Is there an overload with that many arguments, whatever their types? */
bool signature_takes_count(const char *signature, uint32_t count);

/* The letter for argument number `index`: 'k' must be a constant string. 0 if there is no such argument. */
char signature_letter(struct slice args, uint32_t index);

/* The type in which an argument of type `from` is given to the function. */
enum type signature_target(char letter, enum type from);

#endif

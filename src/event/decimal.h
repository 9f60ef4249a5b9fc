/*
 * decimal.h - Kusto's decimal (34 digits) over Intel's decimal floating-point library.
 */
#ifndef DDNSHUNT_EVENT_DECIMAL_H
#define DDNSHUNT_EVENT_DECIMAL_H

#include "base/buf.h"
#include "base/slice.h"
#include "event/type.h"

bool decimal_from_text(struct slice text, struct decimal *out_value);
void decimal_to_text(struct decimal value, struct buf *out); /* plain notation where it has up to 34 digits */
struct decimal decimal_from_long(int64_t value);
struct decimal decimal_from_real(double value);
double decimal_to_real(struct decimal value);
bool decimal_to_long(struct decimal value, int64_t *out_value); /* towards zero; false if out of range */
int decimal_compare(struct decimal a, struct decimal b);
enum decimal_op { DECIMAL_ADD, DECIMAL_SUB, DECIMAL_MUL, DECIMAL_DIV, DECIMAL_MOD };
/* False where the result is no number (x / 0, x % 0). MOD is never negative (semantics, section 4). */
bool decimal_calc(enum decimal_op op, struct decimal a, struct decimal b, struct decimal *out_value);

#endif

/*
 * number.h - the shape of a decimal number in text: the one grammar from which reals and decimals are read.
 */
#ifndef DDNSHUNT_EVENT_NUMBER_H
#define DDNSHUNT_EVENT_NUMBER_H

#include "base/slice.h"

#include <stdbool.h>
#include <stdint.h>

/* No binary double lies between two decimal numbers that agree in so many digits, unless one more digit says so. */
enum { NUMBER_DIGITS_MAX = 770 };

/* value = (negative ? -1 : 1) * digits * 10^exponent. */
struct number {
    bool negative;
    bool has_point_or_exponent;
    unsigned digit_count;               /* without leading zeros; 0 for zero */
    char digits[NUMBER_DIGITS_MAX + 1]; /* cut after NUMBER_DIGITS_MAX with a last '1' if what was cut is not zero */
    int64_t exponent;                   /* held within +-10^9 */
};

enum number_form {
    NUMBER_JSON, /* RFC 8259: no plus sign, no leading zeros, digits on both sides of the point */
    NUMBER_LOOSE /* also +1, 007, .5 and 5. */
};

/*
 * Reads the number at the start of text; false if none is there. *out_len is how many bytes it takes. Time is linear,
 * memory constant, however many digits stand there.
 */
bool number_scan(struct slice text, enum number_form form, struct number *out_number, size_t *out_len);

/* The nearest double; infinity where it is too large. */
double number_to_real(const struct number *number);

#endif

/*
 * number.c - decimal numbers in text: see number.h.
 */
#include "event/number.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { EXPONENT_BOUND = 1000000000 };

static size_t digits_at(struct slice text, size_t from)
{
    size_t i = from;
    while (i < text.len && ascii_is_digit(text.ptr[i]))
        i++;
    return i - from;
}

/* Takes a run of digits in; those behind the point lower the exponent. */
static void take_digits(struct number *number, struct slice run, bool behind_point)
{
    for (size_t i = 0; i < run.len; i++) {
        char digit = run.ptr[i];
        if (number->digit_count == 0 && digit == '0') {
            number->exponent -= behind_point;
            continue;
        }
        if (number->digit_count < NUMBER_DIGITS_MAX) {
            number->digits[number->digit_count++] = digit;
            number->exponent -= behind_point;
            continue;
        }
        number->exponent += !behind_point;
        if (digit != '0')
            number->digits[NUMBER_DIGITS_MAX - 1] |= 1; /* even digits become odd: no tie is mistaken */
    }
}

static int64_t exponent_at(struct slice text, size_t from, size_t count, bool negative)
{
    int64_t exponent = 0;
    for (size_t i = from; i < from + count; i++)
        if (exponent < EXPONENT_BOUND)
            exponent = exponent * 10 + (text.ptr[i] - '0');
    return negative ? -exponent : exponent;
}

/* Reads an exponent at *at, if there is a whole one. */
static void take_exponent(struct number *number, struct slice text, size_t *at)
{
    size_t i = *at;
    if (i >= text.len || ascii_lower(text.ptr[i]) != 'e')
        return;
    i++;
    bool negative = i < text.len && text.ptr[i] == '-';
    if (i < text.len && (text.ptr[i] == '-' || text.ptr[i] == '+'))
        i++;
    size_t count = digits_at(text, i);
    if (count == 0)
        return;
    number->exponent += exponent_at(text, i, count, negative);
    number->has_point_or_exponent = true;
    *at = i + count;
}

static void clamp_exponent(struct number *number)
{
    if (number->exponent > EXPONENT_BOUND)
        number->exponent = EXPONENT_BOUND;
    if (number->exponent < -EXPONENT_BOUND)
        number->exponent = -EXPONENT_BOUND;
}

bool number_scan(struct slice text, enum number_form form, struct number *out_number, size_t *out_len)
{
    struct number *number = out_number;
    number->negative = number->has_point_or_exponent = false;
    number->digit_count = 0;
    number->exponent = 0;
    size_t i = 0;
    if (text.len > 0 && (text.ptr[0] == '-' || (form == NUMBER_LOOSE && text.ptr[0] == '+'))) {
        number->negative = text.ptr[0] == '-';
        i = 1;
    }
    size_t whole = digits_at(text, i);
    if (form == NUMBER_JSON && (whole == 0 || (text.ptr[i] == '0' && whole > 1)))
        return false;
    take_digits(number, slice_cut(text, i, i + whole), false);
    i += whole;
    if (i < text.len && text.ptr[i] == '.') {
        size_t behind = digits_at(text, i + 1);
        if (whole + behind == 0 || (form == NUMBER_JSON && behind == 0))
            return false;
        take_digits(number, slice_cut(text, i + 1, i + 1 + behind), true);
        number->has_point_or_exponent = true;
        i += 1 + behind;
    } else if (whole == 0) {
        return false;
    }
    size_t before = i;
    take_exponent(number, text, &i);
    if (form == NUMBER_JSON && i == before && i < text.len && ascii_lower(text.ptr[i]) == 'e')
        return false;
    clamp_exponent(number);
    *out_len = i;
    return true;
}

/* Small numbers: mantissa and power of ten are exact doubles, so that one operation rounds right. */
static bool real_of_small(const struct number *number, double *out_value)
{
    static const double POWERS[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                    1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    if (number->digit_count > 15 || number->exponent < -22 || number->exponent > 22)
        return false;
    int64_t mantissa = 0;
    for (unsigned i = 0; i < number->digit_count; i++)
        mantissa = mantissa * 10 + (number->digits[i] - '0');
    double value = (double)mantissa;
    *out_value = number->exponent < 0 ? value / POWERS[-number->exponent] : value * POWERS[number->exponent];
    return true;
}

double number_to_real(const struct number *number)
{
    double value;
    if (number->digit_count == 0) {
        value = 0;
    } else if (!real_of_small(number, &value)) {
        char text[NUMBER_DIGITS_MAX + 32];
        snprintf(text, sizeof text, "%.*se%lld", (int)number->digit_count, number->digits, (long long)number->exponent);
        value = strtod(text, NULL); /* no point in it: no locale can spoil it */
    }
    return number->negative ? -value : value;
}

/*
 * decimal.c - Kusto's decimal over Intel's library: see decimal.h.
 *
 * The library is built with rounding mode and status flags as arguments, so that no state is shared by threads.
 */
#include "event/decimal.h"

#include "event/number.h"
#include "event/value.h"

#include <stdio.h>

#define DECIMAL_CALL_BY_REFERENCE      0
#define DECIMAL_GLOBAL_ROUNDING        0
#define DECIMAL_GLOBAL_EXCEPTION_FLAGS 0
#include <bid_conf.h>
#include <bid_functions.h>

enum { DIGITS = 34 };

static BID_UINT128 to_bid(struct decimal value)
{
    BID_UINT128 bid;
    bid.w[0] = value.w[0];
    bid.w[1] = value.w[1];
    return bid;
}

static struct decimal from_bid(BID_UINT128 bid)
{
    return (struct decimal){{bid.w[0], bid.w[1]}};
}

bool decimal_from_text(struct slice text, struct decimal *out_value)
{
    struct number number;
    size_t len;
    if (!number_scan(text, NUMBER_LOOSE, &number, &len) || len != text.len)
        return false;
    /* The library looks at a bounded number of digits: what lies behind decides only whether a tie is one. */
    enum { KEPT = DIGITS + 6 };
    int64_t exponent = number.exponent;
    unsigned count = number.digit_count;
    bool sticky = false;
    for (; count > KEPT; count--, exponent++)
        sticky = sticky || number.digits[count - 1] != '0';
    if (sticky)
        number.digits[count - 1] |= 1;
    char written[KEPT + 32];
    snprintf(written, sizeof written, "%s%.*sE%lld", number.negative ? "-" : "", count ? (int)count : 1,
             count ? number.digits : "0", (long long)(count ? exponent : 0));
    unsigned flags = 0;
    BID_UINT128 bid = bid128_from_string(written, BID_ROUNDING_TO_NEAREST, &flags);
    if (bid128_isInf(bid) || bid128_isNaN(bid))
        return false;
    *out_value = from_bid(bid);
    return true;
}

/* The library writes "+123E-2"; this takes it apart. Returns the number of digits, 0 for what is no number. */
static int split_text(struct decimal value, bool *negative, char digits[DIGITS + 1], int *exponent)
{
    char text[64];
    unsigned flags = 0;
    bid128_to_string(text, to_bid(value), &flags);
    *negative = text[0] == '-';
    int count = 0;
    const char *at = text + 1;
    for (; ascii_is_digit(*at) && count < DIGITS; at++)
        digits[count++] = *at;
    if (count == 0 || *at != 'E')
        return 0;
    *exponent = 0;
    bool below = at[1] == '-';
    for (at += 2; ascii_is_digit(*at); at++)
        *exponent = *exponent * 10 + (*at - '0');
    if (below)
        *exponent = -*exponent;
    while (count > 1 && digits[count - 1] == '0') { /* equal values get equal texts */
        count--;
        ++*exponent;
    }
    if (count == 1 && digits[0] == '0')
        *exponent = 0;
    return count;
}

static void add_repeated(struct buf *out, char c, int count)
{
    for (int i = 0; i < count; i++)
        buf_add_char(out, c);
}

void decimal_to_text(struct decimal value, struct buf *out)
{
    bool negative;
    char digits[DIGITS + 1];
    int exponent = 0;
    int count = split_text(value, &negative, digits, &exponent);
    if (count == 0) {
        buf_add(out, bid128_isNaN(to_bid(value)) ? SLICE("NaN") : negative ? SLICE("-Infinity") : SLICE("Infinity"));
        return;
    }
    if (negative && digits[0] != '0')
        buf_add_char(out, '-');
    int point = count + exponent; /* digits before the point */
    if (point > DIGITS || point < -DIGITS) {
        buf_add(out, slice_of(digits, 1));
        if (count > 1) {
            buf_add_char(out, '.');
            buf_add(out, slice_of(digits + 1, (size_t)count - 1));
        }
        buf_printf(out, "e%+d", point - 1);
    } else if (point <= 0) {
        buf_add(out, SLICE("0."));
        add_repeated(out, '0', -point);
        buf_add(out, slice_of(digits, (size_t)count));
    } else {
        buf_add(out, slice_of(digits, (size_t)(count < point ? count : point)));
        add_repeated(out, '0', point - count);
        if (count > point) {
            buf_add_char(out, '.');
            buf_add(out, slice_of(digits + point, (size_t)(count - point)));
        }
    }
}

struct decimal decimal_from_long(int64_t value)
{
    return from_bid(bid128_from_int64(value));
}

struct decimal decimal_from_real(double value)
{
    /* By its shortest text: 0.1 becomes 0.1 and not the binary neighbour's 34 digits. */
    char text[REAL_TEXT_MAX];
    struct decimal decimal;
    if (value == value && decimal_from_text(slice_of(text, real_write(value, text)), &decimal))
        return decimal;
    unsigned flags = 0;
    return from_bid(binary64_to_bid128(value, BID_ROUNDING_TO_NEAREST, &flags));
}

double decimal_to_real(struct decimal value)
{
    unsigned flags = 0;
    return bid128_to_binary64(to_bid(value), BID_ROUNDING_TO_NEAREST, &flags);
}

bool decimal_to_long(struct decimal value, int64_t *out_value)
{
    unsigned flags = 0;
    BID_SINT64 whole = bid128_to_int64_int(to_bid(value), &flags);
    if (flags & BID_INVALID_EXCEPTION)
        return false;
    *out_value = whole;
    return true;
}

int decimal_compare(struct decimal a, struct decimal b)
{
    BID_UINT128 left = to_bid(a), right = to_bid(b);
    bool nan_left = bid128_isNaN(left) != 0, nan_right = bid128_isNaN(right) != 0;
    if (nan_left || nan_right)
        return nan_left - nan_right;
    unsigned flags = 0;
    if (bid128_quiet_less(left, right, &flags))
        return -1;
    return bid128_quiet_greater(left, right, &flags) ? 1 : 0;
}

static BID_UINT128 modulo(BID_UINT128 a, BID_UINT128 b, unsigned *flags)
{
    BID_UINT128 rest = bid128_fmod(a, b, flags);
    if (!bid128_isZero(rest) && bid128_isSigned(rest))
        rest = bid128_add(rest, bid128_abs(b), BID_ROUNDING_TO_NEAREST, flags);
    return rest;
}

bool decimal_calc(enum decimal_op op, struct decimal a, struct decimal b, struct decimal *out_value)
{
    BID_UINT128 left = to_bid(a), right = to_bid(b), result;
    unsigned flags = 0;
    switch (op) {
    case DECIMAL_ADD:
        result = bid128_add(left, right, BID_ROUNDING_TO_NEAREST, &flags);
        break;
    case DECIMAL_SUB:
        result = bid128_sub(left, right, BID_ROUNDING_TO_NEAREST, &flags);
        break;
    case DECIMAL_MUL:
        result = bid128_mul(left, right, BID_ROUNDING_TO_NEAREST, &flags);
        break;
    case DECIMAL_DIV:
        result = bid128_div(left, right, BID_ROUNDING_TO_NEAREST, &flags);
        break;
    case DECIMAL_MOD:
    default:
        result = modulo(left, right, &flags);
        break;
    }
    if (bid128_isNaN(result) || bid128_isInf(result))
        return false;
    *out_value = from_bid(result);
    return true;
}

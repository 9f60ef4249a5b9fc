/*
 * fuzz_scalar.c - texts of dates, timespans, numbers, guids and addresses: what is read can be written and read again,
 * and the quick readers agree with the general ones.
 */
#include "event/datetime.h"
#include "event/decimal.h"
#include "event/ip.h"
#include "event/value.h"
#include "fuzz.h"

static void check_datetime(struct slice text)
{
    int64_t ticks, quick, back;
    bool is_quick = datetime_parse_iso(text, &quick);
    if (!datetime_parse(text, &ticks)) {
        FUZZ_CHECK(!is_quick);
        return;
    }
    FUZZ_CHECK(ticks >= 0 && ticks <= TICKS_MAX && (!is_quick || quick == ticks));
    struct buf shown;
    buf_init(&shown, 0);
    datetime_to_text(ticks, &shown);
    FUZZ_CHECK(datetime_parse_iso(buf_slice(&shown), &back) && back == ticks);
    buf_release(&shown);
}

/* Every type: text to value, to text, to an equal value. */
static void check_type(struct slice text, enum type type, struct arena *arena)
{
    struct value value, back;
    if (!value_parse(text, type, arena, &value) || value.is_null)
        return;
    struct buf shown;
    buf_init(&shown, 0);
    value_to_text(&value, TEXT_TOSTRING, &shown);
    FUZZ_CHECK(value_parse(buf_slice(&shown), type, arena, &back) && value_same(&value, &back));
    FUZZ_CHECK(value_hash(&value, 9) == value_hash(&back, 9));
    buf_release(&shown);
}

static void check_address(struct slice text)
{
    uint32_t v4;
    unsigned prefix, prefix6;
    struct ipv6 v6;
    bool is_v4 = ipv4_parse(text, &v4, &prefix);
    bool is_v6 = ipv6_parse(text, &v6, &prefix6);
    FUZZ_CHECK(!is_v4 || (is_v6 && prefix <= 32 && prefix6 == prefix + 96));
    FUZZ_CHECK(!is_v6 || (prefix6 <= 128 && ipv6_in_prefix(&v6, &v6, prefix6)));
}

/* Whatever one type is turned into, it is of that type, or null. */
static void check_conversions(struct slice text, struct arena *arena)
{
    for (int from = 0; from < TYPE_DYNAMIC; from++) {
        struct value value, converted;
        if (!value_parse(text, (enum type)from, arena, &value))
            continue;
        for (int to = 0; to < TYPE_COUNT; to++) {
            FUZZ_CHECK(value_convert(&value, (enum type)to, arena, &converted, NULL) == ERR_NONE);
            FUZZ_CHECK(converted.type == (enum type)to);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice text = slice_of((const char *)data, size);
    struct arena arena;
    arena_init(&arena, 0);
    check_datetime(text);
    for (int type = 0; type < TYPE_STRING; type++)
        check_type(text, (enum type)type, &arena);
    check_address(text);
    check_conversions(text, &arena);
    arena_release(&arena);
    return 0;
}

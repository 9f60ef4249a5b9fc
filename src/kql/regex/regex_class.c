/*
 * regex_class.c - which code points a character class stands for.
 *
 * There is no table of Unicode here: PCRE2 is asked about every code point there is, in one pass over a text that holds
 * them all. That takes some milliseconds, and makes sure that all that is derived from it agrees with PCRE2.
 */
#include "base/mem.h"
#include "base/utf8.h"
#include "kql/regex/regex_memory.h"
#include "kql/regex/regex_syntax.h"

#include <stdlib.h>

static void *memory_get(size_t size_bytes, void *user)
{
    (void)user;
    return mem_alloc(size_bytes);
}

static void memory_put(void *ptr, void *user)
{
    (void)user;
    mem_free(ptr);
}

pcre2_general_context *rx_pcre_memory(void)
{
    return pcre2_general_context_create(memory_get, memory_put, NULL);
}

pcre2_code *rx_pcre_compile_small(struct slice pattern, bool *out_no_memory)
{
    int number = PCRE2_ERROR_HEAP_FAILED;
    PCRE2_SIZE offset;
    pcre2_code *code = NULL;
    pcre2_general_context *memory = rx_pcre_memory();
    pcre2_compile_context *context = memory ? pcre2_compile_context_create(memory) : NULL;
    if (context)
        code = pcre2_compile((PCRE2_SPTR)pattern.ptr, pattern.len, PCRE2_UTF | PCRE2_UCP, &number, &offset, context);
    pcre2_compile_context_free(context);
    pcre2_general_context_free(memory);
    *out_no_memory = !code && number == PCRE2_ERROR_HEAP_FAILED;
    return code;
}

/* Code points whose UTF-8 has one length, in pieces of at most 64 Ki. */
struct block {
    uint32_t low, high;
    unsigned width;
};

enum { BLOCK_POINTS = 0x10000 };

struct set_builder {
    struct rx_range *ranges;
    size_t count, capacity;
};

static bool builder_add(struct set_builder *builder, uint32_t low, uint32_t high)
{
    if (builder->count && builder->ranges[builder->count - 1].high + 1 == low) {
        builder->ranges[builder->count - 1].high = high;
        return true;
    }
    struct rx_range *grown = mem_grow(builder->ranges, builder->count, &builder->capacity, sizeof *builder->ranges);
    if (!grown)
        return false;
    builder->ranges = grown;
    builder->ranges[builder->count++] = (struct rx_range){low, high};
    return true;
}

static size_t block_text(const struct block *block, char *text)
{
    size_t len = 0;
    for (uint32_t c = block->low; c <= block->high; c++)
        len += utf8_encode(c, text + len);
    return len;
}

/* Adds the runs of the block that code matches. */
static bool block_scan(const struct block *block, const pcre2_code *code, pcre2_match_data *data, char *text,
                       struct set_builder *builder)
{
    size_t len = block_text(block, text);
    const size_t *at = pcre2_get_ovector_pointer(data);
    for (size_t from = 0; from < len;) {
        int found = pcre2_match(code, (PCRE2_SPTR)text, len, from, PCRE2_NO_UTF_CHECK, data, NULL);
        if (found == PCRE2_ERROR_NOMATCH)
            break;
        if (found < 0)
            return false;
        uint32_t low = block->low + (uint32_t)(at[0] / block->width);
        uint32_t high = block->low + (uint32_t)(at[1] / block->width) - 1;
        if (!builder_add(builder, low, high))
            return false;
        from = at[1];
    }
    return true;
}

static bool scan_all(const pcre2_code *code, pcre2_match_data *data, char *text, struct set_builder *builder)
{
    static const struct block SHORT[] = {{0, 0x7F, 1}, {0x80, 0x7FF, 2}, {0x800, 0xD7FF, 3}, {0xE000, 0xFFFF, 3}};
    for (size_t i = 0; i < sizeof SHORT / sizeof SHORT[0]; i++)
        if (!block_scan(&SHORT[i], code, data, text, builder))
            return false;
    for (uint32_t low = BLOCK_POINTS; low <= RX_CODE_POINT_MAX; low += BLOCK_POINTS) {
        struct block block = {low, low + BLOCK_POINTS - 1, 4};
        if (!block_scan(&block, code, data, text, builder))
            return false;
    }
    return true;
}

static enum err_code builder_finish(struct set_builder *builder, struct arena *arena, struct rx_set *out_set,
                                    struct err *err)
{
    struct rx_range *ranges = arena_array(arena, builder->count, sizeof *ranges);
    if (!ranges)
        return err_no_memory(err, builder->count * sizeof *ranges);
    if (builder->count)
        memcpy(ranges, builder->ranges, builder->count * sizeof *ranges);
    *out_set = (struct rx_set){ranges, (uint32_t)builder->count};
    return ERR_NONE;
}

/* The code points that the PCRE2 pattern of one character matches. */
static enum err_code scan_pattern(struct slice pattern, struct arena *arena, struct rx_set *out_set, struct err *err)
{
    struct set_builder builder = {0};
    enum err_code result = ERR_NONE;
    bool no_memory;
    pcre2_code *code = rx_pcre_compile_small(pattern, &no_memory);
    if (code)
        (void)pcre2_jit_compile(code, PCRE2_JIT_COMPLETE);
    pcre2_match_data *data = code ? pcre2_match_data_create_from_pattern(code, NULL) : NULL;
    char *text = mem_alloc(4 * (size_t)BLOCK_POINTS);
    if (!code && !no_memory)
        result = err_set(err, ERR_LIMIT, "a character class of a regular expression is too large");
    else if (!code || !data || !text || !scan_all(code, data, text, &builder))
        result = err_no_memory(err, 4 * (size_t)BLOCK_POINTS);
    else
        result = builder_finish(&builder, arena, out_set, err);
    mem_free(builder.ranges);
    mem_free(text);
    pcre2_match_data_free(data);
    pcre2_code_free(code);
    return result;
}

/* Code points in exactly one of the two, by a walk over the ends of all ranges. */
static enum err_code set_xor(const struct rx_set *a, const struct rx_set *b, struct arena *arena,
                             struct rx_set *out_set, struct err *err)
{
    struct set_builder builder = {0};
    uint32_t i = 0, j = 0; /* number of the next end: 2 * range, or + 1 behind the range */
    uint32_t from = 0;
    bool within = false, ok = true;
    while (ok && (i < 2 * a->count || j < 2 * b->count)) {
        uint32_t next_a = i >= 2 * a->count ? UINT32_MAX : i % 2 ? a->ranges[i / 2].high + 1 : a->ranges[i / 2].low;
        uint32_t next_b = j >= 2 * b->count ? UINT32_MAX : j % 2 ? b->ranges[j / 2].high + 1 : b->ranges[j / 2].low;
        uint32_t at = next_a < next_b ? next_a : next_b;
        if (within && at > from)
            ok = builder_add(&builder, from, at - 1);
        i += next_a == at;
        j += next_b == at;
        within = (i % 2) != (j % 2);
        from = at;
    }
    enum err_code result = ok ? builder_finish(&builder, arena, out_set, err) : err_no_memory(err, builder.capacity);
    mem_free(builder.ranges);
    return result;
}

/* --- classes of ranges alone, for which nobody needs to be asked --- */

bool rx_class_is_plain(const struct rx_class *class)
{
    bool all = class->op == RX_CLASS_UNION && !class->fold;
    for (const struct rx_item *item = class->items; all && item; item = item->next)
        all = item->kind == RX_ITEM_RANGE;
    return all;
}

static int range_compare(const void *a, const void *b)
{
    const struct rx_range *left = a, *right = b;
    return left->low < right->low ? -1 : left->low > right->low;
}

static bool add_without_surrogates(struct set_builder *builder, uint32_t low, uint32_t high)
{
    bool ok = true;
    if (low <= high && low < 0xD800)
        ok = builder_add(builder, low, high < 0xD800 ? high : 0xD7FF);
    if (low <= high && high > 0xDFFF)
        ok = ok && builder_add(builder, low > 0xDFFF ? low : 0xE000, high);
    return ok;
}

/* Joins sorted ranges; the gaps between them where negated. */
static bool join_ranges(const struct rx_range *ranges, size_t count, bool negated, struct set_builder *builder)
{
    uint32_t behind = 0; /* all below has been dealt with */
    bool ok = true;
    for (size_t i = 0; i < count && ok; i++) {
        uint32_t low = ranges[i].low > behind ? ranges[i].low : behind;
        if (negated && low > behind)
            ok = add_without_surrogates(builder, behind, low - 1);
        if (!negated)
            ok = add_without_surrogates(builder, low, ranges[i].high);
        if (ranges[i].high + 1 > behind)
            behind = ranges[i].high + 1;
    }
    return ok && (!negated || add_without_surrogates(builder, behind, RX_CODE_POINT_MAX));
}

static enum err_code resolve_ranges(const struct rx_class *class, struct arena *arena, struct rx_set *out_set,
                                    struct err *err)
{
    struct set_builder builder = {0};
    size_t count = 0, at = 0;
    for (const struct rx_item *item = class->items; item; item = item->next)
        count++;
    struct rx_range *sorted = mem_array(NULL, count ? count : 1, sizeof *sorted);
    if (!sorted)
        return err_no_memory(err, count * sizeof *sorted);
    for (const struct rx_item *item = class->items; item; item = item->next)
        sorted[at++] = item->range;
    qsort(sorted, count, sizeof *sorted, range_compare);
    enum err_code result = join_ranges(sorted, count, class->negated, &builder)
                               ? builder_finish(&builder, arena, out_set, err)
                               : err_no_memory(err, builder.capacity);
    mem_free(sorted);
    mem_free(builder.ranges);
    return result;
}

enum err_code rx_class_resolve(const struct rx_class *class, struct arena *arena, struct rx_set *out_set,
                               struct err *err)
{
    if (rx_class_is_plain(class))
        return resolve_ranges(class, arena, out_set, err);
    if (class->op == RX_CLASS_XOR && !class->negated) {
        struct rx_set left, right;
        TRY(rx_class_resolve(class->left, arena, &left, err));
        TRY(rx_class_resolve(class->right, arena, &right, err));
        return set_xor(&left, &right, arena, out_set, err);
    }
    struct buf pattern;
    buf_init(&pattern, 0);
    buf_add_cstr(&pattern, "(?:");
    enum err_code result = rx_class_to_pcre(class, arena, &pattern, err);
    buf_add_cstr(&pattern, ")++");
    if (result == ERR_NONE)
        result =
            pattern.failed ? err_no_memory(err, pattern.len) : scan_pattern(buf_slice(&pattern), arena, out_set, err);
    buf_release(&pattern);
    return result;
}

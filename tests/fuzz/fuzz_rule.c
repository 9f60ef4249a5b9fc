/*
 * fuzz_rule.c - any query and any knowledge base, printed for each product: what is printed parses, has no empty line, fits, and
 * binds if the query did.
 *
 * Input: a byte for the product, one for what else is asked; then the query, a NUL, and rows in the form of providers.tsv.
 */
#include "event/schema.h"
#include "fuzz.h"
#include "kql/plan.h"
#include "kql/syntax/parser.h"
#include "rule/rule.h"

#include <stdlib.h>
#include <string.h>

static bool binds(const struct ast *query, const struct kb *kb)
{
    const struct bind_options options = {.table = schema_device_network_events(), .knowledge = kb};
    struct query bound;
    struct err err = {0};
    if (kql_bind(query, &options, &bound, &err) != ERR_NONE)
        return false;
    query_release(&bound);
    return true;
}

static void check_text(const struct rule_request *request, struct slice text, const struct kb *kb, struct arena *arena)
{
    struct ast *query = NULL;
    struct err err = {0};
    FUZZ_CHECK(text.len > 0 && text.ptr[text.len - 1] == '\n');
    FUZZ_CHECK(slice_find(text, SLICE("\n\n"), 0) < 0);
    FUZZ_CHECK(request->max_chars == 0 || text.len <= (size_t)request->max_chars * 4);
    FUZZ_CHECK(kql_parse(text, arena, &query, &err) == ERR_NONE);
    FUZZ_CHECK(request->watchlist || binds(query, kb));
}

static void print_all(const struct rule_request *request, const struct kb *kb, struct arena *arena)
{
    struct rule_texts texts = {0};
    struct rule_notes notes = {0};
    struct err err = {0};
    enum err_code code = rule_print(request, arena, &texts, &notes, &err);
    FUZZ_CHECK(code == ERR_NONE || (err.code == code && err.text[0] != '\0'));
    for (size_t i = 0; code == ERR_NONE && i < texts.count; i++)
        check_text(request, texts.items[i], kb, arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    const char *bytes = (const char *)data + 2;
    const char *end = memchr(bytes, '\0', size - 2);
    struct slice text = slice_of(bytes, end ? (size_t)(end - bytes) : size - 2);
    struct slice rows = end ? slice_of(end + 1, size - 2 - text.len - 1) : SLICE("");
    struct arena arena;
    struct ast *query = NULL;
    struct kb *kb = NULL;
    struct err err = {0};
    arena_init(&arena, 256 << 20);
    FUZZ_CHECK(kb_open_empty(&kb, &err) == ERR_NONE);
    size_t products = 0;
    while (RULE_PRODUCTS[products].name)
        products++;
    const struct rule_product *product = &RULE_PRODUCTS[data[0] % products];
    if (kb_add(kb, rows, "rows", &err) == ERR_NONE && kql_parse(text, &arena, &query, &err) == ERR_NONE &&
        binds(query, kb)) {
        struct rule_request request = {.name = "fuzz",
                                       .query = query,
                                       .text_len = (uint32_t)text.len,
                                       .kb = kb,
                                       .scope = {.categories = data[1] & 7u},
                                       .product = product,
                                       .dialect = product->dialect,
                                       .comments = (data[1] & 8) && !product->row_by_row,
                                       .max_chars = data[1] & 16 ? 3000 : product->max_chars,
                                       .split = data[1] & 32,
                                       .watchlist = data[1] & 64 && product->takes_watchlists ? "list" : NULL};
        print_all(&request, kb, &arena);
    }
    kb_free(kb);
    arena_release(&arena);
    return 0;
}

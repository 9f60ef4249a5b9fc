/*
 * fuzz_kql_parse.c - any text as a query: what parses is printed as a text that parses to the same tree and prints the
 * same again; what does not has a place within the text, words, and a caret line that fits.
 */
#include "fuzz.h"
#include "kql/syntax/parser.h"
#include "parse_show.h"

#include <string.h>

static void check_error(struct slice text, const struct err *err)
{
    struct buf shown;
    buf_init(&shown, 0);
    FUZZ_CHECK(err->text[0] != '\0');
    FUZZ_CHECK(err->code == ERR_LIMIT || err->has_span);
    FUZZ_CHECK(err->span.start <= err->span.end && err->span.end <= text.len);
    kql_diagnose("query", text, err, &shown);
    FUZZ_CHECK(!shown.failed && shown.len < 4096);
    buf_release(&shown);
}

static void check_tree(const struct ast *tree, struct arena *arena)
{
    struct buf printed, again;
    struct ast *reparsed;
    struct err err = {0};
    buf_init(&printed, 0);
    buf_init(&again, 0);
    kql_print(tree, &printed);
    FUZZ_CHECK(kql_parse(buf_slice(&printed), arena, &reparsed, &err) == ERR_NONE);
    FUZZ_CHECK(ast_same(tree, reparsed));
    kql_print(reparsed, &again);
    FUZZ_CHECK(slice_eq(buf_slice(&printed), buf_slice(&again)));
    buf_release(&printed);
    buf_release(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    /* Exactly as many bytes as there are, so that ASan sees a read behind the end. */
    char *bytes = malloc(size ? size : 1);
    FUZZ_CHECK(bytes);
    if (size)
        memcpy(bytes, data, size);
    struct slice text = slice_of(bytes, size);
    struct arena arena;
    struct ast *tree;
    struct err err = {0};
    arena_init(&arena, 0);
    if (kql_parse(text, &arena, &tree, &err) == ERR_NONE)
        check_tree(tree, &arena);
    else
        check_error(text, &err);
    if (kql_parse_predicate(text, &arena, &tree, &err) != ERR_NONE)
        check_error(text, &err);
    arena_release(&arena);
    free(bytes);
    return 0;
}

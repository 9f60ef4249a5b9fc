/*
 * import_psl.c - rules of the Public Suffix List: "name", "*.name", "!name", by sections and blocks.
 *
 * The section of ICANN domains holds what registries run, no provider's names, and is passed over. In the other a block of
 * rules has comments above it, the first of which is "// Operator : https://...", a blank line ends it.
 * Source: the list's wiki, "Format" and "Guidelines".
 */
#include "import/import_int.h"

static bool is_comment(struct slice line)
{
    return slice_starts(line, SLICE("//"));
}

/* "// Operator : https://..." -> Operator; other comments name nobody. */
static struct slice operator_of(struct slice comment)
{
    struct slice text = slice_trim(slice_cut(comment, 2, comment.len));
    ptrdiff_t colon = slice_find(text, SLICE(" : "), 0);
    return colon > 0 ? slice_trim(slice_cut(text, 0, (size_t)colon)) : SLICE("");
}

/* The markers of its sections; of a part of the list, a comment that names an operator, or an exception. */
static bool psl_detect(const struct import *import, struct slice head)
{
    (void)import;
    struct slice line;
    bool comment = false, named = false, exception = false;
    while (line_take(&head, &line)) {
        if (is_comment(line) && slice_find(line, SLICE("===BEGIN "), 0) >= 0)
            return true;
        comment |= is_comment(line);
        named |= is_comment(line) && operator_of(line).len > 0;
        exception |= slice_starts(line, SLICE("!"));
    }
    return named || (comment && exception);
}

static enum err_code read_rule(struct import *import, uint64_t number, struct slice line, struct slice provider,
                               struct err *err)
{
    struct slice rule = import_word(&line); /* what stands behind a blank is no part of it */
    enum import_mark mark = IMPORT_PLAIN_NAME;
    if (slice_starts(rule, SLICE("!")))
        mark = IMPORT_EXCEPTION;
    else if (slice_starts(rule, SLICE("*.")))
        mark = IMPORT_WILDCARD;
    size_t start = mark == IMPORT_EXCEPTION ? 1 : mark == IMPORT_WILDCARD ? 2 : 0;
    return import_name(import, number, slice_cut(rule, start, rule.len), mark, provider, err);
}

static enum err_code psl_read(struct import *import, struct slice text, struct err *err)
{
    struct slice line, provider = SLICE("");
    bool icann = false, first = true; /* first: of a block's comments */
    for (uint64_t number = 1; line_take(&text, &line); number++) {
        line = slice_trim(line);
        if (is_comment(line)) {
            if (slice_find(line, SLICE("===BEGIN ICANN"), 0) >= 0)
                icann = true;
            else if (slice_find(line, SLICE("===END ICANN"), 0) >= 0)
                icann = false;
            else if (first)
                provider = operator_of(line);
            first = false;
        } else if (line.len == 0) {
            first = true;
            provider = SLICE("");
        } else if (icann) {
            import_pass(import, "rules of the ICANN section");
        } else {
            TRY(read_rule(import, number, line, provider, err));
        }
    }
    return ERR_NONE;
}

const struct import_type IMPORT_PSL = {
    .name = "psl", .title = "Public Suffix List", .detect = psl_detect, .read = psl_read};

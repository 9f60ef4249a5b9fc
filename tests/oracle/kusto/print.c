/*
 * print.c - kql-print: queries from standard input, each ended by a NUL, as kql_print() writes them, likewise ended.
 * A query that can't be parsed gives an empty text. For tests/oracle/kusto/run.js.
 */
#include "base/buf.h"
#include "kql/syntax/parser.h"
#include "read_stdin.h"

#include <stdio.h>

static void print_one(struct slice text, struct buf *out)
{
    struct arena arena;
    arena_init(&arena, 0);
    struct ast *query;
    struct err err;
    if (kql_parse(text, &arena, &query, &err) == ERR_NONE)
        kql_print(query, out);
    arena_release(&arena);
}

int main(void)
{
    struct buf in, out;
    buf_init(&in, 0);
    buf_init(&out, 0);
    bool good = read_stdin(&in);
    size_t start = 0;
    for (size_t i = 0; good && i < in.len; i++) {
        if (in.ptr[i] != '\0')
            continue;
        buf_clear(&out);
        print_one(slice_cut(buf_slice(&in), start, i), &out);
        good = !out.failed && fwrite(out.ptr, 1, out.len, stdout) == out.len && putchar('\0') == '\0';
        start = i + 1;
    }
    buf_release(&in);
    buf_release(&out);
    return good ? 0 : 1;
}

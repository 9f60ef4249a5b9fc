/*
 * import_plain.c - a name a line: comments behind "#", "//" and ";", dots and "*." before a name allowed.
 */
#include "import/import_int.h"

static const char *const MARKS[] = {"#", "//", ";", NULL};

/* Half of what the first lines say must look like names; a list that says nothing is one, too. */
static bool plain_detect(const struct import *import, struct slice head)
{
    (void)import;
    enum { LINES_MAX = 200 };
    size_t names = 0, lines = 0;
    struct slice line;
    while (lines < LINES_MAX && line_take(&head, &line)) {
        struct slice rest = import_uncomment(line, MARKS), word = import_word(&rest);
        if (word.len == 0)
            continue;
        lines++;
        if (slice_starts(word, SLICE("*.")))
            word = slice_cut(word, 2, word.len);
        names += rest.len == 0 && import_is_name_like(word);
    }
    return names * 2 >= lines;
}

static enum err_code plain_read(struct import *import, struct slice text, struct err *err)
{
    struct slice line;
    for (uint64_t number = 1; line_take(&text, &line); number++) {
        struct slice rest = import_uncomment(line, MARKS), word = import_word(&rest);
        if (rest.len > 0)
            import_refuse(import, number, "more than a name stands in the line");
        else if (word.len > 0)
            TRY(import_name(import, number, word, IMPORT_PLAIN_NAME, SLICE(""), err));
    }
    return ERR_NONE;
}

const struct import_type IMPORT_PLAIN = {
    .name = "plain", .title = "a name a line", .detect = plain_detect, .read = plain_read};

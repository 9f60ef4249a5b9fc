/*
 * text_out.c - finished texts to standard output or a file: see text_out.h.
 */
#include "cli/text_out.h"

#include "base/out.h"

#include <unistd.h>

enum err_code text_out_all(const char *path, const struct slice *texts, size_t count, struct err *err)
{
    struct out *out;
    TRY(path ? out_open_file(path, &out, err) : out_open_fd(STDOUT_FILENO, "standard output", &out, err));
    enum err_code code = ERR_NONE;
    for (size_t i = 0; i < count && code == ERR_NONE; i++) {
        code = i > 0 ? out_write(out, SLICE("\n"), err) : ERR_NONE;
        if (code == ERR_NONE)
            code = out_write(out, texts[i], err);
    }
    if (code == ERR_NONE)
        code = out_commit(out, err);
    out_close(out);
    return code;
}

enum err_code text_out(const char *path, const struct buf *text, struct err *err)
{
    if (text->failed)
        return err_no_memory(err, text->len);
    struct slice whole = buf_slice(text);
    return text_out_all(path, &whole, 1, err);
}

/*
 * file_range.c - see file_range.h.
 */
#include "source/file_range.h"

#include "base/mem.h"

enum err_code file_range_next(struct stream *stream, size_t size, struct file_range *out_range, struct err *err)
{
    out_range->begin = stream_offset(stream);
    return stream_skip(stream, size, &out_range->len, err);
}

enum err_code file_range_fill(const struct stream *stream, uint64_t offset, char *bytes, size_t *len, size_t upto,
                              bool *out_more, struct err **out_failure, struct err *err)
{
    struct err failure;
    size_t got, wanted = upto - *len;
    enum err_code code = stream_read_at(stream, offset + *len, bytes + *len, wanted, &got, &failure);
    *len += got;
    *out_more = !code && got == wanted;
    if (!code)
        return ERR_NONE;
    *out_failure = mem_alloc(sizeof **out_failure);
    if (!*out_failure)
        return err_no_memory(err, sizeof **out_failure);
    **out_failure = failure;
    return ERR_NONE;
}

/*
 * fn_encode.c - url_encode, url_decode, base64_*_tostring over rows: see encode.h.
 */
#include "base/utf8.h"
#include "kql/func/encode.h"
#include "kql/func/fn_string.h"
#include "kql/func/fn_text.h"

typedef void encoder(struct slice text, struct buf *out);

static enum err_code encode_rows(encoder *encode, struct eval *eval, const struct expr *expr,
                                 const struct column *const *args, const struct selection *rows, struct column *out,
                                 struct err *err)
{
    struct buf buf;
    enum err_code code = ERR_NONE;
    buf_init(&buf, TEXT_RESULT_MAX);
    for (uint32_t i = 0; code == ERR_NONE && i < rows->count; i++) {
        buf_clear(&buf);
        encode(text_of(args[0], rows->rows[i]), &buf);
        code = text_result(eval, expr, &buf, &out->str[rows->rows[i]], err);
    }
    buf_release(&buf);
    return code;
}

static void encode_form(struct slice text, struct buf *out)
{
    percent_encode(text, true, out);
}

static void encode_component(struct slice text, struct buf *out)
{
    percent_encode(text, false, out);
}

static void decode_form(struct slice text, struct buf *out)
{
    percent_decode(text, true, out);
}

/* What is no base64, or no UTF-8 within, gives "". */
static void decode_base64(struct slice text, struct buf *out)
{
    if (!base64_decode(text, out) || !utf8_is_valid(buf_slice(out)))
        out->len = 0;
}

#define ENCODE_EVAL(name, encode)                                                                                      \
    enum err_code name(struct eval *eval, const struct expr *expr, const struct column *const *args,                   \
                       const struct selection *rows, struct column *out, struct err *err)                              \
    {                                                                                                                  \
        return encode_rows(encode, eval, expr, args, rows, out, err);                                                  \
    }

ENCODE_EVAL(url_encode_eval, encode_form)
ENCODE_EVAL(url_encode_component_eval, encode_component)
ENCODE_EVAL(url_decode_eval, decode_form)
ENCODE_EVAL(base64_encode_eval, base64_encode)
ENCODE_EVAL(base64_decode_eval, decode_base64)

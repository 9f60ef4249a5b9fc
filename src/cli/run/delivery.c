/*
 * delivery.c - where results go and in which format: see run_int.h.
 */
#include "base/out.h"
#include "cli/run/run_int.h"
#include "cli/term.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Option, then the file's extension, then what suits a terminal or a pipe. */
static const struct sink_type *choose_type(const struct opts *opts, bool terminal)
{
    if (opts->format >= 0)
        return SINK_TYPES[opts->format];
    const struct sink_type *type = opts->output ? sink_type_of_path(slice_from_cstr(opts->output)) : NULL;
    return type ? type : sink_type_find(terminal ? SLICE("table") : SLICE("ndjson"));
}

const char *delivery_extension_unknown(const struct opts *opts)
{
    struct stat st;
    if (!opts->output || opts->format >= 0 || sink_type_of_path(slice_from_cstr(opts->output)) ||
        (stat(opts->output, &st) == 0 && !S_ISREG(st.st_mode)))
        return NULL;
    const char *slash = strrchr(opts->output, '/'), *name = slash ? slash + 1 : opts->output;
    const char *dot = strrchr(name, '.');
    return dot && dot > name && dot[1] ? dot : NULL;
}

enum err_code delivery_open(struct delivery *delivery, const struct opts *opts, struct err *err)
{
    *delivery = (struct delivery){.terminal = !opts->output && term_is(STDOUT_FILENO), .flush = !opts->output};
    delivery->type = choose_type(opts, delivery->terminal);
    return opts->output ? out_open_file(opts->output, &delivery->out, err)
                        : out_open_fd(STDOUT_FILENO, "standard output", &delivery->out, err);
}

enum err_code delivery_start(struct delivery *delivery, const struct opts *opts, const struct schema *schema,
                             struct err *err)
{
    struct sink_options options = {
        .width = opts->width > 0 ? opts->width
                 : opts->output  ? 0
                                 : term_width(STDOUT_FILENO),
        .color =
            opts->output ? opts->color == COLOR_ALWAYS : term_has_color((enum color_when)opts->color, STDOUT_FILENO),
        .terminal = delivery->terminal,
        .prompt_widths = delivery->prompt_widths,
        .unicode = term_is_unicode(),
        .csv_safe = opts->csv_safe,
    };
    return delivery->type->open(delivery->type, schema, &options, delivery->out, &delivery->sink, err);
}

bool delivery_prepares(const struct delivery *delivery)
{
    return delivery->type->make && !delivery->terminal;
}

enum err_code delivery_prepare(const struct delivery *delivery, struct batch *batch, size_t *ends, struct err *err)
{
    return delivery->type->make(delivery->sink, batch, batch_text_begin(batch), ends, err);
}

enum err_code delivery_write(struct delivery *delivery, struct batch *batch, struct err *err)
{
    const struct buf *text = batch_text(batch);
    if (batch->selection->count == 0)
        return ERR_NONE;
    if (text)
        TRY(delivery->type->write_made(delivery->sink, buf_slice(text), batch->selection->count, err));
    else
        TRY(delivery->type->write(delivery->sink, batch, err));
    return delivery->flush ? out_flush(delivery->out, err) : ERR_NONE;
}

enum err_code delivery_commit(struct delivery *delivery, struct err *err)
{
    if (delivery->sink)
        TRY(delivery->type->finish(delivery->sink, err));
    return out_commit(delivery->out, err);
}

void delivery_close(struct delivery *delivery)
{
    if (delivery->sink)
        delivery->type->free(delivery->sink);
    out_close(delivery->out);
    *delivery = (struct delivery){0};
}

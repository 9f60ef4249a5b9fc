/*
 * ag_extreme.c - min, max, arg_min, arg_max, take_any: aggregates that keep one of the values they saw.
 *
 * Ties go to the first row. arg_max passes over rows whose first argument is null, unless all are: then it is the first
 * row. take_any of one column prefers a value that is neither null nor empty (semantics, section 11).
 */
#include "event/row_bytes.h"
#include "kql/func/aggr_int.h"
#include "kql/func/eval.h"

/* --- min, max --- */

static enum err_code extreme_add(void *state, const struct column *const *args, uint32_t row, int sign,
                                 struct arena *arena, struct err *err)
{
    struct kept *best = state;
    struct value value = column_value(args[0], row);
    if (best->is_set && value_compare(&value, &best->value) * sign <= 0)
        return ERR_NONE;
    return kept_set(best, &value, arena, err);
}

static enum err_code max_add(const struct aggr_call *call, void *state, const struct column *const *args, uint32_t row,
                             struct arena *arena, struct err *err)
{
    (void)call;
    return extreme_add(state, args, row, 1, arena, err);
}

static enum err_code min_add(const struct aggr_call *call, void *state, const struct column *const *args, uint32_t row,
                             struct arena *arena, struct err *err)
{
    (void)call;
    return extreme_add(state, args, row, -1, arena, err);
}

static enum err_code kept_finish(const struct aggr_call *call, void *state, uint32_t result, struct arena *arena,
                                 struct value *out_value, struct err *err)
{
    (void)arena, (void)err;
    const struct kept *kept = state;
    *out_value = kept && kept->is_set ? kept->value : value_null(call->result_types[result]);
    return ERR_NONE;
}

static void kept_state_save(const struct aggr_call *call, const void *state, struct buf *out)
{
    (void)call;
    kept_save(state, out);
}

static enum err_code kept_state_load(const struct aggr_call *call, void *state, struct slice *bytes,
                                     struct arena *arena, struct err *err)
{
    (void)call;
    return kept_load(state, bytes, arena, err);
}

/* --- arg_min, arg_max, take_any: a whole row --- */

struct kept_row {
    struct kept *cells; /* [arg_count], NULL before the first row */
};

static enum err_code row_set(const struct aggr_call *call, struct kept_row *kept, const struct column *const *args,
                             uint32_t row, struct arena *arena, struct err *err)
{
    if (!kept->cells) {
        kept->cells = arena_zalloc(arena, call->arg_count, sizeof *kept->cells);
        if (!kept->cells)
            return err_no_memory(err, call->arg_count * sizeof *kept->cells);
    }
    for (uint32_t i = 0; i < call->arg_count; i++) {
        struct value value = column_value(args[i], row);
        TRY(kept_set(&kept->cells[i], &value, arena, err));
    }
    return ERR_NONE;
}

static enum err_code arg_add(const struct aggr_call *call, void *state, const struct column *const *args, uint32_t row,
                             int sign, struct arena *arena, struct err *err)
{
    struct kept_row *kept = state;
    struct value value = column_value(args[0], row);
    if (kept->cells) {
        const struct value *best = &kept->cells[0].value;
        if (value.is_null || (!best->is_null && value_compare(&value, best) * sign <= 0))
            return ERR_NONE;
    }
    return row_set(call, kept, args, row, arena, err);
}

static enum err_code arg_max_add(const struct aggr_call *call, void *state, const struct column *const *args,
                                 uint32_t row, struct arena *arena, struct err *err)
{
    return arg_add(call, state, args, row, 1, arena, err);
}

static enum err_code arg_min_add(const struct aggr_call *call, void *state, const struct column *const *args,
                                 uint32_t row, struct arena *arena, struct err *err)
{
    return arg_add(call, state, args, row, -1, arena, err);
}

static bool value_is_empty(const struct value *value)
{
    return value->is_null || (value->type == TYPE_STRING && value->str.len == 0);
}

static enum err_code any_add(const struct aggr_call *call, void *state, const struct column *const *args, uint32_t row,
                             struct arena *arena, struct err *err)
{
    struct kept_row *kept = state;
    if (kept->cells) {
        struct value value = column_value(args[0], row);
        if (call->result_count > 1 || !value_is_empty(&kept->cells[0].value) || value_is_empty(&value))
            return ERR_NONE;
    }
    return row_set(call, kept, args, row, arena, err);
}

static enum err_code row_finish(const struct aggr_call *call, void *state, uint32_t result, struct arena *arena,
                                struct value *out_value, struct err *err)
{
    const struct kept_row *kept = state;
    return kept_finish(call, kept->cells ? &kept->cells[result] : NULL, result, arena, out_value, err);
}

static void row_save(const struct aggr_call *call, const void *state, struct buf *out)
{
    const struct kept_row *kept = state;
    bytes_put_number(out, kept->cells != NULL);
    for (uint32_t i = 0; kept->cells && i < call->arg_count; i++)
        kept_save(&kept->cells[i], out);
}

static enum err_code row_load(const struct aggr_call *call, void *state, struct slice *bytes, struct arena *arena,
                              struct err *err)
{
    struct kept_row *kept = state;
    uint64_t is_set = 0;
    TRY(bytes_get_number(bytes, &is_set, err));
    if (!is_set)
        return ERR_NONE;
    kept->cells = arena_zalloc(arena, call->arg_count, sizeof *kept->cells);
    if (!kept->cells)
        return err_no_memory(err, call->arg_count * sizeof *kept->cells);
    for (uint32_t i = 0; i < call->arg_count; i++)
        TRY(kept_load(&kept->cells[i], bytes, arena, err));
    return ERR_NONE;
}

#define EXTREME_ROW(name_text, prefix_text, signature_text, predicate_number, add_name, doc_text)                      \
    {                                                                                                                  \
        .name = (name_text), .prefix = (prefix_text), .signature = (signature_text), .name_rule = AGGR_NAME_ARG,       \
        .predicate = (predicate_number), .state_bytes = sizeof(struct kept), .bind = aggr_bind_first,                  \
        .add = (add_name), .finish = kept_finish, .save = kept_state_save, .load = kept_state_load, .doc = (doc_text)  \
    }
#define WHOLE_ROW(name_text, prefix_text, rule, add_name, doc_text)                                                    \
    {                                                                                                                  \
        .name = (name_text), .prefix = (prefix_text), .signature = "xx*:=", .name_rule = (rule), .takes_star = true,   \
        .takes_null = true, .state_bytes = sizeof(struct kept_row), .bind = aggr_bind_all, .add = (add_name),          \
        .finish = row_finish, .save = row_save, .load = row_load, .doc = (doc_text)                                    \
    }

const struct aggr AGGRS_EXTREME[] = {
    EXTREME_ROW("min", "min_", "x:=", 0, min_add, "min(value): the least"),
    EXTREME_ROW("max", "max_", "x:=", 0, max_add, "max(value): the greatest"),
    EXTREME_ROW("minif", "minif_", "xb:=", 2, min_add, "minif(value, predicate): the least where it is true"),
    EXTREME_ROW("maxif", "maxif_", "xb:=", 2, max_add, "maxif(value, predicate): the greatest where it is true"),
    WHOLE_ROW("arg_max", "max_", AGGR_NAME_OF_ARG, arg_max_add,
              "arg_max(value, columns or *): the row of the greatest"),
    WHOLE_ROW("arg_min", "min_", AGGR_NAME_OF_ARG, arg_min_add, "arg_min(value, columns or *): the row of the least"),
    WHOLE_ROW("take_any", "any_", AGGR_NAME_OF_ARG, any_add, "take_any(columns or *): one row, the first"),
    WHOLE_ROW("any", "any_", AGGR_NAME_ARG, any_add, "any(columns or *): take_any(), named any_X"),
    {.name = NULL},
};

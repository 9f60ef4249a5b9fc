/*
 * ag_count.c - count, countif, dcount, dcountif, count_distinct.
 *
 * dcount is exact here: Kusto's is an estimate, and the exact number lies within what it promises (semantics, section
 * 11). Its accuracy argument is accepted and means nothing.
 */
#include "event/row_bytes.h"
#include "kql/func/aggr_int.h"
#include "kql/func/value_set.h"

static enum err_code count_add(const struct aggr_call *call, void *state, const struct column *const *args,
                               uint32_t row, struct arena *arena, struct err *err)
{
    (void)call, (void)args, (void)row, (void)arena, (void)err;
    ++*(int64_t *)state;
    return ERR_NONE;
}

static enum err_code count_finish(const struct aggr_call *call, void *state, uint32_t result, struct arena *arena,
                                  struct value *out_value, struct err *err)
{
    (void)call, (void)result, (void)arena, (void)err;
    *out_value = value_i64(TYPE_LONG, *(int64_t *)state);
    return ERR_NONE;
}

static enum err_code dcount_add(const struct aggr_call *call, void *state, const struct column *const *args,
                                uint32_t row, struct arena *arena, struct err *err)
{
    (void)call;
    struct value value = column_value(args[0], row);
    return value_set_add(state, &value, true, arena) ? ERR_NONE : err_no_memory(err, sizeof value);
}

static enum err_code dcount_finish(const struct aggr_call *call, void *state, uint32_t result, struct arena *arena,
                                   struct value *out_value, struct err *err)
{
    (void)call, (void)result, (void)arena, (void)err;
    *out_value = value_i64(TYPE_LONG, ((const struct value_set *)state)->count);
    return ERR_NONE;
}

void set_state_save(const struct aggr_call *call, const void *state, struct buf *out)
{
    (void)call;
    const struct value_set *set = state;
    bytes_put_number(out, set->count);
    for (uint32_t i = 0; i < set->count; i++)
        bytes_put_value(out, &set->values[i]);
}

enum err_code set_state_load(const struct aggr_call *call, void *state, struct slice *bytes, struct arena *arena,
                             struct err *err)
{
    (void)call;
    uint64_t count = 0;
    TRY(bytes_get_number(bytes, &count, err));
    for (uint64_t i = 0; i < count; i++) {
        struct value value;
        TRY(bytes_get_value(bytes, arena, &value, err));
        if (!value_set_add(state, &value, false, arena))
            return err_no_memory(err, sizeof value);
    }
    return ERR_NONE;
}

#define COUNT_STATE .state_bytes = sizeof(int64_t), .add = count_add, .finish = count_finish
#define DCOUNT_STATE                                                                                                   \
    .state_bytes = sizeof(struct value_set), .add = dcount_add, .finish = dcount_finish, .save = set_state_save,       \
    .load = set_state_load

const struct aggr AGGRS_COUNT[] = {
    {.name = "count",
     .prefix = "count_",
     .signature = "?x:l",
     .takes_null = true,
     COUNT_STATE,
     .doc = "count(): rows of the group"},
    {.name = "countif",
     .prefix = "countif_",
     .signature = "b:l",
     .predicate = 1,
     COUNT_STATE,
     .doc = "countif(predicate): rows for which it is true"},
    {.name = "dcount",
     .prefix = "dcount_",
     .signature = "x?l:l",
     .name_rule = AGGR_NAME_ARG,
     DCOUNT_STATE,
     .doc = "dcount(value): different values that are not null; exact"},
    {.name = "dcountif",
     .prefix = "dcountif_",
     .signature = "xb?l:l",
     .name_rule = AGGR_NAME_ARG,
     .predicate = 2,
     DCOUNT_STATE,
     .doc = "dcountif(value, predicate): different values where it is true; exact"},
    {.name = "count_distinct",
     .prefix = "count_distinct_",
     .signature = "x:l",
     .name_rule = AGGR_NAME_ARG,
     DCOUNT_STATE,
     .doc = "count_distinct(value): different values that are not null"},
    {.name = "count_distinctif",
     .prefix = "count_distinctif_",
     .signature = "xb:l",
     .name_rule = AGGR_NAME_ARG,
     .predicate = 2,
     DCOUNT_STATE,
     .doc = "count_distinctif(value, predicate): different values where it is true"},
    {.name = NULL},
};

/*
 * aggr.c - joins the families of aggregates into one table; what all of them have in common. See aggr.h.
 */
#include "kql/func/aggr.h"

#include "event/row_bytes.h"
#include "kql/func/aggr_int.h"
#include "kql/func/eval.h"
#include "kql/func/signature.h"

static const struct aggr *const FAMILIES[] = {AGGRS_COUNT, AGGRS_NUMBER, AGGRS_EXTREME, AGGRS_COLLECT};

enum { FAMILY_COUNT = sizeof FAMILIES / sizeof FAMILIES[0] };

const struct aggr *aggr_at(uint32_t index)
{
    for (uint32_t family = 0; family < FAMILY_COUNT; family++) {
        for (const struct aggr *aggr = FAMILIES[family]; aggr->name; aggr++) {
            if (index-- == 0)
                return aggr;
        }
    }
    return NULL;
}

const struct aggr *aggr_find(struct slice name)
{
    const struct aggr *aggr;
    for (uint32_t i = 0; (aggr = aggr_at(i)) != NULL; i++) {
        if (slice_eq(name, slice_from_cstr(aggr->name)))
            return aggr;
    }
    return NULL;
}

/* One result of the type that the signature names. */
static enum err_code bind_signature(struct aggr_call *call, struct arena *arena, struct err *err)
{
    enum type *types = arena_array(arena, call->arg_count + 1, sizeof *types);
    if (!types)
        return err_no_memory(err, (call->arg_count + 1) * sizeof *types);
    for (uint32_t i = 0; i < call->arg_count; i++)
        types[i] = call->args[i]->type;
    struct signature_match match;
    if (!signature_match(call->aggr->signature, types, call->arg_count, &match))
        return err_query(err, ERR_QUERY, call->span, "no form of %s() takes these arguments", call->aggr->name);
    types[0] = match.result;
    call->result_types = types;
    call->result_count = 1;
    return ERR_NONE;
}

enum err_code aggr_bind(struct aggr_call *call, struct arena *arena, struct err *err)
{
    return call->aggr->bind ? call->aggr->bind(call, arena, err) : bind_signature(call, arena, err);
}

static enum err_code bind_results(struct aggr_call *call, uint32_t count, struct arena *arena, struct err *err)
{
    call->result_types = arena_array(arena, count, sizeof *call->result_types);
    if (!call->result_types)
        return err_no_memory(err, count * sizeof *call->result_types);
    for (uint32_t i = 0; i < count; i++)
        call->result_types[i] = call->args[i]->type;
    call->result_count = count;
    return ERR_NONE;
}

enum err_code aggr_bind_all(struct aggr_call *call, struct arena *arena, struct err *err)
{
    return bind_results(call, call->arg_count, arena, err);
}

enum err_code aggr_bind_first(struct aggr_call *call, struct arena *arena, struct err *err)
{
    return bind_results(call, 1, arena, err);
}

static bool row_counts(const struct aggr *aggr, const struct column *const *args, uint32_t row)
{
    if (aggr->predicate) {
        const struct column *predicate = args[aggr->predicate - 1];
        if (column_is_null(predicate, row) || !predicate->i64[column_cell(predicate, row)])
            return false;
    }
    return aggr->takes_null || !cell_is_null(args[0], row);
}

enum err_code aggr_add(const struct aggr_call *call, void *state, const struct column *const *args, uint32_t row,
                       struct arena *arena, struct err *err)
{
    return row_counts(call->aggr, args, row) ? call->aggr->add(call, state, args, row, arena, err) : ERR_NONE;
}

void aggr_save(const struct aggr_call *call, const void *state, struct buf *out)
{
    if (call->aggr->save)
        call->aggr->save(call, state, out);
    else
        buf_add(out, slice_of(state, call->aggr->state_bytes));
}

enum err_code aggr_load(const struct aggr_call *call, void *state, struct slice *bytes, struct arena *arena,
                        struct err *err)
{
    if (call->aggr->load)
        return call->aggr->load(call, state, bytes, arena, err);
    return bytes_get(bytes, state, call->aggr->state_bytes, err);
}

/*
 * ag_number.c - sum, avg, stdev, variance and their forms with a predicate.
 *
 * Of no values: sum 0, avg NaN (null where the type has no NaN), stdev and variance 0 (semantics, section 11). stdev and
 * variance are those of a sample, in one pass (Welford's method), so that large values lose nothing.
 */
#include "event/decimal.h"
#include "kql/func/aggr_int.h"

#include <math.h>

/* Of sum and avg; which field is used depends on the type. */
struct sum {
    bool overflow; /* timespans, decimals: out of range */
    uint64_t count;
    int64_t i64;
    double f64;
    struct decimal dec;
};

static enum err_code sum_add(const struct aggr_call *call, void *state, const struct column *const *args, uint32_t row,
                             struct arena *arena, struct err *err)
{
    (void)call, (void)arena, (void)err;
    struct sum *sum = state;
    struct value value = column_value(args[0], row);
    if (value.type == TYPE_REAL)
        sum->f64 += value.f64;
    else if (value.type == TYPE_DECIMAL)
        sum->overflow |= !decimal_calc(DECIMAL_ADD, sum->count ? sum->dec : decimal_from_long(0), value.dec, &sum->dec);
    else if (value.type == TYPE_TIMESPAN)
        sum->overflow |= __builtin_add_overflow(sum->i64, value.i64, &sum->i64);
    else /* a long wraps */
        sum->i64 = (int64_t)((uint64_t)sum->i64 + (uint64_t)value.i64);
    sum->count++;
    return ERR_NONE;
}

static enum err_code sum_finish(const struct aggr_call *call, void *state, uint32_t result, struct arena *arena,
                                struct value *out_value, struct err *err)
{
    (void)result, (void)arena, (void)err;
    const struct sum *sum = state;
    struct value value = value_null(call->result_types[0]);
    value.is_null = sum->overflow;
    if (value.type == TYPE_REAL)
        value.f64 = sum->f64;
    else if (value.type == TYPE_DECIMAL)
        value.dec = sum->count ? sum->dec : decimal_from_long(0);
    else
        value.i64 = sum->i64;
    *out_value = value;
    return ERR_NONE;
}

static enum err_code avg_finish(const struct aggr_call *call, void *state, uint32_t result, struct arena *arena,
                                struct value *out_value, struct err *err)
{
    (void)result, (void)arena, (void)err;
    const struct sum *sum = state;
    struct value value = value_null(call->result_types[0]);
    value.is_null = sum->overflow || (sum->count == 0 && value.type != TYPE_REAL);
    if (value.type == TYPE_REAL)
        value.f64 = sum->count ? sum->f64 / (double)sum->count : NAN;
    else if (value.type == TYPE_DECIMAL && !value.is_null)
        value.is_null = !decimal_calc(DECIMAL_DIV, sum->dec, decimal_from_long((int64_t)sum->count), &value.dec);
    else if (!value.is_null)
        value.i64 = sum->i64 / (int64_t)sum->count;
    *out_value = value;
    return ERR_NONE;
}

struct spread {
    double count, mean, squares; /* squares: sum of the squared distances from the mean */
};

static enum err_code spread_add(const struct aggr_call *call, void *state, const struct column *const *args,
                                uint32_t row, struct arena *arena, struct err *err)
{
    (void)call, (void)arena, (void)err;
    struct spread *spread = state;
    double value = args[0]->f64[column_cell(args[0], row)], distance = value - spread->mean;
    spread->count++;
    spread->mean += distance / spread->count;
    spread->squares += distance * (value - spread->mean);
    return ERR_NONE;
}

/* whole: of a population, otherwise of a sample. */
static double variance(const struct spread *spread, bool whole)
{
    double divisor = whole ? spread->count : spread->count - 1;
    return divisor > 0 ? spread->squares / divisor : 0;
}

#define SPREAD_FINISH(name, expression)                                                                                \
    static enum err_code name(const struct aggr_call *call, void *state, uint32_t result, struct arena *arena,         \
                              struct value *out_value, struct err *err)                                                \
    {                                                                                                                  \
        (void)call, (void)result, (void)arena, (void)err;                                                              \
        *out_value = value_real(expression);                                                                           \
        return ERR_NONE;                                                                                               \
    }

SPREAD_FINISH(variance_finish, variance(state, false))
SPREAD_FINISH(variancep_finish, variance(state, true))
SPREAD_FINISH(stdev_finish, sqrt(variance(state, false)))
SPREAD_FINISH(stdevp_finish, sqrt(variance(state, true)))

#define SUM_ROW(name_text, signature_text, predicate_number, finish_name, doc_text)                                    \
    {                                                                                                                  \
        .name = (name_text), .prefix = name_text "_", .signature = (signature_text), .name_rule = AGGR_NAME_ARG,       \
        .predicate = (predicate_number), .state_bytes = sizeof(struct sum), .add = sum_add, .finish = (finish_name),   \
        .doc = (doc_text)                                                                                              \
    }
#define SPREAD_ROW(name_text, signature_text, predicate_number, finish_name, doc_text)                                 \
    {                                                                                                                  \
        .name = (name_text), .prefix = name_text "_", .signature = (signature_text), .name_rule = AGGR_NAME_ARG,       \
        .predicate = (predicate_number), .state_bytes = sizeof(struct spread), .add = spread_add,                      \
        .finish = (finish_name), .doc = (doc_text)                                                                     \
    }

const struct aggr AGGRS_NUMBER[] = {
    SUM_ROW("sum", "l:l r:r m:m t:t", 0, sum_finish, "sum(value): sum; null counts as nothing"),
    SUM_ROW("sumif", "lb:l rb:r mb:m tb:t", 2, sum_finish, "sumif(value, predicate): sum where it is true"),
    SUM_ROW("avg", "r:r m:m t:t", 0, avg_finish, "avg(value): mean of what is not null"),
    SUM_ROW("avgif", "rb:r mb:m tb:t", 2, avg_finish, "avgif(value, predicate): mean where it is true"),
    SPREAD_ROW("stdev", "r:r", 0, stdev_finish, "stdev(value): standard deviation of a sample"),
    SPREAD_ROW("stdevif", "rb:r", 2, stdev_finish, "stdevif(value, predicate): stdev() where it is true"),
    SPREAD_ROW("stdevp", "r:r", 0, stdevp_finish, "stdevp(value): standard deviation of a population"),
    SPREAD_ROW("variance", "r:r", 0, variance_finish, "variance(value): variance of a sample"),
    SPREAD_ROW("varianceif", "rb:r", 2, variance_finish, "varianceif(value, predicate): variance() where it is true"),
    SPREAD_ROW("variancep", "r:r", 0, variancep_finish, "variancep(value): variance of a population"),
    SPREAD_ROW("variancepif", "rb:r", 2, variancep_finish,
               "variancepif(value, predicate): variancep() where it is true"),
    {.name = NULL},
};

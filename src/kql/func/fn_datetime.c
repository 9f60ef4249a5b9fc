/*
 * fn_datetime.c - functions over datetimes and timespans: the family FUNCS_DATETIME.
 *
 * now() is one instant for the whole query. What falls out of years 1 to 9999 is null. Source: Kusto reference;
 * semantics, section 5. Units of time are time_unit.c's, formats time_format.c's.
 */
#include "kql/func/fn_datetime.h"
#include "event/datetime.h"
#include "kql/func/eval.h"
#include "kql/plan.h"

#include <math.h>

static int64_t cell_i64(const struct column *column, uint32_t row)
{
    return column->i64[column_cell(column, row)];
}

static void set_or_null(struct column *out, uint32_t row, bool good, int64_t value)
{
    out->nulls[row] = !good;
    out->i64[row] = good ? value : 0;
}

static bool in_range(int64_t ticks)
{
    return ticks >= 0 && ticks <= TICKS_MAX;
}

/* --- now, ago --- */

static enum err_code now_eval(struct eval *eval, const struct expr *expr, const struct column *const *args,
                              const struct selection *rows, struct column *out, struct err *err)
{
    (void)err;
    for (uint32_t i = 0; i < rows->count; i++) {
        uint32_t row = rows->rows[i];
        int64_t ticks = eval->query->now;
        bool good = expr->arg_count == 0 || !__builtin_add_overflow(ticks, cell_i64(args[0], row), &ticks);
        set_or_null(out, row, good && in_range(ticks), ticks);
    }
    return ERR_NONE;
}

static enum err_code ago_eval(struct eval *eval, const struct expr *expr, const struct column *const *args,
                              const struct selection *rows, struct column *out, struct err *err)
{
    (void)expr, (void)err;
    for (uint32_t i = 0; i < rows->count; i++) {
        uint32_t row = rows->rows[i];
        int64_t ticks;
        bool good = !__builtin_sub_overflow(eval->query->now, cell_i64(args[0], row), &ticks);
        set_or_null(out, row, good && in_range(ticks), ticks);
    }
    return ERR_NONE;
}

/* --- startof..., endof... --- */

static void edge_rows(const struct expr *expr, const struct column *const *args, const struct selection *rows,
                      enum time_unit unit, bool is_end, struct column *out)
{
    for (uint32_t i = 0; i < rows->count; i++) {
        uint32_t row = rows->rows[i];
        int64_t offset = expr->arg_count > 1 ? cell_i64(args[1], row) : 0, ticks;
        /* The last tick of a unit is the one before the next begins. */
        bool good = (!is_end || !__builtin_add_overflow(offset, 1, &offset)) &&
                    time_unit_start(cell_i64(args[0], row), unit, offset, &ticks);
        if (good)
            ticks -= is_end;
        set_or_null(out, row, good && in_range(ticks), good ? ticks : 0);
    }
}

#define EDGE(name, unit, is_end)                                                                                       \
    static enum err_code name(struct eval *eval, const struct expr *expr, const struct column *const *args,            \
                              const struct selection *rows, struct column *out, struct err *err)                       \
    {                                                                                                                  \
        (void)eval, (void)err;                                                                                         \
        edge_rows(expr, args, rows, unit, is_end, out);                                                                \
        return ERR_NONE;                                                                                               \
    }
EDGE(startofday_eval, UNIT_DAY, false)
EDGE(startofweek_eval, UNIT_WEEK, false)
EDGE(startofmonth_eval, UNIT_MONTH, false)
EDGE(startofyear_eval, UNIT_YEAR, false)
EDGE(endofday_eval, UNIT_DAY, true)
EDGE(endofweek_eval, UNIT_WEEK, true)
EDGE(endofmonth_eval, UNIT_MONTH, true)
EDGE(endofyear_eval, UNIT_YEAR, true)

/* --- datetime_diff, datetime_add, datetime_part --- */

/* The part that the first argument, a constant, names; last is the last one allowed. */
static enum err_code part_bind(struct expr *expr, int last, int *out_part, struct err *err)
{
    const struct expr *name = expr->args[0];
    if (name->kind != EXPR_CONST)
        return err_query(err, ERR_QUERY, name->span, "%s() needs the name of a part of time here", expr->func->name);
    *out_part = time_part_find(name->value.str);
    if (*out_part >= 0 && *out_part <= last)
        return ERR_NONE;
    err_query(err, ERR_QUERY, name->span, "%s() knows no part of time called \"%.*s\"", expr->func->name,
              SLICE_ARG(name->value.str));
    return err_hint(err,
                    "year, quarter, month, week, day, hour, minute, second, millisecond, microsecond or nanosecond");
}

static enum err_code diff_bind(struct expr *expr, struct arena *arena, struct err *err)
{
    (void)arena;
    int part = -1;
    TRY(part_bind(expr, UNIT_NANOSECOND, &part, err));
    expr->type = part == UNIT_WEEK ? TYPE_REAL : TYPE_LONG; /* the real engine's choice */
    return ERR_NONE;
}

static enum err_code add_bind(struct expr *expr, struct arena *arena, struct err *err)
{
    (void)arena;
    int part;
    return part_bind(expr, UNIT_NANOSECOND, &part, err);
}

static enum err_code datetime_part_bind(struct expr *expr, struct arena *arena, struct err *err)
{
    (void)arena;
    int part;
    return part_bind(expr, PART_COUNT - 1, &part, err);
}

static int part_of(const struct column *name, uint32_t row)
{
    return time_part_find(name->str[column_cell(name, row)]);
}

static enum err_code diff_eval(struct eval *eval, const struct expr *expr, const struct column *const *args,
                               const struct selection *rows, struct column *out, struct err *err)
{
    (void)eval, (void)expr, (void)err;
    for (uint32_t i = 0; i < rows->count; i++) {
        uint32_t row = rows->rows[i];
        enum time_unit unit = (enum time_unit)part_of(args[0], row);
        int64_t a = cell_i64(args[1], row), b = cell_i64(args[2], row), diff;
        bool good = true;
        if (unit == UNIT_NANOSECOND)
            good = !__builtin_mul_overflow(a - b, 100, &diff);
        else
            diff = time_unit_index(a, unit) - time_unit_index(b, unit);
        if (out->type == TYPE_REAL) {
            out->nulls[row] = 0;
            out->f64[row] = (double)diff;
        } else {
            set_or_null(out, row, good, diff);
        }
    }
    return ERR_NONE;
}

static enum err_code add_eval(struct eval *eval, const struct expr *expr, const struct column *const *args,
                              const struct selection *rows, struct column *out, struct err *err)
{
    (void)eval, (void)expr, (void)err;
    for (uint32_t i = 0; i < rows->count; i++) {
        uint32_t row = rows->rows[i];
        int64_t ticks = 0;
        bool good = time_unit_add(cell_i64(args[2], row), (enum time_unit)part_of(args[0], row), cell_i64(args[1], row),
                                  &ticks);
        set_or_null(out, row, good, ticks);
    }
    return ERR_NONE;
}

/* Weeks in datetime_part() are those of the year. */
static int64_t civil_part(int part, int64_t ticks)
{
    struct civil civil;
    datetime_to_civil(ticks, &civil);
    switch (part) {
    case UNIT_YEAR:
        return civil.year;
    case UNIT_QUARTER:
        return (civil.month + 2) / 3;
    case UNIT_MONTH:
        return civil.month;
    case UNIT_WEEK:
    case PART_WEEK_OF_YEAR:
        return time_iso_week(ticks);
    case UNIT_DAY:
        return civil.day;
    case PART_DAY_OF_YEAR:
        return civil.yearday;
    case UNIT_HOUR:
        return civil.hour;
    case UNIT_MINUTE:
        return civil.minute;
    case UNIT_SECOND:
        return civil.second;
    case UNIT_MILLISECOND:
        return civil.ticks / 10000;
    case UNIT_MICROSECOND:
        return civil.ticks / 10;
    default:
        return (int64_t)civil.ticks * 100;
    }
}

static enum err_code datetime_part_eval(struct eval *eval, const struct expr *expr, const struct column *const *args,
                                        const struct selection *rows, struct column *out, struct err *err)
{
    (void)eval, (void)expr, (void)err;
    for (uint32_t i = 0; i < rows->count; i++) {
        uint32_t row = rows->rows[i];
        set_or_null(out, row, true, civil_part(part_of(args[0], row), cell_i64(args[1], row)));
    }
    return ERR_NONE;
}

#define PART(name, part)                                                                                               \
    static enum err_code name(struct eval *eval, const struct expr *expr, const struct column *const *args,            \
                              const struct selection *rows, struct column *out, struct err *err)                       \
    {                                                                                                                  \
        (void)eval, (void)expr, (void)err;                                                                             \
        for (uint32_t i = 0; i < rows->count; i++)                                                                     \
            set_or_null(out, rows->rows[i], true, civil_part(part, cell_i64(args[0], rows->rows[i])));                 \
        return ERR_NONE;                                                                                               \
    }
PART(year_eval, UNIT_YEAR)
PART(month_eval, UNIT_MONTH)
PART(hour_eval, UNIT_HOUR)
PART(dayofmonth_eval, UNIT_DAY)
PART(dayofyear_eval, PART_DAY_OF_YEAR)
PART(week_eval, PART_WEEK_OF_YEAR)

static enum err_code dayofweek_eval(struct eval *eval, const struct expr *expr, const struct column *const *args,
                                    const struct selection *rows, struct column *out, struct err *err)
{
    (void)eval, (void)expr, (void)err;
    for (uint32_t i = 0; i < rows->count; i++) {
        struct civil civil;
        datetime_to_civil(cell_i64(args[0], rows->rows[i]), &civil);
        set_or_null(out, rows->rows[i], true, civil.weekday * TICKS_PER_DAY);
    }
    return ERR_NONE;
}

/* --- making them out of numbers --- */

/* Seconds with a fraction, 0 to below 60, as ticks. */
static bool seconds_to_ticks(double seconds, int64_t *out_ticks)
{
    if (!(seconds >= 0 && seconds < 60))
        return false;
    *out_ticks = (int64_t)round(seconds * (double)TICKS_PER_SECOND);
    return *out_ticks < TICKS_PER_MINUTE;
}

/* An argument in 0..max, or `missing` where it is not there. */
static bool take_arg(const struct expr *expr, const struct column *const *args, uint32_t index, uint32_t row,
                     int64_t max, int64_t missing, int64_t *out_value)
{
    *out_value = index < expr->arg_count ? cell_i64(args[index], row) : missing;
    return *out_value >= 0 && *out_value <= max;
}

static bool make_datetime_cell(const struct expr *expr, const struct column *const *args, uint32_t row, int64_t *out)
{
    int64_t year, month, day, hour, minute, in_minute = 0;
    if (!take_arg(expr, args, 0, row, 9999, 0, &year) || !take_arg(expr, args, 1, row, 12, 1, &month) ||
        !take_arg(expr, args, 2, row, 31, 1, &day) || !take_arg(expr, args, 3, row, 23, 0, &hour) ||
        !take_arg(expr, args, 4, row, 59, 0, &minute))
        return false;
    if (expr->arg_count > 5 && !seconds_to_ticks(args[5]->f64[column_cell(args[5], row)], &in_minute))
        return false;
    struct civil civil = {
        .year = (int)year, .month = (int)month, .day = (int)day, .hour = (int)hour, .minute = (int)minute};
    if (!datetime_from_civil(&civil, out))
        return false;
    *out += in_minute;
    return true;
}

static enum err_code make_datetime_eval(struct eval *eval, const struct expr *expr, const struct column *const *args,
                                        const struct selection *rows, struct column *out, struct err *err)
{
    (void)eval, (void)err;
    for (uint32_t i = 0; i < rows->count; i++) {
        int64_t ticks = 0;
        bool good = make_datetime_cell(expr, args, rows->rows[i], &ticks);
        set_or_null(out, rows->rows[i], good, ticks);
    }
    return ERR_NONE;
}

/* (hour, minute), (hour, minute, second), (day, hour, minute, second) */
static bool make_timespan_cell(const struct expr *expr, const struct column *const *args, uint32_t row, int64_t *out)
{
    uint32_t first = expr->arg_count == 4 ? 1 : 0;
    int64_t days = 0, hour, minute, in_minute = 0;
    if (first && !take_arg(expr, args, 0, row, INT64_MAX / TICKS_PER_DAY - 1, 0, &days))
        return false;
    if (!take_arg(expr, args, first, row, 23, 0, &hour) || !take_arg(expr, args, first + 1, row, 59, 0, &minute))
        return false;
    const struct column *second = expr->arg_count > first + 2 ? args[first + 2] : NULL;
    if (second && !seconds_to_ticks(second->f64[column_cell(second, row)], &in_minute))
        return false;
    *out = days * TICKS_PER_DAY + hour * TICKS_PER_HOUR + minute * TICKS_PER_MINUTE + in_minute;
    return true;
}

static enum err_code make_timespan_eval(struct eval *eval, const struct expr *expr, const struct column *const *args,
                                        const struct selection *rows, struct column *out, struct err *err)
{
    (void)eval, (void)err;
    for (uint32_t i = 0; i < rows->count; i++) {
        int64_t ticks = 0;
        bool good = make_timespan_cell(expr, args, rows->rows[i], &ticks);
        set_or_null(out, rows->rows[i], good, ticks);
    }
    return ERR_NONE;
}

/* per_second units make a second; the argument is a long or a real. */
static bool unix_cell(const struct column *count, uint32_t row, int64_t per_second, int64_t *out)
{
    int64_t ticks;
    if (count->type == TYPE_REAL) {
        double real = count->f64[column_cell(count, row)] * ((double)TICKS_PER_SECOND / (double)per_second);
        if (!(fabs(real) < (double)TICKS_MAX))
            return false;
        ticks = (int64_t)round(real);
    } else if (per_second > TICKS_PER_SECOND) {
        int64_t units = cell_i64(count, row), per_tick = per_second / TICKS_PER_SECOND;
        ticks = units / per_tick - (units % per_tick < 0);
    } else if (__builtin_mul_overflow(cell_i64(count, row), TICKS_PER_SECOND / per_second, &ticks)) {
        return false;
    }
    return !__builtin_add_overflow(ticks, TICKS_UNIX_EPOCH, out) && in_range(*out);
}

#define UNIX_TIME(name, per_second)                                                                                    \
    static enum err_code name(struct eval *eval, const struct expr *expr, const struct column *const *args,            \
                              const struct selection *rows, struct column *out, struct err *err)                       \
    {                                                                                                                  \
        (void)eval, (void)expr, (void)err;                                                                             \
        for (uint32_t i = 0; i < rows->count; i++) {                                                                   \
            int64_t ticks = 0;                                                                                         \
            bool good = unix_cell(args[0], rows->rows[i], per_second, &ticks);                                         \
            set_or_null(out, rows->rows[i], good, ticks);                                                              \
        }                                                                                                              \
        return ERR_NONE;                                                                                               \
    }
UNIX_TIME(unix_seconds_eval, 1)
UNIX_TIME(unix_milliseconds_eval, 1000)
UNIX_TIME(unix_microseconds_eval, 1000000)
UNIX_TIME(unix_nanoseconds_eval, 1000000000)

/* --- format_datetime, format_timespan --- */

static enum err_code format_bind(struct expr *expr, struct arena *arena, struct err *err)
{
    (void)arena;
    const struct expr *format = expr->args[1];
    if (format->kind != EXPR_CONST)
        return ERR_NONE;
    bool is_timespan = expr->args[0]->type == TYPE_TIMESPAN;
    const char *wrong = time_format_check(format->value.str, is_timespan);
    if (!wrong)
        return ERR_NONE;
    err_query(err, ERR_QUERY, format->span, "%s(): %s", expr->func->name, wrong);
    return err_hint(err, is_timespan ? "d H h m s f F, and between them blanks or / - : , . _ [ ]"
                                     : "y M d H h m s f F tt, and between them blanks or / - : , . _ [ ]");
}

static enum err_code format_rows(struct eval *eval, const struct column *const *args, const struct selection *rows,
                                 bool is_timespan, struct buf *text, struct column *out, struct err *err)
{
    for (uint32_t i = 0; i < rows->count; i++) {
        uint32_t row = rows->rows[i];
        struct slice format = args[1]->str[column_cell(args[1], row)];
        out->str[row] = SLICE("");
        if (time_format_check(format, is_timespan))
            continue; /* not known before: no text */
        buf_clear(text);
        time_format(cell_i64(args[0], row), format, is_timespan, text);
        out->str[row] = text->failed ? slice_of(NULL, 0) : arena_copy(eval->arena, buf_slice(text));
        if (!out->str[row].ptr)
            return err_no_memory(err, text->len);
    }
    return ERR_NONE;
}

static enum err_code format_eval(struct eval *eval, const struct expr *expr, const struct column *const *args,
                                 const struct selection *rows, struct column *out, struct err *err)
{
    (void)expr;
    struct buf text;
    buf_init(&text, 0);
    enum err_code code = format_rows(eval, args, rows, args[0]->type == TYPE_TIMESPAN, &text, out, err);
    buf_release(&text);
    return code;
}

#define EDGE_ROW(name_, rule, doc_)                                                                                    \
    {                                                                                                                  \
        .name = #name_, .signature = "d?l:d", .name_rule = (rule), .cost = 3, .eval = name_##_eval, .doc = (doc_)      \
    }
#define PART_ROW(name_, eval_, result, doc_)                                                                           \
    {                                                                                                                  \
        .name = (name_), .signature = "d:" result, .cost = 3, .eval = (eval_), .doc = (doc_)                           \
    }
#define UNIX_ROW(name_, eval_, doc_)                                                                                   \
    {                                                                                                                  \
        .name = (name_), .signature = "l:d r:d", .cost = 2, .eval = (eval_), .doc = (doc_)                             \
    }

const struct func FUNCS_DATETIME[] = {
    {.name = "now",
     .signature = "?t:d",
     .cost = 1,
     .eval = now_eval,
     .doc = "now([offset]): when the query began, the same wherever it is asked"},
    {.name = "ago", .signature = "t:d", .cost = 1, .eval = ago_eval, .doc = "ago(timespan): that long before now()"},
    EDGE_ROW(startofday, NAME_FIRST_ARG, "startofday(datetime [, days]): the start of its day"),
    EDGE_ROW(startofweek, NAME_NONE, "startofweek(datetime [, weeks]): the start of its week, a Sunday"),
    EDGE_ROW(startofmonth, NAME_NONE, "startofmonth(datetime [, months]): the start of its month"),
    EDGE_ROW(startofyear, NAME_NONE, "startofyear(datetime [, years]): the start of its year"),
    EDGE_ROW(endofday, NAME_NONE, "endofday(datetime [, days]): the last tick of its day"),
    EDGE_ROW(endofweek, NAME_NONE, "endofweek(datetime [, weeks]): the last tick of its week, a Saturday's"),
    EDGE_ROW(endofmonth, NAME_NONE, "endofmonth(datetime [, months]): the last tick of its month"),
    EDGE_ROW(endofyear, NAME_NONE, "endofyear(datetime [, years]): the last tick of its year"),
    {.name = "datetime_diff",
     .signature = "kdd:=",
     .cost = 4,
     .bind = diff_bind,
     .eval = diff_eval,
     .doc = "datetime_diff(part, a, b): how many boundaries of that part lie from b to a"},
    {.name = "datetime_add",
     .signature = "kld:d",
     .cost = 4,
     .bind = add_bind,
     .eval = add_eval,
     .doc = "datetime_add(part, amount, datetime): that much later"},
    {.name = "datetime_part",
     .signature = "kd:l",
     .cost = 3,
     .bind = datetime_part_bind,
     .eval = datetime_part_eval,
     .doc = "datetime_part(part, datetime): that part as a number"},
    PART_ROW("getyear", year_eval, "l", "getyear(datetime): the year"),
    PART_ROW("getmonth", month_eval, "l", "getmonth(datetime): the month, 1 to 12"),
    PART_ROW("monthofyear", month_eval, "l", "monthofyear(datetime): the month, 1 to 12"),
    PART_ROW("hourofday", hour_eval, "l", "hourofday(datetime): the hour, 0 to 23"),
    PART_ROW("dayofmonth", dayofmonth_eval, "l", "dayofmonth(datetime): the day, 1 to 31"),
    PART_ROW("dayofyear", dayofyear_eval, "l", "dayofyear(datetime): the day, 1 to 366"),
    PART_ROW("week_of_year", week_eval, "l", "week_of_year(datetime): the week by ISO 8601, 1 to 53"),
    PART_ROW("dayofweek", dayofweek_eval, "t", "dayofweek(datetime): days since Sunday, as a timespan"),
    {.name = "make_datetime",
     .signature = "lll:d lllll:d lllllr:d",
     .cost = 4,
     .eval = make_datetime_eval,
     .doc = "make_datetime(year, month, day [, hour, minute [, second]])"},
    {.name = "make_timespan",
     .signature = "ll:t llr:t lllr:t",
     .cost = 3,
     .eval = make_timespan_eval,
     .doc = "make_timespan([day,] hour, minute [, second])"},
    UNIX_ROW("unixtime_seconds_todatetime", unix_seconds_eval, "unixtime_seconds_todatetime(number): since 1970"),
    UNIX_ROW("unixtime_milliseconds_todatetime", unix_milliseconds_eval,
             "unixtime_milliseconds_todatetime(number): since 1970"),
    UNIX_ROW("unixtime_microseconds_todatetime", unix_microseconds_eval,
             "unixtime_microseconds_todatetime(number): since 1970"),
    UNIX_ROW("unixtime_nanoseconds_todatetime", unix_nanoseconds_eval,
             "unixtime_nanoseconds_todatetime(number): since 1970"),
    {.name = "format_datetime",
     .signature = "ds:s",
     .name_rule = NAME_FIRST_ARG,
     .cost = 10,
     .bind = format_bind,
     .eval = format_eval,
     .doc = "format_datetime(datetime, format): as in 'yyyy-MM-dd HH:mm:ss'"},
    {.name = "format_timespan",
     .signature = "ts:s",
     .name_rule = NAME_FIRST_ARG,
     .cost = 10,
     .bind = format_bind,
     .eval = format_eval,
     .doc = "format_timespan(timespan, format): as in 'd.hh:mm:ss'"},
    {.name = NULL},
};

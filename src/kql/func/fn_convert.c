/*
 * fn_convert.c - the conversions that a query writes: tolong() and its kin, parse_json(), gettype().
 *
 * What a conversion gives is value_convert()'s to say (event/value.h). Source: Kusto reference, toint(), tostring(),
 * parse_json(), gettype() and their kin.
 */
#include "kql/func/eval.h"
#include "kql/func/func.h"

static enum err_code convert_eval(struct eval *eval, const struct expr *expr, const struct column *const *args,
                                  const struct selection *rows, struct column *out, struct err *err)
{
    (void)expr;
    for (uint32_t i = 0; i < rows->count; i++) {
        uint32_t row = rows->rows[i];
        struct value from = column_value(args[0], row), to;
        TRY(value_convert(&from, out->type, eval->arena, &to, err));
        column_set(out, row, &to);
    }
    return ERR_NONE;
}

static const char *dyn_type_name(const struct dyn *dyn)
{
    static const char *const NAMES[] = {
        [DYN_NULL] = "null",         [DYN_BOOL] = "bool",     [DYN_LONG] = "long",      [DYN_REAL] = "real",
        [DYN_DECIMAL] = "decimal",   [DYN_STRING] = "string", [DYN_GUID] = "guid",      [DYN_DATETIME] = "datetime",
        [DYN_TIMESPAN] = "timespan", [DYN_ARRAY] = "array",   [DYN_BAG] = "dictionary",
    };
    return NAMES[dyn->kind];
}

static enum err_code gettype_eval(struct eval *eval, const struct expr *expr, const struct column *const *args,
                                  const struct selection *rows, struct column *out, struct err *err)
{
    (void)eval, (void)expr, (void)err;
    for (uint32_t i = 0; i < rows->count; i++) {
        uint32_t row = rows->rows[i];
        const char *name = type_name(args[0]->type);
        if (args[0]->type == TYPE_DYNAMIC)
            name = cell_is_null(args[0], row) ? "null" : dyn_type_name(args[0]->dyn[column_cell(args[0], row)]);
        out->str[row] = slice_from_cstr(name);
    }
    return ERR_NONE;
}

#define CONVERSION(name_, signature_, flags_, cost_, doc_)                                                             \
    {                                                                                                                  \
        .name = (name_), .signature = (signature_), .name_rule = NAME_FIRST_ARG, .flags = (flags_), .cost = (cost_),   \
        .eval = convert_eval, .doc = (doc_)                                                                            \
    }

const struct func FUNCS_CONVERT[] = {
    CONVERSION("tobool", "x:b", 0, 4, "tobool(value): as a bool; a number is true unless it is 0"),
    CONVERSION("toboolean", "x:b", FUNC_ALIAS, 4, "toboolean(value): tobool()"),
    CONVERSION("toint", "x:i", 0, 4, "toint(value): as an int, cut towards zero"),
    CONVERSION("tolong", "x:l", 0, 4, "tolong(value): as a long, cut towards zero"),
    CONVERSION("toreal", "x:r", 0, 6, "toreal(value): as a real"),
    CONVERSION("todouble", "x:r", FUNC_ALIAS, 6, "todouble(value): toreal()"),
    CONVERSION("todecimal", "x:m", 0, 20, "todecimal(value): as a decimal"),
    CONVERSION("todatetime", "x:d", 0, 10, "todatetime(value): as a datetime, in UTC"),
    CONVERSION("totimespan", "x:t", 0, 10, "totimespan(value): as a timespan"),
    CONVERSION("totime", "x:t", FUNC_ALIAS, 10, "totime(value): totimespan()"),
    CONVERSION("toguid", "x:g", 0, 10, "toguid(value): as a guid"),
    CONVERSION("tostring", "x:s", 0, 10, "tostring(value): as text; null is empty"),
    CONVERSION("parse_json", "s:y y:y", 0, 40, "parse_json(text): the value that the JSON text holds, else the text"),
    CONVERSION("todynamic", "s:y y:y", FUNC_ALIAS, 40, "todynamic(text): parse_json()"),
    CONVERSION("toobject", "s:y y:y", FUNC_ALIAS, 40, "toobject(text): parse_json()"),
    CONVERSION("parsejson", "s:y y:y", FUNC_ALIAS, 40, "parsejson(text): parse_json()"),
    {.name = "gettype",
     .signature = "x:s",
     .null_rule = NULL_HANDLED,
     .name_rule = NAME_PREFIXED,
     .cost = 1,
     .eval = gettype_eval,
     .doc = "gettype(value): the name of its type; of a dynamic, of what it holds"},
    {.name = NULL},
};

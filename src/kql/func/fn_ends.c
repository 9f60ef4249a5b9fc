/*
 * fn_ends.c - "ends with one of": what the optimizer makes of a regular expression that says no more than that.
 *
 * The endings are a constant array, one argument however many they are; prepared is the suffix set.
 */
#include "kql/func/fn_ends.h"

#include "base/mem.h"
#include "ddns/suffix.h"
#include "kql/func/func.h"

static enum err_code ends_prepare(struct expr *expr, struct arena *arena, struct err *err)
{
    (void)arena;
    const struct dyn *list = expr->args[1]->value.dyn;
    struct slice *endings = mem_array(NULL, list->count, sizeof *endings);
    if (!endings)
        return err_no_memory(err, list->count * sizeof *endings);
    for (uint32_t i = 0; i < list->count; i++)
        endings[i] = list->items[i]->str;
    struct suffix_set *set = NULL;
    enum err_code code = suffix_set_build(endings, list->count, &set, err);
    mem_free(endings);
    if (code == ERR_NONE)
        expr->prepared = set;
    return code;
}

static void ends_release(void *prepared)
{
    suffix_set_free(prepared);
}

static enum err_code ends_eval(struct eval *eval, const struct expr *expr, const struct column *const *args,
                               const struct selection *rows, struct column *out, struct err *err)
{
    (void)eval;
    (void)err;
    const struct suffix_set *set = expr->prepared;
    const struct column *texts = args[0];
    for (uint32_t i = 0; i < rows->count; i++) {
        uint32_t row = rows->rows[i];
        out->i64[row] = suffix_set_ends(set, texts->str[column_cell(texts, row)]);
    }
    return ERR_NONE;
}

bool ends_may(const void *ends, struct slice text)
{
    const struct expr *expr = ends;
    return suffix_set_ends(expr->prepared, text);
}

const struct func FUNCS_ENDS[] = {
    {.name = "ends with one of",
     .signature = "sy:b",
     .null_rule = NULL_STRICT,
     .flags = FUNC_OPERATOR,
     .cost = 5,
     .prepare = ends_prepare,
     .release = ends_release,
     .eval = ends_eval,
     .doc = "does the text end in one of these endings?"},
    {.name = NULL},
};

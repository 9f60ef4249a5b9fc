/*
 * fn_dynamic.c - paths into dynamics, arrays and bags: the family FUNCS_DYNAMIC.
 *
 * Reaching for what is not there gives null, never an error. Results share what their arguments hold; nothing is
 * copied but text that is made. Source: Kusto reference, array_*(), bag_*(), pack_array(); semantics, section 9.
 */
#include "kql/func/bag_index.h"
#include "kql/func/eval.h"
#include "kql/func/func.h"

#include <stdlib.h>

static const struct dyn *cell_dyn(const struct column *column, uint32_t row)
{
    return column_is_null(column, row) ? &DYN_NULL_VALUE : column->dyn[column_cell(column, row)];
}

static int64_t cell_i64(const struct column *column, uint32_t row)
{
    return column->i64[column_cell(column, row)];
}

static struct slice cell_str(const struct column *column, uint32_t row)
{
    return column->str[column_cell(column, row)];
}

static void set_dyn(struct column *out, uint32_t row, const struct dyn *dyn)
{
    struct value value = value_dyn(dyn);
    column_set(out, row, &value);
}

/* A cell of any type as an element; NULL without memory. */
static const struct dyn *cell_element(struct eval *eval, const struct column *column, uint32_t row)
{
    struct value value = column_value(column, row);
    return value_to_dyn(&value, eval->arena);
}

/* --- paths --- */

/* By a key or an index, whichever the second argument is. */
static const struct dyn *reach(const struct dyn *into, const struct column *column, uint32_t row)
{
    if (column->type == TYPE_LONG)
        return dyn_at(into, cell_i64(column, row));
    if (column->type == TYPE_STRING)
        return dyn_get(into, cell_str(column, row));
    const struct dyn *which = cell_dyn(column, row);
    if (which->kind == DYN_LONG)
        return dyn_at(into, which->i64);
    return which->kind == DYN_STRING ? dyn_get(into, which->str) : NULL;
}

/* A large bag that is the same for all rows is hashed: here a constant, by the executor what toscalar() gave. */
static enum err_code bag_prepare(struct expr *expr, struct arena *arena, struct err *err)
{
    const struct expr *bag = expr->args[0];
    struct bag_index *index = NULL;
    if (bag->kind == EXPR_CONST && !bag->value.is_null && !bag_index_new(bag->value.dyn, arena, &index))
        return err_no_memory(err, bag->value.dyn->count * sizeof(uint32_t));
    expr->prepared = index;
    return ERR_NONE;
}

static const struct bag_index *bag_prepared(const struct eval *eval, const struct expr *expr)
{
    const struct expr *bag = expr->args[0];
    if (bag->kind == EXPR_SCALAR && eval->query->scalar_indexes)
        return eval->query->scalar_indexes[bag->subquery];
    return expr->prepared;
}

static enum err_code index_eval(struct eval *eval, const struct expr *expr, const struct column *const *args,
                                const struct selection *rows, struct column *out, struct err *err)
{
    (void)err;
    const struct bag_index *index = args[1]->type == TYPE_STRING ? bag_prepared(eval, expr) : NULL;
    for (uint32_t i = 0; i < rows->count; i++) {
        uint32_t row = rows->rows[i];
        if (index)
            set_dyn(out, row, bag_index_get(index, cell_str(args[1], row)));
        else
            set_dyn(out, row, reach(cell_dyn(args[0], row), args[1], row));
    }
    return ERR_NONE;
}

/* --- reading arrays and bags --- */

static enum err_code length_eval(struct eval *eval, const struct expr *expr, const struct column *const *args,
                                 const struct selection *rows, struct column *out, struct err *err)
{
    (void)eval, (void)expr, (void)err;
    for (uint32_t i = 0; i < rows->count; i++) {
        uint32_t row = rows->rows[i];
        const struct dyn *array = cell_dyn(args[0], row);
        out->nulls[row] = array->kind != DYN_ARRAY;
        out->i64[row] = array->kind == DYN_ARRAY ? array->count : 0;
    }
    return ERR_NONE;
}

static enum err_code keys_eval(struct eval *eval, const struct expr *expr, const struct column *const *args,
                               const struct selection *rows, struct column *out, struct err *err)
{
    (void)expr;
    for (uint32_t i = 0; i < rows->count; i++) {
        uint32_t row = rows->rows[i];
        const struct dyn *bag = cell_dyn(args[0], row);
        if (bag->kind != DYN_BAG) {
            cell_set_null(out, row);
            continue;
        }
        const struct dyn **items = arena_array(eval->arena, bag->count, sizeof *items);
        struct dyn *keys = arena_array(eval->arena, bag->count, sizeof *keys);
        if (!items || !keys)
            return err_no_memory(err, (uint64_t)bag->count * sizeof *keys);
        for (uint32_t k = 0; k < bag->count; k++) {
            keys[k] = (struct dyn){.kind = DYN_STRING, .str = bag->members[k].key};
            items[k] = &keys[k];
        }
        const struct dyn *array = dyn_new_array(items, bag->count, eval->arena);
        if (!array)
            return err_no_memory(err, sizeof *array);
        set_dyn(out, row, array);
    }
    return ERR_NONE;
}

static enum err_code has_key_eval(struct eval *eval, const struct expr *expr, const struct column *const *args,
                                  const struct selection *rows, struct column *out, struct err *err)
{
    (void)err;
    const struct bag_index *index = bag_prepared(eval, expr);
    for (uint32_t i = 0; i < rows->count; i++) {
        uint32_t row = rows->rows[i];
        const struct dyn *bag = cell_dyn(args[0], row);
        struct slice key = cell_str(args[1], row);
        out->nulls[row] = bag->kind != DYN_BAG;
        out->i64[row] = (index ? bag_index_get(index, key) : dyn_get(bag, key)) != NULL;
    }
    return ERR_NONE;
}

/* A bag key may be a JSON path in Kusto; that is not here yet, and must not pass for a key. */
static enum err_code has_key_bind(struct expr *expr, struct arena *arena, struct err *err)
{
    (void)arena;
    const struct expr *key = expr->args[1];
    if (key->kind == EXPR_CONST && slice_starts(key->value.str, SLICE("$.")))
        return err_query(err, ERR_UNSUPPORTED, key->span, "bag_has_key() with a JSON path is not supported yet");
    return ERR_NONE;
}

/* Index of the wanted element, searched from start through length elements; -1 if it is not there. */
static int64_t index_of(const struct dyn *array, const struct dyn *wanted, int64_t start, int64_t length, int64_t nth)
{
    int64_t count = array->count;
    if (start < 0)
        start = start < -count ? 0 : start + count;
    int64_t end = length < 0 || length > count - start ? count : start + length;
    for (int64_t i = start; i < end; i++)
        if (dyn_equal(array->items[i], wanted) && --nth <= 0)
            return i;
    return -1;
}

static enum err_code index_of_eval(struct eval *eval, const struct expr *expr, const struct column *const *args,
                                   const struct selection *rows, struct column *out, struct err *err)
{
    for (uint32_t i = 0; i < rows->count; i++) {
        uint32_t row = rows->rows[i];
        const struct dyn *array = cell_dyn(args[0], row), *wanted = cell_element(eval, args[1], row);
        if (!wanted)
            return err_no_memory(err, sizeof *wanted);
        int64_t start = expr->arg_count > 2 ? cell_i64(args[2], row) : 0;
        int64_t length = expr->arg_count > 3 ? cell_i64(args[3], row) : -1;
        int64_t nth = expr->arg_count > 4 ? cell_i64(args[4], row) : 1;
        out->nulls[row] = array->kind != DYN_ARRAY || length < -1 || nth < 1;
        out->i64[row] = out->nulls[row] ? 0 : index_of(array, wanted, start, length, nth);
    }
    return ERR_NONE;
}

static enum err_code has_element_eval(struct eval *eval, const struct expr *expr, const struct column *const *args,
                                      const struct selection *rows, struct column *out, struct err *err)
{
    (void)expr;
    for (uint32_t i = 0; i < rows->count; i++) {
        uint32_t row = rows->rows[i];
        const struct dyn *array = cell_dyn(args[0], row), *wanted = cell_element(eval, args[1], row);
        if (!wanted)
            return err_no_memory(err, sizeof *wanted);
        out->nulls[row] = array->kind != DYN_ARRAY;
        out->i64[row] = array->kind == DYN_ARRAY && index_of(array, wanted, 0, -1, 1) >= 0;
    }
    return ERR_NONE;
}

/* --- making arrays --- */

static enum err_code set_array(struct eval *eval, struct column *out, uint32_t row, const struct dyn *const *items,
                               uint32_t count, struct err *err)
{
    const struct dyn *array = dyn_new_array(items, count, eval->arena);
    if (!array)
        return err_no_memory(err, sizeof *array);
    set_dyn(out, row, array);
    return ERR_NONE;
}

static enum err_code pack_array_eval(struct eval *eval, const struct expr *expr, const struct column *const *args,
                                     const struct selection *rows, struct column *out, struct err *err)
{
    for (uint32_t i = 0; i < rows->count; i++) {
        const struct dyn **items = arena_array(eval->arena, expr->arg_count, sizeof *items);
        if (!items)
            return err_no_memory(err, expr->arg_count * sizeof *items);
        for (uint32_t a = 0; a < expr->arg_count; a++)
            if (!(items[a] = cell_element(eval, args[a], rows->rows[i])))
                return err_no_memory(err, sizeof **items);
        TRY(set_array(eval, out, rows->rows[i], items, expr->arg_count, err));
    }
    return ERR_NONE;
}

/* Elements that the arrays of a row have together; false where an argument is no array. */
static bool concat_count(const struct expr *expr, const struct column *const *args, uint32_t row, uint64_t *out_count)
{
    *out_count = 0;
    for (uint32_t a = 0; a < expr->arg_count; a++) {
        const struct dyn *array = cell_dyn(args[a], row);
        if (array->kind != DYN_ARRAY)
            return false;
        *out_count += array->count;
    }
    return *out_count < UINT32_MAX;
}

static enum err_code concat_eval(struct eval *eval, const struct expr *expr, const struct column *const *args,
                                 const struct selection *rows, struct column *out, struct err *err)
{
    for (uint32_t i = 0; i < rows->count; i++) {
        uint32_t row = rows->rows[i];
        uint64_t count;
        if (!concat_count(expr, args, row, &count)) {
            cell_set_null(out, row);
            continue;
        }
        const struct dyn **items = arena_array(eval->arena, count, sizeof *items), **at = items;
        if (!items)
            return err_no_memory(err, count * sizeof *items);
        for (uint32_t a = 0; a < expr->arg_count; a++) {
            const struct dyn *array = cell_dyn(args[a], row);
            for (uint32_t k = 0; k < array->count; k++)
                *at++ = array->items[k];
        }
        TRY(set_array(eval, out, row, items, (uint32_t)count, err));
    }
    return ERR_NONE;
}

/* From start to end, both included, negative ones counted from the end. */
static enum err_code slice_eval(struct eval *eval, const struct expr *expr, const struct column *const *args,
                                const struct selection *rows, struct column *out, struct err *err)
{
    (void)expr;
    for (uint32_t i = 0; i < rows->count; i++) {
        uint32_t row = rows->rows[i];
        const struct dyn *array = cell_dyn(args[0], row);
        if (array->kind != DYN_ARRAY) {
            cell_set_null(out, row);
            continue;
        }
        int64_t count = array->count, start = cell_i64(args[1], row), end = cell_i64(args[2], row);
        if (start < 0)
            start = start < -count ? 0 : start + count;
        if (end < 0)
            end = end < -count ? -1 : end + count;
        if (end >= count)
            end = count - 1;
        bool empty = start > end;
        TRY(set_array(eval, out, row, empty ? NULL : array->items + start, empty ? 0 : (uint32_t)(end - start + 1),
                      err));
    }
    return ERR_NONE;
}

static enum err_code reverse_eval(struct eval *eval, const struct expr *expr, const struct column *const *args,
                                  const struct selection *rows, struct column *out, struct err *err)
{
    (void)expr;
    for (uint32_t i = 0; i < rows->count; i++) {
        uint32_t row = rows->rows[i];
        const struct dyn *array = cell_dyn(args[0], row);
        if (array->kind != DYN_ARRAY) {
            cell_set_null(out, row);
            continue;
        }
        const struct dyn **items = arena_array(eval->arena, array->count, sizeof *items);
        if (!items)
            return err_no_memory(err, (uint64_t)array->count * sizeof *items);
        for (uint32_t k = 0; k < array->count; k++)
            items[k] = array->items[array->count - 1 - k];
        TRY(set_array(eval, out, row, items, array->count, err));
    }
    return ERR_NONE;
}

/* --- making bags --- */

/* Puts a member in, or its value in the place of one with the same key if `replace`. Returns the new count. */
static uint32_t put_member(struct dyn_member *members, uint32_t count, struct dyn_member member, bool replace)
{
    for (uint32_t k = 0; k < count; k++) {
        if (slice_eq(members[k].key, member.key)) {
            if (replace)
                members[k].value = member.value;
            return count;
        }
    }
    members[count] = member;
    return count + 1;
}

static enum err_code set_bag(struct eval *eval, struct column *out, uint32_t row, const struct dyn_member *members,
                             uint32_t count, struct err *err)
{
    const struct dyn *bag = dyn_new_bag(members, count, eval->arena);
    if (!bag)
        return err_no_memory(err, sizeof *bag);
    set_dyn(out, row, bag);
    return ERR_NONE;
}

static enum err_code pack_eval(struct eval *eval, const struct expr *expr, const struct column *const *args,
                               const struct selection *rows, struct column *out, struct err *err)
{
    for (uint32_t i = 0; i < rows->count; i++) {
        uint32_t row = rows->rows[i], count = 0;
        struct dyn_member *members = arena_array(eval->arena, expr->arg_count / 2, sizeof *members);
        if (!members)
            return err_no_memory(err, expr->arg_count / 2 * sizeof *members);
        for (uint32_t a = 0; a + 1 < expr->arg_count; a += 2) {
            struct dyn_member member = {cell_str(args[a], row), cell_element(eval, args[a + 1], row)};
            if (!member.value)
                return err_no_memory(err, sizeof *member.value);
            count = put_member(members, count, member, true);
        }
        TRY(set_bag(eval, out, row, members, count, err));
    }
    return ERR_NONE;
}

static enum err_code pack_bind(struct expr *expr, struct arena *arena, struct err *err)
{
    (void)arena;
    if (expr->arg_count % 2 != 0)
        return err_query(err, ERR_QUERY, expr->span, "%s() needs a value for each key: an even number of arguments",
                         expr->func->name);
    for (uint32_t a = 0; a < expr->arg_count; a += 2)
        if (expr->args[a]->type != TYPE_STRING)
            return err_query(err, ERR_QUERY, expr->args[a]->span, "a key is a string, not a %s",
                             type_name(expr->args[a]->type));
    expr->type = TYPE_DYNAMIC;
    return ERR_NONE;
}

static int compare_texts(const void *a, const void *b)
{
    const struct slice *left = a, *right = b;
    return slice_compare(*left, *right);
}

/* The strings of an array in order, for bsearch(); NULL without memory. */
static struct slice *sorted_texts(struct eval *eval, const struct dyn *array, size_t *out_count)
{
    struct slice *texts = arena_array(eval->arena, array->count, sizeof *texts);
    *out_count = 0;
    for (uint32_t k = 0; texts && k < array->count; k++)
        if (array->items[k]->kind == DYN_STRING)
            texts[(*out_count)++] = array->items[k]->str;
    if (texts)
        qsort(texts, *out_count, sizeof *texts, compare_texts);
    return texts;
}

static enum err_code remove_keys_eval(struct eval *eval, const struct expr *expr, const struct column *const *args,
                                      const struct selection *rows, struct column *out, struct err *err)
{
    (void)expr;
    for (uint32_t i = 0; i < rows->count; i++) {
        uint32_t row = rows->rows[i], count = 0;
        const struct dyn *bag = cell_dyn(args[0], row), *names = cell_dyn(args[1], row);
        if (bag->kind != DYN_BAG || names->kind != DYN_ARRAY) {
            cell_set_null(out, row);
            continue;
        }
        size_t name_count;
        const struct slice *removed = sorted_texts(eval, names, &name_count);
        struct dyn_member *members = arena_array(eval->arena, bag->count, sizeof *members);
        if (!members || !removed)
            return err_no_memory(err, (uint64_t)bag->count * sizeof *members);
        for (uint32_t k = 0; k < bag->count; k++)
            if (!bsearch(&bag->members[k].key, removed, name_count, sizeof *removed, compare_texts))
                members[count++] = bag->members[k];
        TRY(set_bag(eval, out, row, members, count, err));
    }
    return ERR_NONE;
}

/* --- text --- */

static enum err_code strcat_rows(struct eval *eval, const struct column *const *args, const struct selection *rows,
                                 struct buf *text, struct column *out, struct err *err)
{
    for (uint32_t i = 0; i < rows->count; i++) {
        uint32_t row = rows->rows[i];
        const struct dyn *array = cell_dyn(args[0], row);
        buf_clear(text);
        for (uint32_t k = 0; array->kind == DYN_ARRAY && k < array->count; k++) {
            if (k > 0)
                buf_add(text, cell_str(args[1], row));
            dyn_to_text(array->items[k], text);
        }
        out->str[row] = text->failed ? slice_of(NULL, 0) : arena_copy(eval->arena, buf_slice(text));
        if (!out->str[row].ptr)
            return err_no_memory(err, text->len);
    }
    return ERR_NONE;
}

static enum err_code strcat_array_eval(struct eval *eval, const struct expr *expr, const struct column *const *args,
                                       const struct selection *rows, struct column *out, struct err *err)
{
    (void)expr;
    struct buf text;
    buf_init(&text, 0);
    enum err_code code = strcat_rows(eval, args, rows, &text, out, err);
    buf_release(&text);
    return code;
}

const struct func FUNCS_DYNAMIC[] = {
    {.name = "[]",
     .signature = "ys:y yl:y yy:y",
     .flags = FUNC_OPERATOR,
     .cost = 4,
     .prepare = bag_prepare,
     .eval = index_eval,
     .doc = "array[index], bag[key], bag.key: what stands there; negative indexes count from the end"},
    {.name = "array_length",
     .signature = "y:l",
     .cost = 2,
     .eval = length_eval,
     .doc = "array_length(array): how many elements; null for what is no array"},
    {.name = "array_concat",
     .signature = "yy*:y",
     .cost = 10,
     .eval = concat_eval,
     .doc = "array_concat(array, ...): the elements of all of them in one array"},
    {.name = "array_slice",
     .signature = "yll:y",
     .cost = 5,
     .eval = slice_eval,
     .doc = "array_slice(array, start, end): the elements from start to end, both included"},
    {.name = "array_index_of",
     .signature = "yx?lll:l",
     .cost = 10,
     .eval = index_of_eval,
     .doc = "array_index_of(array, value [, start [, length [, occurrence]]]): where it stands, or -1"},
    {.name = "array_reverse",
     .signature = "y:y",
     .cost = 10,
     .eval = reverse_eval,
     .doc = "array_reverse(array): the elements, last first"},
    {.name = "set_has_element",
     .signature = "yx:b",
     .cost = 10,
     .eval = has_element_eval,
     .doc = "set_has_element(array, value): does the array hold the value?"},
    {.name = "pack_array",
     .signature = "x*:y",
     .null_rule = NULL_HANDLED,
     .cost = 10,
     .eval = pack_array_eval,
     .doc = "pack_array(value, ...): an array of them"},
    {.name = "bag_pack",
     .signature = "sx*:=",
     .null_rule = NULL_HANDLED,
     .cost = 10,
     .bind = pack_bind,
     .eval = pack_eval,
     .doc = "bag_pack(key, value, ...): a bag of them"},
    {.name = "pack",
     .signature = "sx*:=",
     .null_rule = NULL_HANDLED,
     .flags = FUNC_ALIAS,
     .cost = 10,
     .bind = pack_bind,
     .eval = pack_eval,
     .doc = "pack(key, value, ...): bag_pack()"},
    {.name = "bag_keys",
     .signature = "y:y",
     .cost = 10,
     .eval = keys_eval,
     .doc = "bag_keys(bag): its keys, as an array"},
    {.name = "bag_has_key",
     .signature = "ys:b",
     .cost = 5,
     .bind = has_key_bind,
     .prepare = bag_prepare,
     .eval = has_key_eval,
     .doc = "bag_has_key(bag, key): does the bag have the key?"},
    {.name = "bag_remove_keys",
     .signature = "yy:y",
     .cost = 10,
     .eval = remove_keys_eval,
     .doc = "bag_remove_keys(bag, keys): the bag without the keys that the array names"},
    {.name = "strcat_array",
     .signature = "ys:s",
     .cost = 15,
     .eval = strcat_array_eval,
     .doc = "strcat_array(array, delimiter): the texts of the elements, joined"},
    {.name = NULL},
};

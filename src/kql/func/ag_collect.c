/*
 * ag_collect.c - make_list, make_set, make_bag and their kin: the values of a group as one array or bag.
 *
 * Nulls are passed over, empty strings are not. make_set of an array adds its elements. At most `limit` elements
 * (1,048,576, or 128 for the older makelist and makeset), the rest is left out without a word (semantics, section 11).
 * A list has the input's order, a set that of first appearance.
 */
#include "event/row_bytes.h"
#include "kql/func/aggr_int.h"
#include "kql/func/eval.h"
#include "kql/func/value_set.h"

#include <string.h>

enum { LIMIT_DEFAULT = 1048576, LIMIT_OLD = 128 };

static enum err_code collect_bind(struct aggr_call *call, int64_t limit, struct arena *arena, struct err *err)
{
    uint32_t at = call->aggr->predicate ? 2 : 1;
    call->limit = limit;
    if (at < call->arg_count) {
        const struct expr *arg = call->args[at];
        if (arg->kind != EXPR_CONST || arg->value.is_null)
            return err_query(err, ERR_QUERY, arg->span, "the size limit of %s() must be a constant", call->aggr->name);
        call->limit = arg->value.i64 < 0 ? 0 : arg->value.i64 < LIMIT_DEFAULT ? arg->value.i64 : LIMIT_DEFAULT;
    }
    call->result_types = arena_array(arena, 1, sizeof *call->result_types);
    if (!call->result_types)
        return err_no_memory(err, sizeof *call->result_types);
    call->result_types[0] = TYPE_DYNAMIC;
    call->result_count = 1;
    return ERR_NONE;
}

static enum err_code new_bind(struct aggr_call *call, struct arena *arena, struct err *err)
{
    return collect_bind(call, LIMIT_DEFAULT, arena, err);
}

static enum err_code old_bind(struct aggr_call *call, struct arena *arena, struct err *err)
{
    return collect_bind(call, LIMIT_OLD, arena, err);
}

static enum err_code array_finish(const struct dyn *const *items, uint32_t count, struct arena *arena,
                                  struct value *out_value, struct err *err)
{
    const struct dyn *array = dyn_new_array(items, count, arena);
    if (!array)
        return err_no_memory(err, sizeof *array);
    *out_value = value_dyn(array);
    return ERR_NONE;
}

/* --- lists --- */

struct list {
    uint32_t count, capacity;
    const struct dyn **items;
};

static bool list_grow(struct list *list, struct arena *arena)
{
    uint32_t capacity = list->capacity ? list->capacity * 2 : 4;
    const struct dyn **items = arena_array(arena, capacity, sizeof *items);
    if (!items)
        return false;
    if (list->count)
        memcpy(items, list->items, list->count * sizeof *items);
    list->items = items;
    list->capacity = capacity;
    return true;
}

static enum err_code list_add(const struct aggr_call *call, void *state, const struct column *const *args, uint32_t row,
                              struct arena *arena, struct err *err)
{
    struct list *list = state;
    if (list->count >= call->limit)
        return ERR_NONE;
    struct value value = column_value(args[0], row), copy;
    if (!value_copy(&value, arena, &copy) || (list->count == list->capacity && !list_grow(list, arena)))
        return err_no_memory(err, sizeof copy);
    TRY(eval_value_to_dyn(&copy, arena, &list->items[list->count], err));
    list->count++;
    return ERR_NONE;
}

static enum err_code list_finish(const struct aggr_call *call, void *state, uint32_t result, struct arena *arena,
                                 struct value *out_value, struct err *err)
{
    (void)call, (void)result;
    const struct list *list = state;
    return array_finish(list->items, list->count, arena, out_value, err);
}

static void list_save(const struct aggr_call *call, const void *state, struct buf *out)
{
    (void)call;
    const struct list *list = state;
    bytes_put_number(out, list->count);
    for (uint32_t i = 0; i < list->count; i++)
        bytes_put_dyn(out, list->items[i]);
}

/* Elements that are to follow, each of a byte at least, fit in a list. */
static enum err_code count_load(struct slice *bytes, uint32_t *out_count, struct err *err)
{
    uint64_t count = 0;
    TRY(bytes_get_number(bytes, &count, err));
    if (count > bytes->len || count > UINT32_MAX)
        return err_set(err, ERR_OUTPUT, "a temporary file is not as it was written");
    *out_count = (uint32_t)count;
    return ERR_NONE;
}

static enum err_code list_load(const struct aggr_call *call, void *state, struct slice *bytes, struct arena *arena,
                               struct err *err)
{
    (void)call;
    struct list *list = state;
    uint32_t count = 0;
    TRY(count_load(bytes, &count, err));
    while (list->count < count) {
        if (list->count == list->capacity && !list_grow(list, arena))
            return err_no_memory(err, count * sizeof *list->items);
        TRY(bytes_get_dyn(bytes, arena, &list->items[list->count], err));
        list->count++;
    }
    return ERR_NONE;
}

/* --- sets --- */

static enum err_code set_add_value(const struct aggr_call *call, struct value_set *set, const struct value *value,
                                   struct arena *arena, struct err *err)
{
    if (set->count >= call->limit)
        return ERR_NONE;
    return value_set_add(set, value, true, arena) ? ERR_NONE : err_no_memory(err, sizeof *value);
}

static enum err_code set_add(const struct aggr_call *call, void *state, const struct column *const *args, uint32_t row,
                             struct arena *arena, struct err *err)
{
    struct value value = column_value(args[0], row);
    if (value.type != TYPE_DYNAMIC || value.dyn->kind != DYN_ARRAY)
        return set_add_value(call, state, &value, arena, err);
    for (uint32_t i = 0; i < value.dyn->count; i++) {
        struct value item = value_dyn(value.dyn->items[i]);
        TRY(set_add_value(call, state, &item, arena, err));
    }
    return ERR_NONE;
}

static enum err_code set_finish(const struct aggr_call *call, void *state, uint32_t result, struct arena *arena,
                                struct value *out_value, struct err *err)
{
    (void)call, (void)result;
    const struct value_set *set = state;
    const struct dyn **items = arena_array(arena, set->count, sizeof *items);
    if (!items)
        return err_no_memory(err, set->count * sizeof *items);
    for (uint32_t i = 0; i < set->count; i++)
        TRY(eval_value_to_dyn(&set->values[i], arena, &items[i], err));
    return array_finish(items, set->count, arena, out_value, err);
}

/* --- bags --- */

struct bag {
    size_t count, capacity;
    struct dyn_member *members;
};

/* Room for one more: keys that came again are united first, so that the memory is that of the different ones. */
static enum err_code bag_grow(struct bag *bag, struct arena *arena, struct err *err)
{
    TRY(dyn_unite_keys(bag->members, &bag->count, err));
    if (bag->count < bag->capacity / 2)
        return ERR_NONE;
    size_t capacity = bag->capacity ? bag->capacity * 2 : 4;
    struct dyn_member *members = arena_array(arena, capacity, sizeof *members);
    if (!members)
        return err_no_memory(err, capacity * sizeof *members);
    if (bag->count)
        memcpy(members, bag->members, bag->count * sizeof *members);
    bag->members = members;
    bag->capacity = capacity;
    return ERR_NONE;
}

/* What is no bag is passed over. */
static enum err_code bag_add(const struct aggr_call *call, void *state, const struct column *const *args, uint32_t row,
                             struct arena *arena, struct err *err)
{
    (void)call;
    struct bag *bag = state;
    struct value value = column_value(args[0], row);
    if (value.dyn->kind != DYN_BAG)
        return ERR_NONE;
    const struct dyn *copy = dyn_copy(value.dyn, arena);
    if (!copy)
        return err_no_memory(err, sizeof *copy);
    for (uint32_t i = 0; i < copy->count; i++) {
        if (bag->count == bag->capacity)
            TRY(bag_grow(bag, arena, err));
        bag->members[bag->count++] = copy->members[i];
    }
    return ERR_NONE;
}

static enum err_code bag_finish(const struct aggr_call *call, void *state, uint32_t result, struct arena *arena,
                                struct value *out_value, struct err *err)
{
    (void)result;
    struct bag *bag = state;
    TRY(dyn_unite_keys(bag->members, &bag->count, err));
    size_t count = bag->count < (size_t)call->limit ? bag->count : (size_t)call->limit;
    const struct dyn *dyn = dyn_new_bag(bag->members, (uint32_t)count, arena);
    if (!dyn)
        return err_no_memory(err, sizeof *dyn);
    *out_value = value_dyn(dyn);
    return ERR_NONE;
}

static void bag_save(const struct aggr_call *call, const void *state, struct buf *out)
{
    (void)call;
    const struct bag *bag = state;
    bytes_put_number(out, bag->count);
    for (size_t i = 0; i < bag->count; i++) {
        const struct dyn key = {.kind = DYN_STRING, .str = bag->members[i].key};
        bytes_put_dyn(out, &key);
        bytes_put_dyn(out, bag->members[i].value);
    }
}

static enum err_code bag_load(const struct aggr_call *call, void *state, struct slice *bytes, struct arena *arena,
                              struct err *err)
{
    (void)call;
    struct bag *bag = state;
    uint32_t count = 0;
    TRY(count_load(bytes, &count, err));
    bag->members = arena_array(arena, count, sizeof *bag->members);
    if (!bag->members)
        return err_no_memory(err, count * sizeof *bag->members);
    bag->capacity = count;
    for (; bag->count < count; bag->count++) {
        const struct dyn *key;
        TRY(bytes_get_dyn(bytes, arena, &key, err));
        bag->members[bag->count].key = key->kind == DYN_STRING ? key->str : SLICE("");
        TRY(bytes_get_dyn(bytes, arena, &bag->members[bag->count].value, err));
    }
    return ERR_NONE;
}

#define LIST_ROW(name_text, prefix_text, signature_text, predicate_number, with_nulls, bind_name, doc_text)            \
    {                                                                                                                  \
        .name = (name_text), .prefix = (prefix_text), .signature = (signature_text), .name_rule = AGGR_NAME_ARG,       \
        .predicate = (predicate_number), .takes_null = (with_nulls), .state_bytes = sizeof(struct list),               \
        .bind = (bind_name), .add = list_add, .finish = list_finish, .save = list_save, .load = list_load,             \
        .doc = (doc_text)                                                                                              \
    }
#define SET_ROW(name_text, prefix_text, signature_text, predicate_number, bind_name, doc_text)                         \
    {                                                                                                                  \
        .name = (name_text), .prefix = (prefix_text), .signature = (signature_text), .name_rule = AGGR_NAME_ARG,       \
        .predicate = (predicate_number), .state_bytes = sizeof(struct value_set), .bind = (bind_name), .add = set_add, \
        .finish = set_finish, .save = set_state_save, .load = set_state_load, .doc = (doc_text)                        \
    }
#define BAG_ROW(name_text, signature_text, predicate_number, bind_name, doc_text)                                      \
    {                                                                                                                  \
        .name = (name_text), .prefix = "bag_", .signature = (signature_text), .name_rule = AGGR_NAME_ARG,              \
        .predicate = (predicate_number), .state_bytes = sizeof(struct bag), .bind = (bind_name), .add = bag_add,       \
        .finish = bag_finish, .save = bag_save, .load = bag_load, .doc = (doc_text)                                    \
    }

const struct aggr AGGRS_COLLECT[] = {
    LIST_ROW("make_list", "list_", "x?l:y", 0, false, new_bind, "make_list(value, limit): an array of the values"),
    LIST_ROW("make_list_if", "list_", "xb?l:y", 2, false, new_bind,
             "make_list_if(value, predicate, limit): make_list() where it is true"),
    LIST_ROW("make_list_with_nulls", "list_", "x:y", 0, true, new_bind,
             "make_list_with_nulls(value): make_list() that keeps nulls"),
    LIST_ROW("makelist", "list_", "x?l:y", 0, false, old_bind, "makelist(value, limit): make_list() of 128 at most"),
    SET_ROW("make_set", "set_", "x?l:y", 0, new_bind, "make_set(value, limit): an array of the different values"),
    SET_ROW("make_set_if", "set_", "xb?l:y", 2, new_bind,
            "make_set_if(value, predicate, limit): make_set() where it is true"),
    SET_ROW("makeset", "set_", "x?l:y", 0, old_bind, "makeset(value, limit): make_set() of 128 at most"),
    BAG_ROW("make_bag", "y?l:y", 0, new_bind, "make_bag(bag, limit): the members of the bags in one bag"),
    BAG_ROW("make_bag_if", "yb?l:y", 2, new_bind, "make_bag_if(bag, predicate, limit): make_bag() where it is true"),
    BAG_ROW("make_dictionary", "y?l:y", 0, old_bind, "make_dictionary(bag, limit): make_bag() of 128 at most"),
    {.name = NULL},
};

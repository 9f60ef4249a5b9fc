/*
 * kb_build.c - making a knowledge base: lists of rows, and the tree of labels over them. See kb_int.h.
 *
 * The tree is made anew for each table that is added, and takes the old one's place only when all of it is there: a failure
 * leaves the knowledge base as it was.
 */
#include "base/mem.h"
#include "ddns/kb_int.h"

#include <stdlib.h>

enum {
    /* Most hosts are under no suffix, and their probe is to meet a free slot at once: with two slots a node a third of the
     * time went into guesses of the processor that failed. A tag is a byte, so that those of the built-in rows (16 KiB) stay
     * in the nearest cache. More would gain a twentieth. */
    SLOTS_PER_NODE = 8,
    SLOTS_MIN = 16,
    /* In the nearest cache too: 8 KiB for the built-in rows. What is more than the next one holds would cost more than it saves. */
    ENDS_PER_NODE = 16,
    ENDS_LOG_MIN = 6,
    ENDS_LOG_MAX = 20
};

/* Bounds the tree's numbers; three labels a row are usual. */
#define NODES_MAX (UINT32_MAX / 4)

static unsigned label_count(struct slice name)
{
    unsigned count = 1;
    for (size_t i = 0; i < name.len; i++)
        count += name.ptr[i] == '.';
    return count;
}

/* Notes how a host ends that a row of this name fits. */
static void end_add(struct kb_tree *tree, struct slice name)
{
    char text[KB_END_MAX + 1] = {0};
    unsigned len = name.len < KB_END_MAX ? (unsigned)name.len + 1 : KB_END_MAX;
    for (unsigned i = 0; i < len && i < name.len; i++)
        text[KB_END_MAX - 1 - i] = name.ptr[name.len - 1 - i];
    if (name.len < len)
        text[KB_END_MAX - len] = '.';
    uint64_t bit = kb_end_bit(tree, kb_word_before(slice_of(text, KB_END_MAX), KB_END_MAX), len);
    tree->ends[bit / 64] |= UINT64_C(1) << bit % 64;
    tree->has_short_ends = tree->has_short_ends || len == KB_END_MIN;
}

static struct kb_node *node_new(struct kb_tree *tree, struct slice tail, uint64_t hash)
{
    uint64_t at = hash & tree->slot_mask;
    while (tree->tags[at])
        at = (at + 1) & tree->slot_mask;
    tree->tags[at] = kb_tag(hash);
    tree->slots[at] = tree->count;
    tree->nodes[tree->count] = (struct kb_node){.name = tail.ptr, .len = (uint16_t)tail.len};
    return &tree->nodes[tree->count++];
}

/* The node of a row's name, made if need be with all of its tails of two labels and more. There is room. */
static struct kb_node *node_of(struct kb_tree *tree, struct slice name)
{
    end_add(tree, name);
    struct kb_walk walk = kb_walk_from(name, tree->seed);
    struct kb_node *node = NULL;
    kb_walk_next(&walk); /* past the last label */
    while (kb_walk_next(&walk)) {
        uint64_t hash = kb_walk_hash(&walk);
        const struct kb_node *known = kb_node_find(tree, kb_walk_tail(&walk), hash);
        node = known ? &tree->nodes[known - tree->nodes] : node_new(tree, kb_walk_tail(&walk), hash);
    }
    return node;
}

/* A node for each label but the last is more than enough, since names share their tails; memory that is not used is not touched. */
static enum err_code tree_reserve(struct kb_tree *tree, const struct kb_list *rules, const struct kb_list *services,
                                  struct err *err)
{
    uint64_t labels = 0;
    for (uint32_t i = 0; i < rules->count; i++) {
        const struct kb_rule *rule = rules->rows[i];
        unsigned count = label_count(rule->suffix);
        labels += count - 1;
        if (count + rule->wildcard > tree->labels_max)
            tree->labels_max = count + rule->wildcard;
    }
    for (uint32_t i = 0; i < services->count; i++)
        labels += label_count(((const struct kb_service *)services->rows[i])->host) - 1;
    if (labels > NODES_MAX)
        return err_set(err, ERR_LIMIT, "the knowledge base would have too many labels");

    uint64_t slots = SLOTS_MIN;
    while (slots < labels * SLOTS_PER_NODE)
        slots *= 2;
    tree->slot_mask = slots - 1;
    unsigned ends_log = ENDS_LOG_MIN;
    while (ends_log < ENDS_LOG_MAX && UINT64_C(1) << ends_log < labels * ENDS_PER_NODE)
        ends_log++;
    tree->ends_mask = (UINT64_C(1) << ends_log) - 1;
    tree->ends = mem_zalloc((UINT64_C(1) << ends_log) / 64, sizeof *tree->ends);
    tree->tags = mem_zalloc(slots, 1);
    tree->slots = mem_array(NULL, slots, sizeof *tree->slots);
    tree->nodes = mem_array(NULL, labels, sizeof *tree->nodes);
    if (!tree->tags || !tree->slots || !tree->nodes || !tree->ends)
        return err_no_memory(err, slots * (sizeof *tree->slots + 1) + labels * sizeof *tree->nodes);
    return ERR_NONE;
}

static void tree_release(struct kb_tree *tree)
{
    mem_free(tree->tags);
    mem_free(tree->slots);
    mem_free(tree->ends);
    mem_free(tree->nodes);
}

/* On failure there is nothing to release. */
static enum err_code tree_build(const struct kb_list *rules, const struct kb_list *services, uint64_t seed,
                                struct kb_tree *out_tree, struct err *err)
{
    struct kb_tree tree = {.seed = seed};
    enum err_code code = tree_reserve(&tree, rules, services, err);
    if (code != ERR_NONE) {
        tree_release(&tree);
        return code;
    }
    for (uint32_t i = 0; i < rules->count; i++) {
        const struct kb_rule *rule = rules->rows[i];
        struct kb_node *node = node_of(&tree, rule->suffix);
        if (rule->except)
            node->except = true;
        else if (rule->wildcard)
            node->wildcard = i + 1;
        else
            node->plain = i + 1;
    }
    for (uint32_t i = 0; i < services->count; i++)
        node_of(&tree, ((const struct kb_service *)services->rows[i])->host)->service = i + 1;
    *out_tree = tree;
    return ERR_NONE;
}

/* Rows that lie one behind the other, in the order of a list. */
static enum err_code list_of(const void *rows, uint32_t count, size_t size, struct kb_list *out_list, struct err *err)
{
    const void **list = mem_array(NULL, count, sizeof *list);
    if (!list)
        return err_no_memory(err, count * sizeof *list);
    for (uint32_t i = 0; i < count; i++)
        list[i] = (const char *)rows + i * size;
    *out_list = (struct kb_list){list, count};
    return ERR_NONE;
}

static enum err_code make(struct kb *kb, uint32_t rule_count, uint32_t service_count, struct err *err)
{
    TRY(list_of(KB_RULES, rule_count, sizeof *KB_RULES, &kb->rules, err));
    TRY(list_of(KB_SERVICES, service_count, sizeof *KB_SERVICES, &kb->services, err));
    /* The address, which nobody outside can foresee, keeps tables from being made to collide. */
    return tree_build(&kb->rules, &kb->services, hash_u64((uintptr_t)kb, 0), &kb->tree, err);
}

static enum err_code open_with(uint32_t rule_count, uint32_t service_count, struct kb **out_kb, struct err *err)
{
    struct kb *kb = mem_zalloc(1, sizeof *kb);
    if (!kb)
        return err_no_memory(err, sizeof *kb);
    enum err_code code = make(kb, rule_count, service_count, err);
    if (code != ERR_NONE) {
        kb_free(kb);
        return code;
    }
    *out_kb = kb;
    return ERR_NONE;
}

enum err_code kb_open(struct kb **out_kb, struct err *err)
{
    return open_with(KB_RULE_COUNT, KB_SERVICE_COUNT, out_kb, err);
}

enum err_code kb_open_empty(struct kb **out_kb, struct err *err)
{
    return open_with(0, 0, out_kb, err);
}

static void table_free(struct kb_table *table)
{
    arena_release(&table->arena);
    mem_free(table);
}

void kb_free(struct kb *kb)
{
    if (!kb)
        return;
    for (struct kb_table *table = kb->tables, *before; table; table = before) {
        before = table->before;
        table_free(table);
    }
    tree_release(&kb->tree);
    mem_free(kb->rules.rows);
    mem_free(kb->services.rows);
    mem_free(kb);
}

/* --- adding --- */

struct sort_row {
    struct kb_read_row read;
    const struct kb_form *form;
};

static int compare_read(const void *left, const void *right)
{
    const struct sort_row *a = left, *b = right;
    int order = a->form->compare(a->read.row, b->read.row);
    if (order != 0)
        return order;
    return a->read.line < b->read.line ? -1 : a->read.line > b->read.line;
}

/* Of the rows that stand twice the one that comes first in the table. */
static enum err_code check_twice(const struct sort_row *rows, uint32_t count, const char *name, struct err *err)
{
    const struct sort_row *again = NULL, *first = NULL;
    for (uint32_t i = 1; i < count; i++)
        if (rows[i].form->compare(rows[i].read.row, rows[i - 1].read.row) == 0 &&
            (!again || rows[i].read.line < again->read.line)) {
            again = &rows[i];
            first = &rows[i - 1];
        }
    if (!again)
        return ERR_NONE;
    char text[KB_NAME_MAX + 3];
    again->form->show(again->read.row, text);
    err_set(err, ERR_USAGE, "\"%s\" stands twice, first in line %u", text, first->read.line);
    return err_at(err, "%s:%u", name, again->read.line);
}

const struct kb_rule *kb_list_find(const struct kb_list *rules, const struct kb_rule *wanted)
{
    uint32_t low = 0, high = rules->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int order = KB_RULE_FORM.compare(rules->rows[middle], wanted);
        if (order == 0)
            return rules->rows[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

/* An exception without its wildcard would do nothing, which nobody means who writes one. */
static enum err_code check_exceptions(const struct kb_read_row *rows, uint32_t count, const struct kb_list *rules,
                                      const char *name, struct err *err)
{
    for (uint32_t i = 0; i < count; i++) {
        const struct kb_rule *rule = rows[i].row;
        size_t dot = (size_t)slice_find(rule->suffix, SLICE("."), 0);
        const struct kb_rule wildcard = {.suffix = slice_cut(rule->suffix, dot + 1, SIZE_MAX), .wildcard = true};
        if (!rule->except || kb_list_find(rules, &wildcard))
            continue;
        err_set(err, ERR_USAGE, "\"!%.*s\" is an exception to nothing: there is no row \"*.%.*s\"",
                SLICE_ARG(rule->suffix), SLICE_ARG(wildcard.suffix));
        return err_at(err, "%s:%u", name, rows[i].line);
    }
    return ERR_NONE;
}

/* The old list and the sorted rows; of two that compare equal the new one. */
static enum err_code merge(const struct kb_list *old, const struct sort_row *rows, uint32_t count,
                           struct kb_list *out_list, struct err *err)
{
    size_t most = (size_t)old->count + count;
    if (most > NODES_MAX)
        return err_set(err, ERR_LIMIT, "the knowledge base would have too many rows");
    const void **list = mem_array(NULL, most, sizeof *list);
    if (!list)
        return err_no_memory(err, most * sizeof *list);
    uint32_t taken = 0, from_old = 0;
    for (uint32_t i = 0; i < count; i++) {
        int order = 1;
        while (from_old < old->count && (order = rows[i].form->compare(old->rows[from_old], rows[i].read.row)) < 0)
            list[taken++] = old->rows[from_old++];
        if (from_old < old->count && order == 0)
            from_old++;
        list[taken++] = rows[i].read.row;
    }
    while (from_old < old->count)
        list[taken++] = old->rows[from_old++];
    *out_list = (struct kb_list){list, taken};
    return ERR_NONE;
}

static enum err_code merge_read(const struct kb_form *form, const struct kb_list *old, const struct kb_read_row *rows,
                                uint32_t count, const char *name, struct kb_list *out_list, struct err *err)
{
    struct sort_row *sorted = mem_array(NULL, count, sizeof *sorted);
    if (!sorted)
        return err_no_memory(err, count * sizeof *sorted);
    for (uint32_t i = 0; i < count; i++)
        sorted[i] = (struct sort_row){rows[i], form};
    qsort(sorted, count, sizeof *sorted, compare_read);
    enum err_code code = check_twice(sorted, count, name, err);
    if (code == ERR_NONE)
        code = merge(old, sorted, count, out_list, err);
    mem_free(sorted);
    return code;
}

/* Puts a list in the place of the old one, with a tree over both lists. list is the callee's, whatever comes of it. */
static enum err_code replace(struct kb *kb, struct kb_list *place, struct kb_list list, struct err *err)
{
    struct kb_tree tree;
    const struct kb_list *rules = place == &kb->rules ? &list : &kb->rules;
    const struct kb_list *services = place == &kb->services ? &list : &kb->services;
    enum err_code code = tree_build(rules, services, kb->tree.seed, &tree, err);
    if (code != ERR_NONE) {
        mem_free(list.rows);
        return code;
    }
    tree_release(&kb->tree);
    mem_free(place->rows);
    kb->tree = tree;
    *place = list;
    return ERR_NONE;
}

/* The old list with the rows of a table, which live in arena. */
static enum err_code read_and_merge(const struct kb_form *form, const struct kb_list *old, struct slice table,
                                    const char *name, struct arena *arena, struct kb_list *out_list, struct err *err)
{
    struct kb_read_row *rows;
    struct kb_list list = {0};
    uint32_t count;
    TRY(kb_table_read(form, table, name, arena, NULL, &rows, &count, err));
    enum err_code code = merge_read(form, old, rows, count, name, &list, err);
    if (code == ERR_NONE && form == &KB_RULE_FORM)
        code = check_exceptions(rows, count, &list, name, err);
    mem_free(rows);
    if (code != ERR_NONE)
        mem_free(list.rows);
    else
        *out_list = list;
    return code;
}

static enum err_code add(struct kb *kb, const struct kb_form *form, struct kb_list *place, struct slice text,
                         const char *name, struct err *err)
{
    struct kb_list list;
    struct kb_table *table = mem_zalloc(1, sizeof *table);
    if (!table)
        return err_no_memory(err, sizeof *table);
    arena_init(&table->arena, 0);
    enum err_code code = read_and_merge(form, place, text, name, &table->arena, &list, err);
    if (code == ERR_NONE)
        code = replace(kb, place, list, err);
    if (code != ERR_NONE) {
        table_free(table);
        return code;
    }
    table->before = kb->tables;
    kb->tables = table;
    return ERR_NONE;
}

enum err_code kb_add(struct kb *kb, struct slice table, const char *name, struct err *err)
{
    return add(kb, &KB_RULE_FORM, &kb->rules, table, name, err);
}

enum err_code kb_add_services(struct kb *kb, struct slice table, const char *name, struct err *err)
{
    return add(kb, &KB_SERVICE_FORM, &kb->services, table, name, err);
}

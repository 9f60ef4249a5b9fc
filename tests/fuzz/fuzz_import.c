/*
 * fuzz_import.c - lists in every form: whatever is read, what comes out is a table that the knowledge base takes.
 *
 * The first byte chooses the form (or leaves it to the text) and the columns.
 */
#include "fuzz.h"

#include "base/buf.h"
#include "ddns/kb.h"
#include "import/import.h"

static size_t type_count(void)
{
    size_t count = 0;
    while (IMPORT_TYPES[count])
        count++;
    return count;
}

static bool in_order(const struct import_entry *a, const struct import_entry *b)
{
    int order = slice_compare(a->name, b->name);
    if (order != 0)
        return order < 0;
    return (a->except ? 2 : a->wildcard) < (b->except ? 2 : b->wildcard);
}

/* The table that `providers import` writes, given to the knowledge base. */
static void check_table(const struct import *import)
{
    struct buf table;
    struct err err = {0};
    struct kb *kb = NULL;
    buf_init(&table, 0);
    buf_add_cstr(&table, "suffix\tprovider\n");
    for (size_t i = 0; i < import->entry_count; i++) {
        const struct import_entry *entry = &import->entries[i];
        FUZZ_CHECK(i == 0 || in_order(&import->entries[i - 1], entry));
        FUZZ_CHECK(!entry->allowed && !(entry->wildcard && entry->except));
        FUZZ_CHECK(entry->provider.len <= IMPORT_PROVIDER_MAX);
        buf_add_cstr(&table, entry->wildcard ? "*." : entry->except ? "!" : "");
        buf_add(&table, entry->name);
        buf_add_char(&table, '\t');
        buf_add(&table, entry->provider.len > 0 ? entry->provider : SLICE("Unknown"));
        buf_add_char(&table, '\n');
    }
    FUZZ_CHECK(kb_open_empty(&kb, &err) == ERR_NONE);
    enum err_code code = kb_add(kb, buf_slice(&table), "table", &err);
    if (code != ERR_NONE)
        fprintf(stderr, "%s: %s\n", err.where, err.text);
    FUZZ_CHECK(code == ERR_NONE);
    FUZZ_CHECK(kb_rule_count(kb) == import->entry_count);
    kb_free(kb);
    buf_release(&table);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    struct import import;
    struct err err;
    import_init(&import);
    size_t types = type_count(), choice = data[0] % (types + 1);
    import.forced = choice < types ? IMPORT_TYPES[choice] : NULL;
    if (data[0] >= 128) {
        import.column = SLICE("b");
        import.provider_column = SLICE("c");
    }
    struct slice text = slice_of((const char *)data + 1, size - 1);
    enum err_code code = import_read(&import, text, "list", &err);
    FUZZ_CHECK(code == ERR_NONE || code == ERR_INPUT || code == ERR_USAGE || code == ERR_LIMIT);
    import_finish(&import);
    check_table(&import);
    import_release(&import);
    return 0;
}

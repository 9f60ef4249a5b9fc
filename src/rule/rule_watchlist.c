/*
 * rule_watchlist.c - the list as a CSV file for a Sentinel watchlist: see rule.h.
 *
 * Entry is what a query looks up, and so the SearchKey to name when the watchlist is made. No column is called as one that
 * Log Analytics adds by itself (Type, SearchKey, TenantId ...).
 */
#include "rule/rule_int.h"

/* RFC 4180: quotes where a comma, a quote or a line end asks for them. */
static void add_cell(struct slice text, char end, struct buf *out)
{
    bool quote = false;
    for (size_t i = 0; i < text.len; i++)
        quote = quote || text.ptr[i] == ',' || text.ptr[i] == '"' || text.ptr[i] == '\n' || text.ptr[i] == '\r';
    if (quote)
        buf_add_char(out, '"');
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '"')
            buf_add_char(out, '"');
        buf_add_char(out, text.ptr[i]);
    }
    if (quote)
        buf_add_char(out, '"');
    buf_add_char(out, end);
}

enum err_code rule_watchlist(const struct kb *kb, const struct rule_scope *scope, struct arena *arena, struct buf *out,
                             struct err *err)
{
    struct err ignored;
    err = err ? err : &ignored; /* a hint is added to it */
    struct entries entries;
    TRY(entries_list(kb, scope, arena, &entries, err));
    buf_add_cstr(out, "Entry,EntryType,Operator,Category\n");
    for (size_t i = 0; i < entries.count; i++) {
        const struct entry *entry = &entries.items[i];
        add_cell(entry->name, ',', out);
        add_cell(slice_from_cstr(entry_type_name(entry->type)), ',', out);
        add_cell(entry->provider, ',', out);
        add_cell(slice_from_cstr(kb_category_name(entry->category)), '\n', out);
    }
    if (out->failed)
        return err_no_memory(err, out->len);
    if (out->len <= WATCHLIST_BYTES_MAX)
        return ERR_NONE;
    (void)err_set(err, ERR_USAGE, "the list has %zu bytes, and a file for a watchlist may have %d", out->len,
                  (int)WATCHLIST_BYTES_MAX);
    return err_hint(err, "narrow it down with --category or --provider");
}

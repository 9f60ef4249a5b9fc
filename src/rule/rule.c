/*
 * rule.c - a rule as texts that each fit: see rule.h.
 *
 * Without a limit, or where it is kept, the list names each operator beside its suffix. Where that is too long operators are
 * numbered; where that is too long as well the list is split, if that was asked for: groups of entries in their order, as many as
 * fit a text, found by writing it.
 */
#include "rule/rule.h"

#include "rule/rule_int.h"

const struct rule_product RULE_PRODUCTS[] = {
    {.name = "hunting", .title = "advanced hunting"},
    {.name = "custom-detection", .title = "a custom detection", .is_detection = true},
    {.name = "continuous", .title = "a continuous (NRT) custom detection", .row_by_row = true, .is_detection = true},
    {.name = "sentinel-hunting", .title = "Sentinel's logs", .dialect = RULE_SENTINEL, .takes_watchlists = true},
    {.name = "sentinel-analytics",
     .title = "a Sentinel analytics rule",
     .dialect = RULE_SENTINEL,
     .max_chars = 10000,
     .takes_watchlists = true},
    {.name = "sentinel-nrt",
     .title = "a Sentinel NRT rule",
     .dialect = RULE_SENTINEL,
     .max_chars = 10000,
     .takes_watchlists = true},
    {.name = NULL},
};

const char *rule_product_name(size_t index)
{
    return RULE_PRODUCTS[index].name;
}

const char *rule_dialect_name(size_t index)
{
    static const char *const NAMES[] = {[RULE_DEFENDER] = "defender", [RULE_SENTINEL] = "sentinel", NULL};
    return NAMES[index];
}

/* What the making of texts is about. */
struct job {
    const struct rule_request *request;
    struct arena *arena;
    struct lowered lowered;
    struct entries entries;
    struct err *err;
};

static bool fits(const struct job *job, size_t chars)
{
    return job->request->max_chars == 0 || chars <= job->request->max_chars;
}

/* The text of a part, in the arena. */
static enum err_code part_write(struct job *job, const struct part *part, struct slice *out_text, size_t *out_chars)
{
    struct buf text;
    buf_init(&text, 0);
    enum err_code code = text_write(job->request, &job->lowered, part, job->arena, &text, job->err);
    if (code == ERR_NONE) {
        *out_text = arena_copy(job->arena, buf_slice(&text));
        *out_chars = text_chars(*out_text);
        code = out_text->ptr ? ERR_NONE : err_no_memory(job->err, text.len);
    }
    buf_release(&text);
    return code;
}

/* How long it would be. */
static enum err_code part_measure(struct job *job, const struct part *part, size_t *out_chars)
{
    struct buf text;
    struct arena scratch;
    buf_init(&text, 0);
    arena_init(&scratch, 0);
    enum err_code code = text_write(job->request, &job->lowered, part, &scratch, &text, job->err);
    *out_chars = text_chars(buf_slice(&text));
    arena_release(&scratch);
    buf_release(&text);
    return code;
}

/* --- one text --- */

static bool name_may_hold_category(const struct entries *entries)
{
    for (size_t i = 0; i < entries->count; i++)
        if (slice_find(entries->items[i].provider, SLICE("|"), 0) >= 0)
            return true;
    return false;
}

static enum err_code too_long(const struct job *job, size_t chars)
{
    const struct rule_request *request = job->request;
    (void)err_set(job->err, ERR_USAGE, "the rule has %zu characters, and %s may have %u", chars,
                  request->product->title, request->max_chars);
    if (!lowered_has_list(&job->lowered) || request->watchlist)
        return err_hint(job->err, "the tuning is what makes it long: write less of it");
    return err_hint(job->err, "--split gives several that each fit%s",
                    request->dialect == RULE_SENTINEL ? "; --watchlist NAME takes the list out of the text" : "");
}

/* The whole list: readable if that fits, else short. *out_text stays empty if neither does. */
static enum err_code write_whole(struct job *job, struct slice *out_text, size_t *out_chars)
{
    struct part part = {.entries = job->entries.items, .count = job->entries.count};
    if (job->request->watchlist || !lowered_has_list(&job->lowered)) {
        part.form = VALUE_PAIR;
        return part_write(job, &part, out_text, out_chars);
    }
    part.form = name_may_hold_category(&job->entries) ? VALUE_NUMBER : VALUE_TEXT;
    TRY(part_write(job, &part, out_text, out_chars));
    if (fits(job, *out_chars) || part.form == VALUE_NUMBER)
        return ERR_NONE;
    part.form = VALUE_NUMBER;
    return part_write(job, &part, out_text, out_chars);
}

/* --- several --- */

/* The end of the group that begins at start. */
static size_t group_end(const struct entries *entries, size_t start)
{
    size_t end = start;
    while (end < entries->count && entries->items[end].group == entries->items[start].group)
        end++;
    return end;
}

static enum err_code group_too_long(const struct job *job, size_t start, size_t end, size_t chars)
{
    size_t list = 0;
    for (size_t i = start; i < end; i++)
        list += job->entries.items[i].name.len;
    (void)err_set(job->err, ERR_USAGE, "even %.*s alone takes %zu characters, and %s may have %u",
                  SLICE_ARG(job->entries.items[start].name), chars, job->request->product->title,
                  job->request->max_chars);
    if (list * 2 > chars)
        return err_hint(job->err,
                        "%zu suffixes that lie in one another must stay in one text; --watchlist NAME takes the "
                        "list out of it",
                        end - start);
    return err_hint(job->err,
                    "without the list it is the rule and its tuning, above all lists of allowed domains: write "
                    "less of it, or use --no-comments");
}

/* More than can fit from start, whatever else is in the text: each entry takes its name, two quotes, a colon and a number. */
static size_t bound_end(const struct job *job, size_t start)
{
    size_t chars = 0, end = start;
    while (end < job->entries.count && chars <= job->request->max_chars)
        chars += job->entries.items[end++].name.len + 4;
    return end < job->entries.count ? group_end(&job->entries, end - 1) : end;
}

/* As many groups from start as fit a text. */
static enum err_code take_groups(struct job *job, size_t start, size_t *out_end)
{
    size_t low = group_end(&job->entries, start), high = bound_end(job, start), chars;
    struct part part = {.entries = job->entries.items + start, .form = VALUE_NUMBER, .number = 999, .total = 999};
    part.count = low - start;
    TRY(part_measure(job, &part, &chars));
    if (!fits(job, chars))
        return group_too_long(job, start, low, chars);
    while (low < high) {
        size_t middle = group_end(&job->entries, low + (high - low) / 2);
        part.count = middle - start;
        TRY(part_measure(job, &part, &chars));
        if (fits(job, chars)) {
            low = middle;
            continue;
        }
        /* The end of the group before the one that is too much. */
        high = low + (high - low) / 2;
        while (high > low && job->entries.items[high - 1].group == job->entries.items[high].group)
            high--;
    }
    *out_end = low;
    return ERR_NONE;
}

static enum err_code write_parts(struct job *job, struct rule_texts *out_texts)
{
    size_t count = 0, *ends = arena_array(job->arena, job->entries.count, sizeof *ends);
    if (!ends)
        return err_no_memory(job->err, job->entries.count * sizeof *ends);
    for (size_t start = 0; start < job->entries.count; start = ends[count++])
        TRY(take_groups(job, start, &ends[count]));
    out_texts->items = arena_array(job->arena, count, sizeof *out_texts->items);
    if (!out_texts->items)
        return err_no_memory(job->err, count * sizeof *out_texts->items);
    for (size_t i = 0, start = 0; i < count; start = ends[i++]) {
        size_t chars;
        struct part part = {.entries = job->entries.items + start,
                            .count = ends[i] - start,
                            .form = VALUE_NUMBER,
                            .number = i + 1,
                            .total = count};
        TRY(part_write(job, &part, &out_texts->items[i], &chars));
    }
    out_texts->count = count;
    return ERR_NONE;
}

/* --- all --- */

static enum err_code check_depth(const struct job *job)
{
    for (size_t i = 0; i < job->entries.count; i++) {
        struct slice name = job->entries.items[i].name;
        unsigned labels = 1;
        for (size_t c = 0; c < name.len; c++)
            labels += name.ptr[c] == '.';
        if (labels >= RULE_LABELS_MAX && job->entries.items[i].type != ENTRY_SERVICE)
            return err_set(job->err, ERR_USAGE, "the suffix %.*s has too many labels to be printed", SLICE_ARG(name));
    }
    return ERR_NONE;
}

static enum err_code check_request(const struct rule_request *request, struct err *err)
{
    if (!request->watchlist)
        return ERR_NONE;
    if (request->dialect != RULE_SENTINEL || !request->product->takes_watchlists) {
        (void)err_set(err, ERR_USAGE, "%s knows no watchlists: they are Sentinel's", request->product->title);
        return err_hint(err, "--for sentinel-analytics --watchlist %s", request->watchlist);
    }
    size_t len = strlen(request->watchlist);
    bool good =
        len >= 3 && len <= 64 && ascii_is_alnum(request->watchlist[0]) && ascii_is_alnum(request->watchlist[len - 1]);
    for (size_t i = 0; good && i < len; i++)
        good = ascii_is_alnum(request->watchlist[i]) || strchr(" -_", request->watchlist[i]);
    if (good)
        return ERR_NONE;
    return err_set(err, ERR_USAGE,
                   "\"%s\" can't be a watchlist's alias: 3 to 64 letters and digits, between them blanks, - and _",
                   request->watchlist);
}

/* What a continuous detection may not take, told once. */
static enum err_code note_unlisted(struct job *job, struct slice text, struct rule_notes *notes)
{
    if (!job->request->product->row_by_row)
        return ERR_NONE;
    struct buf names;
    buf_init(&names, 0);
    enum err_code code = listed_check(text, job->arena, &names, job->err);
    if (code == ERR_NONE && names.len > 0)
        rule_note(
            notes, job->arena,
            "the documented list of features for continuous detections does not name %.*s: if the portal refuses the "
            "rule, run it every hour",
            SLICE_ARG(buf_slice(&names)));
    buf_release(&names);
    return code;
}

/* Kusto's dynamic values have at most 1 MiB. */
static void note_large(const struct job *job, size_t chars, struct rule_notes *notes)
{
    enum { DYNAMIC_MAX = 1 << 20 };
    if (lowered_has_list(&job->lowered) && !job->request->watchlist && chars > DYNAMIC_MAX)
        rule_note(
            notes, job->arena,
            "the list has more than the 1 MiB that a dynamic value may have in Kusto: --max-chars 1000000 --split");
}

enum err_code rule_print(const struct rule_request *request, struct arena *arena, struct rule_texts *out_texts,
                         struct rule_notes *out_notes, struct err *err)
{
    struct err ignored;
    err = err ? err : &ignored; /* hints are added to it */
    struct job job = {.request = request, .arena = arena, .err = err};
    size_t chars = 0;
    TRY(check_request(request, err));
    TRY(rule_lower(request, arena, &job.lowered, out_notes, err));
    if (request->watchlist && !lowered_has_list(&job.lowered))
        rule_note(out_notes, arena, "the rule %s looks no suffix up: the watchlist is not read", request->name);
    TRY(entries_list(request->kb, &request->scope, arena, &job.entries, err));
    TRY(check_depth(&job));
    out_texts->items = arena_array(arena, 1, sizeof *out_texts->items);
    if (!out_texts->items)
        return err_no_memory(err, sizeof *out_texts->items);
    out_texts->count = 1;
    TRY(write_whole(&job, &out_texts->items[0], &chars));
    TRY(note_unlisted(&job, out_texts->items[0], out_notes));
    if (fits(&job, chars)) {
        note_large(&job, chars, out_notes);
        return ERR_NONE;
    }
    if (!request->split || request->watchlist || !lowered_has_list(&job.lowered))
        return too_long(&job, chars);
    return write_parts(&job, out_texts);
}

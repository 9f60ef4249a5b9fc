/*
 * import_adblock.c - filter lists of ad blockers and blocking resolvers: "||name^".
 *
 * Only rules that block a name with all below it, under no condition, name a suffix. "@@||name^" takes a name out again. Names
 * alone and lines of hosts files may stand between, as AdGuard Home allows.
 * Sources: "How to write filters" of Adblock Plus; AdGuard Home, "Hosts blocklists".
 */
#include "import/import_int.h"

static const char COSMETIC[] = "cosmetic rules", PARTS[] = "rules for parts of a site",
                  CONDITIONS[] = "rules with conditions", REGEX[] = "regular expressions";

static bool is_comment(struct slice line)
{
    return line.len == 0 || line.ptr[0] == '!' || line.ptr[0] == '[' || slice_eq(line, SLICE("#")) ||
           slice_starts(line, SLICE("# "));
}

static bool is_cosmetic(struct slice line)
{
    static const char *const MARKS[] = {"##", "#@#", "#?#", "#$#", "#%#", "#@?#", "#@$#", "$$", "$@$"};
    for (size_t i = 0; i < sizeof MARKS / sizeof *MARKS; i++)
        if (slice_find(line, slice_from_cstr(MARKS[i]), 0) >= 0)
            return true;
    return false;
}

/* A list with rules for names has some among its first lines, or says what it is. */
static bool adblock_detect(const struct import *import, struct slice head)
{
    (void)import;
    struct slice line;
    while (line_take(&head, &line)) {
        line = slice_trim(line);
        if (slice_starts(line, SLICE("||")) || slice_starts(line, SLICE("@@||")) ||
            slice_starts(line, SLICE("[Adblock")) || slice_starts(line, SLICE("! Title:")))
            return true;
    }
    return false;
}

/* Options that do not make a rule one of another kind: what is requested, and by whom. */
static bool has_condition(struct slice options)
{
    static const char *const ENDS[] = {"badfilter", "removeparam", "dnsrewrite", "popup",  "generichide",
                                       "elemhide",  "redirect",    "csp",        "replace"};
    while (options.len > 0) {
        ptrdiff_t comma = slice_find(options, SLICE(","), 0);
        size_t len = comma < 0 ? options.len : (size_t)comma;
        struct slice option = slice_trim(slice_cut(options, 0, len));
        options = slice_cut(options, len + 1, options.len);
        if (slice_find(option, SLICE("="), 0) >= 0)
            return true;
        for (size_t i = 0; i < sizeof ENDS / sizeof *ENDS; i++)
            if (slice_eq(option, slice_from_cstr(ENDS[i])))
                return true;
    }
    return false;
}

/* "name^$options", behind the two bars. */
static enum err_code read_rule(struct import *import, uint64_t number, struct slice rule, bool allowed, struct err *err)
{
    size_t end = 0;
    while (end < rule.len && !strchr("^$/|:?", rule.ptr[end]))
        end++;
    struct slice name = slice_cut(rule, 0, end), rest = slice_cut(rule, end, rule.len);
    if (slice_starts(rest, SLICE("^")))
        rest = slice_cut(rest, 1, rest.len);
    if (slice_starts(rest, SLICE("|")))
        rest = slice_cut(rest, 1, rest.len);
    bool conditional = slice_starts(rest, SLICE("$")) && has_condition(slice_cut(rest, 1, rest.len));
    if (rest.len > 0 && rest.ptr[0] != '$')
        import_pass(import, PARTS);
    else if (conditional)
        import_pass(import, CONDITIONS);
    else
        return import_name(import, number, name, allowed ? IMPORT_ALLOWED : IMPORT_PLAIN_NAME, SLICE(""), err);
    return ERR_NONE;
}

static enum err_code read_line(struct import *import, uint64_t number, struct slice line, struct err *err)
{
    bool allowed = slice_starts(line, SLICE("@@"));
    struct slice rule = slice_cut(line, allowed ? 2 : 0, line.len);
    if (slice_starts(rule, SLICE("||")))
        return read_rule(import, number, slice_cut(rule, 2, rule.len), allowed, err);
    if (rule.len > 1 && rule.ptr[0] == '/' && rule.ptr[rule.len - 1] == '/') {
        import_pass(import, REGEX);
        return ERR_NONE;
    }
    if (!allowed && import_is_hosts_line(line))
        return import_hosts_line(import, number, line, err);
    if (!allowed && import_is_name_like(line))
        return import_name(import, number, line, IMPORT_PLAIN_NAME, SLICE(""), err);
    import_pass(import, PARTS);
    return ERR_NONE;
}

static enum err_code adblock_read(struct import *import, struct slice text, struct err *err)
{
    struct slice line;
    for (uint64_t number = 1; line_take(&text, &line); number++) {
        line = slice_trim(line);
        if (is_comment(line))
            continue;
        if (is_cosmetic(line))
            import_pass(import, COSMETIC);
        else
            TRY(read_line(import, number, line, err));
    }
    return ERR_NONE;
}

const struct import_type IMPORT_ADBLOCK = {
    .name = "adblock", .title = "AdBlock filters: ||name^", .detect = adblock_detect, .read = adblock_read};

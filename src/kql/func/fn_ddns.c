/*
 * fn_ddns.c - ddns_host, ddns_suffix, ddns_provider, ddns_category, ddns_kind: what a text says of a dynamic-DNS host.
 *
 * Ours, not Kusto's; docs/functions.md has them as its reference would. Each takes the text as it stands in RemoteUrl and does
 * the whole way itself, so that none depends on what another made of it; `ddnshunt rule` writes them out in plain KQL. The
 * knowledge base is the query's: without one (a plan bound without it) no text is under a known suffix.
 */
#include "kql/func/fn_ddns.h"

#include "ddns/kb.h"
#include "host/host.h"
#include "kql/func/eval.h"
#include "kql/func/fn_text.h"
#include "kql/func/func.h"

#define EVAL_PARAMETERS                                                                                                \
    struct eval *eval, const struct expr *expr, const struct column *const *args, const struct selection *rows,        \
        struct column *out, struct err *err

bool ddns_may_know(const void *knowledge, struct slice text)
{
    struct host host;
    struct kb_match match;
    if (!host_extract_plain(text, &host))
        return true;
    return host.kind == HOST_NAME && kb_find(knowledge, host.name, &match);
}

/* Most names are under no suffix, which is sooner known than whether they are an address. */
bool ddns_may_know_name(const void *knowledge, struct slice text)
{
    struct host host;
    struct kb_match match;
    bool has_dots = text.ptr[0] == '.' || text.ptr[text.len - 1] == '.'; /* then the host is not all of it */
    if (!has_dots && !kb_find(knowledge, text, &match))
        return false;
    host_of_name(text, &host);
    return host.kind == HOST_NAME && (!has_dots || kb_find(knowledge, host.name, &match));
}

/*
 * What was found for a text. A rule asks one text for its suffix, provider, category and kind, one after the other for all
 * rows: the way to them is gone once.
 */
struct answer {
    struct slice text; /* the very bytes, which stay as long as the batch; ptr NULL: nothing was asked */
    struct slice name; /* "": no host name */
    bool is_known;
    struct kb_match match;
};

struct memo {
    uint32_t count;
    struct answer answers[]; /* of row % count */
};

enum { MEMO_MAX = 1024 };

/* Where the row's answer stands, or will; NULL: no memory. */
static struct answer *answer_at(const struct eval *eval, uint32_t row)
{
    struct memo *memo = *eval->batch->memo;
    if (!memo) {
        uint32_t count = eval->batch->row_count < MEMO_MAX ? eval->batch->row_count : MEMO_MAX;
        memo = arena_zalloc(eval->arena, 1, sizeof *memo + count * sizeof memo->answers[0]);
        if (!memo)
            return NULL;
        memo->count = count;
        *eval->batch->memo = memo;
    }
    return &memo->answers[row % memo->count];
}

static enum err_code answer_find(struct eval *eval, struct slice text, struct buf *scratch, struct answer *out_answer,
                                 struct err *err)
{
    struct host host;
    *out_answer = (struct answer){.name = SLICE("")};
    TRY(host_extract(text, scratch, &host, err));
    if (host.kind == HOST_NAME) {
        /* A part of the host lives as long as the text, unless the host was written into scratch. */
        bool borrowed = scratch->len == 0 || host.name.len == 0;
        out_answer->name = borrowed ? host.name : arena_copy(eval->arena, host.name);
        if (!out_answer->name.ptr && host.name.len)
            return err_no_memory(err, host.name.len);
        const struct kb *knowledge = eval->query->knowledge;
        out_answer->is_known = knowledge && kb_find(knowledge, out_answer->name, &out_answer->match);
    }
    out_answer->text = text;
    return ERR_NONE;
}

/* What one function says of a text. The slice borrows from the answer, or what that borrows from. */
typedef struct slice answer_part(const struct answer *answer);

static enum err_code answer_row(struct eval *eval, answer_part *part, uint32_t row, struct slice text,
                                struct buf *scratch, struct slice *out_text, struct err *err)
{
    struct answer alone, *answer = eval->batch ? answer_at(eval, row) : &alone;
    if (!answer)
        return err_no_memory(err, sizeof *answer);
    bool is_asked = eval->batch && text.ptr && answer->text.ptr == text.ptr && answer->text.len == text.len;
    if (!is_asked)
        TRY(answer_find(eval, text, scratch, answer, err));
    *out_text = part(answer);
    return ERR_NONE;
}

static enum err_code answer_rows(answer_part *part, EVAL_PARAMETERS)
{
    (void)expr;
    struct buf scratch;
    buf_init(&scratch, 0);
    enum err_code code = ERR_NONE;
    for (uint32_t i = 0; code == ERR_NONE && i < rows->count; i++) {
        uint32_t row = rows->rows[i];
        code = answer_row(eval, part, row, text_of(args[0], row), &scratch, &out->str[row], err);
    }
    buf_release(&scratch);
    return code;
}

static struct slice name_of(const struct answer *answer)
{
    return answer->name;
}

static struct slice suffix_of(const struct answer *answer)
{
    return answer->is_known ? answer->match.suffix : SLICE("");
}

static struct slice provider_of(const struct answer *answer)
{
    return answer->is_known ? answer->match.provider : SLICE("");
}

static struct slice category_of(const struct answer *answer)
{
    return answer->is_known ? slice_from_cstr(kb_category_name(answer->match.category)) : SLICE("");
}

static struct slice kind_of(const struct answer *answer)
{
    return answer->is_known ? slice_from_cstr(kb_kind_name(answer->match.kind)) : SLICE("");
}

#define ANSWER_EVAL(name, part)                                                                                        \
    static enum err_code name(EVAL_PARAMETERS)                                                                         \
    {                                                                                                                  \
        return answer_rows(part, eval, expr, args, rows, out, err);                                                    \
    }

ANSWER_EVAL(host_eval, name_of)
ANSWER_EVAL(suffix_eval, suffix_of)
ANSWER_EVAL(provider_eval, provider_of)
ANSWER_EVAL(category_eval, category_of)
ANSWER_EVAL(kind_eval, kind_of)

/* A walk over the text and a probe a label: dearer than a comparison, far cheaper than a regular expression. */
enum { HOST_COST = 12, MATCH_COST = 15 };

#define DDNS_ROW(func_name, func_cost, func_eval, func_doc)                                                            \
    {                                                                                                                  \
        .name = func_name, .signature = "S:s", .null_rule = NULL_STRICT, .name_rule = NAME_NONE, .cost = func_cost,    \
        .eval = func_eval, .doc = func_doc                                                                             \
    }

const struct func FUNCS_DDNS[] = {
    DDNS_ROW("ddns_host", HOST_COST, host_eval,
             "ddns_host(url): the normalised host name in a URL or host, \"\" if there is none or it is an address"),
    DDNS_ROW("ddns_suffix", MATCH_COST, suffix_eval,
             "ddns_suffix(url): the longest known dynamic-DNS suffix that the host ends in, \"\" if none"),
    DDNS_ROW("ddns_provider", MATCH_COST, provider_eval,
             "ddns_provider(url): who runs the dynamic-DNS service that the host is under, \"\" if none is known"),
    DDNS_ROW("ddns_category", MATCH_COST, category_eval,
             "ddns_category(url): public-ddns, vendor-ddns or tunnel, \"\" if the host is under no known suffix"),
    DDNS_ROW("ddns_kind", MATCH_COST, kind_eval,
             "ddns_kind(url): host for a user's name, service for the provider's own, \"\" if under no known suffix"),
    {.name = NULL},
};

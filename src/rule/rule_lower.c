/*
 * rule_lower.c - a rule's tree as what a product can run: see rule_int.h.
 *
 * The pipeline is taken apart into its operators. A call of one of our functions becomes the name of a column, and in front of the
 * first operator that needs it goes a stage that works it out. What then says X = X is left out.
 */
#include "event/schema.h"
#include "kql/syntax/parser.h"
#include "rule/rule_int.h"

#include <stdarg.h>
#include <stdio.h>

const char *const RULE_COLUMNS[RULE_COLUMN_COUNT] = {"RemoteHost", "MatchedSuffix", "DynamicDNSProvider", "Category",
                                                     "Kind"};
const char *const RULE_FUNCTIONS[RULE_COLUMN_COUNT] = {"ddns_host", "ddns_suffix", "ddns_provider", "ddns_category",
                                                       "ddns_kind"};

struct lowering {
    const struct rule_request *request;
    struct arena *arena;
    struct rule_notes *notes;
    struct err *err;
    unsigned columns;    /* of the operator that is looked at */
    bool in_table;       /* within another table: in (...), toscalar(...) */
    bool are_dropped;    /* columns of the table, perhaps */
    unsigned own;        /* of those known, the ones that the rule has as columns itself */
    unsigned known;      /* worked out by a stage, and not left out since */
    bool url_is_changed; /* RemoteUrl has got another value */
    bool reads_time;
};

void rule_note(struct rule_notes *notes, struct arena *arena, const char *fmt, ...)
{
    char text[512];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    struct slice copy = arena_copy(arena, slice_from_cstr(text));
    if (copy.ptr && notes->count < sizeof notes->items / sizeof *notes->items)
        notes->items[notes->count++] = copy;
}

/* --- calls --- */

static int function_index(const struct ast *ast)
{
    for (int i = 0; ast->kind == AST_CALL && i < RULE_COLUMN_COUNT; i++)
        if (slice_eq(ast->text, slice_from_cstr(RULE_FUNCTIONS[i])))
            return i;
    return -1;
}

static bool is_name(const struct ast *ast, const char *name)
{
    return ast->kind == AST_NAME && slice_eq(ast->text, slice_from_cstr(name));
}

static enum err_code lower_call(struct lowering *lowering, struct ast *ast, int function)
{
    if (lowering->in_table)
        return err_set(lowering->err, ERR_USAGE, "%s() in a table that is looked things up in can't be printed",
                       RULE_FUNCTIONS[function]);
    if (ast->child_count != 1 || !is_name(ast->children[0], "RemoteUrl")) {
        (void)err_set(lowering->err, ERR_USAGE, "%s() of anything but RemoteUrl can't be said in plain KQL here",
                      RULE_FUNCTIONS[function]);
        return err_hint(lowering->err, "the printed rule works the host out of RemoteUrl once, in stages of its own");
    }
    if (lowering->url_is_changed)
        return err_set(lowering->err, ERR_USAGE, "the rule gives RemoteUrl another value before %s(RemoteUrl)",
                       RULE_FUNCTIONS[function]);
    lowering->columns |= 1u << function;
    ast->kind = AST_NAME;
    ast->text = slice_from_cstr(RULE_COLUMNS[function]);
    ast->child_count = 0;
    return ERR_NONE;
}

/* --- dialect --- */

/* AdditionalFields.x: the column is a string in Defender. */
static enum err_code lower_path(struct lowering *lowering, struct ast *ast)
{
    bool is_path = (ast->kind == AST_MEMBER || ast->kind == AST_INDEX) && is_name(ast->children[0], "AdditionalFields");
    if (!is_path || lowering->request->dialect != RULE_DEFENDER)
        return ERR_NONE;
    struct ast *call = arena_zalloc(lowering->arena, 1, sizeof *call);
    struct ast **children = arena_array(lowering->arena, 1, sizeof *children);
    if (!call || !children)
        return err_no_memory(lowering->err, sizeof *call);
    children[0] = ast->children[0];
    *call =
        (struct ast){.kind = AST_CALL, .text = SLICE("parse_json"), .depth = 2, .child_count = 1, .children = children};
    ast->children[0] = call;
    return ERR_NONE;
}

static void lower_time(struct lowering *lowering, struct ast *ast)
{
    if ((ast->kind != AST_NAME && ast->kind != AST_NAMED) ||
        (!slice_eq(ast->text, SLICE("Timestamp")) && !slice_eq(ast->text, SLICE("TimeGenerated"))))
        return;
    ast->text = lowering->request->dialect == RULE_SENTINEL ? SLICE("TimeGenerated") : SLICE("Timestamp");
    lowering->reads_time = true;
}

/* What only our inputs have, or only the other product's table. */
static enum err_code check_column(const struct lowering *lowering, const struct ast *ast)
{
    const struct schema *schema = schema_device_network_events();
    uint32_t index = ast->kind == AST_NAME ? schema_find(schema, ast->text) : COLUMN_NONE;
    enum column_origin origin = index == COLUMN_NONE ? COLUMN_DOCUMENTED : schema->columns[index].origin;
    if (origin == COLUMN_PROVENANCE)
        return err_set(lowering->err, ERR_USAGE, "the column %.*s is of files that ddnshunt reads; no product has it",
                       SLICE_ARG(ast->text));
    if (origin != COLUMN_SENTINEL || lowering->request->dialect == RULE_SENTINEL)
        return ERR_NONE;
    (void)err_set(lowering->err, ERR_USAGE, "Defender's table has no column %.*s", SLICE_ARG(ast->text));
    return err_hint(lowering->err, "Sentinel's has: --dialect sentinel");
}

/* --- products that look at one row at a time --- */

/* Names that differ there, and dynamic literals, which are to be written as parse_json('...'). */
static enum err_code lower_spelling(struct lowering *lowering, struct ast *ast)
{
    if (ast->kind == AST_CALL && slice_eq(ast->text, SLICE("iff")))
        ast->text = SLICE("iif");
    if (ast->kind == AST_CALL && slice_eq(ast->text, SLICE("column_ifexists")))
        ast->text = SLICE("columnifexists");
    if (ast->kind != AST_LITERAL || ast->value.type != TYPE_DYNAMIC || ast->value.is_null)
        return ERR_NONE;
    struct buf json;
    buf_init(&json, 0);
    dyn_to_json(ast->value.dyn, &json);
    struct slice text = json.failed ? (struct slice){0} : arena_copy(lowering->arena, buf_slice(&json));
    size_t wanted = json.len;
    buf_release(&json);
    struct ast *literal = arena_zalloc(lowering->arena, 1, sizeof *literal);
    struct ast **children = arena_array(lowering->arena, 1, sizeof *children);
    if (!text.ptr || !literal || !children)
        return err_no_memory(lowering->err, wanted);
    *literal = (struct ast){.kind = AST_LITERAL, .value = value_str(text), .depth = 1};
    children[0] = literal;
    *ast = (struct ast){.kind = AST_CALL,
                        .span = ast->span,
                        .text = SLICE("parse_json"),
                        .depth = 2,
                        .child_count = 1,
                        .children = children};
    return ERR_NONE;
}

/* --- trees --- */

static enum err_code lower_expr(struct lowering *lowering, struct ast *ast);

static enum err_code lower_children(struct lowering *lowering, struct ast *ast, uint32_t first)
{
    for (uint32_t i = first; i < ast->child_count; i++)
        TRY(lower_expr(lowering, ast->children[i]));
    return ERR_NONE;
}

/* Depth: AST_DEPTH_MAX. */
static enum err_code lower_expr(struct lowering *lowering, struct ast *ast)
{
    int function = function_index(ast);
    if (function >= 0)
        return lower_call(lowering, ast, function);
    if (lowering->request->product->row_by_row && ast_is_tabular(ast))
        return err_set(lowering->err, ERR_USAGE, "%s takes one table, and the rule reads another",
                       lowering->request->product->title);
    bool in_table = lowering->in_table;
    lowering->in_table = in_table || ast_is_tabular(ast);
    enum err_code code = lower_children(lowering, ast, 0);
    lowering->in_table = in_table;
    TRY(code);
    lower_time(lowering, ast);
    TRY(check_column(lowering, ast));
    if (lowering->request->product->row_by_row)
        TRY(lower_spelling(lowering, ast));
    return lower_path(lowering, ast);
}

/* A call that names no column must not do so as a column's name: Column1 stays Column1. */
static enum err_code lower_element(struct lowering *lowering, struct ast **element)
{
    bool was_call = function_index(*element) >= 0;
    TRY(lower_expr(lowering, *element));
    if (!was_call)
        return ERR_NONE;
    struct ast *call = arena_zalloc(lowering->arena, 1, sizeof *call);
    struct ast **children = arena_array(lowering->arena, 1, sizeof *children);
    if (!call || !children)
        return err_no_memory(lowering->err, sizeof *call);
    children[0] = *element;
    *call = (struct ast){.kind = AST_CALL,
                         .span = (*element)->span,
                         .op_span = (*element)->span,
                         .text = SLICE("strcat"),
                         .depth = 2,
                         .child_count = 1,
                         .children = children};
    *element = call;
    return ERR_NONE;
}

static enum err_code lower_operands(struct lowering *lowering, struct ast *op)
{
    bool names = op->kind == AST_PIPE_EXTEND || op->kind == AST_PIPE_PROJECT || op->kind == AST_PIPE_DISTINCT;
    if (op->kind == AST_PIPE_SUMMARIZE) {
        TRY(lower_expr(lowering, op->children[1]));
        for (uint32_t i = 0; i < op->children[2]->child_count; i++)
            TRY(lower_element(lowering, &op->children[2]->children[i]));
        return ERR_NONE;
    }
    for (uint32_t i = 1; i < op->child_count; i++)
        TRY(names ? lower_element(lowering, &op->children[i]) : lower_expr(lowering, op->children[i]));
    return ERR_NONE;
}

/* X = X */
static bool says_nothing(const struct ast *ast)
{
    return ast->kind == AST_NAMED && ast->child_count == 1 && ast->children[0]->kind == AST_NAME &&
           slice_eq(ast->text, ast->children[0]->text);
}

static unsigned column_bit(struct slice name)
{
    for (unsigned c = 0; c < RULE_COLUMN_COUNT; c++)
        if (slice_eq(name, slice_from_cstr(RULE_COLUMNS[c])))
            return 1u << c;
    return 0;
}

/* False if nothing is left of the operator. */
static bool drop_same_names(struct lowering *lowering, struct ast *op)
{
    if (op->kind != AST_PIPE_EXTEND && op->kind != AST_PIPE_PROJECT)
        return true;
    uint32_t kept = 1;
    for (uint32_t i = 1; i < op->child_count; i++) {
        struct ast *child = op->children[i];
        if (!says_nothing(child)) {
            op->children[kept++] = child;
            continue;
        }
        lowering->own |= column_bit(child->text);
        if (op->kind == AST_PIPE_PROJECT)
            op->children[kept++] = child->children[0];
    }
    op->child_count = kept;
    return kept > 1;
}

/* --- operators --- */

static bool gives_name(const struct ast *op, struct slice name)
{
    for (uint32_t i = 1; i < op->child_count; i++)
        if (op->children[i]->kind == AST_NAMED && slice_eq(op->children[i]->text, name))
            return true;
    return false;
}

/* A name that a stage of ours gives must not be the rule's for something else. */
static enum err_code check_names(const struct lowering *lowering, unsigned columns, const struct ast *op)
{
    for (uint32_t i = 1; i < op->child_count; i++) {
        const struct ast *child = op->children[i];
        if (child->kind == AST_NAMED && !says_nothing(child) && (columns & column_bit(child->text)))
            return err_set(lowering->err, ERR_USAGE, "the rule gives %.*s a value of its own, which can't be printed",
                           SLICE_ARG(child->text));
    }
    return ERR_NONE;
}

/* What looks at more than one row; out_drop: it may be left out (sort). */
static enum err_code check_row_by_row(const struct lowering *lowering, const struct ast *op, bool *out_drop)
{
    *out_drop = false;
    switch (op->kind) {
    case AST_PIPE_WHERE:
    case AST_PIPE_EXTEND:
    case AST_PIPE_PROJECT:
    case AST_PIPE_AWAY:
    case AST_PIPE_RENAME:
        return ERR_NONE;
    case AST_PIPE_SORT:
        *out_drop = true;
        return ERR_NONE;
    default:
        break;
    }
    struct buf text;
    buf_init(&text, 0);
    kql_print_as(op, KQL_PRINT_ALONE, &text);
    (void)err_set(lowering->err, ERR_USAGE, "%s can't have \"%.*s\"", lowering->request->product->title,
                  SLICE_ARG(slice_cut(buf_slice(&text), 0, 60)));
    buf_release(&text);
    return err_hint(lowering->err, "it looks at each row alone: where, extend and project");
}

static bool has_star(const struct ast *ast)
{
    bool found = ast->kind == AST_STAR;
    for (uint32_t i = ast_is_tabular(ast) ? 1 : 0; i < ast->child_count && !found; i++)
        found = has_star(ast->children[i]);
    return found;
}

/* Are all columns that come given on, or looked at? */
static bool takes_all_columns(const struct ast *op)
{
    switch (op->kind) {
    case AST_PIPE_DISTINCT:
    case AST_PIPE_SUMMARIZE:
        return has_star(op);
    case AST_PIPE_AWAY:
    case AST_PIPE_KEEP:
    case AST_PIPE_RENAME:
        return true;
    default:
        return false;
    }
}

/* What our stages have made and the rule does not know must not be seen by it. */
static void push_away(struct lowering *lowering, struct lowered *lowered, unsigned needed)
{
    if (!lowering->known)
        return;
    unsigned away = lowering->known & ~lowering->own & ~needed;
    lowered->stages[lowered->stage_count++] = (struct stage){.is_away = true, .columns = away};
    lowering->known &= ~away;
}

/* `distinct *` needs columns that can be compared; in Sentinel AdditionalFields is dynamic. */
static enum err_code before_star(struct lowering *lowering, const struct ast *op, struct lowered *lowered)
{
    if (!takes_all_columns(op))
        return ERR_NONE;
    push_away(lowering, lowered, lowering->columns);
    bool compares = op->kind == AST_PIPE_DISTINCT && lowering->request->dialect == RULE_SENTINEL;
    if (!compares || lowering->are_dropped)
        return ERR_NONE;
    struct ast *query = NULL;
    /* Here TimeGenerated is one of the columns of * only if it is named: Sentinel has it anyway. */
    TRY(kql_parse(SLICE("T | extend TimeGenerated = TimeGenerated, AdditionalFields = tostring(AdditionalFields)"),
                  lowering->arena, &query, lowering->err));
    lowered->stages[lowered->stage_count++] = (struct stage){.ast = query->children[0], .is_tuning = true};
    return ERR_NONE;
}

/* where isnotempty(MatchedSuffix), with nothing before it that counts or orders rows. */
static bool drops_nameless(const struct lowered *lowered, const struct ast *op)
{
    for (size_t i = 0; i < lowered->stage_count; i++)
        if (lowered->stages[i].ast && lowered->stages[i].ast->kind != AST_PIPE_WHERE &&
            lowered->stages[i].ast->kind != AST_PIPE_EXTEND)
            return false;
    if (op->kind != AST_PIPE_WHERE || op->children[1]->kind != AST_CALL)
        return false;
    const struct ast *call = op->children[1];
    return slice_eq(call->text, SLICE("isnotempty")) && call->child_count == 1 &&
           is_name(call->children[0], RULE_COLUMNS[RULE_SUFFIX]);
}

/* A stage in front, for what the operator needs and is not known yet. */
static void push_columns(struct lowering *lowering, struct lowered *lowered, unsigned needed)
{
    if (needed & (1u << RULE_CATEGORY | 1u << RULE_PROVIDER))
        needed |= 1u << RULE_SUFFIX;
    if (needed & (1u << RULE_KIND))
        needed |= 1u << RULE_SUFFIX | 1u << RULE_HOST;
    if (needed & (1u << RULE_SUFFIX))
        needed |= 1u << RULE_HOST;
    unsigned missing = needed & ~lowering->known;
    if (!missing)
        return;
    lowered->stages[lowered->stage_count++] = (struct stage){.columns = missing, .all_named = lowered->skips_nameless};
    lowered->columns |= missing;
    lowering->known |= missing;
}

static bool keeps_columns(const struct ast *op)
{
    switch (op->kind) {
    case AST_PIPE_WHERE:
    case AST_PIPE_EXTEND:
    case AST_PIPE_SORT:
    case AST_PIPE_TOP:
    case AST_PIPE_TAKE:
    case AST_PIPE_REORDER:
        return true;
    default:
        return false;
    }
}

static enum err_code lower_operator(struct lowering *lowering, struct ast *op, struct lowered *lowered)
{
    bool drop = false;
    if (lowering->request->product->row_by_row)
        TRY(check_row_by_row(lowering, op, &drop));
    if (drop)
        return ERR_NONE;
    lowering->columns = 0;
    lowering->reads_time = false;
    TRY(lower_operands(lowering, op));
    if (lowering->request->product->is_detection && op->kind == AST_PIPE_WHERE && lowering->reads_time)
        rule_note(lowering->notes, lowering->arena,
                  "%s is given the rows of its time by the service: leave out --since and --until",
                  lowering->request->product->title);
    lowering->url_is_changed = lowering->url_is_changed || gives_name(op, SLICE("RemoteUrl"));
    push_columns(lowering, lowered, lowering->columns);
    if (!drop_same_names(lowering, op))
        return ERR_NONE;
    TRY(check_names(lowering, lowered->columns, op));
    TRY(before_star(lowering, op, lowered));
    lowered->skips_nameless = lowered->skips_nameless || drops_nameless(lowered, op);
    if (!keeps_columns(op)) {
        lowering->known = lowering->own = 0;
        lowering->are_dropped = true;
    }
    bool is_tuning = op->op_span.start >= lowering->request->text_len;
    lowered->stages[lowered->stage_count++] =
        (struct stage){.ast = op, .is_tuning = is_tuning, .drops_columns = !keeps_columns(op)};
    return ERR_NONE;
}

static bool is_operator(const struct ast *ast)
{
    return ast->kind >= AST_PIPE_WHERE && ast->kind <= AST_PIPE_SUMMARIZE;
}

static enum err_code lower_pipeline(struct lowering *lowering, struct ast *root, struct lowered *lowered)
{
    size_t count = 0;
    for (struct ast *at = root; is_operator(at); at = at->children[0])
        count++;
    struct ast **operators = arena_array(lowering->arena, count, sizeof *operators);
    lowered->stages = arena_array(lowering->arena, 4 * count + 1, sizeof *lowered->stages);
    if (!operators || !lowered->stages)
        return err_no_memory(lowering->err, count * sizeof *lowered->stages);
    struct ast *at = root;
    for (size_t i = count; i > 0; i--, at = at->children[0])
        operators[i - 1] = at;
    lowered->source = at;
    for (size_t i = 0; i < count; i++)
        TRY(lower_operator(lowering, operators[i], lowered));
    push_away(lowering, lowered, 0);
    return ERR_NONE;
}

static enum err_code lower_lets(struct lowering *lowering, struct ast *query, struct lowered *lowered)
{
    lowered->lets = query->children;
    lowered->let_count = query->child_count - 1;
    for (size_t i = 0; i < lowered->let_count; i++) {
        lowering->columns = 0;
        TRY(lower_expr(lowering, lowered->lets[i]->children[0]));
        if (lowering->columns)
            return err_set(lowering->err, ERR_USAGE, "the let %.*s calls functions that only ddnshunt has",
                           SLICE_ARG(lowered->lets[i]->text));
    }
    return ERR_NONE;
}

/* --- what a detection must give --- */

static bool result_has(const struct lowered *lowered, const char *name)
{
    for (size_t i = lowered->stage_count; i > 0; i--) {
        const struct ast *ast = lowered->stages[i - 1].ast;
        if (!ast || ast->kind != AST_PIPE_PROJECT)
            continue;
        for (uint32_t c = 1; c < ast->child_count; c++)
            if (slice_eq(ast->children[c]->text, slice_from_cstr(name)))
                return true;
        return false;
    }
    return true;
}

static void check_result(struct lowering *lowering, const struct lowered *lowered)
{
    const char *time = lowering->request->dialect == RULE_SENTINEL ? "TimeGenerated" : "Timestamp";
    const char *const wanted[] = {time, "DeviceId", "ReportId"};
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
        if (!result_has(lowered, wanted[i]))
            rule_note(lowering->notes, lowering->arena, "%s must give %s, which the rule %s does not",
                      lowering->request->product->title, wanted[i], lowering->request->name);
}

enum err_code rule_lower(const struct rule_request *request, struct arena *arena, struct lowered *out_lowered,
                         struct rule_notes *notes, struct err *err)
{
    struct lowering lowering = {.request = request, .arena = arena, .notes = notes, .err = err};
    struct lowered lowered = {0};
    TRY(lower_lets(&lowering, request->query, &lowered));
    TRY(lower_pipeline(&lowering, request->query->children[lowered.let_count], &lowered));
    if (request->product->is_detection)
        check_result(&lowering, &lowered);
    *out_lowered = lowered;
    return ERR_NONE;
}

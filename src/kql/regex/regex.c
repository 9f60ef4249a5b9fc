/*
 * regex.c - a compiled regular expression: PCRE2 as the fast engine, the machine of regex_vm.h as the sure one.
 *
 * Both give the same answers, so which of the two is asked may depend on how long PCRE2 takes: it gets a limit on its
 * steps for each place in the text, and for a long text a limit on its time; where it meets one, the machine decides.
 * A regular expression on which PCRE2 has wasted much is not given to it again.
 */
#include "kql/regex/regex.h"

#include "base/mem.h"
#include "base/utf8.h"
#include "kql/regex/regex_memory.h"
#include "kql/regex/regex_syntax.h"
#include "kql/regex/regex_vm.h"

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

enum {
    STEPS_BASE = 256,      /* PCRE2's steps for one place: this and */
    STEPS_PER_BYTE = 16,   /* so many for each byte of the text, but */
    STEPS_MAX = 10000,     /* not more */
    SHORT_TEXT = 128,      /* bytes: not worth a look at the clock */
    LONG_TEXT = 4096,      /* from here on a text is searched in pieces */
    PIECE_WORK = 1 << 22,  /* steps that a piece may cost at worst */
    PIECE_PLACES_MIN = 16, /* places to begin a match that a piece has at least */
    WASTE_MAX_US = 200000, /* of PCRE2's time on one pattern */
    WASTE_SHORT_US = 50,   /* what a short text at the limit counts */
    JIT_STACK_MIN = 32 * 1024,
    JIT_STACK_MAX = 1024 * 1024,
    HEAP_MAX_KIB = 16 * 1024,
    PARENS_MAX = 4000 /* the emitted pattern nests deeper than the written one, which has its own limit */
};

/* What a text may cost PCRE2 before the machine is asked. */
#define PATIENCE_BASE_NS     UINT64_C(2000000)
#define PATIENCE_PER_BYTE_NS UINT64_C(50)

/* What changes while a regular expression is in use. */
struct regex_state {
    pthread_mutex_t lock; /* for the making of program, in arena */
    struct arena arena;   /* tree, program */
    _Atomic(const struct rx_program *) program;
    atomic_bool program_failed;
    atomic_uint waste_us;
};

struct regex {
    struct rx_tree tree;
    pcre2_code *code;       /* NULL: too large for PCRE2 */
    pcre2_code *ascii_code; /* the same for texts of ASCII alone, quicker; may be NULL too */
    bool captures_differ;   /* PCRE2 would set groups otherwise than the crate */
    struct byte_run run;    /* that stands in each text that matches, if its len is not 0 */
    struct regex_state *state;
};

struct regex_scratch {
    pcre2_match_data *data;
    pcre2_match_context *context;
    pcre2_jit_stack *jit_stack;
    struct rx_threads *threads;
};

/* --- compile --- */

/* Leaves *out_code NULL where PCRE2 finds the pattern too large: the machine will do. */
static enum err_code pcre_compile(struct slice pattern, uint32_t utf_options, pcre2_code **out_code, struct err *err)
{
    int number;
    PCRE2_SIZE offset;
    pcre2_general_context *memory = rx_pcre_memory();
    pcre2_compile_context *context = memory ? pcre2_compile_context_create(memory) : NULL;
    pcre2_general_context_free(memory);
    if (!context)
        return err_no_memory(err, pattern.len);
    pcre2_set_newline(context, PCRE2_NEWLINE_LF);
    pcre2_set_parens_nest_limit(context, PARENS_MAX);
    *out_code = pcre2_compile((PCRE2_SPTR)pattern.ptr, pattern.len,
                              utf_options | PCRE2_ALT_CIRCUMFLEX | PCRE2_DOLLAR_ENDONLY | PCRE2_USE_OFFSET_LIMIT,
                              &number, &offset, context);
    pcre2_compile_context_free(context);
    if (!*out_code)
        return number == PCRE2_ERROR_HEAP_FAILED ? err_no_memory(err, pattern.len) : ERR_NONE;
    /* Without JIT (not on this machine, or not for this pattern) the interpreter does the same, slower. */
    (void)pcre2_jit_compile(*out_code, PCRE2_JIT_COMPLETE);
    return ERR_NONE;
}

/* Puts an assertion before or behind the whole tree. */
static enum err_code tree_anchor(struct rx_tree *tree, enum regex_anchor anchor, struct arena *arena, struct err *err)
{
    if (anchor == REGEX_ANCHOR_NONE)
        return ERR_NONE;
    struct rx_node *nodes = arena_zalloc(arena, 2, sizeof *nodes);
    if (!nodes)
        return err_no_memory(err, 2 * sizeof *nodes);
    struct rx_node *row = &nodes[0], *assertion = &nodes[1];
    bool start = anchor == REGEX_ANCHOR_START;
    row->kind = RX_CONCAT;
    assertion->kind = RX_ASSERT;
    assertion->assertion = start ? RX_TEXT_START : RX_TEXT_END;
    row->first = start ? assertion : tree->root;
    row->first->next = start ? tree->root : assertion;
    tree->root = row;
    return ERR_NONE;
}

static enum err_code emit_and_compile(struct regex *regex, bool ascii, pcre2_code **out_code, struct err *err)
{
    struct buf emitted;
    buf_init(&emitted, 0);
    enum err_code result = rx_to_pcre(&regex->tree, ascii, &regex->state->arena, &emitted, err);
    if (result == ERR_NONE)
        result = pcre_compile(buf_slice(&emitted), ascii ? 0 : PCRE2_UTF | PCRE2_UCP, out_code, err);
    buf_release(&emitted);
    return result;
}

/*
 * Is there a group in a repetition whose inside can be empty? PCRE2 goes round once more there, for an empty match that
 * the crate does not make, and moves the group. Whether and where the whole matches is the same.
 */
static bool has_empty_loop(const struct rx_node *node, bool within)
{
    within = within || (node->kind == RX_REPEAT && node->max > 1 && rx_matches_empty(node->first));
    if (node->kind == RX_GROUP && within)
        return true;
    for (const struct rx_node *child = node->first; child; child = child->next)
        if (has_empty_loop(child, within))
            return true;
    return false;
}

static enum err_code compile_into(struct slice pattern, enum regex_anchor anchor, struct regex *regex, struct err *err)
{
    TRY(rx_parse(pattern, &regex->state->arena, &regex->tree, err));
    TRY(tree_anchor(&regex->tree, anchor, &regex->state->arena, err));
    regex->captures_differ = has_empty_loop(regex->tree.root, false);
    (void)rx_run_of(&regex->tree, &regex->run);
    TRY(emit_and_compile(regex, false, &regex->code, err));
    return emit_and_compile(regex, true, &regex->ascii_code, err);
}

enum err_code regex_compile(struct slice pattern, struct regex **out_regex, struct err *err)
{
    return regex_compile_anchored(pattern, REGEX_ANCHOR_NONE, out_regex, err);
}

enum err_code regex_compile_anchored(struct slice pattern, enum regex_anchor anchor, struct regex **out_regex,
                                     struct err *err)
{
    struct regex *regex = mem_zalloc(1, sizeof *regex);
    struct regex_state *state = mem_zalloc(1, sizeof *state);
    if (!regex || !state || pthread_mutex_init(&state->lock, NULL) != 0) {
        mem_free(regex);
        mem_free(state);
        return err_no_memory(err, sizeof *regex + sizeof *state);
    }
    arena_init(&state->arena, 0);
    regex->state = state;
    enum err_code result = compile_into(pattern, anchor, regex, err);
    if (result != ERR_NONE) {
        regex_free(regex);
        return result;
    }
    *out_regex = regex;
    return ERR_NONE;
}

void regex_free(struct regex *regex)
{
    if (!regex)
        return;
    pcre2_code_free(regex->code);
    pcre2_code_free(regex->ascii_code);
    pthread_mutex_destroy(&regex->state->lock);
    arena_release(&regex->state->arena);
    mem_free(regex->state);
    mem_free(regex);
}

uint32_t regex_group_count(const struct regex *regex)
{
    return regex->tree.group_count;
}

uint32_t regex_group_number(const struct regex *regex, struct slice name)
{
    for (uint32_t i = 0; i < regex->tree.group_count; i++)
        if (regex->tree.group_names[i] && slice_eq(slice_from_cstr(regex->tree.group_names[i]), name))
            return i + 1;
    return 0;
}

/* --- scratch --- */

enum err_code regex_scratch_new(struct regex_scratch **out_scratch, struct err *err)
{
    struct regex_scratch *scratch = mem_zalloc(1, sizeof *scratch);
    if (!scratch)
        return err_no_memory(err, sizeof *scratch);
    pcre2_general_context *memory = rx_pcre_memory();
    if (memory) {
        scratch->data = pcre2_match_data_create(REGEX_GROUPS_MAX + 1, memory);
        scratch->context = pcre2_match_context_create(memory);
        scratch->jit_stack = pcre2_jit_stack_create(JIT_STACK_MIN, JIT_STACK_MAX, memory);
        pcre2_general_context_free(memory);
    }
    scratch->threads = rx_threads_new();
    if (!scratch->data || !scratch->context || !scratch->threads) {
        regex_scratch_free(scratch);
        return err_no_memory(err, JIT_STACK_MIN);
    }
    pcre2_set_heap_limit(scratch->context, HEAP_MAX_KIB);
    if (scratch->jit_stack)
        pcre2_jit_stack_assign(scratch->context, NULL, scratch->jit_stack);
    *out_scratch = scratch;
    return ERR_NONE;
}

void regex_scratch_free(struct regex_scratch *scratch)
{
    if (!scratch)
        return;
    pcre2_jit_stack_free(scratch->jit_stack);
    pcre2_match_context_free(scratch->context);
    pcre2_match_data_free(scratch->data);
    rx_threads_free(scratch->threads);
    mem_free(scratch);
}

/* --- the sure engine --- */

static const struct rx_program *program_make(const struct regex *regex)
{
    struct regex_state *state = regex->state;
    const struct rx_program *program = NULL;
    pthread_mutex_lock(&state->lock);
    program = atomic_load(&state->program);
    if (!program && !atomic_load(&state->program_failed)) {
        struct err err;
        if (rx_program_build(&regex->tree, &state->arena, &program, &err) == ERR_NONE)
            atomic_store(&state->program, program);
        else
            atomic_store(&state->program_failed, true);
    }
    pthread_mutex_unlock(&state->lock);
    return program;
}

static enum regex_outcome machine_run(const struct regex *regex, struct regex_scratch *scratch, struct slice text,
                                      size_t from, struct regex_match *out_match)
{
    const struct rx_program *program = atomic_load(&regex->state->program);
    if (!program)
        program = program_make(regex);
    return program ? rx_program_run(program, scratch->threads, text, from, out_match) : REGEX_UNDECIDED;
}

/* --- the fast engine --- */

static uint64_t clock_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * UINT64_C(1000000000) + (uint64_t)now.tv_nsec;
}

static uint32_t step_limit(size_t len)
{
    return len < (STEPS_MAX - STEPS_BASE) / STEPS_PER_BYTE ? (uint32_t)(STEPS_BASE + STEPS_PER_BYTE * len) : STEPS_MAX;
}

static enum regex_outcome pcre_once(const pcre2_code *code, struct regex_scratch *scratch, struct slice text,
                                    size_t from)
{
    int found =
        pcre2_match(code, (PCRE2_SPTR)text.ptr, text.len, from, PCRE2_NO_UTF_CHECK, scratch->data, scratch->context);
    return found >= 0 ? REGEX_YES : found == PCRE2_ERROR_NOMATCH ? REGEX_NO : REGEX_UNDECIDED;
}

static size_t character_start(struct slice text, size_t at)
{
    while (at < text.len && ((uint8_t)text.ptr[at] & 0xC0) == 0x80)
        at++;
    return at;
}

/* A long text: the places where a match may begin are tried in pieces, with a look at the clock after each. */
static enum regex_outcome pcre_in_pieces(const pcre2_code *code, struct regex_scratch *scratch, struct slice text,
                                         size_t from, uint64_t deadline_ns)
{
    size_t places = PIECE_WORK / (STEPS_MAX + text.len);
    if (places < PIECE_PLACES_MIN)
        places = PIECE_PLACES_MIN;
    for (size_t at = from;;) {
        size_t end = text.len - at > places ? character_start(text, at + places) : text.len;
        pcre2_set_offset_limit(scratch->context, end);
        enum regex_outcome outcome = pcre_once(code, scratch, text, at);
        if (outcome != REGEX_NO || end == text.len)
            return outcome;
        if (clock_ns() > deadline_ns)
            return REGEX_UNDECIDED;
        at = end;
    }
}

static void count_waste(const struct regex *regex, uint64_t ns)
{
    atomic_fetch_add_explicit(&regex->state->waste_us, (unsigned)(ns / 1000 + 1), memory_order_relaxed);
}

static enum regex_outcome pcre_run(const struct regex *regex, struct regex_scratch *scratch, struct slice text,
                                   size_t from)
{
    const pcre2_code *code = utf8_is_ascii(text) ? regex->ascii_code : regex->code;
    if (!code || atomic_load_explicit(&regex->state->waste_us, memory_order_relaxed) > WASTE_MAX_US)
        return REGEX_UNDECIDED;
    pcre2_set_match_limit(scratch->context, step_limit(text.len));
    pcre2_set_offset_limit(scratch->context, PCRE2_UNSET);
    if (text.len <= SHORT_TEXT) {
        enum regex_outcome outcome = pcre_once(code, scratch, text, from);
        if (outcome == REGEX_UNDECIDED)
            count_waste(regex, UINT64_C(1000) * WASTE_SHORT_US);
        return outcome;
    }
    uint64_t start = clock_ns(), patience = PATIENCE_BASE_NS + PATIENCE_PER_BYTE_NS * text.len;
    enum regex_outcome outcome = text.len < LONG_TEXT ? pcre_once(code, scratch, text, from)
                                                      : pcre_in_pieces(code, scratch, text, from, start + patience);
    uint64_t taken = clock_ns() - start;
    if (outcome == REGEX_UNDECIDED || taken > patience)
        count_waste(regex, taken);
    return outcome;
}

/* --- questions --- */

enum regex_outcome regex_test(const struct regex *regex, struct regex_scratch *scratch, struct slice text)
{
    if (!text.ptr)
        text.ptr = "";
    if (regex->run.len && !byte_run_is_in(&regex->run, text))
        return REGEX_NO;
    enum regex_outcome outcome = pcre_run(regex, scratch, text, 0);
    return outcome == REGEX_UNDECIDED ? machine_run(regex, scratch, text, 0, NULL) : outcome;
}

enum regex_outcome regex_find(const struct regex *regex, struct regex_scratch *scratch, struct slice text, size_t from,
                              struct regex_match *out_match)
{
    if (!text.ptr)
        text.ptr = "";
    if (regex->run.len && from == 0 && !byte_run_is_in(&regex->run, text))
        return REGEX_NO;
    enum regex_outcome outcome = pcre_run(regex, scratch, text, from);
    if (outcome == REGEX_NO)
        return REGEX_NO;
    if (outcome == REGEX_UNDECIDED || regex->captures_differ)
        return machine_run(regex, scratch, text, from, out_match);
    const size_t *at = pcre2_get_ovector_pointer(scratch->data);
    for (uint32_t i = 0; i <= regex->tree.group_count; i++) {
        out_match->start[i] = at[(size_t)2 * i];
        out_match->end[i] = at[(size_t)2 * i + 1];
    }
    return REGEX_YES;
}

/*
 * regex_vm.c - see regex_vm.h. First the compiler from the tree to steps, then the machine.
 *
 * A thread is a step and the places of its captures. All threads read the same character; those at the same step are
 * one, the one of higher preference staying. Steps that read nothing are followed at once, by a stack of our own.
 */
#include "kql/regex/regex_vm.h"

#include "base/mem.h"
#include "base/utf8.h"

enum step_kind {
    STEP_CHARACTER, /* value: the code point */
    STEP_SET,       /* value: number of the set */
    STEP_ASSERT,    /* value: enum rx_assertion */
    STEP_SAVE,      /* value: number of the place */
    STEP_SPLIT,     /* goes on at `value` (preferred) and at `other` */
    STEP_JUMP,      /* to `value` */
    STEP_MATCH
};

struct step {
    uint8_t kind;
    bool ascii_word;
    uint32_t value, other;
};

struct char_set {
    const void *origin; /* the class or literal it was made of, while compiling */
    uint64_t ascii[2];
    struct rx_set rest; /* all of it; looked at over 0x7F */
};

struct rx_program {
    struct step *steps;
    uint32_t count;
    const struct char_set *sets;
    struct char_set word; /* Unicode's, where an assertion asks for it */
    uint32_t group_count;
    bool at_start_only; /* begins with \A */
    bool any_lead;      /* can begin with anything, or match the empty text */
    uint8_t leads[256]; /* else 1: bytes that a match can begin with */
};

/* --- compiler --- */

struct compiler {
    struct arena *arena;
    struct err *err;
    struct step *steps;
    size_t count, capacity;
    struct char_set *sets;
    size_t set_count, set_capacity;
    bool needs_word;
};

static enum err_code add_step(struct compiler *c, enum step_kind kind, uint32_t value, uint32_t other)
{
    struct step *grown = mem_grow(c->steps, c->count, &c->capacity, sizeof *c->steps);
    if (!grown)
        return err_no_memory(c->err, c->capacity * sizeof *c->steps);
    c->steps = grown;
    c->steps[c->count++] = (struct step){.kind = (uint8_t)kind, .value = value, .other = other};
    return ERR_NONE;
}

static void set_finish(struct char_set *set, struct rx_set ranges)
{
    *set = (struct char_set){.rest = ranges};
    for (uint32_t i = 0; i < ranges.count; i++)
        for (uint32_t p = ranges.ranges[i].low; p <= ranges.ranges[i].high && p < 0x80; p++)
            set->ascii[p >> 6] |= UINT64_C(1) << (p & 63);
}

/* A repeated class is resolved once. */
static bool add_known_set(struct compiler *c, const void *origin, enum err_code *out_result)
{
    for (size_t i = c->set_count; i > 0; i--) {
        if (c->sets[i - 1].origin == origin) {
            *out_result = add_step(c, STEP_SET, (uint32_t)(i - 1), 0);
            return true;
        }
    }
    return false;
}

static enum err_code add_set(struct compiler *c, const void *origin, struct rx_set ranges)
{
    struct char_set *grown = mem_grow(c->sets, c->set_count, &c->set_capacity, sizeof *c->sets);
    if (!grown)
        return err_no_memory(c->err, c->set_capacity * sizeof *c->sets);
    c->sets = grown;
    set_finish(&c->sets[c->set_count], ranges);
    c->sets[c->set_count].origin = origin;
    return add_step(c, STEP_SET, (uint32_t)c->set_count++, 0);
}

static enum err_code compile_class(struct compiler *c, const struct rx_class *class, const void *origin)
{
    struct rx_set ranges;
    enum err_code result;
    if (add_known_set(c, origin, &result))
        return result;
    TRY(rx_class_resolve(class, c->arena, &ranges, c->err));
    return add_set(c, origin, ranges);
}

static enum err_code compile_literal(struct compiler *c, const struct rx_node *node)
{
    if (!node->fold)
        return add_step(c, STEP_CHARACTER, node->literal, 0);
    struct rx_item other = {.kind = RX_ITEM_RANGE}, same = {.kind = RX_ITEM_RANGE, .next = &other};
    struct rx_class class = {.items = &same};
    uint32_t c0 = node->literal;
    same.range = (struct rx_range){c0, c0};
    other.range = (struct rx_range){c0 ^ 0x20, c0 ^ 0x20};
    /* Beside k and s there are the Kelvin sign and the long s: these, and all that is not ASCII, ask PCRE2. */
    if (c0 > 0x7F || (c0 | 0x20) == 'k' || (c0 | 0x20) == 's') {
        class.fold = true;
        other.range = same.range;
    }
    return compile_class(c, &class, node);
}

static enum err_code compile_dot(struct compiler *c, enum rx_dot dot)
{
    static const struct rx_range ALL[] = {{0, 0xD7FF}, {0xE000, RX_CODE_POINT_MAX}};
    static const struct rx_range LINE[] = {{0, '\n' - 1}, {'\n' + 1, 0xD7FF}, {0xE000, RX_CODE_POINT_MAX}};
    static const struct rx_range CRLF[] = {
        {0, '\n' - 1}, {'\n' + 1, '\r' - 1}, {'\r' + 1, 0xD7FF}, {0xE000, RX_CODE_POINT_MAX}};
    static const struct rx_set SETS[] = {[RX_DOT_ALL] = {ALL, 2}, [RX_DOT_LINE] = {LINE, 3}, [RX_DOT_CRLF] = {CRLF, 4}};
    enum err_code result;
    if (add_known_set(c, &SETS[dot], &result))
        return result;
    return add_set(c, &SETS[dot], SETS[dot]);
}

static enum err_code compile_node(struct compiler *c, const struct rx_node *node);

/* A fork whose far side is filled in later; which side is preferred depends on greed. */
static enum err_code add_fork(struct compiler *c, bool lazy, uint32_t *out_fork)
{
    *out_fork = (uint32_t)c->count;
    uint32_t inside = *out_fork + 1;
    return lazy ? add_step(c, STEP_SPLIT, 0, inside) : add_step(c, STEP_SPLIT, inside, 0);
}

static void close_fork(struct compiler *c, uint32_t fork, bool lazy)
{
    if (lazy)
        c->steps[fork].value = (uint32_t)c->count;
    else
        c->steps[fork].other = (uint32_t)c->count;
}

/* x+ : the body, then a fork back to it. */
static enum err_code compile_plus(struct compiler *c, const struct rx_node *node)
{
    uint32_t body = (uint32_t)c->count;
    TRY(compile_node(c, node->first));
    uint32_t fork = (uint32_t)c->count, behind = fork + 1;
    return node->lazy ? add_step(c, STEP_SPLIT, behind, body) : add_step(c, STEP_SPLIT, body, behind);
}

bool rx_matches_empty(const struct rx_node *node)
{
    bool any = false;
    switch (node->kind) {
    case RX_LITERAL:
    case RX_DOT:
    case RX_CLASS:
        return false;
    case RX_EMPTY:
    case RX_ASSERT:
        return true;
    case RX_REPEAT:
        return node->min == 0 || rx_matches_empty(node->first);
    case RX_GROUP:
        return rx_matches_empty(node->first);
    case RX_CONCAT:
        for (const struct rx_node *child = node->first; child; child = child->next)
            if (!rx_matches_empty(child))
                return false;
        return true;
    case RX_ALTERNATE:
        for (const struct rx_node *child = node->first; child; child = child->next)
            any |= rx_matches_empty(child);
        return any;
    }
    return any;
}

/* x* is (x+)? where x can be empty, so that preference is a backtracker's; else the smaller loop. */
static enum err_code compile_star(struct compiler *c, const struct rx_node *node)
{
    uint32_t fork;
    TRY(add_fork(c, node->lazy, &fork));
    if (rx_matches_empty(node->first)) {
        TRY(compile_plus(c, node));
    } else {
        TRY(compile_node(c, node->first));
        TRY(add_step(c, STEP_JUMP, fork, 0));
    }
    close_fork(c, fork, node->lazy);
    return ERR_NONE;
}

/* (x(x(x)?)?)? : each fork leads behind the whole. */
static enum err_code compile_optional(struct compiler *c, const struct rx_node *node, uint32_t times)
{
    uint32_t *forks = mem_array(NULL, times ? times : 1, sizeof *forks);
    if (!forks)
        return err_no_memory(c->err, times * sizeof *forks);
    enum err_code result = ERR_NONE;
    uint32_t made = 0;
    while (result == ERR_NONE && made < times) {
        result = add_fork(c, node->lazy, &forks[made++]);
        if (result == ERR_NONE)
            result = compile_node(c, node->first);
    }
    for (uint32_t i = 0; result == ERR_NONE && i < made; i++)
        close_fork(c, forks[i], node->lazy);
    mem_free(forks);
    return result;
}

static enum err_code compile_repeat(struct compiler *c, const struct rx_node *node)
{
    if (node->max != RX_UNBOUNDED) {
        for (uint32_t i = 0; i < node->min; i++)
            TRY(compile_node(c, node->first));
        return compile_optional(c, node, node->max - node->min);
    }
    if (node->min == 0)
        return compile_star(c, node);
    for (uint32_t i = 1; i < node->min; i++)
        TRY(compile_node(c, node->first));
    return compile_plus(c, node);
}

static enum err_code compile_alternation(struct compiler *c, const struct rx_node *node)
{
    size_t jumps_from = c->count;
    for (const struct rx_node *child = node->first; child; child = child->next) {
        uint32_t fork = 0;
        if (child->next)
            TRY(add_fork(c, false, &fork));
        TRY(compile_node(c, child));
        if (child->next) {
            TRY(add_step(c, STEP_JUMP, UINT32_MAX, 0));
            close_fork(c, fork, false);
        }
    }
    for (size_t i = jumps_from; i < c->count; i++)
        if (c->steps[i].kind == STEP_JUMP && c->steps[i].value == UINT32_MAX)
            c->steps[i].value = (uint32_t)c->count;
    return ERR_NONE;
}

static enum err_code compile_assertion(struct compiler *c, const struct rx_node *node)
{
    TRY(add_step(c, STEP_ASSERT, node->assertion, 0));
    c->steps[c->count - 1].ascii_word = node->ascii_word;
    c->needs_word |= node->assertion >= RX_WORD_BOUNDARY && !node->ascii_word;
    return ERR_NONE;
}

static enum err_code compile_node(struct compiler *c, const struct rx_node *node)
{
    switch (node->kind) {
    case RX_EMPTY:
        return ERR_NONE;
    case RX_LITERAL:
        return compile_literal(c, node);
    case RX_DOT:
        return compile_dot(c, node->dot);
    case RX_CLASS:
        return compile_class(c, node->class, node->class);
    case RX_ASSERT:
        return compile_assertion(c, node);
    case RX_REPEAT:
        return compile_repeat(c, node);
    case RX_ALTERNATE:
        return compile_alternation(c, node);
    case RX_GROUP:
        TRY(add_step(c, STEP_SAVE, 2 * node->group, 0));
        TRY(compile_node(c, node->first));
        return add_step(c, STEP_SAVE, 2 * node->group + 1, 0);
    case RX_CONCAT:
        for (const struct rx_node *child = node->first; child; child = child->next)
            TRY(compile_node(c, child));
        return ERR_NONE;
    }
    return ERR_NONE;
}

static void leads_of_set(const struct char_set *set, uint8_t leads[256])
{
    for (unsigned byte = 0; byte < 0x80; byte++)
        leads[byte] |= (uint8_t)(set->ascii[byte >> 6] >> (byte & 63) & 1);
    uint32_t last = set->rest.count ? set->rest.ranges[set->rest.count - 1].high : 0;
    if (last >= 0x80)
        memset(leads + 0x80, 1, 0x80);
}

static void leads_of_character(uint32_t c, uint8_t leads[256])
{
    char bytes[4];
    (void)utf8_encode(c, bytes);
    leads[(uint8_t)bytes[0]] = 1;
}

/* Which bytes can a match begin with? Assertions are taken to hold. */
static void find_leads(struct rx_program *program, uint32_t *stack, uint8_t *seen)
{
    uint32_t depth = 0;
    stack[depth++] = 0;
    while (depth && !program->any_lead) {
        uint32_t at = stack[--depth];
        if (seen[at])
            continue;
        seen[at] = 1;
        const struct step *step = &program->steps[at];
        switch ((enum step_kind)step->kind) {
        case STEP_CHARACTER:
            leads_of_character(step->value, program->leads);
            break;
        case STEP_SET:
            leads_of_set(&program->sets[step->value], program->leads);
            break;
        case STEP_MATCH:
            program->any_lead = true;
            break;
        case STEP_SPLIT:
            stack[depth++] = step->value;
            stack[depth++] = step->other;
            break;
        case STEP_JUMP:
            stack[depth++] = step->value;
            break;
        case STEP_ASSERT:
        case STEP_SAVE:
            stack[depth++] = at + 1;
            break;
        }
    }
}

static enum err_code program_finish(struct compiler *c, struct rx_program *program)
{
    program->steps = arena_array(c->arena, c->count, sizeof *program->steps);
    struct char_set *sets = arena_array(c->arena, c->set_count, sizeof *sets);
    uint8_t *seen = mem_zalloc(c->count, 1);
    uint32_t *stack = mem_array(NULL, 2 * c->count + 2, sizeof *stack);
    enum err_code result = ERR_NONE;
    if (!program->steps || !sets || !seen || !stack) {
        result = err_no_memory(c->err, c->count * sizeof *program->steps);
    } else {
        memcpy(program->steps, c->steps, c->count * sizeof *program->steps);
        if (c->set_count)
            memcpy(sets, c->sets, c->set_count * sizeof *sets);
        program->count = (uint32_t)c->count;
        program->sets = sets;
        program->at_start_only = c->steps[0].kind == STEP_ASSERT && c->steps[0].value == RX_TEXT_START;
        find_leads(program, stack, seen);
    }
    mem_free(seen);
    mem_free(stack);
    return result;
}

static enum err_code compile_word(struct compiler *c, struct rx_program *program)
{
    if (!c->needs_word)
        return ERR_NONE;
    struct rx_item item = {.kind = RX_ITEM_PROPERTY, .property = RX_PROPERTY_WORD, .fold_closed = true};
    struct rx_class class = {.items = &item};
    struct rx_set ranges;
    TRY(rx_class_resolve(&class, c->arena, &ranges, c->err));
    set_finish(&program->word, ranges);
    return ERR_NONE;
}

enum err_code rx_program_build(const struct rx_tree *tree, struct arena *arena, const struct rx_program **out_program,
                               struct err *err)
{
    struct rx_program *program = arena_zalloc(arena, 1, sizeof *program);
    if (!program)
        return err_no_memory(err, sizeof *program);
    program->group_count = tree->group_count;
    struct compiler c = {.arena = arena, .err = err};
    enum err_code result = compile_node(&c, tree->root);
    if (result == ERR_NONE)
        result = add_step(&c, STEP_MATCH, 0, 0);
    if (result == ERR_NONE)
        result = compile_word(&c, program);
    if (result == ERR_NONE)
        result = program_finish(&c, program);
    mem_free(c.steps);
    mem_free(c.sets);
    if (result == ERR_NONE)
        *out_program = program;
    return result;
}

/* --- machine --- */

/* Threads in order of preference. index[step] is where a step's thread is, if threads[] there agrees. */
struct thread_list {
    uint32_t count;
    uint32_t *steps;
    uint32_t *index;
    size_t *places; /* [step * place_count] */
};

/* What is still to be followed, or a place to be put back once all behind it is done. */
struct todo {
    uint32_t step; /* UINT32_MAX: put back */
    uint32_t place;
    size_t value;
};

struct rx_threads {
    uint32_t capacity;
    size_t place_capacity;
    struct thread_list lists[2];
    struct todo *todo;
};

struct machine {
    const struct rx_program *program;
    struct rx_threads *threads;
    struct slice text;
    uint32_t place_count; /* 0: captures are not wanted */
    size_t at;
    uint32_t before, here; /* characters around `at`; NO_CHARACTER at the ends */
    size_t places[2 * (REGEX_GROUPS_MAX + 1)];
};

#define NO_CHARACTER UINT32_MAX

struct rx_threads *rx_threads_new(void)
{
    return mem_zalloc(1, sizeof(struct rx_threads));
}

static void threads_release(struct rx_threads *threads)
{
    for (unsigned i = 0; i < 2; i++) {
        mem_free(threads->lists[i].steps);
        mem_free(threads->lists[i].index);
        mem_free(threads->lists[i].places);
    }
    mem_free(threads->todo);
    *threads = (struct rx_threads){0};
}

void rx_threads_free(struct rx_threads *threads)
{
    if (!threads)
        return;
    threads_release(threads);
    mem_free(threads);
}

static bool threads_reserve(struct rx_threads *threads, uint32_t steps, uint32_t places)
{
    size_t wanted = (size_t)steps * places;
    if (steps <= threads->capacity && wanted <= threads->place_capacity)
        return true;
    threads_release(threads);
    bool ok = true;
    for (unsigned i = 0; i < 2; i++) {
        struct thread_list *list = &threads->lists[i];
        list->steps = mem_array(NULL, steps, sizeof *list->steps);
        list->index = mem_zalloc(steps, sizeof *list->index);
        list->places = mem_array(NULL, wanted, sizeof *list->places);
        ok = ok && list->steps && list->index && list->places;
    }
    threads->todo = mem_array(NULL, 2 * (size_t)steps + 2, sizeof *threads->todo);
    if (!ok || !threads->todo) {
        threads_release(threads);
        return false;
    }
    threads->capacity = steps;
    threads->place_capacity = wanted;
    return true;
}

static bool set_has(const struct char_set *set, uint32_t c)
{
    if (c < 0x80)
        return set->ascii[c >> 6] >> (c & 63) & 1;
    uint32_t low = 0, high = set->rest.count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        const struct rx_range *range = &set->rest.ranges[middle];
        if (c < range->low)
            high = middle;
        else if (c > range->high)
            low = middle + 1;
        else
            return true;
    }
    return false;
}

static bool is_word(const struct machine *m, uint32_t c, bool ascii)
{
    if (c == NO_CHARACTER)
        return false;
    if (c < 0x80)
        return ascii_is_alnum((char)c) || c == '_';
    return !ascii && set_has(&m->program->word, c);
}

static bool holds(const struct machine *m, const struct step *step)
{
    bool first = m->before == NO_CHARACTER, last = m->here == NO_CHARACTER;
    bool within_crlf = m->before == '\r' && m->here == '\n';
    bool word_before = false, word_here = false;
    if (step->value >= RX_WORD_BOUNDARY) {
        word_before = is_word(m, m->before, step->ascii_word);
        word_here = is_word(m, m->here, step->ascii_word);
    }
    switch ((enum rx_assertion)step->value) {
    case RX_TEXT_START:
        return first;
    case RX_TEXT_END:
        return last;
    case RX_LINE_START:
        return first || m->before == '\n';
    case RX_LINE_END:
        return last || m->here == '\n';
    case RX_CRLF_START:
        return !within_crlf && (first || m->before == '\n' || m->before == '\r');
    case RX_CRLF_END:
        return !within_crlf && (last || m->here == '\n' || m->here == '\r');
    case RX_WORD_BOUNDARY:
        return word_before != word_here;
    case RX_WORD_INSIDE:
        return word_before == word_here;
    case RX_WORD_START:
        return !word_before && word_here;
    case RX_WORD_END:
        return word_before && !word_here;
    case RX_WORD_START_HALF:
        return !word_before;
    case RX_WORD_END_HALF:
        return !word_here;
    }
    return false;
}

static bool list_has(const struct thread_list *list, uint32_t step)
{
    uint32_t i = list->index[step];
    return i < list->count && list->steps[i] == step;
}

static void list_add(const struct machine *m, struct thread_list *list, uint32_t step)
{
    list->index[step] = list->count;
    list->steps[list->count++] = step;
    if (m->place_count)
        memcpy(list->places + (size_t)step * m->place_count, m->places, m->place_count * sizeof *m->places);
}

/*
 * Adds the thread at `start` and all it leads to without reading. m->places are its captures. A step is entered once a
 * position, so the stack never holds more than two entries a step.
 */
static void follow(struct machine *m, struct thread_list *list, uint32_t start)
{
    struct todo *todo = m->threads->todo;
    size_t depth = 0;
    todo[depth++] = (struct todo){.step = start};
    while (depth) {
        struct todo now = todo[--depth];
        if (now.step == UINT32_MAX) {
            m->places[now.place] = now.value;
            continue;
        }
        if (list_has(list, now.step))
            continue;
        list_add(m, list, now.step);
        const struct step *step = &m->program->steps[now.step];
        switch ((enum step_kind)step->kind) {
        case STEP_SPLIT:
            todo[depth++] = (struct todo){.step = step->other};
            todo[depth++] = (struct todo){.step = step->value};
            break;
        case STEP_JUMP:
            todo[depth++] = (struct todo){.step = step->value};
            break;
        case STEP_ASSERT:
            if (holds(m, step))
                todo[depth++] = (struct todo){.step = now.step + 1};
            break;
        case STEP_SAVE:
            if (step->value < m->place_count) {
                todo[depth++] =
                    (struct todo){.step = UINT32_MAX, .place = step->value, .value = m->places[step->value]};
                m->places[step->value] = m->at;
            }
            todo[depth++] = (struct todo){.step = now.step + 1};
            break;
        case STEP_CHARACTER:
        case STEP_SET:
        case STEP_MATCH:
            break;
        }
    }
}

static void places_clear(struct machine *m)
{
    for (uint32_t i = 0; i < m->place_count; i++)
        m->places[i] = SIZE_MAX;
}

/* Moves `at` behind the character here. */
static void advance(struct machine *m)
{
    m->before = m->here;
    (void)utf8_next(m->text, &m->at);
    size_t next = m->at;
    m->here = next < m->text.len ? utf8_next(m->text, &next) : NO_CHARACTER;
}

static void start_at(struct machine *m, size_t at)
{
    size_t back = at, next = at;
    while (back > 0 && ((uint8_t)m->text.ptr[--back] & 0xC0) == 0x80)
        ;
    m->at = at;
    m->before = at > 0 ? utf8_next(m->text, &back) : NO_CHARACTER;
    m->here = at < m->text.len ? utf8_next(m->text, &next) : NO_CHARACTER;
}

/* No thread is alive: to the next byte that a match can begin with. False: there is none. */
static bool skip_ahead(struct machine *m)
{
    const struct rx_program *program = m->program;
    if (program->at_start_only && m->at > 0)
        return false;
    if (program->any_lead)
        return true;
    size_t at = m->at;
    while (at < m->text.len && !program->leads[(uint8_t)m->text.ptr[at]])
        at++;
    if (at == m->text.len)
        return false;
    if (at != m->at)
        start_at(m, at);
    return true;
}

static bool reads(const struct rx_program *program, const struct step *step, uint32_t c)
{
    if (step->kind == STEP_CHARACTER)
        return step->value == c;
    return step->kind == STEP_SET && set_has(&program->sets[step->value], c);
}

/*
 * Lets each thread of `now` read the character here; those that can go on are in `next`, for the position behind it.
 * True if a thread has matched; those of lower preference are given up then.
 */
static bool step_all(struct machine *m, struct thread_list *now, struct thread_list *next, size_t matched[])
{
    uint32_t c = m->here;
    bool found = false;
    struct machine ahead = *m;
    if (c != NO_CHARACTER)
        advance(&ahead);
    next->count = 0;
    for (uint32_t i = 0; i < now->count && !found; i++) {
        uint32_t number = now->steps[i];
        const struct step *step = &m->program->steps[number];
        const size_t *places = now->places + (size_t)number * m->place_count;
        if (step->kind == STEP_MATCH) {
            found = true;
            if (m->place_count)
                memcpy(matched, places, m->place_count * sizeof *matched);
        } else if (c != NO_CHARACTER && reads(m->program, step, c)) {
            if (m->place_count)
                memcpy(ahead.places, places, m->place_count * sizeof *places);
            follow(&ahead, next, number + 1);
        }
    }
    return found;
}

static bool run(struct machine *m, size_t matched[])
{
    struct thread_list *now = &m->threads->lists[0], *next = &m->threads->lists[1];
    bool found = false;
    now->count = 0;
    for (;;) {
        if (now->count == 0 && (found || !skip_ahead(m)))
            return found;
        if (!found) {
            places_clear(m);
            if (m->place_count)
                m->places[0] = m->at;
            follow(m, now, 0);
        }
        size_t end = m->at;
        if (step_all(m, now, next, matched)) {
            found = true;
            if (m->place_count == 0)
                return true;
            matched[1] = end;
        }
        if (m->here == NO_CHARACTER)
            return found;
        advance(m);
        struct thread_list *swap = now;
        now = next;
        next = swap;
    }
}

enum regex_outcome rx_program_run(const struct rx_program *program, struct rx_threads *threads, struct slice text,
                                  size_t from, struct regex_match *out_match)
{
    uint32_t place_count = out_match ? 2 * (program->group_count + 1) : 0;
    if ((uint64_t)text.len > RX_WORK_MAX / program->count)
        return REGEX_UNDECIDED;
    if (!threads_reserve(threads, program->count, place_count))
        return REGEX_UNDECIDED;
    struct machine m = {.program = program, .threads = threads, .text = text, .place_count = place_count};
    size_t matched[2 * (REGEX_GROUPS_MAX + 1)];
    start_at(&m, from);
    if (!run(&m, matched))
        return REGEX_NO;
    for (uint32_t i = 0; out_match && i <= program->group_count; i++) {
        const size_t *place = matched + (size_t)2 * i;
        /* NOLINTNEXTLINE(clang-analyzer-core.UndefinedBinaryOperatorResult): run() has set place_count of them */
        bool took_part = place[0] != SIZE_MAX && place[1] != SIZE_MAX;
        out_match->start[i] = took_part ? place[0] : SIZE_MAX;
        out_match->end[i] = took_part ? place[1] : SIZE_MAX;
    }
    return REGEX_YES;
}

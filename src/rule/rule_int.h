/*
 * rule_int.h - what the files of this room share.
 *
 *   rule.c          the products; a text is made, measured, split
 *   rule_list.c     which rows of the knowledge base are needed, and which belong together
 *   rule_lower.c    the rule's tree: calls become columns, dialect and product
 *   rule_stage.c    the stages that work those columns out
 *   rule_text.c     one text out of all this
 *   rule_watchlist.c
 */
#ifndef DDNSHUNT_RULE_RULE_INT_H
#define DDNSHUNT_RULE_RULE_INT_H

#include "rule/rule.h"

/* --- rule_list.c --- */

enum entry_type { ENTRY_SUFFIX, ENTRY_WILDCARD, ENTRY_EXCEPTION, ENTRY_SERVICE, ENTRY_TYPE_COUNT };
const char *entry_type_name(enum entry_type type);

struct entry {
    enum entry_type type;
    struct slice name; /* without "*." or "!" */
    struct slice provider;
    enum kb_category category;
    uint32_t group; /* entries of which one's name lies in another's: a host's longest match is looked for among them */
};

struct entries {
    struct entry *items;
    size_t count;
    uint32_t group_count;
};

/*
 * The rows that the scope can show, with all rows of their groups. Groups come in the order of their first entry's operator;
 * within one by operator, then name.
 */
enum err_code entries_list(const struct kb *kb, const struct rule_scope *scope, struct arena *arena,
                           struct entries *out_entries, struct err *err) MUST_CHECK;

/* --- rule_lower.c --- */

/* What a stage of the rule needs, in the order in which it is worked out. */
enum rule_column { RULE_HOST, RULE_SUFFIX, RULE_PROVIDER, RULE_CATEGORY, RULE_KIND, RULE_COLUMN_COUNT };
extern const char *const RULE_COLUMNS[RULE_COLUMN_COUNT]; /* "RemoteHost", ... */
extern const char *const RULE_FUNCTIONS[RULE_COLUMN_COUNT];

/* A line of the pipeline behind the table. */
struct stage {
    struct ast *ast;  /* an operator; NULL: the columns are to be worked out here */
    unsigned columns; /* 1 << enum rule_column; of an operator unused */
    bool is_away;     /* the columns, and what they were worked out with, are to be left out */
    bool all_named;   /* rows without a suffix have been dropped before */
    bool is_tuning;
    bool drops_columns; /* may not give all that it is given */
};

struct lowered {
    struct ast **lets;
    size_t let_count;
    struct ast *source;
    struct stage *stages;
    size_t stage_count;
    unsigned columns;    /* of all stages */
    bool skips_nameless; /* rows without a suffix are dropped soon after it is known */
};

/* Does it look suffixes up? */
static inline bool lowered_has_list(const struct lowered *lowered)
{
    return (lowered->columns & 1u << RULE_SUFFIX) != 0;
}

enum err_code rule_lower(const struct rule_request *request, struct arena *arena, struct lowered *out_lowered,
                         struct rule_notes *notes, struct err *err) MUST_CHECK;

void rule_note(struct rule_notes *notes, struct arena *arena, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* --- rule_stage.c --- */

/* rules/host.kql, compiled in. */
extern const struct slice RULE_HOST_TEXT;

/* How the value of a suffix says who runs it. */
enum value_form {
    VALUE_TEXT,   /* "No-IP", and "Synology|vendor-ddns" where it is no public-ddns */
    VALUE_NUMBER, /* 12, in a list of operators: short */
    VALUE_PAIR    /* ["No-IP", "public-ddns"]: what a watchlist gives */
};

/* Names have at most 127 labels; suffixes a few. */
enum { RULE_LABELS_MAX = 29 };

/* What is true of the entries of one text. */
struct features {
    enum value_form form;
    unsigned levels;          /* 1 << labels, of suffixes */
    unsigned wildcard_levels; /* the same, with the label that the star is */
    bool services, exceptions;
    bool one_category;
    enum kb_category category;
};
struct features features_of(const struct entry *entries, size_t count, enum value_form form);

/* A text that is being written. */
struct writer {
    const struct rule_request *request;
    struct arena *arena;
    struct buf *out;
    unsigned print_flags; /* KQL_PRINT_... */
};
void write_comment(struct writer *writer, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* The columns that the stages need besides. */
struct helpers {
    unsigned tails; /* 1 << labels: SuffixN */
    bool entry;     /* DdnsEntry */
};

/* The stages that work out the columns. */
enum err_code stages_write(struct writer *writer, const struct features *features, const struct lowered *lowered,
                           const struct stage *stage, struct helpers *helpers, struct err *err) MUST_CHECK;

/* Leaves out helpers, which become none, and the stage's columns. */
void stage_away_write(struct writer *writer, const struct stage *stage, struct helpers *helpers);

/* --- rule_listed.c --- */

/* The functions and operators of a text that the documented list for row-by-row detections does not name: "a, b, c". */
enum err_code listed_check(struct slice text, struct arena *arena, struct buf *out_names, struct err *err) MUST_CHECK;

/* --- rule_text.c --- */

struct part {
    const struct entry *entries;
    size_t count;
    enum value_form form;
    size_t number, total; /* from 1; total 0: it is the only one */
};

enum err_code text_write(const struct rule_request *request, const struct lowered *lowered, const struct part *part,
                         struct arena *arena, struct buf *out, struct err *err) MUST_CHECK;
/* UTF-16 units. */
size_t text_chars(struct slice text);

#endif

/*
 * import.h - lists of names as others publish them, read into one form: that of providers.tsv.
 *
 *   import_init() -> import_read() for each list -> import_finish() -> entries
 *
 * A list is held in memory whole (IMPORT_TEXT_MAX). What it has to say is told apart: names; lines that are right but name
 * nothing (rules for parts of a site, exceptions: passed over, counted by what they are); and names that can't be used
 * (refused, told one by one with their lines).
 *
 * Adding a form: a file with a const struct import_type, and a line in import_types.c.
 */
#ifndef DDNSHUNT_IMPORT_IMPORT_H
#define DDNSHUNT_IMPORT_IMPORT_H

#include "base/arena.h"
#include "base/err.h"
#include "base/slice.h"

#include <stdbool.h>
#include <stdint.h>

/* Longer lists have more names than a knowledge base may; the largest blocklists of all kinds are a tenth of it. */
#define IMPORT_TEXT_MAX ((size_t)256 << 20)
enum { IMPORT_PASSED_MAX = 12 }; /* kinds of lines that name nothing, over all forms */

struct import;

/* A form of list. Const tables; see import_types.c. */
struct import_type {
    const char *name;  /* "adblock", for --from and messages */
    const char *title; /* "AdBlock filters: ||name^" */
    /* Is the text of this form? Looks at its begin only. Types are asked in the order of IMPORT_TYPES. */
    bool (*detect)(const struct import *import, struct slice head);
    enum err_code (*read)(struct import *import, struct slice text, struct err *err);
};
extern const struct import_type *const IMPORT_TYPES[]; /* NULL-terminated */

struct import_entry {
    struct slice name;     /* lower case, A-labels, two labels at least */
    bool wildcard;         /* "*." before it, in the sense of the Public Suffix List */
    bool except;           /* "!" before it, in the same sense */
    bool allowed;          /* the list excepts this very name: gone after import_finish() */
    struct slice provider; /* valid text of at most IMPORT_PROVIDER_MAX bytes; "" where the list names none */
    uint64_t line;         /* and the order over all lists */
    uint32_t list;
};
enum { IMPORT_PROVIDER_MAX = 200 }; /* what a table takes */

struct import_passed {
    const char *what; /* "cosmetic rules" */
    uint64_t count;
};

struct import {
    /* To be set behind import_init(). */
    const struct import_type *forced;     /* NULL: the text tells */
    struct slice column, provider_column; /* of forms that have columns; "": the usual names */
    /* Told of what is refused: `text` is a sentence, line 0 where no line is to blame. May be NULL. */
    void (*refused)(void *user, const char *path, uint64_t line, const char *text);
    void *user;

    /* Results. */
    struct import_entry
        *entries; /* after import_finish() in the order of name, then plain, wildcard, exception; no two the same */
    size_t entry_count;
    struct import_passed passed[IMPORT_PASSED_MAX];
    uint64_t refused_count;
    const struct import_type *type; /* of the list read last */
    uint64_t names;                 /* that the list read last had, repeats included */

    /* Inside. */
    struct arena arena;
    size_t capacity;
    const char *path;
    uint32_t lists;
};

void import_init(struct import *import);
void import_release(struct import *import);

/*
 * Reads one list; path is for messages. ERR_INPUT: it is of no form that is known, or not of the forced one; ERR_USAGE: it has no
 * such column. What it had until then stays. text may go afterwards.
 */
enum err_code import_read(struct import *import, struct slice text, const char *path, struct err *err) MUST_CHECK;
/* Sorts, makes one of what stands twice, takes out what a list excepts, and refuses exceptions to nothing. */
void import_finish(struct import *import);

/* Do two names mean the same operator? Letters and digits are compared, without "(...)", ".com" and the like:
 * "No-IP.com" is "No-IP", "afraid.org" is "FreeDNS (afraid.org)". */
bool import_same_provider(struct slice a, struct slice b);

#endif

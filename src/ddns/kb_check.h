/*
 * kb_check.h - all that is wrong or doubtful in a table of suffixes or services, not only what is met first.
 *
 * A mistake is what kb_add() would refuse. A doubt is right in form, but may not be meant: a row that is known already, by
 * the same provider or another; a name below a suffix that is known; a whole public suffix, or one of no top-level domain that is
 * known (where libpsl was there to build with); a first label that a suffix of another provider has, as look-alikes do
 * (gotdns.ch is No-IP's, gotdns.com Dyn's).
 */
#ifndef DDNSHUNT_DDNS_KB_CHECK_H
#define DDNSHUNT_DDNS_KB_CHECK_H

#include "base/arena.h"
#include "ddns/kb.h"

struct kb_remark {
    uint32_t line;
    bool mistake;            /* or else a doubt */
    struct slice text, hint; /* a sentence each, without a full stop; hint may be empty */
};

/* More are counted only: a file of something else than a table has one in each line. */
enum { KB_REMARKS_MAX = 10000 };

struct kb_check {
    struct kb_remark *remarks; /* by line; in the arena */
    uint32_t remark_count;
    uint32_t mistakes, doubts; /* all of them */
    uint32_t rows;             /* that are right, doubtful ones included */
    bool services;
};

/*
 * Looks over a table in one of the forms of kb_add() and kb_add_services(), told by its first row. kb: what is known. ERR_USAGE:
 * no row can be read, since the first one does not name the columns; err->where is "NAME:LINE".
 */
enum err_code kb_check(const struct kb *kb, struct slice table, const char *name, struct arena *arena,
                       struct kb_check *out_check, struct err *err) MUST_CHECK;

/* Does this build know public suffixes? */
bool kb_check_knows_public_suffixes(void);

#endif

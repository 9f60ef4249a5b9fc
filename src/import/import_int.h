/*
 * import_int.h - what the readers of forms share.
 */
#ifndef DDNSHUNT_IMPORT_IMPORT_INT_H
#define DDNSHUNT_IMPORT_IMPORT_INT_H

#include "base/lines.h"
#include "import/import.h"

/* How much of a text detect() looks at. */
enum { IMPORT_HEAD_BYTES = 64 * 1024 };

enum import_mark { IMPORT_PLAIN_NAME, IMPORT_WILDCARD, IMPORT_EXCEPTION, IMPORT_ALLOWED };

/*
 * A name of the list, as it stands there without marks; dots at its ends, and "*." before or "*" behind a plain one, are taken
 * off. It is checked, and refused or added. provider: any text, or "".
 */
enum err_code import_name(struct import *import, uint64_t line, struct slice name, enum import_mark mark,
                          struct slice provider, struct err *err) MUST_CHECK;
/* Refuses what stands in a line: why is a sentence without a full stop. */
void import_refuse(struct import *import, uint64_t line, const char *why);
/* A line that names nothing; what is a literal, the same for the same kind. */
void import_pass(struct import *import, const char *what);

/* A word up to the next blank (space, tab), taken off *rest together with the blanks around it. Empty at the end. */
struct slice import_word(struct slice *rest);
/* The line without what stands behind one of the marks, at its begin or behind a blank: "#", "//", ";". */
struct slice import_uncomment(struct slice line, const char *const *marks);
/* Letters, digits, hyphens, underscores, bytes beyond ASCII, and a dot between two of them. */
bool import_is_name_like(struct slice text);

/* Both names of a hosts file's line, used by AdBlock lists as well. False: its first word is no address. */
bool import_is_hosts_line(struct slice line);
enum err_code import_hosts_line(struct import *import, uint64_t line, struct slice text, struct err *err) MUST_CHECK;

extern const struct import_type IMPORT_PLAIN, IMPORT_HOSTS, IMPORT_ADBLOCK, IMPORT_RPZ, IMPORT_PSL, IMPORT_CSV,
    IMPORT_TABLE, IMPORT_MISP;

#endif

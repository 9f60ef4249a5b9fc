/*
 * regex_memory.h - PCRE2, with its memory from base/mem.h.
 */
#ifndef DDNSHUNT_KQL_REGEX_MEMORY_H
#define DDNSHUNT_KQL_REGEX_MEMORY_H

#define PCRE2_CODE_UNIT_WIDTH 8
#include "base/slice.h"

#include <stdbool.h>

#include <pcre2.h>

/* What PCRE2's objects are made with; may be freed as soon as they are. NULL: no memory. */
pcre2_general_context *rx_pcre_memory(void);
/* UTF and UCP, no limits. NULL: PCRE2 refuses it or, as *out_no_memory says, there is no memory. */
pcre2_code *rx_pcre_compile_small(struct slice pattern, bool *out_no_memory);

#endif

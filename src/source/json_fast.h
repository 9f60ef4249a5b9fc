/*
 * json_fast.h - finding one value in a record's raw bytes without parsing the record; hands over where it is not sure.
 */
#ifndef DDNSHUNT_SOURCE_JSON_FAST_H
#define DDNSHUNT_SOURCE_JSON_FAST_H

#include "base/slice.h"

#include <stdbool.h>

/*
 * The value that begins at `at`, within a record that ends at `end`. False if the full parser must look: it is no
 * scalar, is not well-formed, or is not followed by what may follow a member.
 */
bool json_fast_value(const char *at, const char *end, struct slice *out_value);

#endif

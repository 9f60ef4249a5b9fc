/*
 * host_slow.h - for tests: the steps of host.h, one after the other, each on a copy, with no thought of speed.
 */
#ifndef DDNSHUNT_TESTS_HOST_SLOW_H
#define DDNSHUNT_TESTS_HOST_SLOW_H

#include "base/buf.h"
#include "host/host.h"

/* What host_extract() must give; the name is left in out. Memory must not run out. */
enum host_kind host_slow(struct slice text, struct buf *out);

#endif

/*
 * distance.h - how far apart two names are, for "did you mean".
 */
#ifndef DDNSHUNT_BASE_DISTANCE_H
#define DDNSHUNT_BASE_DISTANCE_H

#include "base/slice.h"

/* No name is near this far from another: the answer for names too different or too long to bother. */
#define DISTANCE_FAR (~0u)

/*
 * Badness of `candidate` as a correction of `written`: 0 for equal, 1 for the same but for ASCII case, then growing
 * with the edits (insert, delete, replace, swap of neighbours; case ignored). DISTANCE_FAR where more than a third of
 * the longer name (at least one character) would change. Compare the results of several candidates: the least wins.
 */
unsigned name_distance(struct slice written, struct slice candidate);

#endif

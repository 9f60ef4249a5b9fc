/*
 * near.h - the nearest of several names, for "did you mean".
 *
 *   struct near near = near_to(typed);
 *   for each name: near_offer(&near, name);
 *   if (near.best.len) ... near.best
 *
 * Letters that differ only in case count less than any other slip, so that `remoteurl` finds RemoteUrl first.
 */
#ifndef DDNSHUNT_BASE_NEAR_H
#define DDNSHUNT_BASE_NEAR_H

#include "base/slice.h"

struct near {
    struct slice wanted;
    struct slice best; /* empty while nothing offered is near enough; borrows from the offer */
    unsigned best_cost;
};

struct near near_to(struct slice wanted);
/* Equal offers: the first one stays. Names over NEAR_NAME_MAX bytes are never near. */
enum { NEAR_NAME_MAX = 64 };
void near_offer(struct near *near, struct slice name);

#endif

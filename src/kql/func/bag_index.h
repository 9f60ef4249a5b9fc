/*
 * bag_index.h - a hash over the keys of a large bag that many rows look into: a constant, or what toscalar() gave.
 */
#ifndef DDNSHUNT_KQL_BAG_INDEX_H
#define DDNSHUNT_KQL_BAG_INDEX_H

#include "base/arena.h"
#include "event/dyn.h"

#include <stdbool.h>

struct bag_index;

/* Bags of fewer members are as quickly searched. */
enum { BAG_INDEX_MIN = 16 };

/*
 * NULL in *out_index for what is no bag or a small one. Both bag and arena must outlive the index; threads may share it.
 * False when the arena says no.
 */
bool bag_index_new(const struct dyn *bag, struct arena *arena, struct bag_index **out_index);
/* As dyn_get() of its bag. */
const struct dyn *bag_index_get(const struct bag_index *index, struct slice key);

#endif

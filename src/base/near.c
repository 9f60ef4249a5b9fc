/*
 * near.c - the nearest of several names: see near.h.
 *
 * The measure is the optimal string alignment distance (insert, delete, replace, swap of neighbours), in which a
 * change of case alone costs 1 and any other slip COST_SLIP.
 */
#include "base/near.h"

enum { COST_CASE = 1, COST_SLIP = 8 };

struct near near_to(struct slice wanted)
{
    /* One slip in three letters, and always at least one. */
    size_t slips = wanted.len / 3 > 1 ? wanted.len / 3 : 1;
    if (slips > 4)
        slips = 4;
    return (struct near){.wanted = wanted, .best = SLICE(""), .best_cost = (unsigned)slips * COST_SLIP + COST_SLIP};
}

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

static unsigned replace_cost(char a, char b)
{
    if (a == b)
        return 0;
    return ascii_lower(a) == ascii_lower(b) ? COST_CASE : COST_SLIP;
}

static unsigned name_cost(struct slice a, struct slice b)
{
    /* Three rows of the matrix: the one before last serves the swap of neighbours. */
    unsigned rows[3][NEAR_NAME_MAX + 1];
    for (size_t j = 0; j <= b.len; j++)
        rows[0][j] = (unsigned)j * COST_SLIP;
    for (size_t i = 1; i <= a.len; i++) {
        unsigned *now = rows[i % 3];
        const unsigned *last = rows[(i + 2) % 3];
        now[0] = (unsigned)i * COST_SLIP;
        for (size_t j = 1; j <= b.len; j++) {
            unsigned cost = last[j - 1] + replace_cost(a.ptr[i - 1], b.ptr[j - 1]);
            cost = least(cost, least(last[j], now[j - 1]) + COST_SLIP);
            if (i > 1 && j > 1 && a.ptr[i - 1] == b.ptr[j - 2] && a.ptr[i - 2] == b.ptr[j - 1])
                cost = least(cost, rows[(i + 1) % 3][j - 2] + COST_SLIP);
            now[j] = cost;
        }
    }
    return rows[a.len % 3][b.len];
}

void near_offer(struct near *near, struct slice name)
{
    if (name.len == 0 || name.len > NEAR_NAME_MAX || near->wanted.len == 0 || near->wanted.len > NEAR_NAME_MAX)
        return;
    unsigned cost = name_cost(near->wanted, name);
    /* Nothing of the name typed would be left: no neighbour. */
    if (cost >= (unsigned)near->wanted.len * COST_SLIP)
        return;
    if (cost < near->best_cost) {
        near->best_cost = cost;
        near->best = name;
    }
}

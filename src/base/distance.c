/*
 * distance.c - edit distance of names: see distance.h.
 *
 * The restricted Damerau-Levenshtein distance, over three rows of the matrix.
 */
#include "base/distance.h"

enum {
    NAME_MAX_LEN = 128, /* longer ones are no misspelt column or function */
    EDIT_WEIGHT = 4     /* an edit is worse than any difference in case */
};

static unsigned min3(unsigned a, unsigned b, unsigned c)
{
    unsigned least = a < b ? a : b;
    return least < c ? least : c;
}

static unsigned edits(struct slice a, struct slice b)
{
    unsigned rows[3][NAME_MAX_LEN + 1];
    for (unsigned j = 0; j <= b.len; j++)
        rows[0][j] = j;
    for (unsigned i = 1; i <= a.len; i++) {
        unsigned *row = rows[i % 3];
        const unsigned *above = rows[(i + 2) % 3];
        const unsigned *above2 = rows[(i + 1) % 3];
        row[0] = i;
        for (unsigned j = 1; j <= b.len; j++) {
            char ca = ascii_lower(a.ptr[i - 1]);
            char cb = ascii_lower(b.ptr[j - 1]);
            row[j] = min3(above[j] + 1, row[j - 1] + 1, above[j - 1] + (ca != cb));
            if (i > 1 && j > 1 && ca == ascii_lower(b.ptr[j - 2]) && ascii_lower(a.ptr[i - 2]) == cb &&
                above2[j - 2] + 1 < row[j])
                row[j] = above2[j - 2] + 1;
        }
    }
    return rows[a.len % 3][b.len];
}

unsigned name_distance(struct slice written, struct slice candidate)
{
    if (slice_eq(written, candidate))
        return 0;
    if (slice_eq_nocase(written, candidate))
        return 1;
    if (written.len > NAME_MAX_LEN || candidate.len > NAME_MAX_LEN)
        return DISTANCE_FAR;
    size_t longer = written.len > candidate.len ? written.len : candidate.len;
    size_t shorter = written.len + candidate.len - longer;
    size_t allowed = longer / 3 > 1 ? longer / 3 : 1;
    if (longer - shorter > allowed)
        return DISTANCE_FAR;
    unsigned distance = edits(written, candidate);
    return distance > allowed ? DISTANCE_FAR : distance * EDIT_WEIGHT;
}

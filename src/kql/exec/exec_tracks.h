/*
 * exec_tracks.h - which blocks of which inputs are under way: the book that exec_flow.c keeps.
 *
 * Each input that is being read has a track, in the order of inputs, and in it a slot for each block, in the order of
 * blocks.
 *
 *   track 0   [ready] [at work] [ready]       the first: its slots are handed out next
 *   track 1   [ready] [ready] [at work]       read ahead by who found track 0 being read
 *   track 2   [at work]                       a short file: one block
 *
 * Nothing here locks: who keeps the book does.
 */
#ifndef DDNSHUNT_KQL_EXEC_TRACKS_H
#define DDNSHUNT_KQL_EXEC_TRACKS_H

#include "kql/exec/exec_flow.h"

/* What became of one block, or of several in a row of which nothing is left but counts. */
struct slot {
    struct slot *next, *previous; /* in its track; next also of those that are free */
    bool ready;
    bool counted; /* ready: only the item's counts, for no row of the block was left */
    bool let_off; /* ready: its item is detached, and it is none of the blocks that there is room for */
    bool any;     /* a block, or an error; else the read found the input's end */
    enum err_code code;
    struct err err;
    struct flow_item item;
};

/* An input from its turn until all its items are handed out. */
struct track {
    struct scan_input *input; /* NULL: in its place an error */
    struct slot *first, *last;
    uint32_t blocks; /* that are at work or have rows: those in slots that are neither `counted` nor `let_off` */
    bool reading;    /* a thread is at it */
    bool at_once;    /* scan_reads_at_once() */
    bool at_end;     /* all its blocks have a slot */
    bool begun;      /* of it has been told */
};

/*
 * Memory is bounded by how many blocks there may be in all tracks, those left out of which there are but counts: of them,
 * neighbours share a slot, so that an input of which little is found can be read far ahead of its turn. Of blocks whose items are
 * detached so many are left out that a thread which was kept off its CPU for some milliseconds does not make the others wait.
 */
struct tracks {
    struct slot *slots, *free_slots;
    uint32_t blocks, blocks_max;
    uint32_t let_off;     /* slots */
    struct track *tracks; /* track number n is tracks[n % track_count] */
    uint32_t track_count;
    uint64_t first, end; /* numbers of the tracks that there are */
    uint32_t blocks_usual;
    bool alone; /* no input beside another */
};

/* For so many threads. alone: inputs must be opened and read one after the other. */
enum err_code tracks_init(struct tracks *tracks, unsigned threads, bool alone, struct err *err) MUST_CHECK;
void tracks_release(struct tracks *tracks);

/* The track whose turn it is to be handed out, or NULL. */
struct track *tracks_first(const struct tracks *tracks);
/* The first track of which a block can be taken, or NULL. */
struct track *tracks_pick(const struct tracks *tracks);
/* Is there room for one more track and a block in it? */
bool tracks_have_room(const struct tracks *tracks);
/* ... and for half of all that there may be, of the first track where its blocks are read at once. */
bool tracks_have_much_room(const struct tracks *tracks);
/* Is there something that only lacks room for a block? Not so the next input where one comes after the other. */
bool tracks_lack_room(const struct tracks *tracks, bool inputs_end);
/* Is nothing left to be read in any track? */
bool tracks_are_read(const struct tracks *tracks);

/* Needs tracks_have_room(). A track for the next input, which is not known yet. */
struct track *tracks_open(struct tracks *tracks);
/* It turns out that there is none: the last track, with one slot, never was. */
void tracks_withdraw(struct tracks *tracks);
/* The first track, which has no slots, goes. The input is the caller's again. */
struct scan_input *tracks_close(struct tracks *tracks);

/* Needs the track to be picked, or opened just now. */
struct slot *tracks_add_slot(struct tracks *tracks, struct track *track);
/* The track's first slot is free again. */
void tracks_remove_slot(struct tracks *tracks, struct track *track);
/* The slot is ready, and its item detached. */
void tracks_let_off_slot(struct tracks *tracks, struct track *track, struct slot *slot);
/* The slot is ready, with nothing but its counts: it may be one with its neighbours from now on. columns: of the counts. */
void tracks_count_slot(struct tracks *tracks, struct track *track, struct slot *slot, uint32_t columns);

#endif

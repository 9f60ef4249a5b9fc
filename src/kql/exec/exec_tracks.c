/*
 * exec_tracks.c - see exec_tracks.h.
 */
#include "kql/exec/exec_tracks.h"

#include "base/mem.h"

enum {
    /* What can be read ahead at least, of inputs that one thread alone can read: so many blocks of SOURCE_BLOCK_BYTES. */
    BLOCKS_MIN = 64,
    TRACKS_AHEAD = 4, /* of each thread: short files that may wait for their turn */
    LET_OFF_MAX = 64  /* detached items that take no block's room; one holds less than a quarter of what a block does */
};

enum err_code tracks_init(struct tracks *tracks, unsigned threads, bool alone, struct err *err)
{
    *tracks = (struct tracks){
        .alone = alone, .blocks_usual = FLOW_AHEAD + 2 * threads, .track_count = threads * TRACKS_AHEAD};
    tracks->blocks_max = tracks->blocks_usual + 1 > BLOCKS_MIN ? tracks->blocks_usual + 1 : BLOCKS_MIN;
    /* Between two blocks, and at either end of a track, counts may stand. */
    uint32_t slots = 2 * (tracks->blocks_max + LET_OFF_MAX) + tracks->track_count;
    tracks->slots = mem_zalloc(slots, sizeof *tracks->slots);
    tracks->tracks = mem_zalloc(tracks->track_count, sizeof *tracks->tracks);
    if (!tracks->slots || !tracks->tracks) {
        tracks_release(tracks);
        return err_no_memory(err, slots * sizeof *tracks->slots);
    }
    for (uint32_t i = slots; i-- > 0; tracks->free_slots = &tracks->slots[i])
        tracks->slots[i].next = tracks->free_slots;
    return ERR_NONE;
}

void tracks_release(struct tracks *tracks)
{
    for (uint64_t n = tracks->first; tracks->tracks && n < tracks->end; n++) {
        struct track *track = &tracks->tracks[n % tracks->track_count];
        for (struct slot *slot = track->first; slot; slot = slot->next) {
            bool filled = slot->ready && slot->any && slot->code == ERR_NONE;
            if (slot->ready && (slot->counted || (filled && slot->item.detached)))
                mem_free(slot->item.counts.cells);
            if (filled && !slot->counted)
                batch_free(slot->item.root);
        }
        scan_drop_input(track->input);
    }
    mem_free(tracks->slots);
    mem_free(tracks->tracks);
}

struct track *tracks_first(const struct tracks *tracks)
{
    return tracks->first < tracks->end ? &tracks->tracks[tracks->first % tracks->track_count] : NULL;
}

/*
 * Room for one more block of a track. One is left for the first track: whatever was read ahead of it, it can go on. More
 * than what keeps the threads busy is only of use where a track's blocks are read one at a time, and it is not its turn.
 */
static bool track_has_room(const struct tracks *tracks, const struct track *track, bool is_first)
{
    if (is_first && track->blocks == 0)
        return tracks->blocks < tracks->blocks_max;
    uint32_t used = track->at_once ? tracks->blocks : is_first ? track->blocks : 0;
    return used < tracks->blocks_usual && tracks->blocks + 1 < tracks->blocks_max;
}

struct track *tracks_pick(const struct tracks *tracks)
{
    for (uint64_t n = tracks->first; n < tracks->end; n++) {
        struct track *track = &tracks->tracks[n % tracks->track_count];
        if (!track->at_end && !track->reading && track_has_room(tracks, track, n == tracks->first))
            return track;
    }
    return NULL;
}

bool tracks_have_room(const struct tracks *tracks)
{
    uint64_t count = tracks->end - tracks->first;
    if (count == 0)
        return tracks->blocks < tracks->blocks_max;
    return !tracks->alone && count < tracks->track_count && tracks->blocks + 1 < tracks->blocks_max;
}

bool tracks_have_much_room(const struct tracks *tracks)
{
    const struct track *first = tracks_first(tracks);
    uint32_t max = first && first->at_once ? tracks->blocks_usual : tracks->blocks_max;
    return tracks->blocks < (max + 1) / 2;
}

bool tracks_lack_room(const struct tracks *tracks, bool inputs_end)
{
    if (!inputs_end && !tracks->alone && !tracks_have_room(tracks))
        return true;
    for (uint64_t n = tracks->first; n < tracks->end; n++) {
        const struct track *track = &tracks->tracks[n % tracks->track_count];
        if (!track->at_end && !track->reading && !track_has_room(tracks, track, n == tracks->first))
            return true;
    }
    return false;
}

bool tracks_are_read(const struct tracks *tracks)
{
    for (uint64_t n = tracks->first; n < tracks->end; n++) {
        if (!tracks->tracks[n % tracks->track_count].at_end)
            return false;
    }
    return true;
}

struct track *tracks_open(struct tracks *tracks)
{
    struct track *track = &tracks->tracks[tracks->end++ % tracks->track_count];
    *track = (struct track){0};
    return track;
}

void tracks_withdraw(struct tracks *tracks)
{
    tracks_remove_slot(tracks, &tracks->tracks[(tracks->end - 1) % tracks->track_count]);
    tracks->end--;
}

struct scan_input *tracks_close(struct tracks *tracks)
{
    return tracks->tracks[tracks->first++ % tracks->track_count].input;
}

struct slot *tracks_add_slot(struct tracks *tracks, struct track *track)
{
    struct slot *slot = tracks->free_slots;
    tracks->free_slots = slot->next;
    slot->next = NULL;
    slot->previous = track->last;
    slot->ready = slot->any = slot->counted = slot->let_off = false;
    slot->code = ERR_NONE;
    if (track->last)
        track->last->next = slot;
    else
        track->first = slot;
    track->last = slot;
    track->blocks++;
    tracks->blocks++;
    return slot;
}

static void slot_unlink(struct tracks *tracks, struct track *track, struct slot *slot)
{
    if (slot->previous)
        slot->previous->next = slot->next;
    else
        track->first = slot->next;
    if (slot->next)
        slot->next->previous = slot->previous;
    else
        track->last = slot->previous;
    slot->next = tracks->free_slots;
    tracks->free_slots = slot;
}

void tracks_remove_slot(struct tracks *tracks, struct track *track)
{
    struct slot *slot = track->first;
    if (slot->let_off) {
        tracks->let_off--;
    } else if (!slot->counted) {
        track->blocks--;
        tracks->blocks--;
    }
    slot_unlink(tracks, track, slot);
}

void tracks_let_off_slot(struct tracks *tracks, struct track *track, struct slot *slot)
{
    slot->ready = true;
    slot->let_off = tracks->let_off < LET_OFF_MAX;
    if (slot->let_off) {
        tracks->let_off++;
        track->blocks--;
        tracks->blocks--;
    }
}

/* Makes a counted slot and the counted one behind it one. */
static void slots_join(struct tracks *tracks, struct track *track, struct slot *slot, uint32_t columns)
{
    struct slot *next = slot->next;
    scan_stats_add(&slot->item.counts, &next->item.counts, columns);
    mem_free(next->item.counts.cells);
    slot_unlink(tracks, track, next);
}

void tracks_count_slot(struct tracks *tracks, struct track *track, struct slot *slot, uint32_t columns)
{
    slot->ready = slot->counted = true;
    track->blocks--;
    tracks->blocks--;
    if (slot->next && slot->next->counted)
        slots_join(tracks, track, slot, columns);
    if (slot->previous && slot->previous->counted)
        slots_join(tracks, track, slot->previous, columns);
}

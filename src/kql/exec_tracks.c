/*
 * exec_tracks.c - see exec_tracks.h.
 */
#include "kql/exec_tracks.h"

#include "base/mem.h"

enum {
    /* What can be read ahead at least, of inputs that one thread alone can read: so many blocks of SOURCE_BLOCK_BYTES. */
    SLOTS_MIN = 64,
    TRACKS_AHEAD = 4 /* of each thread: short files that may wait for their turn */
};

enum err_code tracks_init(struct tracks *tracks, unsigned threads, bool alone, struct err *err)
{
    *tracks =
        (struct tracks){.alone = alone, .slots_usual = FLOW_AHEAD + 2 * threads, .track_count = threads * TRACKS_AHEAD};
    tracks->slot_count = tracks->slots_usual + 1 > SLOTS_MIN ? tracks->slots_usual + 1 : SLOTS_MIN;
    tracks->slots = mem_zalloc(tracks->slot_count, sizeof *tracks->slots);
    tracks->tracks = mem_zalloc(tracks->track_count, sizeof *tracks->tracks);
    if (!tracks->slots || !tracks->tracks) {
        tracks_release(tracks);
        return err_no_memory(err, tracks->slot_count * sizeof *tracks->slots);
    }
    for (uint32_t i = tracks->slot_count; i-- > 0; tracks->free_slots = &tracks->slots[i])
        tracks->slots[i].next = tracks->free_slots;
    tracks->free_count = tracks->slot_count;
    return ERR_NONE;
}

void tracks_release(struct tracks *tracks)
{
    for (uint64_t n = tracks->first; n < tracks->end; n++) {
        struct track *track = &tracks->tracks[n % tracks->track_count];
        for (struct slot *slot = track->first; slot; slot = slot->next) {
            if (slot->ready && slot->any && slot->code == ERR_NONE)
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
 * Room for one more block of a track. One slot is left for the first track: whatever was read ahead of it, it can go on.
 * More than what keeps the threads busy is only of use where a track's blocks are read one at a time, and not its turn.
 */
static bool track_has_room(const struct tracks *tracks, const struct track *track, bool is_first)
{
    if (is_first && !track->first)
        return tracks->free_count > 0;
    uint32_t used = track->at_once ? tracks->slot_count - tracks->free_count : is_first ? track->slots : 0;
    return used < tracks->slots_usual && tracks->free_count > 1;
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
        return tracks->free_count > 0;
    return !tracks->alone && count < tracks->track_count && tracks->free_count > 1;
}

bool tracks_have_much_room(const struct tracks *tracks)
{
    return tracks->free_count > tracks->slot_count / 2;
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
    tracks->free_count--;
    slot->next = NULL;
    slot->ready = slot->any = false;
    slot->code = ERR_NONE;
    if (track->last)
        track->last->next = slot;
    else
        track->first = slot;
    track->last = slot;
    track->slots++;
    return slot;
}

void tracks_remove_slot(struct tracks *tracks, struct track *track)
{
    struct slot *slot = track->first;
    track->first = slot->next;
    if (!track->first)
        track->last = NULL;
    track->slots--;
    slot->next = tracks->free_slots;
    tracks->free_slots = slot;
    tracks->free_count++;
}

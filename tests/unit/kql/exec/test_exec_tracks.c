/*
 * test_exec_tracks.c - the book of blocks under way: the order of tracks and slots, what there is room for, how counts become one.
 */
#include "test.h"

#include "base/mem.h"
#include "kql/exec/exec_tracks.h"

enum { THREADS = 2, COLUMNS = 3 };

static struct tracks book(unsigned threads, bool alone)
{
    struct tracks tracks;
    assert_int_equal(tracks_init(&tracks, threads, alone, NULL), ERR_NONE);
    assert_null(tracks_first(&tracks));
    assert_null(tracks_pick(&tracks));
    return tracks;
}

/* The next input, with the block that it is opened for. */
static struct track *open_with_block(struct tracks *tracks, struct slot **out_slot)
{
    assert_true(tracks_have_room(tracks));
    struct track *track = tracks_open(tracks);
    struct slot *slot = tracks_add_slot(tracks, track);
    if (out_slot)
        *out_slot = slot;
    return track;
}

static void count(struct tracks *tracks, struct track *track, struct slot *slot, uint64_t rows)
{
    slot->any = true;
    slot->item.counts = (struct scan_stats){.rows = rows, .cells = mem_zalloc(COLUMNS, sizeof(uint64_t))};
    slot->item.counts.cells[rows % COLUMNS] = rows;
    tracks_count_slot(tracks, track, slot, COLUMNS);
}

static void let_off(struct tracks *tracks, struct track *track, struct slot *slot)
{
    slot->any = true;
    slot->item = (struct flow_item){.any = true, .detached = true};
    tracks_let_off_slot(tracks, track, slot);
}

/* How many slots the track has, going forwards and, the same ones, backwards. */
static size_t length(const struct track *track)
{
    size_t count = 0;
    const struct slot *before = NULL;
    for (const struct slot *slot = track->first; slot; before = slot, slot = slot->next, count++)
        assert_ptr_equal(slot->previous, before);
    assert_ptr_equal(track->last, before);
    return count;
}

static size_t free_length(const struct tracks *tracks)
{
    size_t count = 0;
    for (const struct slot *slot = tracks->free_slots; slot; slot = slot->next)
        count++;
    return count;
}

static void inputs_come_in_their_order(void **state)
{
    (void)state;
    struct tracks tracks = book(THREADS, false);
    size_t free_slots = free_length(&tracks);
    /* More than there is room for at once, so that places are used again. */
    for (uint64_t n = 0; n < 5 * (uint64_t)tracks.track_count; n++) {
        struct track *track = open_with_block(&tracks, NULL);
        assert_ptr_equal(tracks_first(&tracks),
                         n < 2 ? &tracks.tracks[0] : &tracks.tracks[(n - 2) % tracks.track_count]);
        assert_null(track->input);
        assert_false(track->at_end || track->reading || track->at_once || track->begun);
        if (n >= 2) {
            tracks_remove_slot(&tracks, tracks_first(&tracks));
            assert_null(tracks_close(&tracks));
        }
    }
    while (tracks_first(&tracks)) {
        tracks_remove_slot(&tracks, tracks_first(&tracks));
        (void)tracks_close(&tracks);
    }
    assert_int_equal(tracks.blocks, 0);
    assert_int_equal(free_length(&tracks), free_slots);
    tracks_release(&tracks);
}

static void what_is_read_or_at_its_end_is_not_picked(void **state)
{
    (void)state;
    struct tracks tracks = book(THREADS, false);
    struct track *first = open_with_block(&tracks, NULL), *second = open_with_block(&tracks, NULL);
    assert_ptr_equal(tracks_pick(&tracks), first);
    first->reading = true;
    assert_ptr_equal(tracks_pick(&tracks), second);
    second->at_end = true;
    assert_null(tracks_pick(&tracks));
    assert_false(tracks_are_read(&tracks));
    first->reading = false;
    first->at_end = true;
    assert_null(tracks_pick(&tracks));
    assert_true(tracks_are_read(&tracks));
    tracks_release(&tracks);
}

static void last_track_may_turn_out_never_to_have_been(void **state)
{
    (void)state;
    struct tracks tracks = book(THREADS, false);
    size_t free_slots = free_length(&tracks);
    struct track *first = open_with_block(&tracks, NULL);
    (void)open_with_block(&tracks, NULL);
    tracks_withdraw(&tracks);
    assert_ptr_equal(tracks_first(&tracks), first);
    first->reading = true;
    assert_null(tracks_pick(&tracks));
    tracks_remove_slot(&tracks, first);
    (void)tracks_close(&tracks);
    assert_null(tracks_first(&tracks));
    assert_int_equal(free_length(&tracks), free_slots);
    tracks_release(&tracks);
}

/* An input of which others wait for the first: blocks that were read far ahead of its turn are held within bounds. */
static void later_tracks_leave_room_for_the_first(void **state)
{
    (void)state;
    struct tracks tracks = book(THREADS, false);
    struct slot *slot;
    struct track *first = open_with_block(&tracks, &slot), *second = open_with_block(&tracks, NULL);
    slot->ready = slot->any = true;
    slot->code = ERR_INPUT; /* what is handed out first, so that the track has no block for a while */
    tracks_remove_slot(&tracks, first);
    first->reading = true;
    while (tracks_pick(&tracks)) {
        assert_ptr_equal(tracks_pick(&tracks), second);
        (void)tracks_add_slot(&tracks, second);
        assert_true(tracks.blocks < tracks.blocks_max);
    }
    assert_int_equal(tracks.blocks, tracks.blocks_max - 1);
    assert_false(tracks_have_room(&tracks));
    assert_false(tracks_have_much_room(&tracks));
    assert_true(tracks_lack_room(&tracks, true));
    first->reading = false;
    assert_ptr_equal(tracks_pick(&tracks), first);
    (void)tracks_add_slot(&tracks, first);
    assert_int_equal(tracks.blocks, tracks.blocks_max);
    assert_null(tracks_pick(&tracks));
    tracks_release(&tracks);
}

static void first_track_has_as_many_blocks_as_keep_the_threads_busy(void **state)
{
    (void)state;
    for (unsigned threads = 1; threads <= 16; threads *= 4) {
        for (int at_once = 0; at_once < 2; at_once++) {
            struct tracks tracks = book(threads, false);
            struct track *first = open_with_block(&tracks, NULL);
            first->at_once = at_once;
            while (tracks_pick(&tracks))
                (void)tracks_add_slot(&tracks, first);
            assert_int_equal(first->blocks, tracks.blocks_usual);
            assert_int_equal(tracks.blocks_usual, 2 * threads + FLOW_AHEAD);
            tracks_release(&tracks);
        }
    }
}

static void what_is_being_read_lacks_no_room(void **state)
{
    (void)state;
    struct tracks tracks = book(THREADS, false);
    assert_false(tracks_lack_room(&tracks, false));
    struct track *first = open_with_block(&tracks, NULL);
    while (tracks_pick(&tracks))
        (void)tracks_add_slot(&tracks, first);
    assert_true(tracks_lack_room(&tracks, true));
    first->reading = true;
    assert_false(tracks_lack_room(&tracks, true));
    assert_false(tracks_lack_room(&tracks, false)); /* there is room for the next input */
    first->reading = false;
    first->at_end = true;
    assert_false(tracks_lack_room(&tracks, true));
    tracks_release(&tracks);
}

static void alone_there_is_one_input_at_a_time(void **state)
{
    (void)state;
    struct tracks tracks = book(THREADS, true);
    struct track *track = open_with_block(&tracks, NULL);
    track->at_end = true;
    assert_false(tracks_have_room(&tracks));
    assert_false(tracks_lack_room(&tracks, false)); /* but the end of the one before */
    tracks_remove_slot(&tracks, track);
    assert_false(tracks_have_room(&tracks));
    (void)tracks_close(&tracks);
    assert_true(tracks_have_room(&tracks));
    tracks_release(&tracks);
}

/* Neighbours become one with the sum of their counts, in whatever order they are done. */
static void counts_of_neighbours_become_one(void **state)
{
    (void)state;
    static const unsigned char ORDERS[][4] = {{0, 1, 2, 3}, {3, 2, 1, 0}, {1, 3, 2, 0}, {0, 2, 1, 3}, {2, 0, 3, 1}};
    for (size_t i = 0; i < TEST_COUNT(ORDERS); i++) {
        struct tracks tracks = book(THREADS, false);
        size_t free_slots = free_length(&tracks);
        struct slot *slots[4];
        struct track *track = open_with_block(&tracks, &slots[0]);
        for (int k = 1; k < 4; k++)
            slots[k] = tracks_add_slot(&tracks, track);
        for (uint32_t k = 0; k < 4; k++) {
            count(&tracks, track, slots[ORDERS[i][k]], ORDERS[i][k] + 10);
            assert_int_equal(track->blocks, 3 - k);
            assert_int_equal(tracks.blocks, 3 - k);
        }
        assert_int_equal(length(track), 1);
        const struct scan_stats *counts = &track->first->item.counts;
        assert_true(track->first->ready && track->first->counted && track->first->any);
        assert_int_equal(counts->rows, 10 + 11 + 12 + 13);
        assert_int_equal(counts->cells[0], 12);
        assert_int_equal(counts->cells[1], 10 + 13);
        assert_int_equal(counts->cells[2], 11);
        mem_free(track->first->item.counts.cells);
        tracks_remove_slot(&tracks, track);
        assert_int_equal(tracks.blocks, 0);
        assert_int_equal(free_length(&tracks), free_slots);
        tracks_release(&tracks);
    }
}

/* What has rows, or is at work, stands between them: so the order stays. */
static void counts_on_both_sides_of_a_block_stay_apart(void **state)
{
    (void)state;
    struct tracks tracks = book(THREADS, false);
    struct slot *before, *after;
    struct track *track = open_with_block(&tracks, &before);
    struct slot *block = tracks_add_slot(&tracks, track);
    after = tracks_add_slot(&tracks, track);
    count(&tracks, track, after, 7);
    count(&tracks, track, before, 5);
    assert_int_equal(length(track), 3);
    assert_int_equal(track->first->item.counts.rows, 5);
    assert_ptr_equal(track->first->next, block);
    assert_false(block->ready);
    assert_int_equal(track->last->item.counts.rows, 7);
    assert_int_equal(track->blocks, 1);
    mem_free(track->first->item.counts.cells);
    tracks_remove_slot(&tracks, track); /* counts take no room, and give none */
    assert_int_equal(track->blocks, 1);
    assert_ptr_equal(track->first, block);
    tracks_remove_slot(&tracks, track);
    assert_int_equal(track->blocks, 0);
    tracks_release(&tracks); /* with counts that nobody took */
}

/* They stand in their order, and take no block's room: but so many only, after which they are as others. */
static void detached_items_take_no_room_up_to_a_number(void **state)
{
    (void)state;
    struct tracks tracks = book(THREADS, false);
    size_t free_slots = free_length(&tracks);
    struct slot *slot;
    struct track *track = open_with_block(&tracks, &slot);
    uint32_t ahead = 0, most;
    for (; tracks.blocks == 1; ahead++, slot = tracks_add_slot(&tracks, track)) {
        let_off(&tracks, track, slot);
        assert_true(slot->ready);
        if (tracks.blocks == 1)
            break;
        assert_ptr_equal(tracks_pick(&tracks), track);
    }
    most = tracks.let_off;
    assert_int_equal(ahead, most);
    assert_true(most > 4 * tracks.blocks_usual && !slot->let_off && track->blocks == 1);
    assert_int_equal(length(track), most + 1);
    for (uint32_t left = most; left-- > 0;) {
        tracks_remove_slot(&tracks, track);
        assert_int_equal(tracks.let_off, left);
        assert_int_equal(tracks.blocks, 1);
    }
    assert_ptr_equal(track->first, slot);
    tracks_remove_slot(&tracks, track);
    assert_int_equal(tracks.blocks, 0);
    assert_int_equal(free_length(&tracks), free_slots);
    (void)open_with_block(&tracks, &slot); /* a slot that was used so is as new */
    assert_false(slot->let_off || slot->ready);
    tracks_release(&tracks);
}

/* Some tracks are being read, or none is: so the one that is picked moves round. */
static void reading_set(struct tracks *tracks, bool some)
{
    for (uint64_t n = tracks->first; n < tracks->end; n++)
        tracks->tracks[n % tracks->track_count].reading = some && test_random_below(2);
}

/* However many blocks of a later input had nothing in them: there are slots enough for the worst mixture of them. */
static void slots_never_run_out(void **state)
{
    (void)state;
    struct tracks tracks = book(THREADS, false);
    while (tracks_have_room(&tracks)) /* tracks, as many as there can be, with a block in each */
        (void)open_with_block(&tracks, NULL);
    struct track *track;
    while ((track = tracks_pick(&tracks)) != NULL) {
        assert_non_null(tracks.free_slots);
        struct slot *slot = tracks_add_slot(&tracks, track);
        uint64_t becomes = test_random_below(3);
        if (becomes == 0)
            count(&tracks, track, slot, 1);
        else if (becomes == 1)
            let_off(&tracks, track, slot);
        reading_set(&tracks, true);
        if (!tracks_pick(&tracks))
            reading_set(&tracks, false);
    }
    assert_int_equal(tracks.blocks, tracks.blocks_max - 1);
    for (uint64_t n = tracks.first; n < tracks.end; n++)
        (void)length(&tracks.tracks[n % tracks.track_count]);
    tracks_release(&tracks);
}

static void without_memory_it_says_so(void **state)
{
    (void)state;
    for (uint64_t nth = 1; nth <= 2; nth++) {
        struct tracks tracks;
        mem_fail_after(nth);
        assert_int_equal(tracks_init(&tracks, THREADS, false, NULL), ERR_MEMORY);
        mem_fail_after(0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(inputs_come_in_their_order),
        cmocka_unit_test(what_is_read_or_at_its_end_is_not_picked),
        cmocka_unit_test(last_track_may_turn_out_never_to_have_been),
        cmocka_unit_test(later_tracks_leave_room_for_the_first),
        cmocka_unit_test(first_track_has_as_many_blocks_as_keep_the_threads_busy),
        cmocka_unit_test(what_is_being_read_lacks_no_room),
        cmocka_unit_test(alone_there_is_one_input_at_a_time),
        cmocka_unit_test(counts_of_neighbours_become_one),
        cmocka_unit_test(counts_on_both_sides_of_a_block_stay_apart),
        cmocka_unit_test(detached_items_take_no_room_up_to_a_number),
        cmocka_unit_test(slots_never_run_out),
        cmocka_unit_test(without_memory_it_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

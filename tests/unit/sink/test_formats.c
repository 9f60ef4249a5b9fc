/*
 * test_formats.c - CSV, TSV, NDJSON, JSON and Markdown: exact bytes, and what hostile cells do.
 */
#include "rows.h"

static const struct sink_options PLAN = {.unicode = true};
static const struct sink_options SAFE = {.unicode = true, .csv_safe = true};
static const struct sink_options TERMINAL = {.unicode = true, .terminal = true};

static const char *const NAMES[] = {"Text", "Port", "When", "Bag"};
static const enum type KINDS[] = {TYPE_STRING, TYPE_LONG, TYPE_DATETIME, TYPE_DYNAMIC};

static void check_all(const char *const *cells, uint32_t count, const char *format, const struct sink_options *options,
                      const char *expected)
{
    struct rows rows;
    rows_init(&rows, NAMES, KINDS, 4, cells, count);
    assert_written(&rows, format, options, expected);
    rows_release(&rows);
}

/* One text column named T. */
static void check_text(const char *text, const char *format, const struct sink_options *options, const char *expected)
{
    static const char *const NAME[] = {"T"};
    static const enum type KIND[] = {TYPE_STRING};
    struct rows rows;
    rows_init(&rows, NAME, KIND, 1, &text, 1);
    assert_written(&rows, format, options, expected);
    rows_release(&rows);
}

static const char *const TWO_ROWS[] = {"a",  "443", "2026-03-09T06:00:00.1234567Z", "{\"k\":[1,null]}", "", NULL,
                                       NULL, NULL};

static void test_types_in_csv(void **state)
{
    (void)state;
    check_all(TWO_ROWS, 2, "csv", &PLAN,
              "Text,Port,When,Bag\na,443,2026-03-09T06:00:00.1234567Z,\"{\"\"k\"\":[1,null]}\"\n,,,\n");
}

static void test_types_in_tsv(void **state)
{
    (void)state;
    check_all(TWO_ROWS, 2, "tsv", &PLAN,
              "Text\tPort\tWhen\tBag\na\t443\t2026-03-09T06:00:00.1234567Z\t{\"k\":[1,null]}\n\t\t\t\n");
}

static void test_types_in_ndjson(void **state)
{
    (void)state;
    check_all(TWO_ROWS, 2, "ndjson", &PLAN,
              "{\"Text\":\"a\",\"Port\":443,\"When\":\"2026-03-09T06:00:00.1234567Z\",\"Bag\":{\"k\":[1,null]}}\n"
              "{\"Text\":\"\",\"Port\":null,\"When\":null,\"Bag\":null}\n");
}

static void test_types_in_json(void **state)
{
    (void)state;
    check_all(TWO_ROWS, 2, "json", &PLAN,
              "[\n{\"Text\":\"a\",\"Port\":443,\"When\":\"2026-03-09T06:00:00.1234567Z\",\"Bag\":{\"k\":[1,null]}},\n"
              "{\"Text\":\"\",\"Port\":null,\"When\":null,\"Bag\":null}\n]\n");
}

static void test_types_in_markdown(void **state)
{
    (void)state;
    check_all(TWO_ROWS, 2, "markdown", &PLAN,
              "| Text | Port | When | Bag |\n| --- | ---: | --- | --- |\n"
              "| a | 443 | 2026-03-09T06:00:00.1234567Z | {\"k\":\\[1,null\\]} |\n|  |  |  |  |\n");
}

static void test_no_rows(void **state)
{
    (void)state;
    check_all(NULL, 0, "csv", &PLAN, "Text,Port,When,Bag\n");
    check_all(NULL, 0, "tsv", &PLAN, "Text\tPort\tWhen\tBag\n");
    check_all(NULL, 0, "ndjson", &PLAN, "");
    check_all(NULL, 0, "json", &PLAN, "[]\n");
    check_all(NULL, 0, "markdown", &PLAN, "| Text | Port | When | Bag |\n| --- | ---: | --- | --- |\n");
}

static void test_csv_quotes_what_needs_it(void **state)
{
    (void)state;
    check_text("a,b", "csv", &PLAN, "T\n\"a,b\"\n");
    check_text("say \"x\"", "csv", &PLAN, "T\n\"say \"\"x\"\"\"\n");
    check_text("\"", "csv", &PLAN, "T\n\"\"\"\"\n");
    check_text("two\nlines", "csv", &PLAN, "T\n\"two\nlines\"\n");
    check_text("cr\rhere", "csv", &PLAN, "T\n\"cr\rhere\"\n");
    check_text(" padded", "csv", &PLAN, "T\n\" padded\"\n");
    check_text("tab\tonly", "csv", &PLAN, "T\ntab\tonly\n");
}

static void test_csv_row_of_one_empty_cell_is_no_empty_line(void **state)
{
    (void)state;
    check_text("", "csv", &PLAN, "T\n\"\"\n");
}

static void test_csv_safe_disarms_formulas(void **state)
{
    (void)state;
    check_text("=1+1", "csv", &SAFE, "T\n'=1+1\n");
    check_text("+x", "csv", &SAFE, "T\n'+x\n");
    check_text("-x", "csv", &SAFE, "T\n'-x\n");
    check_text("@SUM(A1,2)", "csv", &SAFE, "T\n\"'@SUM(A1,2)\"\n");
    check_text("\t=1", "csv", &SAFE, "T\n'\t=1\n");
    check_text("\r=1", "csv", &SAFE, "T\n\"'\r=1\"\n");
    check_text("\xEF\xBC\x9D"
               "1",
               "csv", &SAFE,
               "T\n'\xEF\xBC\x9D"
               "1\n");
    check_text("a=1", "csv", &SAFE, "T\na=1\n");
    check_text("=1+1", "csv", &PLAN, "T\n=1+1\n");
}

static void test_csv_safe_leaves_numbers_and_disarms_names(void **state)
{
    (void)state;
    static const char *const NAME[] = {"=cmd()"};
    static const enum type KIND[] = {TYPE_LONG};
    static const char *const CELL[] = {"-5"};
    struct rows rows;
    rows_init(&rows, NAME, KIND, 1, CELL, 1);
    assert_written(&rows, "csv", &SAFE, "'=cmd()\n-5\n");
    rows_release(&rows);
}

static void test_tsv_escapes(void **state)
{
    (void)state;
    check_text("a\tb\nc\rd\\e", "tsv", &PLAN, "T\na\\tb\\nc\\rd\\\\e\n");
}

static void test_json_escapes_and_keeps_data_exact(void **state)
{
    (void)state;
    check_text("q\" b\\ \x01 \x1b[2J \xC3\xA9", "ndjson", &PLAN,
               "{\"T\":\"q\\\" b\\\\ \\u0001 \\u001b[2J \xC3\xA9\"}\n");
}

static void test_json_names_are_escaped(void **state)
{
    (void)state;
    static const char *const NAME[] = {"a\"b\n"};
    static const enum type KIND[] = {TYPE_BOOL};
    static const char *const CELL[] = {"true"};
    struct rows rows;
    rows_init(&rows, NAME, KIND, 1, CELL, 1);
    assert_written(&rows, "ndjson", &PLAN, "{\"a\\\"b\\n\":true}\n");
    rows_release(&rows);
}

static void test_markdown_cell_is_text_only(void **state)
{
    (void)state;
    check_text("a|b", "markdown", &PLAN, "| T |\n| --- |\n| a\\|b |\n");
    check_text("l1\r\nl2\nl3\rl4", "markdown", &PLAN, "| T |\n| --- |\n| l1<br>l2<br>l3<br>l4 |\n");
    check_text("<script>&", "markdown", &PLAN, "| T |\n| --- |\n| &lt;script&gt;&amp; |\n");
    check_text("[x](y) `c` *b* _i_ ~s~ \\", "markdown", &PLAN,
               "| T |\n| --- |\n| \\[x\\](y) \\`c\\` \\*b\\* \\_i\\_ \\~s\\~ \\\\ |\n");
    check_text("http://evil.example WWW.evil.example m@x.example", "markdown", &PLAN,
               "| T |\n| --- |\n| http&#58;//evil.example WWW&#46;evil.example m&#64;x.example |\n");
    check_text("e\xCC\x81\x1b", "markdown", &PLAN, "| T |\n| --- |\n| e\xCC\x81\\x1b |\n");
}

static const char HOSTILE[] = "\x1b]0;x\x07 \x7f \xC2\x9b \xE2\x80\xAE rtl \xF3\xA0\x81\x81";

/* Every byte of the output is printable ASCII or a line end. */
static void assert_harmless(const char *format)
{
    static const char *const NAME[] = {HOSTILE};
    static const enum type KIND[] = {TYPE_STRING};
    const char *cell = HOSTILE;
    struct rows rows;
    struct out *out;
    struct err err;
    rows_init(&rows, NAME, KIND, 1, &cell, 1);
    assert_int_equal(rows_write(&rows, format, &TERMINAL, 1, &out, &err), ERR_NONE);
    struct slice text = out_memory(out);
    assert_true(text.len > 0);
    for (size_t i = 0; i < text.len; i++)
        if (strcmp(format, "table") != 0 || (unsigned char)text.ptr[i] < 0x80)
            assert_true((text.ptr[i] >= 0x20 && text.ptr[i] < 0x7f) || text.ptr[i] == '\n' || text.ptr[i] == '\t');
    out_close(out);
    rows_release(&rows);
}

static void test_nothing_raw_reaches_a_terminal(void **state)
{
    (void)state;
    for (size_t i = 0; SINK_TYPES[i]; i++)
        assert_harmless(SINK_TYPES[i]->name);
}

static void test_terminal_json_still_means_the_same(void **state)
{
    (void)state;
    check_text("\xE2\x80\xAE\xF3\xA0\x81\x81\xC3\xA9", "ndjson", &TERMINAL,
               "{\"T\":\"\\u202e\\udb40\\udc41\xC3\xA9\"}\n");
}

static void test_types_are_found(void **state)
{
    (void)state;
    assert_null(sink_type_find(SLICE("xml")));
    assert_string_equal(sink_type_find(SLICE("tsv"))->name, "tsv");
    assert_string_equal(sink_type_of_path(SLICE("a/b.CSV"))->name, "csv");
    assert_string_equal(sink_type_of_path(SLICE("x.tar.jsonl"))->name, "ndjson");
    assert_string_equal(sink_type_of_path(SLICE("x.md"))->name, "markdown");
    assert_null(sink_type_of_path(SLICE("csv")));
    assert_null(sink_type_of_path(SLICE("a.csv/b")));
    assert_null(sink_type_of_path(SLICE("x.")));
    assert_null(sink_type_of_path(SLICE("")));
}

static void test_each_failing_allocation_is_told(void **state)
{
    (void)state;
    for (size_t type = 0; SINK_TYPES[type]; type++) {
        struct rows rows;
        rows_init(&rows, NAMES, KINDS, 4, TWO_ROWS, 2);
        enum err_code code = ERR_MEMORY;
        unsigned nth = 0;
        while (code != ERR_NONE) {
            struct out *out;
            struct err err;
            mem_fail_after(++nth);
            code = rows_write(&rows, SINK_TYPES[type]->name, &PLAN, 1, &out, &err);
            mem_fail_after(0);
            if (code != ERR_NONE)
                assert_int_equal(code, ERR_MEMORY);
            out_close(out);
            assert_true(nth < 1000);
        }
        assert_true(nth > 3);
        rows_release(&rows);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_types_in_csv),
        cmocka_unit_test(test_types_in_tsv),
        cmocka_unit_test(test_types_in_ndjson),
        cmocka_unit_test(test_types_in_json),
        cmocka_unit_test(test_types_in_markdown),
        cmocka_unit_test(test_no_rows),
        cmocka_unit_test(test_csv_quotes_what_needs_it),
        cmocka_unit_test(test_csv_row_of_one_empty_cell_is_no_empty_line),
        cmocka_unit_test(test_csv_safe_disarms_formulas),
        cmocka_unit_test(test_csv_safe_leaves_numbers_and_disarms_names),
        cmocka_unit_test(test_tsv_escapes),
        cmocka_unit_test(test_json_escapes_and_keeps_data_exact),
        cmocka_unit_test(test_json_names_are_escaped),
        cmocka_unit_test(test_markdown_cell_is_text_only),
        cmocka_unit_test(test_nothing_raw_reaches_a_terminal),
        cmocka_unit_test(test_terminal_json_still_means_the_same),
        cmocka_unit_test(test_types_are_found),
        cmocka_unit_test(test_each_failing_allocation_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

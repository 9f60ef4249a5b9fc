/*
 * test_func.c - the joined table of functions: every row is whole and found by its name, near names, missing names.
 */
#include "test.h"

#include "kql/func/aggr.h"
#include "kql/func/func.h"

#include <string.h>

static bool is_letter_of(char letter, const char *letters)
{
    return letter != '\0' && strchr(letters, letter) != NULL;
}

/* "ARGS:RESULT ARGS:RESULT ...", in the letters that func.h explains. */
static bool signature_is_well_formed(const char *signature)
{
    for (const char *at = signature; *at;) {
        while (is_letter_of(*at, "bilrmdtgsynxSk?*"))
            at++;
        if (*at++ != ':' || !is_letter_of(*at++, "bilrmdtgsy="))
            return false;
        if (*at != '\0' && *at++ != ' ')
            return false;
    }
    return signature[0] != '\0';
}

static void every_row_is_whole(void **state)
{
    (void)state;
    uint32_t count = 0;
    for (const struct func *func; (func = func_at(count)); count++) {
        bool lazy = (func->flags & FUNC_LAZY) != 0;
        if (!signature_is_well_formed(func->signature))
            fail_msg("%s: signature '%s'", func->name, func->signature);
        if ((lazy ? func->eval_lazy == NULL : func->eval == NULL) || !func->doc || func->doc[0] == '\0')
            fail_msg("%s: no eval or no doc", func->name);
        if (strstr(func->signature, ":=") && !func->bind)
            fail_msg("%s: nothing settles its result's type", func->name);
    }
    assert_true(count > 60);
    assert_null(func_at(count + 1));
}

static void every_row_is_found_by_its_name_alone(void **state)
{
    (void)state;
    for (uint32_t i = 0; func_at(i); i++) {
        bool is_operator = (func_at(i)->flags & FUNC_OPERATOR) != 0;
        if (func_find(slice_from_cstr(func_at(i)->name), is_operator) != func_at(i))
            fail_msg("%s stands in the table twice", func_at(i)->name);
    }
    assert_non_null(func_find(SLICE("and"), true));
    assert_null(func_find(SLICE("and"), false));
    assert_non_null(func_find(SLICE("iff"), false));
    assert_null(func_find(SLICE("IFF"), false));
    assert_null(func_find(SLICE("cast"), false));
    assert_null(func_find(SLICE(""), false));
}

static void a_misspelt_name_finds_a_function_or_an_aggregate_but_no_alias(void **state)
{
    (void)state;
    assert_slice_equal(func_suggest(SLICE("isnotempy")), SLICE("isnotempty"));
    assert_slice_equal(func_suggest(SLICE("Count")), SLICE("count"));
    assert_slice_equal(func_suggest(SLICE("coalesc")), SLICE("coalesce"));
    assert_slice_equal(func_suggest(SLICE("qqqqqqqqqqqqqqqqq")), SLICE(""));
    for (uint32_t i = 0; func_at(i); i++)
        if (func_at(i)->flags & FUNC_ALIAS)
            assert_false(slice_eq(func_suggest(slice_from_cstr(func_at(i)->name)), slice_from_cstr(func_at(i)->name)));
}

static void what_kusto_has_is_missing_unless_we_have_it(void **state)
{
    (void)state;
    static const char *const MISSING[] = {
        "AssignedIPAddresses", "FileProfile", "geo_info_from_ip_address",      "mv-expand", "percentile",
        "externaldata",        "join",        "zlib_compress_to_base64_string"};
    for (size_t i = 0; i < TEST_COUNT(MISSING); i++)
        if (!func_is_missing(slice_from_cstr(MISSING[i])))
            fail_msg("%s", MISSING[i]);
    static const char *const OTHERS[] = {"iff", "count", "isnull", "nosuch", "", "GEO_INFO_FROM_IP_ADDRESS"};
    for (size_t i = 0; i < TEST_COUNT(OTHERS); i++)
        if (func_is_missing(slice_from_cstr(OTHERS[i])))
            fail_msg("%s", OTHERS[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_is_whole),
        cmocka_unit_test(every_row_is_found_by_its_name_alone),
        cmocka_unit_test(a_misspelt_name_finds_a_function_or_an_aggregate_but_no_alias),
        cmocka_unit_test(what_kusto_has_is_missing_unless_we_have_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * test_ip.c - IPv4 and IPv6 in text, prefixes, ranges.
 */
#include "test.h"

#include "event/ip_range.h"

#include <stdio.h>

static void ipv4_with_and_without_prefix(void **state)
{
    (void)state;
    uint32_t address;
    unsigned prefix;
    assert_true(ipv4_parse(SLICE("192.168.1.2"), &address, &prefix));
    assert_int_equal(address, 0xc0a80102);
    assert_int_equal(prefix, 32);
    assert_true(ipv4_parse(SLICE(" 10.0.0.0/8 "), &address, &prefix));
    assert_int_equal(address, 0x0a000000);
    assert_int_equal(prefix, 8);
    assert_true(ipv4_parse(SLICE("010.000.000.255/0"), &address, &prefix));
    assert_int_equal(address, 0x0a0000ff);
    assert_int_equal(prefix, 0);
}

static void what_is_no_ipv4_is_refused(void **state)
{
    (void)state;
    static const char *const BAD[] = {"",         "-",          "1.2.3",    "1.2.3.4.5",   "256.1.1.1", "1.2.3.4/33",
                                      "1.2.3.4/", "1.2.3.4/-1", "1..2.3",   "0x1.2.3.4",   "1.2.3.4x",  "1.2.3.0004",
                                      "fe80::1",  "1.2.3.4/8/", "1 .2.3.4", "1.2.3.4/0024"};
    for (size_t i = 0; i < TEST_COUNT(BAD); i++) {
        uint32_t address;
        unsigned prefix;
        if (ipv4_parse(slice_from_cstr(BAD[i]), &address, &prefix))
            fail_msg("accepted %s", BAD[i]);
    }
}

static void check_v6(const char *text, const char *full, unsigned expected_prefix)
{
    struct ipv6 address;
    unsigned prefix;
    char shown[40] = "";
    if (!ipv6_parse(slice_from_cstr(text), &address, &prefix))
        fail_msg("refused %s", text);
    for (size_t i = 0; i < 16; i++)
        sprintf(shown + 2 * i, "%02x", address.byte[i]);
    assert_string_equal(shown, full);
    assert_int_equal(prefix, expected_prefix);
}

static void ipv6_in_all_its_forms(void **state)
{
    (void)state;
    check_v6("::", "00000000000000000000000000000000", 128);
    check_v6("::1", "00000000000000000000000000000001", 128);
    check_v6("1::", "00010000000000000000000000000000", 128);
    check_v6("fe80::1:2", "fe800000000000000000000000010002", 128);
    check_v6("1:2:3:4:5:6:7:8", "00010002000300040005000600070008", 128);
    check_v6("1:2:3:4:5:6:7::", "00010002000300040005000600070000", 128);
    check_v6("::2:3:4:5:6:7:8", "00000002000300040005000600070008", 128);
    check_v6("2001:DB8::/32", "20010db8000000000000000000000000", 32);
    check_v6("::ffff:1.2.3.4", "00000000000000000000ffff01020304", 128);
    check_v6("::1.2.3.4/96", "00000000000000000000000001020304", 96);
    check_v6("1:2:3:4:5:6:1.2.3.4", "00010002000300040005000601020304", 128);
    check_v6("1.2.3.4", "00000000000000000000ffff01020304", 128);
    check_v6("1.2.3.0/24", "00000000000000000000ffff01020300", 120);
    check_v6("::1.2.3.0/24", "00000000000000000000000001020300", 120);
    check_v6("::1.2.3.0/128", "00000000000000000000000001020300", 128);
    check_v6("::/0", "00000000000000000000000000000000", 0);
}

static void what_is_no_ipv6_is_refused(void **state)
{
    (void)state;
    static const char *const BAD[] = {"",
                                      ":",
                                      ":::",
                                      "1::2::3",
                                      "1:2:3:4:5:6:7",
                                      "1:2:3:4:5:6:7:8:9",
                                      ":1",
                                      "1:",
                                      "12345::",
                                      "g::",
                                      "fe80::1%eth0",
                                      "::1/129",
                                      "::/",
                                      "1:::2",
                                      "::1.2.3",
                                      "::1.2.3.256",
                                      "1:2:3:4:5:6:7:1.2.3.4",
                                      "[::1]",
                                      "1::2:3:4:5:6:7:8",
                                      "1.2.3.4::",
                                      "::1 2"};
    for (size_t i = 0; i < TEST_COUNT(BAD); i++) {
        struct ipv6 address;
        unsigned prefix;
        if (ipv6_parse(slice_from_cstr(BAD[i]), &address, &prefix))
            fail_msg("accepted %s", BAD[i]);
    }
}

static void private_is_rfc_1918_alone(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool expected;
    } CASES[] = {{"10.0.0.0", true},       {"10.255.255.255", true},  {"11.0.0.0", false},
                 {"9.255.255.255", false}, {"172.15.255.255", false}, {"172.16.0.0", true},
                 {"172.31.255.255", true}, {"172.32.0.0", false},     {"192.167.255.255", false},
                 {"192.168.0.0", true},    {"192.169.0.0", false},    {"127.0.0.1", false},
                 {"169.254.1.1", false}};
    for (size_t i = 0; i < TEST_COUNT(CASES); i++) {
        uint32_t address;
        unsigned prefix;
        assert_true(ipv4_parse(slice_from_cstr(CASES[i].text), &address, &prefix));
        assert_int_equal(ipv4_is_private(address), CASES[i].expected);
    }
}

static void prefixes_from_0_to_all_bits(void **state)
{
    (void)state;
    assert_true(ipv4_in_prefix(1, 0xffffffff, 0));
    assert_false(ipv4_in_prefix(1, 0, 32));
    assert_true(ipv4_in_prefix(1, 0, 31));
    struct ipv6 a = {{0}}, b = {{0}};
    for (unsigned bit = 0; bit < 128; bit++) {
        b = a;
        b.byte[bit / 8] = (uint8_t)(0x80 >> bit % 8);
        assert_true(ipv6_in_prefix(&a, &b, bit));
        assert_false(ipv6_in_prefix(&a, &b, bit + 1));
    }
    assert_true(ipv6_in_prefix(&b, &b, 128));
}

/* Against asking one after the other: ranges that lie in one another, touch, repeat. */
static void settled_ranges_answer_as_each_of_them_would(void **state)
{
    (void)state;
    enum { RANGES = 40, ROUNDS = 200 };
    uint32_t seed = 7;
    for (unsigned round = 0; round < ROUNDS; round++) {
        struct ip_range given[RANGES], settled[RANGES];
        char text[RANGES][32];
        for (unsigned i = 0; i < RANGES; i++) {
            seed = seed * 1664525 + 1013904223;
            snprintf(text[i], sizeof text[i], "10.0.%u.%u/%u", seed >> 29, seed >> 16 & 255, 18 + (seed >> 8) % 15);
            assert_true(ip_range_parse(slice_from_cstr(text[i]), &given[i]));
            settled[i] = given[i];
        }
        size_t count = ip_ranges_settle(settled, RANGES / 2);
        assert_in_range(count, 1, RANGES / 2);
        for (unsigned i = 0; i < RANGES; i++) {
            bool expected = false;
            for (unsigned k = 0; k < RANGES / 2; k++)
                expected |= given[k].prefix <= given[i].prefix &&
                            ipv6_in_prefix(&given[i].first, &given[k].first, given[k].prefix);
            if (ip_ranges_hold(settled, count, &given[i]) != expected)
                fail_msg("%s should %sbe held", text[i], expected ? "" : "not ");
        }
    }
    struct ip_range all;
    assert_true(ip_range_parse(SLICE("::1/0"), &all));
    assert_int_equal(ip_ranges_settle(&all, 0), 0);
    assert_false(ip_ranges_hold(&all, 0, &all));
    assert_true(ip_ranges_hold(&all, 1, &all));
    assert_false(ip_range_parse(SLICE("10"), &all));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ipv4_with_and_without_prefix),
        cmocka_unit_test(what_is_no_ipv4_is_refused),
        cmocka_unit_test(ipv6_in_all_its_forms),
        cmocka_unit_test(what_is_no_ipv6_is_refused),
        cmocka_unit_test(private_is_rfc_1918_alone),
        cmocka_unit_test(prefixes_from_0_to_all_bits),
        cmocka_unit_test(settled_ranges_answer_as_each_of_them_would),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

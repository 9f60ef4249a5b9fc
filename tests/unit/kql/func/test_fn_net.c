/*
 * test_fn_net.c - addresses, ranges and URLs: documented examples, what is no address, hostile URLs.
 */
#include "text_fixture.h"

#include <stdlib.h>

static void private_is_rfc_1918_and_no_address_is_null(void **state)
{
    (void)state;
    EXPECT("True", "ipv4_is_private", S("10.1.2.3"));
    EXPECT("True", "ipv4_is_private", S("172.31.0.1"));
    EXPECT("True", "ipv4_is_private", S("192.168.1.1/24"));
    EXPECT("False", "ipv4_is_private", S("127.0.0.1"));
    EXPECT("False", "ipv4_is_private", S("172.32.0.1"));
    EXPECT("null", "ipv4_is_private", S("fe80::1"));
    EXPECT("null", "ipv4_is_private", S(""));
}

static void ranges_take_host_bits_and_bare_addresses(void **state)
{
    (void)state;
    EXPECT("True", "ipv4_is_in_range", S("192.168.1.1"), S("192.168.1.1"));
    EXPECT("True", "ipv4_is_in_range", S("192.168.1.1"), S("192.168.1.255/24"));
    EXPECT("False", "ipv4_is_in_range", S("192.168.2.1"), S("192.168.1.255/24"));
    EXPECT("True", "ipv4_is_in_range", S("1.2.3.4"), S("0.0.0.0/0"));
    EXPECT("null", "ipv4_is_in_range", S("1.2.3"), S("0.0.0.0/0"));
    EXPECT("null", "ipv4_is_in_range", S("1.2.3.4"), S("1.2.3.4/33"));
    EXPECT("True", "ipv4_is_in_any_range", S("192.168.1.6"), S("192.168.1.1/24"), S("10.0.0.1/8"), S("127.1.0.1/16"));
    EXPECT("True", "ipv4_is_in_any_range", S("127.0.0.1"), J("[\"127.0.0.1\",\"192.168.1.1\"]"));
    EXPECT("False", "ipv4_is_in_any_range", S("1.1.1.1"), J("[\"127.0.0.1\",\"192.168.1.1\"]"));
    EXPECT("False", "ipv4_is_in_any_range", S("1.1.1.1"), J("[]"));
    EXPECT("null", "ipv4_is_in_any_range", S("x"), J("[\"0.0.0.0/0\"]"));
    EXPECT("True", "ipv4_is_in_any_range", S("1.1.1.1"), J("[\"x\",\"1.0.0.0/8\"]"));
    EXPECT("null", "ipv4_is_in_any_range", S("1.1.1.1"), J("[\"x\",\"2.0.0.0/8\"]"));
    EXPECT("null", "ipv4_is_in_any_range", S("1.1.1.1"), S("2.0.0.0/8"), S("x"));
}

static void ipv6_ranges_take_ipv4_too(void **state)
{
    (void)state;
    const char *address = "a5e:f127:8a9d:146d:e102:b5d3:c755:abcd";
    EXPECT("True", "ipv6_is_in_range", S(address), S("a5e:f127:8a9d:146d:e102:b5d3:c755:0000/112"));
    EXPECT("True", "ipv6_is_in_range", S(address), S(address));
    EXPECT("False", "ipv6_is_in_range", S(address), S("0:0:0:0:0:ffff:c0a8:ac/60"));
    EXPECT("True", "ipv6_is_in_range", S("192.168.1.7"), S("192.168.1.0/24"));
    EXPECT("True", "ipv6_is_in_range", S("::ffff:192.168.1.7"), S("192.168.1.0/24"));
    EXPECT("null", "ipv6_is_in_range", S("nonsense"), S("::/0"));
    EXPECT("True", "ipv6_is_in_any_range", S(address), J("[\"::1\",\"a5e:f127::/32\"]"));
}

static void comparison_takes_the_shortest_prefix(void **state)
{
    (void)state;
    EXPECT("0", "ipv4_compare", S("192.168.1.1"), S("192.168.1.0"), L(31));
    EXPECT("0", "ipv4_compare", S("192.168.1.1/24"), S("192.168.1.255"), L(31));
    EXPECT("0", "ipv4_compare", S("192.168.1.1"), S("192.168.1.255"), L(24));
    EXPECT("-1", "ipv4_compare", S("1.2.3.4"), S("200.2.3.4"));
    EXPECT("1", "ipv4_compare", S("1.2.3.5"), S("1.2.3.4"));
    EXPECT("null", "ipv4_compare", S("1.2.3.5"), S("x"));
    EXPECT("null", "ipv4_compare", S("1.2.3.5"), S("1.2.3.5"), L(33));
    EXPECT("null", "ipv4_compare", S("1.2.3.5"), S("1.2.3.5"), L(-1));
    EXPECT("True", "ipv4_is_match", S("192.168.1.1/30"), S("192.168.1.255/24"));
    EXPECT("False", "ipv4_is_match", S("192.168.1.1"), S("192.168.1.2"));
    EXPECT("0", "ipv6_compare", S("fe80::85d:e82c:9446:7994/127"), S("fe80::85d:e82c:9446:7998"), L(120));
    EXPECT("-1", "ipv6_compare", S("fe80::85d:e82c:9446:7994"), S("fe80::85d:e82c:9446:7998"));
    EXPECT("0", "ipv6_compare", S("192.168.1.1/24"), S("::ffff:c0a8:01ff"), L(127));
    EXPECT("0", "ipv6_compare", S("::192.168.1.1/30"), S("192.168.1.255/24"), L(127));
    EXPECT("True", "ipv6_is_match", S("192.168.1.1"), S("::ffff:c0a8:0101"));
    EXPECT("True", "ipv6_is_match", S("::192.168.1.1/30"), S("192.168.1.255/24"));
    EXPECT("null", "ipv6_is_match", S("g::"), S("::"));
}

static void addresses_become_numbers_and_text(void **state)
{
    (void)state;
    EXPECT("2130706433", "parse_ipv4", S("127.0.0.1"));
    EXPECT("3232235776", "parse_ipv4", S("192.168.1.1/24"));
    EXPECT("null", "parse_ipv4", S("1.2.3"));
    EXPECT("2130706432", "parse_ipv4_mask", S("127.0.0.1"), L(24));
    EXPECT("24", "ipv4_netmask_suffix", S("192.168.1.1/24"));
    EXPECT("32", "ipv4_netmask_suffix", S("10.1.2.3"));
    EXPECT("192.168.1.0", "format_ipv4", S("192.168.1.1"), L(24));
    EXPECT("192.168.1.0", "format_ipv4", S("192.168.1.1/24"), L(32));
    EXPECT("", "format_ipv4", S("192.168.1.1/24"), L(-1));
    EXPECT("192.168.1.0/24", "format_ipv4_mask", S("192.168.1.1"), L(24));
    EXPECT("192.168.1.1/32", "format_ipv4_mask", S("192.168.1.1"), L(32));
    EXPECT("127.0.0.1", "format_ipv4", L(2130706433));
    EXPECT("", "format_ipv4", L(-1));
    EXPECT("0000:0000:0000:0000:0000:ffff:c0a8:ff00", "parse_ipv6", S("192.168.255.255/24"));
    EXPECT("fe80:0000:0000:0000:085d:e82c:9446:7900", "parse_ipv6_mask", S("fe80::85d:e82c:9446:7994/120"), L(124));
    EXPECT("", "parse_ipv6", S("x"));
}

static void addresses_are_found_in_text(void **state)
{
    (void)state;
    const char *text = "05:04:54 127.0.0.1 GET /favicon.ico 404";
    EXPECT("True", "has_ipv4", S(text), S("127.0.0.1"));
    EXPECT("False", "has_ipv4", S("05:04:54 127.0.0.256 GET"), S("127.0.0.256"));
    EXPECT("False", "has_ipv4", S("05:04:54127.0.0.1 GET"), S("127.0.0.1"));
    EXPECT("False", "has_ipv4", S("1.127.0.0.1"), S("127.0.0.1"));
    EXPECT("False", "has_ipv4", S("127.0.0.12"), S("127.0.0.1"));
    EXPECT("True", "has_ipv4", S("127.0.0.12 127.0.0.1."), S("127.0.0.1"));
    EXPECT("True", "has_any_ipv4", S(text), S("127.0.0.2"), S("127.0.0.1"));
    EXPECT("True", "has_any_ipv4", S(text), J("[\"127.0.0.1\",\"127.0.0.2\"]"));
    EXPECT("False", "has_any_ipv4", S(text), J("[1,null]"));
    EXPECT("True", "has_ipv4_prefix", S(text), S("127.0."));
    EXPECT("True", "has_ipv4_prefix", S(text), S("127."));
    EXPECT("True", "has_ipv4_prefix", S(text), S("127.0.0.1"));
    EXPECT("False", "has_ipv4_prefix", S(text), S("127.0"));
    EXPECT("False", "has_ipv4_prefix", S(text), S("."));
    EXPECT("False", "has_ipv4_prefix", S(text), S(""));
    EXPECT("False", "has_ipv4_prefix", S("at 127.0.0.256 GET"), S("127.0."));
    EXPECT("False", "has_any_ipv4_prefix", S("05:04:54127.0.0.1 GET"), S("127.0."), S("192."));
    EXPECT("True", "has_any_ipv4_prefix", S(text), S("192."), S("127.0."));
}

static void urls_are_taken_apart(void **state)
{
    (void)state;
    EXPECT("{\"Scheme\":\"scheme\",\"Host\":\"host\",\"Port\":\"1234\",\"Path\":\"/this/is/a/path\","
           "\"Username\":\"username\",\"Password\":\"password\",\"Query Parameters\":{\"k1\":\"v1\",\"k2\":\"v2\"},"
           "\"Fragment\":\"fragment\"}",
           "parse_url", S("scheme://username:password@host:1234/this/is/a/path?k1=v1&k2=v2#fragment"));
    EXPECT("{\"Scheme\":\"\",\"Host\":\"\",\"Port\":\"\",\"Path\":\"bing.com/x\",\"Username\":\"\",\"Password\":\"\","
           "\"Query Parameters\":{},\"Fragment\":\"\"}",
           "parse_url", S("bing.com/x"));
    EXPECT("{\"Scheme\":\"https\",\"Host\":\"[::1]\",\"Port\":\"8\",\"Path\":\"\",\"Username\":\"a@b\",\"Password\":"
           "\"c:d\",\"Query Parameters\":{},\"Fragment\":\"?\"}",
           "parse_url", S("https://a@b:c:d@[::1]:8#?"));
    EXPECT("{\"Scheme\":\"http\",\"Host\":\"::1\",\"Port\":\"\",\"Path\":\"/\",\"Username\":\"\",\"Password\":\"\","
           "\"Query Parameters\":{\"b\":\"\",\"\":\"x\",\"a\":\"3\"},\"Fragment\":\"\"}",
           "parse_url", S("http://::1/?b&&=x&a=1&a=2&a=3"));
    EXPECT("{\"Query Parameters\":{\"k1\":\"v1\",\"k2\":\"v2\",\"k3\":\"v3\"}}", "parse_urlquery",
           S("k1=v1&k2=v2&k3=v3"));
    EXPECT("{\"Query Parameters\":{}}", "parse_urlquery", S(""));
    EXPECT("{\"Query Parameters\":{\"a\":\"b=c\"}}", "parse_urlquery", S("?a=b=c"));
}

static void a_hostile_query_takes_no_square_of_time(void **state)
{
    (void)state;
    enum { COUNT = 200000 };
    struct buf url;
    buf_init(&url, 0);
    for (unsigned i = 0; i < COUNT; i++)
        buf_printf(&url, "%sk%u=%u", i ? "&" : "", i % (COUNT / 2), i);
    struct value value = value_of(CALL("parse_urlquery", constant(value_str(buf_slice(&url)))));
    const struct dyn *parameters = dyn_get(value.dyn, SLICE("Query Parameters"));
    assert_non_null(parameters);
    assert_int_equal(parameters->count, COUNT / 2);
    assert_true(slice_eq(dyn_get(parameters, SLICE("k5"))->str, SLICE("100005")));
    buf_release(&url);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
    const struct CMUnitTest tests[] = {
        TEST(private_is_rfc_1918_and_no_address_is_null),
        TEST(ranges_take_host_bits_and_bare_addresses),
        TEST(ipv6_ranges_take_ipv4_too),
        TEST(comparison_takes_the_shortest_prefix),
        TEST(addresses_become_numbers_and_text),
        TEST(addresses_are_found_in_text),
        TEST(urls_are_taken_apart),
        TEST(a_hostile_query_takes_no_square_of_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

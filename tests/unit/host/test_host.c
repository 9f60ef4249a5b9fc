/*
 * test_host.c - host_extract(): each step with its tricks, names that are broken, and what holds for every text.
 */
#include "host/host.h"

#include "base/mem.h"
#include "base/utf8.h"
#include "host_slow.h"

#include <idn2.h>
#include <stdio.h>
#include <stdlib.h>

#include "test.h"

/* --- libidn2, wrapped by the linker --- */

static bool idn2_has_no_memory;
static unsigned idn2_calls;
static size_t idn2_longest;

int __real_idn2_lookup_u8(const uint8_t *text, uint8_t **out, int flags);
int __wrap_idn2_lookup_u8(const uint8_t *text, uint8_t **out, int flags);

int __wrap_idn2_lookup_u8(const uint8_t *text, uint8_t **out, int flags)
{
    size_t len = strlen((const char *)text);
    idn2_calls++;
    if (len > idn2_longest)
        idn2_longest = len;
    return idn2_has_no_memory ? IDN2_MALLOC : __real_idn2_lookup_u8(text, out, flags);
}

/* --- tables --- */

struct row {
    struct slice text;
    const char *name; /* NULL: no name */
    enum host_kind kind;
};

#define NAME(text_literal, expected)                                                                                   \
    {                                                                                                                  \
        SLICE(text_literal), expected, HOST_NAME                                                                       \
    }
#define NO_NAME(text_literal, expected_kind)                                                                           \
    {                                                                                                                  \
        SLICE(text_literal), NULL, expected_kind                                                                       \
    }

static struct host extract(struct slice text, struct buf *scratch)
{
    struct host host;
    struct err err;
    assert_int_equal(host_extract(text, scratch, &host, &err), ERR_NONE);
    return host;
}

static void check_rows(const struct row *rows, size_t count)
{
    struct buf scratch;
    buf_init(&scratch, 0);
    for (size_t i = 0; i < count; i++) {
        struct host host = extract(rows[i].text, &scratch);
        struct slice name = rows[i].name ? slice_from_cstr(rows[i].name) : SLICE("");
        if (host.kind != rows[i].kind || !slice_eq(host.name, name))
            fail_msg("'%.*s' gave kind %d '%.*s', expected %d '%.*s'", SLICE_ARG(rows[i].text), (int)host.kind,
                     SLICE_ARG(host.name), (int)rows[i].kind, SLICE_ARG(name));
    }
    buf_release(&scratch);
}

#define CHECK(...)                                                                                                     \
    do {                                                                                                               \
        const struct row rows[] = {__VA_ARGS__};                                                                       \
        (void)state;                                                                                                   \
        check_rows(rows, TEST_COUNT(rows));                                                                            \
    } while (0)

static void a_bare_name_is_its_own_answer(void **state)
{
    CHECK(NAME("x.duckdns.org", "x.duckdns.org"), NAME("localhost", "localhost"),
          NAME("a_b.-c-.xn--tda.de", "a_b.-c-.xn--tda.de"), NAME("1.2.3.4a", "1.2.3.4a"), NAME("a..b", "a..b"),
          NAME("8.8.8.8.in-addr.arpa", "8.8.8.8.in-addr.arpa"));
}

static void where_nothing_stands_there_is_no_host(void **state)
{
    CHECK(NO_NAME("", HOST_NONE), NO_NAME(" \t\r\n", HOST_NONE), NO_NAME(".", HOST_NONE), NO_NAME("...", HOST_NONE),
          NO_NAME("http://", HOST_NONE), NO_NAME("http:///", HOST_NONE), NO_NAME("/path", HOST_NONE),
          NO_NAME("?q", HOST_NONE), NO_NAME("#f", HOST_NONE), NO_NAME("u:p@", HOST_NONE), NO_NAME(":80", HOST_NONE),
          NO_NAME("[]", HOST_NONE), NO_NAME("\"\"", HOST_NONE), NO_NAME("file:///C:/x", HOST_NONE),
          NO_NAME("\xc2\xad", HOST_NONE), NO_NAME("%2e", HOST_NONE), NO_NAME("\xe3\x80\x82", HOST_NONE));
}

static void an_empty_slice_may_have_no_bytes_at_all(void **state)
{
    (void)state;
    struct buf scratch;
    buf_init(&scratch, 0);
    assert_int_equal(extract((struct slice){0}, &scratch).kind, HOST_NONE);
    buf_release(&scratch);
}

static void case_and_trailing_dots_do_not_matter(void **state)
{
    CHECK(NAME("X.DuckDNS.oRG", "x.duckdns.org"), NAME("x.duckdns.org.", "x.duckdns.org"),
          NAME("X.duckdns.org...", "x.duckdns.org"), NAME(".x.duckdns.org", "x.duckdns.org"),
          NAME("x.duckdns.org.:80", "x.duckdns.org"), NAME("http://X.ORG./", "x.org"), NAME("x.org . .", "x.org"),
          NAME("\".x.org.\"", "x.org"));
}

static void a_url_is_cut_to_its_host(void **state)
{
    CHECK(NAME("http://x.org", "x.org"), NAME("https://x.org/", "x.org"), NAME("https://x.org:8443/a/b?c=d#e", "x.org"),
          NAME("ws://x.org?q", "x.org"), NAME("ftp://x.org#f", "x.org"), NAME("x.org/path", "x.org"),
          NAME("x.org:443", "x.org"), NAME("x.org:", "x.org"), NAME("x.org?http://y.org", "x.org"),
          NAME("x.org#@y.org", "x.org"), NAME("git+ssh://git@x.org:22/r", "x.org"), NAME("tcp://x.org:4444", "x.org"),
          NAME("HTTPS://x.org", "x.org"), NAME("//x.org/a", "x.org"), NAME("http://http://x.org", "http"),
          NAME("x.org:http://y.org", "x.org"), NAME("1a://x.org", "1a"), NAME("foo:x.org", "foo"),
          NAME("file://server/share", "server"));
}

static void user_info_ends_at_the_last_at_sign(void **state)
{
    CHECK(NAME("http://u@x.org", "x.org"), NAME("http://u:p@x.org:80", "x.org"), NAME("http://y.org@x.org/", "x.org"),
          NAME("http://a@b@x.org", "x.org"), NAME("http://y.org:80@x.org", "x.org"), NAME("u@x.org", "x.org"),
          NAME("http://x.org/@y.org", "x.org"), NAME("http://x.org\\@y.org", "x.org"),
          NAME("http://x.org?@y.org", "x.org"), NAME("http://[::1]@x.org", "x.org"),
          NAME("http://y.org%40x.org", "y.org%40x.org"));
}

static void a_unc_path_of_webdav_has_its_port_behind_an_at_sign(void **state)
{
    CHECK(NAME("\\\\x.org@SSL@443\\DavWWWRoot\\a", "x.org"), NAME("\\\\x.org@ssl\\a", "x.org"),
          NAME("\\\\X.org@8080\\a@b", "x.org"), NAME("\\\\x.org@8080", "x.org"), NAME("//x.org@80/a", "x.org"),
          NAME("file://x.org@80/a", "x.org"), NAME("FILE:\\\\x.org@SSL@8443\\a", "x.org"),
          NAME("\\\\x[.]org@8080\\a", "x.org"), NAME("\\\\x.org@host@y.org\\a", "y.org"),
          NAME("\\\\x.org@SSL@y.org\\a", "y.org"), NO_NAME("\\\\x.org@ssl@\\a", HOST_NONE),
          NO_NAME("\\x.org@80\\a", HOST_NONE), NO_NAME("http://x.org@8080/", HOST_IPV4),
          NO_NAME("//x.org@3232235777/", HOST_IPV4), NO_NAME("\\\\10.0.0.1@80\\a", HOST_IPV4));
}

static void what_browsers_put_before_a_url_goes(void **state)
{
    CHECK(NAME("blob:https://x.org/9115d58c", "x.org"), NAME("view-source:http://x.org/a", "x.org"),
          NAME("View-Source:hxxp[:]//x[.]org", "x.org"), NAME("filesystem:https://x.org/temporary/a", "x.org"),
          NAME("view-source:blob:https://u@x.org:80/", "x.org"), NAME("blob://x.org", "x.org"),
          NAME("view-source:80", "view-source"), NAME("blob:x.org", "blob"),
          NAME("view-source.x.org:80", "view-source.x.org"));
}

static void a_sentences_punctuation_at_the_ends_goes(void **state)
{
    CHECK(NAME("x.org,", "x.org"), NAME("http://x.org);", "x.org"), NAME("(x.org)", "x.org"),
          NAME("x.org.\",", "x.org"), NAME("http://x.org:80),", "x.org"), NAME("http://x.org/a),", "x.org"),
          NAME("X.ORG;", "x.org"), NAME("a,b;c(d).org", "a,b;c(d).org"), NO_NAME("1.2.3.4,", HOST_IPV4),
          NO_NAME("(,;)", HOST_NONE));
}

static void what_browsers_forgive_is_forgiven(void **state)
{
    CHECK(NAME("http:x.org", "x.org"), NAME("http:/x.org", "x.org"), NAME("http:////x.org", "x.org"),
          NAME("http:\\\\x.org\\p", "x.org"), NAME("http:\\/\\x.org", "x.org"), NAME("\\\\x.org\\share", "x.org"),
          NAME("h\tt\ntp:/\r/x.du\tckdns.org", "x.duckdns.org"), NAME("  http://x.org  ", "x.org"),
          NAME("\x01\x1fhttp://x.org\x02", "x.org"), NAME("foo:\\\\x.org", "x.org"));
}

static void quotes_and_spaces_at_the_ends_go(void **state)
{
    CHECK(NAME("\"http://x.org/\"", "x.org"), NAME("'x.org'", "x.org"), NAME("`x.org`", "x.org"),
          NAME("<http://x.org>", "x.org"), NAME("\"x.org", "x.org"), NAME("http:// x.org /a", "x.org"),
          NAME("u@ x.org :80", "x.org"), NAME("\xef\xbb\xbfx.org", "x.org"),
          NAME("\xe2\x80\x9cx.org\xe2\x80\x9d", "x.org"), NAME("\xe2\x80\x98http://x.org\xe2\x80\x99", "x.org"),
          NAME("\xc2\xa0x.org\xc2\xa0", "x.org"), NAME("\xe2\x80\x8bx.org\xe2\x80\x8b", "x.org"),
          NAME("\xc2\xabx.org\xc2\xbb", "x.org"), NAME("\xe3\x80\x80x.org", "x.org"), NAME("x.org\0", "x.org"),
          NAME("http://\"x.org\"/", "x.org"));
}

static void defanged_forms_are_restored(void **state)
{
    CHECK(NAME("hxxp://x[.]duckdns[.]org", "x.duckdns.org"), NAME("hXXps://x(.)duckdns{.}org/a", "x.duckdns.org"),
          NAME("h**p://x.org", "x.org"), NAME("h__ps://x.org", "x.org"), NAME("fxp://x.org", "x.org"),
          NAME("hxxp:x.org", "x.org"), NAME("x[dot]duckdns(DOT)org", "x.duckdns.org"),
          NAME("x [.] duckdns [ dot ] org", "x.duckdns.org"), NAME("hxxp[:]//x.org", "x.org"),
          NAME("hxxp[://]x.org", "x.org"), NAME("http[:]/[/]x.org[/]a", "x.org"), NAME("foo[:][//]x.org", "x.org"),
          NAME("foo:/[/]x.org", "x.org"), NAME("/[/]x.org", "x.org"), NAME("u[@]x.org", "x.org"),
          NAME("x.org[:]80", "x.org"), NAME("x[\t.\t]org", "x.org"), NAME("x[.)org", "x.org"),
          NAME("x[[.]]org", "x[.]org"), NAME("x[.org", "x[.org"), NAME("x[dots]org", "x[dots]org"), NAME("dot", "dot"),
          NAME("x.dot.org", "x.dot.org"));
}

static void brackets_and_addresses(void **state)
{
    CHECK(NAME("[x.dynv6.net]", "x.dynv6.net"), NAME("http://[x.dynv6.net]:80/", "x.dynv6.net"),
          NAME("[x.org", "[x.org"), NO_NAME("[::1]", HOST_IPV6), NO_NAME("http://[2001:DB8::1]:443/", HOST_IPV6),
          NO_NAME("::1", HOST_IPV6), NO_NAME("fe80::1%eth0", HOST_IPV6),
          NO_NAME("[fe80::1%25x.duckdns.org]", HOST_IPV6), NO_NAME("::ffff:1.2.3.4", HOST_IPV6),
          NO_NAME("1.2.3.4", HOST_IPV4), NO_NAME("http://1.2.3.4:80/", HOST_IPV4), NO_NAME("1.2.3.4.", HOST_IPV4),
          NO_NAME("127.1", HOST_IPV4), NO_NAME("2130706433", HOST_IPV4), NO_NAME("0x7f.0.0.1", HOST_IPV4),
          NO_NAME("0X7F000001", HOST_IPV4), NO_NAME("017700000001", HOST_IPV4), NO_NAME("0x", HOST_IPV4),
          NO_NAME("999.999.999.999", HOST_IPV4), NO_NAME("x.org.1", HOST_IPV4), NO_NAME("x.org.0xff", HOST_IPV4),
          NO_NAME("%31.%32.3.4", HOST_IPV4), NO_NAME("\xef\xbc\x91.2.3.4", HOST_IPV4), NAME("1.2.3.0xg", "1.2.3.0xg"),
          NAME("0x1.x", "0x1.x"));
}

static void escapes_of_a_names_characters_are_undone_once(void **state)
{
    CHECK(NAME("%78.duck%64ns%2Eorg", "x.duckdns.org"), NAME("%58%2d%5F%30.org", "x-_0.org"),
          NAME("%%378.org", "%78.org"), NAME("%2578.org", "%2578.org"), NAME("x%2f.org", "x%2f.org"),
          NAME("x%00.org", "x%00.org"), NAME("x%2", "x%2"), NAME("x%zz.org", "x%zz.org"), NAME("x%3a80", "x%3a80"),
          NAME("http://%75@%78.org:%38", "x.org"));
}

static void unicode_has_its_ascii_form(void **state)
{
    CHECK(NAME("b\xc3\xbc"
               "cher.duckdns.org",
               "xn--bcher-kva.duckdns.org"),
          NAME("http://B\xc3\x9c"
               "CHER.org:80/\xc3\xbc",
               "xn--bcher-kva.org"),
          NAME("fa\xc3\x9f.de", "xn--fa-hia.de"), NAME("%c3%bc.de", "xn--tda.de"), NAME("%C3%BC.de", "xn--tda.de"),
          NAME("\xef\xbd\x98\xef\xbc\x8e\xef\xbd\x84uckdns\xe3\x80\x82org", "x.duckdns.org"),
          NAME("x\xef\xbd\xa1org", "x.org"), NAME("x\xe2\x80\xa4org", "x.org"), NAME("x\xef\xb9\x92org", "x.org"),
          NAME("x%E3%80%82org", "x.org"), NAME("a\xe2\x80\xa6z", "a...z"), NAME("\xe2\x84\xaa.org", "k.org"),
          NAME("d\xc2\xaduck\xe2\x80\x8b"
               "dns.org",
               "duckdns.org"),
          NAME("du\xe3\x85\xa4"
               "ck.org",
               "duck.org"),
          NAME("\xf0\x9c\xb3\x96.org", "a.org"), NAME("xn--tda.\xc3\xbc", "xn--tda.xn--tda"));
}

static void broken_names_keep_their_suffix(void **state)
{
    CHECK(NAME("\xff\xfe.duckdns.org", "\xff\xfe.duckdns.org"), NAME("%ff.duckdns.org", "%ff.duckdns.org"),
          NAME("%c3.ddns.net", "%c3.ddns.net"), NAME("\xc3\xbc.\xff.\xc3\xbc", "xn--tda.\xff.xn--tda"),
          NAME("\xf0\x9f\x92\xa9.DDNS.net", "\xf0\x9f\x92\xa9.ddns.net"),
          NAME("xn--\xc3\xbc.ddns.net", "xn--\xc3\xbc.ddns.net"),
          NAME("xn--zzzzzz99999.ddns.net", "xn--zzzzzz99999.ddns.net"),
          NAME("-\xc3\xbc.ddns.net", "-\xc3\xbc.ddns.net"), NAME("ab--\xc3\xbc.ddns.net", "ab--\xc3\xbc.ddns.net"),
          NAME("\xd7\x90"
               "1a.ddns.net",
               "\xd7\x90"
               "1a.ddns.net"),
          NAME("x y.ddns.net", "x y.ddns.net"), NAME("\xed\xa0\x80.ddns.net", "\xed\xa0\x80.ddns.net"),
          NAME("!$&'*+,;=~.ddns.net", "!$&'*+,;=~.ddns.net"));
    struct buf scratch;
    buf_init(&scratch, 0);
    struct slice with_nul = SLICE("a\0b.\xc3\xbc\0.ddns.net");
    assert_slice_equal(extract(with_nul, &scratch).name, with_nul);
    buf_release(&scratch);
}

/* Labels over 63 bytes, names over 253, in ASCII and not. */
static void names_too_long_for_dns_keep_their_suffix(void **state)
{
    (void)state;
    static const char *const labels[] = {"a", "A", "a.", "\xc3\xbc", "\xc3\xbc.", "%41", "[.]a"};
    static const size_t counts[] = {64, 126, 127, 128, 129, 254, 1000, 5000};
    struct buf text, scratch;
    buf_init(&text, 0);
    buf_init(&scratch, 0);
    for (size_t i = 0; i < TEST_COUNT(labels); i++)
        for (size_t k = 0; k < TEST_COUNT(counts); k++) {
            buf_clear(&text);
            for (size_t n = 0; n < counts[k]; n++)
                buf_add_cstr(&text, labels[i]);
            buf_add_cstr(&text, ".\xef\xbd\x84"
                                "dns.net");
            struct host host = extract(buf_slice(&text), &scratch);
            assert_int_equal(host.kind, HOST_NAME);
            assert_true(slice_ends(host.name, SLICE(".ddns.net")) && host.name.len >= counts[k]);
        }
    buf_release(&text);
    buf_release(&scratch);
}

static void libidn2_is_asked_a_bounded_number_of_short_labels(void **state)
{
    (void)state;
    struct buf text, scratch;
    buf_init(&text, 0);
    buf_init(&scratch, 0);
    for (int i = 0; i < 10000; i++)
        buf_add_cstr(&text, i % 100 ? "\xc3\xbc." : "\xc3\xbc");
    for (int i = 0; i < 3000; i++)
        buf_add_cstr(&text, "\xc3\xbc");
    idn2_calls = 0;
    idn2_longest = 0;
    assert_int_equal(extract(buf_slice(&text), &scratch).kind, HOST_NAME);
    assert_true(idn2_calls > 0 && idn2_calls <= 128 && idn2_longest <= 500);
    buf_release(&text);
    buf_release(&scratch);
}

/* --- memory --- */

static void ascii_in_lower_case_allocates_nothing_and_borrows_from_the_text(void **state)
{
    (void)state;
    const struct slice texts[] = {SLICE("x.duckdns.org"),
                                  SLICE("http://u:p@x.duckdns.org:80/PATH?q=%41"),
                                  SLICE("x.duckdns.org:443"),
                                  SLICE(" \"x.duckdns.org.\" "),
                                  SLICE("\xef\xbb\xbfhttps://x.duckdns.org"),
                                  SLICE("HTTP:\\\\x.duckdns.org\\A[.]B")};
    struct buf scratch;
    buf_init(&scratch, 0);
    uint64_t before = mem_allocations();
    for (size_t i = 0; i < TEST_COUNT(texts); i++) {
        struct host host = extract(texts[i], &scratch);
        assert_slice_equal(host.name, SLICE("x.duckdns.org"));
        assert_true(host.name.ptr >= texts[i].ptr && host.name.ptr < texts[i].ptr + texts[i].len);
    }
    assert_int_equal(mem_allocations(), before);
    assert_null(scratch.ptr);
    buf_release(&scratch);
}

static void one_scratch_serves_many_texts(void **state)
{
    (void)state;
    struct buf scratch;
    buf_init(&scratch, 0);
    (void)extract(SLICE("X-VERY-LONG-NAME-WITH-CAPITALS-THAT-NEEDS-A-COPY-OF-SOME-BYTES.EXAMPLE.ORG"), &scratch);
    uint64_t before = mem_allocations();
    assert_slice_equal(extract(SLICE("HXXP://X[.]ORG"), &scratch).name, SLICE("x.org"));
    assert_slice_equal(extract(SLICE("\xc3\xbc.ORG"), &scratch).name, SLICE("xn--tda.org"));
    assert_slice_equal(extract(SLICE("%41.org"), &scratch).name, SLICE("a.org"));
    assert_slice_equal(extract(SLICE("a.org"), &scratch).name, SLICE("a.org"));
    assert_int_equal(mem_allocations(), before);
    buf_release(&scratch);
}

/* Each allocation on the way to the name fails once. */
static unsigned failures_on_the_way(struct slice text, struct slice name)
{
    for (uint64_t nth = 1;; nth++) {
        struct buf scratch;
        struct host host;
        struct err err;
        buf_init(&scratch, 0);
        mem_fail_after(nth);
        enum err_code code = host_extract(text, &scratch, &host, &err);
        mem_fail_after(0);
        if (code == ERR_NONE)
            assert_slice_equal(host.name, name);
        else
            assert_true(code == ERR_MEMORY && err.code == ERR_MEMORY);
        buf_release(&scratch);
        if (code == ERR_NONE)
            return (unsigned)nth - 1;
    }
}

static void a_failed_allocation_is_told(void **state)
{
    (void)state;
    assert_int_equal(failures_on_the_way(SLICE("x.org"), SLICE("x.org")), 0);
    assert_int_equal(failures_on_the_way(SLICE("X.org"), SLICE("x.org")), 1);
    assert_int_equal(failures_on_the_way(SLICE("x[.]org"), SLICE("x.org")), 1);
    assert_int_equal(failures_on_the_way(SLICE("x%2eorg"), SLICE("x.org")), 1);
    struct slice longer =
        SLICE("\xc3\xbc.\xc3\xbc.\xc3\xbc.\xc3\xbc.\xc3\xbc.\xc3\xbc.\xc3\xbc.\xc3\xbc.\xc3\xbc.\xc3\xbc.org");
    assert_true(
        failures_on_the_way(longer, SLICE("xn--tda.xn--tda.xn--tda.xn--tda.xn--tda.xn--tda.xn--tda.xn--tda.xn--tda."
                                          "xn--tda.org")) >= 2);
}

static void libidn2_without_memory_is_told_and_is_no_refusal(void **state)
{
    (void)state;
    struct buf scratch;
    struct host host;
    struct err err;
    buf_init(&scratch, 0);
    idn2_has_no_memory = true;
    enum err_code code = host_extract(SLICE("\xc3\xbc.org"), &scratch, &host, &err);
    enum err_code plain = host_extract(SLICE("X.org"), &scratch, &host, &err);
    idn2_has_no_memory = false;
    assert_int_equal(code, ERR_MEMORY);
    assert_int_equal(plain, ERR_NONE);
    buf_release(&scratch);
}

/* --- properties --- */

static uint32_t random_below(uint32_t *seed, uint32_t limit)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 17;
    *seed ^= *seed << 5;
    return *seed % limit;
}

static void add_one_of(struct buf *out, uint32_t *seed, const char *const *choices, size_t count)
{
    buf_add_cstr(out, choices[random_below(seed, (uint32_t)count)]);
}

#define ADD_ONE_OF(out, seed, ...)                                                                                     \
    do {                                                                                                               \
        static const char *const choices[] = {__VA_ARGS__};                                                            \
        add_one_of(out, seed, choices, TEST_COUNT(choices));                                                           \
    } while (0)

static void make_name(struct buf *out, uint32_t *seed)
{
    buf_clear(out);
    for (uint32_t labels = random_below(seed, 4); labels > 0; labels--) {
        for (uint32_t len = 1 + random_below(seed, 8); len > 0; len--)
            buf_add_char(out, "abcdefghijklmnopqrstuvwxyz0123456789-_"[random_below(seed, 38)]);
        buf_add_char(out, '.');
    }
    ADD_ONE_OF(out, seed, "duckdns.org", "ddns.net", "x", "0x1f.com", "xn--tda.de");
}

/* Scheme, user-info, port, path, case, a trailing dot, escapes, defanged dots, tabs and marks, by chance. */
static void dress(struct slice name, struct buf *out, uint32_t *seed)
{
    buf_clear(out);
    ADD_ONE_OF(out, seed, "", "", " ", "\"", "<", "\t\n", "\xef\xbb\xbf", "\xe2\x80\x9c", "\x01");
    ADD_ONE_OF(out, seed, "", "http://", "HTTPS://", "hxxp://", "h**ps[:]//", "ws:", "ftp:\\\\", "//", "foo://",
               "h\tttp:/");
    ADD_ONE_OF(out, seed, "", "", "u@", "u:p@", "y.org@", "a@b@", "[@]");
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        uint32_t trick = random_below(seed, 12);
        if (trick == 0)
            buf_printf(out, "%%%02x", (unsigned)(unsigned char)c);
        else if (trick == 1 && c == '.')
            ADD_ONE_OF(out, seed, "[.]", "(dot)", "{ . }", " [DOT] ");
        else if (trick == 2)
            buf_printf(out, "%c%c", c, "\t\r\n"[random_below(seed, 3)]);
        else
            buf_add_char(out, trick < 6 && c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c);
    }
    ADD_ONE_OF(out, seed, "", "", ".", "..", " ");
    ADD_ONE_OF(out, seed, "", "", ":80", ":", "[:]443");
    ADD_ONE_OF(out, seed, "", "/", "/a@b:c", "?q=y.org", "#y.org", "\\p", "[/]p", "\"", ">", "\xc2\xa0", " ");
}

static void no_dress_changes_a_name(void **state)
{
    (void)state;
    struct buf name, text, scratch;
    uint32_t seed = 4;
    buf_init(&name, 0);
    buf_init(&text, 0);
    buf_init(&scratch, 0);
    for (int round = 0; round < 100000; round++) {
        make_name(&name, &seed);
        dress(buf_slice(&name), &text, &seed);
        struct host host = extract(buf_slice(&text), &scratch);
        if (host.kind != HOST_NAME || !slice_eq(host.name, buf_slice(&name)))
            fail_msg("'%.*s' in '%.*s' is '%.*s'", SLICE_ARG(buf_slice(&name)), SLICE_ARG(buf_slice(&text)),
                     SLICE_ARG(host.name));
    }
    buf_release(&name);
    buf_release(&text);
    buf_release(&scratch);
}

static bool has_name_bytes_alone(struct slice text)
{
    for (size_t i = 0; i < text.len; i++)
        if (!memchr("abcdefghijklmnopqrstuvwxyz0123456789-._", text.ptr[i], 39))
            return false;
    return true;
}

/* The quick way, where there is one the quicker, and the slow one. */
static void check_against_steps(struct slice text, struct buf *scratch, struct buf *slow)
{
    struct host host = extract(text, scratch), of_name = host;
    if (has_name_bytes_alone(text))
        host_of_name(text, &of_name);
    if (host_slow(text, slow) != host.kind || !slice_eq(host.name, buf_slice(slow)))
        fail_msg("'%.*s' is '%.*s', slowly '%.*s'", SLICE_ARG(text), SLICE_ARG(host.name), SLICE_ARG(buf_slice(slow)));
    if (of_name.kind != host.kind || !slice_eq(of_name.name, host.name))
        fail_msg("'%.*s' is '%.*s', as a name '%.*s'", SLICE_ARG(text), SLICE_ARG(host.name), SLICE_ARG(of_name.name));
}

static void make_noise(struct buf *out, uint32_t *seed)
{
    buf_clear(out);
    for (uint32_t len = random_below(seed, 20); len > 0; len--)
        ADD_ONE_OF(out, seed, "a", "x.org", "http:", "//", "/", "\\", "?", "#", "@", ":", "[", "]", "(", "}", ".",
                   "dot", " ", "\t", "\"", "%", "%2e", "%41", "%c3%bc", "%80", "\xc3\xbc", "\xff", "\xe2\x80\x8b",
                   "\xe3\x80\x82", "0x", "1", "f", "X", "-", "::", "[.]", "[:]", "\xc2", "\xa0", "ws:", "\x7f",
                   "\xf0\x9f\x92\xa9", "xn--");
}

/* The same as the slow way; valid UTF-8 stays valid; a name of plain characters is its own host. */
static void noise_gives_what_the_steps_say(void **state)
{
    (void)state;
    struct buf text, scratch, slow, again;
    uint32_t seed = 5;
    buf_init(&text, 0);
    buf_init(&scratch, 0);
    buf_init(&slow, 0);
    buf_init(&again, 0);
    for (int round = 0; round < 100000; round++) {
        make_noise(&text, &seed);
        check_against_steps(buf_slice(&text), &scratch, &slow);
        struct host host = extract(buf_slice(&text), &scratch);
        assert_true(!utf8_is_valid(buf_slice(&text)) || utf8_is_valid(host.name));
        bool is_plain = host.kind == HOST_NAME;
        for (size_t i = 0; i < host.name.len; i++)
            is_plain = is_plain && (ascii_is_alnum(host.name.ptr[i]) || strchr("-._", host.name.ptr[i]));
        if (is_plain)
            assert_slice_equal(extract(host.name, &again).name, host.name);
    }
    buf_release(&text);
    buf_release(&scratch);
    buf_release(&slow);
    buf_release(&again);
}

/* Names of all lengths about the 64 bytes that are looked at first, with each of these before and behind. */
static void names_of_any_length_are_found(void **state)
{
    (void)state;
    static const char *const before[] = {"",   "http://", "https://", "ws:",     "//",
                                         "u@", "https:/", "http:///", "httpx://"};
    static const char *const behind[] = {"",   "/",    ":80", ":80/a",  ":8a", ":", "?a:b//c",  "#",     "\\",
                                         "@x", ":1@x", " ",   "[.]org", "A",   ".", "\xc3\xbc", ":80:90"};
    struct buf text, scratch, slow;
    buf_init(&text, 0);
    buf_init(&scratch, 0);
    buf_init(&slow, 0);
    for (size_t i = 0; i < sizeof before / sizeof before[0]; i++)
        for (size_t k = 0; k < sizeof behind / sizeof behind[0]; k++)
            for (unsigned len = 0; len < 80; len++) {
                buf_clear(&text);
                buf_printf(&text, "%s", before[i]);
                for (unsigned at = 0; at < len; at++)
                    buf_add_char(&text, "abcdefg.hijklm-nopqrs_tu0vwx1yz"[at % 31]);
                buf_printf(&text, "%s", behind[k]);
                check_against_steps(buf_slice(&text), &scratch, &slow);
            }
    buf_release(&text);
    buf_release(&scratch);
    buf_release(&slow);
}

/* A byte of every value at every place of a name that fills the bytes that are looked at first. */
static void any_byte_is_seen_at_any_place(void **state)
{
    (void)state;
    char bytes[70];
    struct buf scratch, slow;
    buf_init(&scratch, 0);
    buf_init(&slow, 0);
    for (unsigned len = 1; len <= sizeof bytes; len++)
        for (unsigned at = 0; at < len; at++)
            for (unsigned byte = 0; byte < 256; byte++) {
                memset(bytes, 'x', sizeof bytes);
                bytes[at] = (char)byte;
                check_against_steps(slice_of(bytes, len), &scratch, &slow);
            }
    buf_release(&scratch);
    buf_release(&slow);
}

/* Every text of up to `max` of the alphabet's bytes. */
static void check_all_texts(const char *alphabet, unsigned max)
{
    struct buf scratch, slow;
    size_t letters = strlen(alphabet), count = 1;
    buf_init(&scratch, 0);
    buf_init(&slow, 0);
    for (unsigned len = 0; len <= max; len++, count *= letters)
        for (size_t number = 0; number < count; number++) {
            char bytes[16];
            size_t rest = number;
            for (unsigned i = 0; i < len; i++, rest /= letters)
                bytes[i] = alphabet[rest % letters];
            check_against_steps(slice_of(bytes, len), &scratch, &slow);
        }
    buf_release(&scratch);
    buf_release(&slow);
}

static void all_small_texts_give_what_the_steps_say(void **state)
{
    (void)state;
    check_all_texts(".[]:/@x1 ", 5);
    check_all_texts("fFtp:/\\", 6);
    check_all_texts("%2eE.x1", 6);
    check_all_texts("\xc2\xa0\xe2\x80\x8b.\t", 6);
}

static void assert_host_of_name(struct slice name, struct slice text, struct buf *scratch)
{
    struct host host = extract(text, scratch), of_name;
    host_of_name(name, &of_name);
    if (host.kind != of_name.kind || !slice_eq(host.name, of_name.name))
        fail_msg("the host of '%.*s' is '%.*s'", SLICE_ARG(text), SLICE_ARG(host.name));
}

/* What is judged by names alone (event/text_filter.h: of_hosts) rests on it. */
static void a_url_of_a_name_and_no_more_has_its_host(void **state)
{
    (void)state;
    static const char *const words[] = {".", "..", "-",    "_",    "0",    "1",   "0x",     "x",
                                        "a", "b1", "http", "file", "blob", "dot", "xn--tda"};
    struct buf scratch, text;
    buf_init(&scratch, 0);
    buf_init(&text, 0);
    for (int round = 0; round < 20000; round++) {
        buf_clear(&text);
        buf_add_cstr(&text, round % 2 ? "http://" : "https://");
        size_t begin = text.len;
        for (uint32_t parts = 1 + test_random_below(5); parts > 0; parts--)
            buf_add_cstr(&text, words[test_random_below(TEST_COUNT(words))]);
        struct slice name = slice_cut(buf_slice(&text), begin, text.len);
        assert_host_of_name(name, buf_slice(&text), &scratch);
        buf_add_char(&text, '/');
        name = slice_cut(buf_slice(&text), begin, text.len - 1);
        assert_host_of_name(name, buf_slice(&text), &scratch);
    }
    buf_release(&scratch);
    buf_release(&text);
}

/* A code point at both ends, and in the middle: marks, dots, what is dropped and what is mapped. */
static void each_mark_and_mapping_is_what_the_steps_say(void **state)
{
    (void)state;
    static const uint32_t ranges[][2] = {{0, 0x33ff},        {0xd7f0, 0xe010},   {0xfe00, 0x10010},
                                         {0x1bc90, 0x1bcb0}, {0x1ccd0, 0x1cd00}, {0x1d170, 0x1d180},
                                         {0x1f4a0, 0x1f4b0}, {0xe00f0, 0xe01ff}};
    struct buf text, scratch, slow;
    buf_init(&text, 0);
    buf_init(&scratch, 0);
    buf_init(&slow, 0);
    for (size_t i = 0; i < TEST_COUNT(ranges); i++)
        for (uint32_t code_point = ranges[i][0]; code_point <= ranges[i][1]; code_point++) {
            char bytes[4];
            struct slice character = slice_of(bytes, utf8_encode(code_point, bytes));
            buf_clear(&text);
            buf_add(&text, character);
            buf_add_cstr(&text, "http://x.org");
            buf_add(&text, character);
            check_against_steps(buf_slice(&text), &scratch, &slow);
            buf_clear(&text);
            buf_add_cstr(&text, "x.du");
            buf_add(&text, character);
            buf_add_cstr(&text, "ck.org");
            check_against_steps(buf_slice(&text), &scratch, &slow);
        }
    for (int labels = 120; labels < 135; labels++) {
        buf_clear(&text);
        for (int i = 0; i < labels; i++)
            buf_add_cstr(&text, "\xc3\xbc.");
        buf_add_cstr(&text, "org");
        check_against_steps(buf_slice(&text), &scratch, &slow);
    }
    buf_release(&text);
    buf_release(&scratch);
    buf_release(&slow);
}

/* Names of letters that IDNA takes, as Unicode and as libidn2 writes them. */
static void unicode_and_punycode_give_the_same_name(void **state)
{
    (void)state;
    struct buf far_name, scratch, other;
    uint32_t seed = 6;
    buf_init(&far_name, 0);
    buf_init(&scratch, 0);
    buf_init(&other, 0);
    for (int round = 0; round < 2000; round++) {
        buf_clear(&far_name);
        for (uint32_t len = 1 + random_below(&seed, 6); len > 0; len--)
            ADD_ONE_OF(&far_name, &seed, "\xc3\xbc", "\xc3\x9f", "a", "x", "\xe4\xbe\x8b", "\xd0\xbf", "\xcf\x82", "1");
        buf_add_cstr(&far_name, ".duckdns.org");
        uint8_t *ascii = NULL;
        assert_int_equal(__real_idn2_lookup_u8((const uint8_t *)buf_cstr(&far_name), &ascii, IDN2_NONTRANSITIONAL),
                         IDN2_OK);
        struct slice name = extract(buf_slice(&far_name), &scratch).name;
        assert_slice_equal(name, extract(slice_from_cstr((const char *)ascii), &other).name);
        assert_true(utf8_is_ascii(name));
        idn2_free(ascii);
    }
    buf_release(&far_name);
    buf_release(&scratch);
    buf_release(&other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bare_name_is_its_own_answer),
        cmocka_unit_test(where_nothing_stands_there_is_no_host),
        cmocka_unit_test(an_empty_slice_may_have_no_bytes_at_all),
        cmocka_unit_test(case_and_trailing_dots_do_not_matter),
        cmocka_unit_test(a_url_is_cut_to_its_host),
        cmocka_unit_test(user_info_ends_at_the_last_at_sign),
        cmocka_unit_test(a_unc_path_of_webdav_has_its_port_behind_an_at_sign),
        cmocka_unit_test(what_browsers_put_before_a_url_goes),
        cmocka_unit_test(a_sentences_punctuation_at_the_ends_goes),
        cmocka_unit_test(what_browsers_forgive_is_forgiven),
        cmocka_unit_test(quotes_and_spaces_at_the_ends_go),
        cmocka_unit_test(defanged_forms_are_restored),
        cmocka_unit_test(brackets_and_addresses),
        cmocka_unit_test(escapes_of_a_names_characters_are_undone_once),
        cmocka_unit_test(unicode_has_its_ascii_form),
        cmocka_unit_test(broken_names_keep_their_suffix),
        cmocka_unit_test(names_too_long_for_dns_keep_their_suffix),
        cmocka_unit_test(libidn2_is_asked_a_bounded_number_of_short_labels),
        cmocka_unit_test(ascii_in_lower_case_allocates_nothing_and_borrows_from_the_text),
        cmocka_unit_test(one_scratch_serves_many_texts),
        cmocka_unit_test(a_failed_allocation_is_told),
        cmocka_unit_test(libidn2_without_memory_is_told_and_is_no_refusal),
        cmocka_unit_test(no_dress_changes_a_name),
        cmocka_unit_test(noise_gives_what_the_steps_say),
        cmocka_unit_test(names_of_any_length_are_found),
        cmocka_unit_test(any_byte_is_seen_at_any_place),
        cmocka_unit_test(all_small_texts_give_what_the_steps_say),
        cmocka_unit_test(a_url_of_a_name_and_no_more_has_its_host),
        cmocka_unit_test(each_mark_and_mapping_is_what_the_steps_say),
        cmocka_unit_test(unicode_and_punycode_give_the_same_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

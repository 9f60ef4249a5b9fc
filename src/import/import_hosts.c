/*
 * import_hosts.c - hosts files as block lists: "0.0.0.0 name". Source: hosts(5).
 *
 * Only addresses that lead nowhere make a block list; a name with another one is somebody's machine.
 */
#include "event/ip.h"
#include "import/import_int.h"

static const char *const MARKS[] = {"#", NULL};

static bool is_address(struct slice word)
{
    uint32_t v4;
    struct ipv6 v6;
    unsigned prefix;
    ptrdiff_t zone = slice_find(word, SLICE("%"), 0);
    word = slice_cut(word, 0, zone < 0 ? word.len : (size_t)zone);
    return ipv4_parse(word, &v4, &prefix) || (slice_find(word, SLICE(":"), 0) >= 0 && ipv6_parse(word, &v6, &prefix));
}

/* 0.0.0.0, 127.0.0.0/8, :: and ::1; "0" is written for the first of them. */
static bool leads_nowhere(struct slice word)
{
    uint32_t v4;
    unsigned prefix;
    if (ipv4_parse(word, &v4, &prefix))
        return prefix == 32 && (v4 == 0 || v4 >> 24 == 127);
    return slice_eq(word, SLICE("::")) || slice_eq(word, SLICE("::1")) || slice_eq(word, SLICE("0"));
}

/* Names that stand in every hosts file, for the machine itself and for groups of addresses. */
static bool is_local_name(struct slice name)
{
    static const char *const NAMES[] = {"localhost",    "localhost.localdomain",
                                        "local",        "broadcasthost",
                                        "ip6-loopback", "ip6-localhost",
                                        "ip6-localnet", "ip6-mcastprefix",
                                        "ip6-allnodes", "ip6-allrouters",
                                        "ip6-allhosts", "0.0.0.0",
                                        "localdomain",  "loopback"};
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++)
        if (slice_eq_nocase(name, slice_from_cstr(NAMES[i])))
            return true;
    return false;
}

bool import_is_hosts_line(struct slice line)
{
    struct slice rest = import_uncomment(line, MARKS), word = import_word(&rest);
    return rest.len > 0 && (is_address(word) || slice_eq(word, SLICE("0")));
}

enum err_code import_hosts_line(struct import *import, uint64_t line, struct slice text, struct err *err)
{
    struct slice rest = import_uncomment(text, MARKS), address = import_word(&rest);
    bool nowhere = leads_nowhere(address);
    while (rest.len > 0) {
        struct slice name = import_word(&rest);
        if (is_local_name(name))
            import_pass(import, "names of the machine itself");
        else if (!nowhere)
            import_refuse(import, line, "its address is that of a machine: the line blocks nothing");
        else
            TRY(import_name(import, line, name, IMPORT_PLAIN_NAME, SLICE(""), err));
    }
    return ERR_NONE;
}

static bool hosts_detect(const struct import *import, struct slice head)
{
    (void)import;
    struct slice line;
    while (line_take(&head, &line))
        if (import_uncomment(line, MARKS).len > 0)
            return import_is_hosts_line(line);
    return false;
}

static enum err_code hosts_read(struct import *import, struct slice text, struct err *err)
{
    struct slice line;
    for (uint64_t number = 1; line_take(&text, &line); number++) {
        if (import_is_hosts_line(line))
            TRY(import_hosts_line(import, number, line, err));
        else if (import_uncomment(line, MARKS).len > 0)
            import_refuse(import, number, "the line does not have an address and a name");
    }
    return ERR_NONE;
}

const struct import_type IMPORT_HOSTS = {
    .name = "hosts", .title = "hosts file: 0.0.0.0 name", .detect = hosts_detect, .read = hosts_read};

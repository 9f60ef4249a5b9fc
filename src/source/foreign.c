/*
 * foreign.c - see foreign.h. Signatures: the formats' own specifications.
 */
#include "source/foreign.h"

#include "source/formats.h"

static const struct {
    struct slice magic;
    struct foreign foreign;
} SIGNATURES[] = {
    {{"PK\x03\x04", 4},
     {"a ZIP archive or an Excel workbook", "unpack the archive, or save the workbook as CSV UTF-8"}},
    {{"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 8}, {"an old Excel workbook", "save it as CSV UTF-8"}},
    {{"PAR1", 4}, {"Parquet", "convert it to JSON lines or CSV"}},
    {{"SQLite format 3", 16}, {"an SQLite database", "write its table as JSON lines or CSV"}},
    {{"ElfFile", 8}, {"a Windows event log", "event logs are not supported yet"}},
    {{"\xd4\xc3\xb2\xa1", 4}, {"a packet capture", "captures are not supported yet"}},
    {{"\xa1\xb2\xc3\xd4", 4}, {"a packet capture", "captures are not supported yet"}},
    {{"\x0a\x0d\x0d\x0a", 4}, {"a packet capture", "captures are not supported yet"}},
    {{"#separator ", 11}, {"a Zeek log", "Zeek logs are not supported yet"}},
};

/* A header as spreadsheets of some countries write it: the format that its first line would be in with commas. */
static bool has_other_commas(struct slice head, char separator)
{
    char line[4096];
    size_t len = 0;
    for (; len < head.len && len + 1 < sizeof line && head.ptr[len] != '\n'; len++)
        line[len] = head.ptr[len] == separator ? ',' : head.ptr[len];
    line[len++] = '\n';
    return memchr(head.ptr, separator, len - 1) && SOURCE_CSV.claim(slice_of(line, len), true) == CLAIM_YES;
}

bool foreign_find(struct slice head, struct foreign *out_foreign)
{
    for (size_t i = 0; i < sizeof SIGNATURES / sizeof SIGNATURES[0]; i++) {
        if (slice_starts(head, SIGNATURES[i].magic)) {
            *out_foreign = SIGNATURES[i].foreign;
            return true;
        }
    }
    if (has_other_commas(head, ';'))
        *out_foreign = (struct foreign){"a table with semicolons between its cells", "save it with commas"};
    else if (has_other_commas(head, '\t'))
        *out_foreign = (struct foreign){"a table with tabs between its cells", "save it as CSV, with commas"};
    else
        return false;
    return true;
}

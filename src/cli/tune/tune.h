/*
 * tune.h - the tuning of a detection: approved domains, providers, networks, times, devices ...
 *
 * Tuning never filters rows in the program: each option becomes a stage of KQL that is put into the query's tree before it is
 * bound, so that `scan`, `query --tune` and `rule` say and do the same. Where a stage stands:
 *
 *   DeviceNetworkEvents
 *   | where <time, action, addresses, device, process, account>    what the table's own columns tell
 *   | extend RemoteHost = ...                                       the rule
 *   | where <allow>                                                 the first place where the names that it needs are there
 *   | extend DynamicDNSProvider = ..., Category = ...
 *   | where <provider, category, --where>
 *   | distinct *                                                    --unique: before columns are left out or rows put together
 *   | project ...
 *
 * A name that no stage of the query makes is asked of the functions: ddns_host(RemoteUrl) for RemoteHost, and so on. Only the
 * pipeline that the result's rows come from is tuned, and the let tables that it begins with; tables that are only looked
 * things up in (in (...), join) stay whole, so that tuning never adds a row to what a rule finds.
 */
#ifndef DDNSHUNT_CLI_TUNE_H
#define DDNSHUNT_CLI_TUNE_H

#include "cli/opts.h"
#include "cli/report.h"
#include "ddns/kb.h"
#include "kql/ast.h"

/* Each once, in the order of their text. */
struct tune_names {
    struct slice *items;
    size_t count;
};

struct tune_time {
    bool given;
    bool is_ago; /* ticks is how long before now */
    int64_t ticks;
};

struct tuning {
    struct tune_names allow; /* host names in lower case, none below another */
    struct tune_names providers, exclude_providers;
    unsigned categories; /* 1 << enum kb_category, ...; 0: not asked for */
    struct tune_names local_nets, exclude_local;
    struct tune_names actions;
    struct tune_names exclude_devices, exclude_processes, exclude_accounts;
    struct tune_names wheres; /* in the order given */
    const char *wheres_place; /* what they are called in messages */
    struct tune_time since, until;
    bool outbound, unique;
};

enum { TUNE_ENTRIES_MAX = 1000000, TUNE_FILE_MAX = 64 << 20 };

/*
 * Reads the lists and checks every value. known: provider names must be among its rules; NULL: they can't be known. Texts live
 * in arena or borrow from opts. ERR_USAGE names the option, or the list's file and line.
 */
enum err_code tuning_read(const struct opts *opts, const struct kb *known, struct arena *arena,
                          struct tuning *out_tuning, struct err *err) MUST_CHECK;
/* Does it leave rows out? */
bool tuning_drops(const struct tuning *tuning);
bool tuning_is_none(const struct tuning *tuning);

/* Says what can't be meant: an allowed domain that whole suffixes lie in, options that leave nothing over. */
enum err_code tuning_warn(const struct tuning *tuning, const struct kb *kb, struct report *report,
                          struct err *err) MUST_CHECK;

/* "--allow, --since": the tuning options of that level, or of any (ORIGIN_DEFAULT). */
void tuning_names(const struct opts *opts, enum origin_level level, struct buf *out);
/* Says which are not of the command line, since those are easily forgotten. */
void tuning_report(const struct opts *opts, struct report *report);

/* The texts of the stages: what a span beyond the query's own text lies in. */
struct tune_text {
    const char *origin; /* "--where", "FILE:3: where" ..., or "tuning" */
    struct slice text;
    uint32_t base; /* spans in it are moved by this */
};
struct tune_texts {
    struct tune_text *items;
    size_t count, capacity;
};

/*
 * Puts the stages into the tree; all of it lives in arena. out_texts is filled also on failure. ERR_USAGE if the query does
 * not read the table; ERR_QUERY and ERR_UNSUPPORTED for a --where, with a span in one of the texts.
 */
enum err_code tune_query(struct ast *query, const struct tuning *tuning, struct arena *arena,
                         struct tune_texts *out_texts, struct err *err) MUST_CHECK;
/* The text in which err's span lies; moves the span into it. NULL: in the query's. */
const struct tune_text *tune_text_of(const struct tune_texts *texts, struct err *err);

/* --- lists (tune_list.c) --- */

struct list_entry {
    struct slice text; /* trimmed, UTF-8, not empty */
    const char *file;  /* NULL: a value of the option itself */
    uint32_t line;
};
struct list_entries {
    struct list_entry *items;
    size_t count, capacity;
};
/* The values with each @FILE replaced by the file's entries. place is for messages about the values themselves. */
enum err_code list_read(const struct text_list *values, const char *place, struct arena *arena,
                        struct list_entries *out_entries, struct err *err) MUST_CHECK;
/* Names the entry's place in err. */
enum err_code list_blame(const struct list_entry *entry, const char *place, struct err *err);

/* --- predicates (tune_stage.c) --- */

enum tune_stage {
    STAGE_SINCE,
    STAGE_UNTIL,
    STAGE_ACTION,
    STAGE_OUTBOUND,
    STAGE_LOCAL_NET,
    STAGE_EXCLUDE_LOCAL,
    STAGE_EXCLUDE_DEVICE,
    STAGE_EXCLUDE_PROCESS,
    STAGE_EXCLUDE_ACCOUNT,
    STAGE_ALLOW,
    STAGE_PROVIDER,
    STAGE_EXCLUDE_PROVIDER,
    STAGE_CATEGORY,
    STAGE_COUNT
};
/* Adds the stage's predicate as KQL, or nothing if it is not asked for. column is the expression for the host, the provider or
 * the category, where the stage looks at one. */
void stage_write(enum tune_stage stage, const struct tuning *tuning, const char *column, struct buf *out);
/* The column that the stage looks at, which a rule may make, and the function that gives it otherwise; false: the table's. */
bool stage_column(enum tune_stage stage, const char **out_column, const char **out_function);
/* dynamic(["public-ddns", ...]) */
void stage_categories(unsigned categories, struct buf *out);
/* The pattern of a regular expression for text that a glob (* and ?) means. */
void glob_pattern(struct slice glob, struct buf *out);
bool glob_is_plain(struct slice glob); /* without * and ? */

#endif

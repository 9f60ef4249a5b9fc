/*
 * schema.h - a table's columns: names, types, order; and the one table every source fills, DeviceNetworkEvents.
 *
 * Source of the columns: Microsoft Defender XDR advanced hunting schema, DeviceNetworkEvents; the Sentinel names from
 * the Log Analytics table of the same name.
 */
#ifndef DDNSHUNT_EVENT_SCHEMA_H
#define DDNSHUNT_EVENT_SCHEMA_H

#include "base/arena.h"
#include "base/err.h"
#include "base/slice.h"
#include "event/type.h"

#define COLUMN_NONE UINT32_MAX
/* More columns than any telemetry has; a bound for hostile headers. */
enum { SCHEMA_COLUMNS_MAX = 4096 };

enum column_origin {
    COLUMN_DOCUMENTED, /* stands in the vendor's schema */
    COLUMN_SENTINEL,   /* the Sentinel copy of the table has it as well: TimeGenerated, TenantId, Type ... */
    COLUMN_FOUND,      /* not known to us, found in the first MiB of the first input */
    COLUMN_NAMED,      /* by --column NAME:TYPE */
    COLUMN_PROVENANCE, /* made by the program: SourceFile, SourceRecord, SourceOffset */
    COLUMN_COMPUTED    /* by a query's operator */
};

struct column_def {
    struct slice name;
    enum type type;
    enum column_origin origin;
    /*
     * The column that stands for this one in a row where this one is missing: Timestamp and TimeGenerated name each
     * other. COLUMN_NONE otherwise.
     */
    uint32_t stand_in;
    /* A string whose text a path reads as JSON (AdditionalFields.query): Sentinel's type of the column. */
    bool path_reads_json;
};

struct schema {
    struct slice table; /* name, empty for a derived one */
    uint32_t count;
    const struct column_def *columns;
};

/* Some columns of a schema, by number: so few that each may be looked for in a row. */
enum { FEW_COLUMNS_MAX = 16 };
struct few_columns {
    uint32_t column[FEW_COLUMNS_MAX], count;
};

/* Index of a column by its exact (case-sensitive) name, or COLUMN_NONE. */
uint32_t schema_find(const struct schema *schema, struct slice name);

/*
 * A name that hardly any other telemetry has: where it stands, a row of the table is likely. Timestamp, Protocol, Type and
 * the like say nothing.
 */
bool column_is_telling(const struct column_def *column);

/* The documented columns in documentation order, then the Sentinel ones, then the provenance columns. Const, shared. */
const struct schema *schema_device_network_events(void);

/*
 * A copy of base with more columns put in before the provenance columns; defs whose name base has are an ERR_USAGE
 * where the type differs and origin is COLUMN_NAMED, and ignored otherwise. Lives in arena, names copied.
 */
enum err_code schema_extend(const struct schema *base, const struct column_def *defs, uint32_t count,
                            struct arena *arena, const struct schema **out_schema, struct err *err) MUST_CHECK;

/* The name in the schema nearest to a misspelt one, for "did you mean"; an empty slice if none is near. */
struct slice schema_suggest(const struct schema *schema, struct slice name);

#endif

/*
 * schema.c - columns of a table, and those of DeviceNetworkEvents: see schema.h.
 */
#include "event/schema.h"

#include "base/near.h"

#define COLUMN(name, type, origin)                                                                                     \
    {                                                                                                                  \
        {name, sizeof(name) - 1}, type, origin, COLUMN_NONE, false                                                     \
    }
#define DOCUMENTED(name, type) COLUMN(name, type, COLUMN_DOCUMENTED)
#define SENTINEL(name, type)   COLUMN(name, type, COLUMN_SENTINEL)
#define PROVENANCE(name, type) COLUMN(name, type, COLUMN_PROVENANCE)
#define TIME(name, origin, other)                                                                                      \
    {                                                                                                                  \
        {name, sizeof(name) - 1}, TYPE_DATETIME, origin, other, false                                                  \
    }

/* Where the two time columns stand in the table below; a test holds them to it. */
enum { AT_TIMESTAMP = 0, AT_TIME_GENERATED = 45 };

static const struct column_def NETWORK_COLUMNS[] = {
    TIME("Timestamp", COLUMN_DOCUMENTED, AT_TIME_GENERATED),
    DOCUMENTED("DeviceId", TYPE_STRING),
    DOCUMENTED("DeviceName", TYPE_STRING),
    DOCUMENTED("ActionType", TYPE_STRING),
    DOCUMENTED("RemoteIP", TYPE_STRING),
    DOCUMENTED("RemotePort", TYPE_INT),
    DOCUMENTED("RemoteUrl", TYPE_STRING),
    DOCUMENTED("LocalIP", TYPE_STRING),
    DOCUMENTED("LocalPort", TYPE_INT),
    DOCUMENTED("Protocol", TYPE_STRING),
    DOCUMENTED("LocalIPType", TYPE_STRING),
    DOCUMENTED("RemoteIPType", TYPE_STRING),
    DOCUMENTED("InitiatingProcessSHA1", TYPE_STRING),
    DOCUMENTED("InitiatingProcessSHA256", TYPE_STRING),
    DOCUMENTED("InitiatingProcessMD5", TYPE_STRING),
    DOCUMENTED("InitiatingProcessFileName", TYPE_STRING),
    DOCUMENTED("InitiatingProcessFileSize", TYPE_LONG),
    DOCUMENTED("InitiatingProcessVersionInfoCompanyName", TYPE_STRING),
    DOCUMENTED("InitiatingProcessVersionInfoProductName", TYPE_STRING),
    DOCUMENTED("InitiatingProcessVersionInfoProductVersion", TYPE_STRING),
    DOCUMENTED("InitiatingProcessVersionInfoInternalFileName", TYPE_STRING),
    DOCUMENTED("InitiatingProcessVersionInfoOriginalFileName", TYPE_STRING),
    DOCUMENTED("InitiatingProcessVersionInfoFileDescription", TYPE_STRING),
    DOCUMENTED("InitiatingProcessId", TYPE_LONG),
    DOCUMENTED("InitiatingProcessCommandLine", TYPE_STRING),
    DOCUMENTED("InitiatingProcessCreationTime", TYPE_DATETIME),
    DOCUMENTED("InitiatingProcessFolderPath", TYPE_STRING),
    DOCUMENTED("InitiatingProcessParentFileName", TYPE_STRING),
    DOCUMENTED("InitiatingProcessParentId", TYPE_LONG),
    DOCUMENTED("InitiatingProcessParentCreationTime", TYPE_DATETIME),
    DOCUMENTED("InitiatingProcessAccountDomain", TYPE_STRING),
    DOCUMENTED("InitiatingProcessAccountName", TYPE_STRING),
    DOCUMENTED("InitiatingProcessAccountSid", TYPE_STRING),
    DOCUMENTED("InitiatingProcessAccountUpn", TYPE_STRING),
    DOCUMENTED("InitiatingProcessAccountObjectId", TYPE_STRING),
    DOCUMENTED("InitiatingProcessIntegrityLevel", TYPE_STRING),
    DOCUMENTED("InitiatingProcessTokenElevation", TYPE_STRING),
    DOCUMENTED("ReportId", TYPE_LONG),
    DOCUMENTED("AppGuardContainerId", TYPE_STRING),
    {{"AdditionalFields", 16}, TYPE_STRING, COLUMN_DOCUMENTED, COLUMN_NONE, true},
    DOCUMENTED("InitiatingProcessSessionId", TYPE_LONG),
    DOCUMENTED("IsInitiatingProcessRemoteSession", TYPE_BOOL),
    DOCUMENTED("InitiatingProcessRemoteSessionDeviceName", TYPE_STRING),
    DOCUMENTED("InitiatingProcessRemoteSessionIP", TYPE_STRING),
    DOCUMENTED("InitiatingProcessUniqueId", TYPE_STRING),
    TIME("TimeGenerated", COLUMN_SENTINEL, AT_TIMESTAMP),
    SENTINEL("TenantId", TYPE_STRING),
    SENTINEL("SourceSystem", TYPE_STRING),
    SENTINEL("Type", TYPE_STRING),
    SENTINEL("MachineGroup", TYPE_STRING),
    PROVENANCE("SourceFile", TYPE_STRING),
    PROVENANCE("SourceRecord", TYPE_LONG),
    PROVENANCE("SourceOffset", TYPE_LONG),
};

const struct schema *schema_device_network_events(void)
{
    static const struct schema schema = {
        .table = {"DeviceNetworkEvents", sizeof "DeviceNetworkEvents" - 1},
        .count = sizeof NETWORK_COLUMNS / sizeof *NETWORK_COLUMNS,
        .columns = NETWORK_COLUMNS,
    };
    return &schema;
}

bool column_is_telling(const struct column_def *column)
{
    static const struct slice COMMON[] = {{"Timestamp", 9}, {"Protocol", 8}};
    for (size_t i = 0; i < sizeof COMMON / sizeof COMMON[0]; i++)
        if (slice_eq(column->name, COMMON[i]))
            return false;
    return column->origin == COLUMN_DOCUMENTED;
}

static uint32_t find_among(const struct column_def *columns, uint32_t count, struct slice name)
{
    for (uint32_t i = 0; i < count; i++)
        if (slice_eq(columns[i].name, name))
            return i;
    return COLUMN_NONE;
}

uint32_t schema_find(const struct schema *schema, struct slice name)
{
    return find_among(schema->columns, schema->count, name);
}

/* What to do with a column that is there already. */
static enum err_code meet_existing(struct column_def *existing, const struct column_def *def, struct err *err)
{
    if (def->origin != COLUMN_NAMED || def->type == existing->type)
        return ERR_NONE;
    if (existing->origin == COLUMN_FOUND) { /* the type was only a guess; the user knows better */
        existing->type = def->type;
        existing->origin = COLUMN_NAMED;
        return ERR_NONE;
    }
    err_set(err, ERR_USAGE, "column %.*s is of type %s and can't be %s", SLICE_ARG(def->name),
            type_name(existing->type), type_name(def->type));
    return err_hint(err, "convert it in the query: to%s(%.*s)", type_name(def->type), SLICE_ARG(def->name));
}

/* Base may live no longer than the input that it was found in. */
static enum err_code names_own(struct schema *schema, struct column_def *columns, struct arena *arena, struct err *err)
{
    schema->table = arena_copy(arena, schema->table);
    bool good = schema->table.ptr;
    for (uint32_t i = 0; i < schema->count && good; i++) {
        columns[i].name = arena_copy(arena, columns[i].name);
        good = columns[i].name.ptr;
    }
    return good ? ERR_NONE : err_no_memory(err, schema->count);
}

enum err_code schema_extend(const struct schema *base, const struct column_def *defs, uint32_t count,
                            struct arena *arena, const struct schema **out_schema, struct err *err)
{
    struct schema *schema = arena_alloc(arena, sizeof *schema);
    struct column_def *columns = arena_array(arena, (size_t)base->count + count, sizeof *columns);
    if (!schema || !columns)
        return err_no_memory(err, ((uint64_t)base->count + count) * sizeof *columns);

    uint32_t kept = base->count;
    while (kept > 0 && base->columns[kept - 1].origin == COLUMN_PROVENANCE)
        kept--;
    uint32_t behind = base->count - kept;
    uint32_t used = kept;
    memcpy(columns, base->columns, kept * sizeof *columns);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t at = find_among(columns, used, defs[i].name);
        if (at != COLUMN_NONE) {
            TRY(meet_existing(&columns[at], &defs[i], err));
            continue;
        }
        if (find_among(base->columns + kept, behind, defs[i].name) != COLUMN_NONE) {
            struct column_def provenance = base->columns[schema_find(base, defs[i].name)];
            TRY(meet_existing(&provenance, &defs[i], err));
            continue;
        }
        if (used + behind >= SCHEMA_COLUMNS_MAX)
            return err_set(err, ERR_LIMIT, "more than %d columns", SCHEMA_COLUMNS_MAX);
        columns[used++] = defs[i];
    }
    memcpy(columns + used, base->columns + kept, behind * sizeof *columns);
    *schema = (struct schema){base->table, used + behind, columns};
    TRY(names_own(schema, columns, arena, err));
    *out_schema = schema;
    return ERR_NONE;
}

struct slice schema_suggest(const struct schema *schema, struct slice name)
{
    struct near near = near_to(name);
    for (uint32_t i = 0; i < schema->count; i++)
        near_offer(&near, schema->columns[i].name);
    return near.best;
}

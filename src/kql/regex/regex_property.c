/*
 * regex_property.c - the names in \p{..}: from what Rust's regex crate takes to what PCRE2 takes.
 *
 * Names are compared loosely (case, blanks, hyphens, underscores and a leading "is" do not count). A lone name is a
 * binary property, a general category or a script, in this order; \p{Greek} is the script property itself, not the
 * script extensions that PCRE2 would take.
 * Sources: docs of the regex crate ("Unicode"), UTS #18, PropertyValueAliases.txt; pcre2pattern(3).
 */
#include "kql/regex/regex_memory.h"
#include "kql/regex/regex_syntax.h"

const char RX_PROPERTY_WORD[] = "0-9A-Za-z_\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\p{Join_Control}";
const char RX_PROPERTY_DIGIT[] = "0-9\\p{Nd}";
const char RX_PROPERTY_SPACE[] = "\\p{White_Space}";

enum { NAME_MAX_LEN = 64 };

struct alias {
    const char *name, *shorter; /* normalised; shorter may be NULL */
    const char *pcre;           /* what stands within \p{..} */
};

static const struct alias CATEGORIES[] = {
    {"casedletter", "lc", "L&"},
    {"closepunctuation", "pe", "Pe"},
    {"connectorpunctuation", "pc", "Pc"},
    {"control", "cc", "Cc"},
    {"cntrl", NULL, "Cc"},
    {"currencysymbol", "sc", "Sc"},
    {"dashpunctuation", "pd", "Pd"},
    {"decimalnumber", "nd", "Nd"},
    {"digit", NULL, "Nd"},
    {"enclosingmark", "me", "Me"},
    {"finalpunctuation", "pf", "Pf"},
    {"format", "cf", "Cf"},
    {"initialpunctuation", "pi", "Pi"},
    {"letter", "l", "L"},
    {"letternumber", "nl", "Nl"},
    {"lineseparator", "zl", "Zl"},
    {"lowercaseletter", "ll", "Ll"},
    {"mark", "m", "M"},
    {"combiningmark", NULL, "M"},
    {"mathsymbol", "sm", "Sm"},
    {"modifierletter", "lm", "Lm"},
    {"modifiersymbol", "sk", "Sk"},
    {"nonspacingmark", "mn", "Mn"},
    {"number", "n", "N"},
    {"openpunctuation", "ps", "Ps"},
    {"other", "c", "C"},
    {"otherletter", "lo", "Lo"},
    {"othernumber", "no", "No"},
    {"otherpunctuation", "po", "Po"},
    {"othersymbol", "so", "So"},
    {"paragraphseparator", "zp", "Zp"},
    {"privateuse", "co", "Co"},
    {"punctuation", "p", "P"},
    {"punct", NULL, "P"},
    {"separator", "z", "Z"},
    {"spaceseparator", "zs", "Zs"},
    {"spacingmark", "mc", "Mc"},
    {"symbol", "s", "S"},
    {"titlecaseletter", "lt", "Lt"},
    {"unassigned", "cn", "Cn"},
    {"uppercaseletter", "lu", "Lu"},
    {"any", NULL, "Any"},
};

static const struct alias BINARIES[] = {
    {"alphabetic", "alpha", "Alphabetic"},
    {"asciihexdigit", "ahex", "ASCII_Hex_Digit"},
    {"bidicontrol", "bidic", "Bidi_Control"},
    {"bidimirrored", "bidim", "Bidi_Mirrored"},
    {"caseignorable", "ci", "Case_Ignorable"},
    {"cased", NULL, "Cased"},
    {"changeswhencasefolded", "cwcf", "Changes_When_Casefolded"},
    {"changeswhencasemapped", "cwcm", "Changes_When_Casemapped"},
    {"changeswhenlowercased", "cwl", "Changes_When_Lowercased"},
    {"changeswhentitlecased", "cwt", "Changes_When_Titlecased"},
    {"changeswhenuppercased", "cwu", "Changes_When_Uppercased"},
    {"dash", NULL, "Dash"},
    {"defaultignorablecodepoint", "di", "Default_Ignorable_Code_Point"},
    {"deprecated", "dep", "Deprecated"},
    {"diacritic", "dia", "Diacritic"},
    {"emoji", NULL, "Emoji"},
    {"emojicomponent", "ecomp", "Emoji_Component"},
    {"emojimodifier", "emod", "Emoji_Modifier"},
    {"emojimodifierbase", "ebase", "Emoji_Modifier_Base"},
    {"emojipresentation", "epres", "Emoji_Presentation"},
    {"extendedpictographic", "extpict", "Extended_Pictographic"},
    {"extender", "ext", "Extender"},
    {"graphemebase", "grbase", "Grapheme_Base"},
    {"graphemeextend", "grext", "Grapheme_Extend"},
    {"graphemelink", "grlink", "Grapheme_Link"},
    {"hexdigit", "hex", "Hex_Digit"},
    {"idsbinaryoperator", "idsb", "IDS_Binary_Operator"},
    {"idstrinaryoperator", "idst", "IDS_Trinary_Operator"},
    {"idcontinue", "idc", "ID_Continue"},
    {"idstart", "ids", "ID_Start"},
    {"ideographic", "ideo", "Ideographic"},
    {"joincontrol", "joinc", "Join_Control"},
    {"logicalorderexception", "loe", "Logical_Order_Exception"},
    {"lowercase", "lower", "Lowercase"},
    {"math", NULL, "Math"},
    {"noncharactercodepoint", "nchar", "Noncharacter_Code_Point"},
    {"patternsyntax", "patsyn", "Pattern_Syntax"},
    {"patternwhitespace", "patws", "Pattern_White_Space"},
    {"prependedconcatenationmark", "pcm", "Prepended_Concatenation_Mark"},
    {"quotationmark", "qmark", "Quotation_Mark"},
    {"radical", NULL, "Radical"},
    {"regionalindicator", "ri", "Regional_Indicator"},
    {"sentenceterminal", "sterm", "Sentence_Terminal"},
    {"softdotted", "sd", "Soft_Dotted"},
    {"terminalpunctuation", "term", "Terminal_Punctuation"},
    {"unifiedideograph", "uideo", "Unified_Ideograph"},
    {"uppercase", "upper", "Uppercase"},
    {"variationselector", "vs", "Variation_Selector"},
    {"whitespace", "wspace", "White_Space"},
    {"space", NULL, "White_Space"},
    {"xidcontinue", "xidc", "XID_Continue"},
    {"xidstart", "xids", "XID_Start"},
};

/* Known to Unicode and to the crate, not to PCRE2. */
static const char *const UNKNOWN_TO_PCRE2[] = {"age",       "gcb", "graphemeclusterbreak", "wb",
                                               "wordbreak", "sb",  "sentencebreak"};

/* Letters in lower case, digits and points (\p{age=3.0}) alone, without a leading "is". False: not a name. */
static bool normalise(struct slice text, char out[NAME_MAX_LEN])
{
    size_t len = 0;
    for (size_t i = 0; i < text.len; i++) {
        char c = ascii_lower(text.ptr[i]);
        if (c == ' ' || c == '_' || c == '-')
            continue;
        if (!(ascii_is_alnum(c) || c == '.') || len + 1 == NAME_MAX_LEN)
            return false;
        out[len++] = c;
    }
    out[len] = '\0';
    if (len > 2 && out[0] == 'i' && out[1] == 's' && strcmp(out, "isc") != 0)
        memmove(out, out + 2, len - 1);
    return len > 0;
}

static const char *alias_find(const struct alias *table, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(table[i].name, name) == 0 || (table[i].shorter && strcmp(table[i].shorter, name) == 0))
            return table[i].pcre;
    return NULL;
}

static const char *category_find(const char *name)
{
    return alias_find(CATEGORIES, sizeof CATEGORIES / sizeof CATEGORIES[0], name);
}

/* Writes \p{prefix name} if PCRE2 knows it. */
static enum err_code property_text(const char *prefix, const char *name, struct arena *arena, const char **out_text,
                                   struct err *err)
{
    struct slice text = arena_printf(arena, "\\p{%s%s}", prefix, name);
    if (!text.ptr)
        return err_no_memory(err, NAME_MAX_LEN);
    bool no_memory;
    pcre2_code *compiled = rx_pcre_compile_small(text, &no_memory);
    if (no_memory)
        return err_no_memory(err, text.len);
    *out_text = compiled ? text.ptr : NULL;
    pcre2_code_free(compiled);
    return ERR_NONE;
}

static enum err_code unknown(struct slice text, struct err *err)
{
    return err_set(err, ERR_QUERY, "bad regular expression: unknown Unicode property in \\p{%.*s}", SLICE_ARG(text));
}

/* A lone name. */
static enum err_code property_by_name(const char *name, struct arena *arena, const char **out_text, struct err *err)
{
    if (strcmp(name, "ascii") == 0) {
        *out_text = "\\x{0}-\\x{7f}";
        return ERR_NONE;
    }
    if (strcmp(name, "assigned") == 0) {
        *out_text = "\\P{Cn}";
        return ERR_NONE;
    }
    /* Names that are both a property and a category mean the category: sc, cf, lc. */
    const char *known = alias_find(BINARIES, sizeof BINARIES / sizeof BINARIES[0], name);
    if (!known)
        known = category_find(name);
    if (known)
        return property_text("", known, arena, out_text, err);
    return property_text("sc:", name, arena, out_text, err);
}

/* name=value */
static enum err_code property_by_value(struct slice text, const char *name, const char *value, struct arena *arena,
                                       const char **out_text, struct err *err)
{
    for (size_t i = 0; i < sizeof UNKNOWN_TO_PCRE2 / sizeof UNKNOWN_TO_PCRE2[0]; i++)
        if (strcmp(name, UNKNOWN_TO_PCRE2[i]) == 0)
            return err_set(err, ERR_UNSUPPORTED, "regular expression: the property in \\p{%.*s} is not supported yet",
                           SLICE_ARG(text));
    if (strcmp(name, "gc") == 0 || strcmp(name, "generalcategory") == 0) {
        const char *known = category_find(value);
        if (known)
            return property_text("", known, arena, out_text, err);
        if (strcmp(value, "ascii") == 0 || strcmp(value, "assigned") == 0)
            return property_by_name(value, arena, out_text, err);
        return ERR_NONE;
    }
    if (strcmp(name, "sc") == 0 || strcmp(name, "script") == 0)
        return property_text("sc:", value, arena, out_text, err);
    if (strcmp(name, "scx") == 0 || strcmp(name, "scriptextensions") == 0)
        return property_text("scx:", value, arena, out_text, err);
    return ERR_NONE;
}

enum err_code rx_property(struct slice text, struct arena *arena, struct rx_item *out_item, bool *out_negated,
                          struct err *err)
{
    char name[NAME_MAX_LEN], value[NAME_MAX_LEN];
    const char *found = NULL;
    ptrdiff_t at = slice_find(text, SLICE("!="), 0);
    size_t op_len = at >= 0 ? 2 : 1;
    *out_negated = at >= 0;
    if (at < 0)
        at = slice_find(text, SLICE(":"), 0);
    if (at < 0)
        at = slice_find(text, SLICE("="), 0);
    if (at < 0) {
        if (!normalise(text, name))
            return unknown(text, err);
        TRY(property_by_name(name, arena, &found, err));
    } else {
        if (!normalise(slice_cut(text, 0, (size_t)at), name) ||
            !normalise(slice_cut(text, (size_t)at + op_len, text.len), value))
            return unknown(text, err);
        TRY(property_by_value(text, name, value, arena, &found, err));
    }
    if (!found)
        return unknown(text, err);
    *out_item = (struct rx_item){.kind = RX_ITEM_PROPERTY, .property = found};
    return ERR_NONE;
}

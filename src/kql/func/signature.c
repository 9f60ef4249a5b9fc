/*
 * signature.c - reads the signatures of functions and aggregates: see signature.h.
 */
#include "kql/func/signature.h"

#include <string.h>

/* What stands for which type; a letter that stands for several has its own code. */
static bool letter_type(char letter, enum type *out_type)
{
    static const struct {
        char letter;
        enum type type;
    } LETTERS[] = {{'b', TYPE_BOOL},    {'i', TYPE_INT},      {'l', TYPE_LONG},     {'r', TYPE_REAL},
                   {'m', TYPE_DECIMAL}, {'d', TYPE_DATETIME}, {'t', TYPE_TIMESPAN}, {'g', TYPE_GUID},
                   {'s', TYPE_STRING},  {'k', TYPE_STRING},   {'S', TYPE_STRING},   {'y', TYPE_DYNAMIC}};
    for (size_t i = 0; i < sizeof LETTERS / sizeof LETTERS[0]; i++) {
        if (LETTERS[i].letter == letter) {
            *out_type = LETTERS[i].type;
            return true;
        }
    }
    return false;
}

/* Does a value of type `from` go where the letter stands? */
static bool letter_takes(char letter, enum type from, bool convert_dynamic)
{
    if (letter == 'x')
        return true;
    if (letter == 'n')
        return type_is_number(from) || (convert_dynamic && from == TYPE_DYNAMIC);
    if (letter == 'S')
        return from == TYPE_STRING || from == TYPE_DYNAMIC;
    enum type to;
    if (!letter_type(letter, &to))
        return false;
    if (from == to)
        return true;
    if (from == TYPE_DYNAMIC)
        return convert_dynamic && to != TYPE_BOOL && letter != 'k';
    /* The number types stand in their order of widening. */
    return type_is_number(from) && type_is_number(to) && from < to;
}

enum type signature_target(char letter, enum type from)
{
    enum type to;
    if (letter_type(letter, &to))
        return to;
    if (letter == 'n' && from == TYPE_DYNAMIC)
        return TYPE_REAL;
    return from;
}

char signature_letter(struct slice args, uint32_t index)
{
    char letter = 0;
    uint32_t at = 0;
    for (size_t i = 0; i < args.len; i++) {
        if (args.ptr[i] == '?')
            continue;
        if (args.ptr[i] == '*')
            return letter;
        letter = args.ptr[i];
        if (at++ == index)
            return letter;
    }
    return 0;
}

/* How many arguments an overload takes: from `least` to `most` (UINT32_MAX: any number). */
static void args_bounds(struct slice args, uint32_t *out_least, uint32_t *out_most)
{
    uint32_t least = 0, most = 0;
    bool optional = false, repeated = false;
    for (size_t i = 0; i < args.len; i++) {
        if (args.ptr[i] == '?') {
            optional = true;
        } else if (args.ptr[i] == '*') {
            repeated = true;
        } else {
            most++;
            least += optional ? 0 : 1;
        }
    }
    if (repeated && !optional)
        least--;
    *out_least = least;
    *out_most = repeated ? UINT32_MAX : most;
}

/* Cuts the next overload off the front of *rest. */
static bool next_overload(const char **rest, struct signature_match *out)
{
    const char *at = *rest + strspn(*rest, " ");
    if (*at == '\0')
        return false;
    size_t args_len = strcspn(at, ":");
    const char *result = at + args_len + (at[args_len] == ':');
    out->args = slice_of(at, args_len);
    out->result_by_bind = !letter_type(*result, &out->result);
    if (out->result_by_bind)
        out->result = TYPE_DYNAMIC;
    *rest = result + strcspn(result, " ");
    return true;
}

static bool args_take(struct slice args, const enum type *types, uint32_t count, bool convert_dynamic)
{
    uint32_t least, most;
    args_bounds(args, &least, &most);
    if (count < least || count > most)
        return false;
    for (uint32_t i = 0; i < count; i++) {
        if (!letter_takes(signature_letter(args, i), types[i], convert_dynamic))
            return false;
    }
    return true;
}

bool signature_match(const char *signature, const enum type *types, uint32_t count, struct signature_match *out_match)
{
    for (int convert_dynamic = 0; convert_dynamic < 2; convert_dynamic++) {
        const char *rest = signature;
        struct signature_match match;
        while (next_overload(&rest, &match)) {
            if (args_take(match.args, types, count, convert_dynamic)) {
                *out_match = match;
                return true;
            }
        }
    }
    return false;
}

bool signature_takes_count(const char *signature, uint32_t count)
{
    const char *rest = signature;
    struct signature_match match;
    while (next_overload(&rest, &match)) {
        uint32_t least, most;
        args_bounds(match.args, &least, &most);
        if (count >= least && count <= most)
            return true;
    }
    return false;
}

/*
 * func.h - the table of scalar functions and operators: one row each, and everything that is known of it in the row.
 *
 * Operators (+, ==, has, in, and ...) are rows like any function. Families live in fn_*.c, each a const array; func.c
 * joins them. Adding a function is adding a row and its eval. What Kusto has and we do not stands in func_missing.c by
 * name, so that it can be refused as "not supported yet" and not as unknown.
 *
 * What an eval may rely on, because the binder has seen to it:
 *   - Each argument has exactly the type that its letter in the signature names. Where a query gives another that
 *     converts, the binder has put a cast (fn_cast.c) around it; for the letter S one to string. So int never reaches an l.
 *   - Operators: "unary-" has one argument; "[]" is d.key, d["key"], d[0] and d[expr]: (dynamic, string or long).
 *   - == != in !in: both sides have one type. A constant string against another type has been converted already.
 *   - in !in in~ !in~ has_any has_all: args[0] is the value; behind it either one EXPR_SET of the value's type, or the
 *     list: constants of the value's type (arrays flattened; dynamic if the value is dynamic) and other expressions of
 *     it; an expression that is dynamic where the value is not is an array, whose elements count (nested ones too).
 *   - typeof(T) is a constant of type T that is null ("" for string).
 */
#ifndef DDNSHUNT_KQL_FUNC_H
#define DDNSHUNT_KQL_FUNC_H

#include "event/batch.h"
#include "kql/expr.h"

struct eval; /* eval.h */

/* What a null argument does, before eval is called. */
enum null_rule {
    NULL_STRICT,  /* any null argument gives null (for a string result "") ; eval never sees one (rows are left out) */
    NULL_HANDLED, /* eval sees nulls and decides */
};

/* What an unnamed result column is called (semantics, section 11). */
enum name_rule {
    NAME_NONE,      /* Column1, Column2 ... */
    NAME_FIRST_ARG, /* bin(c,1h) is c */
    NAME_PREFIXED   /* strlen(b) is strlen_b */
};

enum func_flag {
    FUNC_OPERATOR = 1 << 0, /* written between its operands; not callable by name */
    FUNC_LAZY = 1 << 1,     /* eval_lazy evaluates the arguments itself (and, or, iff, case, coalesce) */
    FUNC_VOLATILE = 1 << 2, /* not to be folded to a constant when all arguments are */
    FUNC_ALIAS = 1 << 3     /* an older spelling: never suggested, printed under its main name */
};

struct func {
    const char *name;
    /*
     * Overloads, tried in order, blank-separated, each "ARGS:RESULT" with a letter a type:
     *   b bool  i int  l long  r real  m decimal  d datetime  t timespan  g guid  s string  y dynamic
     *   n any number (int long real decimal)   x any scalar   S string or dynamic (a dynamic is given to eval as its
     * text) k a constant string   ? before an argument: optional from here   * after the last: any number of it (at
     * least none)
     *   RESULT = : decided by bind(). An argument converts implicitly int -> long -> real -> decimal, never otherwise,
     * but for dynamic: it goes where a string is asked for, and to operators also where a number, bool, datetime or
     * timespan is (null if it holds another type). An overload that needs nothing converted from dynamic is preferred
     * to an earlier one that does. `nn` takes two numbers as they are: write "ll rr mm" to have them made alike.
     */
    const char *signature;
    enum null_rule null_rule;
    enum name_rule name_rule;
    unsigned flags;
    /* Relative cost of one row, for the order of predicates: 1 = integer compare, 10 = substring search, 100 = regex.
     */
    unsigned cost;
    /* Checks what the signature can't say, and sets expr->type for "=". May replace arguments. NULL: nothing to do. */
    enum err_code (*bind)(struct expr *expr, struct arena *arena, struct err *err);
    /* Makes expr->prepared out of constant arguments (a compiled regex, a set). Freed by release. Const afterwards,
     * shared by threads. NULL: nothing. */
    enum err_code (*prepare)(struct expr *expr, struct arena *arena, struct err *err);
    void (*release)(void *prepared);
    /*
     * Computes the selected rows of out (initialised by the caller: cells, and a zeroed null map for types that have
     * nulls). args are aligned with expr->args.
     */
    enum err_code (*eval)(struct eval *eval, const struct expr *expr, const struct column *const *args,
                          const struct selection *rows, struct column *out, struct err *err);
    enum err_code (*eval_lazy)(struct eval *eval, const struct expr *expr, struct batch *batch,
                               const struct selection *rows, struct column *out, struct err *err);
    const char *doc; /* one line: "strlen(text): number of code points" */
};

/* By name; operators by their symbol. NULL if there is none. */
const struct func *func_find(struct slice name, bool is_operator);
/* Kusto has a scalar function, aggregate, plugin or tabular operator of this name that is not supported yet. */
bool func_is_missing(struct slice name);
/* The nearest name, for "did you mean"; empty if none is near. */
struct slice func_suggest(struct slice name);
/* All rows, for tests and documentation. NULL past the end. */
const struct func *func_at(uint32_t index);

/* The families. Each array ends with a row whose name is NULL. */
extern const struct func FUNCS_LOGIC[]; /* fn_logic.c: and or not iff iif case coalesce isnull isnotnull isempty
                                           isnotempty column_ifexists is the binder's */
extern const struct func
    FUNCS_COMPARE[]; /* fn_compare.c: == != < <= > >= between !between in !in in~ !in~ (over all types) */
extern const struct func
    FUNCS_MATH[]; /* fn_math.c: + - * / % unary-, bin floor (numbers, datetime, timespan), abs round */
extern const struct func FUNCS_CONVERT[];  /* fn_convert.c: to* */
extern const struct func FUNCS_DATETIME[]; /* fn_datetime.c: now ago startof* endof* datetime_diff datetime_add ... */
extern const struct func FUNCS_DYNAMIC[];  /* fn_dynamic.c: parse_json, paths, array_length, pack_array, bag_* ... */
extern const struct func
    FUNCS_MATCH[]; /* fn_match.c: =~ !~ contains has startswith ... has_any has_all and negations, _cs */
extern const struct func
    FUNCS_STRING[]; /* fn_string.c: tolower strcat strlen substring indexof split replace_string ... */
extern const struct func FUNCS_REGEX[]; /* fn_regex.c: matches regex, extract, replace_regex, trim ... */
extern const struct func FUNCS_NET[];   /* fn_net.c: ipv4_*, ipv6_*, parse_url */
extern const struct func FUNCS_DDNS[];  /* fn_ddns.c: ddns_host, ddns_suffix, ddns_provider ... (ours, not Kusto's) */
extern const struct func FUNCS_CAST[];  /* fn_cast.c: the conversions that a query does not write */
extern const struct func FUNCS_ENDS[];  /* fn_ends.c: what the optimizer makes of some regular expressions */

#endif

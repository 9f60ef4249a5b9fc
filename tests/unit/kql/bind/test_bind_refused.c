/*
 * test_bind_refused.c - queries that Microsoft's binder refuses, and how we say so: place, sentence, hint.
 */
#include "bind_fixture.h"

static void conditions_of_wrong_types_are_refused(void **state)
{
    (void)state;
    static const struct fixture_case CASES[] = {
        {"T | where count() > 1", "error@10+5: the aggregate count() can't stand here, only in summarize"},
        {"T | where a", "error@10+1: where needs a condition, not a long"},
        {"T | where d.x", "error@10+3: where needs a condition, not a dynamic | convert it: tobool(...)"},
        {"T | where 1", "error@10+1: where needs a condition, not a long"},
        {"T | where not(a)",
         "error@14+1: not() does not take a long as argument 1 | not(a): the opposite; null stays null"},
        {"T | where iff(a, true, false)", "error@14+1: iff() does not take a long as argument 1 | iff(condition, then, "
                                          "else): then where the condition is true, otherwise else"},
        {"T | where d < \"x\"", "error@12+1: < is not defined for dynamic and string"},
        {"T | where d < c", "error@12+1: < is not defined for dynamic and datetime"},
        {"T | where d < t", "error@12+1: < is not defined for dynamic and timespan"},
        {"T | where d < f", "error@12+1: < is not defined for dynamic and bool"},
        {"T | where g < g", "error@12+1: < is not defined for guid and guid"},
        {"T | where b < b",
         "error@12+1: < is not defined for string and string | strings have no order here; strcmp(a, b) compares them"},
        {"T | where c < t", "error@12+1: < is not defined for datetime and timespan"},
        {"T | where t < 1", "error@12+1: < is not defined for timespan and long"},
        {"T | where a between (\"1\" .. \"5\")",
         "error@12+7: between is not defined for long and string | convert the string: tolong(...)"},
        {"T | where b between (\"a\" .. \"b\")", "error@12+7: between is not defined for string and string | strings "
                                                 "have no order here; strcmp(a, b) compares them"},
        {"T | where f between (1 .. 2)", "error@12+7: between is not defined for bool and long"},
        {"T | where a in~ (1)", "error@12+3: in~ needs a string at its left, not a long | convert it: tostring(...)"},
        {"T | where a has_any (\"a\")",
         "error@12+7: has_any needs a string at its left, not a long | convert it: tostring(...)"},
        {"T | where b has 1",
         "error@12+3: has is not defined for string and long | it is for text: convert with tostring(...)"},
        {"T | where b has a",
         "error@12+3: has is not defined for string and long | it is for text: convert with tostring(...)"},
        {"T | where a has \"x\"",
         "error@12+3: has is not defined for long and string | it is for text: convert with tostring(...)"},
        {"T | where b contains a",
         "error@12+8: contains is not defined for string and long | it is for text: convert with tostring(...)"},
        {"T | where b =~ 1",
         "error@12+2: =~ is not defined for string and long | it is for text: convert with tostring(...)"},
        {"T | where a =~ \"1\"",
         "error@12+2: =~ is not defined for long and string | it is for text: convert with tostring(...)"},
        {"T | where a =~ b",
         "error@12+2: =~ is not defined for long and string | it is for text: convert with tostring(...)"},
        {"T | where b startswith 1",
         "error@12+10: startswith is not defined for string and long | it is for text: convert with tostring(...)"},
        {"T | where b matches regex 5",
         "error@12+13: matches regex is not defined for string and long | it is for text: convert with tostring(...)"},
        {"T | where a matches regex \"x\"",
         "error@12+13: matches regex is not defined for long and string | it is for text: convert with tostring(...)"},
        {"x", "error@0+1: unknown table x | the table here is T"},
        {"NoTable | where a > 1", "error@0+7: unknown table NoTable | the table here is T"},
        {"T | where c > \"2020-01-01\"", "error@12+1: > is not defined for datetime and string | write a datetime: "
                                         "datetime(2024-12-31), or todatetime(...)"},
        {"T | where c > 5", "error@12+1: > is not defined for datetime and long"},
        {"T | where a > \"5\"", "error@12+1: > is not defined for long and string | convert the string: tolong(...)"},
        {"T | where a != null", "error@15+4: a null has a type, there is no bare one | write int(null), dynamic(null), "
                                "...; or ask isnull(...)"},
        {"T | where a in (1, 2) == true", "error@22+2: '==' can't follow another comparison | put the first one in "
                                          "parentheses, or join the two with `and`"},
        {"T | where a in (T2)", "error@16+2: unknown column T2 | did you mean t?"},
        {"T | where b in ()", "error@16+1: the list after in is empty"},
        {"T | where b has_any ()", "error@21+1: the list after has_any is empty"},
        {"T | where a between (1 .. d)", "error@12+7: between is not defined for long and dynamic"},
        {"T | where c between (datetime(2020-01-01) .. 1)", "error@12+7: between is not defined for datetime and long"},
        {"T | where c between (1 .. 2)", "error@12+7: between is not defined for datetime and long"},
        {"T | where t between (1 .. 2)", "error@12+7: between is not defined for timespan and long"},
        {"T | where c between (\"a\" .. \"b\")", "error@12+7: between is not defined for datetime and string | write a "
                                                 "datetime: datetime(2024-12-31), or todatetime(...)"},
        {"T | where $left.a == 1", "error@10+5: unknown column $left"},
        {"T | where A == 1", "error@10+1: unknown column A | did you mean a?"},
        {"T | WHERE a == 1", "error@4+5: KQL keywords are case-sensitive: write `where`"},
    };
    CHECK(CASES, SHOW_COLUMNS);
}

static void computed_columns_that_make_no_sense_are_refused(void **state)
{
    (void)state;
    static const struct fixture_case CASES[] = {
        {"T | extend x = sum(a)", "error@15+3: the aggregate sum() can't stand here, only in summarize"},
        {"T | extend x=1, x=2", "error@16+3: a column x is already declared"},
        {"T | extend tostring(b), b = 1", "error@24+5: a column b is already declared"},
        {"T | extend b = 1, tostring(b)", "error@18+11: a column b is already declared"},
        {"T | extend x = a + b", "error@17+1: + is not defined for long and string | strings are joined by strcat()"},
        {"T | extend x = b + s", "error@17+1: + is not defined for string and string | strings are joined by strcat()"},
        {"T | extend x = c + 1", "error@17+1: + is not defined for datetime and long"},
        {"T | extend x = 5 / t", "error@17+1: / is not defined for long and timespan"},
        {"T | extend x = f + 1", "error@17+1: + is not defined for bool and long"},
        {"T | extend x = f + f", "error@17+1: + is not defined for bool and bool"},
        {"T | extend x = -b",
         "error@15+2: - is not defined for string | convert the string: tolong(...), toreal(...), todatetime(...)"},
        {"T | extend x = -f", "error@15+2: - is not defined for bool"},
        {"T | extend x = case(f, 1)", "error@15+10: case() needs an else: an odd number of arguments, at least three | "
                                      "case(condition, value, condition, value, ..., else)"},
        {"T | extend x = case(f, 1, f, 2)", "error@15+16: case() needs an else: an odd number of arguments, at least "
                                            "three | case(condition, value, condition, value, ..., else)"},
        {"T | extend x = case(1, 1, 2)",
         "error@20+1: case() does not take a long as argument 1 | case(condition, value, condition, value, ..., else): "
         "the value of the first condition that is true"},
        {"T | extend x = coalesce(a, b)", "error@27+1: coalesce() needs values of one type, not long and string"},
        {"T | extend x = coalesce(a)", "error@15+11: coalesce() does not take 1 argument | coalesce(a, b, ...): the "
                                       "first that is not null, or not empty among strings"},
        {"T | extend x = coalesce(d, 1)", "error@27+1: coalesce() needs values of one type, not dynamic and long"},
        {"T | extend x = coalesce(d.x, \"a\")",
         "error@29+3: coalesce() needs values of one type, not dynamic and string"},
        {"T | extend x = coalesce(\"a\", d.x)",
         "error@29+3: coalesce() needs values of one type, not string and dynamic"},
        {"T | extend x = strlen(1)",
         "error@22+1: strlen() does not take a long as argument 1 | strlen(text): number of code points"},
        {"T | extend x = strcat()",
         "error@15+8: strcat() does not take 0 arguments | strcat(a, b, ...): one behind the other; null is \"\""},
        {"T | extend x = substring(b, \"1\")",
         "error@28+3: substring() does not take a string as argument 2 | substring(text, start[, length]): from a "
         "position on; a negative one counts from the end"},
        {"T | extend x = substring(b, 1.5)",
         "error@28+3: substring() does not take a real as argument 2 | substring(text, start[, length]): from a "
         "position on; a negative one counts from the end"},
        {"T | extend x = substring(b, d)",
         "error@28+1: substring() does not take a dynamic as argument 2 | convert it: tolong(...)"},
        {"T | extend x = bin(c, 1)", "error@19+1: bin() does not take a datetime as argument 1 | bin(value, step): the "
                                     "largest multiple of step that is not above value"},
        {"T | extend x = bin(a, d)",
         "error@22+1: bin() does not take a dynamic as argument 2 | convert it: tolong(...)"},
        {"T | extend x = bin(d, 1)",
         "error@19+1: bin() does not take a dynamic as argument 1 | convert it: tolong(...)"},
        {"T | extend x = bin(d.x, 1h)",
         "error@19+3: bin() does not take a dynamic as argument 1 | convert it: todatetime(...)"},
        {"T | extend x = extract(\"a(b)\", \"1\", b)",
         "error@31+3: extract() does not take a string as argument 2 | extract(regex, group, text[, typeof(T)]): what "
         "the group of the first match holds"},
        {"T | extend x = parse_url(b), y=parse_json(b), z = parse_json(d), w=array_length(d), q=array_length(b)",
         "error@99+1: array_length() does not take a string as argument 1 | array_length(array): how many elements; "
         "null for what is no array"},
        {"T | extend x = parse_json(1)", "error@26+1: parse_json() does not take a long as argument 1 | "
                                         "parse_json(text): the value that the JSON text holds, else the text"},
        {"T | extend x = b.x", "error@17+1: a string has no members | if it holds JSON: parse_json(b)"},
        {"T | extend x = b[0]", "error@16+3: a string has no members | if it holds JSON: parse_json(b)"},
        {"T | extend x = a.x", "error@17+1: a long has no members"},
        {"T | extend x = d[a], y=d[b], z=d[r]", "error@33+1: an index is a string or a whole number, not a real"},
        {"T | extend x = d[c]", "error@17+1: an index is a string or a whole number, not a datetime"},
        {"T | extend x = now(), y=now(-1h), z=ago(1h), w=ago(1)",
         "error@51+1: ago() does not take a long as argument 1 | ago(timespan): that long before now()"},
        {"T | extend x = startofday(c), y=startofday(c, 1), z=startofday(b)",
         "error@63+1: startofday() does not take a string as argument 1 | startofday(datetime [, days]): the start of "
         "its day"},
        {"T | extend x = datetime_diff(b, c, c)",
         "error@29+1: datetime_diff() takes a constant string as argument 1 | datetime_diff(part, a, b): how many "
         "boundaries of that part lie from b to a"},
        {"T | extend x = datetime_diff(\"dayx\", c, c)",
         "error@29+6: datetime_diff() knows no part of time called \"dayx\" | year, quarter, month, week, day, hour, "
         "minute, second, millisecond, microsecond or nanosecond"},
        {"T | extend x = ipv4_is_private(a)", "error@31+1: ipv4_is_private() does not take a long as argument 1 | "
                                              "ipv4_is_private(ip): in 10/8, 172.16/12 or 192.168/16"},
        {"T | extend x = tostring()",
         "error@15+10: tostring() does not take 0 arguments | tostring(value): as text; null is empty"},
        {"T | extend x = tolower(b, b)",
         "error@15+13: tolower() does not take 2 arguments | tolower(text): in lower case"},
        {"T | extend x = nosuch(b)", "error@15+6: unknown function nosuch()"},
        {"T | extend x = zz", "error@15+2: unknown column zz"},
        {"T | extend y = x, x = 5", "error@15+1: unknown column x"},
        {"T | extend x = column_ifexists(b, 5)",
         "error@31+1: column_ifexists() takes the column's name as a constant string"},
        {"T | extend x = 1 and f", "error@15+1: and needs a condition, not a long"},
        {"T | extend *", "error@11+1: expected a value, found '*'"},
        {"T | extend tostring(b), tostring(b)", "error@24+11: a column b is already declared"},
        {"T | extend (x, y) = d", "error@11+10: the expression does not have several values to name"},
        {"T | extend (x, y) = dynamic([1,2])", "error@11+23: the expression does not have several values to name"},
        {"T | extend x = d / t, y = t / d, z = d % 2, w = d * t, v = t * d",
         "error@17+1: / is not defined for dynamic and timespan"},
        {"T | extend x = d + f", "error@17+1: + is not defined for dynamic and bool"},
        {"T | extend x = d + b",
         "error@17+1: + is not defined for dynamic and string | strings are joined by strcat()"},
        {"T | extend x = d + g", "error@17+1: + is not defined for dynamic and guid"},
        {"T | extend x = startofday(d)",
         "error@26+1: startofday() does not take a dynamic as argument 1 | convert it: todatetime(...)"},
        {"T | extend x = abs(d)", "error@19+1: abs() does not take a dynamic as argument 1 | convert it: tolong(...)"},
        {"T | extend x = abs(d.x)",
         "error@19+3: abs() does not take a dynamic as argument 1 | convert it: tolong(...)"},
        {"T | extend x = not(d)",
         "error@19+1: not() does not take a dynamic as argument 1 | not(a): the opposite; null stays null"},
        {"T | extend x = datetime_diff(\"day\", d, c)",
         "error@36+1: datetime_diff() does not take a dynamic as argument 2 | convert it: todatetime(...)"},
        {"T | extend x = ago(d)",
         "error@19+1: ago() does not take a dynamic as argument 1 | convert it: totimespan(...)"},
        {"T | extend x = iff(d, 1, 2)", "error@19+1: iff() does not take a dynamic as argument 1 | iff(condition, "
                                        "then, else): then where the condition is true, otherwise else"},
        {"T | extend x = iff(d.x, 1, 2)", "error@19+3: iff() does not take a dynamic as argument 1 | iff(condition, "
                                          "then, else): then where the condition is true, otherwise else"},
        {"T | extend x = round(d)",
         "error@21+1: round() does not take a dynamic as argument 1 | convert it: toreal(...)"},
        {"T | extend d.x = 5", "error@15+1: expected '|' or the end of the query, found '=' | to compare write ==; a "
                               "name before = that is not plain needs ['...']"},
        {"T | extend a.b = 1", "error@15+1: expected '|' or the end of the query, found '=' | to compare write ==; a "
                               "name before = that is not plain needs ['...']"},
        {"T | extend x = c * d", "error@17+1: * is not defined for datetime and dynamic"},
    };
    CHECK(CASES, SHOW_COLUMNS);
}

static void wrong_projections_are_refused(void **state)
{
    (void)state;
    static const struct fixture_case CASES[] = {
        {"T | project a, a", "error@15+1: a column a is already declared"},
        {"T | project a, x=a, x=b", "error@20+3: a column x is already declared"},
        {"T | project-away a, zz", "error@20+2: unknown column zz"},
        {"T | project-away zz*", "error@17+3: no column's name matches zz*"},
        {"T | project-keep zz", "error@17+2: unknown column zz"},
        {"T | project-rename b=a", "error@19+3: a column b is already declared"},
        {"T | project-rename a=b, b=a", "error@19+3: a column a is already declared"},
        {"T | project-rename x=a, x=b", "error@24+3: a column x is already declared"},
        {"T | project-rename x=zz", "error@21+2: unknown column zz"},
        {"T | project-reorder zz", "error@20+2: unknown column zz"},
        {"T | where b in (\"x\", (T | project b))", "error@21+15: a table stands where a value is expected"},
        {"T | project *", "error@12+1: expected a value, found '*'"},
        {"T | project a, *", "error@15+1: expected a value, found '*'"},
        {"T | project-keep zz*", "error@17+3: no column's name matches zz*"},
        {"T | project-reorder zz*", "error@20+3: no column's name matches zz*"},
        {"T | project-reorder a, a", "error@23+1: a column a is already declared"},
        {"T | project-rename a=a", "error@19+3: a column a is already declared"},
        {"T | project-rename a", "error@19+1: expected new = old | write project-rename NewName = OldName"},
        {"T | project a as x", "error@14+2: expected '|' or the end of the query, found 'as' | put a | before as"},
        {"T | project parse_json(b).x, (a), (d).y, d[a], d[b], d[\"x y\"], split(b,\".\"), tolower(b)[\"x\"]",
         "error@87+5: a string has no members | if it holds JSON: parse_json(...)"},
        {"T | project x = a, tostring(x)", "error@28+1: unknown column x"},
        {"T | project-rename x = a | project a", "error@35+1: unknown column a"},
        {"T | project parse_json(b).x, split(b,\".\")[0], tostring(parse_json(b).x), bin(d.x, 1)",
         "error@77+3: bin() does not take a dynamic as argument 1 | convert it: tolong(...)"},
        {"T | project-away $a", "error@17+2: unknown column $a | did you mean a?"},
        {"T | project a, b | extend Column1=1, a+b",
         "error@38+1: + is not defined for long and string | strings are joined by strcat()"},
    };
    CHECK(CASES, SHOW_COLUMNS);
}

static void wrong_keys_of_distinct_are_refused(void **state)
{
    (void)state;
    static const struct fixture_case CASES[] = {
        {"T | distinct *", "error@13+1: distinct can't be by a dynamic value | convert it: tostring(...), tolong(...)"},
        {"T | distinct a, a", "error@16+1: a column a is already declared"},
        {"T | distinct d", "error@13+1: distinct can't be by a dynamic value | convert it: tostring(...), tolong(...)"},
        {"T | distinct a, *", "error@16+1: * can't stand here"},
        {"T | distinct b, tostring(b)", "error@16+11: a column b is already declared"},
        {"T | distinct tostring(s), s", "error@26+1: a column s is already declared"},
    };
    CHECK(CASES, SHOW_COLUMNS);
}

static void wrong_orders_and_limits_are_refused(void **state)
{
    (void)state;
    static const struct fixture_case CASES[] = {
        {"T | sort by d", "error@12+1: an order can't be by a dynamic value | convert it: tostring(...), tolong(...)"},
        {"T | sort by d.x",
         "error@12+3: an order can't be by a dynamic value | convert it: tostring(...), tolong(...)"},
        {"T | sort by count()", "error@12+5: the aggregate count() can't stand here, only in summarize"},
        {"T | top 5 by a, b", "error@14+1: expected '|', ';' or the end of the query, found ','"},
        {"T | take 1.5", "error@9+3: take takes a constant whole number"},
        {"T | take \"5\"", "error@9+3: take takes a constant whole number"},
        {"T | take 5 | where b == \"x\" | foo", "error@30+3: unknown operator 'foo'"},
        {"T | top n by a", "error@8+1: unknown name n"},
        {"T | top 1.5 by a", "error@8+3: top takes a constant whole number"},
        {"T | sort by *", "error@12+1: expected a value, found '*'"},
    };
    CHECK(CASES, SHOW_COLUMNS);
}

static void wrong_aggregates_are_refused(void **state)
{
    (void)state;
    static const struct fixture_case CASES[] = {
        {"T | summarize a + count() by a", "error@14+1: the column a stands outside an aggregate | take it as a group "
                                           "after `by`, or put it in an aggregate: take_any(a)"},
        {"T | summarize (x, y, z) = arg_max(a, b)", "error@21+1: more names than results: arg_max() gives 2 here"},
        {"T | summarize count() by b, b", "error@28+1: a column b is already declared"},
        {"T | summarize count() by x=b, x=s", "error@30+3: a column x is already declared"},
        {"T | summarize b=count() by b", "error@14+9: a column b is already declared"},
        {"T | summarize sum(b)",
         "error@18+1: sum() does not take a string as argument 1 | sum(value): sum; null counts as nothing"},
        {"T | summarize sum(d), avg(d), max(d), dcount(d)",
         "error@18+1: sum() does not take a dynamic as argument 1 | convert it: tolong(...)"},
        {"T | summarize count() by d",
         "error@25+1: a group can't be by a dynamic value | convert it: tostring(...), tolong(...)"},
        {"T | summarize count() by d.x",
         "error@25+3: a group can't be by a dynamic value | convert it: tostring(...), tolong(...)"},
        {"T | summarize max(max(a))", "error@18+3: the aggregate max() can't stand inside another aggregate"},
        {"T | summarize a", "error@14+1: the column a stands outside an aggregate | take it as a group after `by`, or "
                            "put it in an aggregate: take_any(a)"},
        {"T | summarize count() by *", "error@25+1: expected a value, found '*'"},
        {"T | summarize make_set(b, \"x\")", "error@26+3: make_set() does not take a string as argument 2 | "
                                             "make_set(value, limit): an array of the different values"},
        {"T | summarize countif(a)",
         "error@22+1: countif() does not take a long as argument 1 | countif(predicate): rows for which it is true"},
        {"T | summarize count(*)", "error@20+1: * can't stand here"},
        {"T | summarize count(a, b)", "error@14+11: count() does not take 2 arguments | count(): rows of the group"},
        {"T | summarize nosuch(a)", "error@14+6: unknown function nosuch()"},
        {"T | summarize max(*)", "error@18+1: * can't stand here"},
        {"T | summarize tolower(b)", "error@22+1: the column b stands outside an aggregate | take it as a group after "
                                     "`by`, or put it in an aggregate: take_any(b)"},
        {"T | summarize max(d.x), max(tolong(d.x)), sum(tolong(d[\"y\"]))",
         "error@18+3: a dynamic has no greatest or least value | convert it: tostring(...), tolong(...)"},
        {"T | summarize arg_max(d, *) by b, s",
         "error@22+1: a dynamic has no greatest or least value | convert it: tostring(...), tolong(...)"},
        {"T | summarize arg_max(b, a), arg_max(f, a), arg_max(g, a)",
         "error@52+1: a guid has no greatest or least value | convert it: tostring(...), tolong(...)"},
        {"T | summarize min(g), max(g)",
         "error@18+1: a guid has no greatest or least value | convert it: tostring(...), tolong(...)"},
        {"T | summarize arg_max(*)", "error@22+1: * can't stand here"},
        {"T | summarize count() by x = tolower(b), y = x", "error@45+1: unknown column x"},
        {"T | summarize count() by (a), x = (b), tostring(s), s", "error@52+1: a column s is already declared"},
        {"T | summarize count() by s, tostring(s)", "error@28+11: a column s is already declared"},
        {"T | summarize x = count(), x = count()", "error@27+11: a column x is already declared"},
        {"T | summarize arg_min(a+1, b), arg_min(a, b+1)",
         "error@43+1: + is not defined for string and long | strings are joined by strcat()"},
        {"T | where isnotempty(b) and isnotnull(a) | summarize n=count(), first=min(c), last=max(c), urls=make_set(b, "
         "100) by s | sort by n desc, last asc | take 10",
         "error@64+5: 'first' is a keyword and no name | as a name it needs brackets and quotes: ['first']"},
    };
    CHECK(CASES, SHOW_COLUMNS);
}

static void wrong_sources_are_refused(void **state)
{
    (void)state;
    static const struct fixture_case CASES[] = {
        {"let x = 5; let x = 6; print x", "error@15+1: x has already been declared"},
        {"let x = y; print x", "error@8+1: unknown name y"},
        {"print", "error@5+0: expected a column, found the end of the query"},
        {"print a", "error@6+1: unknown name a"},
        {"print x=1, x=2", "error@11+3: a column x is already declared"},
        {"range x from c to c step 1h", "error@13+1: unknown name c"},
        {"range x from \"a\" to \"b\" step 1",
         "error@13+3: a range goes over numbers, or over times by a timespan, not from string to string by long"},
        {"datatable(a:int, b:string)[1, \"a\", 2]", "error@26+11: 3 values do not fill rows of 2 columns"},
        {"datatable(a:int, a:string)[1, \"a\"]", "error@17+8: a column a is already declared"},
        {"datatable(a:foo)[1]", "error@12+3: expected the name of a type, found foo"},
        {"datatable(a:long)[1+1]", "error@19+1: expected ']' to close the values, found '+'"},
        {"range a from datetime(2020-01-01) to datetime(2020-01-02) step 1",
         "error@13+20: a range goes over numbers, or over times by a timespan, not from datetime to datetime by long"},
        {"range a from 1 to \"x\" step 1",
         "error@13+1: a range goes over numbers, or over times by a timespan, not from long to string by long"},
        {"range a from 1 to 5 step \"x\"",
         "error@13+1: a range goes over numbers, or over times by a timespan, not from long to long by string"},
    };
    CHECK(CASES, SHOW_COLUMNS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(conditions_of_wrong_types_are_refused),
        cmocka_unit_test(computed_columns_that_make_no_sense_are_refused),
        cmocka_unit_test(wrong_projections_are_refused),
        cmocka_unit_test(wrong_keys_of_distinct_are_refused),
        cmocka_unit_test(wrong_orders_and_limits_are_refused),
        cmocka_unit_test(wrong_aggregates_are_refused),
        cmocka_unit_test(wrong_sources_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

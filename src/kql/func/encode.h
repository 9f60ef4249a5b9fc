/*
 * encode.h - percent encoding and base64.
 * Sources: RFC 3986 (2.1), RFC 4648; the HTML form encoding for + as a blank.
 */
#ifndef DDNSHUNT_KQL_ENCODE_H
#define DDNSHUNT_KQL_ENCODE_H

#include "base/buf.h"

/* Lower-case hexadecimal digits, as Kusto prints them. form: a blank becomes +. */
void percent_encode(struct slice text, bool form, struct buf *out);
/* %xx to its byte, + to a blank if form; what is no %xx stays. Bytes that are no UTF-8 become U+FFFD. */
void percent_decode(struct slice text, bool form, struct buf *out);

void base64_encode(struct slice bytes, struct buf *out);
/* False if text is not base64, padding included. */
bool base64_decode(struct slice text, struct buf *out);

#endif

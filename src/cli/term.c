/*
 * term.c - see term.h.
 */
#include "cli/term.h"

#include <langinfo.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

bool term_is(int fd)
{
    return isatty(fd) == 1;
}

bool term_is_unicode(void)
{
    return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

unsigned term_width(int fd)
{
    struct winsize size;
    if (term_is(fd) && ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        return size.ws_col;
    const char *columns = getenv("COLUMNS");
    if (!columns)
        return 0;
    unsigned long width = strtoul(columns, NULL, 10);
    return width > 0 && width <= 4096 ? (unsigned)width : 0;
}

bool term_has_color(enum color_when when, int fd)
{
    if (when != COLOR_AUTO)
        return when == COLOR_ALWAYS;
    const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");
    return term_is(fd) && !(no_color && *no_color) && term && strcmp(term, "dumb") != 0;
}

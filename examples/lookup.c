/*
 * lookup.c - an example of libddnshunt: for each argument, or each line of standard input, who runs the dynamic-DNS service
 * that it names a host of.
 *
 *   cc lookup.c $(pkg-config --cflags --libs libddnshunt) -o lookup
 *   ./lookup 'hxxp://update[.]duckdns[.]org:8080/a' www.example.com
 *
 * Prints host, suffix, provider, category and kind with TABs between them, or the host and "-". With -p FILE the rows of FILE
 * are added to those of the library. Exit status: 0 if one is a dynamic-DNS host, 1 if none is, 2 for trouble.
 */
#include <ddnshunt.h>

#include <stdio.h>
#include <string.h>

/* What is longer is cut there: the host of a URL stands at its front. */
enum { LINE_MAX_BYTES = 8192 };

/* The next line of standard input, with its line end unless it was cut; 0 at the end. It may hold NUL bytes. */
static size_t read_line(char *line)
{
    size_t len = 0;
    int c = 0;
    while (c != '\n' && (c = getchar()) != EOF)
        if (len < LINE_MAX_BYTES)
            line[len++] = (char)c;
    return len;
}

static ddh_status show(const ddh_kb *kb, const char *text, size_t len, ddh_match *match)
{
    size_t host_len;
    ddh_status status = ddh_lookup(kb, text, len, match);
    if (status > DDH_NOT_FOUND) {
        fprintf(stderr, "lookup: %s\n", ddh_status_text(status));
        return status;
    }
    const char *host = ddh_match_host(match, &host_len); /* any bytes that the text held, NUL among them */
    fwrite(host, 1, host_len, stdout);
    if (status == DDH_OK)
        printf("\t%s\t%s\t%s\t%s\n", ddh_match_suffix(match), ddh_match_provider(match),
               ddh_category_text(ddh_match_category(match)), ddh_kind_text(ddh_match_kind(match)));
    else
        printf("\t-\n");
    return status;
}

/* Exit status. */
static int show_all(const ddh_kb *kb, char **texts, ddh_match *match)
{
    int found = 0;
    ddh_status status = DDH_NOT_FOUND;
    char line[LINE_MAX_BYTES];
    size_t len;
    if (*texts) {
        for (; *texts && status <= DDH_NOT_FOUND; texts++)
            found |= (status = show(kb, *texts, DDH_ZERO_TERMINATED, match)) == DDH_OK;
    } else {
        while (status <= DDH_NOT_FOUND && (len = read_line(line)) > 0)
            found |= (status = show(kb, line, len, match)) == DDH_OK;
    }
    if (ferror(stdin) || fflush(stdout) != 0 || ferror(stdout)) {
        perror("lookup");
        return 2;
    }
    return status > DDH_NOT_FOUND ? 2 : found ? 0 : 1;
}

int main(int argc, char **argv)
{
    ddh_kb *kb;
    if (ddh_kb_open(&kb) != DDH_OK) {
        fprintf(stderr, "lookup: no memory\n");
        return 2;
    }
    int exit_status = 2;
    ddh_match *match = ddh_match_new();
    char **texts = argv + (argc > 0);
    if (match && argc > 2 && strcmp(argv[1], "-p") == 0) {
        texts += 2;
        ddh_status status = ddh_kb_add_file(kb, argv[2]);
        if (status != DDH_OK) {
            fprintf(stderr, "lookup: %s\n", ddh_kb_message(kb));
            ddh_match_free(match);
            match = NULL;
        }
    }
    if (match)
        exit_status = show_all(kb, texts, match);
    ddh_match_free(match);
    ddh_kb_free(kb);
    return exit_status;
}

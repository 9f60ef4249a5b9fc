/*
 * version.c - what this program was built with.
 */
#include "cli/command/commands.h"
#include "ddns/kb_check.h"

#include <bzlib.h>
#include <idn2.h>
#include <lz4.h>
#include <lzma.h>
#include <utf8proc.h>
#include <zlib.h>
#include <zstd.h>
#ifdef DDNSHUNT_HAVE_LIBPSL
#include <libpsl.h>
#endif

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

static void add_library(struct buf *out, const char *name, const char *version)
{
    size_t len = strcspn(version, " ,");
    buf_printf(out, "  %-10s %.*s\n", name, (int)len, version);
}

static void add_features(struct buf *out)
{
    uint32_t jit = 0;
    pcre2_config(PCRE2_CONFIG_JIT, &jit);
    buf_printf(out, "features: %cregex-jit", jit ? '+' : '-');
    buf_printf(out, " %cpublic-suffixes", kb_check_knows_public_suffixes() ? '+' : '-');
#ifdef NDEBUG
    buf_add_cstr(out, " -assertions");
#else
    buf_add_cstr(out, " +assertions");
#endif
#ifdef __SANITIZE_ADDRESS__
    buf_add_cstr(out, " +asan");
#endif
    buf_add_char(out, '\n');
}

void version_write(struct buf *out)
{
    char pcre2[64] = "";
    pcre2_config(PCRE2_CONFIG_VERSION, pcre2);
    buf_printf(out, "ddnshunt %s\n", DDNSHUNT_VERSION);
    add_features(out);
    buf_add_cstr(out, "libraries:\n");
    add_library(out, "zlib", zlibVersion());
#ifdef DDNSHUNT_ISAL
    add_library(out, "isa-l", ISAL_VERSION_TEXT);
#endif
    add_library(out, "zstd", ZSTD_versionString());
    add_library(out, "lz4", LZ4_versionString());
    add_library(out, "liblzma", lzma_version_string());
    add_library(out, "bzip2", BZ2_bzlibVersion());
    add_library(out, "utf8proc", utf8proc_version());
    add_library(out, "libidn2", idn2_check_version(NULL));
#ifdef DDNSHUNT_HAVE_LIBPSL
    add_library(out, "libpsl", psl_get_version());
#endif
    add_library(out, "pcre2", pcre2);
}

/*
 * simd_quote_impl.h - simd.h's quote() in AVX-512 VBMI2. Included by simd_avx512.c.
 *
 * Each byte becomes two, a backslash and itself, and of all these bytes those are kept that are wanted: no branch depends on where
 * something is escaped, nor on how long a text is.
 */

static WIDE_TARGET char *wide_quote(const char *text, size_t len, char *out)
{
    enum { STEP = 32 };
    const __m512i backslash = _mm512_set1_epi16('\\');
    const uint64_t firsts = UINT64_C(0x5555555555555555);
    for (size_t at = 0; at < len; at += STEP) {
        size_t left = len - at;
        __mmask64 there = _bzhi_u64(UINT32_MAX, left < STEP ? (unsigned)left : STEP);
        __m512i v = _mm512_maskz_loadu_epi8(there, text + at);
        uint64_t control = _mm512_mask_cmplt_epu8_mask(there, v, _mm512_set1_epi8(0x20)) |
                           _mm512_cmpeq_epi8_mask(v, _mm512_set1_epi8(0x7f));
        uint64_t marked =
            _mm512_cmpeq_epi8_mask(v, _mm512_set1_epi8('"')) | _mm512_cmpeq_epi8_mask(v, _mm512_set1_epi8('\\'));
        if (control)
            return NULL;
        __m512i pairs =
            _mm512_or_si512(_mm512_slli_epi16(_mm512_cvtepu8_epi16(_mm512_castsi512_si256(v)), 8), backslash);
        uint64_t kept = _pdep_u64(marked, firsts) | _pdep_u64(there, ~firsts);
        _mm512_storeu_si512(out, _mm512_maskz_compress_epi8(kept, pairs));
        out += __builtin_popcountll(kept);
    }
    return out;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Sums of two operands of 8 bits, each of which is scaled and shifted by itself:
 *
 *   y = clip(((x1 * first + first_offset) >> first_shift) + ((x2 * second + second_offset) >> second_shift))
 *
 * Scales and offsets are multiplied by a power of two that makes the shifts 15, and what is left of an offset
 * beyond 15 bits is added after the shift. With a pair of an element and 1, a complex product then is one
 * shifted term. 27 instructions for four elements, 29 for operands with signs. */
#ifndef DORY_SHIFTED_SUM_H
#define DORY_SHIFTED_SUM_H

#include "dory_requantize.h"
#include "dory_sum_loops.h"

/* Of unsigned bytes, whose clip and codes are without the offset that comes after the shifts. */
typedef struct {
  int32_t flip, second_flip;     /* top bits to turn over in a word */
  int32_t scale, second_scale;   /* of 16 bits */
  int32_t offset, second_offset; /* 0...2^15 - 1 */
  int32_t least, greatest;       /* in both halves */
  int32_t added;                 /* what makes a result a code, in each byte */
} dory_shifted_numbers_t;

/* A term of the sum, from the code and the offset of an operand whose shift becomes 15. */
typedef struct {
  bool exists;
  int32_t scale, offset;
  int64_t added;
} dory_shifted_term_t;

DORY_INLINE dory_shifted_term_t dory_shifted_term(const dory_requantization_t *rule, dory_type_t type,
                                                  int32_t zero_point) {
  const dory_coefficients_t c = rule->coefficients;
  dory_shifted_term_t term = {false, 0, 0, 0};
  if (!dory_is_byte(type) || rule->form != DORY_RQ32 || c.shift > 15 || !dory_fits(c.offset, 40)) {
    return term;
  }
  const int32_t lowest = (type == DORY_I8 ? -128 : 0) - zero_point; /* of the code 0, when unsigned */
  const int64_t least = dory_rq64(c, lowest);
  const int64_t greatest = dory_rq64(c, lowest + 255);
  const int64_t scale = c.multiplier * (INT64_C(1) << (15 - c.shift));
  const int64_t offset = (c.offset + (int64_t)lowest * c.multiplier) * (INT64_C(1) << (15 - c.shift));
  term.exists = least >= rule->low && least <= rule->high && greatest >= rule->low &&
                greatest <= rule->high && dory_fits(scale, 16) && dory_fits(offset >> 15, 14);
  term.scale = (int32_t)scale;
  term.offset = (int32_t)(offset & 0x7fff);
  term.added = offset >> 15;
  return term;
}

#if DORY_SIMD && !defined(DORY_XPULP)

/* Element `select` of the word x becomes the half `part` of a sum. */
#define DORY_SHIFTED_TERM(sum, x, select, part, weights)                                                     \
  "cv.shuffle2.b %[p], %[" x "], %[" select "]\n"                                                            \
  "cv.cplxmul." part " %[" sum "], %[p], %[" weights "]\n"
#define DORY_SHIFTED_TERMS(low, high, x, real, imaginary)                                                    \
  DORY_SHIFTED_TERM(low, x, "first", "r", real)                                                              \
  DORY_SHIFTED_TERM(low, x, "second", "i", imaginary)                                                        \
  DORY_SHIFTED_TERM(high, x, "third", "r", real)                                                             \
  DORY_SHIFTED_TERM(high, x, "fourth", "i", imaginary)
#define DORY_SHIFTED_LOOP(words, flips)                                                                      \
  DORY_WORDS_BEGIN                                                                                           \
  DORY_LOOP0("%[turns]", words, "1")                                                                         \
  DORY_MOVE_NEXT("lw", "%[u]", "%[x]", "4")                                                                  \
  DORY_MOVE_NEXT("lw", "%[v]", "%[y]", "4")                                                                  \
  flips DORY_SHIFTED_TERMS("a", "c", "u", "real", "imaginary") DORY_SHIFTED_TERMS(                           \
      "b", "d", "v", "other_real", "other_imaginary") "cv.add.h %[a], %[a], %[b]\n"                          \
                                                      "cv.add.h %[c], %[c], %[d]\n"                          \
                                                      "cv.min.h %[a], %[a], %[greatest]\n"                   \
                                                      "cv.min.h %[c], %[c], %[greatest]\n"                   \
                                                      "cv.max.h %[a], %[a], %[least]\n"                      \
                                                      "cv.max.h %[c], %[c], %[least]\n"                      \
                                                      "cv.shuffle2.b %[a], %[c], %[lows]\n"                  \
                                                      "cv.add.b %[a], %[a], %[added]\n" DORY_MOVE_NEXT(      \
                                                          "sw", "%[a]", "%[z]", "4") DORY_WORDS_END
#define DORY_SHIFTED_FLIPS "xor %[u], %[u], %[flip]\nxor %[v], %[v], %[other_flip]\n"
#define DORY_SHIFTED_SUM(name, words, flips)                                                                 \
  DORY_SHARED void name(const uint8_t *first, const uint8_t *second, uint8_t *output, int32_t count,         \
                        const void *numbers) {                                                               \
    const dory_shifted_numbers_t n = *(const dory_shifted_numbers_t *)numbers;                               \
    int32_t u, v, a, b, c, d;                                                                                \
    int32_t pair = 0x00010000;                                                                               \
    __asm__ volatile(                                                                                        \
        DORY_SHIFTED_LOOP(words, flips)                                                                      \
        : [x] "+&r"(first), [y] "+&r"(second), [z] "+&r"(output), [p] "+&r"(pair), [u] "=&r"(u),             \
          [v] "=&r"(v), [a] "=&r"(a), [b] "=&r"(b), [c] "=&r"(c), [d] "=&r"(d)                               \
        : [turns] "r"(count / 4), [flip] "r"(n.flip), [other_flip] "r"(n.second_flip),                       \
          [first] "r"(0x03020104), [second] "r"(0x03020105), [third] "r"(0x03020106),                        \
          [fourth] "r"(0x03020107), [real] "r"(dory_halves(n.scale, -n.offset)),                             \
          [imaginary] "r"(dory_halves(n.offset, n.scale)),                                                   \
          [other_real] "r"(dory_halves(n.second_scale, -n.second_offset)),                                   \
          [other_imaginary] "r"(dory_halves(n.second_offset, n.second_scale)), [greatest] "r"(n.greatest),   \
          [least] "r"(n.least), [lows] "r"(0x06040200), [added] "r"(n.added)                                 \
        : DORY_OVERWRITTEN);                                                                                 \
  }
DORY_SHIFTED_SUM(dory_shifted_sum_unsigned, "27", "")
DORY_SHIFTED_SUM(dory_shifted_sum_signed, "29", DORY_SHIFTED_FLIPS)

#else

DORY_SHARED void dory_shifted_sum_signed(const uint8_t *first, const uint8_t *second, uint8_t *output,
                                         int32_t count, const void *numbers) {
  const dory_shifted_numbers_t n = *(const dory_shifted_numbers_t *)numbers;
  for (int32_t i = 0; i < count; i++) {
    const int32_t x = ((first[i] ^ (n.flip & 255)) * n.scale + n.offset) >> 15;
    const int32_t y = ((second[i] ^ (n.second_flip & 255)) * n.second_scale + n.second_offset) >> 15;
    output[i] = (uint8_t)(dory_clip(x + y, (int16_t)n.least, (int16_t)n.greatest) + n.added);
  }
}

DORY_SHARED void dory_shifted_sum_unsigned(const uint8_t *first, const uint8_t *second, uint8_t *output,
                                           int32_t count, const void *numbers) {
  dory_shifted_sum_signed(first, second, output, count, numbers);
}

#endif

/* Computes a core's share of an addition, if its output's rule is a clip after an offset. GAP8 has no
 * instruction for it. */
DORY_INLINE bool dory_shifted_sum_words(const dory_tile_t *tile, dory_type_t first_type,
                                        dory_type_t second_type, dory_type_t output_type,
                                        dory_shifted_term_t first, dory_shifted_term_t second,
                                        const dory_requantization_t *rule) {
#if defined(DORY_XPULP)
  return false;
#endif
  const dory_coefficients_t c = rule->coefficients;
  if (!first.exists || !second.exists || !dory_is_byte(output_type) || rule->form != DORY_RQ32 ||
      c.multiplier != 1 || c.shift != 0 || !dory_fits(c.offset, 14)) {
    return false;
  }
  const int64_t added = first.added + second.added + c.offset;
  const dory_shifted_numbers_t numbers = {.flip = dory_four_times(dory_flip(first_type)),
                                          .second_flip = dory_four_times(dory_flip(second_type)),
                                          .scale = first.scale,
                                          .second_scale = second.scale,
                                          .offset = first.offset,
                                          .second_offset = second.offset,
                                          .least = dory_halves(rule->low - added, rule->low - added),
                                          .greatest = dory_halves(rule->high - added, rule->high - added),
                                          .added = dory_four_times((int32_t)added)};
  const bool has_signs = first_type == DORY_I8 || second_type == DORY_I8;
  dory_run_words(tile, has_signs ? dory_shifted_sum_signed : dory_shifted_sum_unsigned, 1, 1, &numbers);
  return true;
}

#endif

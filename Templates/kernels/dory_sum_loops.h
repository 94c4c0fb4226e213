/* SPDX-License-Identifier: Apache-2.0 */
/* The loops of dory_weighted_sum.h. */
#ifndef DORY_SUM_LOOPS_H
#define DORY_SUM_LOOPS_H

#include "dory_requantize.h"
#include "dory_words.h"

/* What the loops compute with: sums of unsigned bytes, less the lowest code. */
typedef struct {
  int32_t flip;    /* top bits to turn over in a pair: two bytes of the first, two of the second operand */
  int32_t weights; /* of the first and the second operand, in halves */
  int32_t offset, shift;
  int32_t lesser_weights; /* dory_sum_wide: the last 15 bits of both weights */
  int32_t lesser_offset;  /* dory_sum_wide: those of the offset; `offset` and `shift` are without them */
  int32_t upper_bytes;    /* dory_sum_scaled: bytes 1 and 3, which lie above the operands in a pair */
  int32_t least;          /* dory_sum_scaled: least result in both halves, with its surplus */
  int32_t greatest;       /* greatest result; dory_sum_scaled: in both halves, with its surplus */
  int32_t lowest;         /* what makes a result a code, in each byte or half */
} dory_sum_numbers_t;

DORY_INLINE int32_t dory_halves(int64_t low, int64_t high) {
  return (int32_t)((uint32_t)(uint16_t)low | (uint32_t)(uint16_t)high << 16);
}

#if DORY_SIMD

/* One loop over words: `body` leaves codes in a or in a and c, which `store` writes. The words of the next
 * turn are loaded before this one ends; the very last turn loads four bytes more that it does not use. Begins
 * with the pairs of elements 0 and 1 in t, their bytes by turns, and those of elements 2 and 3 in u. */
#define DORY_SUM_PAIRS(flips)                                                                                \
  DORY_V DORY_EITHER("pack", "pack.h") " %[t], %[v], %[u]\n" DORY_EITHER(                                    \
      "cv.pack.h %[u], %[v], %[u]\n", "pv.shuffle2.b %[u], %[v], %[select]\n")                               \
      DORY_MOVE_NEXT("lw", "%[v]", "%[y]", "4") flips
#define DORY_SUM_FLIPS "xor %[t], %[t], %[flip]\nxor %[u], %[u], %[flip]\n"
#define DORY_SUM_LOOP(words, body, store)                                                                    \
  DORY_WORDS_BEGIN DORY_MOVE_NEXT("lw", "%[u]", "%[x]", "4") DORY_MOVE_NEXT("lw", "%[v]", "%[y]", "4")       \
      DORY_LOOP0("%[turns]", words, "1") body DORY_MOVE_NEXT("lw", "%[u]", "%[x]", "4") store DORY_WORDS_END
#define DORY_SUM_STORE_BYTES                                                                                 \
  DORY_V "add.b %[a], %[a], %[lowest]\n" DORY_LOOP_LAST("1") DORY_MOVE_NEXT("sw", "%[a]", "%[z]", "4")

/* Registers that every loop needs. */
#define DORY_SUM_OPERANDS                                                                                    \
  [x] "+&r"(first), [y] "+&r"(second), [z] "+&r"(output), [t] "=&r"(t), [u] "=&r"(u), [v] "=&r"(v),          \
      [a] "=&r"(a), [c] "=&r"(c)
#define DORY_SUM_CONSTANTS                                                                                   \
  [turns] "r"(count / 4), [flip] "r"(n.flip), [select] "r"(0x07060302), [greatest] "r"(n.greatest),          \
      [lowest] "r"(n.lowest)

/* Bytes 0 and 2, then bytes 1 and 3 of a word become the lower bytes of a pair. */
#define DORY_SUM_SCALE(flips, least)                                                                         \
  DORY_SUM_PAIRS(flips)                                                                                      \
  "cv.shuffle2.b %[p], %[t], %[evens]\n"                                                                     \
  "cv.cplxmul.r %[a], %[p], %[real]\n"                                                                       \
  "cv.shuffle2.b %[p], %[t], %[odds]\n"                                                                      \
  "cv.cplxmul.i %[a], %[p], %[imaginary]\n"                                                                  \
  "cv.shuffle2.b %[p], %[u], %[evens]\n"                                                                     \
  "cv.cplxmul.r %[c], %[p], %[real]\n"                                                                       \
  "cv.shuffle2.b %[p], %[u], %[odds]\n"                                                                      \
  "cv.cplxmul.i %[c], %[p], %[imaginary]\n"                                                                  \
  "cv.min.h %[a], %[a], %[greatest]\n"                                                                       \
  "cv.min.h %[c], %[c], %[greatest]\n" least "cv.shuffle2.b %[a], %[c], %[lows]\n"
#define DORY_SUM_LEAST                                                                                       \
  "cv.max.h %[a], %[a], %[least]\n"                                                                          \
  "cv.max.h %[c], %[c], %[least]\n"
#define DORY_SUM_SCALED_LOOP(name, words, flips, at_least)                                                   \
  DORY_SHARED void name(const uint8_t *first, const uint8_t *second, uint8_t *output, int32_t count,         \
                        const void *numbers) {                                                               \
    const dory_sum_numbers_t n = *(const dory_sum_numbers_t *)numbers;                                       \
    const int32_t one = n.weights & 0xffff;                                                                  \
    const int32_t other = n.weights >> 16;                                                                   \
    int32_t t, u, v, a, c;                                                                                   \
    int32_t pair = n.upper_bytes;                                                                            \
    __asm__ volatile(DORY_SUM_LOOP(words, DORY_SUM_SCALE(flips, at_least), DORY_SUM_STORE_BYTES)             \
                     : DORY_SUM_OPERANDS, [p] "+&r"(pair)                                                    \
                     : DORY_SUM_CONSTANTS, [evens] "r"(0x03060104), [odds] "r"(0x03070105),                  \
                       [real] "r"(dory_halves(one, -other)), [imaginary] "r"(dory_halves(other, one)),       \
                       [lows] "r"(0x06040200), [least] "r"(n.least)                                          \
                     : DORY_OVERWRITTEN);                                                                    \
  }
#ifndef DORY_XPULP
DORY_SUM_SCALED_LOOP(dory_sum_positive, "17", "", "")
DORY_SUM_SCALED_LOOP(dory_sum_scaled, "21", DORY_SUM_FLIPS, DORY_SUM_LEAST)
#endif

/* Four sums as four results in a, b, c and d. */
#define DORY_SUM_EACH(text) text("%[a]") text("%[b]") text("%[c]") text("%[d]")
#define DORY_SUM_DOT(r)     DORY_V "dotsp.h " r ", " r ", %[weights]\n"
#define DORY_SUM_SHIFT(r)   DORY_EITHER("cv.addnr ", "p.addNr ") r ", %[offset], %[shift]\n"
#define DORY_SUM_CLIP(r)    DORY_P "clipur " r ", " r ", %[greatest]\n"
#define DORY_SUM_NARROW_BODY                                                                                 \
  DORY_SUM_PAIRS(DORY_SUM_FLIPS)                                                                             \
  "and %[a], %[t], %[mask]\n" DORY_V "srl.sci.h %[b], %[t], 8\n"                                             \
  "and %[c], %[u], %[mask]\n" DORY_V "srl.sci.h %[d], %[u], 8\n" DORY_SUM_EACH(DORY_SUM_DOT)                 \
      DORY_SUM_EACH(DORY_SUM_SHIFT) DORY_SUM_EACH(DORY_SUM_CLIP)
#define DORY_SUM_TO_BYTES DORY_V "packlo.b %[a], %[b], %[a]\n" DORY_V "packhi.b %[a], %[d], %[c]\n"
#define DORY_SUM_TO_HALVES                                                                                   \
  DORY_V DORY_EITHER("pack", "pack.h") " %[a], %[b], %[a]\n" DORY_V DORY_EITHER(                             \
      "pack", "pack.h") " %[c], %[d], %[c]\n" DORY_V "add.h %[a], %[a], %[lowest]\n" DORY_V                  \
                        "add.h %[c], %[c], %[lowest]\n"
#define DORY_SUM_STORE_HALVES                                                                                \
  DORY_MOVE_NEXT("sw", "%[a]", "%[z]", "4") DORY_LOOP_LAST("1") DORY_MOVE_NEXT("sw", "%[c]", "%[z]", "4")
#define DORY_SUM_NARROW_LOOP(name, words, pack, store)                                                       \
  DORY_SHARED void name(const uint8_t *first, const uint8_t *second, uint8_t *output, int32_t count,         \
                        const void *numbers) {                                                               \
    const dory_sum_numbers_t n = *(const dory_sum_numbers_t *)numbers;                                       \
    int32_t t, u, v, a, b, c, d;                                                                             \
    __asm__ volatile(DORY_SUM_LOOP(words, DORY_SUM_NARROW_BODY pack, store)                                  \
                     : DORY_SUM_OPERANDS, [b] "=&r"(b), [d] "=&r"(d)                                         \
                     : DORY_SUM_CONSTANTS, [mask] "r"(0x00ff00ff), [weights] "r"(n.weights),                 \
                       [offset] "r"(n.offset), [shift] "r"(n.shift)                                          \
                     : DORY_OVERWRITTEN);                                                                    \
  }
DORY_SUM_NARROW_LOOP(dory_sum_narrow, "26", DORY_SUM_TO_BYTES, DORY_SUM_STORE_BYTES)
DORY_SUM_NARROW_LOOP(dory_sum_halves, "28", DORY_SUM_TO_HALVES, DORY_SUM_STORE_HALVES)

/* The sum of a pair in p becomes a result in r. */
#define DORY_SUM_WIDE_RESULT(r, p)                                                                           \
  DORY_V "dotsp.h " r ", " p ", %[lesser]\n" DORY_EITHER("cv.addn ", "p.addN ") r                            \
      ", " r ", %[rest], 15\n" DORY_V "sdotsp.h " r ", " p ", %[weights]\n" DORY_SUM_SHIFT(r)                \
          DORY_SUM_CLIP(r)
#define DORY_SUM_WIDE_BODY                                                                                   \
  DORY_SUM_PAIRS(DORY_SUM_FLIPS)                                                                             \
  "and %[d], %[t], %[mask]\n" DORY_SUM_WIDE_RESULT(                                                          \
      "%[a]", "%[d]") "and %[d], %[u], %[mask]\n" DORY_SUM_WIDE_RESULT("%[c]", "%[d]") DORY_V                \
      "srl.sci.h %[t], %[t], 8\n" DORY_SUM_WIDE_RESULT("%[b]", "%[t]") DORY_V                                \
      "srl.sci.h %[u], %[u], 8\n" DORY_SUM_WIDE_RESULT("%[d]", "%[u]") DORY_SUM_TO_BYTES
DORY_SHARED void dory_sum_wide(const uint8_t *first, const uint8_t *second, uint8_t *output, int32_t count,
                               const void *numbers) {
  const dory_sum_numbers_t n = *(const dory_sum_numbers_t *)numbers;
  int32_t t, u, v, a, b, c, d;
  __asm__ volatile(
      DORY_SUM_LOOP("34", DORY_SUM_WIDE_BODY, DORY_SUM_STORE_BYTES)
      : DORY_SUM_OPERANDS, [b] "=&r"(b), [d] "=&r"(d)
      : DORY_SUM_CONSTANTS, [mask] "r"(0x00ff00ff), [weights] "r"(n.weights), [offset] "r"(n.offset),
        [shift] "r"(n.shift), [lesser] "r"(n.lesser_weights), [rest] "r"(n.lesser_offset)
      : DORY_OVERWRITTEN);
}

#else

/* A result from the unsigned bytes x and y. */
DORY_INLINE int32_t dory_scaled_result(const dory_sum_numbers_t *n, int32_t x, int32_t y) {
  const int32_t first = (x + (int16_t)n->upper_bytes) * (int16_t)n->weights;
  const int32_t second = (y + (n->upper_bytes >> 16)) * (n->weights >> 16);
  return dory_clip((first + second) >> 15, (int16_t)n->least, (int16_t)n->greatest);
}

DORY_INLINE int32_t dory_narrow_result(const dory_sum_numbers_t *n, int32_t x, int32_t y) {
  const int32_t sum = x * (int16_t)n->weights + y * (n->weights >> 16);
  return dory_clip((sum + n->offset) >> n->shift, 0, n->greatest);
}

DORY_INLINE int32_t dory_wide_result(const dory_sum_numbers_t *n, int32_t x, int32_t y) {
  const int32_t lesser = x * (int16_t)n->lesser_weights + y * (n->lesser_weights >> 16) + n->lesser_offset;
  const int32_t sum = (lesser >> 15) + x * (int16_t)n->weights + y * (n->weights >> 16);
  return dory_clip((sum + n->offset) >> n->shift, 0, n->greatest);
}

#define DORY_SUM_LOOP(name, result, type)                                                                    \
  DORY_SHARED void name(const uint8_t *first, const uint8_t *second, uint8_t *output, int32_t count,         \
                        const void *numbers) {                                                               \
    const dory_sum_numbers_t n = *(const dory_sum_numbers_t *)numbers;                                       \
    type *codes = (type *)output;                                                                            \
    for (int32_t i = 0; i < count; i++) {                                                                    \
      const int32_t x = first[i] ^ (n.flip & 255);                                                           \
      const int32_t y = second[i] ^ (n.flip >> 16 & 255);                                                    \
      codes[i] = (type)(result(&n, x, y) + n.lowest);                                                        \
    }                                                                                                        \
  }
DORY_SUM_LOOP(dory_sum_positive, dory_scaled_result, uint8_t)
DORY_SUM_LOOP(dory_sum_scaled, dory_scaled_result, uint8_t)
DORY_SUM_LOOP(dory_sum_narrow, dory_narrow_result, uint8_t)
DORY_SUM_LOOP(dory_sum_halves, dory_narrow_result, uint16_t)
DORY_SUM_LOOP(dory_sum_wide, dory_wide_result, uint8_t)

#endif

#endif

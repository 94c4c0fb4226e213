/* SPDX-License-Identifier: Apache-2.0 */
/* Operands of 16 bits that become 8: y = clip((x * multiplier + offset) >> shift), four elements at a time.
 */
#ifndef DORY_HALFWORDS_H
#define DORY_HALFWORDS_H

#include "dory_requantize.h"
#include "dory_words.h"

typedef struct {
  int32_t multiplier;       /* of 16 bits */
  int32_t offset, shift;    /* to results over the lowest code */
  int32_t greatest, lowest; /* results are 0...greatest; `lowest`, in each byte, makes codes of them */
} dory_halfword_numbers_t;

#if DORY_SIMD

/* A dot product with (multiplier, 0) or (0, multiplier) scales one half of a word. */
#define DORY_HALFWORD_EACH(text)                    text("a") text("b") text("c") text("d")
#define DORY_HALFWORD_SCALE(dot, sum, word, weight) DORY_V dot " %[" sum "], %[" word "], %[" weight "]\n"
#define DORY_HALFWORD_SHIFT(sum)                    DORY_EITHER("cv.addnr", "p.addNr") " %[" sum "], %[offset], %[shift]\n"
#define DORY_HALFWORD_CLIP(sum)                     DORY_P "clipur %[" sum "], %[" sum "], %[greatest]\n"
#define DORY_HALFWORD_LOOP(dot)                                                                              \
  DORY_WORDS_BEGIN DORY_LOOP0("%[turns]", "18", "1") DORY_MOVE_NEXT("lw", "%[x]", "%[from]", "4")            \
      DORY_MOVE_NEXT("lw", "%[y]", "%[from]", "4") DORY_HALFWORD_SCALE(dot, "a", "x", "one")                 \
          DORY_HALFWORD_SCALE(dot, "b", "x", "other") DORY_HALFWORD_SCALE(dot, "c", "y", "one")              \
              DORY_HALFWORD_SCALE(dot, "d", "y", "other") DORY_HALFWORD_EACH(DORY_HALFWORD_SHIFT)            \
                  DORY_HALFWORD_EACH(DORY_HALFWORD_CLIP) DORY_V                                              \
      "packlo.b %[a], %[b], %[a]\n" DORY_V "packhi.b %[a], %[d], %[c]\n" DORY_V                              \
      "add.b %[a], %[a], %[lowest]\n" DORY_LOOP_LAST("1") DORY_MOVE_NEXT("sw", "%[a]", "%[to]", "4")         \
          DORY_WORDS_END
#define DORY_HALFWORDS(name, type, dot)                                                                      \
  DORY_SHARED void name(const uint8_t *first, const uint8_t *second, uint8_t *output, int32_t count,         \
                        const void *numbers) {                                                               \
    const dory_halfword_numbers_t n = *(const dory_halfword_numbers_t *)numbers;                             \
    int32_t x, y, a, b, c, d;                                                                                \
    (void)second;                                                                                            \
    __asm__ volatile(DORY_HALFWORD_LOOP(dot)                                                                 \
                     : [from] "+&r"(first), [to] "+&r"(output), [x] "=&r"(x), [y] "=&r"(y), [a] "=&r"(a),    \
                       [b] "=&r"(b), [c] "=&r"(c), [d] "=&r"(d)                                              \
                     : [turns] "r"(count / 4), [one] "r"(n.multiplier & 0xffff),                             \
                       [other] "r"((uint32_t)n.multiplier << 16), [offset] "r"(n.offset),                    \
                       [shift] "r"(n.shift), [greatest] "r"(n.greatest), [lowest] "r"(n.lowest)              \
                     : DORY_OVERWRITTEN);                                                                    \
  }

#else

#define DORY_HALFWORDS(name, type, dot)                                                                      \
  DORY_SHARED void name(const uint8_t *first, const uint8_t *second, uint8_t *output, int32_t count,         \
                        const void *numbers) {                                                               \
    const dory_halfword_numbers_t n = *(const dory_halfword_numbers_t *)numbers;                             \
    (void)second;                                                                                            \
    for (int32_t i = 0; i < count; i++) {                                                                    \
      const uint32_t product = (uint32_t)((const type *)(const void *)first)[i] * (uint32_t)n.multiplier;    \
      const int32_t result = dory_add_shift((int32_t)product, n.offset, n.shift);                            \
      output[i] = (uint8_t)(dory_clip_positive(result, n.greatest) + n.lowest);                              \
    }                                                                                                        \
  }

#endif

DORY_HALFWORDS(dory_halfwords_unsigned, uint16_t, "dotusp.h")
DORY_HALFWORDS(dory_halfwords_signed, int16_t, "dotsp.h")

/* Computes a core's share of a tile, if 32 bits hold the sums, less the lowest code, of all codes of the
 * input's type; or of all that can occur, as has been proven of this form, where that is 0. */
DORY_INLINE bool dory_halfword_words(const dory_tile_t *tile, dory_type_t input_type, int32_t zero_point,
                                     dory_type_t output_type, const dory_requantization_t *rule) {
  const dory_coefficients_t c = rule->coefficients;
  if (dory_bits(input_type) != 16 || !dory_is_byte(output_type) || !dory_fits(c.multiplier, 16) ||
      c.shift > 30 || !dory_fits(c.offset, 40) || (rule->form != DORY_RQ32 && rule->form != DORY_RQ64)) {
    return false;
  }
  const int64_t offset = c.offset - (int64_t)zero_point * c.multiplier - rule->low * (INT64_C(1) << c.shift);
  const int64_t one = (input_type == DORY_I16 ? INT16_MIN : 0) * (int64_t)c.multiplier + offset;
  const int64_t other = one + 65535 * (int64_t)c.multiplier;
  const bool is_proven = rule->form == DORY_RQ32 && rule->low == 0;
  if (!is_proven && !(dory_fits(offset, 32) && dory_fits(one, 32) && dory_fits(other, 32))) {
    return false;
  }
  const dory_halfword_numbers_t numbers = {c.multiplier, (int32_t)(uint32_t)(uint64_t)offset, c.shift,
                                           rule->high - rule->low, dory_four_times(rule->low)};
  dory_run_words(tile, input_type == DORY_I16 ? dory_halfwords_signed : dory_halfwords_unsigned, 2, 1,
                 &numbers);
  return true;
}

#endif

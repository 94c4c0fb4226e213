/* SPDX-License-Identifier: Apache-2.0 */
/* Sums and maxima of windows over bytes, four channels at a time. */
#ifndef DORY_POOL_WORDS_H
#define DORY_POOL_WORDS_H

#include "dory_words.h"

/* The words of four channels under a window, from `at` on, taken in pairs: the second one `step` bytes after
 * the first, the next pair `next` bytes after the second. A row has `turns` pairs and perhaps a `single` word
 * more, `single_at` bytes after its first. A window of two columns is one row, as is one as wide as its map.
 */
typedef struct {
  const uint8_t *at;
  int32_t rows, row_step;
  int32_t turns, step, next;
  int32_t single, single_at;
} dory_patch_t;

/* The sums of four channels. */
typedef struct {
  int32_t channel[4];
} dory_word_sums_t;

/* A window of rows x columns positions that are column_step and row_step bytes apart. */
DORY_INLINE dory_patch_t dory_patch(const uint8_t *at, int32_t rows, int32_t columns, int32_t row_step,
                                    int32_t column_step) {
  if (columns * column_step == row_step) {
    columns *= rows;
    rows = 1;
  }
  if (columns == 2) {
    return (dory_patch_t){at, 1, 0, rows, column_step, row_step - column_step, 0, 0};
  }
  return (dory_patch_t){at,          rows,        row_step,    columns >> 1,
                        column_step, column_step, columns & 1, (columns - 1) * column_step};
}

DORY_INLINE int32_t dory_larger_bytes(int32_t a, int32_t b, bool has_signs) {
  return has_signs ? dory_larger_i8(a, b) : dory_larger_u8(a, b);
}

#if DORY_SIMD

/* Two words in x and y for each turn of a body of `words` instructions. */
#define DORY_POOL_PAIRS(words, body)                                                                         \
  DORY_WORDS_BEGIN DORY_LOOP0("%[turns]", words, "1") DORY_MOVE_NEXT("lw", "%[x]", "%[at]", "%[step]")       \
      DORY_MOVE_NEXT("lw", "%[y]", "%[at]", "%[next]") body DORY_WORDS_END
#if defined(DORY_XPULP)
#define DORY_POOL_SELECTOR , [select] "r"(0x07060302)
#else
#define DORY_POOL_SELECTOR
#endif
#define DORY_POOL_OPERANDS [turns] "r"(patch->turns), [step] "r"(patch->step), [next] "r"(patch->next)

/* The halves of both words side by side, in t and u: a channel has every other byte. Those in u are added in
 * the next turn, while its words are on their way, and after the last one by DORY_POOL_ADD_LAST; u begins as
 * 0. */
#define DORY_POOL_DOT(letters, sum, pair, bytes)                                                             \
  DORY_V "sdot" letters ".b %[" sum "], %[" pair "], %[" bytes "]\n"
#define DORY_POOL_ADD_LAST(letters)                                                                          \
  DORY_POOL_DOT(letters, "c", "u", "even") DORY_POOL_DOT(letters, "d", "u", "odd")
#define DORY_POOL_ADD(letters)                                                                               \
  DORY_POOL_ADD_LAST(letters)                                                                                \
  DORY_V DORY_EITHER("pack", "pack.h") " %[t], %[y], %[x]\n" DORY_EITHER(                                    \
      "cv.pack.h %[u], %[y], %[x]\n", "mv %[u], %[x]\npv.shuffle2.b %[u], %[y], %[select]\n")                \
      DORY_POOL_DOT(letters, "a", "t", "even") DORY_LOOP_LAST("1") DORY_POOL_DOT(letters, "b", "t", "odd")
#define DORY_POOL_LARGER(mine)                                                                               \
  DORY_V mine " %[greatest], %[greatest], %[x]\n" DORY_LOOP_LAST("1") DORY_V mine                            \
      " %[greatest], %[greatest], %[y]\n"

#define DORY_POOL_ADD_PAIRS(letters)                                                                         \
  __asm__ volatile(                                                                                          \
      DORY_POOL_PAIRS("8", DORY_POOL_ADD(letters)) DORY_POOL_ADD_LAST(letters)                               \
      : [x] "=&r"(x), [y] "=&r"(y), [t] "=&r"(t), [u] "+&r"(u), [at] "+&r"(at), [a] "+&r"(sums.channel[0]),  \
        [b] "+&r"(sums.channel[1]), [c] "+&r"(sums.channel[2]), [d] "+&r"(sums.channel[3])                   \
      : DORY_POOL_OPERANDS, [even] "r"(0x00010001), [odd] "r"(0x01000100)DORY_POOL_SELECTOR                  \
      : DORY_OVERWRITTEN)
#define DORY_POOL_LARGER_PAIRS(mine)                                                                         \
  __asm__ volatile(DORY_POOL_PAIRS("4", DORY_POOL_LARGER(mine))                                              \
                   : [x] "=&r"(x), [y] "=&r"(y), [at] "+&r"(at), [greatest] "+&r"(greatest)                  \
                   : DORY_POOL_OPERANDS                                                                      \
                   : DORY_OVERWRITTEN)

/* Adds the pairs of one row. */
DORY_INLINE dory_word_sums_t dory_add_pairs(dory_word_sums_t sums, const dory_patch_t *patch,
                                            const uint8_t *at, bool has_signs) {
  int32_t x, y, t;
  int32_t u = 0;
  if (has_signs) {
    DORY_POOL_ADD_PAIRS("sp");
  } else {
    DORY_POOL_ADD_PAIRS("up");
  }
  return sums;
}

DORY_INLINE int32_t dory_larger_pairs(int32_t greatest, const dory_patch_t *patch, const uint8_t *at,
                                      bool has_signs) {
  int32_t x, y;
  if (has_signs) {
    DORY_POOL_LARGER_PAIRS("max.b");
  } else {
    DORY_POOL_LARGER_PAIRS("maxu.b");
  }
  return greatest;
}

#endif

DORY_INLINE dory_word_sums_t dory_add_single(dory_word_sums_t sums, const uint8_t *at, bool has_signs) {
  const int32_t word = dory_load_word(at);
  for (int32_t i = 0; i < 4; i++) {
    const int32_t one = (int32_t)(UINT32_C(1) << 8 * i);
    sums.channel[i] =
        has_signs ? dory_mac_i8i8(sums.channel[i], word, one) : dory_mac_u8u8(sums.channel[i], word, one);
  }
  return sums;
}

#if !DORY_SIMD

DORY_INLINE dory_word_sums_t dory_add_pairs(dory_word_sums_t sums, const dory_patch_t *patch,
                                            const uint8_t *at, bool has_signs) {
  for (int32_t i = 0; i < patch->turns; i++, at += patch->step + patch->next) {
    sums = dory_add_single(dory_add_single(sums, at, has_signs), at + patch->step, has_signs);
  }
  return sums;
}

DORY_INLINE int32_t dory_larger_pairs(int32_t greatest, const dory_patch_t *patch, const uint8_t *at,
                                      bool has_signs) {
  for (int32_t i = 0; i < patch->turns; i++, at += patch->step + patch->next) {
    greatest = dory_larger_bytes(greatest, dory_load_word(at), has_signs);
    greatest = dory_larger_bytes(greatest, dory_load_word(at + patch->step), has_signs);
  }
  return greatest;
}

#endif

/* The sums of one row. */
DORY_INLINE dory_word_sums_t dory_row_sums(dory_word_sums_t sums, const dory_patch_t *patch,
                                           const uint8_t *at, bool has_signs) {
  if (patch->turns > 0) {
    sums = dory_add_pairs(sums, patch, at, has_signs);
  }
  if (__builtin_expect(patch->single, 0)) {
    sums = dory_add_single(sums, at + patch->single_at, has_signs);
  }
  return sums;
}

/* The sums of all positions of a patch; it has one at least. */
DORY_INLINE dory_word_sums_t dory_patch_sums(const dory_patch_t *patch, const uint8_t *at, bool has_signs) {
  dory_word_sums_t sums = dory_row_sums((dory_word_sums_t){{0, 0, 0, 0}}, patch, at, has_signs);
  for (int32_t i = 1; __builtin_expect(i < patch->rows, 0); i++) {
    at += patch->row_step;
    sums = dory_row_sums(sums, patch, at, has_signs);
  }
  return sums;
}

/* The greatest of the four channels' bytes. */
DORY_INLINE int32_t dory_patch_greatest(const dory_patch_t *patch, const uint8_t *at, bool has_signs) {
  int32_t greatest = dory_load_word(at);
  int32_t rows = patch->rows;
  do {
    if (patch->turns > 0) {
      greatest = dory_larger_pairs(greatest, patch, at, has_signs);
    }
    if (patch->single > 0) {
      greatest = dory_larger_bytes(greatest, dory_load_word(at + patch->single_at), has_signs);
    }
    at += patch->row_step;
  } while (--rows > 0);
  return greatest;
}

#endif

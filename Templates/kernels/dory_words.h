/* SPDX-License-Identifier: Apache-2.0 */
/* Element-wise kernels over operands of 8 or 16 bits, whose pixels have no gaps: a tile is one run of words
 * of four elements, which the cores share regardless of rows and channels. */
#ifndef DORY_WORDS_H
#define DORY_WORDS_H

#include <stddef.h>

#include "dory_simd.h"
#include "dory_split.h"

/* Computes `count` elements, by words a multiple of four; `numbers` are those of the kernel. */
typedef void dory_word_loop_t(const uint8_t *first, const uint8_t *second, uint8_t *output, int32_t count,
                              const void *numbers);

DORY_INLINE bool dory_is_byte(dory_type_t type) {
  return type == DORY_U8 || type == DORY_I8;
}

/* Whether a number of `bits` bits with a sign can hold a value. */
DORY_INLINE bool dory_fits(int64_t value, int32_t bits) {
  return value >= -(INT64_C(1) << (bits - 1)) && value < INT64_C(1) << (bits - 1);
}

/* A byte, as it is in each byte of a word. */
DORY_INLINE int32_t dory_four_times(int32_t byte) {
  return (int32_t)((uint32_t)(byte & 255) * 0x01010101u);
}

/* What turns a type's bytes into unsigned ones that are greater by 128 where the type has signs. */
DORY_INLINE int32_t dory_flip(dory_type_t type) {
  return type == DORY_I8 ? 128 : 0;
}

/* A number clipped to the codes of a byte, in one instruction for the whole range of a type. */
DORY_INLINE int32_t dory_clip_code(int32_t value, int32_t low, int32_t high) {
  if (low == 0 && high == 255) {
    return dory_clip_u8(value);
  }
  if (low == -128 && high == 127) {
    return dory_clip_i8(value);
  }
  return dory_smaller(dory_larger(value, low), high);
}

/* Computes a core's words of a tile. The elements after the last whole word are computed as a word too,
 * apart; in portable C one by one, so that nothing past them is read. An element has `input_bytes` in each
 * input and `bytes` in the output. */
DORY_SHARED void dory_run_words(const dory_tile_t *tile, dory_word_loop_t *loop, int32_t input_bytes,
                                int32_t bytes, const void *numbers) {
  const dory_range_t share = dory_share_of(tile->rows.size * tile->columns.size * tile->channels.size, 4);
  const uint8_t *first = (const uint8_t *)tile->input[0] + share.begin * input_bytes;
  /* A layer of one operand reads its only one twice, and uses it once. */
  const uint8_t *second =
      (const uint8_t *)tile->input[tile->input[1] == NULL ? 0 : 1] + share.begin * input_bytes;
  uint8_t *output = (uint8_t *)tile->output + share.begin * bytes;
#if DORY_SIMD
  const int32_t rest = share.size & 3;
#else
  const int32_t rest = 0;
#endif
  const int32_t whole = share.size - rest;
  if (whole > 0) {
    loop(first, second, output, whole, numbers);
  }
  if (rest > 0) {
    int32_t last[2];
    loop(first + whole * input_bytes, second + whole * input_bytes, (uint8_t *)last, 4, numbers);
    __builtin_memcpy(output + whole * bytes, last, (uint32_t)(rest * bytes));
  }
}

#endif

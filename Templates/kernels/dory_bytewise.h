/* SPDX-License-Identifier: Apache-2.0 */
/* Maxima, minima and tables of operands of 8 bits, four elements at a time. */
#ifndef DORY_BYTEWISE_H
#define DORY_BYTEWISE_H

#include "dory_words.h"

/* The bounds of the codes in each byte. */
typedef struct {
  int32_t low, high;
} dory_byte_bounds_t;

/* One kind of extremum: `mine` of the two operands, then `least` and `greatest` of that and the bounds. */
#define DORY_EXTREMUM_LOOP(name, mine, larger, smaller)                                                      \
  DORY_SHARED void name(const uint8_t *first, const uint8_t *second, uint8_t *output, int32_t count,         \
                        const void *numbers) {                                                               \
    const dory_byte_bounds_t bounds = *(const dory_byte_bounds_t *)numbers;                                  \
    for (; count >= 4; count -= 4, first += 4, second += 4, output += 4) {                                   \
      const int32_t code = mine(dory_load_word(first), dory_load_word(second));                              \
      dory_store_word(output, smaller(larger(code, bounds.low), bounds.high));                               \
    }                                                                                                        \
    for (int32_t i = 0; i < count; i++) {                                                                    \
      output[i] = (uint8_t)smaller(larger(mine(first[i], second[i]), bounds.low), bounds.high);              \
    }                                                                                                        \
  }
DORY_EXTREMUM_LOOP(dory_greater_unsigned, dory_larger_u8, dory_larger_u8, dory_smaller_u8)
DORY_EXTREMUM_LOOP(dory_lesser_unsigned, dory_smaller_u8, dory_larger_u8, dory_smaller_u8)
DORY_EXTREMUM_LOOP(dory_greater_signed, dory_larger_i8, dory_larger_i8, dory_smaller_i8)
DORY_EXTREMUM_LOOP(dory_lesser_signed, dory_smaller_i8, dory_larger_i8, dory_smaller_i8)

DORY_INLINE void dory_extremum_words(const dory_tile_t *tile, bool has_signs, bool least, int32_t low,
                                     int32_t high) {
  const dory_byte_bounds_t bounds = {dory_four_times(low), dory_four_times(high)};
  if (has_signs) {
    dory_run_words(tile, least ? dory_lesser_signed : dory_greater_signed, 1, 1, &bounds);
  } else {
    dory_run_words(tile, least ? dory_lesser_unsigned : dory_greater_unsigned, 1, 1, &bounds);
  }
}

/* The table is in L2, far from the cores: who looks up many elements copies it to its stack first. */
typedef struct {
  const uint8_t *table; /* of 256 codes */
  int32_t flip;         /* turns a code into its index */
} dory_byte_table_t;

enum { DORY_TABLE_BYTES = 256, DORY_FEW_LOOKUPS = 64 };

/* Four elements a turn; the word of the next turn is loaded before this one ends. */
#define DORY_LOOKUP_INDEX(index, shift) DORY_P "extractu %[" index "], %[x], 7, " shift "\n"
#define DORY_LOOKUP_CODE(index)         DORY_MOVE_AT("lbu", "%[" index "]", "%[" index "]", "%[table]")
#define DORY_LOOKUP_LOOP                                                                                     \
  DORY_WORDS_BEGIN                                                                                           \
  DORY_MOVE_NEXT("lw", "%[x]", "%[from]", "4")                                                               \
  DORY_LOOP0("%[turns]", "13", "1")                                                                          \
  "xor %[x], %[x], %[flip]\n" DORY_LOOKUP_INDEX("a", "0") DORY_LOOKUP_INDEX("b", "8")                        \
      DORY_LOOKUP_INDEX("c", "16") DORY_LOOKUP_INDEX("d", "24") DORY_LOOKUP_CODE("a") DORY_LOOKUP_CODE("b")  \
          DORY_LOOKUP_CODE("c") DORY_LOOKUP_CODE("d") DORY_MOVE_NEXT("lw", "%[x]", "%[from]", "4") DORY_V    \
      "packlo.b %[a], %[b], %[a]\n" DORY_V "packhi.b %[a], %[d], %[c]\n" DORY_LOOP_LAST("1")                 \
          DORY_MOVE_NEXT("sw", "%[a]", "%[to]", "4") DORY_WORDS_END

DORY_SHARED void dory_lookup_bytes(const uint8_t *first, const uint8_t *second, uint8_t *output,
                                   int32_t count, const void *numbers) {
  const dory_byte_table_t *layer = numbers;
  const uint8_t *table = layer->table;
  const int32_t flip = dory_four_times(layer->flip);
  (void)second;
#if DORY_SIMD
  int32_t copy[DORY_TABLE_BYTES / 4];
  if (count > DORY_FEW_LOOKUPS) {
    for (int32_t i = 0; i < DORY_TABLE_BYTES / 4; i++) {
      copy[i] = dory_load_word(table + 4 * i);
    }
    table = (const uint8_t *)copy;
  }
  int32_t x, a, b, c, d;
  __asm__ volatile(DORY_LOOKUP_LOOP
                   : [from] "+&r"(first), [to] "+&r"(output), [x] "=&r"(x), [a] "=&r"(a), [b] "=&r"(b),
                     [c] "=&r"(c), [d] "=&r"(d)
                   : [turns] "r"(count / 4), [flip] "r"(flip), [table] "r"(table)
                   : DORY_OVERWRITTEN);
#else
  for (int32_t i = 0; i < count; i++) {
    output[i] = table[first[i] ^ (flip & 255)];
  }
#endif
}

/* y = table[x], from the lowest code of the type on. */
DORY_INLINE void dory_lookup_words(const dory_tile_t *tile, const void *table, int32_t flip) {
  const dory_byte_table_t layer = {table, flip};
  dory_run_words(tile, dory_lookup_bytes, 1, 1, &layer);
}

#endif

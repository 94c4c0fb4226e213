/* SPDX-License-Identifier: Apache-2.0 */
/* Weighted sums of two operands of 8 bits: y = clip((x1 * first + x2 * second + offset) >> shift).
 *
 * A word of each operand is taken at a time. Its bytes, of which signed ones become unsigned by turning over
 * their top bit, are laid out as pairs (x1, x2) of halves, so that a dot product of two halves is a sum.
 * Loops differ in how wide the weights are:
 *
 *   dory_sum_scaled  Weights and offset are multiplied by a power of two that makes the shift 15, and the
 *                    offset comes with the pairs: a complex product then is a shifted sum. 17 instructions a
 *                    word, 21 for operands with signs and results that can be below the lowest code.
 *   dory_sum_narrow  Weights of 16 bits, sums of 32. 26 instructions a word; 28 for results of 16 bits.
 *   dory_sum_wide    Weights of 31 bits, sums of 47: the last 15 bits apart. 34 instructions a word.
 */
#ifndef DORY_WEIGHTED_SUM_H
#define DORY_WEIGHTED_SUM_H

#include "dory_sum_loops.h"

/* Sums are inside 63 bits; shift is 0...62. */
typedef struct {
  dory_type_t first_type, second_type, output_type;
  int64_t first, second, offset;
  int32_t shift;
  int32_t low, high;
} dory_weighted_sum_t;

typedef enum {
  DORY_SUM_SLOWLY, /* none of the loops */
  DORY_SUM_POSITIVE,
  DORY_SUM_SCALED,
  DORY_SUM_NARROW,
  DORY_SUM_HALVES, /* narrow, to 16 bits */
  DORY_SUM_WIDE
} dory_sum_kind_t;

/* The sum as one of unsigned bytes, less the lowest code; its clip begins at 0. */
DORY_INLINE dory_weighted_sum_t dory_unsigned_sum(dory_weighted_sum_t sum) {
  sum.offset -= dory_flip(sum.first_type) * sum.first + dory_flip(sum.second_type) * sum.second +
                sum.low * (INT64_C(1) << sum.shift);
  sum.high -= sum.low;
  sum.low = 0;
  return sum;
}

/* The least and the greatest shifted sum of unsigned bytes. */
DORY_INLINE int64_t dory_least_sum(dory_weighted_sum_t sum) {
  return (sum.offset + (sum.first < 0 ? 255 * sum.first : 0) + (sum.second < 0 ? 255 * sum.second : 0)) >>
         sum.shift;
}

DORY_INLINE int64_t dory_greatest_sum(dory_weighted_sum_t sum) {
  return (sum.offset + (sum.first > 0 ? 255 * sum.first : 0) + (sum.second > 0 ? 255 * sum.second : 0)) >>
         sum.shift;
}

/* The number k of -64...63 with 256 * k * weight = offset modulo 2^15; 64 if there is none. With
 * weight = odd * 2^zeros, k is offset / 2^(8 + zeros) divided by `odd` modulo 2^(7 - zeros). */
DORY_INLINE int32_t dory_upper_byte(int64_t weight, int64_t offset) {
  const int32_t zeros = dory_min(__builtin_ctz((uint32_t)weight | 128), 7);
  const int32_t odd = (int32_t)weight >> zeros;
  const int32_t part = (int32_t)(offset & 0x7fff);
  if ((part & ((256 << zeros) - 1)) != 0) {
    return 64;
  }
  /* Newton's steps to the inverse: 3, 6, then 12 right bits. */
  uint32_t inverse = (uint32_t)odd;
  inverse *= 2 - (uint32_t)odd * inverse;
  inverse *= 2 - (uint32_t)odd * inverse;
  const int32_t modulus = 128 >> zeros;
  const int32_t k = (int32_t)((uint32_t)(part >> (8 + zeros)) * inverse) & (modulus - 1);
  return k * 2 >= modulus ? k - modulus : k;
}

/* How a scaled sum gets its offset: from which operand, by which upper byte; the halves then hold results
 * plus the surplus. */
typedef struct {
  bool exists;
  int32_t first, second; /* upper bytes */
  int64_t surplus;
} dory_sum_scaling_t;

DORY_INLINE dory_sum_scaling_t dory_sum_scaling(dory_weighted_sum_t sum) {
  dory_sum_scaling_t scaling = {false, 0, 0, 0};
  if (sum.shift > 15 || !dory_fits(sum.first, 32) || !dory_fits(sum.second, 32) ||
      !dory_fits(sum.offset, 40)) {
    return scaling;
  }
  const int64_t unit = INT64_C(1) << (15 - sum.shift);
  const int64_t first = sum.first * unit;
  const int64_t second = sum.second * unit;
  const int64_t offset = sum.offset * unit;
  const int32_t k1 = dory_upper_byte(first, offset);
  const int32_t k2 = dory_upper_byte(second, offset);
  scaling.first = k1 < 64 ? k1 : 0;
  scaling.second = k1 < 64 || k2 == 64 ? 0 : k2;
  scaling.surplus = (256 * (scaling.first * first + scaling.second * second) - offset) >> 15;
  scaling.exists = (k1 < 64 || k2 < 64) && dory_fits(first, 16) && first != INT16_MIN &&
                   dory_fits(second, 16) && second != INT16_MIN &&
                   dory_fits(dory_least_sum(sum) + scaling.surplus, 16) &&
                   dory_fits(dory_greatest_sum(sum) + scaling.surplus, 16) &&
                   dory_fits(sum.high + scaling.surplus, 16) && dory_fits(scaling.surplus, 16);
  return scaling;
}

/* Which loop computes the sum, given as one of unsigned bytes. GAP8 has no instruction for the scaled one. */
DORY_INLINE dory_sum_kind_t dory_sum_kind(dory_weighted_sum_t sum) {
  const int64_t least = dory_least_sum(sum);
  const int64_t greatest = dory_greatest_sum(sum);
  if (!dory_is_byte(sum.first_type) || !dory_is_byte(sum.second_type)) {
    return DORY_SUM_SLOWLY;
  }
  const bool is_narrow = dory_fits(sum.first, 16) && dory_fits(sum.second, 16) && sum.shift < 31 &&
                         dory_fits(least, 32 - sum.shift) && dory_fits(greatest, 32 - sum.shift) &&
                         dory_fits(sum.offset, 32);
  if (dory_bits(sum.output_type) == 16 && is_narrow) {
    return DORY_SUM_HALVES;
  }
  if (!dory_is_byte(sum.output_type)) {
    return DORY_SUM_SLOWLY;
  }
#ifndef DORY_XPULP
  if (dory_sum_scaling(sum).exists) {
    return least >= 0 && sum.first_type == DORY_U8 && sum.second_type == DORY_U8 ? DORY_SUM_POSITIVE
                                                                                 : DORY_SUM_SCALED;
  }
#endif
  if (is_narrow) {
    return DORY_SUM_NARROW;
  }
  const bool is_wide = sum.shift >= 15 && sum.shift <= 46 && dory_fits(sum.first, 31) &&
                       dory_fits(sum.second, 31) && dory_fits(sum.offset, 47) &&
                       dory_fits(least, 47 - sum.shift) && dory_fits(greatest, 47 - sum.shift);
  return is_wide ? DORY_SUM_WIDE : DORY_SUM_SLOWLY;
}

DORY_INLINE dory_sum_numbers_t dory_sum_numbers(dory_weighted_sum_t sum, dory_sum_kind_t kind, int32_t low) {
  dory_sum_numbers_t n = {0};
  n.flip = (int32_t)((uint32_t)dory_flip(sum.first_type) * 0x0101u +
                     (uint32_t)dory_flip(sum.second_type) * 0x01010000u);
  n.greatest = sum.high;
  n.lowest = dory_four_times(low);
  if (kind == DORY_SUM_WIDE) {
    n.weights = dory_halves(sum.first >> 15, sum.second >> 15);
    n.offset = (int32_t)(sum.offset >> 15);
    n.shift = sum.shift - 15;
    n.lesser_weights = dory_halves(sum.first & 0x7fff, sum.second & 0x7fff);
    n.lesser_offset = (int32_t)(sum.offset & 0x7fff);
  } else if (kind == DORY_SUM_NARROW || kind == DORY_SUM_HALVES) {
    n.weights = dory_halves(sum.first, sum.second);
    n.offset = (int32_t)sum.offset;
    n.shift = sum.shift;
    n.lowest = kind == DORY_SUM_HALVES ? dory_halves(low, low) : n.lowest;
  } else {
    const dory_sum_scaling_t scaling = dory_sum_scaling(sum);
    const int64_t unit = INT64_C(1) << (15 - dory_min(sum.shift, 15));
    n.weights = dory_halves(sum.first * unit, sum.second * unit);
    n.upper_bytes = dory_halves((uint8_t)scaling.first << 8, (uint8_t)scaling.second << 8);
    n.least = dory_halves(scaling.surplus, scaling.surplus);
    n.greatest = dory_halves(sum.high + scaling.surplus, sum.high + scaling.surplus);
    n.lowest = dory_four_times((int32_t)(low - scaling.surplus));
  }
  return n;
}

/* Computes a core's share of a tile, if the sum is one of those above. All of `sum` is known when a layer is
 * compiled. */
DORY_INLINE bool dory_sum_words(const dory_tile_t *tile, dory_weighted_sum_t sum) {
  if (sum.shift > 46 || !dory_fits(sum.offset, 56) || !dory_fits(sum.first, 40) ||
      !dory_fits(sum.second, 40)) {
    return false;
  }
  const int32_t low = sum.low;
  sum = dory_unsigned_sum(sum);
  const dory_sum_kind_t kind = dory_sum_kind(sum);
  if (kind == DORY_SUM_SLOWLY) {
    return false;
  }
  const dory_sum_numbers_t numbers = dory_sum_numbers(sum, kind, low);
  switch (kind) {
#ifndef DORY_XPULP
  case DORY_SUM_POSITIVE:
    dory_run_words(tile, dory_sum_positive, 1, 1, &numbers);
    break;
  case DORY_SUM_SCALED:
    dory_run_words(tile, dory_sum_scaled, 1, 1, &numbers);
    break;
#endif
  case DORY_SUM_HALVES:
    dory_run_words(tile, dory_sum_halves, 1, 2, &numbers);
    break;
  case DORY_SUM_WIDE:
    dory_run_words(tile, dory_sum_wide, 1, 1, &numbers);
    break;
  default:
    dory_run_words(tile, dory_sum_narrow, 1, 1, &numbers);
    break;
  }
  return true;
}

#endif

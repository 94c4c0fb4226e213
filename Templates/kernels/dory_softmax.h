/* SPDX-License-Identifier: Apache-2.0 */
/* Softmax over the channels of each position, as TensorFlow Lite's integer reference computes it. Qm.n has m
 * integer and n fraction bits; the constants are those of gemmlowp's fixed-point functions. */
#ifndef DORY_SOFTMAX_H
#define DORY_SOFTMAX_H

#include "dory_requantize.h"
#include "dory_split.h"
#include "dory_words.h"

typedef struct {
  dory_type_t input_type, output_type; /* output of 8 bits, scale 1/256 */
  int32_t multiplier, left_shift;      /* from a difference of codes to Q5.26 */
  int32_t minimum_difference;          /* smaller ones give zero */
  int32_t low, high;                   /* codes of the output */
  dory_split_t split;
} dory_softmax_t;

/* The high half of 2ab, rounded half up; never both INT32_MIN here. */
DORY_INLINE int32_t dory_doubling_high(int64_t a, int64_t b) {
  return (int32_t)((a * b + (INT64_C(1) << 30)) >> 31);
}

/* value / 2^exponent, rounded half away from zero. */
DORY_INLINE int32_t dory_divide_power(int64_t value, int32_t exponent) {
  const int64_t half = exponent == 0 ? 0 : INT64_C(1) << (exponent - 1);
  return (int32_t)(value >= 0 ? (value + half) >> exponent : -((-value + half) >> exponent));
}

/* exp(a) in Q0.31 for a in [-1/4, 0), Q0.31: a Taylor series of degree 4 around -1/8. */
DORY_INLINE int32_t dory_exp_quarter(int32_t a) {
  const int32_t x = a + (1 << 28);
  const int32_t x2 = dory_doubling_high(x, x);
  const int32_t x3 = dory_doubling_high(x2, x);
  const int32_t x4 = dory_doubling_high(x2, x2);
  const int32_t third = dory_doubling_high(dory_divide_power(x4, 2) + x3, 715827883) + x2; /* 1/3 */
  return 1895147668 + dory_doubling_high(1895147668, x + dory_divide_power(third, 1));     /* exp(-1/8) */
}

/* exp(a * multiplier / 2^31) in Q0.31 for a product <= 0 in Q5.26: exp of the part below 1/4 times the powers
 * that the other bits stand for. */
DORY_SHARED int32_t dory_exp_negative(int32_t a, int32_t multiplier) {
  a = dory_doubling_high(a, multiplier);
  if (a == 0) {
    return INT32_MAX;
  }
  const int32_t quarter = 1 << 24;
  const int32_t fraction = (a & (quarter - 1)) - quarter;
  const int32_t rest = (fraction - a) >> 24;
  int32_t result = dory_exp_quarter(fraction * (1 << 5));
#define DORY_EXP_POWER(bit, power) result = rest >> bit & 1 ? dory_doubling_high(result, power) : result
  DORY_EXP_POWER(0, 1672461947);
  DORY_EXP_POWER(1, 1302514674);
  DORY_EXP_POWER(2, 790015084);
  DORY_EXP_POWER(3, 290630308);
  DORY_EXP_POWER(4, 39332535);
  DORY_EXP_POWER(5, 720401);
  DORY_EXP_POWER(6, 242);
#undef DORY_EXP_POWER
  return result;
}

/* 1 / (1 + a) in Q0.31 for a in [0, 1), Q0.31: three Newton steps. */
DORY_SHARED int32_t dory_reciprocal(int32_t a) {
  const int32_t half = (int32_t)(((int64_t)a + INT32_MAX + 1) >> 1);
  int32_t x = 1515870810 + dory_doubling_high(half, -1010580540); /* 48/17 - 32/17 half, Q2.29 */
#pragma GCC unroll 1
  for (int32_t i = 0; i < 3; i++) {
    const int32_t error = (1 << 29) - dory_doubling_high(half, x);
    x += dory_clip((int64_t)dory_doubling_high(x, error) * 4, INT32_MIN, INT32_MAX);
  }
  return dory_clip((int64_t)x * 2, INT32_MIN, INT32_MAX);
}

/* One position of codes of 8 bits, as unsigned bytes by flipping the top bit of signed ones. */
typedef struct {
  const uint8_t *codes;
  int32_t count;
  int32_t flip;
  int32_t greatest;
  int32_t multiplier, left_shift, minimum_difference;
} dory_distribution_t;

/* Exponentials that are kept for the results. */
enum { DORY_KEPT_EXPONENTIALS = 16 };

DORY_INLINE int32_t dory_distribution_greatest(const dory_distribution_t *position) {
  int32_t greatest = 0;
  int32_t i = 0;
  for (; i + 4 <= position->count; i += 4) {
    const int32_t word = dory_load_word(position->codes + i) ^ dory_four_times(position->flip);
    greatest = dory_larger_u8(greatest, word);
  }
  for (; i < position->count; i++) {
    greatest = dory_larger_u8(greatest, position->codes[i] ^ position->flip);
  }
  greatest = dory_larger_u8(greatest, (int32_t)((uint32_t)greatest >> 16));
  return dory_larger_u8(greatest, (int32_t)((uint32_t)greatest >> 8)) & 255;
}

/* exp of a difference to the greatest code, Q0.31; 0 for one that is too small. */
DORY_INLINE int32_t dory_difference_exp(const dory_distribution_t *position, int32_t difference) {
  return difference < position->minimum_difference
             ? 0
             : dory_exp_negative((int32_t)((uint32_t)difference << position->left_shift),
                                 position->multiplier);
}

DORY_INLINE int32_t dory_code_exp(const dory_distribution_t *position, int32_t i) {
  return dory_difference_exp(position, (position->codes[i] ^ position->flip) - position->greatest);
}

/* The sum of all exponentials, Q12.19. */
DORY_INLINE uint32_t dory_exponential_sum(const dory_distribution_t *position, int32_t *kept) {
  uint32_t sum = 0;
  for (int32_t i = 0; i < position->count; i++) {
    const int32_t exponential = dory_code_exp(position, i);
    sum += (uint32_t)dory_divide_power(exponential, 12);
    if (i < DORY_KEPT_EXPONENTIALS) {
      kept[i] = exponential;
    }
  }
  return sum;
}

/* The same, one exponential for all channels with the same code. */
DORY_SHARED uint32_t dory_counted_sum(const dory_distribution_t *position) {
  uint16_t counts[256];
  for (int32_t i = 0; i < 256; i++) {
    counts[i] = 0;
  }
  for (int32_t i = 0; i < position->count; i++) {
    counts[position->greatest - (position->codes[i] ^ position->flip)]++;
  }
  uint32_t sum = 0;
  for (int32_t i = 0; i < 256; i++) {
    if (counts[i] > 0) {
      sum += counts[i] * (uint32_t)dory_divide_power(dory_difference_exp(position, -i), 12);
    }
  }
  return sum;
}

/* Writes a core's channels of a position. */
DORY_INLINE void dory_softmax_position(const dory_softmax_t *layer, dory_distribution_t position,
                                       uint8_t *output, dory_range_t channels) {
  int32_t kept[DORY_KEPT_EXPONENTIALS];
  position.greatest = dory_distribution_greatest(&position);
  const bool is_counted = position.count >= 256;
  const uint32_t sum = is_counted ? dory_counted_sum(&position) : dory_exponential_sum(&position, kept);
  const int32_t headroom = __builtin_clz(sum);
  const int32_t scale = dory_reciprocal((int32_t)((sum << headroom) - (UINT32_C(1) << 31)));
  const int32_t exponent = 12 - headroom + 31 - 8;
  for (int32_t i = channels.begin; i < channels.begin + channels.size; i++) {
    const bool is_kept = !is_counted && i < DORY_KEPT_EXPONENTIALS;
    const int32_t exponential = is_kept ? kept[i] : dory_code_exp(&position, i);
    const int32_t product = dory_doubling_high(scale, exponential);
    output[i] = (uint8_t)dory_min(dory_divide_power(product, exponent) + layer->low, layer->high);
  }
}

/* Cores share positions, or the channels of each if there are fewer positions than cores. */
DORY_INLINE void dory_softmax(const dory_tile_t *tile, const dory_softmax_t *layer) {
  const int32_t count = tile->channels.size;
  const int32_t positions = tile->rows.size * tile->columns.size;
  const bool by_channels = positions < dory_core_count();
  const dory_range_t mine = by_channels ? (dory_range_t){0, positions} : dory_share_of(positions, 1);
  const dory_range_t channels = by_channels ? dory_share_of(count, 1) : (dory_range_t){0, count};
  dory_distribution_t position = {.codes = (const uint8_t *)tile->input[0] + mine.begin * count,
                                  .count = count,
                                  .flip = dory_flip(layer->input_type),
                                  .multiplier = layer->multiplier,
                                  .left_shift = layer->left_shift,
                                  .minimum_difference = layer->minimum_difference};
  uint8_t *output = (uint8_t *)tile->output + mine.begin * count;
  for (int32_t i = 0; i < mine.size && channels.size > 0; i++, position.codes += count, output += count) {
    dory_softmax_position(layer, position, output, channels);
  }
}

#endif

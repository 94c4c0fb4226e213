/* SPDX-License-Identifier: Apache-2.0 */
/* Softmax over the channels of each position, as TensorFlow Lite's integer reference computes it. Qm.n has m
 * integer and n fraction bits; the constants are those of gemmlowp's fixed-point functions. */
#ifndef DORY_SOFTMAX_H
#define DORY_SOFTMAX_H

#include "dory_requantize.h"
#include "dory_split.h"

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

/* exp(a) in Q0.31 for a <= 0 in Q5.26: exp of the part below 1/4 times the powers that the other bits stand
 * for. */
DORY_INLINE int32_t dory_exp_negative(int32_t a) {
  static const int32_t power[] = {1672461947, 1302514674, 790015084, 290630308, 39332535, 720401, 242};
  if (a == 0) {
    return INT32_MAX;
  }
  const int32_t quarter = 1 << 24;
  const int32_t fraction = (a & (quarter - 1)) - quarter;
  const int32_t rest = fraction - a;
  int32_t result = dory_exp_quarter(fraction * (1 << 5));
  for (int32_t i = 0; i < 7; i++) {
    if (rest >> (24 + i) & 1) {
      result = dory_doubling_high(result, power[i]);
    }
  }
  return result;
}

/* 1 / (1 + a) in Q0.31 for a in [0, 1), Q0.31: three Newton steps. */
DORY_INLINE int32_t dory_reciprocal(int32_t a) {
  const int32_t half = (int32_t)(((int64_t)a + INT32_MAX + 1) >> 1);
  int32_t x = 1515870810 + dory_doubling_high(half, -1010580540); /* 48/17 - 32/17 half, Q2.29 */
  for (int32_t i = 0; i < 3; i++) {
    const int32_t error = (1 << 29) - dory_doubling_high(half, x);
    x += dory_clip((int64_t)dory_doubling_high(x, error) * 4, INT32_MIN, INT32_MAX);
  }
  return dory_clip((int64_t)x * 2, INT32_MIN, INT32_MAX);
}

/* exp of a code's difference to the greatest one, Q0.31. */
DORY_INLINE int32_t dory_softmax_exp(const dory_softmax_t *layer, int32_t difference) {
  return dory_exp_negative(
      dory_doubling_high((int64_t)difference * (INT64_C(1) << layer->left_shift), layer->multiplier));
}

/* One position of `count` channels, of which those of `channels` are written. */
DORY_INLINE void dory_softmax_position(const dory_tile_t *tile, const dory_softmax_t *layer, int32_t base,
                                       int32_t count, dory_range_t channels) {
  int32_t greatest = INT32_MIN;
  for (int32_t i = 0; i < count; i++) {
    greatest = dory_max(greatest, dory_element(layer->input_type, tile->input[0], base + i));
  }
  uint32_t sum = 0; /* Q12.19 */
  for (int32_t i = 0; i < count; i++) {
    const int32_t difference = dory_element(layer->input_type, tile->input[0], base + i) - greatest;
    if (difference >= layer->minimum_difference) {
      sum += (uint32_t)dory_divide_power(dory_softmax_exp(layer, difference), 12);
    }
  }
  const int32_t headroom = __builtin_clz(sum);
  const int32_t scale = dory_reciprocal((int32_t)((sum << headroom) - (UINT32_C(1) << 31)));
  const int32_t exponent = 12 - headroom + 31 - 8;
  for (int32_t i = channels.begin; i < channels.begin + channels.size; i++) {
    const int32_t difference = dory_element(layer->input_type, tile->input[0], base + i) - greatest;
    int32_t code = layer->low;
    if (difference >= layer->minimum_difference) {
      const int32_t product = dory_doubling_high(scale, dory_softmax_exp(layer, difference));
      code = dory_clip((int64_t)dory_divide_power(product, exponent) + layer->low, layer->low, layer->high);
    }
    dory_set_element(layer->output_type, tile->output, base + i, code);
  }
}

DORY_INLINE void dory_softmax(const dory_tile_t *tile, const dory_softmax_t *layer) {
  const dory_share_t share = dory_share(tile, layer->split);
  const int32_t count = tile->channels.size;
  for (int32_t i = 0; i < share.positions.size; i++) {
    dory_softmax_position(tile, layer, (share.positions.begin + i) * count, count, share.channels);
  }
}

#endif

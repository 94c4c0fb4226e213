/* SPDX-License-Identifier: Apache-2.0 */
/* From accumulators to codes. `>>` of a negative number is arithmetic, as gcc and clang define it.
 *
 * The generator has proven that no intermediate leaves the width of the form, for every accumulator that can
 * occur. The form is a constant of the layer, so that all switches here fold away.
 */
#ifndef DORY_REQUANTIZE_H
#define DORY_REQUANTIZE_H

#include "dory_element.h"

/* `a` is the accumulator, m the multiplier, b the offset, d the shift. The result is clipped to the codes. */
typedef enum {
  DORY_RAW,   /* the accumulator itself, not clipped */
  DORY_RQ32,  /* (a * m + b) >> d in 32 bits */
  DORY_RQ32C, /* the same with a clipped to lower_bound...upper_bound first */
  DORY_RQH,   /* (mulh(a << preshift, m) + b) >> d in 32 bits; mulh is the high word of the 64-bit product */
  DORY_RQ64,  /* (a * m + b) >> d in 64 bits */
  DORY_RQ64S, /* ((a * m + b - (a < 0 ? sign_term : 0)) >> d) + zero_point in 64 bits */
  DORY_RQ64X, /* as DORY_RQ64, plus a correction for the accumulators listed in entries */
  DORY_RQ64T, /* round(round24(a * m) / 2^d) + zero_point: a product of float32 numbers, in integers */
  DORY_THR,   /* low plus the number of entries <= a * m; m is 1 or -1 */
  /* Of constants in groups alone, see dory_group.h: */
  DORY_RQ32P, /* packed: one product */
  DORY_RQ32L, /* limited: one product of a clipped sum */
  DORY_RQ32D  /* double: two products */
} dory_form_t;

/* The numbers of one rule; those that its form does not name are not read. */
typedef struct {
  int32_t multiplier;
  int64_t offset;
  int32_t shift;
  int64_t sign_term;
  int32_t zero_point;
  int32_t lower_bound, upper_bound;
  int32_t preshift;
  int32_t count;          /* of entries */
  const int32_t *entries; /* DORY_RQ64X: pairs of accumulator and correction; DORY_THR: rising thresholds */
} dory_coefficients_t;

/* How one operand or result is requantized when all channels share one rule. */
typedef struct {
  dory_form_t form;
  dory_coefficients_t coefficients;
  int32_t low, high;
} dory_requantization_t;

DORY_INLINE int32_t dory_clip(int64_t value, int32_t low, int32_t high) {
  return value < low ? low : value > high ? high : (int32_t)value;
}

/* In 32 bits. */
DORY_INLINE int32_t dory_rq32(dory_coefficients_t c, int32_t accumulator) {
  return (accumulator * c.multiplier + (int32_t)c.offset) >> c.shift;
}

/* One product, of which the high word is kept. */
DORY_INLINE int32_t dory_rqh(dory_coefficients_t c, int32_t accumulator) {
  const int32_t shifted = (int32_t)((uint32_t)accumulator << c.preshift);
  const int32_t high = (int32_t)((int64_t)shifted * c.multiplier >> 32);
  return (high + (int32_t)c.offset) >> c.shift;
}

/* In 64 bits, the sign term taken off for a negative accumulator. */
DORY_INLINE int64_t dory_rq64(dory_coefficients_t c, int64_t accumulator) {
  return (accumulator * c.multiplier + c.offset - (c.sign_term & accumulator >> 63)) >> c.shift;
}

/* What the list of exceptions adds for an accumulator. */
DORY_INLINE int32_t dory_correction(dory_coefficients_t c, int64_t accumulator) {
  int32_t correction = 0;
  for (int32_t i = 0; i < c.count; i++) {
    correction += accumulator == c.entries[2 * i] ? c.entries[2 * i + 1] : 0;
  }
  return correction;
}

/* value / 2^shift, rounded to the nearest integer, ties to the even one. */
DORY_INLINE int64_t dory_divide_half_even(int64_t value, int32_t shift) {
  if (shift == 0) {
    return value;
  }
  return (value + ((INT64_C(1) << (shift - 1)) - 1) + (value >> shift & 1)) >> shift;
}

/* The product rounded to 24 significant bits, as float32 has them, then to an integer; |a * m| < 2^62. */
DORY_INLINE int64_t dory_rq64t(dory_coefficients_t c, int64_t accumulator) {
  const int64_t product = accumulator * c.multiplier;
  const uint64_t magnitude = (uint64_t)(product < 0 ? -product : product);
  const int32_t bits = 64 - __builtin_clzll(magnitude | 1);
  const int32_t excess = bits > 24 ? bits - 24 : 0;
  const int64_t rounded = dory_divide_half_even(product, excess);
  const int32_t left = c.shift - excess;
  return left < 0 ? rounded * (INT64_C(1) << -left) : dory_divide_half_even(rounded, left);
}

/* How many thresholds an accumulator has reached. */
DORY_INLINE int32_t dory_reached(dory_coefficients_t c, int32_t accumulator) {
  const int32_t value = accumulator * c.multiplier;
  int32_t begin = 0;
  int32_t end = c.count;
  while (begin < end) {
    const int32_t middle = (begin + end) / 2;
    if (c.entries[middle] <= value) {
      begin = middle + 1;
    } else {
      end = middle;
    }
  }
  return begin;
}

DORY_INLINE int32_t dory_requantize(dory_form_t form, dory_coefficients_t c, int64_t accumulator, int32_t low,
                                    int32_t high) {
  switch (form) {
  case DORY_RAW:
    return (int32_t)accumulator;
  case DORY_RQ32:
    return dory_clip(dory_rq32(c, (int32_t)accumulator), low, high);
  case DORY_RQ32C:
    return dory_clip(dory_rq32(c, dory_clip(accumulator, c.lower_bound, c.upper_bound)), low, high);
  case DORY_RQH:
    return dory_clip(dory_rqh(c, (int32_t)accumulator), low, high);
  case DORY_RQ64:
    return dory_clip((accumulator * c.multiplier + c.offset) >> c.shift, low, high);
  case DORY_RQ64S:
    return dory_clip(dory_rq64(c, accumulator) + c.zero_point, low, high);
  case DORY_RQ64X:
    return dory_clip(((accumulator * c.multiplier + c.offset) >> c.shift) + dory_correction(c, accumulator),
                     low, high);
  case DORY_RQ64T:
    return dory_clip(dory_rq64t(c, accumulator) + c.zero_point, low, high);
  case DORY_THR:
    return dory_clip(low + dory_reached(c, (int32_t)accumulator), low, high);
  case DORY_RQ32P:
  case DORY_RQ32L:
  case DORY_RQ32D:
    break;
  }
  return 0;
}

/* By a rule that all channels share. */
DORY_INLINE int32_t dory_apply(const dory_requantization_t *rule, int64_t value) {
  return dory_requantize(rule->form, rule->coefficients, value, rule->low, rule->high);
}

/* 32-bit words of one channel's parameters: the bias; then
 *   DORY_RQ32                multiplier, offset, shift
 *   DORY_RQ32C               multiplier, offset, shift, lower bound, upper bound
 *   DORY_RQH                 multiplier, offset, shift + 256 * preshift
 *   DORY_RQ64, DORY_RQ64S    multiplier, offset (low word first), shift
 *   DORY_RQ64X               as DORY_RQ64, then `entries` pairs; unused ones correct by 0
 *   DORY_RQ64T               multiplier, shift, zero point
 *   DORY_THR                 multiplier, then `entries` thresholds; unused ones are INT32_MAX
 * and at last, where weights have zero points, that of the channel. `entries` is the same in all channels of
 * a layer. The sign term is 2^31 for a shift past 31, else 0; the zero point of DORY_RQ64S is part of the
 * offset.
 */
DORY_INLINE int32_t dory_parameter_words(dory_form_t form, int32_t entries, bool has_weight_zero_points) {
  const int32_t zero_point = has_weight_zero_points ? 1 : 0;
  switch (form) {
  case DORY_RAW:
    return 1 + zero_point;
  case DORY_RQ32:
  case DORY_RQH:
  case DORY_RQ64T:
    return 4 + zero_point;
  case DORY_RQ32C:
    return 6 + zero_point;
  case DORY_RQ64:
  case DORY_RQ64S:
    return 5 + zero_point;
  case DORY_RQ64X:
    return 5 + 2 * entries + zero_point;
  case DORY_THR:
    return 2 + entries + zero_point;
  case DORY_RQ32P:
  case DORY_RQ32L:
  case DORY_RQ32D:
    break;
  }
  return 0;
}

/* The numbers of a channel from its parameters, which begin with the bias. */
DORY_INLINE dory_coefficients_t dory_channel_coefficients(dory_form_t form, int32_t entries,
                                                          const int32_t *words) {
  dory_coefficients_t c = {0};
  if (form == DORY_RAW) {
    return c;
  }
  c.multiplier = words[1];
  switch (form) {
  case DORY_RAW:
    break;
  case DORY_RQ32C:
    c.lower_bound = words[4];
    c.upper_bound = words[5];
    c.offset = words[2];
    c.shift = words[3];
    break;
  case DORY_RQ32:
    c.offset = words[2];
    c.shift = words[3];
    break;
  case DORY_RQH:
    c.offset = words[2];
    c.shift = words[3] & 255;
    c.preshift = words[3] >> 8;
    break;
  case DORY_RQ64:
  case DORY_RQ64S:
  case DORY_RQ64X:
    c.offset = (int64_t)((uint64_t)(uint32_t)words[3] << 32 | (uint32_t)words[2]);
    c.shift = words[4];
    c.sign_term = form == DORY_RQ64S && c.shift > 31 ? INT64_C(1) << 31 : 0;
    c.count = form == DORY_RQ64X ? entries : 0;
    c.entries = words + 5;
    break;
  case DORY_RQ64T:
    c.shift = words[2];
    c.zero_point = words[3];
    break;
  case DORY_THR:
    c.count = entries;
    c.entries = words + 2;
    break;
  case DORY_RQ32P:
  case DORY_RQ32L:
  case DORY_RQ32D:
    break;
  }
  return c;
}

/* The code of a sum that already contains the channel's bias. */
DORY_INLINE int32_t dory_requantize_channel(dory_form_t form, int32_t entries, const int32_t *parameters,
                                            int32_t sum, int32_t low, int32_t high) {
  return dory_requantize(form, dory_channel_coefficients(form, entries, parameters), sum, low, high);
}

#endif

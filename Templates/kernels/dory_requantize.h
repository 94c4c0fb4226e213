/* SPDX-License-Identifier: Apache-2.0 */
/* From accumulators to codes. `>>` of a negative number is arithmetic, as gcc and clang define it.
 *
 * The generator has proven that no intermediate leaves the width of the form, for every accumulator that can
 * occur.
 */
#ifndef DORY_REQUANTIZE_H
#define DORY_REQUANTIZE_H

#include "dory_element.h"

typedef enum {
  DORY_RAW,  /* the accumulator itself */
  DORY_RQ32, /* (a * multiplier + offset) >> shift in 32 bits */
  DORY_RQ64, /* the same in 64 bits */
  DORY_RQ64S /* in 64 bits, less sign_term for a negative accumulator, plus zero_point after the shift */
} dory_form_t;

typedef struct {
  int32_t multiplier;
  int64_t offset;
  int32_t shift;
  int64_t sign_term;
  int32_t zero_point;
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

DORY_INLINE int32_t dory_requantize(dory_form_t form, dory_coefficients_t c, int64_t accumulator, int32_t low,
                                    int32_t high) {
  switch (form) {
  case DORY_RQ32:
    return dory_clip(((int32_t)accumulator * c.multiplier + (int32_t)c.offset) >> c.shift, low, high);
  case DORY_RQ64:
    return dory_clip((accumulator * c.multiplier + c.offset) >> c.shift, low, high);
  case DORY_RQ64S:
    return dory_clip(
        ((accumulator * c.multiplier + c.offset - (c.sign_term & accumulator >> 63)) >> c.shift) +
            c.zero_point,
        low, high);
  default:
    return (int32_t)accumulator;
  }
}

/* 32-bit words of one channel's parameters: the bias, then multiplier, offset (low word first) and shift. The
 * sign term is 2^31 for a shift past 31, else 0; the zero point is part of the offset. */
DORY_INLINE int32_t dory_parameter_words(dory_form_t form) {
  return form == DORY_RAW ? 1 : form == DORY_RQ32 ? 4 : 5;
}

DORY_INLINE int32_t dory_bias(dory_form_t form, const int32_t *parameters, int32_t channel) {
  return parameters[channel * dory_parameter_words(form)];
}

DORY_INLINE dory_coefficients_t dory_channel_coefficients(dory_form_t form, const int32_t *parameters,
                                                          int32_t channel) {
  const int32_t *words = parameters + channel * dory_parameter_words(form);
  switch (form) {
  case DORY_RAW:
    return (dory_coefficients_t){0, 0, 0, 0, 0};
  case DORY_RQ32:
    return (dory_coefficients_t){words[1], words[2], words[3], 0, 0};
  default:
    return (dory_coefficients_t){words[1], (int64_t)((uint64_t)(uint32_t)words[3] << 32 | (uint32_t)words[2]),
                                 words[4], (int64_t)(words[4] > 31) << 31, 0};
  }
}

#endif

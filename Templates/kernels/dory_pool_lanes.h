/* SPDX-License-Identifier: Apache-2.0 */
/* Window reductions, channel by channel, over the positions inside the input. The float average is IEEE 754
 * binary32, each operation rounded by itself: compile with -ffp-contract=off, and never with -ffast-math. */
#ifndef DORY_POOL_LANES_H
#define DORY_POOL_LANES_H

#include "dory_lanes.h"
#include "dory_requantize.h"

typedef enum {
  DORY_POOL_MAXIMUM,
  DORY_POOL_AVERAGE,      /* sum divided by the number of positions, rounded half away from zero */
  DORY_POOL_SUM,          /* requantized sum of the codes less the zero point */
  DORY_POOL_FLOAT_AVERAGE /* sum of the numbers that the codes stand for, divided, then quantized */
} dory_pool_kind_t;

typedef struct {
  dory_pool_kind_t kind;
  dory_window_t window;
  dory_type_t input_type, output_type;
  int32_t input_zero_point;             /* of a sum and a float average */
  dory_requantization_t requantization; /* all but a sum use its bounds only */
  /* Of a float average. */
  float input_scale, output_scale;
  int32_t output_zero_point;
  int32_t divisor; /* 0: the number of positions */
  dory_split_t split;
} dory_pooling_t;

/* The code of a window from its greatest code or its sum. */
DORY_INLINE int32_t dory_pool_result(const dory_pooling_t *layer, int32_t value, int32_t positions) {
  const dory_requantization_t *rule = &layer->requantization;
  switch (layer->kind) {
  case DORY_POOL_MAXIMUM:
    return dory_clip(value, rule->low, rule->high);
  case DORY_POOL_AVERAGE:
    return dory_clip((value + (value < 0 ? -(positions / 2) : positions / 2)) / positions, rule->low,
                     rule->high);
  default:
    return dory_apply(rule, value - positions * layer->input_zero_point);
  }
}

/* `lanes` channels of one position, from `channel` on. */
DORY_INLINE void dory_pool_lanes(const dory_tile_t *tile, const void *constants, dory_reach_t rows,
                                 dory_reach_t columns, int32_t position, int32_t channel, int32_t lanes) {
  const dory_pooling_t *layer = constants;
  int32_t value[DORY_LANES];
  for (int32_t i = 0; i < lanes; i++) {
    value[i] = layer->kind == DORY_POOL_MAXIMUM ? INT32_MIN : 0;
  }
  for (int32_t kh = rows.begin; kh < rows.end; kh++) {
    for (int32_t kw = columns.begin; kw < columns.end; kw++) {
      const int32_t index =
          dory_input_index(&layer->window, layer->input_type, tile, rows, columns, kh, kw) + channel;
      for (int32_t i = 0; i < lanes; i++) {
        const int32_t code = dory_element(layer->input_type, tile->input[0], index + i);
        value[i] = layer->kind == DORY_POOL_MAXIMUM ? dory_max(value[i], code) : value[i] + code;
      }
    }
  }
  const int32_t positions = (rows.end - rows.begin) * (columns.end - columns.begin);
  const int32_t start = position * dory_pixel_elements(layer->output_type, tile->channels.size) + channel;
  for (int32_t i = 0; i < lanes; i++) {
    dory_set_element(layer->output_type, tile->output, start + i,
                     dory_pool_result(layer, value[i], positions));
  }
}

/* The nearest integer, ties to even; numbers beyond 2^22 become that. */
DORY_INLINE int32_t dory_nearest_even(float number) {
  const float limit = 4194304.0f;
  if (number >= limit || number <= -limit) {
    return number < 0.0f ? -(1 << 22) : 1 << 22;
  }
  /* Towards zero, and what is left: both are exact. */
  const int32_t whole = (int32_t)number;
  const float rest = number - (float)whole;
  const float distance = rest < 0.0f ? -rest : rest;
  const bool is_away = distance > 0.5f || (distance == 0.5f && (whole & 1) != 0);
  return is_away ? whole + (rest < 0.0f ? -1 : 1) : whole;
}

/* Float averages of `lanes` channels of one position, from `channel` on: the order of the sum counts. */
DORY_INLINE void dory_average_lanes(const dory_tile_t *tile, const void *constants, dory_reach_t rows,
                                    dory_reach_t columns, int32_t position, int32_t channel, int32_t lanes) {
  const dory_pooling_t *layer = constants;
  float sum[DORY_LANES];
  for (int32_t i = 0; i < lanes; i++) {
    sum[i] = 0.0f;
  }
  for (int32_t kh = rows.begin; kh < rows.end; kh++) {
    for (int32_t kw = columns.begin; kw < columns.end; kw++) {
      const int32_t index =
          dory_input_index(&layer->window, layer->input_type, tile, rows, columns, kh, kw) + channel;
      for (int32_t i = 0; i < lanes; i++) {
        const int32_t code = dory_element(layer->input_type, tile->input[0], index + i);
        const float number = (float)(code - layer->input_zero_point) * layer->input_scale;
        sum[i] += number;
      }
    }
  }
  const int32_t positions = (rows.end - rows.begin) * (columns.end - columns.begin);
  const float divisor = (float)(layer->divisor > 0 ? layer->divisor : positions);
  const int32_t start = position * dory_pixel_elements(layer->output_type, tile->channels.size) + channel;
  for (int32_t i = 0; i < lanes; i++) {
    const float mean = sum[i] / divisor;
    const float quotient = mean / layer->output_scale;
    const int32_t code = dory_nearest_even(quotient + (float)layer->output_zero_point);
    dory_set_element(layer->output_type, tile->output, start + i,
                     dory_clip(code, layer->requantization.low, layer->requantization.high));
  }
}

/* Float averages of bytes in integers: with S the sum of the codes less their zero points, the result before
 * rounding differs from S * input_scale / (output_scale * count) + output_zero_point by less than a bound.
 * Where that is farther from every half than the bound, rounding it gives the code; else, which is seldom but
 * for ties, floats are computed. */
typedef struct {
  int32_t factor; /* input_scale / (output_scale * count), with 30 fraction bits; 0 if there is none */
  int32_t bound;  /* with 30 fraction bits */
} dory_average_factor_t;

/* Of windows of `positions`. With u = 2^-24, a product and each addition have a relative error of u, so have
 * mean and quotient: together less than (positions + 3) * u of the sum of the magnitudes, which is at most
 * 255 * positions; adding the zero point has one of u. The factor is off by half a unit for each of S. */
DORY_INLINE dory_average_factor_t dory_average_factor(const dory_pooling_t *layer, int32_t positions) {
  const double ratio = (double)layer->input_scale / (double)layer->output_scale /
                       (layer->divisor > 0 ? layer->divisor : positions);
  const bool is_normal = layer->input_scale > 0x1p-60f && layer->input_scale < 0x1p60f &&
                         layer->output_scale > 0x1p-60f && layer->output_scale < 0x1p60f;
  const double magnitude = 255.0 * positions * ratio;
  if (!is_normal || !(ratio < 1.999) || !(magnitude < 0x1p20)) {
    return (dory_average_factor_t){0, 0};
  }
  const double bound = ((positions + 5) * magnitude + 512.0) * 0x1p-24 + 255.0 * positions * 0x1p-30;
  if (!(bound < 0.25)) {
    return (dory_average_factor_t){0, 0};
  }
  return (dory_average_factor_t){(int32_t)(ratio * 0x1p30 + 0.5), (int32_t)(bound * 0x1p30) + 1};
}

/* Float averages of bytes. */
DORY_INLINE void dory_average_byte_lanes(const dory_tile_t *tile, const void *constants, dory_reach_t rows,
                                         dory_reach_t columns, int32_t position, int32_t channel,
                                         int32_t lanes) {
  const dory_pooling_t *layer = constants;
  const int32_t whole = layer->window.kernel_height * layer->window.kernel_width;
  const int32_t positions = (rows.end - rows.begin) * (columns.end - columns.begin);
  const dory_average_factor_t factor = dory_average_factor(layer, whole);
  const bool has_factor = factor.factor > 0 && (positions == whole || layer->divisor > 0);
  for (int32_t i = 0; i < lanes; i++) {
    int32_t sum = -positions * layer->input_zero_point;
    for (int32_t kh = rows.begin; kh < rows.end; kh++) {
      for (int32_t kw = columns.begin; kw < columns.end; kw++) {
        const int32_t index =
            dory_input_index(&layer->window, layer->input_type, tile, rows, columns, kh, kw);
        sum += dory_element(layer->input_type, tile->input[0], index + channel + i);
      }
    }
    const int64_t result =
        (int64_t)sum * factor.factor + (int64_t)layer->output_zero_point * (1 << 30) + (1 << 29);
    const int32_t rest = (int32_t)(result & ((1 << 30) - 1));
    if (has_factor && rest > factor.bound && rest < (1 << 30) - factor.bound) {
      const int32_t code = dory_clip(result >> 30, layer->requantization.low, layer->requantization.high);
      dory_set_element(layer->output_type, tile->output, position * tile->channels.size + channel + i, code);
    } else {
      dory_average_lanes(tile, constants, rows, columns, position, channel + i, 1);
    }
  }
}

#endif

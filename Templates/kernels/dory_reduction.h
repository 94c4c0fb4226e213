/* SPDX-License-Identifier: Apache-2.0 */
/* Layers that need all channels of a position for each of its outputs. */
#ifndef DORY_REDUCTION_H
#define DORY_REDUCTION_H

#include "dory_requantize.h"
#include "dory_split.h"

typedef struct {
  dory_type_t input_type, output_type;
  const int32_t *exponentials; /* by the difference to the greatest code */
  int32_t multiplier, shift;   /* multiplier / 2^shift is one over the output's scale */
  int32_t zero_point;
  int32_t low, high; /* codes of the output */
  dory_split_t split;
} dory_table_softmax_t;

typedef struct {
  dory_type_t input_type, output_type;
  bool least; /* the index of the least code instead of the greatest one */
  dory_split_t split;
} dory_argument_maximum_t;

DORY_INLINE int32_t dory_greatest(dory_type_t type, const void *base, int32_t start, int32_t count) {
  int32_t greatest = INT32_MIN;
  for (int32_t i = 0; i < count; i++) {
    greatest = dory_max(greatest, dory_element(type, base, start + i));
  }
  return greatest;
}

/* numerator / denominator to the nearest integer, ties to even; the generator has proven that nothing leaves
 * 64 bits. */
DORY_INLINE int64_t dory_divide_even(int64_t numerator, int64_t denominator) {
  const int64_t sum = numerator + denominator / 2;
  const int64_t quotient = sum / denominator;
  const bool tie = denominator % 2 == 0 && sum % denominator == 0;
  return tie ? quotient & ~INT64_C(1) : quotient;
}

/* y[c] = clip(exponential[c] * multiplier / (sum of exponentials * 2^shift) + zero_point). Cores share
 * positions, or the channels of each if there are fewer positions than cores. */
DORY_INLINE void dory_table_softmax(const dory_tile_t *tile, const dory_table_softmax_t *layer) {
  const void *input = tile->input[0];
  const int32_t count = tile->channels.size;
  const int32_t positions = tile->rows.size * tile->columns.size;
  const int32_t unit = dory_max(8 / dory_bits(layer->output_type), 1); /* channels of one byte */
  dory_share_t share = {{0, positions}, {0, count}};
  if (positions < dory_core_count()) {
    share.channels = dory_share_of(count, unit);
  } else {
    share.positions = dory_share_of(positions, 1);
  }
  if (share.channels.size == 0) {
    return;
  }
  for (int32_t i = 0; i < share.positions.size; i++) {
    const int32_t position = share.positions.begin + i;
    const int32_t from = position * dory_pixel_elements(layer->input_type, count);
    const int32_t to = position * dory_pixel_elements(layer->output_type, count);
    const int32_t greatest = dory_greatest(layer->input_type, input, from, count);
    int64_t sum = 0;
    for (int32_t j = 0; j < count; j++) {
      sum += layer->exponentials[greatest - dory_element(layer->input_type, input, from + j)];
    }
    const int64_t denominator = sum * (INT64_C(1) << layer->shift);
    for (int32_t j = share.channels.begin; j < share.channels.begin + share.channels.size; j++) {
      const int64_t exponential =
          layer->exponentials[greatest - dory_element(layer->input_type, input, from + j)];
      const int64_t code = dory_divide_even(exponential * layer->multiplier, denominator) + layer->zero_point;
      dory_set_element(layer->output_type, tile->output, to + j, dory_clip(code, layer->low, layer->high));
    }
  }
}

/* The index of the first of the greatest codes of each position. */
DORY_INLINE void dory_argument_maximum(const dory_tile_t *tile, const dory_argument_maximum_t *layer) {
  const dory_share_t share = dory_share(tile, layer->split);
  const int32_t count = tile->input_channels.size;
  for (int32_t i = 0; i < share.positions.size * share.channels.size; i++) {
    const int32_t position = share.positions.begin + i;
    const int32_t start = position * dory_pixel_elements(layer->input_type, count);
    int32_t best = dory_element(layer->input_type, tile->input[0], start);
    int32_t index = 0;
    for (int32_t j = 1; j < count; j++) {
      const int32_t code = dory_element(layer->input_type, tile->input[0], start + j);
      if (layer->least ? code < best : code > best) {
        best = code;
        index = j;
      }
    }
    dory_set_element(layer->output_type, tile->output, position, index);
  }
}

#endif

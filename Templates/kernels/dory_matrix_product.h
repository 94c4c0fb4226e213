/* SPDX-License-Identifier: Apache-2.0 */
/* Products of two activations, one for each row of the map, in place in L2. */
#ifndef DORY_MATRIX_PRODUCT_H
#define DORY_MATRIX_PRODUCT_H

#include "dory_requantize.h"
#include "dory_split.h"

typedef struct {
  dory_type_t first_type, second_type, output_type;
  int32_t depth; /* terms of a sum: channels of the first operand */
  bool second_transposed;
  int32_t first_zero_point, second_zero_point;
  dory_requantization_t requantization;
  dory_split_t split;
} dory_matrix_product_t;

/* The sum over k of (a[position, k] - first_zero_point) * (b[row, k, column] - second_zero_point). */
DORY_INLINE int32_t dory_matrix_element(const dory_tile_t *tile, const dory_matrix_product_t *layer,
                                        int32_t row, int32_t position, int32_t column) {
  const int32_t depth = layer->depth;
  const int32_t columns = tile->channels.size;
  const int32_t first = position * dory_pixel_elements(layer->first_type, depth);
  int32_t second, step;
  if (layer->second_transposed) {
    step = 1;
    second = (row * columns + column) * dory_pixel_elements(layer->second_type, depth);
  } else {
    step = dory_pixel_elements(layer->second_type, columns);
    second = row * depth * step + column;
  }
  int32_t sum = 0;
  for (int32_t k = 0; k < depth; k++) {
    sum += (dory_element(layer->first_type, tile->input[0], first + k) - layer->first_zero_point) *
           (dory_element(layer->second_type, tile->input[1], second + k * step) - layer->second_zero_point);
  }
  return sum;
}

/* a is rows x columns x depth; b is rows x depth x channels, or rows x channels x depth where it is
 * transposed. */
DORY_INLINE void dory_matrix_product(const dory_tile_t *tile, const dory_matrix_product_t *layer) {
  const dory_share_t share = dory_share(tile, layer->split);
  const int32_t pixel = dory_pixel_elements(layer->output_type, tile->channels.size);
  for (int32_t i = 0; i < share.positions.size; i++) {
    const int32_t position = share.positions.begin + i;
    for (int32_t j = 0; j < share.channels.size; j++) {
      const int32_t channel = share.channels.begin + j;
      const int32_t sum = dory_matrix_element(tile, layer, position / tile->columns.size, position, channel);
      dory_set_element(layer->output_type, tile->output, position * pixel + channel,
                       dory_apply(&layer->requantization, sum));
    }
  }
}

#endif

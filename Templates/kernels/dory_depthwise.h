/* SPDX-License-Identifier: Apache-2.0 */
/* Depthwise convolution with one output channel for each input channel. */
#ifndef DORY_DEPTHWISE_H
#define DORY_DEPTHWISE_H

#include "dory_convolution.h"
#include "dory_lanes.h"

/* `lanes` channels of one position, from `channel` on. */
DORY_INLINE void dory_depthwise_lanes(const dory_tile_t *tile, const void *constants, dory_reach_t rows,
                                      dory_reach_t columns, int32_t position, int32_t channel,
                                      int32_t lanes) {
  const dory_convolution_t *layer = constants;
  const dory_window_t *window = &layer->window;
  int32_t sum[DORY_LANES], zero_point[DORY_LANES];
  for (int32_t i = 0; i < lanes; i++) {
    sum[i] = dory_initial(layer, tile, position, channel + i);
    zero_point[i] = dory_weight_zero_point(layer, tile, channel + i);
  }
  int32_t weight = channel;
  for (int32_t kh = 0; kh < window->kernel_height; kh++) {
    const bool row_inside = kh >= rows.begin && kh < rows.end;
    for (int32_t kw = 0; kw < window->kernel_width; kw++, weight += tile->channels.size) {
      if (row_inside && kw >= columns.begin && kw < columns.end) {
        const int32_t index =
            dory_input_index(window, layer->input_type, tile, rows, columns, kh, kw) + channel;
        for (int32_t i = 0; i < lanes; i++) {
          sum[i] += dory_element(layer->input_type, tile->input[0], index + i) *
                    (dory_element(layer->weight_type, tile->weights, weight + i) - zero_point[i]);
        }
      } else if (layer->padding_value != 0) {
        for (int32_t i = 0; i < lanes; i++) {
          sum[i] += layer->padding_value *
                    (dory_element(layer->weight_type, tile->weights, weight + i) - zero_point[i]);
        }
      }
    }
  }
  for (int32_t i = 0; i < lanes; i++) {
    dory_finish(layer, tile, position, channel + i, sum[i]);
  }
}

/* Weights are [kernel row][kernel column][channel]. */
DORY_INLINE void dory_depthwise_convolution(const dory_tile_t *tile, const dory_convolution_t *layer) {
  dory_compute_lanes(tile, &layer->window, layer->split, dory_depthwise_lanes, layer);
}

#endif

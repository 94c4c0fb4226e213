/* SPDX-License-Identifier: Apache-2.0 */
/* Convolutions on raw codes: the input's zero point is folded into the bias, so that positions outside the
 * input contribute padding_value times their weights. */
#ifndef DORY_CONVOLUTION_H
#define DORY_CONVOLUTION_H

#include "dory_requantize.h"
#include "dory_split.h"
#include "dory_window.h"

/* The constants of a convolution layer, known when it is compiled. */
typedef struct {
  dory_window_t window;
  int32_t input_channels_per_group, output_channels_per_group; /* of a grouped convolution */
  dory_type_t input_type, output_type;
  int32_t padding_value;
  dory_form_t form;
  int32_t low, high; /* codes of the output */
  dory_split_t split;
  bool accumulates; /* a tile takes several passes over its input channels */
} dory_convolution_t;

/* Stores the result of one output element, or keeps it for the next pass. */
DORY_INLINE void dory_finish(const dory_convolution_t *layer, const dory_tile_t *tile, int32_t position,
                             int32_t channel, int32_t sum) {
  const int32_t index = position * tile->channels.size + channel;
  if (layer->accumulates && !tile->last_pass) {
    tile->accumulator[index] = sum;
  } else {
    const dory_coefficients_t c = dory_channel_coefficients(layer->form, tile->parameters, channel);
    dory_set_element(layer->output_type, tile->output, index,
                     dory_requantize(layer->form, c, sum, layer->low, layer->high));
  }
}

/* What the sum of one output element starts from. */
DORY_INLINE int32_t dory_initial(const dory_convolution_t *layer, const dory_tile_t *tile, int32_t position,
                                 int32_t channel) {
  if (layer->accumulates && !tile->first_pass) {
    return tile->accumulator[position * tile->channels.size + channel];
  }
  return dory_bias(layer->form, tile->parameters, channel);
}

DORY_INLINE int32_t dory_weight_sum(const int8_t *weights, int32_t count) {
  int32_t sum = 0;
  for (int32_t i = 0; i < count; i++) {
    sum += weights[i];
  }
  return sum;
}

/* The weights of one output channel, [kernel row][kernel column][depth], that lie outside the input. */
DORY_INLINE int32_t dory_outside_weights(const dory_convolution_t *layer, dory_reach_t rows,
                                         dory_reach_t columns, const int8_t *weights, int32_t depth) {
  const int32_t width = layer->window.kernel_width;
  int32_t sum = 0;
  for (int32_t kh = 0; kh < layer->window.kernel_height; kh++, weights += width * depth) {
    if (kh < rows.begin || kh >= rows.end) {
      sum += dory_weight_sum(weights, width * depth);
    } else {
      sum += dory_weight_sum(weights, columns.begin * depth);
      sum += dory_weight_sum(weights + columns.end * depth, (width - columns.end) * depth);
    }
  }
  return sum;
}

/* The sum of products of one output element with `depth` input channels from `channel` on. */
DORY_INLINE int32_t dory_products(const dory_convolution_t *layer, const dory_tile_t *tile, dory_reach_t rows,
                                  dory_reach_t columns, int32_t channel, const int8_t *weights, int32_t depth,
                                  bool contiguous) {
  const dory_window_t *window = &layer->window;
  int32_t sum = 0;
  for (int32_t kh = rows.begin; kh < rows.end; kh++) {
    const int8_t *row = weights + kh * window->kernel_width * depth;
    if (contiguous) {
      const int32_t index = dory_input_index(window, tile, rows, columns, kh, columns.begin);
      sum += dory_dot(layer->input_type, tile->input[0], index, row + columns.begin * depth,
                      (columns.end - columns.begin) * depth);
    } else {
      for (int32_t kw = columns.begin; kw < columns.end; kw++) {
        const int32_t index = dory_input_index(window, tile, rows, columns, kh, kw) + channel;
        sum += dory_dot(layer->input_type, tile->input[0], index, row + kw * depth, depth);
      }
    }
  }
  if (layer->padding_value != 0) {
    sum += layer->padding_value * dory_outside_weights(layer, rows, columns, weights, depth);
  }
  return sum;
}

/* Dense: weights are [output channel][kernel row][kernel column][input channel of the pass]. */
DORY_INLINE void dory_convolution(const dory_tile_t *tile, const dory_convolution_t *layer) {
  const dory_share_t share = dory_share(tile, layer->split);
  const int32_t depth = tile->input_channels.size;
  const int32_t size = layer->window.kernel_height * layer->window.kernel_width * depth;
  for (int32_t i = 0; i < share.positions.size; i++) {
    const int32_t position = share.positions.begin + i;
    const dory_reach_t rows = dory_reach_rows(&layer->window, tile, position / tile->columns.size);
    const dory_reach_t columns = dory_reach_columns(&layer->window, tile, position % tile->columns.size);
    for (int32_t j = 0; j < share.channels.size; j++) {
      const int32_t channel = share.channels.begin + j;
      const int32_t sum = dory_products(layer, tile, rows, columns, 0, tile->weights + channel * size, depth,
                                        layer->window.dilation_width == 1);
      dory_finish(layer, tile, position, channel, dory_initial(layer, tile, position, channel) + sum);
    }
  }
}

/* Grouped: weights are [output channel][kernel row][kernel column][input channel of the group]. */
DORY_INLINE void dory_grouped_convolution(const dory_tile_t *tile, const dory_convolution_t *layer) {
  const dory_share_t share = dory_share(tile, layer->split);
  const int32_t depth = layer->input_channels_per_group;
  const int32_t size = layer->window.kernel_height * layer->window.kernel_width * depth;
  for (int32_t i = 0; i < share.positions.size; i++) {
    const int32_t position = share.positions.begin + i;
    const dory_reach_t rows = dory_reach_rows(&layer->window, tile, position / tile->columns.size);
    const dory_reach_t columns = dory_reach_columns(&layer->window, tile, position % tile->columns.size);
    for (int32_t j = 0; j < share.channels.size; j++) {
      const int32_t channel = share.channels.begin + j;
      const int32_t input_channel = channel / layer->output_channels_per_group * depth;
      const int32_t sum = dory_products(layer, tile, rows, columns, input_channel,
                                        tile->weights + channel * size, depth, false);
      dory_finish(layer, tile, position, channel, dory_initial(layer, tile, position, channel) + sum);
    }
  }
}

/* Channels that the depthwise kernel and the pools take at a time. */
enum { DORY_LANES = 16 };

/* `lanes` channels of one position of a depthwise convolution, from `channel` on. */
DORY_INLINE void dory_depthwise_lanes(const dory_tile_t *tile, const dory_convolution_t *layer,
                                      dory_reach_t rows, dory_reach_t columns, int32_t position,
                                      int32_t channel, int32_t lanes) {
  const dory_window_t *window = &layer->window;
  int32_t sum[DORY_LANES];
  for (int32_t i = 0; i < lanes; i++) {
    sum[i] = dory_initial(layer, tile, position, channel + i);
  }
  const int8_t *weights = tile->weights + channel;
  for (int32_t kh = 0; kh < window->kernel_height; kh++) {
    const bool row_inside = kh >= rows.begin && kh < rows.end;
    for (int32_t kw = 0; kw < window->kernel_width; kw++, weights += tile->channels.size) {
      if (row_inside && kw >= columns.begin && kw < columns.end) {
        const int32_t index = dory_input_index(window, tile, rows, columns, kh, kw) + channel;
        for (int32_t i = 0; i < lanes; i++) {
          sum[i] += dory_element(layer->input_type, tile->input[0], index + i) * weights[i];
        }
      } else if (layer->padding_value != 0) {
        for (int32_t i = 0; i < lanes; i++) {
          sum[i] += layer->padding_value * weights[i];
        }
      }
    }
  }
  for (int32_t i = 0; i < lanes; i++) {
    dory_finish(layer, tile, position, channel + i, sum[i]);
  }
}

/* Depthwise, one output channel for each input channel: weights are [kernel row][kernel column][channel]. */
DORY_INLINE void dory_depthwise_convolution(const dory_tile_t *tile, const dory_convolution_t *layer) {
  const dory_share_t share = dory_share(tile, layer->split);
  const int32_t end = share.channels.begin + share.channels.size;
  for (int32_t i = 0; i < share.positions.size; i++) {
    const int32_t position = share.positions.begin + i;
    const dory_reach_t rows = dory_reach_rows(&layer->window, tile, position / tile->columns.size);
    const dory_reach_t columns = dory_reach_columns(&layer->window, tile, position % tile->columns.size);
    int32_t channel = share.channels.begin;
    for (; channel + DORY_LANES <= end; channel += DORY_LANES) {
      dory_depthwise_lanes(tile, layer, rows, columns, position, channel, DORY_LANES);
    }
    if (channel < end) {
      dory_depthwise_lanes(tile, layer, rows, columns, position, channel, end - channel);
    }
  }
}

/* One position, kernel 1x1: weights are [output channel][input channel of the pass]. */
DORY_INLINE void dory_fully_connected(const dory_tile_t *tile, const dory_convolution_t *layer) {
  const dory_share_t share = dory_share(tile, layer->split);
  const int32_t depth = tile->input_channels.size;
  for (int32_t j = 0; j < share.positions.size * share.channels.size; j++) {
    const int32_t channel = share.channels.begin + j;
    const int32_t sum =
        dory_dot(layer->input_type, tile->input[0], 0, tile->weights + channel * depth, depth);
    dory_finish(layer, tile, 0, channel, dory_initial(layer, tile, 0, channel) + sum);
  }
}

#endif

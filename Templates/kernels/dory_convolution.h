/* SPDX-License-Identifier: Apache-2.0 */
/* Convolutions on raw codes: the input's zero point is folded into the bias, so that positions outside the
 * input contribute padding_value times their weights. Weights of 2 or 4 bits are packed within their block.
 */
#ifndef DORY_CONVOLUTION_H
#define DORY_CONVOLUTION_H

#include "dory_requantize.h"
#include "dory_split.h"
#include "dory_window.h"

/* The constants of a convolution layer, known when it is compiled. */
typedef struct {
  dory_window_t window;
  int32_t input_channels_per_group, output_channels_per_group; /* of a grouped convolution */
  dory_type_t input_type, weight_type, output_type;
  int32_t padding_value;
  dory_form_t form;
  int32_t entries;             /* exceptions or thresholds that each channel has room for */
  bool has_weight_zero_points; /* one for each output channel, the last word of its parameters */
  int32_t low, high;           /* codes of the output */
  dory_split_t split;
  bool accumulates; /* a tile takes several passes over its input channels */
} dory_convolution_t;

/* The parameters of an output channel: first the bias. */
DORY_INLINE const int32_t *dory_parameters(const dory_convolution_t *layer, const dory_tile_t *tile,
                                           int32_t channel) {
  return tile->parameters +
         channel * dory_parameter_words(layer->form, layer->entries, layer->has_weight_zero_points);
}

/* What is taken off each weight of an output channel. */
DORY_INLINE int32_t dory_weight_zero_point(const dory_convolution_t *layer, const dory_tile_t *tile,
                                           int32_t channel) {
  return layer->has_weight_zero_points ? dory_parameters(layer, tile, channel + 1)[-1] : 0;
}

/* Stores the result of one output element, or keeps it for the next pass. */
DORY_INLINE void dory_finish(const dory_convolution_t *layer, const dory_tile_t *tile, int32_t position,
                             int32_t channel, int32_t sum) {
  const int32_t channels = tile->channels.size;
  if (layer->accumulates && !tile->last_pass) {
    tile->accumulator[position * channels + channel] = sum;
  } else {
    const int32_t *parameters = dory_parameters(layer, tile, channel);
    dory_set_element(
        layer->output_type, tile->output,
        position * dory_pixel_elements(layer->output_type, channels) + channel,
        dory_requantize_channel(layer->form, layer->entries, parameters, sum, layer->low, layer->high));
  }
}

/* What the sum of one output element starts from. */
DORY_INLINE int32_t dory_initial(const dory_convolution_t *layer, const dory_tile_t *tile, int32_t position,
                                 int32_t channel) {
  if (layer->accumulates && !tile->first_pass) {
    return tile->accumulator[position * tile->channels.size + channel];
  }
  return dory_parameters(layer, tile, channel)[0];
}

/* The weights of one output channel from `first` on, [kernel row][kernel column][depth], that lie outside the
 * input. */
DORY_INLINE int32_t dory_outside_weights(const dory_convolution_t *layer, dory_reach_t rows,
                                         dory_reach_t columns, const void *weights, int32_t first,
                                         int32_t depth) {
  const dory_type_t type = layer->weight_type;
  const int32_t width = layer->window.kernel_width;
  int32_t sum = 0;
  for (int32_t kh = 0; kh < layer->window.kernel_height; kh++, first += width * depth) {
    if (kh < rows.begin || kh >= rows.end) {
      sum += dory_sum(type, weights, first, width * depth);
    } else {
      sum += dory_sum(type, weights, first, columns.begin * depth);
      sum += dory_sum(type, weights, first + columns.end * depth, (width - columns.end) * depth);
    }
  }
  return sum;
}

/* The sum of `depth` input channels from `channel` on under every kernel position. */
DORY_INLINE int32_t dory_inputs(const dory_convolution_t *layer, const dory_tile_t *tile, dory_reach_t rows,
                                dory_reach_t columns, int32_t channel, int32_t depth) {
  const dory_window_t *window = &layer->window;
  const int32_t inside = (rows.end - rows.begin) * (columns.end - columns.begin);
  int32_t sum = layer->padding_value * (window->kernel_height * window->kernel_width - inside) * depth;
  for (int32_t kh = rows.begin; kh < rows.end; kh++) {
    for (int32_t kw = columns.begin; kw < columns.end; kw++) {
      const int32_t index =
          dory_input_index(window, layer->input_type, tile, rows, columns, kh, kw) + channel;
      sum += dory_sum(layer->input_type, tile->input[0], index, depth);
    }
  }
  return sum;
}

/* The sum of products of one output element with `depth` input channels from `channel` on, and the weights
 * from `first` on. */
DORY_INLINE int32_t dory_products(const dory_convolution_t *layer, const dory_tile_t *tile, dory_reach_t rows,
                                  dory_reach_t columns, int32_t channel, int32_t first, int32_t depth,
                                  bool contiguous) {
  const dory_window_t *window = &layer->window;
  const void *input = tile->input[0];
  int32_t sum = 0;
  for (int32_t kh = rows.begin; kh < rows.end; kh++) {
    const int32_t row = first + kh * window->kernel_width * depth;
    if (contiguous) {
      const int32_t index =
          dory_input_index(window, layer->input_type, tile, rows, columns, kh, columns.begin);
      sum += dory_dot(layer->input_type, input, index, layer->weight_type, tile->weights,
                      row + columns.begin * depth, (columns.end - columns.begin) * depth);
    } else {
      for (int32_t kw = columns.begin; kw < columns.end; kw++) {
        const int32_t index =
            dory_input_index(window, layer->input_type, tile, rows, columns, kh, kw) + channel;
        sum += dory_dot(layer->input_type, input, index, layer->weight_type, tile->weights, row + kw * depth,
                        depth);
      }
    }
  }
  if (layer->padding_value != 0) {
    sum += layer->padding_value * dory_outside_weights(layer, rows, columns, tile->weights, first, depth);
  }
  return sum;
}

/* Dense: weights are [output channel][kernel row][kernel column][input channel of the pass]. */
DORY_INLINE void dory_convolution(const dory_tile_t *tile, const dory_convolution_t *layer) {
  const dory_share_t share = dory_share(tile, layer->split);
  const int32_t depth = tile->input_channels.size;
  const int32_t size = layer->window.kernel_height * layer->window.kernel_width * depth;
  const bool contiguous =
      layer->window.dilation_width == 1 && dory_pixel_elements(layer->input_type, depth) == depth;
  for (int32_t i = 0; i < share.positions.size; i++) {
    const int32_t position = share.positions.begin + i;
    const dory_reach_t rows = dory_reach_rows(&layer->window, tile, position / tile->columns.size);
    const dory_reach_t columns = dory_reach_columns(&layer->window, tile, position % tile->columns.size);
    const int32_t inputs =
        layer->has_weight_zero_points ? dory_inputs(layer, tile, rows, columns, 0, depth) : 0;
    for (int32_t j = 0; j < share.channels.size; j++) {
      const int32_t channel = share.channels.begin + j;
      const int32_t sum = dory_products(layer, tile, rows, columns, 0, channel * size, depth, contiguous) -
                          dory_weight_zero_point(layer, tile, channel) * inputs;
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
      const int32_t inputs =
          layer->has_weight_zero_points ? dory_inputs(layer, tile, rows, columns, input_channel, depth) : 0;
      const int32_t sum =
          dory_products(layer, tile, rows, columns, input_channel, channel * size, depth, false) -
          dory_weight_zero_point(layer, tile, channel) * inputs;
      dory_finish(layer, tile, position, channel, dory_initial(layer, tile, position, channel) + sum);
    }
  }
}

/* One position, kernel 1x1: weights are [output channel][input channel of the pass]. */
DORY_INLINE void dory_fully_connected(const dory_tile_t *tile, const dory_convolution_t *layer) {
  const dory_share_t share = dory_share(tile, layer->split);
  const int32_t depth = tile->input_channels.size;
  const int32_t inputs =
      layer->has_weight_zero_points ? dory_sum(layer->input_type, tile->input[0], 0, depth) : 0;
  for (int32_t j = 0; j < share.positions.size * share.channels.size; j++) {
    const int32_t channel = share.channels.begin + j;
    const int32_t sum = dory_dot(layer->input_type, tile->input[0], 0, layer->weight_type, tile->weights,
                                 channel * depth, depth) -
                        dory_weight_zero_point(layer, tile, channel) * inputs;
    dory_finish(layer, tile, 0, channel, dory_initial(layer, tile, 0, channel) + sum);
  }
}

#endif

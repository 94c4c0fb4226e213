/* SPDX-License-Identifier: Apache-2.0 */
/* Depthwise convolution with any window: four channels of one position at a time. The pixels under four taps
 * of a kernel row are transposed to four words, one for each channel. */
#ifndef DORY_COLUMNS_ANY_H
#define DORY_COLUMNS_ANY_H

#include "dory_group.h"
#include "dory_hal.h"
#include "dory_simd.h"
#include "dory_window.h"

#include <stddef.h>

/* The constants of a depthwise layer, known when it is compiled. */
typedef struct {
  dory_window_t window;
  dory_type_t input_type, output_type;
  dory_form_t form;
  int32_t entries;   /* exceptions or thresholds that each channel has room for */
  int32_t low, high; /* codes of the output */
} dory_columns_t;

/* A tile as the cores see it. Pitches are in bytes; a pixel of the output has as many elements. */
typedef struct {
  const uint8_t *input;
  uint8_t *output;
  const int32_t *constants; /* of group 0 */
  int32_t group_words, weight_words;
  int32_t rows, columns, channels; /* of the output */
  int32_t row_pitch;               /* of the input; pixels are `channels` bytes apart */
} dory_columns_tile_t;

/* A part of a core's work: some strips of the groups first, first + step, ..., `count` of them. */
typedef struct {
  int32_t first, step, count;
  dory_range_t strips;
} dory_columns_run_t;

/* The sums of four channels. */
typedef struct {
  int32_t channel[DORY_GROUP];
} dory_sums_t;

DORY_INLINE dory_columns_tile_t dory_columns_tile(const dory_tile_t *tile, const dory_columns_t *layer) {
  const dory_window_t *window = &layer->window;
  const int32_t width = (tile->columns.size - 1) * window->stride_width +
                        (window->kernel_width - 1) * window->dilation_width + 1;
  dory_columns_tile_t result;
  result.input = tile->input[0];
  result.output = tile->output;
  result.constants = (const int32_t *)(const void *)tile->weights;
  result.weight_words = window->kernel_height * dory_divide_up(window->kernel_width, 4) * DORY_GROUP;
  result.group_words = result.weight_words + dory_group_words(layer->form, layer->entries) * DORY_GROUP;
  result.rows = tile->rows.size;
  result.columns = tile->columns.size;
  result.channels = tile->channels.size;
  result.row_pitch = width * tile->channels.size;
  return result;
}

/* Adds the products of four channels with up to four taps of a kernel row; `weights` has one word a channel.
 */
DORY_INLINE void dory_columns_taps(dory_type_t type, dory_sums_t *sums, const uint8_t *pixels, int32_t step,
                                   int32_t taps, const int32_t *weights) {
#if DORY_SIMD
  const int32_t x0 = dory_load_word(pixels);
  const int32_t x1 = taps > 1 ? dory_load_word(pixels + step) : 0;
  const int32_t x2 = taps > 2 ? dory_load_word(pixels + 2 * step) : 0;
  const int32_t x3 = taps > 3 ? dory_load_word(pixels + 3 * step) : 0;
  const int32_t low_first = dory_shuffle(x0, x1, 0x05010400); /* taps 0 and 1 of channel 0, of channel 1 */
  const int32_t low_last = dory_shuffle(x2, x3, 0x05010400);
  const int32_t high_first = dory_shuffle(x0, x1, 0x07030602); /* of channels 2 and 3 */
  const int32_t high_last = dory_shuffle(x2, x3, 0x07030602);
  const int32_t words[DORY_GROUP] = {
      dory_pack_low_halves(low_first, low_last), dory_pack_high_halves(low_first, low_last),
      dory_pack_low_halves(high_first, high_last), dory_pack_high_halves(high_first, high_last)};
  for (int32_t c = 0; c < DORY_GROUP; c++) {
    sums->channel[c] = type == DORY_U8 ? dory_mac_u8i8(sums->channel[c], words[c], weights[c])
                                       : dory_mac_i8i8(sums->channel[c], words[c], weights[c]);
  }
#else
  const int8_t *weight = (const int8_t *)weights;
  for (int32_t i = 0; i < taps; i++, pixels += step) {
    /* One word as above: of the last pixel, it may reach past the end of the tile. */
    const int32_t word = dory_load_word(pixels);
    for (int32_t c = 0; c < DORY_GROUP; c++) {
      sums->channel[c] += dory_element(type, &word, c) * weight[4 * c + i];
    }
  }
#endif
}

/* The sums of products of four channels under the window whose corner is `pixels`. */
DORY_INLINE dory_sums_t dory_columns_sums(const dory_columns_t *layer, const dory_columns_tile_t *tile,
                                          const uint8_t *pixels, const int32_t *weights) {
  const dory_window_t *window = &layer->window;
  const int32_t step = window->dilation_width * tile->channels;
  dory_sums_t sums = {{0, 0, 0, 0}};
  for (int32_t kh = 0; kh < window->kernel_height; kh++) {
    const uint8_t *row = pixels + kh * window->dilation_height * tile->row_pitch;
    for (int32_t kw = 0; kw < window->kernel_width; kw += 4) {
      dory_columns_taps(layer->input_type, &sums, row + kw * step, step,
                        dory_min(window->kernel_width - kw, 4), weights);
      weights += DORY_GROUP;
    }
  }
  return sums;
}

/* Output columns `columns` of the channels of a group from its channel `first` on, all rows. */
DORY_INLINE void dory_columns_any(const dory_columns_t *layer, const dory_columns_tile_t *tile, int32_t group,
                                  int32_t first, dory_range_t columns) {
  const dory_window_t *window = &layer->window;
  const int32_t *weights = tile->constants + group * tile->group_words;
  const int32_t *parameters = weights + tile->weight_words;
  const int32_t channel = group * DORY_GROUP;
  const int32_t channels = dory_min(tile->channels - channel, DORY_GROUP);
  for (int32_t row = 0; row < tile->rows; row++) {
    for (int32_t i = 0; i < columns.size; i++) {
      const int32_t column = columns.begin + i;
      const uint8_t *pixels = tile->input + row * window->stride_height * tile->row_pitch +
                              column * window->stride_width * tile->channels + channel;
      const dory_sums_t sums = dory_columns_sums(layer, tile, pixels, weights);
      const int32_t element = (row * tile->columns + column) * tile->channels + channel;
      for (int32_t c = first; c < channels; c++) {
        dory_replace_element(layer->output_type, tile->output, element + c,
                             dory_group_code(layer->form, layer->entries, parameters + c, sums.channel[c],
                                             layer->low, layer->high));
      }
    }
  }
}

#endif

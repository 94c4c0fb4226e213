/* SPDX-License-Identifier: Apache-2.0 */
/* Window reductions: maxima, averages and sums of bytes four channels at a time, all others channel by
 * channel. */
#ifndef DORY_POOLING_H
#define DORY_POOLING_H

#include "dory_pool_lanes.h"
#include "dory_pool_maxima.h"
#include "dory_pool_means.h"

/* What all channels of a position share. */
typedef struct {
  int32_t positions;
  int32_t reciprocal; /* of an average: 2^24 / positions, rounded up; 0 for more than 256 positions */
} dory_pool_scale_t;

/* The average, rounded half away from zero. The product with the reciprocal is less than 2^32 and has the
 * quotient in its top byte: it exceeds the exact one by less than 2^24 / positions, since
 * 255.5 * positions * (positions - 1) < 2^24. */
DORY_INLINE int32_t dory_byte_average(dory_pool_scale_t scale, int32_t sum) {
  const int32_t sign = sum >> 31;
  const int32_t doubled = ((sum ^ sign) - sign) + scale.positions / 2;
  const int32_t quotient = scale.reciprocal != 0
                               ? (int32_t)((uint32_t)doubled * (uint32_t)scale.reciprocal >> 24)
                               : doubled / scale.positions;
  return (quotient ^ sign) - sign;
}

DORY_INLINE int32_t dory_pool_code(const dory_pooling_t *layer, dory_pool_scale_t scale, int32_t sum) {
  const dory_requantization_t *rule = &layer->requantization;
  if (layer->kind == DORY_POOL_AVERAGE) {
    return dory_clip_code(dory_byte_average(scale, sum), rule->low, rule->high);
  }
  const int32_t zero = scale.positions * layer->input_zero_point;
  if (rule->form == DORY_RQ32) {
    const dory_coefficients_t c = rule->coefficients;
    const int32_t offset = (int32_t)((uint32_t)c.offset - (uint32_t)zero * (uint32_t)c.multiplier);
    const int32_t product = (int32_t)((uint32_t)sum * (uint32_t)c.multiplier);
    return dory_clip_code(dory_add_shift(product, offset, c.shift), rule->low, rule->high);
  }
  return dory_apply(rule, sum - zero);
}

/* The codes of four channels of one position, whose words begin at `at`. */
DORY_INLINE int32_t dory_pool_word(const dory_pooling_t *layer, dory_pool_scale_t scale,
                                   const dory_patch_t *patch, const uint8_t *at) {
  const dory_requantization_t *rule = &layer->requantization;
  const bool has_signs = layer->input_type == DORY_I8;
  if (layer->kind == DORY_POOL_MAXIMUM) {
    const int32_t low = dory_four_times(rule->low);
    const int32_t high = dory_four_times(rule->high);
    const int32_t greatest = dory_larger_bytes(dory_patch_greatest(patch, at, has_signs), low, has_signs);
    return has_signs ? dory_smaller_i8(greatest, high) : dory_smaller_u8(greatest, high);
  }
  const dory_word_sums_t sums = dory_patch_sums(patch, at, has_signs);
  return dory_pack_bytes(
      dory_pool_code(layer, scale, sums.channel[0]), dory_pool_code(layer, scale, sums.channel[1]),
      dory_pool_code(layer, scale, sums.channel[2]), dory_pool_code(layer, scale, sums.channel[3]));
}

/* Whether 32 bits hold sums scaled to results over the lowest code, for all windows of the layer: whatever
 * part of a window is inside the map, its sum lies between 0 and that of the whole window or on the other
 * side. */
DORY_INLINE bool dory_pool_is_scaled(const dory_pooling_t *layer) {
  const dory_coefficients_t c = layer->requantization.coefficients;
  if (layer->kind != DORY_POOL_SUM || layer->requantization.form != DORY_RQ32 || c.shift > 30) {
    return false;
  }
  const int64_t area = layer->window.kernel_height * layer->window.kernel_width;
  const int64_t least = area * ((layer->input_type == DORY_I8 ? -128 : 0) - layer->input_zero_point);
  const int64_t offset = c.offset - layer->requantization.low * (INT64_C(1) << c.shift);
  const int64_t one = least * c.multiplier;
  const int64_t other = (least + area * 255) * c.multiplier;
  return dory_fits(offset, 32) && dory_fits(one + offset, 32) && dory_fits(other + offset, 32);
}

/* Which words of channels of a position a core computes: `whole` of them, `step` words apart, and perhaps the
 * last one with fewer channels after that. */
typedef struct {
  int32_t first, step, whole;
} dory_pool_share_t;

/* The whole words of one position, of a patch that is one row. */
DORY_INLINE void dory_pool_means(const dory_pooling_t *layer, const dory_patch_t *patch, int32_t positions,
                                 const uint8_t *at, uint8_t *output, dory_pool_share_t share) {
  const dory_requantization_t *rule = &layer->requantization;
  const dory_coefficients_t c = rule->coefficients;
  const uint32_t zero = (uint32_t)(positions * layer->input_zero_point) * (uint32_t)c.multiplier;
  const uint32_t low = (uint32_t)rule->low << c.shift;
  const dory_means_t means = {.at = at,
                              .step = patch->step,
                              .next = patch->next,
                              .positions = positions,
                              .output = output,
                              .words = share.whole,
                              .word_step = 4 * share.step,
                              .multiplier = c.multiplier,
                              .offset = (int32_t)((uint32_t)c.offset - zero - low),
                              .shift = c.shift,
                              .greatest = rule->high - rule->low,
                              .lowest = dory_four_times(rule->low)};
  if (layer->input_type == DORY_I8) {
    dory_means_signed(&means);
  } else {
    dory_means_unsigned(&means);
  }
}

DORY_INLINE void dory_pool_position(const dory_tile_t *tile, const dory_pooling_t *layer, dory_reach_t rows,
                                    dory_reach_t columns, int32_t position, dory_pool_share_t share) {
  const dory_window_t *window = &layer->window;
  const int32_t channels = tile->channels.size;
  const int32_t start =
      dory_input_index(window, layer->input_type, tile, rows, columns, rows.begin, columns.begin);
  const int32_t height = rows.end - rows.begin;
  const int32_t width = columns.end - columns.begin;
  const dory_patch_t patch = dory_patch((const uint8_t *)tile->input[0] + start, height, width,
                                        window->dilation_height * tile->input_columns.size * channels,
                                        window->dilation_width * channels);
  const bool is_average = layer->kind == DORY_POOL_AVERAGE && height * width <= 256;
  const dory_pool_scale_t scale = {height * width, is_average ? dory_divide_up(1 << 24, height * width) : 0};
  uint8_t *output = (uint8_t *)tile->output + position * channels;
  int32_t channel = 4 * share.first;
  int32_t whole = share.whole;
  if (dory_pool_is_scaled(layer) && patch.rows == 1 && patch.turns > 0 && whole > 0) {
    dory_pool_means(layer, &patch, scale.positions, patch.at + channel, output + channel, share);
    channel += 4 * share.step * whole;
    whole = 0;
  }
  for (; whole > 0; whole--, channel += 4 * share.step) {
    dory_store_word(output + channel, dory_pool_word(layer, scale, &patch, patch.at + channel));
  }
  if (channel < channels) {
    int32_t word = dory_pool_word(layer, scale, &patch, patch.at + channel);
    for (; channel < channels; channel++, word >>= 8) {
      output[channel] = (uint8_t)word;
    }
  }
}

/* What is left when blocks have been computed. Cores take positions by turns, or the words of each position:
 * what leaves the busiest one less to do. */
DORY_INLINE void dory_pool_positions(const dory_tile_t *tile, const dory_pooling_t *layer,
                                     dory_inside_t blocks) {
  const int32_t cores = dory_core_count();
  const int32_t id = dory_core_id();
  const int32_t positions = tile->rows.size * tile->columns.size - blocks.rows.size * blocks.columns.size;
  const int32_t words = dory_divide_up(tile->channels.size, 4);
  const bool by_words =
      positions == 1 || positions * dory_divide_up(words, cores) < dory_divide_up(positions, cores) * words;
  const int32_t whole = tile->channels.size / 4;
  const dory_pool_share_t share =
      by_words ? (dory_pool_share_t){id, cores, dory_divide_up(dory_max(whole - id, 0), cores)}
               : (dory_pool_share_t){0, 1, whole};
  int32_t turn = by_words ? 0 : id;
  for (int32_t row = 0; row < tile->rows.size; row++) {
    const bool has_blocks =
        blocks.columns.size > 0 && row >= blocks.rows.begin && row < blocks.rows.begin + blocks.rows.size;
    const dory_reach_t rows = dory_reach_rows(&layer->window, tile, row);
    for (int32_t column = 0; column < tile->columns.size; column++) {
      if (has_blocks && column == blocks.columns.begin) {
        column += blocks.columns.size - 1;
      } else if (turn > 0) {
        turn--;
      } else {
        const dory_reach_t columns = dory_reach_columns(&layer->window, tile, column);
        dory_pool_position(tile, layer, rows, columns, row * tile->columns.size + column, share);
        turn = by_words ? 0 : cores - 1;
      }
    }
  }
}

/* Maxima of windows inside the map by blocks, if there is a loop for them; all others position by position.
 */
DORY_INLINE void dory_pool_words(const dory_tile_t *tile, const dory_pooling_t *layer) {
  dory_block_loop_t *const loop =
      layer->kind == DORY_POOL_MAXIMUM ? dory_block_loop(&layer->window, layer->input_type == DORY_I8) : NULL;
  dory_inside_t blocks = {{0, 0}, {0, 0}};
  if (loop != NULL && tile->channels.size >= 4) {
    blocks = dory_inside(tile, &layer->window);
    dory_pool_blocks(tile, &layer->window, loop, blocks, layer->requantization.low,
                     layer->requantization.high);
  }
  if (blocks.rows.size < tile->rows.size || blocks.columns.size < tile->columns.size) {
    dory_pool_positions(tile, layer, blocks);
  }
}

/* Whether words compute a layer. */
DORY_INLINE bool dory_pools_words(const dory_pooling_t *layer) {
  return dory_is_byte(layer->input_type) && dory_is_byte(layer->output_type) &&
         layer->kind != DORY_POOL_FLOAT_AVERAGE &&
         (layer->kind != DORY_POOL_MAXIMUM || layer->output_type == layer->input_type);
}

DORY_INLINE void dory_pooling(const dory_tile_t *tile, const dory_pooling_t *layer) {
  const bool are_bytes = dory_is_byte(layer->input_type) && dory_is_byte(layer->output_type);
  if (dory_pools_words(layer)) {
    dory_pool_words(tile, layer);
  } else if (layer->kind == DORY_POOL_FLOAT_AVERAGE) {
    dory_compute_lanes(tile, &layer->window, layer->split,
                       are_bytes ? dory_average_byte_lanes : dory_average_lanes, layer);
  } else {
    dory_compute_lanes(tile, &layer->window, layer->split, dory_pool_lanes, layer);
  }
}

#endif

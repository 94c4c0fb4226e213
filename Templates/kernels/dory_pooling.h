/* SPDX-License-Identifier: Apache-2.0 */
/* Window reductions, channel by channel, over the positions inside the input. */
#ifndef DORY_POOLING_H
#define DORY_POOLING_H

#include "dory_convolution.h"

typedef enum {
  DORY_POOL_MAXIMUM,
  DORY_POOL_AVERAGE, /* sum divided by the number of positions, rounded half away from zero */
  DORY_POOL_SUM      /* requantized sum of the codes less the zero point */
} dory_pool_kind_t;

typedef struct {
  dory_pool_kind_t kind;
  dory_window_t window;
  dory_type_t input_type, output_type;
  int32_t input_zero_point;             /* of a sum */
  dory_requantization_t requantization; /* maximum and average use its bounds only */
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
    return dory_requantize(rule->form, rule->coefficients, value - positions * layer->input_zero_point,
                           rule->low, rule->high);
  }
}

/* `lanes` channels of one position, from `channel` on. */
DORY_INLINE void dory_pool_lanes(const dory_tile_t *tile, const dory_pooling_t *layer, dory_reach_t rows,
                                 dory_reach_t columns, int32_t position, int32_t channel, int32_t lanes) {
  int32_t value[DORY_LANES];
  for (int32_t i = 0; i < lanes; i++) {
    value[i] = layer->kind == DORY_POOL_MAXIMUM ? INT32_MIN : 0;
  }
  for (int32_t kh = rows.begin; kh < rows.end; kh++) {
    for (int32_t kw = columns.begin; kw < columns.end; kw++) {
      const int32_t index = dory_input_index(&layer->window, tile, rows, columns, kh, kw) + channel;
      for (int32_t i = 0; i < lanes; i++) {
        const int32_t code = dory_element(layer->input_type, tile->input[0], index + i);
        value[i] = layer->kind == DORY_POOL_MAXIMUM ? dory_max(value[i], code) : value[i] + code;
      }
    }
  }
  const int32_t positions = (rows.end - rows.begin) * (columns.end - columns.begin);
  for (int32_t i = 0; i < lanes; i++) {
    dory_set_element(layer->output_type, tile->output, position * tile->channels.size + channel + i,
                     dory_pool_result(layer, value[i], positions));
  }
}

DORY_INLINE void dory_pooling(const dory_tile_t *tile, const dory_pooling_t *layer) {
  const dory_share_t share = dory_share(tile, layer->split);
  const int32_t end = share.channels.begin + share.channels.size;
  for (int32_t i = 0; i < share.positions.size; i++) {
    const int32_t position = share.positions.begin + i;
    const dory_reach_t rows = dory_reach_rows(&layer->window, tile, position / tile->columns.size);
    const dory_reach_t columns = dory_reach_columns(&layer->window, tile, position % tile->columns.size);
    int32_t channel = share.channels.begin;
    for (; channel + DORY_LANES <= end; channel += DORY_LANES) {
      dory_pool_lanes(tile, layer, rows, columns, position, channel, DORY_LANES);
    }
    if (channel < end) {
      dory_pool_lanes(tile, layer, rows, columns, position, channel, end - channel);
    }
  }
}

#endif

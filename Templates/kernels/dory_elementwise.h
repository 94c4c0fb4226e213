/* SPDX-License-Identifier: Apache-2.0 */
/* Layers that compute each output element from the same element of their inputs. */
#ifndef DORY_ELEMENTWISE_H
#define DORY_ELEMENTWISE_H

#include "dory_requantize.h"
#include "dory_split.h"

typedef struct {
  dory_type_t first_type, second_type, output_type;
  int32_t first_zero_point, second_zero_point;
  dory_requantization_t first, second, output;
  dory_split_t split;
} dory_addition_t;

typedef struct {
  dory_type_t input_type, output_type;
  int32_t input_zero_point;
  dory_requantization_t requantization;
  dory_split_t split;
} dory_rescale_t;

DORY_INLINE int32_t dory_apply(const dory_requantization_t *rule, int64_t value) {
  return dory_requantize(rule->form, rule->coefficients, value, rule->low, rule->high);
}

/* y = output(first(x1 - first_zero_point) + second(x2 - second_zero_point)) */
DORY_INLINE void dory_addition(const dory_tile_t *tile, const dory_addition_t *layer) {
  const dory_share_t share = dory_share(tile, layer->split);
  for (int32_t i = 0; i < share.positions.size; i++) {
    const int32_t base = (share.positions.begin + i) * tile->channels.size + share.channels.begin;
    for (int32_t index = base; index < base + share.channels.size; index++) {
      const int64_t x1 = dory_element(layer->first_type, tile->input[0], index);
      const int64_t x2 = dory_element(layer->second_type, tile->input[1], index);
      const int64_t first = dory_apply(&layer->first, x1 - layer->first_zero_point);
      const int64_t second = dory_apply(&layer->second, x2 - layer->second_zero_point);
      dory_set_element(layer->output_type, tile->output, index, dory_apply(&layer->output, first + second));
    }
  }
}

/* y = requantization(x - input_zero_point) */
DORY_INLINE void dory_rescale(const dory_tile_t *tile, const dory_rescale_t *layer) {
  const dory_share_t share = dory_share(tile, layer->split);
  for (int32_t i = 0; i < share.positions.size; i++) {
    const int32_t base = (share.positions.begin + i) * tile->channels.size + share.channels.begin;
    for (int32_t index = base; index < base + share.channels.size; index++) {
      const int64_t code = dory_element(layer->input_type, tile->input[0], index);
      dory_set_element(layer->output_type, tile->output, index,
                       dory_apply(&layer->requantization, code - layer->input_zero_point));
    }
  }
}

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Layers that compute each output element from the same element of their inputs. Those of 8 bits whose
 * arithmetic allows it are computed by words, all others element by element. */
#ifndef DORY_ELEMENTWISE_H
#define DORY_ELEMENTWISE_H

#include "dory_bytewise.h"
#include "dory_halfwords.h"
#include "dory_pairwise.h"
#include "dory_requantize.h"
#include "dory_shifted_sum.h"
#include "dory_weighted_sum.h"

typedef struct {
  dory_type_t first_type, second_type, output_type;
  int32_t first_zero_point, second_zero_point;
  dory_requantization_t first, second, output;
  dory_split_t split;
} dory_addition_t;

typedef struct {
  dory_type_t first_type, second_type, output_type;
  int32_t first_zero_point, second_zero_point;
  dory_requantization_t output;
  dory_split_t split;
} dory_multiplication_t;

typedef struct {
  dory_type_t first_type, second_type, output_type;
  bool least; /* the lesser code instead of the greater one */
  int32_t low, high;
  dory_split_t split;
} dory_extremum_t;

typedef struct {
  dory_type_t input_type, output_type;
  int32_t input_zero_point;
  dory_requantization_t requantization;
  dory_split_t split;
} dory_rescale_t;

typedef struct {
  dory_type_t input_type, output_type;
  dory_type_t entry_type; /* the output's, at least a byte */
  int32_t lowest;         /* code of the first entry */
  const void *table;      /* of all channels; 0 where each has one, in the layer's parameters */
  int32_t table_bytes;    /* from one channel's table to the next */
  dory_split_t split;
} dory_lookup_t;

/* Whether a rule multiplies and adds only, on all codes less the zero point of a type of 8 bits. */
DORY_INLINE bool dory_is_affine(const dory_requantization_t *rule, dory_type_t type, int32_t zero_point) {
  const dory_coefficients_t c = rule->coefficients;
  const int64_t lowest = dory_rq64(c, (type == DORY_I8 ? -128 : 0) - zero_point);
  const int64_t highest = dory_rq64(c, (type == DORY_I8 ? 127 : 255) - zero_point);
  return rule->form == DORY_RQ32 && c.shift == 0 && lowest >= rule->low && lowest <= rule->high &&
         highest >= rule->low && highest <= rule->high;
}

/* Computes an addition by words, if it is a weighted sum. */
DORY_INLINE bool dory_addition_words(const dory_tile_t *tile, const dory_addition_t *layer) {
  const dory_coefficients_t first = layer->first.coefficients;
  const dory_coefficients_t second = layer->second.coefficients;
  const dory_coefficients_t output = layer->output.coefficients;
  if (!dory_is_affine(&layer->first, layer->first_type, layer->first_zero_point) ||
      !dory_is_affine(&layer->second, layer->second_type, layer->second_zero_point) ||
      (layer->output.form != DORY_RQ32 && layer->output.form != DORY_RQ64)) {
    return false;
  }
  /* Both operands are inside 32 bits, and so is their sum; what the output's form proves holds for it. */
  const int64_t offset = first.offset - (int64_t)layer->first_zero_point * first.multiplier + second.offset -
                         (int64_t)layer->second_zero_point * second.multiplier;
  const dory_weighted_sum_t sum = {layer->first_type,
                                   layer->second_type,
                                   layer->output_type,
                                   (int64_t)first.multiplier * output.multiplier,
                                   (int64_t)second.multiplier * output.multiplier,
                                   offset * output.multiplier + output.offset,
                                   output.shift,
                                   layer->output.low,
                                   layer->output.high};
  return dory_sum_words(tile, sum);
}

/* y = output(first(x1 - first_zero_point) + second(x2 - second_zero_point)) */
DORY_INLINE void dory_addition(const dory_tile_t *tile, const dory_addition_t *layer) {
  if (dory_addition_words(tile, layer) ||
      dory_shifted_sum_words(tile, layer->first_type, layer->second_type, layer->output_type,
                             dory_shifted_term(&layer->first, layer->first_type, layer->first_zero_point),
                             dory_shifted_term(&layer->second, layer->second_type, layer->second_zero_point),
                             &layer->output)) {
    return;
  }
  const dory_share_t share = dory_share(tile, layer->split);
  for (int32_t i = 0; i < share.positions.size; i++) {
    const dory_start_t at =
        dory_start(tile, share, i, layer->first_type, layer->second_type, layer->output_type);
    for (int32_t j = 0; j < share.channels.size; j++) {
      const int64_t x1 = dory_element(layer->first_type, tile->input[0], at.first + j);
      const int64_t x2 = dory_element(layer->second_type, tile->input[1], at.second + j);
      const int64_t first = dory_apply(&layer->first, x1 - layer->first_zero_point);
      const int64_t second = dory_apply(&layer->second, x2 - layer->second_zero_point);
      dory_set_element(layer->output_type, tile->output, at.output + j,
                       dory_apply(&layer->output, first + second));
    }
  }
}

/* y = output((x1 - first_zero_point) * (x2 - second_zero_point)) */
DORY_INLINE void dory_multiplication(const dory_tile_t *tile, const dory_multiplication_t *layer) {
  const dory_share_t share = dory_share(tile, layer->split);
  for (int32_t i = 0; i < share.positions.size; i++) {
    const dory_start_t at =
        dory_start(tile, share, i, layer->first_type, layer->second_type, layer->output_type);
    for (int32_t j = 0; j < share.channels.size; j++) {
      const int64_t x1 = dory_element(layer->first_type, tile->input[0], at.first + j);
      const int64_t x2 = dory_element(layer->second_type, tile->input[1], at.second + j);
      const int64_t product = (x1 - layer->first_zero_point) * (x2 - layer->second_zero_point);
      dory_set_element(layer->output_type, tile->output, at.output + j, dory_apply(&layer->output, product));
    }
  }
}

/* y = clip(max(x1, x2)), or of min */
DORY_INLINE void dory_extremum(const dory_tile_t *tile, const dory_extremum_t *layer) {
  if (dory_is_byte(layer->first_type) && layer->second_type == layer->first_type &&
      layer->output_type == layer->first_type) {
    dory_extremum_words(tile, layer->first_type == DORY_I8, layer->least, layer->low, layer->high);
    return;
  }
  const dory_share_t share = dory_share(tile, layer->split);
  for (int32_t i = 0; i < share.positions.size; i++) {
    const dory_start_t at =
        dory_start(tile, share, i, layer->first_type, layer->second_type, layer->output_type);
    for (int32_t j = 0; j < share.channels.size; j++) {
      const int32_t x1 = dory_element(layer->first_type, tile->input[0], at.first + j);
      const int32_t x2 = dory_element(layer->second_type, tile->input[1], at.second + j);
      const int32_t code = layer->least ? dory_min(x1, x2) : dory_max(x1, x2);
      dory_set_element(layer->output_type, tile->output, at.output + j,
                       dory_clip(code, layer->low, layer->high));
    }
  }
}

/* y = requantization(x - input_zero_point) */
DORY_INLINE void dory_rescale(const dory_tile_t *tile, const dory_rescale_t *layer) {
  const dory_requantization_t *rule = &layer->requantization;
  if (dory_halfword_words(tile, layer->input_type, layer->input_zero_point, layer->output_type, rule)) {
    return;
  }
  const dory_coefficients_t c = rule->coefficients;
  const int64_t offset = c.offset - (int64_t)layer->input_zero_point * c.multiplier;
  const dory_weighted_sum_t sum = {
      layer->input_type, layer->input_type, layer->output_type, c.multiplier, 0, offset,
      c.shift,           rule->low,         rule->high};
  dory_tile_t twice = *tile;
  twice.input[1] = tile->input[0];
  if ((rule->form == DORY_RQ32 || rule->form == DORY_RQ64) && dory_sum_words(&twice, sum)) {
    return;
  }
  const dory_share_t share = dory_share(tile, layer->split);
  for (int32_t i = 0; i < share.positions.size; i++) {
    const dory_start_t at =
        dory_start(tile, share, i, layer->input_type, layer->input_type, layer->output_type);
    for (int32_t j = 0; j < share.channels.size; j++) {
      const int64_t code = dory_element(layer->input_type, tile->input[0], at.first + j);
      dory_set_element(layer->output_type, tile->output, at.output + j,
                       dory_apply(&layer->requantization, code - layer->input_zero_point));
    }
  }
}

/* y = table[x - lowest] */
DORY_INLINE void dory_lookup(const dory_tile_t *tile, const dory_lookup_t *layer) {
  if (dory_is_byte(layer->input_type) && dory_is_byte(layer->output_type) && layer->table != 0) {
    dory_lookup_words(tile, layer->table, dory_flip(layer->input_type));
    return;
  }
  const dory_share_t share = dory_share(tile, layer->split);
  for (int32_t i = 0; i < share.positions.size; i++) {
    const dory_start_t at =
        dory_start(tile, share, i, layer->input_type, layer->input_type, layer->output_type);
    for (int32_t j = 0; j < share.channels.size; j++) {
      const int32_t code = dory_element(layer->input_type, tile->input[0], at.first + j);
      const void *table = layer->table != 0 ? layer->table
                                            : (const char *)tile->parameters +
                                                  (share.channels.begin + j) * layer->table_bytes;
      dory_set_element(layer->output_type, tile->output, at.output + j,
                       dory_element(layer->entry_type, table, code - layer->lowest));
    }
  }
}

#endif

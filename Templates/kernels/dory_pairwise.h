/* SPDX-License-Identifier: Apache-2.0 */
/* Functions of two operands that are affine but for some pairs of codes, or a table. */
#ifndef DORY_PAIRWISE_H
#define DORY_PAIRWISE_H

#include "dory_requantize.h"
#include "dory_weighted_sum.h"

/* A pair of codes for which the affine form gives another code than this. */
typedef struct {
  int16_t first, second;
  int32_t code;
} dory_pair_t;

typedef struct {
  dory_type_t first_type, second_type, output_type;
  int64_t first, second, product, offset;
  int32_t shift;
  int32_t low, high;
  const dory_pair_t *exceptions; /* by rising first, then second code */
  int32_t exception_count;
  const void *table;      /* codes of all pairs, the second code varying fastest; 0: the affine form */
  dory_type_t entry_type; /* the output's, at least a byte */
  int32_t first_lowest, second_lowest, second_count;
  dory_split_t split;
} dory_pairwise_t;

/* clip((x1 * first + x2 * second + x1 * x2 * product + offset) >> shift), but for the exceptions. The sum is
 * inside 64 bits, its terms need not be: they are added up modulo 2^64. */
DORY_INLINE int32_t dory_pair_code(const dory_pairwise_t *layer, int32_t x1, int32_t x2) {
  if (layer->table != 0) {
    return dory_element(layer->entry_type, layer->table,
                        (x1 - layer->first_lowest) * layer->second_count + (x2 - layer->second_lowest));
  }
  int32_t begin = 0;
  int32_t end = layer->exception_count;
  while (begin < end) {
    const int32_t middle = (begin + end) / 2;
    const dory_pair_t *pair = &layer->exceptions[middle];
    if (pair->first == x1 && pair->second == x2) {
      return pair->code;
    }
    if (pair->first < x1 || (pair->first == x1 && pair->second < x2)) {
      begin = middle + 1;
    } else {
      end = middle;
    }
  }
  const uint64_t sum = (uint64_t)x1 * (uint64_t)layer->first + (uint64_t)x2 * (uint64_t)layer->second +
                       (uint64_t)(x1 * x2) * (uint64_t)layer->product + (uint64_t)layer->offset;
  return dory_clip((int64_t)sum >> layer->shift, layer->low, layer->high);
}

/* Exceptions that are put right after the affine form has been computed by words. */
enum { DORY_FEW_EXCEPTIONS = 4 };

/* Writes the codes of exceptions over those of the affine form, in a core's words of operands of 8 bits:
 * where both operands have the codes of an exception, a byte of their differences is 0. */
DORY_INLINE void dory_put_exceptions(const dory_tile_t *tile, const dory_pairwise_t *layer) {
  const dory_range_t share = dory_share_of(tile->rows.size * tile->columns.size * tile->channels.size, 4);
  const uint8_t *first = tile->input[0];
  const uint8_t *second = tile->input[1];
  const int32_t end = share.begin + share.size;
  for (int32_t e = 0; e < layer->exception_count; e++) {
    const dory_pair_t pair = layer->exceptions[e];
    const uint32_t one = (uint32_t)dory_four_times(pair.first);
    const uint32_t other = (uint32_t)dory_four_times(pair.second);
    for (int32_t i = share.begin; i < end; i += 4) {
      if (i + 4 <= end) {
        const uint32_t differences =
            ((uint32_t)dory_load_word(first + i) ^ one) | ((uint32_t)dory_load_word(second + i) ^ other);
        if (((differences - 0x01010101u) & ~differences & 0x80808080u) == 0) {
          continue;
        }
      }
      for (int32_t j = i; j < dory_min(i + 4, end); j++) {
        if (first[j] == (uint8_t)pair.first && second[j] == (uint8_t)pair.second) {
          dory_set_element(layer->output_type, tile->output, j, pair.code);
        }
      }
    }
  }
}

DORY_INLINE void dory_pairwise(const dory_tile_t *tile, const dory_pairwise_t *layer) {
  const dory_weighted_sum_t sum = {layer->first_type, layer->second_type, layer->output_type,
                                   layer->first,      layer->second,      layer->offset,
                                   layer->shift,      layer->low,         layer->high};
  if (layer->table == 0 && layer->exception_count <= DORY_FEW_EXCEPTIONS && layer->product == 0 &&
      dory_sum_words(tile, sum)) {
    dory_put_exceptions(tile, layer);
    return;
  }
  const dory_share_t share = dory_share(tile, layer->split);
  for (int32_t i = 0; i < share.positions.size; i++) {
    const dory_start_t at =
        dory_start(tile, share, i, layer->first_type, layer->second_type, layer->output_type);
    for (int32_t j = 0; j < share.channels.size; j++) {
      const int32_t x1 = dory_element(layer->first_type, tile->input[0], at.first + j);
      const int32_t x2 = dory_element(layer->second_type, tile->input[1], at.second + j);
      dory_set_element(layer->output_type, tile->output, at.output + j, dory_pair_code(layer, x1, x2));
    }
  }
}

#endif

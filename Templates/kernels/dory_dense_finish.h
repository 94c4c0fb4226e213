/* SPDX-License-Identifier: Apache-2.0 */
/* What becomes of the sums of a block and a group of channels where the inner loop leaves them as they are.
 */
#ifndef DORY_DENSE_FINISH_H
#define DORY_DENSE_FINISH_H

#include "dory_dense_share.h"

/* The sums, [pixel][channel of the group], and where they go. */
typedef struct {
  const int32_t *sums;
  const int32_t *parameters; /* of the group */
  int32_t pixels, channels;
  int32_t index, step; /* of the first element in the output; from one pixel to the next */
  void *output;
  dory_type_t type;
  int32_t low, high;
  int32_t entries;
  int32_t *accumulator; /* for the output's elements, where a tile takes several passes; else null */
  bool first_pass, last_pass;
} dory_dense_sums_t;

DORY_INLINE dory_dense_sums_t dory_dense_sums(const dory_tile_t *tile, const dory_dense_t *layer) {
  return (dory_dense_sums_t){.output = tile->output,
                             .type = layer->output_type,
                             .low = layer->low,
                             .high = layer->high,
                             .entries = layer->entries,
                             .accumulator = layer->accumulates ? tile->accumulator : 0,
                             .first_pass = tile->first_pass,
                             .last_pass = tile->last_pass};
}

/* The sums of one channel of a block: what earlier passes have left is added, and what later ones need is
 * kept. False where there is nothing to requantize yet. */
DORY_INLINE bool dory_dense_collect(const dory_dense_sums_t *sums, int32_t channel, int32_t *collected) {
  int32_t index = sums->index + channel;
  for (int32_t pixel = 0; pixel < sums->pixels; pixel++, index += sums->step) {
    int32_t sum = sums->sums[DORY_GROUP * pixel + channel];
    if (sums->accumulator && !sums->first_pass) {
      sum += sums->accumulator[index];
    }
    if (sums->accumulator && !sums->last_pass) {
      sums->accumulator[index] = sum;
    }
    collected[pixel] = sum;
  }
  return !sums->accumulator || sums->last_pass;
}

/* Codes of one channel in 64 bits, of which the lower 32 are shifted out: only the higher word takes part. */
DORY_INLINE void dory_dense_wide_codes(dory_form_t form, const dory_dense_sums_t *sums, const int32_t *words,
                                       int32_t *values) {
  const int32_t bias = words[0];
  const int32_t multiplier = words[DORY_GROUP];
  const int64_t offset =
      (int64_t)((uint64_t)(uint32_t)words[3 * DORY_GROUP] << 32 | (uint32_t)words[2 * DORY_GROUP]);
  const int32_t shift = words[4 * DORY_GROUP] - 32;
  for (int32_t pixel = 0; pixel < sums->pixels; pixel++) {
    const int32_t accumulator = values[pixel] + bias;
    int64_t scaled = (int64_t)accumulator * multiplier + offset;
    if (form == DORY_RQ64S) {
      scaled -= (uint32_t)(accumulator >> 31) & UINT32_C(0x80000000);
    }
    int32_t code = (int32_t)(scaled >> 32) >> shift;
    if (form == DORY_RQ64X) {
      code += dory_group_correction(words + 5 * DORY_GROUP, sums->entries, accumulator);
    }
    values[pixel] = dory_max(dory_min(code, sums->high), sums->low);
  }
}

/* Requantizes sums, or keeps them for the next pass. */
DORY_INLINE void dory_dense_finish(dory_form_t form, const dory_dense_sums_t *sums) {
  const bool is_wide = form == DORY_RQ64 || form == DORY_RQ64S || form == DORY_RQ64X;
  for (int32_t channel = 0; channel < sums->channels; channel++) {
    const int32_t *words = sums->parameters + channel;
    int32_t values[DORY_DENSE_PIXELS];
    if (!dory_dense_collect(sums, channel, values)) {
      continue;
    }
    if (is_wide && words[4 * DORY_GROUP] >= 32 && words[4 * DORY_GROUP] < 64) {
      dory_dense_wide_codes(form, sums, words, values);
    } else {
      for (int32_t pixel = 0; pixel < sums->pixels; pixel++) {
        values[pixel] = dory_group_code(form, sums->entries, words, values[pixel], sums->low, sums->high);
      }
    }
    int32_t index = sums->index + channel;
    for (int32_t pixel = 0; pixel < sums->pixels; pixel++, index += sums->step) {
      dory_replace_element(sums->type, sums->output, index, values[pixel]);
    }
  }
}

#endif

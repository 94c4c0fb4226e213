/* SPDX-License-Identifier: Apache-2.0 */
/* What becomes of the sums of a block and a group of channels where the inner loop leaves them as they are.
 */
#ifndef DORY_DENSE_FINISH_H
#define DORY_DENSE_FINISH_H

#include "dory_dense_walk.h"

/* The sums, [pixel][channel of the group], and where they go. */
typedef struct {
  int32_t *sums;
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

/* Adds what earlier passes have left to the sums, and keeps what later ones need. False where there is
 * nothing to requantize yet. */
DORY_SHARED bool dory_dense_collect(const dory_dense_sums_t *sums) {
  for (int32_t pixel = 0; pixel < sums->pixels; pixel++) {
    int32_t *sum = sums->sums + DORY_GROUP * pixel;
    int32_t *kept = sums->accumulator + sums->index + pixel * sums->step;
    for (int32_t channel = 0; channel < sums->channels; channel++) {
      sum[channel] += sums->first_pass ? 0 : kept[channel];
      if (!sums->last_pass) {
        kept[channel] = sum[channel];
      }
    }
  }
  return sums->last_pass;
}

/* Stores the codes that have taken the sums' place. */
DORY_SHARED void dory_dense_deliver(const dory_dense_sums_t *sums) {
  const int32_t *codes = sums->sums;
  int32_t index = sums->index;
  for (int32_t pixel = 0; pixel < sums->pixels; pixel++, codes += DORY_GROUP, index += sums->step) {
    for (int32_t channel = 0; channel < sums->channels; channel++) {
      dory_replace_element(sums->type, sums->output, index + channel, codes[channel]);
    }
  }
}

/* The code of a sum in 64 bits, of which the lower 32 are shifted out: only the higher word takes part. */
DORY_INLINE int32_t dory_dense_wide_code(dory_form_t form, int32_t entries, const int32_t *words, int32_t sum,
                                         int32_t low, int32_t high) {
  const int32_t accumulator = sum + words[0];
  const int64_t offset =
      (int64_t)((uint64_t)(uint32_t)words[3 * DORY_GROUP] << 32 | (uint32_t)words[2 * DORY_GROUP]);
  int64_t scaled = (int64_t)accumulator * words[DORY_GROUP] + offset;
  if (form == DORY_RQ64S) {
    scaled -= (uint32_t)(accumulator >> 31) & UINT32_C(0x80000000);
  }
  int32_t code = (int32_t)(scaled >> 32) >> (words[4 * DORY_GROUP] & 31);
  if (form == DORY_RQ64X) {
    code += dory_group_correction(words + 5 * DORY_GROUP, entries, accumulator);
  }
  return dory_larger(dory_smaller(code, high), low);
}

/* Requantizes sums, or keeps them for the next pass. */
DORY_INLINE void dory_dense_finish(dory_form_t form, bool is_wide, const dory_dense_sums_t *sums) {
  if (sums->accumulator && !dory_dense_collect(sums)) {
    return;
  }
  const bool is_long = form == DORY_RQ64X || form == DORY_RQ64T || form == DORY_THR;
  const int32_t channels = is_long ? sums->channels : DORY_GROUP; /* unknown, it keeps their code single */
  const bool in_words = sums->channels == DORY_GROUP && (sums->type == DORY_U8 || sums->type == DORY_I8);
  const int32_t low = sums->low;
  const int32_t high = sums->high;
  const int32_t step = sums->step;
  int32_t *values = sums->sums;
  const int32_t *const end = values + DORY_GROUP * sums->pixels;
  uint8_t *word = (uint8_t *)sums->output + sums->index;
  for (; values < end; values += DORY_GROUP, word += step) {
    int32_t codes[DORY_GROUP] = {0};
    for (int32_t channel = 0; channel < channels; channel++) {
      const int32_t *words = sums->parameters + channel;
      codes[channel] = is_wide ? dory_dense_wide_code(form, sums->entries, words, values[channel], low, high)
                               : dory_group_code(form, sums->entries, words, values[channel], low, high);
    }
    if (in_words) {
      dory_store_word(word, dory_pack_bytes(codes[0], codes[1], codes[2], codes[3]));
    } else {
      __builtin_memcpy(values, codes, sizeof codes);
    }
  }
  if (!in_words) {
    dory_dense_deliver(sums);
  }
}

#endif

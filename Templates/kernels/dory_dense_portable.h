/* SPDX-License-Identifier: Apache-2.0 */
/* dory_dense in portable C. */
#ifndef DORY_DENSE_PORTABLE_H
#define DORY_DENSE_PORTABLE_H

#include "dory_dense_finish.h"
#include "dory_dense_gather.h"

/* Adds the products of a word of inputs with one of weights. */
DORY_INLINE int32_t dory_dense_multiply(dory_type_t type, int32_t sum, int32_t word, int32_t weights) {
  switch (type) {
  case DORY_U8:
    return dory_mac_u8i8(sum, word, weights);
  case DORY_I8:
    return dory_mac_i8i8(sum, word, weights);
  case DORY_U16:
    return dory_mac_u16i16(sum, word, weights);
  default:
    return dory_mac_i16i16(sum, word, weights);
  }
}

/* Adds the products of one window and one group to four sums. */
DORY_INLINE void dory_dense_products(const dory_dense_share_t *share, dory_type_t type, const uint8_t *input,
                                     const int8_t *weights, int32_t *sums) {
  const int32_t pieces = share->segments == 1 ? 1 : share->window.pieces;
  for (int32_t segment = 0; segment < share->segments; segment++) {
    const uint8_t *from =
        input + segment / pieces * share->window.line_step + segment % pieces * share->window.piece_step;
    for (int32_t step = 0; step < share->steps; step++, from += 4, weights += 16) {
      const int32_t word = dory_load_word(from);
      for (int32_t channel = 0; channel < 4; channel++) {
        const int32_t four = dory_load_word(weights + 4 * channel);
        sums[channel] = dory_dense_multiply(type, sums[channel], word, four);
      }
    }
  }
}

/* On a chip all layers share the code, on a host each has its own, which is faster. */
#if defined(__riscv)
#define DORY_DENSE_PORTABLE DORY_SHARED
#else
#define DORY_DENSE_PORTABLE DORY_INLINE
#endif

/* A core's share, group by group. */
DORY_DENSE_PORTABLE void dory_dense_portable(const dory_tile_t *tile, const dory_dense_t *layer,
                                             const dory_dense_share_t *share) {
  dory_dense_windows_t windows;
  dory_dense_sums_t group = dory_dense_sums(tile, layer);
  group.step = share->output_column * share->channels;
  dory_dense_walk_t walk;
  for (dory_dense_start(share, false, &walk); walk.pixels > 0; dory_dense_advance(share, &walk)) {
    const uint8_t *input = walk.input;
    int32_t next = share->input_column;
    if (share->window.gathered) {
      next = 4 * share->steps;
      dory_dense_gather(&share->window, walk.input, walk.pixels, share->input_column, next, &windows);
      input = (const uint8_t *)windows.words;
    }
    const int8_t *weights = share->weights;
    group.pixels = walk.pixels;
    for (int32_t i = 0; i < share->groups; i++, weights += share->group_bytes) {
      int32_t sums[DORY_DENSE_PIXELS * DORY_GROUP] = {0};
      for (int32_t pixel = 0; pixel < walk.pixels; pixel++) {
        dory_dense_products(share, layer->input_type, input + pixel * next, weights, sums + 4 * pixel);
      }
      const int32_t channel = share->channel + i * DORY_GROUP;
      group.sums = sums;
      group.parameters = (const int32_t *)(const void *)(weights + 16 * share->steps * share->segments);
      group.index = walk.position * share->channels + channel;
      group.channels = dory_min(share->channels - channel, DORY_GROUP);
      dory_dense_finish(layer->form, layer->is_wide, &group);
    }
  }
}

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Dense convolutions, pointwise and fully connected layers among them, on 8-bit codes: four output channels
 * by up to four pixels at a time.
 *
 * Constants of a tile, for one pass over input channels: for each group of four output channels its weights,
 * then its parameters (dory_group.h); a last group that is not whole has zeros in their place. The
 * weights are, for each word of the window, four bytes of channel 0, of channel 1, of channel 2 and of
 * channel 3. The words of the window are those of its segments (dory_dense_share.h), each filled up with
 * zeros; bytes of K run over kernel rows, kernel columns and input channels.
 *
 * The input tile contains its border; zero points are folded into the bias.
 */
#ifndef DORY_DENSE_H
#define DORY_DENSE_H

#include "dory_dense_kernels.h"
#include "dory_dense_portable.h"

/* A core's share of a tile. */
DORY_INLINE void dory_dense(const dory_tile_t *tile, const dory_dense_t *layer) {
  const dory_window_t *window = &layer->window;
  dory_dense_share_t share;
  const int32_t element_bytes = dory_bits(layer->input_type) / 8;
  const int32_t words = dory_group_words(layer->form, layer->entries);
#if DORY_SIMD
  if (dory_dense_simd_single(tile, layer)) {
    return;
  }
#endif
  dory_dense_share(&share, tile, dory_dense_pair(window->kernel_height, window->kernel_width),
                   dory_dense_pair(window->stride_height, window->stride_width),
                   dory_dense_pair(window->dilation_height, window->dilation_width), element_bytes, words);
#if DORY_SIMD
  dory_dense_simd(tile, layer, &share);
#else
  dory_dense_portable(tile, layer, &share);
#endif
}

#endif

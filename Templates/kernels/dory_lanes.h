/* SPDX-License-Identifier: Apache-2.0 */
/* Kernels over a window that take some channels of one position at a time. */
#ifndef DORY_LANES_H
#define DORY_LANES_H

#include "dory_split.h"
#include "dory_window.h"

/* Channels that are taken at a time; the last ones of a position may be fewer. */
enum { DORY_LANES = 16 };

/* Computes `lanes` channels of one position, from `channel` on; `layer` holds the kernel's constants. */
typedef void dory_lanes_t(const dory_tile_t *tile, const void *layer, dory_reach_t rows, dory_reach_t columns,
                          int32_t position, int32_t channel, int32_t lanes);

/* Computes a core's share of a tile. Inlined together with `compute`, so that its constants are known. */
DORY_INLINE void dory_compute_lanes(const dory_tile_t *tile, const dory_window_t *window, dory_split_t split,
                                    dory_lanes_t *compute, const void *layer) {
  const dory_share_t share = dory_share(tile, split);
  const int32_t end = share.channels.begin + share.channels.size;
  for (int32_t i = 0; i < share.positions.size; i++) {
    const int32_t position = share.positions.begin + i;
    const dory_reach_t rows = dory_reach_rows(window, tile, position / tile->columns.size);
    const dory_reach_t columns = dory_reach_columns(window, tile, position % tile->columns.size);
    int32_t channel = share.channels.begin;
    for (; channel + DORY_LANES <= end; channel += DORY_LANES) {
      compute(tile, layer, rows, columns, position, channel, DORY_LANES);
    }
    if (channel < end) {
      compute(tile, layer, rows, columns, position, channel, end - channel);
    }
  }
}

#endif

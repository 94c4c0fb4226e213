/* SPDX-License-Identifier: Apache-2.0 */
/* How the cores share one tile. */
#ifndef DORY_SPLIT_H
#define DORY_SPLIT_H

#include "dory_element.h"
#include "dory_hal.h"

typedef enum {
  DORY_SPLIT_ROWS,    /* whole rows */
  DORY_SPLIT_PIXELS,  /* positions, two by two */
  DORY_SPLIT_CHANNELS /* output channels, four by four */
} dory_split_t;

/* What one core computes of a tile: output positions, counted row by row, and output channels, both from the
 * start of the tile. */
typedef struct {
  dory_range_t positions, channels;
} dory_share_t;

/* Core i of n takes units [i * ceil(units / n), (i + 1) * ceil(units / n)) of those that make up `total`. */
DORY_INLINE dory_range_t dory_share_of(int32_t total, int32_t unit) {
  const int32_t each = dory_divide_up(dory_divide_up(total, unit), dory_core_count()) * unit;
  const int32_t begin = dory_min(dory_core_id() * each, total);
  return (dory_range_t){begin, dory_min(each, total - begin)};
}

DORY_INLINE dory_share_t dory_share(const dory_tile_t *tile, dory_split_t split) {
  const int32_t width = tile->columns.size;
  const int32_t positions = tile->rows.size * width;
  dory_share_t share = {{0, positions}, {0, tile->channels.size}};
  if (split == DORY_SPLIT_ROWS) {
    share.positions = dory_share_of(positions, width);
  } else if (split == DORY_SPLIT_PIXELS) {
    share.positions = dory_share_of(positions, 2);
  } else {
    share.channels = dory_share_of(tile->channels.size, 4);
  }
  return share;
}

/* The elements of one pixel that a core computes, from those indices on; elements are counted as the types
 * pack them. */
typedef struct {
  int32_t first, second, output;
} dory_start_t;

DORY_INLINE dory_start_t dory_start(const dory_tile_t *tile, dory_share_t share, int32_t i, dory_type_t first,
                                    dory_type_t second, dory_type_t output) {
  const int32_t position = share.positions.begin + i;
  const int32_t channels = tile->channels.size;
  return (dory_start_t){position * dory_pixel_elements(first, channels) + share.channels.begin,
                        position * dory_pixel_elements(second, channels) + share.channels.begin,
                        position * dory_pixel_elements(output, channels) + share.channels.begin};
}

#endif

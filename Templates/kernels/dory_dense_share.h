/* SPDX-License-Identifier: Apache-2.0 */
/* How dory_dense cuts a tile: windows into segments of words, positions and channels into the cores' shares.
 */
#ifndef DORY_DENSE_SHARE_H
#define DORY_DENSE_SHARE_H

#include "dory_group.h"
#include "dory_hal.h"
#include "dory_simd.h"
#include "dory_window.h"

/* A block has 4 copied windows of up to 76 bytes, 3 of up to 100 or 2; of smaller ones as many blocks as
 * there is room for are copied at a time. */
enum {
  DORY_DENSE_PIXELS = 4,           /* of a block, at most */
  DORY_DENSE_SEGMENTS = 64,        /* of a window, at most */
  DORY_DENSE_GATHERED_BYTES = 128, /* of a window that is copied to the stack, at most */
  DORY_DENSE_GATHER_BYTES = 304    /* of all copied windows, at most */
};

/* Heights and widths of a window, which fit a register. */
typedef struct {
  int16_t height, width;
} dory_dense_pair_t;

DORY_INLINE dory_dense_pair_t dory_dense_pair(int32_t height, int32_t width) {
  return (dory_dense_pair_t){(int16_t)height, (int16_t)width};
}

/* The constants of a layer, known when it is compiled. */
typedef struct {
  dory_window_t window;
  dory_type_t input_type, output_type;
  dory_form_t form;
  int32_t entries;   /* exceptions or thresholds that each channel has room for */
  int32_t low, high; /* codes of the output; the least and the greatest number where the form keeps to them */
  bool accumulates;  /* a tile takes several passes over its input channels */
  bool is_wide;      /* a form of 64 bits in which all channels are shifted by 32...63 */
} dory_dense_t;

/* The window of an output element as segments: `lines` by `pieces` runs of consecutive bytes of the padded
 * input tile. Small windows are gathered: copied to the stack, as one segment. */
typedef struct {
  int32_t lines, pieces;
  int32_t bytes;                 /* of a segment */
  int32_t line_step, piece_step; /* bytes from one to the next in the tile */
  bool gathered;
} dory_dense_window_t;

/* What one core computes of a tile: `positions` from the position `row`, `column` on, row by row, for
 * `groups` groups of channels. Rows and columns of a tile one column wide are exchanged, and a tile whose
 * rows follow each other without a step is one row. */
typedef struct {
  const uint8_t *input;
  const int8_t *weights; /* of the first group */
  int32_t group_bytes;   /* of its weights and parameters */
  dory_dense_window_t window;
  int32_t steps, segments;           /* words of a segment, segments of a window */
  int32_t columns;                   /* of a row */
  int32_t most_pixels;               /* of a block */
  int32_t input_row, input_column;   /* bytes from a row's or column's first window to the next */
  int32_t output_row, output_column; /* positions from one to the next */
  int32_t row, column, positions;
  int32_t channel, groups, channels; /* the first channel; channels of the tile */
} dory_dense_share_t;

/* The segments of a window in a tile whose rows are `row_bytes` long. */
DORY_INLINE void dory_dense_window(dory_dense_share_t *share, dory_dense_pair_t kernel,
                                   dory_dense_pair_t dilation, int32_t row_bytes, int32_t depth) {
  dory_dense_window_t *segments = &share->window;
  const bool contiguous = dilation.width == 1 || kernel.width == 1;
  const int32_t bytes = contiguous ? kernel.width * depth : depth;
  const int32_t steps = (bytes + 3) >> 2;
  segments->lines = kernel.height;
  segments->pieces = contiguous ? 1 : kernel.width;
  segments->bytes = bytes;
  segments->line_step = dilation.height * row_bytes;
  segments->piece_step = dilation.width * depth;
  share->segments = segments->lines * segments->pieces;
  share->steps = steps;
  share->most_pixels = DORY_DENSE_PIXELS;
  const int32_t together = (share->segments * bytes + 3) >> 2;
  segments->gathered = together < share->segments * steps && together <= DORY_DENSE_GATHERED_BYTES / 4;
  if (segments->gathered) {
    share->segments = 1;
    share->steps = together;
    while (share->most_pixels * 4 * together > DORY_DENSE_GATHER_BYTES) {
      share->most_pixels--;
    }
  }
}

/* A whole tile as one share. `element_bytes` are the input's. */
DORY_INLINE void dory_dense_whole(dory_dense_share_t *share, const dory_tile_t *tile,
                                  dory_dense_pair_t kernel, dory_dense_pair_t stride,
                                  dory_dense_pair_t dilation, int32_t element_bytes,
                                  int32_t parameter_words) {
  const int32_t depth = tile->input_channels.size * element_bytes;
  const int32_t rows = tile->rows.size;
  const int32_t columns = tile->columns.size;
  const int32_t row_bytes = ((columns - 1) * stride.width + (kernel.width - 1) * dilation.width + 1) * depth;
  dory_dense_window(share, kernel, dilation, row_bytes, depth);
  share->input = tile->input[0];
  share->weights = tile->weights;
  share->group_bytes = 16 * (share->steps * share->segments + parameter_words);
  share->columns = columns;
  share->input_row = stride.height * row_bytes;
  share->input_column = stride.width * depth;
  share->output_row = columns;
  share->output_column = 1;
  share->positions = rows * columns;
  share->channels = tile->channels.size;
  share->groups = (share->channels + DORY_GROUP - 1) >> 2;
  if (columns == 1) {
    share->columns = rows;
    share->input_column = share->input_row;
  } else if (share->input_row == columns * share->input_column) {
    share->columns = share->positions;
  }
}

/* Cycles of a core with so many positions and groups, up to what all divisions have in common: a step takes 4
 * for a block's weights and 5 for each pixel; a block of four channels takes about as much as 12 and 15 more,
 * and a block of all channels 80. */
DORY_INLINE int32_t dory_dense_cost(const dory_dense_share_t *share, int32_t positions, int32_t groups) {
  int32_t blocks = (positions + 3) >> 2;
  if (positions > share->columns) {
    const int32_t rows = positions / share->columns;
    blocks = rows * ((share->columns + 3) >> 2) + ((positions - rows * share->columns + 3) >> 2);
  }
  const int32_t steps = share->steps * share->segments;
  return groups * (steps * (4 * blocks + 5 * positions) + 12 * blocks + 15 * positions) + 80 * blocks;
}

/* Numbers of cores that are powers of two, and their logarithms: constants where the number is one. */
DORY_INLINE bool dory_dense_is_power(int32_t cores) {
  return (cores & (cores - 1)) == 0;
}
DORY_INLINE int32_t dory_dense_logarithm(int32_t cores) {
  return cores >= 16 ? 4 : cores >= 8 ? 3 : cores >= 4 ? 2 : cores >= 2 ? 1 : 0;
}

/* Of `count` positions or groups those in one of the ranges that cores >> bits cores make. */
DORY_INLINE int32_t dory_dense_range(int32_t count, int32_t cores, int32_t bits) {
  const int32_t ranges = cores >> bits;
  return dory_dense_is_power(cores) ? (count + ranges - 1) >> (dory_dense_logarithm(cores) - bits)
                                    : dory_divide_up(count, ranges);
}

/* Into 2^bits ranges of groups by cores / 2^bits ranges of positions: the bits with which every core gets the
 * same whole blocks, or else with which the core with most to do has least. */
DORY_INLINE int32_t dory_dense_bits(const dory_dense_share_t *share, int32_t cores) {
  if (dory_dense_is_power(cores) && (share->columns & 3) == 0) {
    for (int32_t bits = 0; cores >> bits > 0; bits++) {
      const int32_t pixels = 4 * (cores >> bits);
      if (((share->positions & (pixels - 1)) | (share->groups & ((1 << bits) - 1))) == 0) {
        return bits;
      }
    }
  }
  int32_t best = 0;
  int32_t least = INT32_MAX;
  for (int32_t bits = 0; cores >> bits > 0 && share->groups > 1 << bits >> 1; bits++) {
    const int32_t cost = dory_dense_cost(share, dory_dense_range(share->positions, cores, bits),
                                         (share->groups + (1 << bits) - 1) >> bits);
    if (cost < least) {
      least = cost;
      best = bits;
    }
  }
  return best;
}

/* Cuts a whole tile into the cores' shares. A single position is cut along the groups only. */
DORY_INLINE void dory_dense_divide(dory_dense_share_t *share, int32_t core, int32_t cores) {
  int32_t group;
  int32_t width;
  share->row = 0;
  share->column = 0;
  if (share->positions == 1) {
    width = dory_dense_range(share->groups, cores, 0);
    group = core * width;
  } else {
    const int32_t bits = dory_dense_bits(share, cores);
    const int32_t part = core >> bits;
    const int32_t each = dory_dense_range(share->positions, cores, bits);
    const int32_t first = part * each;
    width = (share->groups + (1 << bits) - 1) >> bits;
    group = (core - (part << bits)) * width;
    share->positions = part < cores >> bits ? dory_min(each, share->positions - first) : 0;
    share->column = first;
    if (first >= share->columns) {
      share->row = first / share->columns;
      share->column -= share->row * share->columns;
    }
  }
  share->groups = dory_min(width, share->groups - group);
  share->positions = share->groups > 0 ? share->positions : 0;
  share->channel = group * DORY_GROUP;
  share->weights += group * share->group_bytes;
}

/* This core's share of a tile. The window comes in registers: constants in memory would take longer. */
DORY_SHARED void dory_dense_share(dory_dense_share_t *share, const dory_tile_t *tile,
                                  dory_dense_pair_t kernel, dory_dense_pair_t stride,
                                  dory_dense_pair_t dilation, int32_t element_bytes,
                                  int32_t parameter_words) {
  dory_dense_whole(share, tile, kernel, stride, dilation, element_bytes, parameter_words);
  dory_dense_divide(share, dory_core_id(), dory_core_count());
}

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* How dory_dense cuts a tile: windows into segments of words, positions and channels into the cores' shares,
 * and a share into blocks of up to four pixels.
 */
#ifndef DORY_DENSE_SHARE_H
#define DORY_DENSE_SHARE_H

#include "dory_group.h"
#include "dory_hal.h"
#include "dory_simd.h"
#include "dory_window.h"

enum {
  DORY_DENSE_PIXELS = 4,           /* of a block, at most */
  DORY_DENSE_SEGMENTS = 64,        /* of a window, at most */
  DORY_DENSE_GATHERED_BYTES = 128, /* of a window that is copied to the stack, at most */
  DORY_DENSE_GATHER_BYTES =
      304 /* of a block's windows on the stack: up to 4 of 76 bytes, 3 of 100, 2 of 128 */
};

/* The constants of a layer, known when it is compiled. */
typedef struct {
  dory_window_t window;
  dory_type_t input_type, output_type;
  dory_form_t form;
  int32_t entries;   /* exceptions or thresholds that each channel has room for */
  int32_t low, high; /* codes of the output; the least and the greatest number where the form keeps to them */
  bool accumulates;  /* a tile takes several passes over its input channels */
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

/* The block of a share that is computed: its first pixel's window and position, and where its row goes on. */
typedef struct {
  const uint8_t *input;
  int32_t position, pixels; /* of the output */
  int32_t column, left;     /* columns of the row before the block, positions of the share from it on */
  const uint8_t *row_input;
  int32_t row_position;
} dory_dense_walk_t;

DORY_INLINE void dory_dense_window(dory_dense_window_t *segments, const dory_window_t *window,
                                   int32_t row_bytes, int32_t depth) {
  const int32_t height = window->kernel_height;
  const int32_t width = window->kernel_width;
  const bool contiguous = window->dilation_width == 1 || width == 1;
  segments->lines = height;
  segments->pieces = contiguous ? 1 : width;
  segments->bytes = contiguous ? width * depth : depth;
  segments->line_step = window->dilation_height * row_bytes;
  segments->piece_step = window->dilation_width * depth;
  const int32_t together = (height * width * depth + 3) & ~3;
  const int32_t apart = segments->lines * segments->pieces * ((segments->bytes + 3) & ~3);
  segments->gathered = together < apart && together <= DORY_DENSE_GATHERED_BYTES;
}

/* A whole tile as one share. `element_bytes` are the input's. */
DORY_INLINE void dory_dense_whole(dory_dense_share_t *share, const dory_tile_t *tile,
                                  const dory_window_t *window, int32_t element_bytes,
                                  int32_t parameter_words) {
  const int32_t depth = tile->input_channels.size * element_bytes;
  const int32_t rows = tile->rows.size;
  const int32_t columns = tile->columns.size;
  const int32_t row_bytes =
      ((columns - 1) * window->stride_width + (window->kernel_width - 1) * window->dilation_width + 1) *
      depth;
  dory_dense_window_t *segments = &share->window;
  dory_dense_window(segments, window, row_bytes, depth);
  const int32_t count = segments->lines * segments->pieces;
  share->segments = segments->gathered ? 1 : count;
  share->steps = (segments->gathered ? count * segments->bytes + 3 : segments->bytes + 3) >> 2;
  share->most_pixels = DORY_DENSE_PIXELS;
  while (segments->gathered && share->most_pixels * 4 * share->steps > DORY_DENSE_GATHER_BYTES) {
    share->most_pixels--;
  }
  share->input = tile->input[0];
  share->weights = tile->weights;
  share->group_bytes = 16 * (share->steps * share->segments + parameter_words);
  share->columns = columns;
  share->input_row = window->stride_height * row_bytes;
  share->input_column = window->stride_width * depth;
  share->output_row = columns;
  share->output_column = 1;
  share->positions = rows * columns;
  share->channels = tile->channels.size;
  share->groups = (share->channels + DORY_GROUP - 1) / DORY_GROUP;
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

/* Into 2^bits ranges of groups by cores / 2^bits ranges of positions: the bits with which every core gets the
 * same whole blocks, or else with which the core with most to do has least. */
DORY_INLINE int32_t dory_dense_bits(const dory_dense_share_t *share, int32_t cores) {
  if ((cores & (cores - 1)) == 0 && (share->columns & 3) == 0) {
    for (int32_t bits = 0; cores >> bits > 0; bits++) {
      const int32_t pixels = 4 * (cores >> bits);
      if ((share->positions & (pixels - 1)) == 0 && (share->groups & ((1 << bits) - 1)) == 0) {
        return bits;
      }
    }
  }
  int32_t best = 0;
  int32_t least = INT32_MAX;
  for (int32_t bits = 0; cores >> bits > 0 && share->groups > 1 << bits >> 1; bits++) {
    const int32_t cost = dory_dense_cost(share, dory_divide_up(share->positions, cores >> bits),
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
  int32_t first = 0;
  int32_t range = core;
  int32_t width;
  if (share->positions == 1) {
    width = dory_divide_up(share->groups, cores);
  } else {
    const int32_t bits = dory_dense_bits(share, cores);
    const int32_t part = core >> bits;
    const int32_t each = dory_divide_up(share->positions, cores >> bits);
    first = part * each;
    range = core - (part << bits);
    width = (share->groups + (1 << bits) - 1) >> bits;
    share->positions = part < cores >> bits ? dory_min(each, share->positions - first) : 0;
  }
  const int32_t group = range * width;
  share->groups = dory_min(width, share->groups - group);
  share->positions = share->groups > 0 ? share->positions : 0;
  share->row = first < share->columns ? 0 : first / share->columns;
  share->column = first - share->row * share->columns;
  share->channel = group * DORY_GROUP;
  share->weights += group * share->group_bytes;
}

/* This core's share of a tile. */
DORY_SHARED void dory_dense_share(dory_dense_share_t *share, const dory_tile_t *tile,
                                  const dory_window_t *window, int32_t element_bytes,
                                  int32_t parameter_words) {
  dory_dense_whole(share, tile, window, element_bytes, parameter_words);
  dory_dense_divide(share, dory_core_id(), dory_core_count());
}

/* How many pixels the block at hand has; none after the last one. */
DORY_INLINE void dory_dense_take(const dory_dense_share_t *share, dory_dense_walk_t *walk) {
  walk->pixels = dory_min(dory_min(walk->left, share->columns - walk->column), share->most_pixels);
}

DORY_INLINE void dory_dense_start(const dory_dense_share_t *share, dory_dense_walk_t *walk) {
  walk->row_input = share->input + share->row * share->input_row;
  walk->row_position = share->row * share->output_row;
  walk->column = share->column;
  walk->left = dory_max(share->positions, 0);
  walk->input = walk->row_input + walk->column * share->input_column;
  walk->position = walk->row_position + walk->column * share->output_column;
  dory_dense_take(share, walk);
}

/* Goes on to the next block. */
DORY_INLINE void dory_dense_advance(const dory_dense_share_t *share, dory_dense_walk_t *walk) {
  walk->left -= walk->pixels;
  walk->column += walk->pixels;
  walk->input += walk->pixels * share->input_column;
  walk->position += walk->pixels * share->output_column;
  if (walk->column == share->columns) {
    walk->column = 0;
    walk->row_input += share->input_row;
    walk->row_position += share->output_row;
    walk->input = walk->row_input;
    walk->position = walk->row_position;
  }
  dory_dense_take(share, walk);
}

#endif

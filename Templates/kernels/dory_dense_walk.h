/* SPDX-License-Identifier: Apache-2.0 */
/* The blocks of a core's share of dory_dense: up to four pixels of a row. */
#ifndef DORY_DENSE_WALK_H
#define DORY_DENSE_WALK_H

#include "dory_dense_share.h"

/* The block of a share that is computed: its first pixel's window and position, and where its row goes on. */
typedef struct {
  const uint8_t *input;
  int32_t position, pixels; /* of the output */
  int32_t blocks; /* of so many pixels, one after the other: a run in a row, where these are wanted */
  bool in_runs;
  int32_t column, left; /* columns of the row before the block, positions of the share from it on */
  const uint8_t *row_input;
  int32_t row_position;
} dory_dense_walk_t;

/* How many pixels the block at hand has; none after the last one. Runs consist of blocks of four. */
DORY_INLINE void dory_dense_take(const dory_dense_share_t *share, dory_dense_walk_t *walk) {
  const int32_t pixels = dory_min(walk->left, share->columns - walk->column);
  walk->pixels = dory_min(pixels, share->most_pixels);
  walk->blocks = walk->in_runs && pixels > DORY_DENSE_PIXELS ? pixels >> 2 : 1;
}

DORY_INLINE void dory_dense_start(const dory_dense_share_t *share, bool in_runs, dory_dense_walk_t *walk) {
  walk->row_input = share->input + share->row * share->input_row;
  walk->row_position = share->row * share->output_row;
  walk->column = share->column;
  walk->left = dory_max(share->positions, 0);
  walk->input = walk->row_input + walk->column * share->input_column;
  walk->position = walk->row_position + walk->column * share->output_column;
  walk->in_runs = in_runs;
  dory_dense_take(share, walk);
}

/* Goes on to the next block or run. */
DORY_INLINE void dory_dense_advance(const dory_dense_share_t *share, dory_dense_walk_t *walk) {
  const int32_t pixels = walk->pixels * walk->blocks;
  walk->left -= pixels;
  walk->column += pixels;
  walk->input += pixels * share->input_column;
  walk->position += pixels * share->output_column;
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

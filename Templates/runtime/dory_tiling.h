/* SPDX-License-Identifier: Apache-2.0 */
/* Which elements the chunks and tiles of a layer cover, one after another, and where their constants lie. The
 * walk over the tiles only adds and multiplies: dividing is slow on small cores. */
#ifndef DORY_TILING_H
#define DORY_TILING_H

#include "dory_layer.h"

/* The part of a layer whose operands are in L2 together. */
typedef struct {
  dory_range_t rows, channels;
  dory_range_t input_rows; /* with halo, inside the input map */
  uint32_t constants;      /* bytes from the start of the layer's constants to those of the chunk */
  uint32_t constant_bytes;
} dory_chunk_t;

/* The first chunk of a layer, and the one after another; false after the last. Row stripes are outermost. */
dory_chunk_t dory_first_chunk(const dory_layer_t *layer);
bool dory_next_chunk(const dory_layer_t *layer, dory_chunk_t *chunk);

/* The first tile of a chunk, and the one after another in the layer's loop order; false after the last. They
 * have no addresses. */
dory_tile_t dory_first_tile(const dory_layer_t *layer, const dory_chunk_t *chunk);
bool dory_next_tile(const dory_layer_t *layer, const dory_chunk_t *chunk, dory_tile_t *tile);

/* Whether kernels read and write the layer's operands in L2, without tiles in L1. */
bool dory_is_direct(const dory_layer_t *layer);

/* Bytes of one row of an input and of the output, its pixels packed. */
uint32_t dory_input_row_bytes(const dory_layer_t *layer, int32_t input);
uint32_t dory_output_row_bytes(const dory_layer_t *layer);

/* Bytes of the parameters of output channels that stand apart from their weights. */
uint32_t dory_parameter_bytes(const dory_layer_t *layer, int32_t channels);

/* Bytes of one block of weights: an output-channel tile by an input-channel tile, the last one or another. */
uint32_t dory_block_bytes(const dory_layer_t *layer, int32_t channels, bool is_last_pass);

/* Bytes of the constants of one channel tile: its parameters, then its blocks of weights. */
uint32_t dory_tile_constant_bytes(const dory_layer_t *layer, int32_t channels);

#endif

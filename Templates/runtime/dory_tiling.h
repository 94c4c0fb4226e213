/* SPDX-License-Identifier: Apache-2.0 */
/* Which elements a chunk or a tile of a layer covers, and where its constants lie. */
#ifndef DORY_TILING_H
#define DORY_TILING_H

#include "dory_layer.h"

/* The part of a layer whose operands are in L2 together. */
typedef struct {
  int32_t stripe, channel; /* which row stripe, and which channel chunk of it */
  dory_range_t rows, channels;
  dory_range_t input_rows; /* with halo, inside the input map */
  int32_t row_tiles, column_tiles, channel_tiles, passes;
} dory_chunk_t;

/* Chunks of a row stripe, and of the layer. */
int32_t dory_channel_chunks(const dory_layer_t *layer);
int32_t dory_chunk_count(const dory_layer_t *layer);

/* The chunk of an index: row stripes outermost. */
dory_chunk_t dory_chunk_at(const dory_layer_t *layer, int32_t index);

/* Tiles of a chunk; input-channel tiles count one by one. */
int32_t dory_tile_count(const dory_chunk_t *chunk);

/* The tile of an index in the layer's loop order, without addresses. */
dory_tile_t dory_tile_at(const dory_layer_t *layer, const dory_chunk_t *chunk, int32_t index);

/* Whether kernels read and write the layer's operands in L2, without tiles in L1. */
bool dory_is_direct(const dory_layer_t *layer);

/* Bytes of one row of an input and of the output, its pixels packed. */
uint32_t dory_input_row_bytes(const dory_layer_t *layer, int32_t input);
uint32_t dory_output_row_bytes(const dory_layer_t *layer);

/* Bytes of one block of weights: an output-channel tile by an input-channel tile. */
uint32_t dory_weight_block_bytes(const dory_layer_t *layer, int32_t channels, int32_t input_channels);

/* Bytes of the constants of the first `channels` output channels of a chunk: for each channel tile its
 * parameters, then its blocks of weights. */
uint32_t dory_constant_bytes(const dory_layer_t *layer, int32_t channels);

#endif

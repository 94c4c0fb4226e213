/* SPDX-License-Identifier: Apache-2.0 */
/* Which elements the chunks and tiles of a layer cover, one after another, and where their constants lie. The
 * walk over the tiles only adds and multiplies: dividing is slow on small cores. */
#ifndef DORY_TILING_H
#define DORY_TILING_H

#include "dory_slots.h"

/* The part of a layer whose operands are in L2 together. */
typedef struct {
  dory_range_t rows, channels;
  dory_range_t input_rows; /* with halo, inside the input map */
  uint32_t constants;      /* bytes from the start of the layer's constants to those of the chunk */
} dory_chunk_t;

/* The first chunk of a layer, and the one after another; false after the last. Row stripes are outermost. */
void dory_first_chunk(const dory_layer_t *layer, dory_chunk_t *chunk);
bool dory_next_chunk(const dory_layer_t *layer, dory_chunk_t *chunk);

/* Bytes of the constants of a chunk. */
uint32_t dory_chunk_constant_bytes(const dory_layer_t *layer, const dory_chunk_t *chunk);

/* The first tile of a chunk, and the one after another in the layer's loop order; false after the last. They
 * have no addresses, and nothing says whether they need a border. */
void dory_first_tile(const dory_layer_t *layer, const dory_chunk_t *chunk, dory_tile_t *tile);
bool dory_next_tile(const dory_layer_t *layer, const dory_chunk_t *chunk, dory_tile_t *tile);

/* The loaded operands of which one tile needs other bytes than another. */
dory_operands_t dory_changes(const dory_tile_t *before, const dory_tile_t *tile);

/* Whether kernels read and write the layer's operands in L2, without tiles in L1. */
bool dory_is_direct(const dory_layer_t *layer);

/* The steps between the pixels and between the rows of a packed tensor, in bytes. */
typedef struct {
  int32_t pixel, row;
} dory_pitch_t;

static inline dory_pitch_t dory_pitch(dory_shape_t tensor, int32_t bits) {
  const int32_t pixel = dory_packed_bytes(tensor.channels, bits);
  return (dory_pitch_t){pixel, tensor.width * pixel};
}

/* Bytes from the start of a tensor to an element. */
static inline uint32_t dory_offset(const dory_pitch_t *pitch, int32_t row, int32_t column, int32_t channel,
                                   int32_t bits) {
  return (uint32_t)(row * pitch->row + column * pitch->pixel + channel * bits / 8);
}

/* Bytes of the parameters of output channels that stand apart from their weights. */
static inline uint32_t dory_parameter_bytes(const dory_layer_t *layer, int32_t channels) {
  return layer->constant_order == DORY_PLAIN ? (uint32_t)(channels * layer->parameter_bytes) : 0;
}

/* Bytes of one block of weights: an output-channel tile by an input-channel tile, the last one or another. */
static inline uint32_t dory_block_bytes(const dory_layer_t *layer, int32_t channels, bool is_last_pass) {
  const int32_t weights = is_last_pass ? layer->last_pass_weights : layer->pass_weights;
  if (layer->constant_order == DORY_PLAIN) {
    return (uint32_t)dory_packed_bytes(channels * weights, layer->weight_bits);
  }
  return dory_align4((uint32_t)channels) * (uint32_t)(weights + layer->parameter_bytes);
}

/* Bytes of the constants of one channel tile: its parameters, then its blocks of weights. */
uint32_t dory_tile_constant_bytes(const dory_layer_t *layer, int32_t channels);

#endif

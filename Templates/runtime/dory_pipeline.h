/* SPDX-License-Identifier: Apache-2.0 */
/* How the operands of a layer move: RAM or flash to L2 chunk by chunk, L2 to L1 tile by tile, the next one's
 * while this one computes where an operand has two slots. A layer runs as
 *
 *     dory_pipeline_open(&pipeline, &layer);
 *     for each chunk: dory_chunk_begin, then
 *       for each tile: dory_tile_begin, compute, dory_tile_end
 *       dory_chunk_end
 *     dory_pipeline_close(&pipeline);
 */
#ifndef DORY_PIPELINE_H
#define DORY_PIPELINE_H

#include "dory_hal.h"
#include "dory_tiling.h"

typedef struct {
  const dory_layer_t *layer;
  int32_t chunks; /* of the layer */
  int32_t tiles;  /* of this chunk */
  dory_chunk_t chunk;
  dory_tile_t tile;               /* the one to compute; its pointers are set */
  int32_t l2_slot[DORY_OPERANDS]; /* in use by this chunk */
  int32_t l1_slot[DORY_OPERANDS]; /* in use by this tile */
  dory_l3_t fetch[DORY_OPERANDS]; /* RAM or flash to L2 */
  dory_l3_t write_back[2];        /* L2 to RAM, by slot */
  dory_dma_t load;                /* L2 to L1, into the slots that have a second */
  dory_dma_t store[2];            /* L1 to L2, by slot */
} dory_pipeline_t;

/* Starts a layer. */
void dory_pipeline_open(dory_pipeline_t *pipeline, const dory_layer_t *layer);

/* Waits for the chunk's operands in L2 and starts to fetch those of the next chunk. */
void dory_chunk_begin(dory_pipeline_t *pipeline, int32_t index);

/* Waits for the tile's operands in L1 and starts to load those of the next tile. A direct layer's tile has
 * its operands in L2. */
void dory_tile_begin(dory_pipeline_t *pipeline, int32_t index);

/* Starts to store the tile's output, after its last pass. */
void dory_tile_end(dory_pipeline_t *pipeline);

/* Waits for the chunk's output in L2 and starts to write it to L3 if it lives there and its rows are
 * complete. */
void dory_chunk_end(dory_pipeline_t *pipeline);

/* Waits for all that is still under way. */
void dory_pipeline_close(dory_pipeline_t *pipeline);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* How the operands of a layer move: RAM or flash to L2 chunk by chunk, L2 to L1 tile by tile, the next one's
 * while this one computes where an operand has two slots. A layer runs as
 *
 *     dory_pipeline_open(&pipeline, &layer);
 *     while (dory_chunk_begin(&pipeline)) {
 *       while (dory_tile_begin(&pipeline)) {
 *         fill the border where the tile needs one, compute
 *         dory_tile_end(&pipeline);
 *       }
 *       dory_chunk_end(&pipeline);
 *     }
 *     dory_pipeline_close(&pipeline);
 */
#ifndef DORY_PIPELINE_H
#define DORY_PIPELINE_H

#include "dory_hal.h"
#include "dory_tiling.h"

/* What lies around the positions inside the map in a slot of the input; nothing where `channels` is 0. */
typedef struct {
  int32_t rows, columns, channels;          /* of the slot */
  dory_range_t inside_rows, inside_columns; /* counted from the first position of the slot */
} dory_filled_t;

/* What the next chunk or tile of a walk is. */
typedef enum { DORY_FIRST, DORY_LATER, DORY_NONE } dory_next_t;

/* It lies on the stack of the core that runs the network, below those of the kernels: kept small. */
typedef struct {
  dory_layer_t layer; /* a copy: reading from L1 is faster than from where constants lie */
  dory_next_t next_chunk, next_tile;
  dory_chunk_t chunk;
  dory_tile_t tile;                  /* the one to compute; its pointers are set */
  uint32_t changes;                  /* operands, a bit each, that the next tile needs anew */
  uint8_t l2_slot[DORY_OPERANDS];    /* in use by this chunk */
  uint8_t l1_slot[DORY_OPERANDS];    /* in use by this tile */
  dory_filled_t filled[2];           /* by slot of the input */
  dory_l3_t fetch[DORY_WEIGHTS + 1]; /* RAM or flash to L2 */
  dory_l3_t write_back[2];           /* L2 to RAM, by slot */
  dory_dma_t load;                   /* L2 to L1, into the slots that have a second */
  dory_dma_t store[2];               /* L1 to L2, by slot */
} dory_pipeline_t;

/* Starts a layer. */
void dory_pipeline_open(dory_pipeline_t *pipeline, const dory_layer_t *layer);

/* Waits for the next chunk's operands in L2 and starts to fetch those of the one after it; false where there
 * is no further chunk. */
bool dory_chunk_begin(dory_pipeline_t *pipeline);

/* Waits for the next tile's operands in L1 and starts to load those of the one after it; false where the
 * chunk has no further tile. A direct layer's tile has its operands in L2. */
bool dory_tile_begin(dory_pipeline_t *pipeline);

/* Starts to store the tile's output, after its last pass. */
void dory_tile_end(dory_pipeline_t *pipeline);

/* Waits for the chunk's output in L2 and starts to write it to L3 if it lives there and its rows are
 * complete. */
void dory_chunk_end(dory_pipeline_t *pipeline);

/* Waits for all that is still under way. */
void dory_pipeline_close(dory_pipeline_t *pipeline);

#endif

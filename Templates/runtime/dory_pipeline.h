/* SPDX-License-Identifier: Apache-2.0 */
/* How the operands of a layer move: RAM or flash to L2 chunk by chunk, L2 to L1 tile by tile, the next one's
 * while this one computes where an operand has two slots. dory_run.c is the loop around it. */
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

/* How far the constants of the chunks have been fetched. Their slots are filled in turn, each as soon as the
 * chunk in it is done. */
typedef struct {
  dory_chunk_t last;                  /* the chunk fetched last */
  dory_next_t next;                   /* the one after it */
  int32_t head;                       /* chunks that are in their slots without being fetched */
  int32_t slot;                       /* of the chunk that computes */
  int32_t filled;                     /* slots from that one on that are filled or being filled */
  dory_l3_t request[DORY_MOST_SLOTS]; /* by slot */
} dory_stream_t;

/* It lies on the stack of the core that runs the network, below those of the kernels: kept small. */
typedef struct {
  dory_layer_t layer;              /* a copy: reading from L1 is faster than from where constants lie */
  dory_operands_t streamed;        /* through slots in L2 */
  dory_operands_t single, twofold; /* with one slot in L1, and with two */
  dory_operands_t l2_second;       /* whose second slot in L2 this chunk uses */
  dory_operands_t l1_second;       /* whose second slot in L1 this tile uses */
  dory_operands_t changes;         /* that the next tile needs anew */
  dory_next_t next_chunk, next_tile;
  dory_chunk_t chunk;
  dory_tile_t tile;                    /* the one to compute; its pointers are set */
  dory_tile_t ahead;                   /* the one after it */
  dory_pitch_t pitch[2], output_pitch; /* of the inputs and of the output in L2 */
  /* Where a map would begin in L2 if it were whole, so that its rows are found there, and where the
   * constants of the chunk begin. */
  uint32_t l2[DORY_OPERANDS];
  dory_filled_t filled[2];          /* by slot of the input */
  dory_stream_t constants;          /* RAM or flash to L2 */
  dory_l3_t fetch[DORY_INPUT1 + 1]; /* RAM to L2 */
  dory_l3_t write_back[2];          /* L2 to RAM, by slot */
  dory_dma_t load;                  /* L2 to L1, into the slots that have a second */
  dory_dma_t store[2];              /* L1 to L2, by slot */
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

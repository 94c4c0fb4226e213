/* SPDX-License-Identifier: Apache-2.0 */
/* The tiling of one layer, as the plan decided it. */
#ifndef DORY_LAYER_H
#define DORY_LAYER_H

#include "dory_types.h"

/* The operands of a layer that are copied; loads first. */
enum { DORY_INPUT0, DORY_INPUT1, DORY_WEIGHTS, DORY_PARAMETERS, DORY_OUTPUT, DORY_OPERANDS };

/* Most slots in L2 that constants have; all other operands have two at most, in either level. */
enum { DORY_MOST_SLOTS = 8 };

/* `count` slots of `bytes` each, one after another, used in turn; no slots where the operand is absent. */
typedef struct {
  uint32_t offset, bytes;
  int32_t count;
} dory_slots_t;

/* An operand and the buffers that it passes through. Weights and parameters are one tensor, the layer's
 * constants; its place and its L2 slots stand with the weights, and outside the plain order its L1 slots too.
 */
typedef struct {
  dory_level_t level; /* DORY_L2: whole in L2; others: from there or to there through the L2 slots */
  uint32_t offset;    /* of the tensor in its level */
  dory_slots_t l2;
  dory_slots_t l1;
} dory_operand_t;

typedef enum { DORY_WEIGHT_STATIONARY, DORY_INPUT_STATIONARY } dory_loop_order_t;

/* The output is cut into chunks of stripe_rows x stripe_channels, and each chunk into tiles. A chunk's
 * operands come to L2 when they live in RAM or flash; a tile's operands come to L1. The last chunk and the
 * last tile along an axis are smaller when the sizes do not divide. Where elements are narrower than a byte,
 * pieces along the channels start at whole bytes. A channel tile of a layer with groups has whole groups, or
 * lies inside one.
 *
 * A direct layer has no slots in L1, and tiles as large as its chunks: kernels read and write L2. */
typedef struct {
  dory_shape_t input[2], output;      /* the inputs of a layer that is not direct are equal */
  int32_t input_bits[2], output_bits; /* of one element */
  dory_constant_order_t constant_order;
  int32_t weight_bits; /* of one weight; 0 where constants are tables */
  /* Weights of an output channel in the block of a pass, and in that of the last one, as they are stored. */
  int32_t pass_weights, last_pass_weights;
  int32_t kernel_height, kernel_width, stride_height, stride_width, dilation_height, dilation_width;
  int32_t padding_top, padding_left;
  bool dense; /* every output channel needs every input channel */
  int32_t input_channels_per_group, output_channels_per_group;      /* of a layer that is not dense */
  int32_t stripe_rows, stripe_channels;                             /* of the output of a chunk */
  int32_t tile_height, tile_width, tile_channels, tile_in_channels; /* of the output of a tile; of one pass */
  int32_t passes;                                                   /* over the input channels */
  dory_loop_order_t order;
  int32_t parameter_bytes; /* of one output channel: parameters or a table; 0 without constants */
  int32_t head_chunks;     /* of streamed constants, which lie in the first slots when the layer begins */
  dory_operand_t operand[DORY_OPERANDS];
  uint32_t accumulator; /* offset in L1 */
} dory_layer_t;

#endif

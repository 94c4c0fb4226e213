/* SPDX-License-Identifier: Apache-2.0 */
/* Values that runtime, kernels and generated layers share. Sizes are in bytes where the name says so, else in
 * elements; activations are HWC. Elements narrower than a byte are packed, the first one in the lowest bits,
 * and every pixel starts at a byte of its own. */
#ifndef DORY_TYPES_H
#define DORY_TYPES_H

#include <stdbool.h>
#include <stdint.h>

typedef enum {
  DORY_U8,
  DORY_I8,
  DORY_U16,
  DORY_I16,
  DORY_I32,
  DORY_U4,
  DORY_I4,
  DORY_U2,
  DORY_I2
} dory_type_t;

/* L3 is RAM; flash is only read. */
typedef enum { DORY_L2, DORY_L3, DORY_FLASH } dory_level_t;

/* A packed tensor as it lies in memory. */
typedef struct {
  const char *name;
  dory_level_t level;
  uint32_t offset;
  uint32_t bytes;
} dory_tensor_t;

typedef struct {
  int32_t height, width, channels;
} dory_shape_t;

/* Positions begin <= i < begin + size along one axis. */
typedef struct {
  int32_t begin, size;
} dory_range_t;

/* How the constants of a layer lie in memory. DORY_PLAIN: parameters of a channel tile apart from its
 * weights, and inputs in L1 without padding. The others: weights and parameters of four output channels at a
 * time in one block, and inputs in L1 with their padding. */
typedef enum { DORY_PLAIN, DORY_INTERLEAVED, DORY_COLUMNS } dory_constant_order_t;

/* The part of a layer that one kernel call computes, its operands in L1 as dense HWC. A direct layer, without
 * buffers in L1, has one tile a chunk; its pointers lead to the chunk's first rows in L2.
 *
 * In L1 the input of a layer whose constants are not in the plain order holds the whole reach of the tile's
 * windows: its positions outside the map are the border, which lies around those inside. */
typedef struct {
  dory_range_t rows, columns, channels;
  dory_range_t input_rows, input_columns, input_channels; /* inside the input map */
  int32_t padding_top, padding_left;                      /* positions before the input's first one */
  int32_t reach_rows, reach_columns; /* of the windows, positions outside the map included */
  int32_t channel, pass;             /* which tile of channels of its chunk, and which of input channels */
  bool first_pass, last_pass;        /* of those that sum up one output tile */
  bool needs_border;                 /* the slot of the input does not hold the tile's border yet */
  const void *input[2];
  const int8_t *weights;     /* in the plain order weights, else a block of weights and parameters */
  const int32_t *parameters; /* in the plain order */
  void *output;
  int32_t *accumulator; /* of rows x columns x channels, when there are several passes */
} dory_tile_t;

static inline int32_t dory_min(int32_t a, int32_t b) {
  return a < b ? a : b;
}

static inline int32_t dory_max(int32_t a, int32_t b) {
  return a > b ? a : b;
}

static inline int32_t dory_divide_up(int32_t a, int32_t b) {
  return (a + b - 1) / b;
}

/* Bytes of `count` packed elements. */
static inline int32_t dory_packed_bytes(int32_t count, int32_t bits) {
  return (count * bits + 7) / 8;
}

static inline uint32_t dory_align4(uint32_t bytes) {
  return (bytes + 3u) & ~3u;
}

#endif

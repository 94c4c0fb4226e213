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

/* The part of a layer that one kernel call computes, its operands in L1 as dense HWC. A direct layer, without
 * buffers in L1, has one tile a chunk; its pointers lead to the chunk's first rows in L2. */
typedef struct {
  int32_t row, column, channel; /* which tile of its chunk, along each axis */
  int32_t pass;                 /* which tile of input channels */
  dory_range_t rows, columns, channels;
  dory_range_t input_rows, input_columns, input_channels; /* inside the input map */
  int32_t padding_top, padding_left;                      /* positions before the input's first one */
  bool first_pass, last_pass;                             /* of those that sum up one output tile */
  const void *input[2];
  const int8_t *weights;
  const int32_t *parameters;
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

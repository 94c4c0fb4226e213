/* SPDX-License-Identifier: Apache-2.0 */
/* One tile of a dense convolution with random data, in the plain order for dory_convolution and in the order
 * of dory_dense, which is made here from its description alone. */
#ifndef BENCH_DENSE_H
#define BENCH_DENSE_H

#include "bench.h"
#include "dory_convolution.h"
#include "dory_dense.h"

/* What a case consists of. The output is rows x columns x channels; the map has exactly the positions that it
 * needs inside, so that the four paddings are part of the window's extent. */
typedef struct {
  dory_window_t window;
  int32_t rows, columns, channels, depth;
  int32_t top, left, bottom, right; /* positions of the border */
  int32_t pass_depth;               /* input channels of a pass */
  dory_type_t input_type, output_type;
  dory_form_t form;
  int32_t entries, low, high;
  bool keeps_to_codes; /* no clip is needed after DORY_RQ32C */
} dense_shape_t;

/* The same tile for both kernels. */
typedef struct {
  dense_shape_t shape;
  dory_convolution_t plain;
  dory_dense_t dense;
  dory_tile_t plain_tile, tile;
  int32_t padding_value;
  size_t output_bytes;
  uint8_t *expected;
} dense_case_t;

/* Fills in a case. Data lie in L1 as long as there is room, the plain ones in L2. */
void dense_make(dense_case_t *made, const dense_shape_t *shape);

/* The interleaved constants and the padded tile of the pass that begins at input channel `from`. */
void dense_pack(dense_case_t *made, int32_t from);

/* For a case of one pass with 8-bit codes and no dilation, straight from its definition: the sums of
 * products, which cases share that differ in their form only, and the codes expected of them. Kernels, for
 * all cores. */
void dense_sum(const void *made);
void dense_requantize(const void *made);

/* Multiplications and additions of the tile. */
uint32_t dense_products(const dense_shape_t *shape);

#endif

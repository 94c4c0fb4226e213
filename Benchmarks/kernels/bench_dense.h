/* SPDX-License-Identifier: Apache-2.0 */
/* One tile of a dense convolution with random data, in the plain order for dory_convolution and in the order
 * of dory_dense, which is made here from its description alone. */
#ifndef BENCH_DENSE_H
#define BENCH_DENSE_H

#include "bench_parameters.h"
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
  bool is_wide;        /* a form of 64 bits shifts by 32 at least */
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

/* The same with the map and weights of the last case, which had the same shape but for its form. */
void dense_make_again(dense_case_t *made, const dense_shape_t *shape);

/* The interleaved constants and the padded tile of the pass that begins at input channel `from`. */
void dense_pack(dense_case_t *made, int32_t from);

/* For packed cases of one pass with 8-bit codes and no dilation: makes the sums of products, and compares the
 * output with the codes that they have, also in later cases made again. Differences are told as a number of
 * codes. */
void dense_sum(const dense_case_t *made);
void dense_check(const dense_case_t *made, const char *what, uint32_t number);

/* Multiplications and additions of the tile. */
uint32_t dense_products(const dense_shape_t *shape);

#endif

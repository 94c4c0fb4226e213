/* SPDX-License-Identifier: Apache-2.0 */
/* One tile of a depthwise convolution with random data, in the plain order for dory_depthwise_convolution and
 * in the order of dory_columns, which is made here from its description alone. */
#ifndef BENCH_COLUMNS_H
#define BENCH_COLUMNS_H

#include "bench_parameters.h"
#include "dory_columns.h"
#include "dory_depthwise.h"

/* What a case consists of. The map has exactly the positions that the output needs inside its border. */
typedef struct {
  dory_window_t window;
  int32_t rows, columns, channels;  /* of the output */
  int32_t top, left, bottom, right; /* positions of the border */
  dory_type_t input_type, output_type;
  dory_form_t form;
  int32_t entries, low, high;
  bool keeps_to_codes; /* no clip is needed after DORY_RQ32C */
} columns_shape_t;

/* The same tile for both kernels. */
typedef struct {
  columns_shape_t shape;
  dory_convolution_t plain;
  dory_columns_t columns;
  dory_tile_t plain_tile, tile;
  int8_t *constants; /* of the tile */
  size_t output_bytes;
  uint8_t *expected;
} columns_case_t;

/* Fills in a case. Its tile and constants lie in L1, the plain ones in L2. */
void columns_make(columns_case_t *made, const columns_shape_t *shape);

/* Gives a case the same data with other parameters, of a form without a list. */
void columns_set_form(columns_case_t *made, dory_form_t form);

/* Bytes of L1 that a case takes. */
size_t columns_bytes(const columns_shape_t *shape);

/* Multiplications and additions of the tile. */
uint32_t columns_products(const columns_shape_t *shape);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Where the kernel of one output position meets the input tile. */
#ifndef DORY_WINDOW_H
#define DORY_WINDOW_H

#include "dory_element.h"

typedef struct {
  int32_t kernel_height, kernel_width;
  int32_t stride_height, stride_width;
  int32_t dilation_height, dilation_width;
} dory_window_t;

/* Kernel positions [begin, end) along one axis that lie inside the input; `first` is where kernel position 0
 * falls, counted from the start of the input tile. */
typedef struct {
  int32_t first, begin, end;
} dory_reach_t;

DORY_INLINE dory_reach_t dory_reach(int32_t output, int32_t stride, int32_t padding, int32_t kernel,
                                    int32_t dilation, int32_t size) {
  dory_reach_t reach = {output * stride - padding, 0, 0};
  reach.begin = reach.first < 0 ? dory_min(dory_divide_up(-reach.first, dilation), kernel) : 0;
  reach.end = reach.first < size ? dory_min(dory_divide_up(size - reach.first, dilation), kernel) : 0;
  reach.end = dory_max(reach.end, reach.begin);
  return reach;
}

DORY_INLINE dory_reach_t dory_reach_rows(const dory_window_t *window, const dory_tile_t *tile, int32_t row) {
  return dory_reach(row, window->stride_height, tile->padding_top, window->kernel_height,
                    window->dilation_height, tile->input_rows.size);
}

DORY_INLINE dory_reach_t dory_reach_columns(const dory_window_t *window, const dory_tile_t *tile,
                                            int32_t column) {
  return dory_reach(column, window->stride_width, tile->padding_left, window->kernel_width,
                    window->dilation_width, tile->input_columns.size);
}

/* The index in the input tile of the first channel under a kernel position. */
DORY_INLINE int32_t dory_input_index(const dory_window_t *window, dory_type_t type, const dory_tile_t *tile,
                                     dory_reach_t rows, dory_reach_t columns, int32_t kernel_row,
                                     int32_t kernel_column) {
  const int32_t row = rows.first + kernel_row * window->dilation_height;
  const int32_t column = columns.first + kernel_column * window->dilation_width;
  return (row * tile->input_columns.size + column) * dory_pixel_elements(type, tile->input_channels.size);
}

#endif

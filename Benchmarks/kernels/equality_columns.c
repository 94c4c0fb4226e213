/* SPDX-License-Identifier: Apache-2.0 */
/* dory_columns gives the same bytes as the plain kernel dory_depthwise_convolution, over random shapes, types
 * and forms, and writes none behind them. */
#include "bench_columns.h"

#ifndef CASES
#define CASES 400
#endif
enum { GUARD_BYTES = 8, GUARD = 0xA5 };

static void run_plain(const void *argument) {
  const columns_case_t *made = argument;
  dory_depthwise_convolution(&made->plain_tile, &made->plain);
}

static void run_columns(const void *argument) {
  const columns_case_t *made = argument;
  dory_columns(&made->tile, &made->columns);
}

/* Half of the windows are those that have functions of their own. */
static dory_window_t random_window(void) {
  const int32_t stride = bench_between(1, 2);
  switch (bench_between(0, 5)) {
  case 0:
  case 1:
    return (dory_window_t){3, 3, stride, stride, 1, 1};
  case 2:
    return (dory_window_t){5, 5, stride, stride, 1, 1};
  case 3:
    return (dory_window_t){
        3, 3, bench_between(1, 3), bench_between(1, 3), bench_between(1, 3), bench_between(1, 3)};
  default:
    return (dory_window_t){bench_between(1, 8), bench_between(1, 8), bench_between(1, 3),
                           bench_between(1, 3), bench_between(1, 2), bench_between(1, 2)};
  }
}

static columns_shape_t random_shape(void) {
  columns_shape_t shape = {.window = random_window()};
  const dory_window_t *window = &shape.window;
  shape.rows = bench_between(1, 9);
  shape.columns = bench_between(1, 9);
  shape.channels = bench_between(0, 2) ? bench_between(1, 12) : bench_between(13, 40);
  const int32_t height = (window->kernel_height - 1) * window->dilation_height;
  const int32_t width = (window->kernel_width - 1) * window->dilation_width;
  shape.top = bench_between(0, height) / 2;
  shape.bottom = bench_between(0, height) / 2;
  shape.left = bench_between(0, width) / 2;
  shape.right = bench_between(0, width) / 2;
  static const dory_form_t forms[] = {DORY_RQ32P, DORY_RQ32P, DORY_RQ32L, DORY_RQ32L, DORY_RQ32D,
                                      DORY_RQ32D, DORY_RQ32,  DORY_RQ32C, DORY_RQH,   DORY_RAW,
                                      DORY_RQ64,  DORY_RQ64S, DORY_RQ64X, DORY_RQ64T, DORY_THR};
  const int32_t form = bench_between(0, 14);
  shape.form = forms[form];
  shape.entries = shape.form == DORY_RQ64X || shape.form == DORY_THR ? bench_between(1, 9)
                  : form < 6                                         ? bench_between(0, 2)
                                                                     : 0;
  shape.input_type = bench_between(0, 1) ? DORY_U8 : DORY_I8;
  shape.output_type = shape.form == DORY_RAW ? DORY_I32 : bench_between(0, 1) ? DORY_U8 : DORY_I8;
  shape.low = shape.output_type == DORY_U8 ? 0 : -128;
  shape.high = shape.low + 255;
  shape.keeps_to_codes = shape.form == DORY_RQ32C && bench_between(0, 1) == 0;
  if (!shape.keeps_to_codes && bench_between(0, 2) == 0) {
    shape.low += bench_between(0, 60);
    shape.high -= bench_between(0, 60);
  }
  return shape;
}

void bench_main(void) {
  for (uint32_t seed = 1; seed <= CASES; seed++) {
    bench_reset();
    bench_seed(seed);
    bench_set_cores(bench_between(1, 16));
    const columns_shape_t shape = random_shape();
    if (columns_bytes(&shape) > 40 * 1024) {
      continue;
    }
    columns_case_t *made = bench_l1(sizeof *made);
    columns_make(made, &shape);
    uint8_t *actual = made->tile.output;
    for (size_t i = 0; i < GUARD_BYTES; i++) {
      actual[made->output_bytes + i] = GUARD;
      made->expected[made->output_bytes + i] = GUARD;
    }
    bench_run(run_plain, made);
    bench_run(run_columns, made);
    bench_compare("case", seed, made->expected, actual, made->output_bytes + GUARD_BYTES);
  }
}

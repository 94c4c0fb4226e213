/* SPDX-License-Identifier: Apache-2.0 */
/* dory_dense gives the same bytes as the plain kernel dory_convolution, over random shapes, types and forms.
 */
#include "bench_dense.h"

#ifndef CASES
#define CASES 400
#endif

static void run_plain(const void *argument) {
  const dense_case_t *made = argument;
  dory_convolution(&made->plain_tile, &made->plain);
}

static void run_dense(const void *argument) {
  const dense_case_t *made = argument;
  dory_dense(&made->tile, &made->dense);
}

/* Exceptions or thresholds; or unused words: mostly as many as the form needs that a plan has. */
static int32_t entries_of(dory_form_t form) {
  switch (form) {
  case DORY_RQ32P:
    return bench_between(0, 3) > 0 ? 1 : 0;
  case DORY_RQ32L:
    return bench_between(0, 3) > 0 ? 2 : 0;
  case DORY_RQ32D:
    return bench_between(0, 3);
  case DORY_RQ64X:
  case DORY_THR:
    return bench_between(1, 9);
  default:
    return 0;
  }
}

/* Small shapes with every remainder, in which windows and borders vary. */
static dense_shape_t random_shape(void) {
  dense_shape_t shape = {0};
  dory_window_t *window = &shape.window;
  const bool is_pointwise = bench_between(0, 2) == 0;
  window->kernel_height = is_pointwise ? 1 : bench_between(1, 5);
  window->kernel_width = is_pointwise ? 1 : bench_between(1, 5);
  window->stride_height = bench_between(1, 3);
  window->stride_width = bench_between(0, 1) ? window->stride_height : bench_between(1, 3);
  window->dilation_height = bench_between(0, 3) ? 1 : bench_between(1, 3);
  window->dilation_width = bench_between(0, 3) ? 1 : bench_between(1, 3);
  shape.rows = bench_between(1, 6);
  shape.columns = bench_between(0, 3) ? bench_between(1, 9) : 1;
  shape.channels = bench_between(1, 21);
  shape.depth = bench_between(1, bench_between(0, 2) ? 13 : 40);
  const int32_t height = (window->kernel_height - 1) * window->dilation_height;
  const int32_t width = (window->kernel_width - 1) * window->dilation_width;
  shape.top = bench_between(0, height) / 2;
  shape.bottom = bench_between(0, height) / 2;
  shape.left = bench_between(0, width) / 2;
  shape.right = bench_between(0, width) / 2;
  shape.pass_depth =
      bench_between(0, 4) || shape.depth == 1 ? shape.depth : bench_between(1, shape.depth - 1);
  static const dory_type_t inputs[] = {DORY_U8, DORY_I8, DORY_U8, DORY_I8, DORY_U16, DORY_I16};
  shape.input_type = inputs[bench_between(0, 5)];
  static const dory_form_t forms[] = {DORY_RQ32,  DORY_RQ32P, DORY_RQ32C, DORY_RQ32L, DORY_RQ32D,
                                      DORY_RQ32D, DORY_RQH,   DORY_RAW,   DORY_RQ64,  DORY_RQ64S,
                                      DORY_RQ64X, DORY_RQ64T, DORY_THR,   DORY_RQ32C};
  shape.form = forms[bench_between(0, 13)];
  shape.entries = entries_of(shape.form);
  shape.is_wide = bench_between(0, 3) > 0 &&
                  (shape.form == DORY_RQ64 || shape.form == DORY_RQ64S || shape.form == DORY_RQ64X);
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

/* The forms that have loops of their own, each once with a first convolution, whose windows are gathered. */
enum { GATHERED = 8 };
static void gather(dense_shape_t *shape, uint32_t number) {
  static const dory_form_t forms[GATHERED] = {DORY_RQ32,  DORY_RQ32C, DORY_RQH,   DORY_RQ64,
                                              DORY_RQ64S, DORY_RQ32P, DORY_RQ32L, DORY_RQ32D};
  const bool is_gray = number % 2 > 0; /* of one channel, with a kernel of 5x5 */
  shape->window = is_gray ? (dory_window_t){5, 5, 2, 2, 1, 1} : (dory_window_t){3, 3, 2, 2, 1, 1};
  shape->rows = 3;
  shape->columns = 14;
  shape->top = shape->left = 1;
  shape->bottom = shape->right = 0;
  shape->depth = shape->pass_depth = is_gray ? 1 : 3;
  shape->input_type = DORY_U8;
  shape->form = forms[number];
  shape->entries = entries_of(shape->form);
  shape->is_wide = shape->form == DORY_RQ64 || shape->form == DORY_RQ64S;
  shape->output_type = DORY_U8;
  shape->low = 0;
  shape->high = 255;
  shape->keeps_to_codes = false;
}

void bench_main(void) {
  for (uint32_t number = 0; number < CASES; number++) {
    bench_reset();
    dense_case_t *made = bench_l1(sizeof *made);
    bench_seed(number);
    bench_set_cores(bench_between(1, 8));
    dense_shape_t shape = random_shape();
    if (number < GATHERED) {
      gather(&shape, number);
    }
    dense_make(made, &shape);
    bench_run(run_plain, made);
    for (int32_t from = 0; from < shape.depth; from += shape.pass_depth) {
      dense_pack(made, from);
      bench_run(run_dense, made);
    }
    bench_compare("case", number, made->expected, made->tile.output, made->output_bytes);
  }
}

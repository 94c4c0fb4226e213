/* SPDX-License-Identifier: Apache-2.0 */
/* Rates of dory_columns with data in L1; the results of every kernel and form are compared with the plain
 * kernel's in the same run. */
#include "bench_columns.h"

/* Shapes that are measured, and such without a name, one for each kernel, that are compared: the plain kernel
 * takes a hundred times as long as the others. */
static const struct {
  const char *name;
  int32_t kernel, stride, rows, columns, channels;
} shapes[] = {
    {0, 3, 1, 5, 5, 36},
    {0, 3, 2, 5, 5, 36},
    {0, 5, 1, 5, 5, 36},
    {0, 5, 2, 5, 5, 36},
    {0, 7, 1, 5, 5, 36},
    {"depthwise 3x3 16x16x64", 3, 1, 16, 16, 64},
    {"depthwise 3x3 8x8x256", 3, 1, 8, 8, 256},
    {"depthwise 3x3 7x7x128", 3, 1, 7, 7, 128},
    {"depthwise 3x3 4x4x256", 3, 1, 4, 4, 256},
    {"depthwise 3x3 s2 16x16x64", 3, 2, 8, 8, 64},
    {"depthwise 3x3 s2 8x8x128", 3, 2, 4, 4, 128},
    {"depthwise 3x3 s2 14x14x128", 3, 2, 7, 7, 128},
    {"depthwise 5x5 16x16x64", 5, 1, 16, 16, 64},
    {"depthwise 5x5 8x8x64", 5, 1, 8, 8, 64},
    {"depthwise 5x5 s2 16x16x64", 5, 2, 8, 8, 64},
    {"depthwise 7x7 8x8x64", 7, 1, 8, 8, 64},
};

/* In L1, as the runtime has its tiles. */
static columns_case_t *made;

#ifndef UNCHECKED
static void run_plain(const void *argument) {
  (void)argument;
  dory_depthwise_convolution(&made->plain_tile, &made->plain);
}
#endif

/* Every layer has its constants when it is compiled; here the forms and windows that are measured. */
#define RUN(name, size, step, a_form)                                                                        \
  static void name##_##size##step(const void *argument) {                                                    \
    static const dory_columns_t layer = {                                                                    \
        .window = {size, size, step, step, 1, 1}, .form = a_form, .low = 0, .high = 255};                    \
    (void)argument;                                                                                          \
    dory_columns(&made->tile, &layer);                                                                       \
  }
#define RUNS(name, a_form)                                                                                   \
  RUN(name, 3, 1, a_form)                                                                                    \
  RUN(name, 3, 2, a_form)                                                                                    \
  RUN(name, 5, 1, a_form)                                                                                    \
  RUN(name, 5, 2, a_form)                                                                                    \
  RUN(name, 7, 1, a_form)
RUNS(rq32p, DORY_RQ32P)
RUNS(rq32, DORY_RQ32)
RUNS(rq32l, DORY_RQ32L)
RUNS(rq32d, DORY_RQ32D)

typedef void run_t(const void *argument);
#define FORM(name, form, text)                                                                               \
  {                                                                                                          \
    text, form, {                                                                                            \
      name##_31, name##_32, name##_51, name##_52, name##_71                                                  \
    }                                                                                                        \
  }
/* A plan's form and the one that its kernel gets. */
static const struct {
  const char *name;
  dory_form_t form;
  run_t *runs[5];
} forms[] = {FORM(rq32p, DORY_RQ32P, "rq32"), FORM(rq32, DORY_RQ32, "rq32, shifts apart"),
             FORM(rq32l, DORY_RQ32L, "rq32c"), FORM(rq32d, DORY_RQ32D, "rqh")};

static columns_shape_t shape_of(uint32_t i) {
  const int32_t border = shapes[i].kernel / 2;
  const int32_t stride = shapes[i].stride;
  return (columns_shape_t){.window = {shapes[i].kernel, shapes[i].kernel, stride, stride, 1, 1},
                           .rows = shapes[i].rows,
                           .columns = shapes[i].columns,
                           .channels = shapes[i].channels,
                           .top = border,
                           .left = border,
                           .bottom = border - (stride - 1),
                           .right = border - (stride - 1),
                           .input_type = DORY_U8,
                           .output_type = DORY_U8,
                           .form = DORY_RQ32,
                           .high = 255};
}

void bench_main(void) {
  for (uint32_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
    const columns_shape_t shape = shape_of(i);
    bench_reset();
    bench_seed(i);
    made = bench_l1(sizeof *made);
    columns_make(made, &shape);
    for (uint32_t j = 0; j < sizeof forms / sizeof forms[0]; j++) {
      columns_set_form(made, forms[j].form);
      const int32_t which = shapes[i].kernel == 7 ? 4 : shapes[i].kernel - 3 + shapes[i].stride - 1;
      const bench_time_t time = bench_run(forms[j].runs[which], 0);
      if (shapes[i].name) {
        bench_report("columns", shapes[i].name, forms[j].name, columns_products(&shape), time);
        continue;
      }
#ifndef UNCHECKED
      bench_run(run_plain, 0);
      bench_compare(forms[j].name, (uint32_t)which, made->expected, made->tile.output, made->output_bytes);
#endif
    }
  }
}

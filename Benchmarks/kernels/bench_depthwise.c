/* SPDX-License-Identifier: Apache-2.0 */
/* Rates of dory_columns with data in L1; results are compared with the plain kernel's in the same run. */
#include "bench_columns.h"

typedef struct {
  const char *name;
  int32_t kernel, stride, rows, columns, channels;
} named_shape_t;

static const named_shape_t shapes[] = {
    {"depthwise 3x3 16x16x64", 3, 1, 16, 16, 64},    {"depthwise 3x3 8x8x256", 3, 1, 8, 8, 256},
    {"depthwise 3x3 7x7x128", 3, 1, 7, 7, 128},      {"depthwise 3x3 4x4x256", 3, 1, 4, 4, 256},
    {"depthwise 3x3 s2 16x16x64", 3, 2, 8, 8, 64},   {"depthwise 3x3 s2 8x8x128", 3, 2, 4, 4, 128},
    {"depthwise 5x5 16x16x64", 5, 1, 16, 16, 64},    {"depthwise 5x5 8x8x64", 5, 1, 8, 8, 64},
    {"depthwise 5x5 s2 16x16x64", 5, 2, 8, 8, 64},   {"depthwise 7x7 8x8x64", 7, 1, 8, 8, 64},
    {"depthwise 3x3 s2 14x14x128", 3, 2, 7, 7, 128},
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
#define RUN(name, size, step, a_form, a_low, a_high)                                                         \
  static void name##_##size##step(const void *argument) {                                                    \
    static const dory_columns_t layer = {                                                                    \
        {size, size, step, step, 1, 1}, DORY_U8, DORY_U8, a_form, 0, a_low, a_high};                         \
    (void)argument;                                                                                          \
    dory_columns(&made->tile, &layer);                                                                       \
  }
#define RUNS(name, a_form, a_low, a_high)                                                                    \
  RUN(name, 3, 1, a_form, a_low, a_high)                                                                     \
  RUN(name, 3, 2, a_form, a_low, a_high)                                                                     \
  RUN(name, 5, 1, a_form, a_low, a_high)                                                                     \
  RUN(name, 5, 2, a_form, a_low, a_high)                                                                     \
  RUN(name, 7, 1, a_form, a_low, a_high)
RUNS(rq32, DORY_RQ32, 0, 255)
RUNS(rq32c, DORY_RQ32C, INT32_MIN, INT32_MAX)
RUNS(rqh, DORY_RQH, 0, 255)
RUNS(rq64s, DORY_RQ64S, 0, 255)

typedef void run_t(const void *argument);
#define FORM(name, form, one_shift, text)                                                                    \
  {                                                                                                          \
    text, form, one_shift, {                                                                                 \
      name##_31, name##_32, name##_51, name##_52, name##_71                                                  \
    }                                                                                                        \
  }
static const struct {
  const char *name;
  dory_form_t form;
  bool one_shift;
  run_t *runs[5];
} forms[] = {FORM(rq32, DORY_RQ32, false, "rq32"), FORM(rq32, DORY_RQ32, true, "rq32, one shift"),
             FORM(rq32c, DORY_RQ32C, false, "rq32c"), FORM(rqh, DORY_RQH, false, "rqh"),
             FORM(rq64s, DORY_RQ64S, false, "rq64s")};

void bench_main(void) {
  for (uint32_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
    const named_shape_t *named = &shapes[i];
    const int32_t border = named->kernel / 2;
    for (uint32_t j = 0; j < sizeof forms / sizeof forms[0]; j++) {
      const columns_shape_t shape = {
          .window = {named->kernel, named->kernel, named->stride, named->stride, 1, 1},
          .rows = named->rows,
          .columns = named->columns,
          .channels = named->channels,
          .top = border,
          .left = border,
          .bottom = border - (named->stride - 1),
          .right = border - (named->stride - 1),
          .input_type = DORY_U8,
          .output_type = DORY_U8,
          .form = forms[j].form,
          .is_limited = forms[j].form == DORY_RQ32C,
          .high = 255,
          .keeps_to_codes = forms[j].form == DORY_RQ32C,
          .one_shift = forms[j].one_shift,
      };
      bench_reset();
      bench_seed(100 * i + j);
      made = bench_l1(sizeof *made);
      columns_make(made, &shape);
      const int32_t which = named->kernel == 7 ? 4 : named->kernel - 3 + named->stride - 1;
      const bench_time_t time = bench_run(forms[j].runs[which], 0);
      bench_report("columns", named->name, forms[j].name, columns_products(&shape), time);
#ifndef UNCHECKED
      bench_run(run_plain, 0);
      bench_compare(named->name, j, made->expected, made->tile.output, made->output_bytes);
#endif
    }
  }
}

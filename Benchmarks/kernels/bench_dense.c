/* SPDX-License-Identifier: Apache-2.0 */
/* Rates of dory_dense with data in L1; results are compared with sums straight from
 * the definition of a convolution in the same run. */
#include "bench_dense.h"

typedef struct {
  const char *name;
  int32_t kernel, stride, rows, columns, depth, channels;
} named_shape_t;

static const named_shape_t shapes[] = {
    {"conv 3x3 16x16x32 -> 64", 3, 1, 16, 16, 32, 64},  {"conv 3x3 7x7x64 -> 64", 3, 1, 7, 7, 64, 64},
    {"conv 3x3 s2 64x64x3 -> 32", 3, 2, 32, 32, 3, 32}, {"pw 8x8x128 -> 128", 1, 1, 8, 8, 128, 128},
    {"pw 16x16x64 -> 64", 1, 1, 16, 16, 64, 64},        {"pw 4x4x256 -> 64", 1, 1, 4, 4, 256, 64},
    {"pw 7x7x256 -> 64", 1, 1, 7, 7, 256, 64},          {"fc 512 -> 64", 1, 1, 1, 1, 512, 64},
};

/* Every layer has its constants when it is compiled; here the forms and kernels that are measured. */
#define RUN(name, size, step, a_form, some)                                                                  \
  static void name(const void *argument) {                                                                   \
    static const dory_dense_t layer = {.window = {size, size, step, step, 1, 1},                             \
                                       .form = a_form,                                                       \
                                       .entries = some,                                                      \
                                       .high = 255,                                                          \
                                       .is_wide = a_form == DORY_RQ64S};                                     \
    dory_dense(argument, &layer);                                                                            \
  }
#define RUNS(name, a_form, some)                                                                             \
  RUN(name##_1, 1, 1, a_form, some)                                                                          \
  RUN(name##_3, 3, 1, a_form, some) RUN(name##_32, 3, 2, a_form, some)
RUNS(rq32p, DORY_RQ32P, 1)
RUNS(rq32, DORY_RQ32, 0)
RUNS(rq32l, DORY_RQ32L, 2)
RUNS(rq32d, DORY_RQ32D, 0)
RUNS(rq64s, DORY_RQ64S, 0)

/* A plan's form and the one that the kernel gets. */
typedef void run_t(const void *argument);
static const struct {
  const char *name;
  dory_form_t form;
  int32_t entries;
  run_t *pointwise, *square, *square_by_2;
} forms[] = {
    {"rq32", DORY_RQ32P, 1, rq32p_1, rq32p_3, rq32p_32},
    {"rq32, shifts apart", DORY_RQ32, 0, rq32_1, rq32_3, rq32_32},
    {"rq32c", DORY_RQ32L, 2, rq32l_1, rq32l_3, rq32l_32},
    {"rqh", DORY_RQ32D, 0, rq32d_1, rq32d_3, rq32d_32},
    {"rq64s", DORY_RQ64S, 0, rq64s_1, rq64s_3, rq64s_32},
};

void bench_main(void) {
  for (uint32_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
    const named_shape_t *named = &shapes[i];
    for (uint32_t j = 0; j < sizeof forms / sizeof forms[0]; j++) {
      const int32_t border = named->kernel == 1 ? 0 : 1;
      const dense_shape_t shape = {
          .window = {named->kernel, named->kernel, named->stride, named->stride, 1, 1},
          .rows = named->rows,
          .columns = named->columns,
          .channels = named->channels,
          .depth = named->depth,
          .top = border,
          .left = border,
          .bottom = named->stride == 1 ? border : 0,
          .right = named->stride == 1 ? border : 0,
          .pass_depth = named->depth,
          .input_type = DORY_U8,
          .output_type = DORY_U8,
          .form = forms[j].form,
          .entries = forms[j].entries,
          .low = 0,
          .high = 255,
          .is_wide = forms[j].form == DORY_RQ64S,
      };
      bench_reset();
      bench_seed(i);
      dense_case_t *made = bench_l1(sizeof *made); /* in L1, as the runtime has its tiles */
      if (j == 0) {
        dense_make(made, &shape);
      } else {
        dense_make_again(made, &shape);
      }
      dense_pack(made, 0);
      const bench_time_t time = bench_run(named->kernel == 1   ? forms[j].pointwise
                                          : named->stride == 1 ? forms[j].square
                                                               : forms[j].square_by_2,
                                          &made->tile);
      bench_report("dense", named->name, forms[j].name, dense_products(&shape), time);
#ifndef UNCHECKED
      if (j == 0) {
        dense_sum(made);
      }
      dense_check(made, named->name, j);
#endif
    }
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Times of dory_columns over random shapes, from which its cost model is fitted: SEED is the first of COUNT
 * samples. */
#include "bench_columns.h"

#ifndef SEED
#define SEED 1
#endif
#ifndef COUNT
#define COUNT 40
#endif

static columns_case_t *made; /* in L1 */

#define RUN(name, size, step, a_form)                                                                        \
  static void name##_##size##step(const void *argument) {                                                    \
    static const dory_columns_t layer = {.window = {size, size, step, step, 1, 1},                           \
                                         .output_type = a_form == DORY_RAW ? DORY_I32 : DORY_U8,             \
                                         .form = a_form,                                                     \
                                         .entries = a_form == DORY_THR || a_form == DORY_RQ64X ? 4 : 0,      \
                                         .high = 255};                                                       \
    (void)argument;                                                                                          \
    dory_columns(&made->tile, &layer);                                                                       \
  }
#define RUNS(name, a_form)                                                                                   \
  RUN(name, 3, 1, a_form)                                                                                    \
  RUN(name, 3, 2, a_form)                                                                                    \
  RUN(name, 5, 1, a_form)                                                                                    \
  RUN(name, 5, 2, a_form)                                                                                    \
  RUN(name, 4, 1, a_form)                                                                                    \
  RUN(name, 7, 1, a_form)
RUNS(rq32p, DORY_RQ32P)
RUNS(rq32l, DORY_RQ32L)
RUNS(rq32d, DORY_RQ32D)
RUNS(raw, DORY_RAW)
RUNS(rq64, DORY_RQ64)
RUNS(rq64s, DORY_RQ64S)
RUNS(rq64x, DORY_RQ64X)
RUNS(rq64t, DORY_RQ64T)
RUNS(thr, DORY_THR)

typedef void run_t(const void *argument);
#define FORM(name, text, form)                                                                               \
  {                                                                                                          \
    text, form, {                                                                                            \
      name##_31, name##_32, name##_51, name##_52, name##_41, name##_71                                       \
    }                                                                                                        \
  }
/* A plan's form and the one that its kernel gets. */
static const struct {
  const char *name;
  dory_form_t form;
  run_t *runs[6];
} forms[] = {
    FORM(rq32p, "rq32", DORY_RQ32P),  FORM(rq32l, "rq32c", DORY_RQ32L), FORM(rq32d, "rqh", DORY_RQ32D),
    FORM(raw, "raw", DORY_RAW),       FORM(rq64, "rq64", DORY_RQ64),    FORM(rq64s, "rq64s", DORY_RQ64S),
    FORM(rq64x, "rq64x", DORY_RQ64X), FORM(rq64t, "rq64t", DORY_RQ64T), FORM(thr, "thr", DORY_THR)};
static const int32_t kernels[6] = {3, 3, 5, 5, 4, 7};
static const int32_t strides[6] = {1, 2, 1, 2, 1, 1};

/* A shape that fits L1, most often with whole groups, as layers have. */
static columns_shape_t random_shape(int32_t which, int32_t form) {
  columns_shape_t shape;
  do {
    shape =
        (columns_shape_t){.window = {kernels[which], kernels[which], strides[which], strides[which], 1, 1}};
    shape.rows = bench_between(1, bench_between(0, 1) ? 16 : 7);
    shape.columns = bench_between(1, bench_between(0, 1) ? 16 : 8);
    shape.channels =
        bench_between(1, bench_between(0, 1) ? 16 : 64) * 4 - (bench_between(0, 3) ? 0 : bench_between(1, 3));
    shape.input_type = DORY_U8;
    shape.form = forms[form].form;
    shape.output_type = shape.form == DORY_RAW ? DORY_I32 : DORY_U8;
    shape.entries = shape.form == DORY_THR || shape.form == DORY_RQ64X ? 4 : 0;
    shape.high = 255;
  } while (columns_bytes(&shape) > 48 * 1024);
  return shape;
}

static void number(const char *key, int32_t value) {
  bench_text(", \"");
  bench_text(key);
  bench_text("\": ");
  bench_number((uint32_t)value);
}

void bench_main(void) {
  for (uint32_t seed = SEED; seed < SEED + COUNT; seed++) {
    bench_reset();
    bench_seed(seed);
    const int32_t cores = bench_between(0, 2) ? 8 : bench_between(0, 1) ? 1 : 4;
    const int32_t which = bench_between(0, 5);
    const int32_t form = bench_between(0, 1) ? bench_between(0, 2) : bench_between(0, 8);
    const columns_shape_t shape = random_shape(which, form);
    bench_set_cores(cores);
    made = bench_l1(sizeof *made);
    columns_make(made, &shape);
    const bench_time_t time = bench_run(forms[form].runs[which], 0);
    bench_text("{\"kernel\": \"columns\"");
    number("size", kernels[which]);
    number("stride", strides[which]);
    number("rows", shape.rows);
    number("columns", shape.columns);
    number("channels", shape.channels);
    bench_text(", \"form\": \"");
    bench_text(forms[form].name);
    bench_text("\"");
    number("entries", shape.entries);
    number("cores", cores);
    number("cycles", (int32_t)time.cycles);
    number("conflicts", (int32_t)time.conflicts);
    bench_text("}\n");
  }
}

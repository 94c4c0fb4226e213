/* SPDX-License-Identifier: Apache-2.0 */
/* Times of dory_dense over random shapes, from which its cost model is fitted: SEED is the first of COUNT
 * samples. Forms are those of plans, computed as networks' constants are encoded: RQH by two products. */
#include "bench_dense.h"

#ifndef SEED
#define SEED 1
#endif
#ifndef COUNT
#define COUNT 40
#endif

static dense_case_t *made; /* in L1 */

#define RUN(name, type, size, step, a_form, a_count, passes)                                                 \
  static void name##_##size##step(const void *argument) {                                                    \
    static const dory_dense_t layer = {.window = {size, size, step, step, 1, 1},                             \
                                       .input_type = DORY_##type,                                            \
                                       .output_type = a_form == DORY_RAW ? DORY_I32 : DORY_U8,               \
                                       .form = a_form,                                                       \
                                       .entries = a_count,                                                   \
                                       .high = 255,                                                          \
                                       .accumulates = passes,                                                \
                                       .is_wide = a_form == DORY_RQ64 || a_form == DORY_RQ64S};              \
    (void)argument;                                                                                          \
    dory_dense(&made->tile, &layer);                                                                         \
  }
#define RUNS(name, type, form, count, passes)                                                                \
  RUN(name, type, 1, 1, form, count, passes)                                                                 \
  RUN(name, type, 1, 2, form, count, passes)                                                                 \
  RUN(name, type, 3, 1, form, count, passes)                                                                 \
  RUN(name, type, 3, 2, form, count, passes)                                                                 \
  RUN(name, type, 5, 2, form, count, passes) RUN(name, type, 7, 2, form, count, passes)
RUNS(rq32, U8, DORY_RQ32, 0, false)
RUNS(rq32c, U8, DORY_RQ32L, 2, false)
RUNS(rqh, U8, DORY_RQ32D, 0, false)
RUNS(rq64, U8, DORY_RQ64, 0, false)
RUNS(rq64s, U8, DORY_RQ64S, 0, false)
RUNS(raw, U8, DORY_RAW, 0, false)
RUNS(rq64t, U8, DORY_RQ64T, 0, false)
RUNS(rq64x, U8, DORY_RQ64X, 4, false)
RUNS(thr, U8, DORY_THR, 4, false)
RUNS(rq32_u16, U16, DORY_RQ32, 0, false)
RUNS(rqh_u16, U16, DORY_RQ32D, 0, false)
RUNS(rq64_u16, U16, DORY_RQ64, 0, false)
RUNS(rq64s_u16, U16, DORY_RQ64S, 0, false)
RUNS(rq32_passes, U8, DORY_RQ32, 0, true)
RUNS(rq32c_passes, U8, DORY_RQ32L, 2, true)
RUNS(rqh_passes, U8, DORY_RQ32D, 0, true)

typedef void run_t(const void *argument);
#define FORM(name, text, type, form, entries, passes)                                                        \
  {                                                                                                          \
    text, DORY_##type, form, entries, passes, {                                                              \
      name##_11, name##_12, name##_31, name##_32, name##_52, name##_72                                       \
    }                                                                                                        \
  }
enum { WINDOWS = 6 };
static const int32_t kernels[WINDOWS] = {1, 1, 3, 3, 5, 7};
static const int32_t strides[WINDOWS] = {1, 2, 1, 2, 2, 2};
static const struct {
  const char *name;
  dory_type_t type;
  dory_form_t form;
  int32_t entries;
  bool passes;
  run_t *runs[WINDOWS];
} forms[] = {FORM(rq32, "rq32", U8, DORY_RQ32, 0, false),
             FORM(rq32c, "rq32c", U8, DORY_RQ32L, 2, false),
             FORM(rqh, "rqh", U8, DORY_RQ32D, 0, false),
             FORM(rq64, "rq64", U8, DORY_RQ64, 0, false),
             FORM(rq64s, "rq64s", U8, DORY_RQ64S, 0, false),
             FORM(raw, "raw", U8, DORY_RAW, 0, false),
             FORM(rq64t, "rq64t", U8, DORY_RQ64T, 0, false),
             FORM(rq64x, "rq64x", U8, DORY_RQ64X, 4, false),
             FORM(thr, "thr", U8, DORY_THR, 4, false),
             FORM(rq32_u16, "rq32", U16, DORY_RQ32, 0, false),
             FORM(rqh_u16, "rqh", U16, DORY_RQ32D, 0, false),
             FORM(rq64_u16, "rq64", U16, DORY_RQ64, 0, false),
             FORM(rq64s_u16, "rq64s", U16, DORY_RQ64S, 0, false),
             FORM(rq32_passes, "rq32", U8, DORY_RQ32, 0, true),
             FORM(rq32c_passes, "rq32c", U8, DORY_RQ32L, 2, true),
             FORM(rqh_passes, "rqh", U8, DORY_RQ32D, 0, true)};
enum { FORMS = sizeof forms / sizeof forms[0], USUAL_FORMS = 3 };

static size_t bytes_of(const dense_shape_t *shape, bool passes) {
  const int32_t kernel = shape->window.kernel_height;
  const int32_t side = shape->window.stride_height;
  const int32_t depth = shape->depth * dory_bits(shape->input_type) / 8;
  const int32_t input = ((shape->rows - 1) * side + kernel) * ((shape->columns - 1) * side + kernel) * depth;
  const int32_t outputs = shape->rows * shape->columns * shape->channels;
  const int32_t weights = (shape->channels + 3) * (kernel * kernel * (depth + 3) + 60);
  return (size_t)(input + outputs * (shape->form == DORY_RAW ? 4 : passes ? 5 : 1) + weights);
}

/* Shapes as they come, of a single position, of a network's first layer. */
typedef enum { ANY, SINGLE, FIRST } kind_t;

/* A shape that fits L1, most often with whole groups, as layers have. */
static void random_shape(kind_t kind, dense_shape_t *shape, bool passes) {
  const bool is_point = shape->window.kernel_height == 1;
  do {
    shape->rows = bench_between(1, bench_between(0, 1) ? 16 : 7);
    shape->columns = bench_between(1, bench_between(0, 1) ? 16 : 7);
    shape->channels =
        bench_between(1, bench_between(0, 1) ? 16 : 32) * 4 - (bench_between(0, 3) ? 0 : bench_between(1, 3));
    shape->depth = bench_between(0, 2) ? 4 * bench_between(1, is_point ? 64 : 16) : bench_between(1, 12);
    if (kind == SINGLE) {
      shape->rows = 1;
      shape->columns = 1;
      shape->channels = bench_between(0, 1) ? bench_between(1, 32) : 4 * bench_between(1, 64);
      shape->depth = 4 * bench_between(1, 160);
    } else if (kind == FIRST) {
      shape->columns = bench_between(8, 100);
      shape->channels = 4 * bench_between(1, 12);
      shape->depth = bench_between(0, 1) ? 3 : bench_between(1, 4);
    }
  } while (bytes_of(shape, passes) > 44 * 1024);
}

static void number(const char *key, int32_t value) {
  bench_text(", \"");
  bench_text(key);
  bench_text("\": ");
  bench_number((uint32_t)value);
}

/* What pass of several the tile is. */
static const char *begin_pass(bool passes, const dense_shape_t *shape) {
  if (!passes) {
    return "only";
  }
  made->tile.accumulator = bench_l1((size_t)(4 * shape->rows * shape->columns * shape->channels));
  made->tile.first_pass = bench_between(0, 1) != 0;
  made->tile.last_pass = !made->tile.first_pass && bench_between(0, 2) != 0;
  return made->tile.last_pass ? "last" : made->tile.first_pass ? "first" : "middle";
}

void bench_main(void) {
  for (uint32_t seed = SEED; seed < SEED + COUNT; seed++) {
    bench_reset();
    bench_seed(seed);
    const int32_t cores = bench_between(0, 3) ? 8 : bench_between(0, 1) ? 1 : 4;
    const kind_t kind = bench_between(0, 1) ? ANY : bench_between(0, 1) ? SINGLE : FIRST;
    const int32_t which = kind == SINGLE ? 0 : kind == FIRST ? bench_between(2, 5) : bench_between(0, 5);
    const int32_t form =
        bench_between(0, 1) ? bench_between(0, USUAL_FORMS - 1) : bench_between(0, FORMS - 1);
    const int32_t side = strides[which];
    dense_shape_t shape = {.window = {kernels[which], kernels[which], side, side, 1, 1},
                           .input_type = forms[form].type,
                           .output_type = forms[form].form == DORY_RAW ? DORY_I32 : DORY_U8,
                           .form = forms[form].form,
                           .entries = forms[form].entries,
                           .high = 255};
    random_shape(kind, &shape, forms[form].passes);
    shape.pass_depth = shape.depth;
    bench_set_cores(cores);
    made = bench_l1(sizeof *made);
    dense_make(made, &shape);
    dense_pack(made, 0);
    const char *pass = begin_pass(forms[form].passes, &shape);
    const bench_time_t time = bench_run(forms[form].runs[which], 0);
    bench_text("{\"kernel\": \"dense\"");
    number("size", kernels[which]);
    number("stride", side);
    number("rows", shape.rows);
    number("columns", shape.columns);
    number("depth", shape.depth);
    number("channels", shape.channels);
    bench_text(", \"form\": \"");
    bench_text(forms[form].name);
    bench_text("\", \"pass\": \"");
    bench_text(pass);
    bench_text("\"");
    number("inputBytes", dory_bits(shape.input_type) / 8);
    number("entries", shape.form == DORY_RQ64X || shape.form == DORY_THR ? shape.entries : 0);
    number("cores", cores);
    number("cycles", (int32_t)time.cycles);
    number("conflicts", (int32_t)time.conflicts);
    bench_text("}\n");
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Times of pools and of softmax over random shapes, from which their cost model is fitted: COUNT turns from
 * SEED on. */
#include "bench.h"
#include "dory_pooling.h"
#include "dory_softmax.h"

#ifndef SEED
#define SEED 1
#endif
#ifndef COUNT
#define COUNT 8
#endif

static dory_tile_t *tile;
static dory_split_t split;

/* A pool of one window; its constants are known where it is compiled, as in a layer. */
#define POOL(name, a_kind, size, step, form_)                                                                \
  static void name##_##size##_##step(const void *argument) {                                                 \
    static const dory_pooling_t layer = {                                                                    \
        .kind = a_kind,                                                                                      \
        .window = {size, size, step, step, 1, 1},                                                            \
        .input_type = DORY_I8,                                                                               \
        .output_type = DORY_I8,                                                                              \
        .requantization = {form_, {.multiplier = 2048, .offset = 16384, .shift = 15}, -128, 127}};           \
    (void)argument;                                                                                          \
    dory_pooling(tile, &layer);                                                                              \
  }
#define POOLS(name, kind, form)                                                                              \
  POOL(name, kind, 2, 2, form)                                                                               \
  POOL(name, kind, 3, 1, form)                                                                               \
  POOL(name, kind, 3, 2, form)                                                                               \
  POOL(name, kind, 3, 3, form)                                                                               \
  POOL(name, kind, 4, 4, form)                                                                               \
  POOL(name, kind, 5, 5, form) POOL(name, kind, 7, 7, form) POOL(name, kind, 8, 8, form)
POOLS(maximum, DORY_POOL_MAXIMUM, DORY_RAW)
POOLS(average, DORY_POOL_AVERAGE, DORY_RAW)
POOLS(sum, DORY_POOL_SUM, DORY_RQ32)
POOLS(sum_wide, DORY_POOL_SUM, DORY_RQ64)

enum { WINDOWS = 8 };
#define RUNS(name)                                                                                           \
  { name##_2_2, name##_3_1, name##_3_2, name##_3_3, name##_4_4, name##_5_5, name##_7_7, name##_8_8 }
static const int32_t sizes[WINDOWS] = {2, 3, 3, 3, 4, 5, 7, 8};
static const int32_t steps[WINDOWS] = {2, 1, 2, 3, 4, 5, 7, 8};
static const struct {
  const char *name, *form;
  void (*run[WINDOWS])(const void *);
} pools[] = {{"maximum", "raw", RUNS(maximum)},
             {"average", "raw", RUNS(average)},
             {"sum", "rq32", RUNS(sum)},
             {"sum", "rq64", RUNS(sum_wide)}};
enum { POOLS = sizeof pools / sizeof pools[0] };

static void number(const char *key, int32_t value) {
  bench_text(", \"");
  bench_text(key);
  bench_text("\": ");
  bench_number((uint32_t)value);
}

static void make_tile(int32_t rows, int32_t columns, int32_t channels, int32_t height, int32_t width) {
  bench_reset();
  tile = bench_l1(sizeof *tile);
  *tile = (dory_tile_t){.rows = {0, rows},
                        .columns = {0, columns},
                        .channels = {0, channels},
                        .input_rows = {0, height},
                        .input_columns = {0, width},
                        .input_channels = {0, channels}};
  tile->input[0] = bench_l1((size_t)(height * width * channels + 4));
  bench_fill(bench_l1(0), 0);
  for (int32_t i = 0; i < height * width * channels; i++) {
    ((uint8_t *)(uintptr_t)tile->input[0])[i] = (uint8_t)bench_random();
  }
  tile->output = bench_l1((size_t)(rows * columns * channels + 4));
}

static void report(const char *kernel, const char *form, int32_t size, int32_t step, bench_time_t time) {
  bench_text("{\"kernel\": \"");
  bench_text(kernel);
  bench_text("\", \"form\": \"");
  bench_text(form);
  bench_text("\"");
  number("size", size);
  number("stride", step);
  number("rows", tile->rows.size);
  number("columns", tile->columns.size);
  number("channels", tile->channels.size);
  number("split", split);
  number("cycles", (int32_t)time.cycles);
  number("conflicts", (int32_t)time.conflicts);
  bench_text("}\n");
}

static void sample_pool(int32_t one) {
  const int32_t which = bench_between(0, WINDOWS - 1);
  const int32_t size = sizes[which];
  int32_t rows, columns, channels, height, width;
  do {
    const bool is_global = one > 0 && bench_between(0, 2) > 0;
    rows = is_global ? 1 : bench_between(1, bench_between(0, 1) ? 8 : 24);
    columns = is_global ? 1 : bench_between(1, bench_between(0, 1) ? 8 : 24);
    channels = bench_between(1, bench_between(0, 1) ? 16 : 256) * (bench_between(0, 3) ? 4 : 1);
    height = (rows - 1) * steps[which] + size;
    width = (columns - 1) * steps[which] + size;
  } while (height * width * channels + rows * columns * channels > 50000);
  make_tile(rows, columns, channels, height, width);
  report(pools[one].name, pools[one].form, size, steps[which], bench_run(pools[one].run[which], 0));
}

static void softmax(const void *argument) {
  static const dory_softmax_t by_rows = {.input_type = DORY_I8,
                                         .output_type = DORY_I8,
                                         .multiplier = 1453367424,
                                         .left_shift = 23,
                                         .minimum_difference = -248,
                                         .low = -128,
                                         .high = 127,
                                         .split = DORY_SPLIT_ROWS};
  static const dory_softmax_t by_pixels = {.input_type = DORY_I8,
                                           .output_type = DORY_I8,
                                           .multiplier = 1453367424,
                                           .left_shift = 23,
                                           .minimum_difference = -248,
                                           .low = -128,
                                           .high = 127,
                                           .split = DORY_SPLIT_PIXELS};
  (void)argument;
  dory_softmax(tile, split == DORY_SPLIT_ROWS ? &by_rows : &by_pixels);
}

static void sample_softmax(void) {
  const bool is_single = bench_between(0, 1) != 0;
  const int32_t rows = is_single ? 1 : bench_between(1, 12);
  const int32_t columns = is_single ? 1 : bench_between(1, 12);
  const int32_t channels = bench_between(0, 2) ? bench_between(2, 20) : bench_between(2, 1000);
  if (rows * columns * channels > 8000) {
    return;
  }
  split = bench_between(0, 1) ? DORY_SPLIT_ROWS : DORY_SPLIT_PIXELS;
  make_tile(rows, columns, channels, rows, columns);
  report("softmax", "raw", 1, 1, bench_run(softmax, 0));
}

void bench_main(void) {
  for (int32_t i = 0; i < COUNT * (POOLS + 1); i++) {
    bench_seed((uint32_t)(SEED + i) * 7919);
    split = DORY_SPLIT_ROWS;
    if (i % (POOLS + 1) == POOLS) {
      sample_softmax();
    } else {
      sample_pool(i % (POOLS + 1));
    }
  }
}

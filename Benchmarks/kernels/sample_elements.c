/* SPDX-License-Identifier: Apache-2.0 */
/* Times of element-wise layers that no loop over words computes, over random shapes, from which their cost
 * model is fitted: COUNT turns from SEED on. */
#include "bench.h"
#include "dory_elementwise.h"

#ifndef SEED
#define SEED 1
#endif
#ifndef COUNT
#define COUNT 8
#endif

#define SCALE(number)                                                                                        \
  { DORY_RQ32, {.multiplier = number}, INT32_MIN, INT32_MAX }
#define TO_BYTE                                                                                              \
  { DORY_RQ32, {.multiplier = 77, .offset = 8192, .shift = 14}, 0, 255 }
#define TO_BYTE_64                                                                                           \
  { DORY_RQ64, {.multiplier = 1856273637, .offset = INT64_C(1) << 38, .shift = 39}, 0, 255 }
#define TO_BYTE_64S                                                                                          \
  {                                                                                                          \
    DORY_RQ64S,                                                                                              \
        {.multiplier = 1751022200,                                                                           \
         .offset = INT64_C(-2814748693364736),                                                               \
         .shift = 50,                                                                                        \
         .sign_term = INT64_C(2147483648)},                                                                  \
        -128, 127                                                                                            \
  }
#define ROUNDED_64S                                                                                          \
  {                                                                                                          \
    DORY_RQ64S, {.multiplier = 1856273637, .offset = 3072, .shift = 12, .sign_term = 2048}, INT32_MIN,       \
        INT32_MAX                                                                                            \
  }
#define ROUNDED                                                                                              \
  { DORY_RQ32, {.multiplier = 7657, .offset = 8160, .shift = 14}, INT32_MIN, INT32_MAX }

static dory_tile_t *tile;
static dory_split_t split;

#define SHARED(split_, type, run, ...)                                                                       \
  case split_: {                                                                                             \
    static const type layer = {__VA_ARGS__, .split = split_};                                                \
    run(tile, &layer);                                                                                       \
    break;                                                                                                   \
  }
#define LAYER(name, type, run, ...)                                                                          \
  static void name(const void *argument) {                                                                   \
    (void)argument;                                                                                          \
    switch (split) {                                                                                         \
      SHARED(DORY_SPLIT_ROWS, type, run, __VA_ARGS__)                                                        \
      SHARED(DORY_SPLIT_PIXELS, type, run, __VA_ARGS__)                                                      \
      SHARED(DORY_SPLIT_CHANNELS, type, run, __VA_ARGS__)                                                    \
    }                                                                                                        \
  }
LAYER(add, dory_addition_t, dory_addition, DORY_U8, DORY_U8, DORY_U8, 0, 0, ROUNDED, ROUNDED, TO_BYTE)
LAYER(add_wide, dory_addition_t, dory_addition, DORY_I8, DORY_I8, DORY_I8, -3, 10, ROUNDED_64S, SCALE(524288),
      TO_BYTE_64S)
LAYER(multiply, dory_multiplication_t, dory_multiplication, DORY_U8, DORY_U8, DORY_U8, 3, 4, TO_BYTE)
LAYER(multiply_wide, dory_multiplication_t, dory_multiplication, DORY_U8, DORY_U8, DORY_U8, 3, 4, TO_BYTE_64)
LAYER(rescale, dory_rescale_t, dory_rescale, DORY_U16, DORY_U8, 0, TO_BYTE)
LAYER(rescale_wide, dory_rescale_t, dory_rescale, DORY_U16, DORY_U8, 0, TO_BYTE_64)
LAYER(pair, dory_pairwise_t, dory_pairwise, DORY_U8, DORY_U8, DORY_U8, 755836732, 404287687, 12345,
      INT64_C(-82873605053), 30, 0, 255)
LAYER(greater, dory_extremum_t, dory_extremum, DORY_I16, DORY_I16, DORY_I16, false, -300, 300)
LAYER(lookup, dory_lookup_t, dory_lookup, DORY_U8, DORY_U8, DORY_U8, 0, 0, 256)

static const struct {
  const char *name;
  void (*run)(const void *);
  bool is_wide;
} cases[] = {{"addition", add, false},
             {"addition", add_wide, true},
             {"multiplication", multiply, false},
             {"multiplication", multiply_wide, true},
             {"rescale", rescale, false},
             {"rescale", rescale_wide, true},
             {"pairwise", pair, false},
             {"extremum", greater, false},
             {"lookup", lookup, false}};

static void number(const char *key, int32_t value) {
  bench_text(", \"");
  bench_text(key);
  bench_text("\": ");
  bench_number((uint32_t)value);
}

void bench_main(void) {
  for (uint32_t i = 0; i < COUNT * (sizeof cases / sizeof cases[0]); i++) {
    bench_reset();
    bench_seed((SEED + i) * 7919);
    int32_t rows, columns, channels;
    do {
      rows = bench_between(1, 16);
      columns = bench_between(1, 16);
      channels = bench_between(1, bench_between(0, 1) ? 32 : 128);
    } while (rows * columns * channels > 4096);
    const int32_t count = rows * columns * channels;
    tile = bench_l1(sizeof *tile);
    *tile = (dory_tile_t){.rows = {0, rows}, .columns = {0, columns}, .channels = {0, channels}};
    void *first = bench_l1((size_t)(2 * count));
    void *second = bench_l1((size_t)(2 * count));
    void *tables = bench_l1((size_t)(256 * 64));
    bench_fill(first, (size_t)(2 * count));
    bench_fill(second, (size_t)(2 * count));
    tile->input[0] = first;
    tile->input[1] = second;
    tile->output = bench_l1((size_t)(2 * count));
    tile->parameters = tables;
    split = bench_between(0, 2) == 0 ? DORY_SPLIT_ROWS
            : bench_between(0, 1)    ? DORY_SPLIT_PIXELS
                                     : DORY_SPLIT_CHANNELS;
    const uint32_t one = i % (sizeof cases / sizeof cases[0]);
    if (cases[one].run == lookup && channels > 64) {
      continue;
    }
    const bench_time_t time = bench_run(cases[one].run, 0);
    bench_text("{\"kernel\": \"");
    bench_text(cases[one].name);
    bench_text("\"");
    number("isWide", cases[one].is_wide);
    number("rows", rows);
    number("columns", columns);
    number("channels", channels);
    number("split", split);
    number("cycles", (int32_t)time.cycles);
    number("conflicts", (int32_t)time.conflicts);
    bench_text("}\n");
  }
}

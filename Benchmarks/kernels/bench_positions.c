/* SPDX-License-Identifier: Apache-2.0 */
/* Rates of the kernels that need whole positions, with data in L1, and of movements, which work in L2; every
 * code is compared with one computed element by element in the same run. Rates count elements of the input.
 */
#include "bench.h"
#include "dory_movement.h"
#include "dory_reduction.h"
#include "dory_softmax.h"

enum { MOST = 18 * 18 * 64 };

static uint8_t expected[MOST] __attribute__((aligned(16)));
static uint8_t far_input[MOST] __attribute__((aligned(16)));
static uint8_t far_output[MOST] __attribute__((aligned(16)));

static dory_tile_t *make_tile(int32_t rows, int32_t columns, int32_t channels) {
  bench_reset();
  bench_seed((uint32_t)(rows * columns * channels));
  dory_tile_t *tile = bench_l1(sizeof(dory_tile_t));
  *tile = (dory_tile_t){
      .rows = {0, rows}, .columns = {0, columns}, .channels = {0, channels}, .input_channels = {0, channels}};
  return tile;
}

static void measure(const char *name, const char *shape, const char *form, void (*run)(const void *),
                    const dory_tile_t *tile, int32_t elements, int32_t output_bytes) {
  const bench_time_t time = bench_run(run, tile);
  bench_report(name, shape, form, (uint32_t)elements, time);
#ifndef UNCHECKED
  bench_compare(form, (uint32_t)elements, expected, tile->output, (size_t)output_bytes);
#endif
}

static const dory_softmax_t softmax_layer = {.input_type = DORY_I8,
                                             .output_type = DORY_I8,
                                             .multiplier = 1476210432,
                                             .left_shift = 24,
                                             .minimum_difference = -124,
                                             .low = -128,
                                             .high = 127};

static void softmax(const void *tile) {
  dory_softmax(tile, &softmax_layer);
}

/* The exponential of a code, 0 for one that is too small. */
static int32_t exponential(int32_t difference) {
  return difference < softmax_layer.minimum_difference
             ? 0
             : dory_exp_negative(difference * (1 << softmax_layer.left_shift), softmax_layer.multiplier);
}

static void expect_softmax(const int8_t *codes, int8_t *results, int32_t count) {
  int32_t greatest = -128;
  uint32_t sum = 0;
  for (int32_t i = 0; i < count; i++) {
    greatest = dory_max(greatest, codes[i]);
  }
  for (int32_t i = 0; i < count; i++) {
    sum += (uint32_t)dory_divide_power(exponential(codes[i] - greatest), 12);
  }
  const int32_t headroom = __builtin_clz(sum);
  const int32_t scale = dory_reciprocal((int32_t)((sum << headroom) - (UINT32_C(1) << 31)));
  for (int32_t i = 0; i < count; i++) {
    const int32_t product = dory_doubling_high(scale, exponential(codes[i] - greatest));
    results[i] = (int8_t)dory_min(dory_divide_power(product, 35 - headroom) - 128, 127);
  }
}

static void measure_softmax(const char *shape, int32_t positions, int32_t channels) {
  dory_tile_t *tile = make_tile(positions, 1, channels);
  const int32_t count = positions * channels;
  int8_t *input = bench_l1((size_t)count + 4);
  bench_fill(input, (size_t)count);
  tile->input[0] = (uint8_t *)input;
  tile->output = bench_l1((size_t)count + 4);
#ifndef UNCHECKED
  for (int32_t i = 0; i < count; i += channels) {
    expect_softmax(input + i, (int8_t *)expected + i, channels);
  }
#endif
  measure("softmax", shape, "as TensorFlow Lite", softmax, tile, count, count);
}

static const dory_argument_maximum_t maximum_layer = {DORY_U8, DORY_I32, false, DORY_SPLIT_PIXELS};

static void argument_maximum(const void *tile) {
  dory_argument_maximum(tile, &maximum_layer);
}

static void measure_argument_maximum(const char *shape, int32_t positions, int32_t channels) {
  dory_tile_t *tile = make_tile(positions, 1, channels);
  tile->channels.size = 1;
  uint8_t *input = bench_l1((size_t)(positions * channels));
  bench_fill(input, (size_t)(positions * channels));
  tile->input[0] = input;
  tile->output = bench_l1((size_t)(4 * positions));
  for (int32_t i = 0; i < positions; i++) {
    int32_t best = 0;
    for (int32_t j = 1; j < channels; j++) {
      best = input[i * channels + j] > input[i * channels + best] ? j : best;
    }
    ((int32_t *)(void *)expected)[i] = best;
  }
  measure("argument maximum", shape, "u8", argument_maximum, tile, positions * channels, 4 * positions);
}

/* A border of one position around a map, as a fill and a copy of its rows; a transpose. */
enum { HEIGHT = 16, WIDTH = 16, CHANNELS = 64, LINE = WIDTH * CHANNELS, PADDED = (WIDTH + 2) * CHANNELS };

static const dory_piece_t padded[] = {
    {0, 0, PADDED + CHANNELS, {1, 1, 1, 1, HEIGHT, LINE}, {0, 0, 0, 0, LINE, 1}, {0, 0, 0, 0, PADDED, 1}}};
static const dory_movement_t padding_layer = {.input = {{DORY_I8, WIDTH, CHANNELS}},
                                              .output = {DORY_I8, WIDTH + 2, CHANNELS},
                                              .fill = -3,
                                              .pieces = padded,
                                              .piece_count = 1,
                                              .split = DORY_SPLIT_ROWS};
static const dory_piece_t transposed[] = {{0,
                                           0,
                                           0,
                                           {1, 1, 1, 1, CHANNELS, HEIGHT *WIDTH},
                                           {0, 0, 0, 0, 1, CHANNELS},
                                           {0, 0, 0, 0, HEIGHT *WIDTH, 1}}};
static const dory_movement_t transpose_layer = {.input = {{DORY_I8, WIDTH, CHANNELS}},
                                                .output = {DORY_I8, HEIGHT, WIDTH},
                                                .pieces = transposed,
                                                .piece_count = 1,
                                                .split = DORY_SPLIT_ROWS};

static void fill(const void *tile) {
  dory_fill(tile, &padding_layer);
}
static void pad(const void *tile) {
  dory_movement(tile, &padding_layer);
}
static void transpose(const void *tile) {
  dory_movement(tile, &transpose_layer);
}

static void measure_movements(void) {
  dory_tile_t *tile = make_tile(HEIGHT + 2, WIDTH + 2, CHANNELS);
  bench_fill(far_input, HEIGHT * LINE);
  tile->input[0] = far_input;
  tile->output = far_output;
  const int32_t edge = (HEIGHT + 2) * PADDED;
  for (int32_t i = 0; i < edge; i++) {
    expected[i] = far_output[i] = 0xA5;
  }
  for (int32_t i = 0; i < edge; i++) {
    const int32_t row = i / PADDED - 1;
    const int32_t column = i % PADDED - CHANNELS;
    const bool is_inside = row >= 0 && row < HEIGHT && column >= 0 && column < LINE;
    expected[i] = is_inside ? 0xA5 : (uint8_t)padding_layer.fill;
  }
  measure("movement", "16x16x64", "fill of a border, in L2", fill, tile, edge - HEIGHT * LINE, edge);
  for (int32_t i = 0; i < HEIGHT * LINE; i++) {
    expected[(i / LINE + 1) * PADDED + CHANNELS + i % LINE] = far_input[i];
  }
  measure("movement", "16x16x64", "rows, in L2", pad, tile, HEIGHT * LINE, edge);
  for (int32_t i = 0; i < HEIGHT * LINE; i++) {
    expected[i % CHANNELS * HEIGHT * WIDTH + i / CHANNELS] = far_input[i];
  }
  measure("movement", "16x16x64", "transpose, in L2", transpose, tile, HEIGHT * LINE, HEIGHT * LINE);
}

void bench_main(void) {
  measure_softmax("10", 1, 10);
  measure_softmax("1001", 1, 1001);
  measure_softmax("64 x 10", 64, 10);
  measure_argument_maximum("64 x 20", 64, 20);
  measure_movements();
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Rates of pools, with data in L1; every code is compared with one computed from the layer's formula in the
 * same run. Rates count elements of the input. */
#include "bench.h"
#include "dory_pooling.h"

enum { MOST = 16384 };

static uint8_t expected[2 * MOST] __attribute__((aligned(16)));

#define LAYER(name, kernel_type, run, ...)                                                                   \
  static const kernel_type name##_layer = __VA_ARGS__;                                                       \
  static void name(const void *argument) {                                                                   \
    run(argument, &name##_layer);                                                                            \
  }

LAYER(mean_4x4, dory_pooling_t, dory_pooling,
      {.kind = DORY_POOL_SUM,
       .window = {4, 4, 1, 1, 1, 1},
       .input_type = DORY_U8,
       .output_type = DORY_U8,
       .requantization = {DORY_RQ32, {.multiplier = 2048, .offset = 16384, .shift = 15}, 0, 255}})
LAYER(mean_7x7, dory_pooling_t, dory_pooling,
      {.kind = DORY_POOL_SUM,
       .window = {7, 7, 1, 1, 1, 1},
       .input_type = DORY_U8,
       .output_type = DORY_U8,
       .requantization = {DORY_RQ32, {.multiplier = 669, .offset = 16384, .shift = 15}, 0, 255}})
LAYER(average_4x4, dory_pooling_t, dory_pooling,
      {.kind = DORY_POOL_AVERAGE,
       .window = {4, 4, 1, 1, 1, 1},
       .input_type = DORY_I8,
       .output_type = DORY_I8,
       .requantization = {.form = DORY_RAW, .low = -128, .high = 127}})
LAYER(average_5x5, dory_pooling_t, dory_pooling,
      {.kind = DORY_POOL_AVERAGE,
       .window = {5, 5, 1, 1, 1, 1},
       .input_type = DORY_U8,
       .output_type = DORY_U8,
       .requantization = {.form = DORY_RAW, .low = 0, .high = 255}})
LAYER(greatest_2x2, dory_pooling_t, dory_pooling,
      {.kind = DORY_POOL_MAXIMUM,
       .window = {2, 2, 2, 2, 1, 1},
       .input_type = DORY_U8,
       .output_type = DORY_U8,
       .requantization = {.form = DORY_RAW, .low = 0, .high = 255}})
LAYER(greatest_dense, dory_pooling_t, dory_pooling,
      {.kind = DORY_POOL_MAXIMUM,
       .window = {3, 3, 1, 1, 1, 1},
       .input_type = DORY_U8,
       .output_type = DORY_U8,
       .requantization = {.form = DORY_RAW, .low = 0, .high = 255}})
LAYER(greatest_3x3, dory_pooling_t, dory_pooling,
      {.kind = DORY_POOL_MAXIMUM,
       .window = {3, 3, 2, 2, 1, 1},
       .input_type = DORY_I8,
       .output_type = DORY_I8,
       .requantization = {.form = DORY_RAW, .low = -128, .high = 127}})

typedef struct {
  const char *shape, *form;
  void (*run)(const void *);
  const dory_pooling_t *layer;
  int32_t rows, columns, channels; /* of the output */
} pool_case_t;

static const pool_case_t pools[] = {
    {"4x4x1024", "sum, rq32, u8", mean_4x4, &mean_4x4_layer, 1, 1, 1024},
    {"7x7x256", "sum, rq32, u8", mean_7x7, &mean_7x7_layer, 1, 1, 256},
    {"4x4x1024", "average, i8", average_4x4, &average_4x4_layer, 1, 1, 1024},
    {"5x5x512", "average, u8", average_5x5, &average_5x5_layer, 1, 1, 512},
    {"16x16x64", "maximum 2x2 by 2, u8", greatest_2x2, &greatest_2x2_layer, 8, 8, 64},
    {"17x17x32", "maximum 3x3 by 2, i8", greatest_3x3, &greatest_3x3_layer, 8, 8, 32},
    {"18x18x32", "maximum 3x3, u8", greatest_dense, &greatest_dense_layer, 16, 16, 32},
};

/* The code of one channel under one window of `input`, whose rows are `width` columns. */
static int32_t pool_code(const dory_pooling_t *layer, const uint8_t *input, int32_t width, int32_t channels) {
  const dory_window_t *window = &layer->window;
  int32_t sum = 0;
  int32_t greatest = INT32_MIN;
  for (int32_t i = 0; i < window->kernel_height; i++) {
    for (int32_t j = 0; j < window->kernel_width; j++) {
      const uint8_t byte = input[(i * width + j) * channels];
      const int32_t code = layer->input_type == DORY_I8 ? (int8_t)byte : byte;
      sum += code;
      greatest = dory_max(greatest, code);
    }
  }
  if (layer->kind == DORY_POOL_MAXIMUM) {
    return greatest;
  }
  if (layer->kind == DORY_POOL_AVERAGE) {
    const int32_t count = window->kernel_height * window->kernel_width;
    return (sum < 0 ? sum - count / 2 : sum + count / 2) / count;
  }
  return dory_apply(&layer->requantization, sum);
}

static void measure_pool(const pool_case_t *one) {
  const dory_window_t *window = &one->layer->window;
  const int32_t height = (one->rows - 1) * window->stride_height + window->kernel_height;
  const int32_t width = (one->columns - 1) * window->stride_width + window->kernel_width;
  const int32_t inputs = height * width * one->channels;
  const int32_t outputs = one->rows * one->columns * one->channels;
  bench_reset();
  bench_seed((uint32_t)inputs);
  uint8_t *input = bench_l1((size_t)inputs + 4);
  uint8_t *output = bench_l1((size_t)outputs + 4);
  bench_fill(input, (size_t)inputs);
  dory_tile_t *tile = bench_l1(sizeof(dory_tile_t));
  *tile = (dory_tile_t){.rows = {0, one->rows},
                        .columns = {0, one->columns},
                        .channels = {0, one->channels},
                        .input_rows = {0, height},
                        .input_columns = {0, width},
                        .input_channels = {0, one->channels}};
  tile->input[0] = input;
  tile->output = output;
  const bench_time_t time = bench_run(one->run, tile);
  bench_report("pooling", one->shape, one->form, (uint32_t)inputs, time);
#ifndef UNCHECKED
  for (int32_t i = 0; i < outputs; i++) {
    const int32_t channel = i % one->channels;
    const int32_t row = i / one->channels / one->columns * window->stride_height;
    const int32_t column = i / one->channels % one->columns * window->stride_width;
    expected[i] = (uint8_t)pool_code(one->layer, input + (row * width + column) * one->channels + channel,
                                     width, one->channels);
  }
  bench_compare(one->form, (uint32_t)inputs, expected, output, (size_t)outputs);
#endif
}

#ifdef SAMPLES

/* Times over random shapes, from which the cost model is fitted. */
static void sample_pool(pool_case_t one) {
  const dory_window_t *window = &one.layer->window;
  int32_t inputs = 0;
  do {
    const bool is_global = one.layer->kind != DORY_POOL_MAXIMUM && bench_between(0, 3) > 0;
    one.rows = is_global ? 1 : bench_between(1, 10);
    one.columns = is_global ? 1 : bench_between(1, 10);
    one.channels = bench_between(1, is_global ? 256 : 32) * 4;
    inputs = ((one.rows - 1) * window->stride_height + window->kernel_height) *
             ((one.columns - 1) * window->stride_width + window->kernel_width) * one.channels;
  } while (inputs + one.rows * one.columns * one.channels > 50000 ||
           one.rows * one.columns * one.channels > 2 * MOST);
  one.shape = bench_shape(one.rows, one.columns, one.channels);
  measure_pool(&one);
}

void bench_main(void) {
  uint32_t seed = 1;
  for (int32_t turn = 0; turn < SAMPLES; turn++) {
    for (uint32_t i = 0; i < sizeof pools / sizeof pools[0]; i++) {
      bench_seed(++seed * 7919);
      sample_pool(pools[i]);
    }
  }
}

#else

void bench_main(void) {
  for (uint32_t i = 0; i < sizeof pools / sizeof pools[0]; i++) {
    measure_pool(&pools[i]);
  }
}

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Rates of the element-wise kernels, with data in L1; every code is compared with one computed from
 * the layer's formula in the same run. */
#include "bench.h"
#include "dory_elementwise.h"

enum { MOST = 16384 };

static uint8_t expected[2 * MOST] __attribute__((aligned(16)));

#define LAYER(name, kernel_type, run, ...)                                                                   \
  static const kernel_type name##_layer = __VA_ARGS__;                                                       \
  static void name(const void *argument) {                                                                   \
    run(argument, &name##_layer);                                                                            \
  }
#define SCALE(number)                                                                                        \
  { DORY_RQ32, {.multiplier = number}, INT32_MIN, INT32_MAX }

/* Additions. */
LAYER(add_u8, dory_addition_t, dory_addition,
      {DORY_U8,
       DORY_U8,
       DORY_U8,
       0,
       0,
       SCALE(9000),
       SCALE(12345),
       {DORY_RQ32, {.multiplier = 1, .offset = 8192, .shift = 14}, 0, 255},
       DORY_SPLIT_ROWS})
LAYER(add_i8, dory_addition_t, dory_addition,
      {DORY_I8,
       DORY_I8,
       DORY_I8,
       0,
       0,
       SCALE(9000),
       SCALE(12345),
       {DORY_RQ32, {.multiplier = 1, .offset = 8192, .shift = 14}, -128, 127},
       DORY_SPLIT_ROWS})
LAYER(add_zeros, dory_addition_t, dory_addition,
      {DORY_I8,
       DORY_I8,
       DORY_I8,
       5,
       -7,
       SCALE(9000),
       SCALE(12345),
       {DORY_RQ32, {.multiplier = 1, .offset = 8192, .shift = 14}, -128, 127},
       DORY_SPLIT_ROWS})
LAYER(add_halves, dory_addition_t, dory_addition,
      {DORY_U8,
       DORY_U8,
       DORY_U16,
       0,
       0,
       SCALE(32),
       SCALE(32),
       {DORY_RQ32, {.multiplier = 1, .shift = 5}, 0, 510},
       DORY_SPLIT_ROWS})
LAYER(add_tflite, dory_addition_t, dory_addition,
      {DORY_I8,
       DORY_I8,
       DORY_I8,
       -3,
       10,
       {DORY_RQ64S,
        {.multiplier = 1856273637, .offset = 3072, .shift = 12, .sign_term = 2048},
        INT32_MIN,
        INT32_MAX},
       SCALE(524288),
       {DORY_RQ64S,
        {.multiplier = 1751022200,
         .offset = INT64_C(-2814748693364736),
         .shift = 50,
         .sign_term = INT64_C(2147483648)},
        -128,
        127},
       DORY_SPLIT_PIXELS})
LAYER(add_wide, dory_pairwise_t, dory_pairwise,
      {.first_type = DORY_U8,
       .second_type = DORY_U8,
       .output_type = DORY_U8,
       .first = 755836732,
       .second = 404287687,
       .offset = INT64_C(-82873605053),
       .shift = 29,
       .low = 0,
       .high = 255})

static const dory_pair_t exceptions[] = {{100, 200, 7}};
LAYER(add_but_one, dory_pairwise_t, dory_pairwise,
      {.first_type = DORY_U8,
       .second_type = DORY_U8,
       .output_type = DORY_U8,
       .first = 755836732,
       .second = 404287687,
       .offset = INT64_C(-82873605053),
       .shift = 29,
       .low = 0,
       .high = 255,
       .exceptions = exceptions,
       .exception_count = 1})
LAYER(add_shifted, dory_addition_t, dory_addition,
      {DORY_U8,
       DORY_U8,
       DORY_U8,
       0,
       0,
       {DORY_RQ32, {.multiplier = 7657, .offset = 8160, .shift = 14}, INT32_MIN, INT32_MAX},
       {DORY_RQ32, {.multiplier = 2073, .offset = 2057, .shift = 12}, INT32_MIN, INT32_MAX},
       {DORY_RQ32, {.multiplier = 1}, 0, 255},
       DORY_SPLIT_ROWS})

static int32_t two_scales(int32_t x, int32_t y, int32_t low, int32_t high) {
  return dory_clip((x * 9000 + y * 12345 + 8192) >> 14, low, high);
}
static int32_t add_u8_code(int32_t x, int32_t y) {
  return two_scales(x, y, 0, 255);
}
static int32_t add_i8_code(int32_t x, int32_t y) {
  return two_scales(x, y, -128, 127);
}
static int32_t add_zeros_code(int32_t x, int32_t y) {
  return two_scales(x - 5, y + 7, -128, 127);
}
static int32_t add_halves_code(int32_t x, int32_t y) {
  return x + y;
}
static int32_t add_tflite_code(int32_t x, int32_t y) {
  const int64_t first = (x + 3) * INT64_C(1856273637) + 3072;
  const int64_t sum = ((first - (x + 3 < 0 ? 2048 : 0)) >> 12) + (int64_t)(y - 10) * 524288;
  const int64_t product = sum * 1751022200 - INT64_C(2814748693364736);
  return dory_clip((product - (sum < 0 ? INT64_C(2147483648) : 0)) >> 50, -128, 127);
}
static int32_t add_wide_code(int32_t x, int32_t y) {
  return dory_clip((x * INT64_C(755836732) + y * INT64_C(404287687) - INT64_C(82873605053)) >> 29, 0, 255);
}

static int32_t add_but_one_code(int32_t x, int32_t y) {
  return x == 100 && y == 200 ? 7 : add_wide_code(x, y);
}
static int32_t add_shifted_code(int32_t x, int32_t y) {
  return dory_clip(((x * 7657 + 8160) >> 14) + ((y * 2073 + 2057) >> 12), 0, 255);
}

/* Layers of one operand. */
static const uint8_t squares[256] = {[3] = 9, [7] = 49, [15] = 225, [200] = 64, [255] = 1};
LAYER(lookup, dory_lookup_t, dory_lookup, {DORY_U8, DORY_U8, DORY_U8, 0, squares, 0, DORY_SPLIT_ROWS})
LAYER(rescale, dory_rescale_t, dory_rescale,
      {DORY_I8,
       DORY_I8,
       4,
       {DORY_RQ32, {.multiplier = 11111, .offset = 9999, .shift = 14}, -128, 127},
       DORY_SPLIT_ROWS})
LAYER(narrow, dory_rescale_t, dory_rescale,
      {DORY_U16,
       DORY_U8,
       0,
       {DORY_RQ32, {.multiplier = 11, .offset = 999, .shift = 11}, 0, 255},
       DORY_SPLIT_ROWS})
LAYER(greater, dory_extremum_t, dory_extremum, {DORY_I8, DORY_I8, DORY_I8, false, -128, 127, DORY_SPLIT_ROWS})

static int32_t lookup_code(int32_t x, int32_t y) {
  return squares[x + 0 * y];
}
static int32_t rescale_code(int32_t x, int32_t y) {
  return dory_clip(((x - 4) * 11111 + 9999 + 0 * y) >> 14, -128, 127);
}
static int32_t narrow_code(int32_t x, int32_t y) {
  return dory_clip((x * 11 + 999 + 0 * y) >> 11, 0, 255);
}
static int32_t greater_code(int32_t x, int32_t y) {
  return x > y ? x : y;
}

typedef struct {
  const char *name, *shape, *form;
  void (*run)(const void *);
  int32_t (*code)(int32_t x, int32_t y);
  bool has_signs;
  int32_t bytes;    /* of an output element */
  bool from_halves; /* operands have 16 bits */
  int32_t rows, columns, channels;
} elementwise_case_t;

static const elementwise_case_t elementwise[] = {
    {"addition", "16x16x64", "rq32, 16-bit scales, u8", add_u8, add_u8_code, false, 1, false, 16, 16, 64},
    {"addition", "16x16x64", "rq32, 16-bit scales, i8", add_i8, add_i8_code, true, 1, false, 16, 16, 64},
    {"addition", "16x16x64", "rq32, zero points, i8", add_zeros, add_zeros_code, true, 1, false, 16, 16, 64},
    {"addition", "8x16x64", "unit scales, to u16", add_halves, add_halves_code, false, 2, false, 8, 16, 64},
    {"addition", "16x16x64", "pairwise, 30-bit scales", add_wide, add_wide_code, false, 1, false, 16, 16, 64},
    {"addition", "16x16x64", "pairwise, one exception", add_but_one, add_but_one_code, false, 1, false, 16,
     16, 64},
    {"addition", "16x16x64", "two shifts, u8", add_shifted, add_shifted_code, false, 1, false, 16, 16, 64},
    {"addition", "8x8x16", "as TensorFlow Lite, 64 bits", add_tflite, add_tflite_code, true, 1, false, 8, 8,
     16},
    {"maximum", "16x16x64", "raw", greater, greater_code, true, 1, false, 16, 16, 64},
    {"lookup", "16x16x64", "table", lookup, lookup_code, false, 1, false, 16, 16, 64},
    {"rescale", "16x16x64", "rq32", rescale, rescale_code, true, 1, false, 16, 16, 64},
    {"rescale", "16x8x64", "rq32, from u16", narrow, narrow_code, false, 1, true, 16, 8, 64},
};

static void measure_elementwise(const elementwise_case_t *one) {
  const int32_t count = one->rows * one->columns * one->channels;
  bench_reset();
  bench_seed((uint32_t)count);
  const size_t bytes = (size_t)(one->from_halves ? 2 * count : count);
  uint8_t *first = bench_l1(bytes + 4);
  uint8_t *second = bench_l1(bytes + 4);
  uint8_t *output = bench_l1((size_t)(count * one->bytes) + 4);
  bench_fill(first, bytes);
  bench_fill(second, bytes);
  dory_tile_t *tile = bench_l1(sizeof(dory_tile_t));
  *tile = (dory_tile_t){.rows = {0, one->rows}, .columns = {0, one->columns}, .channels = {0, one->channels}};
  tile->input[0] = first;
  tile->input[1] = second;
  tile->output = output;
  const bench_time_t time = bench_run(one->run, tile);
  bench_report(one->name, one->shape, one->form, (uint32_t)count, time);
#ifndef UNCHECKED
  for (int32_t i = 0; i < count; i++) {
    const dory_type_t type = one->from_halves ? DORY_U16 : one->has_signs ? DORY_I8 : DORY_U8;
    const int32_t x = dory_element(type, first, i);
    const int32_t y = dory_element(type, second, i);
    const int32_t code = one->code(x, y);
    if (one->bytes == 2) {
      ((uint16_t *)expected)[i] = (uint16_t)code;
    } else {
      expected[i] = (uint8_t)code;
    }
  }
  bench_compare(one->form, (uint32_t)count, expected, output, (size_t)(count * one->bytes));
#endif
}

#ifdef SAMPLES

/* Times over random shapes, from which the cost model is fitted. */
static void sample_elementwise(elementwise_case_t one) {
  do {
    one.rows = bench_between(1, 16);
    one.columns = bench_between(1, 16);
    one.channels = bench_between(1, bench_between(0, 1) ? 64 : 256);
  } while (one.rows * one.columns * one.channels > (one.bytes == 1 && !one.from_halves ? MOST : MOST / 2));
  one.shape = bench_shape(one.rows, one.columns, one.channels);
  measure_elementwise(&one);
}

void bench_main(void) {
  uint32_t seed = 1;
  for (int32_t turn = 0; turn < SAMPLES; turn++) {
    for (uint32_t i = 0; i < sizeof elementwise / sizeof elementwise[0]; i++) {
      bench_seed(++seed * 7919);
      sample_elementwise(elementwise[i]);
    }
  }
}

#else

void bench_main(void) {
  for (uint32_t i = 0; i < sizeof elementwise / sizeof elementwise[0]; i++) {
    measure_elementwise(&elementwise[i]);
  }
}

#endif

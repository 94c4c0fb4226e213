/* SPDX-License-Identifier: Apache-2.0 */
/* Element-wise kernels and pools of bytes against the same layers computed one element at a time, over random
 * sizes with every remainder, types, weights, clips and numbers of cores. SEED begins COUNT layers. */
#include "bench.h"
#include "dory_elementwise.h"
#include "dory_pooling.h"

#ifndef SEED
#define SEED 1
#endif
#ifndef COUNT
#define COUNT 100
#endif

enum { MOST = 2048, GUARD = 16 };

/* All layers of one kind or another; only one is in use. */
static struct {
  dory_tile_t tile;
  dory_addition_t addition;
  dory_pairwise_t pairwise;
  dory_rescale_t rescale;
  dory_lookup_t lookup;
  dory_extremum_t extremum;
  dory_pooling_t pooling;
} * made; /* in L1 */

static uint8_t table[256];
static uint8_t expected[2 * MOST + GUARD];

#define RUN(kernel)                                                                                          \
  static void run_##kernel(const void *argument) {                                                           \
    (void)argument;                                                                                          \
    dory_##kernel(&made->tile, &made->kernel);                                                               \
  }
RUN(addition)
RUN(pairwise)
RUN(rescale)
RUN(lookup)
RUN(extremum)

/* Without float averages, which programs for the cluster would need a library for. */
static void run_pooling(const void *argument) {
  (void)argument;
  dory_pool_words(&made->tile, &made->pooling);
}

/* One channel of one position after the other. */
static void run_slow_pooling(const void *argument) {
  (void)argument;
  dory_compute_lanes(&made->tile, &made->pooling.window, DORY_SPLIT_ROWS, dory_pool_lanes, &made->pooling);
}

static int32_t addition_code(int32_t x, int32_t y) {
  const int64_t first = dory_apply(&made->addition.first, x - made->addition.first_zero_point);
  const int64_t second = dory_apply(&made->addition.second, y - made->addition.second_zero_point);
  return dory_apply(&made->addition.output, first + second);
}
static int32_t pairwise_code(int32_t x, int32_t y) {
  return dory_pair_code(&made->pairwise, x, y);
}
static int32_t rescale_code(int32_t x, int32_t y) {
  (void)y;
  return dory_apply(&made->rescale.requantization, x - made->rescale.input_zero_point);
}
static int32_t lookup_code(int32_t x, int32_t y) {
  (void)y;
  return table[x - made->lookup.lowest];
}
static int32_t extremum_code(int32_t x, int32_t y) {
  const int32_t code = made->extremum.least ? dory_min(x, y) : dory_max(x, y);
  return dory_clip(code, made->extremum.low, made->extremum.high);
}

static dory_type_t random_byte(void) {
  return bench_between(0, 1) ? DORY_U8 : DORY_I8;
}

static int32_t lowest_code(dory_type_t type) {
  return type == DORY_I8 ? -128 : type == DORY_I16 ? -300 : 0;
}

/* What every element-wise layer has: types, and the clip, often the whole range of the output. */
typedef struct {
  dory_type_t first, second, output;
  int32_t low, high;
} byte_types_t;

static byte_types_t random_types(void) {
  byte_types_t types;
  types.first = random_byte();
  types.second = random_byte();
  types.output = random_byte();
  const int32_t narrower = bench_between(0, 2) ? 0 : bench_between(1, 60);
  types.low = lowest_code(types.output) + narrower;
  types.high = lowest_code(types.output) + 255 - narrower;
  return types;
}

static dory_requantization_t scale(int32_t multiplier) {
  return (dory_requantization_t){DORY_RQ32, {.multiplier = multiplier}, INT32_MIN, INT32_MAX};
}

/* Weights of 16 bits, rounding alone or any offset; some results of 16 bits. */
static byte_types_t make_addition(void) {
  byte_types_t types = random_types();
  if (bench_between(0, 4) == 0) {
    types.output = bench_between(0, 1) ? DORY_U16 : DORY_I16;
    types.low = lowest_code(types.output);
    types.high = 511;
  }
  const int32_t shift = bench_between(0, 15);
  const int32_t unit = 1 << shift;
  const bool has_zero_points = bench_between(0, 1);
  const int64_t rounding = shift > 0 ? 1 << (shift - 1) : 0;
  const int64_t offset = has_zero_points ? bench_between(-200 * unit, 200 * unit) : rounding;
  const int32_t zero_point = has_zero_points ? bench_between(-20, 20) : 0;
  const int32_t other_zero_point = has_zero_points ? bench_between(-20, 20) : 0;
  const int32_t weight = bench_between(bench_between(0, 3) ? 0 : -unit, unit);
  const int32_t other_weight = bench_between(bench_between(0, 3) ? 0 : -unit, unit);
  const dory_form_t form = bench_between(0, 1) ? DORY_RQ32 : DORY_RQ64;
  const dory_coefficients_t coefficients = {.multiplier = 1, .offset = offset, .shift = shift};
  made->addition = (dory_addition_t){
      types.first,      types.second,  types.output,        zero_point,
      other_zero_point, scale(weight), scale(other_weight), {form, coefficients, types.low, types.high},
      DORY_SPLIT_PIXELS};
  return types;
}

/* Weights of 31 bits. */
static byte_types_t make_pairwise(void) {
  const byte_types_t types = random_types();
  const int32_t shift = bench_between(15, 36);
  const int32_t greatest = shift < 30 ? 1 << shift : (1 << 30) - 1;
  const int64_t first = bench_between(-greatest, greatest);
  const int64_t second = bench_between(0, greatest);
  const int64_t whole = bench_between(-200, 200) * (INT64_C(1) << shift);
  made->pairwise = (dory_pairwise_t){.first_type = types.first,
                                     .second_type = types.second,
                                     .output_type = types.output,
                                     .first = first,
                                     .second = second,
                                     .offset = whole + bench_between(0, greatest),
                                     .shift = shift,
                                     .low = types.low,
                                     .high = types.high};
  return types;
}

static byte_types_t make_rescale(void) {
  const byte_types_t types = random_types();
  const int32_t shift = bench_between(0, 20);
  const int32_t zero_point = bench_between(-3, 3);
  const int32_t multiplier = bench_between(-(1 << shift), 1 << shift);
  const int64_t offset = bench_between(0, 9 << shift);
  const dory_coefficients_t coefficients = {.multiplier = multiplier, .offset = offset, .shift = shift};
  made->rescale = (dory_rescale_t){types.first,
                                   types.output,
                                   zero_point,
                                   {DORY_RQ64, coefficients, types.low, types.high},
                                   DORY_SPLIT_ROWS};
  return types;
}

static byte_types_t make_lookup(void) {
  const byte_types_t types = random_types();
  bench_fill(table, sizeof table);
  made->lookup = (dory_lookup_t){types.first, types.output,   types.output, lowest_code(types.first), table,
                                 0,           DORY_SPLIT_ROWS};
  return types;
}

static byte_types_t make_extremum(void) {
  byte_types_t types = random_types();
  types.first = types.second = types.output;
  made->extremum = (dory_extremum_t){types.first, types.second, types.output,       bench_between(0, 1),
                                     types.low,   types.high,   DORY_SPLIT_CHANNELS};
  return types;
}

static const struct {
  const char *name;
  byte_types_t (*make)(void);
  void (*run)(const void *);
  int32_t (*code)(int32_t x, int32_t y);
} kernels[] = {{"addition", make_addition, run_addition, addition_code},
               {"pairwise", make_pairwise, run_pairwise, pairwise_code},
               {"rescale", make_rescale, run_rescale, rescale_code},
               {"lookup", make_lookup, run_lookup, lookup_code},
               {"extremum", make_extremum, run_extremum, extremum_code}};

/* An output all of whose bytes are compared, also those that no kernel may write. */
static void compare(const char *what, uint32_t number, uint8_t *output) {
  bench_compare(what, number, expected, output, sizeof expected);
}

static void make_tile(int32_t rows, int32_t columns, int32_t channels) {
  bench_reset();
  made = bench_l1(sizeof *made);
  made->tile = (dory_tile_t){.rows = {0, rows}, .columns = {0, columns}, .channels = {0, channels}};
  for (int32_t i = 0; i < 2; i++) {
    uint8_t *input = bench_l1(MOST + GUARD);
    bench_fill(input, MOST);
    made->tile.input[i] = input;
  }
  made->tile.output = bench_l1(sizeof expected);
  for (size_t i = 0; i < sizeof expected; i++) {
    expected[i] = ((uint8_t *)made->tile.output)[i] = 0xA5;
  }
}

static void check_elementwise(uint32_t number) {
  const bool is_tiny = bench_between(0, 3) == 0;
  const int32_t rows = bench_between(1, is_tiny ? 1 : 4);
  const int32_t columns = bench_between(1, is_tiny ? 2 : 6);
  make_tile(rows, columns, bench_between(1, is_tiny ? 9 : 70));
  const uint32_t which = bench_random() % (sizeof kernels / sizeof kernels[0]);
  const byte_types_t types = kernels[which].make();
  bench_run(kernels[which].run, 0);
  const dory_tile_t *tile = &made->tile;
  for (int32_t i = 0; i < tile->rows.size * tile->columns.size * tile->channels.size; i++) {
    const int32_t x = dory_element(types.first, tile->input[0], i);
    const int32_t y = dory_element(types.second, tile->input[1], i);
    dory_set_element(types.output, expected, i, kernels[which].code(x, y));
  }
  compare(kernels[which].name, number, tile->output);
}

/* Windows with borders, strides and dilation; half of them as large as the map. */
static void check_pooling(uint32_t number) {
  const bool is_global = bench_between(0, 1);
  dory_window_t window = {
      bench_between(1, 6), bench_between(1, 6), bench_between(1, 2), bench_between(1, 2), 1, 1};
  if (!is_global) {
    window.dilation_height = bench_between(1, 2);
    window.dilation_width = bench_between(1, 2);
  }
  const int32_t rows = is_global ? 1 : bench_between(1, 3);
  const int32_t columns = is_global ? 1 : bench_between(1, 3);
  const int32_t top = is_global ? 0 : bench_between(0, (window.kernel_height - 1) / 2);
  const int32_t left = is_global ? 0 : bench_between(0, (window.kernel_width - 1) / 2);
  const int32_t height = dory_max(
      (rows - 1) * window.stride_height + (window.kernel_height - 1) * window.dilation_height + 1 - top, 1);
  const int32_t width = dory_max(
      (columns - 1) * window.stride_width + (window.kernel_width - 1) * window.dilation_width + 1 - left, 1);
  const byte_types_t types = random_types();
  make_tile(rows, columns, bench_between(1, dory_min(MOST / (height * width), is_global ? 90 : 20)));
  dory_tile_t *tile = &made->tile;
  tile->input_rows.size = height;
  tile->input_columns.size = width;
  tile->input_channels = tile->channels;
  tile->padding_top = top;
  tile->padding_left = left;
  dory_pooling_t *layer = &made->pooling;
  *layer = (dory_pooling_t){.kind = (dory_pool_kind_t)bench_between(DORY_POOL_MAXIMUM, DORY_POOL_SUM),
                            .window = window,
                            .input_type = types.first,
                            .output_type = types.first};
  const int32_t lowest = lowest_code(types.first);
  layer->requantization = (dory_requantization_t){.low = lowest + bench_between(0, 9), .high = lowest + 250};
  if (layer->kind == DORY_POOL_SUM) {
    static const dory_form_t forms[] = {DORY_RQ32, DORY_RQ32, DORY_RQ32C, DORY_RQ64};
    layer->output_type = types.output;
    layer->input_zero_point = bench_between(-20, 20);
    dory_coefficients_t c = {.shift = 14, .lower_bound = -900, .upper_bound = 2000};
    c.multiplier = bench_between(1, 4000);
    c.offset = bench_between(-(1 << 20), 1 << 20);
    layer->requantization = (dory_requantization_t){forms[bench_between(0, 3)], c, types.low, types.high};
  }
  bench_run(run_pooling, 0);
  uint8_t *output = tile->output;
  tile->output = expected;
  bench_run(run_slow_pooling, 0);
  tile->output = output;
  compare("pooling", number, output);
}

void bench_main(void) {
  bench_seed(SEED);
  for (uint32_t number = 0; number < COUNT; number++) {
#if !defined(__riscv)
    bench_set_cores(bench_between(1, 16));
#else
    bench_between(1, 16);
#endif
    if (bench_between(0, 2) == 0) {
      check_pooling(number);
    } else {
      check_elementwise(number);
    }
  }
}

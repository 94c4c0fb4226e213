/* SPDX-License-Identifier: Apache-2.0 */
/* Element-wise kernels of bytes against the same layers computed one element at a time, over random
 * sizes with every remainder, types, weights, clips and numbers of cores. SEED begins COUNT layers. */
#include "bench.h"
#include "dory_elementwise.h"

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
  dory_pair_t exceptions[2];
  dory_rescale_t rescale;
  dory_lookup_t lookup;
  dory_extremum_t extremum;
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

/* Operands that are shifted by themselves. */
static byte_types_t make_shifted_addition(void) {
  const byte_types_t types = random_types();
  dory_requantization_t rules[2];
  for (int32_t i = 0; i < 2; i++) {
    const int32_t shift = bench_between(0, 16);
    const int32_t unit = 1 << shift;
    const int32_t offset = bench_between(-200 * unit, 200 * unit);
    rules[i] = scale(bench_between(bench_between(0, 3) ? 0 : -unit, unit));
    rules[i].coefficients.offset = bench_between(0, 1) ? unit / 2 : offset;
    rules[i].coefficients.shift = shift;
  }
  const dory_coefficients_t coefficients = {.multiplier = 1, .offset = bench_between(-30, 30)};
  made->addition = (dory_addition_t){types.first,
                                     types.second,
                                     types.output,
                                     bench_between(-20, 20),
                                     bench_between(-20, 20),
                                     rules[0],
                                     rules[1],
                                     {DORY_RQ32, coefficients, types.low, types.high},
                                     DORY_SPLIT_ROWS};
  return types;
}

/* Weights of 31 bits; up to two pairs of codes, which occur, have other results. */
static byte_types_t make_pairwise(void) {
  const byte_types_t types = random_types();
  const int32_t count = made->tile.rows.size * made->tile.columns.size * made->tile.channels.size;
  for (int32_t i = 0; i < 2; i++) {
    const int32_t element = bench_between(0, count - 1);
    made->exceptions[i] = (dory_pair_t){(int16_t)dory_element(types.first, made->tile.input[0], element),
                                        (int16_t)dory_element(types.second, made->tile.input[1], element),
                                        bench_between(types.low, types.high)};
  }
  const dory_pair_t last = made->exceptions[1];
  if (last.first < made->exceptions[0].first ||
      (last.first == made->exceptions[0].first && last.second < made->exceptions[0].second)) {
    made->exceptions[1] = made->exceptions[0];
    made->exceptions[0] = last;
  }
  const bool is_one = made->exceptions[0].first == made->exceptions[1].first &&
                      made->exceptions[0].second == made->exceptions[1].second;
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
                                     .high = types.high,
                                     .exceptions = made->exceptions,
                                     .exception_count = bench_between(0, is_one ? 1 : 2)};
  return types;
}

/* From 8 or 16 bits. */
static byte_types_t make_rescale(void) {
  byte_types_t types = random_types();
  const bool is_wide = bench_between(0, 1);
  if (is_wide) {
    types.first = bench_between(0, 1) ? DORY_U16 : DORY_I16;
  }
  const int32_t shift = bench_between(0, 20);
  const int32_t zero_point = bench_between(-3, 3);
  const int32_t multiplier = bench_between(-(1 << shift), 1 << shift);
  const int64_t offset = bench_between(0, 9 << shift);
  const dory_coefficients_t coefficients = {
      .multiplier = multiplier, .offset = offset, .shift = is_wide ? shift + 8 : shift};
  const dory_form_t form = is_wide && shift < 15 ? DORY_RQ32 : DORY_RQ64;
  made->rescale = (dory_rescale_t){
      types.first, types.output, zero_point, {form, coefficients, types.low, types.high}, DORY_SPLIT_ROWS};
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
               {"shifted addition", make_shifted_addition, run_addition, addition_code},
               {"pairwise", make_pairwise, run_pairwise, pairwise_code},
               {"rescale", make_rescale, run_rescale, rescale_code},
               {"lookup", make_lookup, run_lookup, lookup_code},
               {"extremum", make_extremum, run_extremum, extremum_code}};

/* An output all of whose bytes are compared, also those that no kernel may write. */
static void compare(const char *what, uint32_t number, uint8_t *output) {
  bench_compare(what, number, expected, output, sizeof expected);
}

/* A tile and inputs of so many bytes. */
static void make_tile(int32_t rows, int32_t columns, int32_t channels, int32_t bytes) {
  bench_reset();
  made = bench_l1(sizeof *made);
  made->tile = (dory_tile_t){.rows = {0, rows}, .columns = {0, columns}, .channels = {0, channels}};
  for (int32_t i = 0; i < 2; i++) {
    uint8_t *input = bench_l1((size_t)bytes + GUARD);
    bench_fill(input, (size_t)bytes);
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
  const int32_t channels = bench_between(1, is_tiny ? 9 : 70);
  make_tile(rows, columns, channels, 2 * rows * columns * channels);
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

void bench_main(void) {
  bench_seed(SEED);
  for (uint32_t number = 0; number < COUNT; number++) {
    bench_pick_cores();
    check_elementwise(number);
  }
}

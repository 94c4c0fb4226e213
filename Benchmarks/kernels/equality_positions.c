/* SPDX-License-Identifier: Apache-2.0 */
/* Softmax and argument maxima over the channels of positions, and movements, against the same
 * layers computed one element at a time, over random sizes, types and numbers of cores. SEED begins COUNT
 * layers. */
#include "bench.h"
#include "dory_movement.h"
#include "dory_reduction.h"
#include "dory_softmax.h"

#ifndef SEED
#define SEED 1
#endif
#ifndef COUNT
#define COUNT 100
#endif

enum { MOST = 4096, GUARD = 16 };

/* Only one layer is in use. */
static struct {
  dory_tile_t tile;
  dory_softmax_t softmax;
  dory_argument_maximum_t argument_maximum;
  dory_movement_t movement;
  dory_piece_t piece;
} * made; /* in L1 */

static uint8_t expected[MOST + GUARD];

#define RUN(kernel, layer)                                                                                   \
  static void run_##kernel(const void *argument) {                                                           \
    (void)argument;                                                                                          \
    dory_##kernel(&made->tile, &made->layer);                                                                \
  }
RUN(softmax, softmax)
RUN(argument_maximum, argument_maximum)
RUN(fill, movement)
RUN(movement, movement)

static dory_type_t random_byte(void) {
  return bench_between(0, 1) ? DORY_U8 : DORY_I8;
}

/* An input of random bytes; an output and what is expected of it, which begin as the same bytes. */
static void make_tile(int32_t rows, int32_t columns, int32_t channels, size_t input_bytes) {
  bench_reset();
  made = bench_l1(sizeof *made);
  made->tile = (dory_tile_t){
      .rows = {0, rows}, .columns = {0, columns}, .channels = {0, channels}, .input_channels = {0, channels}};
  uint8_t *input = bench_l1(input_bytes + GUARD);
  bench_fill(input, input_bytes);
  made->tile.input[0] = input;
  made->tile.output = bench_l1(sizeof expected);
  for (size_t i = 0; i < sizeof expected; i++) {
    expected[i] = ((uint8_t *)made->tile.output)[i] = 0xA5;
  }
}

/* The code of one channel. */
static int32_t softmax_code(const dory_softmax_t *layer, int32_t base, int32_t count, int32_t channel) {
  const void *input = made->tile.input[0];
  int32_t greatest = -128;
  for (int32_t i = 0; i < count; i++) {
    greatest = dory_max(greatest, dory_element(layer->input_type, input, base + i));
  }
  uint32_t sum = 0;
  int32_t own = 0;
  for (int32_t i = 0; i < count; i++) {
    const int32_t difference = dory_element(layer->input_type, input, base + i) - greatest;
    int32_t exponential = 0;
    if (difference >= layer->minimum_difference) {
      exponential = dory_exp_negative(difference * (1 << layer->left_shift), layer->multiplier);
    }
    sum += (uint32_t)dory_divide_power(exponential, 12);
    own = i == channel ? exponential : own;
  }
  const int32_t headroom = __builtin_clz(sum);
  const int32_t scale = dory_reciprocal((int32_t)((sum << headroom) - (UINT32_C(1) << 31)));
  const int32_t quotient = dory_divide_power(dory_doubling_high(scale, own), 35 - headroom);
  return dory_min(quotient + layer->low, layer->high);
}

/* A few positions of many channels, or many of a few. */
static void check_softmax(uint32_t number) {
  const int32_t kind = bench_between(0, 7);
  const int32_t channels = kind == 0 ? bench_between(256, 300) : bench_between(1, kind < 4 ? 40 : 5);
  const int32_t rows = channels > 10 ? 1 : bench_between(1, 6);
  const int32_t columns = channels > 40 ? 1 : bench_between(1, 3);
  const int32_t count = rows * columns * channels;
  make_tile(rows, columns, channels, (size_t)count);
  const dory_type_t type = random_byte();
  const int32_t left_shift = bench_between(19, 27);
  dory_softmax_t *layer = &made->softmax;
  *layer = (dory_softmax_t){.input_type = type,
                            .output_type = type,
                            .multiplier = bench_between(1 << 30, INT32_MAX),
                            .left_shift = left_shift,
                            .minimum_difference = -(int32_t)((INT64_C(31) << 26) >> left_shift),
                            .low = type == DORY_I8 ? -128 : 0,
                            .high = type == DORY_I8 ? 127 : 255};
  bench_run(run_softmax, 0);
  /* Of many channels, some are compared: each takes the whole sum. */
  uint8_t *output = made->tile.output;
  for (int32_t i = 0; i < count; i++) {
    if (channels < 256 || i % 16 == (int32_t)(number % 16)) {
      const int32_t base = i / channels * channels;
      dory_set_element(type, expected, i, softmax_code(layer, base, channels, i - base));
    } else {
      expected[i] = output[i];
    }
  }
  bench_compare("softmax", number, expected, output, sizeof expected);
}

static void check_argument_maximum(uint32_t number) {
  const int32_t rows = bench_between(1, 5);
  const int32_t columns = bench_between(1, 5);
  const int32_t channels = bench_between(1, 60);
  make_tile(rows, columns, 1, (size_t)(rows * columns * channels));
  made->tile.input_channels.size = channels;
  const dory_type_t type = random_byte();
  const bool is_least = bench_between(0, 1);
  made->argument_maximum = (dory_argument_maximum_t){type, DORY_I32, is_least, DORY_SPLIT_PIXELS};
  bench_run(run_argument_maximum, 0);
  for (int32_t i = 0; i < rows * columns; i++) {
    int32_t best = 0;
    for (int32_t j = 1; j < channels; j++) {
      const int32_t code = dory_element(type, made->tile.input[0], i * channels + j);
      const int32_t other = dory_element(type, made->tile.input[0], i * channels + best);
      best = (is_least ? code < other : code > other) ? j : best;
    }
    dory_set_element(DORY_I32, expected, i, best);
  }
  bench_compare("argument maximum", number, expected, made->tile.output, sizeof expected);
}

/* A piece of three loops, whose extents, strides and offsets are given. */
static dory_piece_t make_piece(const int32_t extents[3], const int32_t from[3], const int32_t to[3],
                               int32_t output_offset) {
  dory_piece_t piece = {.output_offset = output_offset, .extents = {1, 1, 1}};
  for (int32_t i = 0; i < 3; i++) {
    piece.extents[3 + i] = extents[i];
    piece.input_strides[3 + i] = from[i];
    piece.output_strides[3 + i] = to[i];
  }
  return piece;
}

/* A map inside another, its transpose, or each of its rows with every pixel twice. */
static void check_movement(uint32_t number) {
  static const dory_type_t types[] = {DORY_U8, DORY_I8, DORY_U16, DORY_I16};
  const dory_type_t type = types[bench_between(0, 3)];
  const int32_t h = bench_between(1, 6);
  const int32_t w = bench_between(1, 7);
  const int32_t c = bench_between(1, 9);
  const int32_t kind = bench_between(0, 2);
  const int32_t top = bench_between(0, 2);
  const int32_t left = bench_between(0, 2);
  const int32_t width = kind == 0 ? w + left + bench_between(0, 2) : kind == 1 ? c : 2 * w;
  const int32_t height = kind == 0 ? h + top + bench_between(0, 2) : h;
  const int32_t channels = kind == 1 ? w : c;
  make_tile(height, width, channels, (size_t)(2 * h * w * c));
  const dory_piece_t pieces[] = {
      make_piece((int32_t[]){h, w, c}, (int32_t[]){w * c, c, 1}, (int32_t[]){width * c, c, 1},
                 (top * width + left) * c),
      make_piece((int32_t[]){h, c, w}, (int32_t[]){w * c, 1, c}, (int32_t[]){w * c, w, 1}, 0),
      make_piece((int32_t[]){w, 2, c}, (int32_t[]){c, 0, 1}, (int32_t[]){2 * c, c, 1}, 0)};
  made->piece = pieces[kind];
  made->movement = (dory_movement_t){.input = {{type, w, c}},
                                     .output = {type, width, channels},
                                     .rowwise = kind == 2,
                                     .fill = bench_between(0, 100),
                                     .pieces = &made->piece,
                                     .piece_count = 1};
  bench_run(run_fill, 0);
  bench_run(run_movement, 0);
  for (int32_t i = 0; i < height * width * channels; i++) {
    const int32_t row = i / channels / width;
    const int32_t column = i / channels % width;
    const int32_t channel = i % channels;
    const bool is_outside = kind == 0 && (row < top || row >= top + h || column < left || column >= left + w);
    const int32_t from = kind == 0   ? ((row - top) * w + column - left) * c + channel
                         : kind == 1 ? (row * w + channel) * c + column
                                     : (row * w + column / 2) * c + channel;
    dory_set_element(type, expected, i,
                     is_outside ? made->movement.fill : dory_element(type, made->tile.input[0], from));
  }
  bench_compare("movement", number, expected, made->tile.output, sizeof expected);
}

void bench_main(void) {
  bench_seed(SEED);
  for (uint32_t number = 0; number < COUNT; number++) {
    bench_pick_cores();
    const int32_t kind = bench_between(0, 3);
    if (kind == 0) {
      check_softmax(number);
    } else if (kind == 1) {
      check_argument_maximum(number);
    } else {
      check_movement(number);
    }
  }
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Pools of bytes against the same layers computed one channel at a time, over random sizes with every
 * remainder, windows, types, clips and numbers of cores. SEED begins COUNT layers. */
#include "bench.h"
#include "dory_pooling.h"

#ifndef SEED
#define SEED 1
#endif
#ifndef COUNT
#define COUNT 100
#endif

enum { MOST = 2048, GUARD = 16 };

static struct {
  dory_tile_t tile;
  dory_pooling_t pooling;
} * made; /* in L1 */

static uint8_t expected[MOST + GUARD];

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

/* Tiles with as many input positions as given; all bytes of the output are compared, also those that no
 * kernel may write. */
static void make_tile(int32_t rows, int32_t columns, int32_t channels, int32_t height, int32_t width) {
  bench_reset();
  made = bench_l1(sizeof *made);
  made->tile = (dory_tile_t){.rows = {0, rows},
                             .columns = {0, columns},
                             .channels = {0, channels},
                             .input_rows = {0, height},
                             .input_columns = {0, width},
                             .input_channels = {0, channels}};
  const size_t bytes = (size_t)(height * width * channels);
  uint8_t *input = bench_l1(bytes + GUARD);
  bench_fill(input, bytes);
  made->tile.input[0] = input;
  made->tile.output = bench_l1(sizeof expected);
  for (size_t i = 0; i < sizeof expected; i++) {
    expected[i] = ((uint8_t *)made->tile.output)[i] = 0xA5;
  }
}

/* Windows with borders, strides and dilation; some as large as the map, many of 2x2 or 3x3. */
static void check_pooling(uint32_t number) {
  const bool is_global = bench_between(0, 2) == 0;
  dory_window_t window = {
      bench_between(1, 6), bench_between(1, 6), bench_between(1, 3), bench_between(1, 3), 1, 1};
  const int32_t choice = bench_between(0, 5);
  if (choice < 3) {
    window.kernel_height = window.kernel_width = bench_between(2, 3);
  } else if (choice < 5) {
    *(choice == 3 ? &window.kernel_height : &window.kernel_width) = bench_between(1, 2);
  }
  if (!is_global && bench_between(0, 2) == 0) {
    window.dilation_height = bench_between(1, 2);
    window.dilation_width = bench_between(1, 2);
  }
  const int32_t rows = is_global ? 1 : bench_between(1, 4);
  const int32_t columns = is_global ? 1 : bench_between(1, 5);
  const int32_t top = is_global ? 0 : bench_between(0, (window.kernel_height - 1) / 2);
  const int32_t left = is_global ? 0 : bench_between(0, (window.kernel_width - 1) / 2);
  const int32_t height = dory_max(
      (rows - 1) * window.stride_height + (window.kernel_height - 1) * window.dilation_height + 1 - top, 1);
  const int32_t width = dory_max(
      (columns - 1) * window.stride_width + (window.kernel_width - 1) * window.dilation_width + 1 - left, 1);
  const dory_type_t type = bench_between(0, 1) ? DORY_U8 : DORY_I8;
  const int32_t channels = bench_between(1, dory_min(MOST / (height * width), is_global ? 90 : 20));
  make_tile(rows, columns, channels, height, width);
  dory_tile_t *tile = &made->tile;
  tile->padding_top = top;
  tile->padding_left = left;
  dory_pooling_t *layer = &made->pooling;
  *layer = (dory_pooling_t){.kind = (dory_pool_kind_t)bench_between(DORY_POOL_MAXIMUM, DORY_POOL_SUM),
                            .window = window,
                            .input_type = type,
                            .output_type = type};
  const int32_t lowest = type == DORY_I8 ? -128 : 0;
  layer->requantization = (dory_requantization_t){.low = lowest + bench_between(0, 9), .high = lowest + 250};
  if (layer->kind == DORY_POOL_SUM) {
    static const dory_form_t forms[] = {DORY_RQ32, DORY_RQ32, DORY_RQ32C, DORY_RQ64};
    layer->output_type = bench_between(0, 1) ? DORY_U8 : DORY_I8;
    const int32_t low = (layer->output_type == DORY_I8 ? -128 : 0) + bench_between(0, 40);
    layer->input_zero_point = bench_between(-20, 20);
    dory_coefficients_t c = {.shift = 14, .lower_bound = -900, .upper_bound = 2000};
    c.multiplier = bench_between(1, 4000);
    c.offset = bench_between(-(1 << 20), 1 << 20);
    layer->requantization =
        (dory_requantization_t){forms[bench_between(0, 3)], c, low, low + bench_between(100, 215)};
  }
  bench_run(run_pooling, 0);
  uint8_t *output = tile->output;
  tile->output = expected;
  bench_run(run_slow_pooling, 0);
  tile->output = output;
  bench_compare("pooling", number, expected, output, sizeof expected);
}

void bench_main(void) {
  bench_seed(SEED);
  for (uint32_t number = 0; number < COUNT; number++) {
    bench_pick_cores();
    check_pooling(number);
  }
}

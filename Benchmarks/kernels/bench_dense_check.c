/* SPDX-License-Identifier: Apache-2.0 */
/* What a case is to give, straight from the definition of a convolution. */
#include "bench_dense.h"

enum { MOST_SUMS = 32 * 1024, MOST_TAPS = 576, MOST_CORES = 16 };

static int32_t sums[MOST_SUMS];
static uint32_t differences[MOST_CORES]; /* that each core has found */

/* The products of one window, row by row of the kernel: four bytes at a time, then the rest. */
static int32_t window_sum(const uint8_t *input, int32_t row_bytes, const int8_t *taps, int32_t lines,
                          int32_t bytes) {
  int32_t sum = 0;
  for (int32_t line = 0; line < lines; line++, input += row_bytes, taps += bytes) {
    int32_t i = 0;
    for (; i + 4 <= bytes; i += 4) {
      sum = dory_mac_u8i8(sum, dory_load_word(input + i), dory_load_word(taps + i));
    }
    for (; i < bytes; i++) {
      sum += input[i] * taps[i];
    }
  }
  return sum;
}

static void make_sums(const void *argument) {
  const dense_case_t *made = argument;
  const dense_shape_t *shape = &made->shape;
  const dory_window_t *window = &shape->window;
  const int8_t *weights = made->plain_tile.weights;
  const int32_t bytes = window->kernel_width * shape->depth;
  const int32_t size = window->kernel_height * bytes;
  const int32_t row_bytes =
      ((shape->columns - 1) * window->stride_width + window->kernel_width) * shape->depth;
  int8_t taps[MOST_TAPS] __attribute__((aligned(4)));
  for (int32_t channel = dory_core_id(); channel < shape->channels; channel += dory_core_count()) {
    for (int32_t i = 0; i < size; i++) {
      taps[i] = weights[channel * size + i];
    }
    int32_t *sum = sums + channel;
    for (int32_t row = 0; row < shape->rows; row++) {
      const uint8_t *input = (const uint8_t *)made->tile.input[0] + row * window->stride_height * row_bytes;
      for (int32_t column = 0; column < shape->columns; column++) {
        *sum = window_sum(input, row_bytes, taps, window->kernel_height, bytes);
        sum += shape->channels;
        input += window->stride_width * shape->depth;
      }
    }
  }
}

void dense_sum(const dense_case_t *made) {
  bench_run(make_sums, made);
}

/* Requantizes the sums in the plain order, and counts the codes of the output that differ. */
static void compare(const void *argument) {
  const dense_case_t *made = argument;
  const dense_shape_t *shape = &made->shape;
  const dory_convolution_t *plain = &made->plain;
  const int32_t end = shape->rows * shape->columns * shape->channels;
  const int32_t words = dory_parameter_words(plain->form, plain->entries, false);
  const uint8_t *output = made->tile.output;
  uint32_t found = 0;
  for (int32_t channel = dory_core_id(); channel < shape->channels; channel += dory_core_count()) {
    const int32_t *parameters = made->plain_tile.parameters + channel * words;
    const dory_coefficients_t c = dory_channel_coefficients(plain->form, plain->entries, parameters);
    const int32_t bias = parameters[0];
    for (int32_t i = channel; i < end; i += shape->channels) {
      const int32_t code = dory_requantize(plain->form, c, sums[i] + bias, shape->low, shape->high);
      found += output[i] != (uint8_t)code ? 1 : 0;
    }
  }
  differences[dory_core_id()] = found;
}

void dense_check(const dense_case_t *made, const char *what, uint32_t number) {
  bench_run(compare, made);
  uint32_t found = 0;
  for (int32_t core = 0; core < MOST_CORES; core++) {
    found += differences[core];
  }
  if (found > 0) {
    bench_text("codes that differ: ");
    bench_number(found);
    bench_text("\n");
  }
  const uint32_t none = 0;
  bench_compare(what, number, &none, &found, sizeof found);
}

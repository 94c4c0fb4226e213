/* SPDX-License-Identifier: Apache-2.0 */
#include "bench_dense.h"

enum { PLAIN_BYTES = 64 * 1024, PARAMETER_WORDS = 4096, MOST_SUMS = 32 * 1024, MOST_TAPS = 576 };

/* The plain order's data. */
static uint8_t map[PLAIN_BYTES] __attribute__((aligned(16)));
static int8_t weights[PLAIN_BYTES] __attribute__((aligned(16)));
static int32_t parameters[PARAMETER_WORDS];
static uint8_t expected[PLAIN_BYTES] __attribute__((aligned(16)));
static int32_t sums[MOST_SUMS];

static int32_t element_bytes(dory_type_t type) {
  return dory_bits(type) / 8;
}

static int32_t padded_rows(const dense_shape_t *shape) {
  const dory_window_t *window = &shape->window;
  return (shape->rows - 1) * window->stride_height + (window->kernel_height - 1) * window->dilation_height +
         1;
}

static int32_t padded_columns(const dense_shape_t *shape) {
  const dory_window_t *window = &shape->window;
  return (shape->columns - 1) * window->stride_width + (window->kernel_width - 1) * window->dilation_width +
         1;
}

static int32_t kernel_area(const dense_shape_t *shape) {
  return shape->window.kernel_height * shape->window.kernel_width;
}

uint32_t dense_products(const dense_shape_t *shape) {
  return (uint32_t)(shape->rows * shape->columns * shape->channels * shape->depth * kernel_area(shape));
}

/* The greatest magnitude of a sum, with any bias of 4096 at most. */
static int32_t greatest_sum(const dense_shape_t *shape, int32_t greatest_input) {
  return kernel_area(shape) * shape->depth * greatest_input * 128 + 4096;
}

/* The shift that brings sums of usual size, a tenth of the greatest, to about 8 bits. */
static int32_t usual_shift(int32_t greatest, int64_t multiplier) {
  int32_t shift = 0;
  while (greatest / 10 * multiplier >> shift > 200) {
    shift++;
  }
  return shift;
}

static int64_t least_of(int64_t a, int64_t b) {
  return a < b ? a : b;
}

/* The words of one channel's parameters in the plain order. */
static void make_parameters(const dense_shape_t *shape, int32_t greatest, int32_t *words) {
  const int32_t limit = INT32_MAX;
  for (int32_t i = 0; i < dory_parameter_words(shape->form, shape->entries, false); i++) {
    words[i] = 0;
  }
  words[0] = bench_between(-4096, 4096);
  switch (shape->form) {
  case DORY_RAW:
    break;
  case DORY_RQ32: {
    const int32_t most = dory_min(limit / 2 / greatest, 1 << 20);
    words[1] = bench_between(most / 2 + 1, most > 1 ? most : 1);
    words[3] = dory_min(usual_shift(greatest, words[1]), 31);
    words[2] = bench_between(0, (int32_t)least_of(INT64_C(130) << words[3], limit / 3));
    break;
  }
  case DORY_RQ32C: {
    /* From the least code at the lower bound up to the greatest one at most. */
    const int32_t bound = greatest / 10 + 2;
    words[4] = -bench_between(0, bound);
    words[5] = bench_between(0, bound);
    words[1] = bench_between(1, dory_min(limit / 8 / bound, 1 << 24));
    while ((words[5] - words[4]) * words[1] >> words[3] > 255) {
      words[3]++;
    }
    words[2] = -words[4] * words[1] + (shape->output_type == DORY_I8 ? -128 * (1 << words[3]) : 0);
    break;
  }
  case DORY_RQH: {
    int32_t preshift = 0;
    while (greatest <= limit >> (preshift + 1)) {
      preshift++;
    }
    words[1] = bench_between(1 << 28, INT32_MAX);
    const int32_t highest = (int32_t)((int64_t)(greatest << preshift) * words[1] >> 32);
    const int32_t shift = usual_shift(highest, 1);
    words[2] = bench_between(0, (int32_t)least_of(INT64_C(130) << shift, limit / 3));
    words[3] = shift + 256 * preshift;
    break;
  }
  case DORY_RQ64:
  case DORY_RQ64S:
  case DORY_RQ64X: {
    words[1] = bench_between(1 << 28, INT32_MAX);
    words[4] = usual_shift(greatest, words[1]);
    const int64_t offset = (int64_t)bench_between(0, 130) << words[4];
    words[2] = (int32_t)(uint32_t)offset;
    words[3] = (int32_t)(offset >> 32);
    for (int32_t i = 0; shape->form == DORY_RQ64X && i < shape->entries; i++) {
      words[5 + 2 * i] = bench_between(-2000, 2000);
      words[6 + 2 * i] = bench_between(-1, 1);
    }
    break;
  }
  case DORY_RQ64T:
    words[1] = bench_between(1 << 20, (1 << 24) - 1);
    words[2] = usual_shift(greatest, words[1]);
    words[3] = bench_between(-10, 10);
    break;
  case DORY_THR:
    words[1] = bench_between(0, 1) ? 1 : -1;
    words[2] = bench_between(-greatest / 10, 0);
    for (int32_t i = 1; i < shape->entries; i++) {
      words[2 + i] = words[1 + i] + bench_between(0, greatest / 5 / shape->entries);
    }
    break;
  }
}

static void make_map(const dense_shape_t *shape, int32_t rows, int32_t columns, int32_t greatest) {
  const bool is_signed = shape->input_type == DORY_I8 || shape->input_type == DORY_I16;
  const int32_t count = rows * columns * shape->depth;
  if (shape->input_type == DORY_U8) {
    bench_fill(map, (size_t)count);
    return;
  }
  for (int32_t i = 0; i < count; i++) {
    dory_set_element(shape->input_type, map, i, bench_between(is_signed ? -greatest : 0, greatest));
  }
}

void dense_make(dense_case_t *made, const dense_shape_t *shape) {
  const int32_t rows = padded_rows(shape) - shape->top - shape->bottom;
  const int32_t columns = padded_columns(shape) - shape->left - shape->right;
  const bool is_signed = shape->input_type == DORY_I8 || shape->input_type == DORY_I16;
  const int32_t greatest = is_signed ? 127 : dory_bits(shape->input_type) == 16 ? 400 : 255;
  const int32_t words = dory_parameter_words(shape->form, shape->entries, false);
  const int32_t size = kernel_area(shape) * shape->depth;
  *made = (dense_case_t){.shape = *shape};
  made->padding_value = bench_between(is_signed ? -greatest : 0, greatest);
  make_map(shape, rows, columns, greatest);
  bench_fill(weights, (size_t)(shape->channels * size));
  for (int32_t channel = 0; channel < shape->channels; channel++) {
    make_parameters(shape, greatest_sum(shape, greatest), parameters + channel * words);
  }
  made->plain = (dory_convolution_t){.window = shape->window,
                                     .input_type = shape->input_type,
                                     .weight_type = DORY_I8,
                                     .output_type = shape->output_type,
                                     .padding_value = made->padding_value,
                                     .form = shape->form,
                                     .entries = shape->entries,
                                     .low = shape->low,
                                     .high = shape->high,
                                     .split = DORY_SPLIT_PIXELS};
  made->dense = (dory_dense_t){.window = shape->window,
                               .input_type = shape->input_type,
                               .output_type = shape->output_type,
                               .form = shape->form,
                               .entries = shape->entries,
                               .low = shape->keeps_to_codes ? INT32_MIN : shape->low,
                               .high = shape->keeps_to_codes ? INT32_MAX : shape->high,
                               .accumulates = shape->pass_depth < shape->depth};
  made->plain_tile = (dory_tile_t){.rows = {0, shape->rows},
                                   .columns = {0, shape->columns},
                                   .channels = {0, shape->channels},
                                   .input_rows = {0, rows},
                                   .input_columns = {0, columns},
                                   .input_channels = {0, shape->depth},
                                   .padding_top = shape->top,
                                   .padding_left = shape->left,
                                   .first_pass = true,
                                   .last_pass = true,
                                   .input = {map, 0},
                                   .weights = weights,
                                   .parameters = parameters,
                                   .output = expected};
  made->expected = expected;
  made->output_bytes =
      (size_t)(shape->rows * shape->columns * shape->channels * element_bytes(shape->output_type));
  made->tile = made->plain_tile;
  made->tile.output = bench_l1(made->output_bytes);
  if (made->dense.accumulates) {
    made->tile.accumulator = bench_l1(4 * (size_t)(shape->rows * shape->columns * shape->channels));
  }
}

/* Elements of a window with every segment filled up. */
static int32_t window_elements(const dense_shape_t *shape, int32_t depth) {
  const dory_window_t *window = &shape->window;
  const int32_t unit = 4 / element_bytes(shape->input_type);
  const int32_t area = kernel_area(shape);
  const bool in_rows = window->dilation_width == 1 || window->kernel_width == 1;
  const int32_t apart = in_rows ? window->kernel_height * dory_divide_up(window->kernel_width * depth, unit)
                                : area * dory_divide_up(depth, unit);
  const int32_t together = dory_divide_up(area * depth, unit);
  return unit * (together < apart && together * 4 <= 128 ? together : apart);
}

static int32_t saturated(int64_t value) {
  return dory_clip(value, INT32_MIN, INT32_MAX);
}

/* Word `i` of a channel in the interleaved order, whose bias is part of the other words where the form
 * allows. */
static int32_t parameter_at(const dense_shape_t *shape, const int32_t *plain, int32_t i) {
  if (shape->form != DORY_RQ32 && shape->form != DORY_RQ32C) {
    return plain[i];
  }
  switch (i) {
  case 1:
    return (int32_t)((uint32_t)plain[2] + (uint32_t)plain[0] * (uint32_t)plain[1]);
  case 3:
  case 4:
    return saturated((int64_t)plain[i + 1] - plain[0]);
  default:
    return plain[i + 1];
  }
}

static void pack_input(dense_case_t *made, int32_t from, int32_t depth) {
  const dense_shape_t *shape = &made->shape;
  const int32_t rows = padded_rows(shape);
  const int32_t columns = padded_columns(shape);
  uint8_t *tile = (uint8_t *)(uintptr_t)made->tile.input[0];
  for (int32_t row = 0; row < rows; row++) {
    for (int32_t column = 0; column < columns; column++) {
      const bool inside = row >= shape->top && row < rows - shape->bottom && column >= shape->left &&
                          column < columns - shape->right;
      const int32_t position =
          (row - shape->top) * (columns - shape->left - shape->right) + column - shape->left;
      for (int32_t channel = 0; channel < depth; channel++) {
        const int32_t value =
            inside ? dory_element(shape->input_type, map, position * shape->depth + from + channel)
                   : made->padding_value;
        dory_set_element(shape->input_type, tile, (row * columns + column) * depth + channel, value);
      }
    }
  }
}

/* Weights of a channel for input channels from..<from + depth, the first one of each word at `to`, a group's
 * words apart. A channel that is missing has zeros. */
static void pack_weights(const dense_shape_t *shape, int32_t channel, int32_t from, int32_t depth,
                         uint8_t *to) {
  const dory_window_t *window = &shape->window;
  const int32_t bytes = element_bytes(shape->input_type);
  const int32_t elements = window_elements(shape, depth);
  const bool in_rows = window->dilation_width == 1 || window->kernel_width == 1;
  const int32_t area = kernel_area(shape);
  const int32_t apart = in_rows
                            ? window->kernel_height * dory_divide_up(window->kernel_width * depth * bytes, 4)
                            : area * dory_divide_up(depth * bytes, 4);
  const bool together = elements * bytes < 4 * apart || area == 1;
  const int8_t *weight = weights + channel * area * shape->depth + from;
  int32_t tap = 0; /* of the kernel row, or of the whole kernel */
  int32_t k = 0;   /* bytes of the window */
  for (int32_t i = 0; i < area; i++) {
    if (!together && (!in_rows || tap == window->kernel_width)) {
      k = (k + 3) & ~3;
      tap = 0;
    }
    for (int32_t j = 0; j < depth; j++, k += bytes) {
      uint8_t *at = to + 16 * (k >> 2) + (k & 3);
      at[0] = (uint8_t)weight[i * shape->depth + j];
      if (bytes == 2) {
        at[1] = weight[i * shape->depth + j] < 0 ? 255 : 0;
      }
    }
    tap++;
  }
}

static void pack_constants(dense_case_t *made, int32_t from, int32_t depth) {
  const dense_shape_t *shape = &made->shape;
  const int32_t words = dory_group_words(shape->form, shape->entries);
  const int32_t plain_words = dory_parameter_words(shape->form, shape->entries, false);
  const int32_t weight_words = window_elements(shape, depth) * element_bytes(shape->input_type);
  int32_t *to = (int32_t *)(uintptr_t)made->tile.weights;
  for (int32_t group = 0; group < shape->channels; group += 4) {
    for (int32_t i = 0; i < weight_words + 4 * words; i++) {
      to[i] = 0;
    }
    for (int32_t i = 0; i < dory_min(4, shape->channels - group); i++) {
      pack_weights(shape, group + i, from, depth, (uint8_t *)(to + i));
      for (int32_t word = 0; word < words; word++) {
        to[weight_words + 4 * word + i] = parameter_at(shape, parameters + (group + i) * plain_words, word);
      }
    }
    to += weight_words + 4 * words;
  }
}

void dense_pack(dense_case_t *made, int32_t from) {
  const dense_shape_t *shape = &made->shape;
  const int32_t depth = dory_min(shape->pass_depth, shape->depth - from);
  if (from == 0) {
    const int32_t bytes = element_bytes(shape->input_type);
    const int32_t group_bytes =
        4 * (window_elements(shape, depth) * bytes + 4 * dory_group_words(shape->form, shape->entries));
    made->tile.input[0] = bench_l1((size_t)(padded_rows(shape) * padded_columns(shape) * depth * bytes + 3));
    made->tile.weights = bench_l1((size_t)(dory_divide_up(shape->channels, 4) * group_bytes));
  }
  made->tile.input_channels = (dory_range_t){from, depth};
  made->tile.first_pass = from == 0;
  made->tile.last_pass = from + depth == shape->depth;
  pack_input(made, from, depth);
  pack_constants(made, from, depth);
}

/* The products of one window, row by row of the kernel. */
static int32_t window_sum(const uint8_t *input, int32_t row_bytes, const int8_t *taps, int32_t lines,
                          int32_t bytes) {
  int32_t sum = 0;
  for (int32_t line = 0; line < lines; line++, input += row_bytes) {
    for (int32_t i = 0; i < bytes; i++) {
      sum += input[i] * *taps++;
    }
  }
  return sum;
}

void dense_sum(const void *argument) {
  const dense_case_t *made = argument;
  const dense_shape_t *shape = &made->shape;
  const int32_t bytes = shape->window.kernel_width * shape->depth;
  const int32_t size = shape->window.kernel_height * bytes;
  const int32_t row_bytes = padded_columns(shape) * shape->depth;
  int8_t taps[MOST_TAPS];
  for (int32_t channel = dory_core_id(); channel < shape->channels; channel += dory_core_count()) {
    for (int32_t i = 0; i < size; i++) {
      taps[i] = weights[channel * size + i];
    }
    int32_t *sum = sums + channel;
    for (int32_t row = 0; row < shape->rows; row++) {
      const uint8_t *input =
          (const uint8_t *)made->tile.input[0] + row * shape->window.stride_height * row_bytes;
      for (int32_t column = 0; column < shape->columns; column++) {
        *sum = window_sum(input, row_bytes, taps, shape->window.kernel_height, bytes);
        sum += shape->channels;
        input += shape->window.stride_width * shape->depth;
      }
    }
  }
}

void dense_requantize(const void *argument) {
  const dense_case_t *made = argument;
  const dense_shape_t *shape = &made->shape;
  const int32_t positions = shape->rows * shape->columns;
  const int32_t count = dory_parameter_words(shape->form, shape->entries, false);
  for (int32_t channel = dory_core_id(); channel < shape->channels; channel += dory_core_count()) {
    const int32_t *words = parameters + channel * count;
    for (int32_t i = channel; i < positions * shape->channels; i += shape->channels) {
      expected[i] = (uint8_t)dory_requantize_channel(shape->form, shape->entries, words, sums[i] + words[0],
                                                     shape->low, shape->high);
    }
  }
}

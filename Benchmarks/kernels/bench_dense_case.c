/* SPDX-License-Identifier: Apache-2.0 */
#include "bench_dense.h"

enum { PLAIN_BYTES = 64 * 1024, PARAMETER_WORDS = 4096 };

/* The plain order's data. */
static uint8_t map[PLAIN_BYTES] __attribute__((aligned(16)));
static int8_t weights[PLAIN_BYTES] __attribute__((aligned(16)));
static int32_t parameters[PARAMETER_WORDS];
static int32_t group_parameters[PARAMETER_WORDS];
static uint8_t expected[PLAIN_BYTES] __attribute__((aligned(16)));

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

/* The rule of its channels; forms of 64 bits have wide shifts where the kernel is to know it. */
static bench_rule_t rule_of(const dense_shape_t *shape) {
  const bool is_signed = shape->input_type == DORY_I8 || shape->input_type == DORY_I16;
  const int32_t greatest = is_signed ? 127 : dory_bits(shape->input_type) == 16 ? 400 : 255;
  return (bench_rule_t){.form = shape->form,
                        .output_type = shape->output_type,
                        .entries = shape->entries,
                        .greatest = greatest_sum(shape, greatest),
                        .is_wide = shape->is_wide};
}

static void make(dense_case_t *made, const dense_shape_t *shape, bool has_data) {
  const int32_t rows = padded_rows(shape) - shape->top - shape->bottom;
  const int32_t columns = padded_columns(shape) - shape->left - shape->right;
  const bool is_signed = shape->input_type == DORY_I8 || shape->input_type == DORY_I16;
  const int32_t greatest = is_signed ? 127 : dory_bits(shape->input_type) == 16 ? 400 : 255;
  const bench_rule_t rule = rule_of(shape);
  const int32_t plain_words = bench_plain_words(&rule);
  const int32_t words = dory_group_words(shape->form, shape->entries);
  const int32_t size = kernel_area(shape) * shape->depth;
  *made = (dense_case_t){.shape = *shape};
  made->padding_value = bench_between(is_signed ? -greatest : 0, greatest);
  if (!has_data) {
    make_map(shape, rows, columns, greatest);
    bench_fill(weights, (size_t)(shape->channels * size));
  }
  for (int32_t channel = 0; channel < shape->channels; channel++) {
    bench_parameters(&rule, parameters + channel * plain_words, group_parameters + channel * words);
  }
  made->plain = (dory_convolution_t){.window = shape->window,
                                     .input_type = shape->input_type,
                                     .weight_type = DORY_I8,
                                     .output_type = shape->output_type,
                                     .padding_value = made->padding_value,
                                     .form = bench_plain_form(shape->form),
                                     .entries = bench_plain_entries(&rule),
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
                               .accumulates = shape->pass_depth < shape->depth,
                               .is_wide = shape->is_wide};
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

void dense_make(dense_case_t *made, const dense_shape_t *shape) {
  make(made, shape, false);
}

void dense_make_again(dense_case_t *made, const dense_shape_t *shape) {
  make(made, shape, true);
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

/* The rows of the padded tile; cores share them. */
static void pack_input(const dense_case_t *made, int32_t from, int32_t depth) {
  const dense_shape_t *shape = &made->shape;
  const int32_t rows = padded_rows(shape);
  const int32_t columns = padded_columns(shape);
  uint8_t *tile = (uint8_t *)(uintptr_t)made->tile.input[0];
  for (int32_t row = dory_core_id(); row < rows; row += dory_core_count()) {
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

/* The groups of channels; cores share them. */
static void pack_constants(const dense_case_t *made, int32_t from, int32_t depth) {
  const dense_shape_t *shape = &made->shape;
  const int32_t words = dory_group_words(shape->form, shape->entries);
  const int32_t weight_words = window_elements(shape, depth) * element_bytes(shape->input_type);
  for (int32_t group = 4 * dory_core_id(); group < shape->channels; group += 4 * dory_core_count()) {
    int32_t *to = (int32_t *)(uintptr_t)made->tile.weights + group / 4 * (weight_words + 4 * words);
    for (int32_t i = 0; i < weight_words + 4 * words; i++) {
      to[i] = 0;
    }
    for (int32_t i = 0; i < dory_min(4, shape->channels - group); i++) {
      pack_weights(shape, group + i, from, depth, (uint8_t *)(to + i));
      for (int32_t word = 0; word < words; word++) {
        to[weight_words + 4 * word + i] = group_parameters[(group + i) * words + word];
      }
    }
  }
}

static void pack(const void *argument) {
  const dense_case_t *made = argument;
  const dory_range_t channels = made->tile.input_channels;
  pack_input(made, channels.begin, channels.size);
  pack_constants(made, channels.begin, channels.size);
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
  bench_run(pack, made);
}

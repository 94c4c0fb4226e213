/* SPDX-License-Identifier: Apache-2.0 */
#include "bench_columns.h"

enum { PLAIN_BYTES = 48 * 1024, PARAMETER_WORDS = 8192, MARGIN_BYTES = 16, USUAL_WORDS = 5 };

/* The plain order's data, and the parameters of groups channel by channel. */
static uint8_t map[PLAIN_BYTES] __attribute__((aligned(16)));
static int8_t weights[PLAIN_BYTES] __attribute__((aligned(16)));
static int32_t parameters[PARAMETER_WORDS];
static int32_t group_parameters[PARAMETER_WORDS];
static uint8_t expected[PLAIN_BYTES] __attribute__((aligned(16)));

static int32_t padded_rows(const columns_shape_t *shape) {
  const dory_window_t *window = &shape->window;
  return (shape->rows - 1) * window->stride_height + (window->kernel_height - 1) * window->dilation_height +
         1;
}

static int32_t padded_columns(const columns_shape_t *shape) {
  const dory_window_t *window = &shape->window;
  return (shape->columns - 1) * window->stride_width + (window->kernel_width - 1) * window->dilation_width +
         1;
}

static int32_t kernel_area(const columns_shape_t *shape) {
  return shape->window.kernel_height * shape->window.kernel_width;
}

static size_t output_bytes(const columns_shape_t *shape) {
  return (size_t)(shape->rows * shape->columns * shape->channels * (shape->form == DORY_RAW ? 4 : 1));
}

/* With room for the words of any form without a list. */
static size_t constant_bytes(const columns_shape_t *shape) {
  const int32_t weight_bytes =
      shape->window.kernel_height * dory_divide_up(shape->window.kernel_width, 4) * 4;
  const int32_t words = dory_max(dory_group_words(shape->form, shape->entries), USUAL_WORDS);
  return (size_t)(dory_divide_up(shape->channels, DORY_GROUP) * DORY_GROUP * (weight_bytes + 4 * words));
}

size_t columns_bytes(const columns_shape_t *shape) {
  const size_t padded = (size_t)(padded_rows(shape) * padded_columns(shape) * shape->channels);
  return sizeof(columns_case_t) + padded + output_bytes(shape) + constant_bytes(shape) + 5 * MARGIN_BYTES;
}

uint32_t columns_products(const columns_shape_t *shape) {
  return (uint32_t)(shape->rows * shape->columns * shape->channels * kernel_area(shape));
}

static bench_rule_t rule_of(const columns_shape_t *shape) {
  return (bench_rule_t){.form = shape->form,
                        .output_type = shape->output_type,
                        .entries = shape->entries,
                        .greatest = kernel_area(shape) * 255 * 128 + 4096,
                        .one_shift = false};
}

/* Weights and parameters in groups. */
static void pack_constants(const columns_shape_t *shape, int8_t *packed) {
  const int32_t width = shape->window.kernel_width;
  const int32_t segment = dory_divide_up(width, 4) * 4;
  const int32_t weight_bytes = shape->window.kernel_height * segment * DORY_GROUP;
  const int32_t words = dory_group_words(shape->form, shape->entries);
  const int32_t group_bytes = weight_bytes + 4 * DORY_GROUP * words;
  for (int32_t i = 0; i < dory_divide_up(shape->channels, DORY_GROUP) * group_bytes; i++) {
    packed[i] = 0;
  }
  for (int32_t channel = 0; channel < shape->channels; channel++) {
    int8_t *group = packed + channel / DORY_GROUP * group_bytes;
    const int32_t lane = channel % DORY_GROUP;
    for (int32_t kh = 0; kh < shape->window.kernel_height; kh++) {
      for (int32_t kw = 0; kw < width; kw++) {
        const int32_t at = kh * segment + kw;
        group[at / 4 * 16 + 4 * lane + at % 4] = weights[(kh * width + kw) * shape->channels + channel];
      }
    }
    int32_t *own = (int32_t *)(void *)(group + weight_bytes) + lane;
    for (int32_t i = 0; i < words; i++) {
      own[DORY_GROUP * i] = group_parameters[channel * words + i];
    }
  }
}

static uint8_t *fill(uint8_t *to, int32_t value, int32_t count) {
  for (int32_t i = 0; i < count; i++) {
    to[i] = (uint8_t)value;
  }
  return to + count;
}

/* The map inside its border. */
static void pad(const columns_shape_t *shape, int32_t value, uint8_t *padded) {
  const int32_t row = padded_columns(shape) * shape->channels;
  const int32_t left = shape->left * shape->channels;
  const int32_t right = shape->right * shape->channels;
  const uint8_t *inside = map;
  padded = fill(padded, value, shape->top * row);
  for (int32_t i = shape->top; i < padded_rows(shape) - shape->bottom; i++) {
    padded = fill(padded, value, left);
    for (int32_t j = left; j < row - right; j++) {
      *padded++ = *inside++;
    }
    padded = fill(padded, value, right);
  }
  fill(padded, value, shape->bottom * row);
}

void columns_set_form(columns_case_t *made, dory_form_t form) {
  columns_shape_t *shape = &made->shape;
  shape->form = form;
  const bench_rule_t rule = rule_of(shape);
  const int32_t plain_words = bench_plain_words(&rule);
  const int32_t words = dory_group_words(form, shape->entries);
  for (int32_t channel = 0; channel < shape->channels; channel++) {
    bench_parameters(&rule, parameters + channel * plain_words, group_parameters + channel * words);
  }
  made->plain.form = bench_plain_form(form);
  made->plain.entries = bench_plain_entries(&rule);
  made->columns.form = form;
  pack_constants(shape, made->constants);
}

void columns_make(columns_case_t *made, const columns_shape_t *shape) {
  const int32_t rows = padded_rows(shape) - shape->top - shape->bottom;
  const int32_t columns = padded_columns(shape) - shape->left - shape->right;
  const int32_t padding = shape->input_type == DORY_I8 ? bench_between(-128, 127) : bench_between(0, 255);
  *made = (columns_case_t){.shape = *shape, .expected = expected, .output_bytes = output_bytes(shape)};
  bench_fill(map, (size_t)(rows * columns * shape->channels));
  bench_fill(weights, (size_t)(shape->channels * kernel_area(shape)));
  made->plain = (dory_convolution_t){.window = shape->window,
                                     .input_type = shape->input_type,
                                     .weight_type = DORY_I8,
                                     .output_type = shape->output_type,
                                     .padding_value = padding,
                                     .low = shape->low,
                                     .high = shape->high,
                                     .split = DORY_SPLIT_PIXELS};
  made->columns = (dory_columns_t){.window = shape->window,
                                   .input_type = shape->input_type,
                                   .output_type = shape->output_type,
                                   .entries = shape->entries,
                                   .low = shape->keeps_to_codes ? INT32_MIN : shape->low,
                                   .high = shape->keeps_to_codes ? INT32_MAX : shape->high};
  made->plain_tile = (dory_tile_t){.rows = {0, shape->rows},
                                   .columns = {0, shape->columns},
                                   .channels = {0, shape->channels},
                                   .input_rows = {0, rows},
                                   .input_columns = {0, columns},
                                   .input_channels = {0, shape->channels},
                                   .padding_top = shape->top,
                                   .padding_left = shape->left,
                                   .first_pass = true,
                                   .last_pass = true,
                                   .input = {map, 0},
                                   .weights = weights,
                                   .parameters = parameters,
                                   .output = expected};
  uint8_t *padded =
      bench_l1((size_t)(padded_rows(shape) * padded_columns(shape) * shape->channels) + MARGIN_BYTES);
  made->constants = bench_l1(constant_bytes(shape));
  pad(shape, padding, padded);
  columns_set_form(made, shape->form);
  made->tile = made->plain_tile;
  made->tile.input[0] = padded;
  made->tile.weights = made->constants;
  made->tile.parameters = 0;
  made->tile.output = bench_l1(made->output_bytes + MARGIN_BYTES);
}

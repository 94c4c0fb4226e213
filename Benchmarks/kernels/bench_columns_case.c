/* SPDX-License-Identifier: Apache-2.0 */
#include "bench_columns.h"

enum { PLAIN_BYTES = 48 * 1024, PARAMETER_WORDS = 4096, MARGIN_BYTES = 16 };

/* The plain order's data. */
static uint8_t map[PLAIN_BYTES] __attribute__((aligned(16)));
static int8_t weights[PLAIN_BYTES] __attribute__((aligned(16)));
static int32_t parameters[PARAMETER_WORDS];
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

static size_t constant_bytes(const columns_shape_t *shape) {
  const int32_t weight_bytes =
      shape->window.kernel_height * dory_divide_up(shape->window.kernel_width, 4) * 4;
  const int32_t bytes = weight_bytes + 4 * dory_group_words(shape->form, shape->entries);
  return (size_t)(dory_divide_up(shape->channels, DORY_GROUP) * DORY_GROUP * bytes);
}

size_t columns_bytes(const columns_shape_t *shape) {
  const size_t padded = (size_t)(padded_rows(shape) * padded_columns(shape) * shape->channels);
  return sizeof(columns_case_t) + padded + output_bytes(shape) + constant_bytes(shape) + 5 * MARGIN_BYTES;
}

uint32_t columns_products(const columns_shape_t *shape) {
  return (uint32_t)(shape->rows * shape->columns * shape->channels * kernel_area(shape));
}

/* The shift that brings sums of usual size, a tenth of the greatest, to about 8 bits. */
static int32_t usual_shift(int32_t greatest, int64_t multiplier) {
  int32_t shift = 0;
  while (greatest / 10 * multiplier >> shift > 200) {
    shift++;
  }
  return shift;
}

/* The words of one channel's parameters in the plain order, for sums of `greatest` at most. */
static void make_parameters(const columns_shape_t *shape, int32_t greatest, int32_t *words) {
  const int32_t codes_begin = shape->output_type == DORY_I8 ? -128 : 0;
  for (int32_t i = 0; i < dory_parameter_words(shape->form, shape->entries, false); i++) {
    words[i] = 0;
  }
  words[0] = bench_between(-4096, 4096);
  switch (shape->form) {
  case DORY_RAW:
    break;
  case DORY_RQ32: {
    const int32_t most = dory_min(INT32_MAX / 2 / greatest, 1 << 20);
    words[1] = shape->one_shift ? most / 2 + 1 : bench_between(1, most);
    words[3] = usual_shift(greatest, words[1]);
    words[2] = bench_between(-(1 << words[3]), 1 << words[3]) * 20;
    break;
  }
  case DORY_RQ32C: {
    /* From the least code at the lower bound up to the greatest one at most. */
    words[4] = -bench_between(0, greatest / 10 + 2);
    words[5] = bench_between(0, greatest / 10 + 2);
    words[1] = bench_between(1, dory_min(INT32_MAX / 8 / (greatest / 10 + 2), 1 << 24));
    while ((words[5] - words[4]) * words[1] >> words[3] > 255) {
      words[3]++;
    }
    if (shape->is_limited) { /* the upper bound has the greatest code of the type */
      words[5] = words[4] + ((255 << words[3]) + words[1] - 1) / words[1];
    }
    words[2] = -words[4] * words[1] + codes_begin * (1 << words[3]);
    break;
  }
  case DORY_RQH: {
    int32_t preshift = 0;
    while (greatest <= INT32_MAX >> (preshift + 1)) {
      preshift++;
    }
    words[1] = bench_between(1 << 28, INT32_MAX);
    const int32_t shift = usual_shift((int32_t)((int64_t)(greatest << preshift) * words[1] >> 32), 1);
    words[2] = bench_between(-130, 130) * (1 << shift);
    words[3] = shift + 256 * preshift;
    break;
  }
  case DORY_RQ64:
  case DORY_RQ64S:
  case DORY_RQ64X: {
    words[1] = bench_between(1 << 28, INT32_MAX);
    words[4] = usual_shift(greatest, words[1]);
    const int64_t offset = bench_between(-130, 130) * (INT64_C(1) << words[4]);
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

/* The code of a sum without its bias, with the whole type's codes. */
static int32_t code_of(const columns_shape_t *shape, const int32_t *plain, int64_t sum) {
  const int64_t scaled = ((sum + plain[0]) * plain[1] + plain[2]) >> plain[3];
  const int32_t lowest = shape->output_type == DORY_I8 ? -128 : 0;
  return (int32_t)(scaled < lowest ? lowest : scaled > lowest + 255 ? lowest + 255 : scaled);
}

/* The least limit for sums, symmetric, with the shift in its low five bits, between which and the bounds
 * there are no other codes; the shift itself if there is none without overflow. */
static int32_t limit(const columns_shape_t *shape, const int32_t *plain) {
  const int64_t lower = (int64_t)plain[4] - plain[0];
  const int64_t upper = (int64_t)plain[5] - plain[0];
  int64_t limit = upper > -lower - 1 ? upper : -lower - 1;
  limit = limit < 32 ? 32 : limit;
  limit += (plain[3] - limit) & 31;
  const int64_t start = (int64_t)plain[0] * plain[1] + plain[2];
  const int64_t most = (limit + 1) * plain[1] + (start < 0 ? -start : start);
  const bool is_exact = most <= INT32_MAX && code_of(shape, plain, limit) == code_of(shape, plain, upper) &&
                        code_of(shape, plain, -limit - 1) == code_of(shape, plain, lower);
  return is_exact ? (int32_t)limit : plain[3];
}

/* Word by word, with the bias folded into the offset and the bounds where dory_group.h says so. */
static void pack_parameters(const columns_shape_t *shape, const int32_t *plain, int32_t *packed) {
  const bool folds = shape->form == DORY_RQ32 || shape->form == DORY_RQ32C;
  for (int32_t i = 0; i < dory_group_words(shape->form, shape->entries); i++) {
    int32_t word = plain[folds ? i + 1 : i];
    if (folds && i == 1) {
      word = (int32_t)((uint32_t)word + (uint32_t)plain[0] * (uint32_t)plain[1]);
    } else if (folds && i > 2) {
      word -= plain[0];
    }
    packed[DORY_GROUP * i] = word;
  }
  const int32_t lowest = shape->output_type == DORY_I8 ? -128 : 0;
  if (shape->is_limited && shape->low == lowest && shape->high == lowest + 255) {
    packed[2 * DORY_GROUP] = limit(shape, plain);
  }
}

static void pack_constants(const columns_shape_t *shape, int8_t *packed) {
  const int32_t width = shape->window.kernel_width;
  const int32_t segment = dory_divide_up(width, 4) * 4;
  const int32_t weight_bytes = shape->window.kernel_height * segment * DORY_GROUP;
  const int32_t words = dory_parameter_words(shape->form, shape->entries, false);
  const int32_t group_bytes = weight_bytes + 16 * dory_group_words(shape->form, shape->entries);
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
    pack_parameters(shape, parameters + channel * words, (int32_t *)(void *)(group + weight_bytes) + lane);
  }
}

static void pad(const columns_shape_t *shape, int32_t value, uint8_t *padded) {
  const int32_t rows = padded_rows(shape);
  const int32_t columns = padded_columns(shape);
  const uint8_t *inside = map;
  for (int32_t row = 0; row < rows; row++) {
    for (int32_t column = 0; column < columns; column++) {
      const bool is_inside = row >= shape->top && row < rows - shape->bottom && column >= shape->left &&
                             column < columns - shape->right;
      for (int32_t channel = 0; channel < shape->channels; channel++) {
        *padded++ = is_inside ? *inside++ : (uint8_t)value;
      }
    }
  }
}

void columns_make(columns_case_t *made, const columns_shape_t *shape) {
  const int32_t rows = padded_rows(shape) - shape->top - shape->bottom;
  const int32_t columns = padded_columns(shape) - shape->left - shape->right;
  const int32_t words = dory_parameter_words(shape->form, shape->entries, false);
  const int32_t padding = shape->input_type == DORY_I8 ? bench_between(-128, 127) : bench_between(0, 255);
  *made = (columns_case_t){.shape = *shape, .expected = expected, .output_bytes = output_bytes(shape)};
  bench_fill(map, (size_t)(rows * columns * shape->channels));
  bench_fill(weights, (size_t)(shape->channels * kernel_area(shape)));
  for (int32_t channel = 0; channel < shape->channels; channel++) {
    make_parameters(shape, kernel_area(shape) * 255 * 128 + 4096, parameters + channel * words);
  }
  made->plain = (dory_convolution_t){.window = shape->window,
                                     .input_type = shape->input_type,
                                     .weight_type = DORY_I8,
                                     .output_type = shape->output_type,
                                     .padding_value = padding,
                                     .form = shape->form,
                                     .entries = shape->entries,
                                     .low = shape->low,
                                     .high = shape->high,
                                     .split = DORY_SPLIT_PIXELS};
  made->columns = (dory_columns_t){.window = shape->window,
                                   .input_type = shape->input_type,
                                   .output_type = shape->output_type,
                                   .form = shape->form,
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
  int8_t *constants = bench_l1(constant_bytes(shape));
  pad(shape, padding, padded);
  pack_constants(shape, constants);
  made->tile = made->plain_tile;
  made->tile.input[0] = padded;
  made->tile.weights = constants;
  made->tile.parameters = 0;
  made->tile.output = bench_l1(made->output_bytes + MARGIN_BYTES);
}

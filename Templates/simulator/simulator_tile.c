/* SPDX-License-Identifier: Apache-2.0 */
/* What the kernels of a tile may read and write: the tile's part of each operand and no byte more. */
#include <stddef.h>

#include "dory_pipeline.h"
#include "simulator_marks.h"

enum { MOST_WINDOWS = 8 };

/* Bytes that kernels may touch. */
typedef struct {
  const char *operand;
  simulator_level_t level;
  int64_t offset;
  uint64_t bytes;
} window_t;

static window_t windows[MOST_WINDOWS];
static int window_count;
static dory_tile_t current; /* the tile that ran last */
static bool is_running;

/* Where an operand of a tile lies; a fault when it does not lie inside its level. */
static simulator_level_t locate(const char *operand, const void *address, uint64_t bytes, int64_t *offset) {
  const simulator_level_t level = simulator_locate(simulator_position(address), offset);
  const uint64_t size = simulation.level_bytes[level];
  if (*offset < 0 || (uint64_t)*offset > size || bytes > size - (uint64_t)*offset) {
    simulator_fault("outside of memory", 0, "%s of %llu bytes from byte %lld of %s on", operand,
                    (unsigned long long)bytes, (long long)*offset, simulator_level_name(level));
  }
  return level;
}

static void allow(const char *operand, const void *address, uint64_t bytes, uint8_t marks) {
  int64_t offset;
  if (bytes == 0) {
    return;
  }
  const simulator_level_t level = locate(operand, address, bytes, &offset);
  simulator_check_area(level, offset, bytes, false, 0);
  simulator_set_marks(level, offset, bytes, marks);
  windows[window_count++] = (window_t){operand, level, offset, bytes};
}

/* An input: kernels load words of it, the last of which may reach up to 3 bytes further, whatever lies there.
 */
static void allow_input(int32_t number, const void *address, uint64_t bytes) {
  static const char *const names[] = {"input 0", "input 1"};
  if (bytes > 0) {
    int64_t offset;
    const simulator_level_t level = simulator_locate(simulator_position(address), &offset);
    allow(names[number], address, bytes, SIMULATOR_READABLE);
    simulator_set_marks(level, offset + (int64_t)bytes, 3, SIMULATOR_SPARE);
  }
}

/* Forgets bytes that the kernels are to write before they read them. */
static void empty(const char *operand, const void *address, uint64_t bytes) {
  int64_t offset;
  const simulator_level_t level = locate(operand, address, bytes, &offset);
  simulator_forget(level, offset, bytes);
}

static uint64_t area(int32_t rows, int32_t columns, int32_t channels, int32_t bits) {
  return (uint64_t)rows * (uint64_t)columns * (uint64_t)dory_packed_bytes(channels, bits);
}

/* Of a direct layer the kernels read and write L2: whole tensors, or the rows of a stripe. */
static void allow_direct(const dory_layer_t *layer, const dory_tile_t *tile) {
  const bool is_whole = tile->rows.size == layer->output.height;
  for (int32_t i = 0; i < 2; i++) {
    if (layer->input_bits[i] != 0) {
      const dory_shape_t shape = layer->input[i];
      const int32_t rows = is_whole ? shape.height : tile->rows.size;
      allow_input(i, tile->input[i], area(rows, shape.width, shape.channels, layer->input_bits[i]));
    }
  }
  const uint64_t bytes =
      area(tile->rows.size, layer->output.width, layer->output.channels, layer->output_bits);
  allow("the output", tile->output, bytes, SIMULATOR_READABLE | SIMULATOR_WRITABLE);
}

/* An input with all positions that its windows reach, or the positions inside the map alone. */
static void allow_inputs(const dory_layer_t *layer, const dory_tile_t *tile) {
  const int32_t channels = tile->input_channels.size;
  if (layer->constant_order != DORY_PLAIN) {
    allow_input(0, tile->input[0],
                area(tile->reach_rows, tile->reach_columns, channels, layer->input_bits[0]));
    return;
  }
  for (int32_t i = 0; i < 2; i++) {
    if (layer->input_bits[i] != 0) {
      allow_input(i, tile->input[i],
                  area(tile->input_rows.size, tile->input_columns.size, channels, layer->input_bits[i]));
    }
  }
}

static void allow_constants(const dory_layer_t *layer, const dory_tile_t *tile) {
  if (layer->operand[DORY_WEIGHTS].l1.count > 0) {
    allow("weights", tile->weights, dory_block_bytes(layer, tile->channels.size, tile->last_pass),
          SIMULATOR_READABLE);
  }
  if (layer->operand[DORY_PARAMETERS].l1.count > 0) {
    allow("parameters", tile->parameters, dory_parameter_bytes(layer, tile->channels.size),
          SIMULATOR_READABLE);
  }
}

/* Bytes of the border are empty, and writable until the kernel that fills it has ended. */
static void begin_border_bytes(const void *address, uint64_t bytes) {
  int64_t offset;
  const simulator_level_t level = locate("a border", address, bytes, &offset);
  simulator_forget(level, offset, bytes);
  simulator_set_marks(level, offset, bytes, SIMULATOR_WRITABLE);
}

/* The positions of an input tile around those inside the map. */
static void begin_border(const dory_layer_t *layer, const dory_tile_t *tile) {
  const uint8_t *row = tile->input[0];
  const int32_t pixel = dory_packed_bytes(tile->input_channels.size, layer->input_bits[0]);
  const int32_t pitch = tile->reach_columns * pixel;
  for (int32_t i = 0; i < tile->reach_rows; i++, row += pitch) {
    const bool is_inside = i >= tile->padding_top && i < tile->padding_top + tile->input_rows.size;
    const int32_t left = is_inside ? tile->padding_left * pixel : pitch;
    const int32_t inside = is_inside ? tile->input_columns.size * pixel : 0;
    begin_border_bytes(row, (uint64_t)left);
    begin_border_bytes(row + left + inside, (uint64_t)(pitch - left - inside));
  }
}

/* What a tile's kernels write is empty when the first of them runs. */
static void begin(const dory_layer_t *layer, const dory_tile_t *tile) {
  if (tile->needs_border) {
    begin_border(layer, tile);
  }
  if (tile->first_pass && layer->passes > 1) {
    empty("sums", tile->accumulator,
          (uint64_t)tile->rows.size * (uint64_t)tile->columns.size * (uint64_t)tile->channels.size *
              sizeof *tile->accumulator);
  }
  if (tile->last_pass) {
    empty("the output", tile->output,
          area(tile->rows.size, tile->columns.size, tile->channels.size, layer->output_bits));
  }
}

/* A tile of nothing, or of what the layer does not have, would be computed without end or anywhere. */
static void check_range(const char *axis, dory_range_t range, int32_t size) {
  if (range.begin < 0 || range.size < 1 || range.size > size - range.begin) {
    simulator_fault("no tile of the layer", 0, "%d %s from %d on, of %d", range.size, axis, range.begin,
                    size);
  }
}

static void check_tile(const dory_layer_t *layer, const dory_tile_t *tile) {
  check_range("rows", tile->rows, layer->output.height);
  check_range("columns", tile->columns, layer->output.width);
  check_range("channels", tile->channels, layer->output.channels);
  if (!dory_is_direct(layer)) {
    check_range("input channels", tile->input_channels, layer->input[0].channels);
  }
}

/* Whether a tile is the one that ran last: several kernels may compute one. */
static bool is_current(const dory_tile_t *tile) {
  return tile->rows.begin == current.rows.begin && tile->columns.begin == current.columns.begin &&
         tile->channels.begin == current.channels.begin && tile->pass == current.pass &&
         tile->input[0] == current.input[0] && tile->output == current.output;
}

void simulator_allow_tile(const dory_tile_t *tile) {
  const dory_pipeline_t *pipeline =
      (const dory_pipeline_t *)(const void *)((const char *)tile - offsetof(dory_pipeline_t, tile));
  const dory_layer_t *layer = &pipeline->layer;
  const bool is_new = !is_current(tile);
  current = *tile;
  is_running = true;
  check_tile(layer, tile);
  if (dory_is_direct(layer)) {
    allow_direct(layer, tile);
    return;
  }
  if (is_new) {
    begin(layer, tile);
  }
  allow_inputs(layer, tile);
  allow_constants(layer, tile);
  if (layer->passes > 1) {
    allow("sums", tile->accumulator,
          (uint64_t)tile->rows.size * (uint64_t)tile->columns.size * (uint64_t)tile->channels.size *
              sizeof *tile->accumulator,
          SIMULATOR_READABLE | SIMULATOR_WRITABLE);
  }
  if (tile->last_pass) {
    allow("the output", tile->output,
          area(tile->rows.size, tile->columns.size, tile->channels.size, layer->output_bits),
          SIMULATOR_READABLE | SIMULATOR_WRITABLE);
  }
}

void simulator_forbid_tile(void) {
  for (int i = 0; i < window_count; i++) {
    simulator_clear_marks(windows[i].level, windows[i].offset, windows[i].bytes,
                          SIMULATOR_READABLE | SIMULATOR_WRITABLE);
    simulator_clear_marks(windows[i].level, windows[i].offset + (int64_t)windows[i].bytes, 3,
                          SIMULATOR_SPARE);
  }
  window_count = 0;
  is_running = false;
}

void simulator_forget_tile(void) {
  current = (dory_tile_t){0};
}

static void print_range(FILE *file, const char *axis, dory_range_t range) {
  fprintf(file, ", %s %d to %d", axis, range.begin, range.begin + range.size - 1);
}

void simulator_print_tile(FILE *file) {
  if (current.rows.size > 0) {
    print_range(file, is_running ? "tile of rows" : "after the tile of rows", current.rows);
    print_range(file, "columns", current.columns);
    print_range(file, "channels", current.channels);
    fprintf(file, ", pass %d", current.pass);
  }
}

void simulator_print_operand(FILE *file, uint64_t position) {
  int64_t offset;
  const simulator_level_t level = simulator_locate(position, &offset);
  for (int i = 0; i < window_count; i++) {
    const window_t *window = &windows[i];
    if (window->level == level && window->offset <= offset &&
        offset < window->offset + (int64_t)window->bytes) {
      fprintf(file, ", byte %lld of %s", (long long)(offset - window->offset), window->operand);
      return;
    }
  }
  uint32_t first;
  const simulation_area_t *area = simulator_area(level, offset, &first);
  if (area != NULL) {
    fprintf(file, ", byte %lld of '%s'", (long long)(offset - first), area->name);
  }
}

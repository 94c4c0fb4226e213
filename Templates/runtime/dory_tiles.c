/* SPDX-License-Identifier: Apache-2.0 */
/* Between L2 and L1: the tiles of a chunk. */
#include "dory_pipeline.h"

typedef void start_copy_t(dory_dma_t *, const dory_copy_t *);

/* Copies a box of a packed HWC tensor whose pitch in L2 is given; `copy` has the addresses of the box and the
 * bytes of a pixel, of which `l1_row` bytes lie between the rows in L1. Rows and columns that lie evenly in
 * both memories are lines of one command; else every row is a command, or every column where these are fewer.
 */
static void copy_box(dory_dma_t *group, start_copy_t *start, dory_copy_t *copy, int32_t rows, int32_t columns,
                     int32_t l1_row, const dory_pitch_t *tensor) {
  const int32_t pixel = copy->bytes;
  const int32_t row = columns * pixel;
  int32_t commands = 1, l1_step = 0, l2_step = 0;
  if (rows == 0 || columns == 0) {
    return;
  }
  copy->l1_stride = l1_row;
  copy->l2_stride = tensor->row;
  copy->lines = rows;
  if (pixel == tensor->pixel || columns == 1) {
    copy->bytes = row;
    if (row == tensor->row && row == l1_row) {
      copy->lines = 1;
      copy->bytes = rows * row;
    }
  } else if (row == l1_row && columns * tensor->pixel == tensor->row) {
    copy->lines = rows * columns;
    copy->l1_stride = pixel;
    copy->l2_stride = tensor->pixel;
  } else if (columns < rows) {
    commands = columns;
    l1_step = pixel;
    l2_step = tensor->pixel;
  } else {
    commands = rows;
    l1_step = l1_row;
    l2_step = tensor->row;
    copy->lines = columns;
    copy->l1_stride = pixel;
    copy->l2_stride = tensor->pixel;
  }
  start(group, copy);
  while (--commands > 0) {
    copy->l1 += (uint32_t)l1_step;
    copy->l2 += (uint32_t)l2_step;
    start(group, copy);
  }
}

/* Outside the plain order the tile's border stays free around the positions inside the map. */
static void load_input(dory_pipeline_t *pipeline, dory_dma_t *group, int32_t operand, const dory_tile_t *tile,
                       uint32_t l1) {
  const dory_layer_t *layer = &pipeline->layer;
  const dory_pitch_t *pitch = &pipeline->pitch[operand];
  const int32_t bits = layer->input_bits[operand];
  const int32_t pixel = dory_packed_bytes(tile->input_channels.size, bits);
  int32_t row = tile->input_columns.size * pixel;
  if (layer->constant_order != DORY_PLAIN) {
    row = tile->reach_columns * pixel;
    l1 += (uint32_t)(tile->padding_top * row + tile->padding_left * pixel);
  }
  dory_copy_t copy = {.l1 = l1,
                      .l2 = pipeline->l2[operand] + dory_offset(pitch, tile->input_rows.begin,
                                                                tile->input_columns.begin,
                                                                tile->input_channels.begin, bits),
                      .bytes = pixel};
  copy_box(group, dory_dma_load, &copy, tile->input_rows.size, tile->input_columns.size, row, pitch);
}

static void load_constants(dory_pipeline_t *pipeline, dory_dma_t *group, int32_t operand,
                           const dory_tile_t *tile, uint32_t l1) {
  const dory_layer_t *layer = &pipeline->layer;
  const int32_t channels = tile->channels.size;
  const uint32_t parameters = dory_parameter_bytes(layer, channels);
  uint32_t l2 = pipeline->l2[DORY_WEIGHTS];
  uint32_t bytes = parameters;
  if (tile->channel > 0) {
    l2 += (uint32_t)tile->channel * dory_tile_constant_bytes(layer, layer->tile_channels);
  }
  if (operand == DORY_WEIGHTS) {
    bytes = dory_block_bytes(layer, channels, tile->last_pass);
    l2 += parameters;
    if (tile->pass > 0) {
      l2 += (uint32_t)tile->pass * dory_align4(dory_block_bytes(layer, channels, false));
    }
  }
  dory_dma_load(group, &(dory_copy_t){l1, l2, 1, (int32_t)bytes, 0, 0});
}

/* Opens a group and starts to load operands of a tile into their first slots, or into the second ones of
 * those that `second` has. */
static void start_loads(dory_pipeline_t *pipeline, dory_dma_t *group, dory_operands_t operands,
                        const dory_tile_t *tile, dory_operands_t second) {
  dory_dma_open(group);
  for (int32_t operand = DORY_INPUT0; operands >> operand != 0; operand++) {
    if (!dory_has(operands, operand)) {
      continue;
    }
    const uint32_t l1 = dory_slot_offset(pipeline->layer.operand[operand].l1, dory_has(second, operand));
    if (operand < DORY_WEIGHTS) {
      load_input(pipeline, group, operand, tile, l1);
    } else {
      load_constants(pipeline, group, operand, tile, l1);
    }
  }
}

/* Opens a group and starts to store the output of the pipeline's tile. */
static void start_store(dory_pipeline_t *pipeline, dory_dma_t *group) {
  const dory_layer_t *layer = &pipeline->layer;
  const dory_tile_t *tile = &pipeline->tile;
  const dory_pitch_t *pitch = &pipeline->output_pitch;
  const int32_t pixel = dory_packed_bytes(tile->channels.size, layer->output_bits);
  dory_copy_t copy = {
      .l1 = dory_slot_offset(layer->operand[DORY_OUTPUT].l1, dory_has(pipeline->l1_second, DORY_OUTPUT)),
      .l2 = pipeline->l2[DORY_OUTPUT] + dory_offset(pitch, tile->rows.begin, tile->columns.begin,
                                                    tile->channels.begin, layer->output_bits),
      .bytes = pixel};
  dory_dma_open(group);
  copy_box(group, dory_dma_store, &copy, tile->rows.size, tile->columns.size, tile->columns.size * pixel,
           pitch);
}

/* Where there are no channels, nothing else of it is known. */
static bool is_equal(const dory_filled_t *a, const dory_filled_t *b) {
  return a->channels == b->channels && a->rows == b->rows && a->columns == b->columns &&
         a->inside_rows.begin == b->inside_rows.begin && a->inside_rows.size == b->inside_rows.size &&
         a->inside_columns.begin == b->inside_columns.begin &&
         a->inside_columns.size == b->inside_columns.size;
}

/* Whether the tile's border has to be filled; it is filled then, and lies in the slot as long as tiles with
 * the same border follow. Tiles whose positions are all inside the map have none. */
static bool needs_border(dory_pipeline_t *pipeline) {
  const dory_tile_t *tile = &pipeline->tile;
  dory_filled_t *there = &pipeline->filled[dory_has(pipeline->l1_second, DORY_INPUT0)];
  if (pipeline->layer.constant_order == DORY_PLAIN ||
      (tile->input_rows.size == tile->reach_rows && tile->input_columns.size == tile->reach_columns)) {
    there->channels = 0;
    return false;
  }
  const dory_filled_t border = {tile->reach_rows,
                                tile->reach_columns,
                                tile->input_channels.size,
                                {tile->padding_top, tile->input_rows.size},
                                {tile->padding_left, tile->input_columns.size}};
  if (is_equal(&border, there)) {
    return false;
  }
  *there = border;
  return true;
}

/* The slot of an operand that the tile uses; nowhere particular without slots. */
static void *in_l1(const dory_pipeline_t *pipeline, int32_t operand) {
  return dory_l1(
      dory_slot_offset(pipeline->layer.operand[operand].l1, dory_has(pipeline->l1_second, operand)));
}

static void set_pointers(dory_pipeline_t *pipeline) {
  dory_tile_t *tile = &pipeline->tile;
  tile->input[0] = in_l1(pipeline, DORY_INPUT0);
  tile->input[1] = in_l1(pipeline, DORY_INPUT1);
  tile->weights = in_l1(pipeline, DORY_WEIGHTS);
  tile->parameters = in_l1(pipeline, DORY_PARAMETERS);
  tile->output = in_l1(pipeline, DORY_OUTPUT);
  tile->accumulator = dory_l1(pipeline->layer.accumulator);
}

/* The chunk of a direct layer as one tile in L2. */
static void begin_direct_tile(dory_pipeline_t *pipeline) {
  dory_tile_t *tile = &pipeline->tile;
  *tile = (dory_tile_t){0};
  dory_first_tile(&pipeline->layer, &pipeline->chunk, tile);
  const int32_t row = tile->rows.begin;
  for (int32_t operand = DORY_INPUT0; operand <= DORY_INPUT1; operand++) {
    const bool is_there = pipeline->layer.input_bits[operand] != 0;
    const uint32_t l2 = pipeline->l2[operand] + (uint32_t)(row * pipeline->pitch[operand].row);
    tile->input[operand] = is_there ? dory_l2(l2) : 0;
  }
  tile->output = dory_l2(pipeline->l2[DORY_OUTPUT] + (uint32_t)(row * pipeline->output_pitch.row));
  pipeline->next_tile = DORY_NONE;
}

/* Turns to the next tile and its slots. Returns the operands that it needs and that are not on their way yet:
 * of a chunk's first tile everything that changes, of other tiles the operands with one slot. */
static dory_operands_t move_on(dory_pipeline_t *pipeline) {
  dory_operands_t late = pipeline->single;
  if (pipeline->next_tile == DORY_FIRST) {
    const dory_chunk_t *chunk = &pipeline->chunk;
    const bool is_first_of_layer = chunk->rows.begin == 0 && chunk->channels.begin == 0;
    dory_first_tile(&pipeline->layer, chunk, &pipeline->ahead);
    pipeline->changes = is_first_of_layer ? DORY_LOADED : dory_changes(&pipeline->tile, &pipeline->ahead);
    late |= pipeline->twofold;
  }
  pipeline->l1_second ^= pipeline->changes & pipeline->twofold;
  pipeline->tile = pipeline->ahead;
  return late & pipeline->changes;
}

bool dory_tile_begin(dory_pipeline_t *pipeline) {
  if (pipeline->next_tile == DORY_NONE) {
    return false;
  }
  if (dory_is_direct(&pipeline->layer)) {
    begin_direct_tile(pipeline);
    return true;
  }
  const dory_operands_t late = move_on(pipeline);
  dory_dma_t group = {0};
  if (late != 0) {
    start_loads(pipeline, &group, late, &pipeline->tile, pipeline->l1_second);
  }
  const bool has_next = dory_next_tile(&pipeline->layer, &pipeline->chunk, &pipeline->ahead);
  pipeline->next_tile = has_next ? DORY_LATER : DORY_NONE;
  dory_dma_wait(&pipeline->load);
  dory_dma_wait(&group);
  if (has_next) {
    pipeline->changes = dory_changes(&pipeline->tile, &pipeline->ahead);
    start_loads(pipeline, &pipeline->load, pipeline->changes & pipeline->twofold, &pipeline->ahead,
                ~pipeline->l1_second);
  }
  pipeline->tile.needs_border = needs_border(pipeline);
  if (pipeline->tile.first_pass) {
    dory_dma_wait(&pipeline->store[dory_has(pipeline->l1_second, DORY_OUTPUT)]);
  }
  set_pointers(pipeline);
  return true;
}

void dory_tile_end(dory_pipeline_t *pipeline) {
  if (dory_is_direct(&pipeline->layer) || !pipeline->tile.last_pass) {
    return;
  }
  start_store(pipeline, &pipeline->store[dory_has(pipeline->l1_second, DORY_OUTPUT)]);
  pipeline->l1_second ^= 1u << DORY_OUTPUT & pipeline->twofold;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Between L2 and L1: the tiles of a chunk. */
#include "dory_pipeline.h"
#include "dory_slots.h"

enum { EVERY_OPERAND = (1 << DORY_OPERANDS) - 1 };

/* The loaded operands, a bit each, of which one tile needs other bytes than another. */
static uint32_t changes(const dory_tile_t *before, const dory_tile_t *tile) {
  const bool inputs = before->input_channels.begin != tile->input_channels.begin;
  const bool outputs = before->channels.begin != tile->channels.begin;
  const bool position =
      before->rows.begin != tile->rows.begin || before->columns.begin != tile->columns.begin;
  return (inputs || position ? 1u << DORY_INPUT0 | 1u << DORY_INPUT1 : 0) |
         (inputs || outputs ? 1u << DORY_WEIGHTS : 0) | (outputs ? 1u << DORY_PARAMETERS : 0);
}

typedef void start_copy_t(dory_dma_t *, const dory_copy_t *);

/* Copies a box of an HWC tensor between L2, where the box begins at `l2`, and L1, where its rows are `pitch`
 * bytes apart. */
static void copy_box(dory_dma_t *group, start_copy_t *copy, uint32_t l1, int32_t pitch, uint32_t l2,
                     dory_shape_t tensor, dory_shape_t box, int32_t bits) {
  const int32_t pixel = dory_packed_bytes(tensor.channels, bits);
  const int32_t row = tensor.width * pixel;
  const int32_t box_pixel = dory_packed_bytes(box.channels, bits);
  const int32_t box_row = box.width * box_pixel;
  const bool has_whole_rows = box.width == tensor.width && pitch == box_row;
  if (box.height == 0 || box.width == 0) {
    return;
  }
  if (box.channels == tensor.channels && has_whole_rows) {
    copy(group, &(dory_copy_t){l1, l2, 1, box.height * row, 0, 0});
  } else if (box.channels == tensor.channels || box.width == 1) {
    copy(group, &(dory_copy_t){l1, l2, box.height, box_row, pitch, row});
  } else if (has_whole_rows) {
    copy(group, &(dory_copy_t){l1, l2, box.height * box.width, box_pixel, box_pixel, pixel});
  } else {
    for (int32_t i = 0; i < box.height; i++) {
      copy(group, &(dory_copy_t){l1, l2, box.width, box_pixel, box_pixel, pixel});
      l1 += (uint32_t)pitch;
      l2 += (uint32_t)row;
    }
  }
}

/* The address in L2 of a row of an input, in place or in its slot. */
static uint32_t input_row(const dory_pipeline_t *pipeline, int32_t operand, int32_t row) {
  const dory_layer_t *layer = &pipeline->layer;
  const dory_operand_t *from = &layer->operand[operand];
  const uint32_t row_bytes = dory_input_row_bytes(layer, operand);
  if (!dory_is_streamed(layer, operand)) {
    return from->offset + (uint32_t)row * row_bytes;
  }
  const int32_t first = pipeline->chunk.input_rows.begin;
  const uint32_t before = (uint32_t)first * row_bytes & 3u; /* bytes in the slot before the first row */
  return dory_slot_offset(from->l2, pipeline->l2_slot[operand]) + before +
         (uint32_t)(row - first) * row_bytes;
}

/* The address in L2 of a row of the output, in place or in its slot. */
static uint32_t output_row(const dory_pipeline_t *pipeline, int32_t row) {
  const dory_layer_t *layer = &pipeline->layer;
  const dory_operand_t *output = &layer->operand[DORY_OUTPUT];
  const uint32_t row_bytes = dory_output_row_bytes(layer);
  if (!dory_is_streamed(layer, DORY_OUTPUT)) {
    return output->offset + (uint32_t)row * row_bytes;
  }
  return dory_slot_offset(output->l2, pipeline->l2_slot[DORY_OUTPUT]) +
         (uint32_t)(row - pipeline->chunk.rows.begin) * row_bytes;
}

/* Bytes from the start of a row to the first channel of a tile in its first column. */
static uint32_t offset_in_row(dory_shape_t tensor, int32_t column, int32_t channel, int32_t bits) {
  return (uint32_t)(column * dory_packed_bytes(tensor.channels, bits) + channel * bits / 8);
}

/* Outside the plain order the tile's border stays free around the positions inside the map. */
static void load_input(dory_pipeline_t *pipeline, dory_dma_t *group, int32_t operand, const dory_tile_t *tile,
                       uint32_t l1) {
  const dory_layer_t *layer = &pipeline->layer;
  const dory_shape_t tensor = layer->input[operand];
  const int32_t bits = layer->input_bits[operand];
  const uint32_t l2 = input_row(pipeline, operand, tile->input_rows.begin) +
                      offset_in_row(tensor, tile->input_columns.begin, tile->input_channels.begin, bits);
  const dory_shape_t box = {tile->input_rows.size, tile->input_columns.size, tile->input_channels.size};
  const int32_t pixel = dory_packed_bytes(box.channels, bits);
  int32_t pitch = box.width * pixel;
  if (layer->constant_order != DORY_PLAIN) {
    pitch = tile->reach_columns * pixel;
    l1 += (uint32_t)(tile->padding_top * pitch + tile->padding_left * pixel);
  }
  copy_box(group, dory_dma_load, l1, pitch, l2, tensor, box, bits);
}

static void load_constants(dory_pipeline_t *pipeline, dory_dma_t *group, int32_t operand,
                           const dory_tile_t *tile, uint32_t l1) {
  const dory_layer_t *layer = &pipeline->layer;
  const dory_operand_t *from = &layer->operand[DORY_WEIGHTS];
  const int32_t channels = tile->channels.size;
  const uint32_t parameters = dory_parameter_bytes(layer, channels);
  uint32_t l2 = from->offset + pipeline->chunk.constants;
  if (dory_is_streamed(layer, DORY_WEIGHTS)) {
    l2 = dory_slot_offset(from->l2, pipeline->l2_slot[DORY_WEIGHTS]);
  }
  if (tile->channel > 0) {
    l2 += (uint32_t)tile->channel * dory_tile_constant_bytes(layer, layer->tile_channels);
  }
  uint32_t bytes = parameters;
  if (operand == DORY_WEIGHTS) {
    bytes = dory_block_bytes(layer, channels, tile->last_pass);
    l2 += parameters;
    if (tile->pass > 0) {
      l2 += (uint32_t)tile->pass * dory_align4(dory_block_bytes(layer, channels, false));
    }
  }
  dory_dma_load(group, &(dory_copy_t){l1, l2, 1, (int32_t)bytes, 0, 0});
}

static void start_load(dory_pipeline_t *pipeline, dory_dma_t *group, int32_t operand, const dory_tile_t *tile,
                       int32_t slot) {
  const uint32_t l1 = dory_slot_offset(pipeline->layer.operand[operand].l1, slot);
  if (operand == DORY_WEIGHTS || operand == DORY_PARAMETERS) {
    load_constants(pipeline, group, operand, tile, l1);
  } else {
    load_input(pipeline, group, operand, tile, l1);
  }
}

/* Loads what the tile needs and L1 does not hold yet: of a chunk's first tile everything that it needs, of
 * other tiles the operands with one slot. Operands with two slots turn to the other one, but at the start of
 * the layer. */
static void load_now(dory_pipeline_t *pipeline, bool is_first_of_layer, bool is_first_of_chunk) {
  const dory_layer_t *layer = &pipeline->layer;
  dory_dma_t group;
  dory_dma_open(&group);
  for (int32_t operand = DORY_INPUT0; operand <= DORY_PARAMETERS; operand++) {
    const dory_slots_t slots = layer->operand[operand].l1;
    if (slots.count == 0 || (pipeline->changes >> operand & 1) == 0) {
      continue;
    }
    if (!is_first_of_layer) {
      pipeline->l1_slot[operand] = (uint8_t)dory_next_slot(slots, pipeline->l1_slot[operand]);
    }
    if (is_first_of_chunk || slots.count == 1) {
      start_load(pipeline, &group, operand, &pipeline->tile, pipeline->l1_slot[operand]);
    }
  }
  dory_dma_wait(&group);
}

/* Starts to load the next tile's operands into their other slots. */
static void load_ahead(dory_pipeline_t *pipeline, const dory_tile_t *next) {
  const dory_layer_t *layer = &pipeline->layer;
  dory_dma_open(&pipeline->load);
  for (int32_t operand = DORY_INPUT0; operand <= DORY_PARAMETERS; operand++) {
    const dory_slots_t slots = layer->operand[operand].l1;
    if (slots.count == 2 && (pipeline->changes >> operand & 1) != 0) {
      start_load(pipeline, &pipeline->load, operand, next, dory_next_slot(slots, pipeline->l1_slot[operand]));
    }
  }
}

/* The border that a tile needs around its input; none where all positions are inside the map. */
static dory_filled_t border_of(const dory_tile_t *tile) {
  const dory_range_t rows = {tile->padding_top, tile->input_rows.size};
  const dory_range_t columns = {tile->padding_left, tile->input_columns.size};
  if (rows.size == tile->reach_rows && columns.size == tile->reach_columns) {
    return (dory_filled_t){0};
  }
  return (dory_filled_t){tile->reach_rows, tile->reach_columns, tile->input_channels.size, rows, columns};
}

static bool is_equal(const dory_filled_t *a, const dory_filled_t *b) {
  return a->rows == b->rows && a->columns == b->columns && a->channels == b->channels &&
         a->inside_rows.begin == b->inside_rows.begin && a->inside_rows.size == b->inside_rows.size &&
         a->inside_columns.begin == b->inside_columns.begin &&
         a->inside_columns.size == b->inside_columns.size;
}

/* Whether the tile's border has to be filled; it is filled then, and lies in the slot as long as tiles with
 * the same border follow. */
static bool needs_border(dory_pipeline_t *pipeline) {
  if (pipeline->layer.constant_order == DORY_PLAIN) {
    return false;
  }
  dory_filled_t *there = &pipeline->filled[pipeline->l1_slot[DORY_INPUT0]];
  const dory_filled_t border = border_of(&pipeline->tile);
  if (is_equal(&border, there)) {
    return false;
  }
  *there = border;
  return border.channels > 0;
}

static void *l1_pointer(const dory_pipeline_t *pipeline, int32_t operand) {
  const dory_slots_t slots = pipeline->layer.operand[operand].l1;
  return slots.count == 0 ? 0 : dory_l1(dory_slot_offset(slots, pipeline->l1_slot[operand]));
}

static void set_pointers(dory_pipeline_t *pipeline) {
  dory_tile_t *tile = &pipeline->tile;
  tile->input[0] = l1_pointer(pipeline, DORY_INPUT0);
  tile->input[1] = l1_pointer(pipeline, DORY_INPUT1);
  tile->weights = l1_pointer(pipeline, DORY_WEIGHTS);
  tile->parameters = l1_pointer(pipeline, DORY_PARAMETERS);
  tile->output = l1_pointer(pipeline, DORY_OUTPUT);
  tile->accumulator = dory_l1(pipeline->layer.accumulator);
}

/* The chunk of a direct layer as one tile in L2. */
static void begin_direct_tile(dory_pipeline_t *pipeline) {
  const dory_layer_t *layer = &pipeline->layer;
  dory_tile_t tile = dory_first_tile(layer, &pipeline->chunk);
  for (int32_t operand = DORY_INPUT0; operand <= DORY_INPUT1; operand++) {
    if (layer->input_bits[operand] != 0) {
      tile.input[operand] = dory_l2(input_row(pipeline, operand, tile.rows.begin));
    }
  }
  tile.output = dory_l2(output_row(pipeline, tile.rows.begin));
  pipeline->tile = tile;
  pipeline->next_tile = DORY_NONE;
}

/* Moves on to the next tile and finds what it needs anew, unless that was found when it was looked at ahead.
 */
static void move_on(dory_pipeline_t *pipeline, bool is_first_of_layer, bool is_first_of_chunk) {
  if (!is_first_of_chunk) {
    dory_next_tile(&pipeline->layer, &pipeline->chunk, &pipeline->tile);
    return;
  }
  const dory_tile_t tile = dory_first_tile(&pipeline->layer, &pipeline->chunk);
  pipeline->changes = is_first_of_layer ? EVERY_OPERAND : changes(&pipeline->tile, &tile);
  pipeline->tile = tile;
}

bool dory_tile_begin(dory_pipeline_t *pipeline) {
  const dory_layer_t *layer = &pipeline->layer;
  if (pipeline->next_tile == DORY_NONE) {
    return false;
  }
  if (dory_is_direct(layer)) {
    begin_direct_tile(pipeline);
    return true;
  }
  const bool is_first_of_chunk = pipeline->next_tile == DORY_FIRST;
  const bool is_first_of_layer =
      is_first_of_chunk && pipeline->chunk.rows.begin == 0 && pipeline->chunk.channels.begin == 0;
  move_on(pipeline, is_first_of_layer, is_first_of_chunk);
  dory_dma_wait(&pipeline->load);
  load_now(pipeline, is_first_of_layer, is_first_of_chunk);
  dory_tile_t next = pipeline->tile;
  pipeline->next_tile = DORY_NONE;
  if (dory_next_tile(layer, &pipeline->chunk, &next)) {
    pipeline->next_tile = DORY_LATER;
    pipeline->changes = changes(&pipeline->tile, &next);
    load_ahead(pipeline, &next);
  }
  pipeline->tile.needs_border = needs_border(pipeline);
  if (pipeline->tile.first_pass) {
    dory_dma_wait(&pipeline->store[pipeline->l1_slot[DORY_OUTPUT]]);
  }
  set_pointers(pipeline);
  return true;
}

void dory_tile_end(dory_pipeline_t *pipeline) {
  const dory_layer_t *layer = &pipeline->layer;
  const dory_tile_t *tile = &pipeline->tile;
  const dory_slots_t slots = layer->operand[DORY_OUTPUT].l1;
  const int32_t slot = pipeline->l1_slot[DORY_OUTPUT];
  if (dory_is_direct(layer) || !tile->last_pass) {
    return;
  }
  const uint32_t l2 =
      output_row(pipeline, tile->rows.begin) +
      offset_in_row(layer->output, tile->columns.begin, tile->channels.begin, layer->output_bits);
  const dory_shape_t box = {tile->rows.size, tile->columns.size, tile->channels.size};
  dory_dma_open(&pipeline->store[slot]);
  copy_box(&pipeline->store[slot], dory_dma_store, dory_slot_offset(slots, slot),
           box.width * dory_packed_bytes(box.channels, layer->output_bits), l2, layer->output, box,
           layer->output_bits);
  pipeline->l1_slot[DORY_OUTPUT] = (uint8_t)dory_next_slot(slots, slot);
}

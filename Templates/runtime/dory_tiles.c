/* SPDX-License-Identifier: Apache-2.0 */
/* Between L2 and L1: the tiles of a chunk. */
#include "dory_pipeline.h"
#include "dory_slots.h"

/* Whether a tile needs other bytes of an operand than the one before, be that of the same chunk or not. */
static bool tile_changes(int32_t operand, const dory_tile_t *a, const dory_tile_t *b) {
  const bool inputs = a->input_channels.begin != b->input_channels.begin;
  const bool outputs = a->channels.begin != b->channels.begin;
  switch (operand) {
  case DORY_WEIGHTS:
    return inputs || outputs;
  case DORY_PARAMETERS:
    return outputs;
  default:
    return inputs || a->rows.begin != b->rows.begin || a->columns.begin != b->columns.begin;
  }
}

/* Copies a box of an HWC tensor between L2, where the box begins at `l2`, and a dense tile in L1. */
static void copy_box(dory_dma_t *group, void (*copy)(dory_dma_t *, const dory_copy_t *), uint32_t l1,
                     uint32_t l2, dory_shape_t tensor, dory_shape_t box, int32_t bits) {
  const int32_t pixel = dory_packed_bytes(tensor.channels, bits);
  const int32_t row = tensor.width * pixel;
  const int32_t box_pixel = dory_packed_bytes(box.channels, bits);
  const int32_t box_row = box.width * box_pixel;
  if (box.height == 0 || box.width == 0) {
    return;
  }
  if (box_row == row) {
    copy(group, &(dory_copy_t){l1, l2, 1, box.height * row, 0, 0});
  } else if (box.channels == tensor.channels) {
    copy(group, &(dory_copy_t){l1, l2, box.height, box_row, box_row, row});
  } else if (box.width == tensor.width) {
    copy(group, &(dory_copy_t){l1, l2, box.height * box.width, box_pixel, box_pixel, pixel});
  } else {
    for (int32_t i = 0; i < box.height; i++) {
      copy(group, &(dory_copy_t){l1 + (uint32_t)(i * box_row), l2 + (uint32_t)(i * row), box.width, box_pixel,
                                 box_pixel, pixel});
    }
  }
}

/* The address in L2 of a row of an input, in place or in its slot. */
static uint32_t input_row(const dory_pipeline_t *pipeline, int32_t operand, int32_t row) {
  const dory_layer_t *layer = pipeline->layer;
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
  const dory_layer_t *layer = pipeline->layer;
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

static void load_input(dory_pipeline_t *pipeline, dory_dma_t *group, int32_t operand, const dory_tile_t *tile,
                       uint32_t l1) {
  const dory_layer_t *layer = pipeline->layer;
  const dory_shape_t tensor = layer->input[operand];
  const int32_t bits = layer->input_bits[operand];
  const uint32_t l2 = input_row(pipeline, operand, tile->input_rows.begin) +
                      offset_in_row(tensor, tile->input_columns.begin, tile->input_channels.begin, bits);
  const dory_shape_t box = {tile->input_rows.size, tile->input_columns.size, tile->input_channels.size};
  copy_box(group, dory_dma_load, l1, l2, tensor, box, bits);
}

static void load_constants(dory_pipeline_t *pipeline, dory_dma_t *group, int32_t operand,
                           const dory_tile_t *tile, uint32_t l1) {
  const dory_layer_t *layer = pipeline->layer;
  const dory_operand_t *from = &layer->operand[DORY_WEIGHTS];
  const int32_t channels = tile->channels.size;
  const uint32_t parameters = (uint32_t)(channels * layer->parameter_bytes);
  uint32_t l2 =
      from->offset + (uint32_t)pipeline->chunk.channel * dory_constant_bytes(layer, layer->stripe_channels);
  if (dory_is_streamed(layer, DORY_WEIGHTS)) {
    l2 = dory_slot_offset(from->l2, pipeline->l2_slot[DORY_WEIGHTS]);
  }
  l2 += (uint32_t)tile->channel * dory_constant_bytes(layer, layer->tile_channels);
  uint32_t bytes = parameters;
  if (operand == DORY_WEIGHTS) {
    l2 += parameters + (uint32_t)tile->pass *
                           dory_align4(dory_weight_block_bytes(layer, channels, layer->tile_in_channels));
    bytes = dory_weight_block_bytes(layer, channels, tile->input_channels.size);
  }
  dory_dma_load(group, &(dory_copy_t){l1, l2, 1, (int32_t)bytes, 0, 0});
}

static void start_load(dory_pipeline_t *pipeline, dory_dma_t *group, int32_t operand, const dory_tile_t *tile,
                       int32_t slot) {
  const uint32_t l1 = dory_slot_offset(pipeline->layer->operand[operand].l1, slot);
  if (operand == DORY_WEIGHTS || operand == DORY_PARAMETERS) {
    load_constants(pipeline, group, operand, tile, l1);
  } else {
    load_input(pipeline, group, operand, tile, l1);
  }
}

/* Loads what the tile needs and L1 does not hold yet: of the layer's first tile everything, of a later
 * chunk's first tile what differs from the tile before, of other tiles the operands with one slot. Operands
 * with two slots turn to the other one. */
static void load_now(dory_pipeline_t *pipeline, int32_t index, const dory_tile_t *before,
                     const dory_tile_t *tile) {
  const dory_layer_t *layer = pipeline->layer;
  const bool is_first = index == 0 && pipeline->chunk.stripe == 0 && pipeline->chunk.channel == 0;
  dory_dma_t group;
  dory_dma_open(&group);
  for (int32_t operand = DORY_INPUT0; operand <= DORY_PARAMETERS; operand++) {
    const dory_slots_t slots = layer->operand[operand].l1;
    if (slots.count == 0 || (!is_first && !tile_changes(operand, before, tile))) {
      continue;
    }
    if (!is_first) {
      pipeline->l1_slot[operand] = dory_next_slot(slots, pipeline->l1_slot[operand]);
    }
    if (index == 0 || slots.count == 1) {
      start_load(pipeline, &group, operand, tile, pipeline->l1_slot[operand]);
    }
  }
  dory_dma_wait(&group);
}

/* Starts to load the next tile's operands into their other slots. */
static void load_ahead(dory_pipeline_t *pipeline, const dory_tile_t *tile, const dory_tile_t *next) {
  const dory_layer_t *layer = pipeline->layer;
  dory_dma_open(&pipeline->load);
  for (int32_t operand = DORY_INPUT0; operand <= DORY_PARAMETERS; operand++) {
    const dory_slots_t slots = layer->operand[operand].l1;
    if (slots.count == 2 && tile_changes(operand, tile, next)) {
      start_load(pipeline, &pipeline->load, operand, next, dory_next_slot(slots, pipeline->l1_slot[operand]));
    }
  }
}

static void *l1_pointer(const dory_pipeline_t *pipeline, int32_t operand) {
  const dory_slots_t slots = pipeline->layer->operand[operand].l1;
  return slots.count == 0 ? 0 : dory_l1(dory_slot_offset(slots, pipeline->l1_slot[operand]));
}

/* The chunk of a direct layer as one tile in L2. */
static void begin_direct_tile(dory_pipeline_t *pipeline, int32_t index) {
  const dory_layer_t *layer = pipeline->layer;
  dory_tile_t tile = dory_tile_at(layer, &pipeline->chunk, index);
  for (int32_t operand = DORY_INPUT0; operand <= DORY_INPUT1; operand++) {
    if (layer->input_bits[operand] != 0) {
      tile.input[operand] = dory_l2(input_row(pipeline, operand, tile.rows.begin));
    }
  }
  tile.output = dory_l2(output_row(pipeline, tile.rows.begin));
  pipeline->tile = tile;
}

void dory_tile_begin(dory_pipeline_t *pipeline, int32_t index) {
  const dory_layer_t *layer = pipeline->layer;
  if (dory_is_direct(layer)) {
    begin_direct_tile(pipeline, index);
    return;
  }
  const dory_tile_t before = pipeline->tile;
  dory_tile_t tile = dory_tile_at(layer, &pipeline->chunk, index);
  dory_dma_wait(&pipeline->load);
  load_now(pipeline, index, &before, &tile);
  if (index + 1 < pipeline->tiles) {
    const dory_tile_t next = dory_tile_at(layer, &pipeline->chunk, index + 1);
    load_ahead(pipeline, &tile, &next);
  }
  if (tile.first_pass) {
    dory_dma_wait(&pipeline->store[pipeline->l1_slot[DORY_OUTPUT]]);
  }
  tile.input[0] = l1_pointer(pipeline, DORY_INPUT0);
  tile.input[1] = l1_pointer(pipeline, DORY_INPUT1);
  tile.weights = l1_pointer(pipeline, DORY_WEIGHTS);
  tile.parameters = l1_pointer(pipeline, DORY_PARAMETERS);
  tile.output = l1_pointer(pipeline, DORY_OUTPUT);
  tile.accumulator = dory_l1(layer->accumulator);
  pipeline->tile = tile;
}

void dory_tile_end(dory_pipeline_t *pipeline) {
  const dory_layer_t *layer = pipeline->layer;
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
  copy_box(&pipeline->store[slot], dory_dma_store, dory_slot_offset(slots, slot), l2, layer->output, box,
           layer->output_bits);
  pipeline->l1_slot[DORY_OUTPUT] = dory_next_slot(slots, slot);
}

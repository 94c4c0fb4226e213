/* SPDX-License-Identifier: Apache-2.0 */
#include "dory_pipeline.h"

/* ---- L3 and L2: chunks ---- */

static bool streamed(const dory_layer_t *layer, int32_t operand) {
  return layer->operand[operand].l2.count > 0;
}

/* The slot that the operand's next piece goes to. */
static int32_t next_slot(dory_slots_t slots, int32_t slot) {
  return (slot + 1) % slots.count;
}

static uint32_t slot_offset(dory_slots_t slots, int32_t slot) {
  return slots.offset + (uint32_t)slot * slots.bytes;
}

static bool chunk_changes(int32_t operand, const dory_chunk_t *a, const dory_chunk_t *b) {
  return operand == DORY_WEIGHTS ? a->channel != b->channel : a->stripe != b->stripe;
}

/* Starts the copy of a chunk's operand into a slot. Input rows are copied from the multiple of 4 bytes at or
 * before their start, so that the slot holds up to 3 bytes before them; of rows that are all padding nothing.
 */
static void start_fetch(dory_pipeline_t *pipeline, int32_t operand, const dory_chunk_t *chunk, int32_t slot) {
  const dory_layer_t *layer = pipeline->layer;
  const dory_operand_t *from = &layer->operand[operand];
  uint32_t start, end;
  if (operand == DORY_WEIGHTS) {
    start = (uint32_t)chunk->channel * dory_constant_bytes(layer, layer->stripe_channels);
    end = start + dory_constant_bytes(layer, chunk->channels.size);
  } else {
    if (chunk->input_rows.size == 0) {
      return;
    }
    start = (uint32_t)chunk->input_rows.begin * dory_input_row_bytes(layer, operand);
    end = start + (uint32_t)chunk->input_rows.size * dory_input_row_bytes(layer, operand);
  }
  start &= ~3u;
  dory_ram_read(&pipeline->fetch[operand], from->offset + start, slot_offset(from->l2, slot),
                dory_align4(end) - start);
}

void dory_pipeline_open(dory_pipeline_t *pipeline, const dory_layer_t *layer) {
  *pipeline = (dory_pipeline_t){.layer = layer, .chunks = dory_chunk_count(layer)};
}

void dory_chunk_begin(dory_pipeline_t *pipeline, int32_t index) {
  const dory_layer_t *layer = pipeline->layer;
  const dory_chunk_t before = pipeline->chunk;
  const dory_chunk_t chunk = dory_chunk_at(layer, index);
  const bool last = index + 1 == pipeline->chunks;
  const dory_chunk_t next = last ? chunk : dory_chunk_at(layer, index + 1);
  for (int32_t operand = DORY_INPUT0; operand <= DORY_WEIGHTS; operand++) {
    if (!streamed(layer, operand)) {
      continue;
    }
    const dory_slots_t slots = layer->operand[operand].l2;
    int32_t *slot = &pipeline->l2_slot[operand];
    if (index == 0) {
      start_fetch(pipeline, operand, &chunk, *slot);
    } else if (chunk_changes(operand, &before, &chunk)) {
      *slot = next_slot(slots, *slot);
      if (slots.count == 1) {
        start_fetch(pipeline, operand, &chunk, *slot);
      }
    }
    dory_ram_wait(&pipeline->fetch[operand]);
  }
  for (int32_t operand = DORY_INPUT0; operand <= DORY_WEIGHTS; operand++) {
    if (streamed(layer, operand) && layer->operand[operand].l2.count == 2 &&
        chunk_changes(operand, &chunk, &next)) {
      start_fetch(pipeline, operand, &next,
                  next_slot(layer->operand[operand].l2, pipeline->l2_slot[operand]));
    }
  }
  if (streamed(layer, DORY_OUTPUT) && index > 0 && chunk_changes(DORY_OUTPUT, &before, &chunk)) {
    int32_t slot = next_slot(layer->operand[DORY_OUTPUT].l2, pipeline->l2_slot[DORY_OUTPUT]);
    dory_ram_wait(&pipeline->write_back[slot]);
    pipeline->l2_slot[DORY_OUTPUT] = slot;
  }
  pipeline->chunk = chunk;
  pipeline->tiles = dory_tile_count(&chunk);
}

void dory_chunk_end(dory_pipeline_t *pipeline) {
  const dory_layer_t *layer = pipeline->layer;
  const dory_chunk_t *chunk = &pipeline->chunk;
  dory_dma_wait(&pipeline->store[0]);
  dory_dma_wait(&pipeline->store[1]);
  if (streamed(layer, DORY_OUTPUT) && chunk->channel + 1 == dory_channel_chunks(layer)) {
    const dory_operand_t *output = &layer->operand[DORY_OUTPUT];
    int32_t slot = pipeline->l2_slot[DORY_OUTPUT];
    dory_ram_write(&pipeline->write_back[slot],
                   output->offset + (uint32_t)chunk->rows.begin * dory_output_row_bytes(layer),
                   slot_offset(output->l2, slot),
                   dory_align4((uint32_t)chunk->rows.size * dory_output_row_bytes(layer)));
  }
}

void dory_pipeline_close(dory_pipeline_t *pipeline) {
  dory_ram_wait(&pipeline->write_back[0]);
  dory_ram_wait(&pipeline->write_back[1]);
}

/* ---- L2 and L1: tiles ---- */

static bool tile_changes(const dory_layer_t *layer, int32_t operand, const dory_tile_t *a,
                         const dory_tile_t *b) {
  switch (operand) {
  case DORY_WEIGHTS:
    return a->channel != b->channel || a->pass != b->pass;
  case DORY_PARAMETERS:
    return a->channel != b->channel;
  default:
    return a->row != b->row || a->column != b->column ||
           (layer->dense ? a->pass != b->pass : a->channel != b->channel);
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
  if (!streamed(layer, operand)) {
    return from->offset + (uint32_t)row * row_bytes;
  }
  const int32_t first = pipeline->chunk.input_rows.begin;
  const uint32_t before = (uint32_t)first * row_bytes & 3u; /* bytes in the slot before the first row */
  return slot_offset(from->l2, pipeline->l2_slot[operand]) + before + (uint32_t)(row - first) * row_bytes;
}

/* The address in L2 of a row of the output, in place or in its slot. */
static uint32_t output_row(const dory_pipeline_t *pipeline, int32_t row) {
  const dory_layer_t *layer = pipeline->layer;
  const dory_operand_t *output = &layer->operand[DORY_OUTPUT];
  const uint32_t row_bytes = dory_output_row_bytes(layer);
  if (!streamed(layer, DORY_OUTPUT)) {
    return output->offset + (uint32_t)row * row_bytes;
  }
  return slot_offset(output->l2, pipeline->l2_slot[DORY_OUTPUT]) +
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
  if (streamed(layer, DORY_WEIGHTS)) {
    l2 = slot_offset(from->l2, pipeline->l2_slot[DORY_WEIGHTS]);
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
  const uint32_t l1 = slot_offset(pipeline->layer->operand[operand].l1, slot);
  if (operand == DORY_WEIGHTS || operand == DORY_PARAMETERS) {
    load_constants(pipeline, group, operand, tile, l1);
  } else {
    load_input(pipeline, group, operand, tile, l1);
  }
}

/* Loads what the tile needs and no second slot holds yet: of the first tile everything, later the operands
 * with one slot. Operands with two slots turn to the other one. */
static void load_now(dory_pipeline_t *pipeline, int32_t index, const dory_tile_t *before,
                     const dory_tile_t *tile) {
  const dory_layer_t *layer = pipeline->layer;
  dory_dma_t group;
  dory_dma_open(&group);
  for (int32_t operand = DORY_INPUT0; operand <= DORY_PARAMETERS; operand++) {
    const dory_slots_t slots = layer->operand[operand].l1;
    if (slots.count == 0 || (index > 0 && !tile_changes(layer, operand, before, tile))) {
      continue;
    }
    pipeline->l1_slot[operand] = index == 0 ? 0 : next_slot(slots, pipeline->l1_slot[operand]);
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
    if (slots.count == 2 && tile_changes(layer, operand, tile, next)) {
      start_load(pipeline, &pipeline->load, operand, next, next_slot(slots, pipeline->l1_slot[operand]));
    }
  }
}

static void *l1_pointer(const dory_pipeline_t *pipeline, int32_t operand) {
  const dory_slots_t slots = pipeline->layer->operand[operand].l1;
  return slots.count == 0 ? 0 : dory_l1(slot_offset(slots, pipeline->l1_slot[operand]));
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
  copy_box(&pipeline->store[slot], dory_dma_store, slot_offset(slots, slot), l2, layer->output, box,
           layer->output_bits);
  pipeline->l1_slot[DORY_OUTPUT] = next_slot(slots, slot);
}

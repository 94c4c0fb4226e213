/* SPDX-License-Identifier: Apache-2.0 */
/* Between external memory and L2: the chunks of a layer. */
#include "dory_pipeline.h"
#include "dory_slots.h"

static bool chunk_changes(int32_t operand, const dory_chunk_t *a, const dory_chunk_t *b) {
  return operand == DORY_WEIGHTS ? a->channels.begin != b->channels.begin : a->rows.begin != b->rows.begin;
}

/* Starts the copy of a chunk's operand into a slot. Input rows are copied from the multiple of 4 bytes at or
 * before their start, so that the slot holds up to 3 bytes before them; of rows that are all padding nothing.
 */
static void start_fetch(dory_pipeline_t *pipeline, int32_t operand, const dory_chunk_t *chunk, int32_t slot) {
  const dory_layer_t *layer = &pipeline->layer;
  const dory_operand_t *from = &layer->operand[operand];
  uint32_t start, end;
  if (operand == DORY_WEIGHTS) {
    start = chunk->constants;
    end = start + chunk->constant_bytes;
  } else {
    if (chunk->input_rows.size == 0) {
      return;
    }
    start = (uint32_t)chunk->input_rows.begin * dory_input_row_bytes(layer, operand);
    end = start + (uint32_t)chunk->input_rows.size * dory_input_row_bytes(layer, operand);
  }
  start &= ~3u;
  const uint32_t bytes = dory_align4(end) - start;
  const uint32_t to = dory_slot_offset(from->l2, slot);
  if (from->level == DORY_FLASH) {
    dory_flash_read(&pipeline->fetch[operand], from->offset + start, to, bytes);
  } else {
    dory_ram_read(&pipeline->fetch[operand], from->offset + start, to, bytes);
  }
}

void dory_pipeline_open(dory_pipeline_t *pipeline, const dory_layer_t *layer) {
  *pipeline = (dory_pipeline_t){.layer = *layer, .next_chunk = DORY_FIRST};
}

bool dory_chunk_begin(dory_pipeline_t *pipeline) {
  const dory_layer_t *layer = &pipeline->layer;
  if (pipeline->next_chunk == DORY_NONE) {
    return false;
  }
  const bool is_first = pipeline->next_chunk == DORY_FIRST;
  const dory_chunk_t before = pipeline->chunk;
  dory_chunk_t chunk = before;
  if (is_first) {
    chunk = dory_first_chunk(layer);
  } else {
    dory_next_chunk(layer, &chunk);
  }
  dory_chunk_t next = chunk;
  pipeline->next_chunk = dory_next_chunk(layer, &next) ? DORY_LATER : DORY_NONE;
  for (int32_t operand = DORY_INPUT0; operand <= DORY_WEIGHTS; operand++) {
    if (!dory_is_streamed(layer, operand)) {
      continue;
    }
    const dory_slots_t slots = layer->operand[operand].l2;
    const bool is_other = is_first || chunk_changes(operand, &before, &chunk);
    if (is_other && !is_first) {
      pipeline->l2_slot[operand] = (uint8_t)dory_next_slot(slots, pipeline->l2_slot[operand]);
    }
    if (is_other && (is_first || slots.count == 1)) {
      start_fetch(pipeline, operand, &chunk, pipeline->l2_slot[operand]);
    }
    dory_l3_wait(&pipeline->fetch[operand]);
  }
  for (int32_t operand = DORY_INPUT0; operand <= DORY_WEIGHTS; operand++) {
    if (dory_is_streamed(layer, operand) && layer->operand[operand].l2.count == 2 &&
        chunk_changes(operand, &chunk, &next)) {
      start_fetch(pipeline, operand, &next,
                  dory_next_slot(layer->operand[operand].l2, pipeline->l2_slot[operand]));
    }
  }
  if (dory_is_streamed(layer, DORY_OUTPUT) && !is_first && chunk_changes(DORY_OUTPUT, &before, &chunk)) {
    int32_t slot = dory_next_slot(layer->operand[DORY_OUTPUT].l2, pipeline->l2_slot[DORY_OUTPUT]);
    dory_l3_wait(&pipeline->write_back[slot]);
    pipeline->l2_slot[DORY_OUTPUT] = (uint8_t)slot;
  }
  pipeline->chunk = chunk;
  pipeline->next_tile = DORY_FIRST;
  return true;
}

void dory_chunk_end(dory_pipeline_t *pipeline) {
  const dory_layer_t *layer = &pipeline->layer;
  const dory_chunk_t *chunk = &pipeline->chunk;
  dory_dma_wait(&pipeline->store[0]);
  dory_dma_wait(&pipeline->store[1]);
  if (dory_is_streamed(layer, DORY_OUTPUT) &&
      chunk->channels.begin + chunk->channels.size == layer->output.channels) {
    const dory_operand_t *output = &layer->operand[DORY_OUTPUT];
    int32_t slot = pipeline->l2_slot[DORY_OUTPUT];
    dory_ram_write(&pipeline->write_back[slot],
                   output->offset + (uint32_t)chunk->rows.begin * dory_output_row_bytes(layer),
                   dory_slot_offset(output->l2, slot),
                   dory_align4((uint32_t)chunk->rows.size * dory_output_row_bytes(layer)));
  }
}

void dory_pipeline_close(dory_pipeline_t *pipeline) {
  dory_l3_wait(&pipeline->write_back[0]);
  dory_l3_wait(&pipeline->write_back[1]);
}

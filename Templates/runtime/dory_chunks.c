/* SPDX-License-Identifier: Apache-2.0 */
/* Between external memory and L2: the chunks of a layer. */
#include "dory_pipeline.h"

/* Starts the copy of bytes of an operand to L2, from the multiple of 4 at or before their start. */
static void start_copy(const dory_operand_t *from, dory_l3_t *request, uint32_t start, uint32_t end,
                       uint32_t to) {
  start &= ~3u;
  const uint32_t bytes = dory_align4(end) - start;
  if (from->level == DORY_FLASH) {
    dory_flash_read(request, from->offset + start, to, bytes);
  } else {
    dory_ram_read(request, from->offset + start, to, bytes);
  }
}

/* Starts the copy of a chunk's input rows into a slot, which then holds up to 3 bytes before them; of rows
 * that are all padding nothing. */
static void start_fetch(dory_pipeline_t *pipeline, int32_t operand, const dory_chunk_t *chunk,
                        bool in_second) {
  const dory_operand_t *from = &pipeline->layer.operand[operand];
  if (chunk->input_rows.size == 0) {
    return;
  }
  const int32_t row_bytes = pipeline->pitch[operand].row;
  const uint32_t start = (uint32_t)(chunk->input_rows.begin * row_bytes);
  start_copy(from, &pipeline->fetch[operand], start, start + (uint32_t)(chunk->input_rows.size * row_bytes),
             dory_slot_offset(from->l2, in_second));
}

/* Goes on to the next chunk that needs other constants than the last; false where there is none. */
static bool next_constants(const dory_layer_t *layer, dory_stream_t *stream) {
  if (stream->next == DORY_FIRST) {
    dory_first_chunk(layer, &stream->last);
    stream->next = DORY_LATER;
    return true;
  }
  const int32_t channel = stream->last.channels.begin;
  while (stream->next == DORY_LATER) {
    if (!dory_next_chunk(layer, &stream->last)) {
      stream->next = DORY_NONE;
    } else if (stream->last.channels.begin != channel) {
      return true;
    }
  }
  return false;
}

/* Fills the free slots of the constants with the chunks that come next, and waits for those of the chunk that
 * begins, which the chunk before, if any, may have had too. */
static void bring_constants(dory_pipeline_t *pipeline, bool changes) {
  const dory_layer_t *layer = &pipeline->layer;
  const dory_operand_t *from = &layer->operand[DORY_WEIGHTS];
  const int32_t slots = from->l2.count;
  dory_stream_t *stream = &pipeline->constants;
  if (changes) {
    stream->slot = stream->slot + 1 < slots ? stream->slot + 1 : 0;
    stream->filled--;
  }
  while (stream->filled < slots && next_constants(layer, stream)) {
    int32_t slot = stream->slot + stream->filled;
    slot -= slot < slots ? 0 : slots;
    if (stream->head > 0) {
      stream->head--;
    } else {
      const uint32_t start = stream->last.constants;
      start_copy(from, &stream->request[slot], start, start + dory_chunk_constant_bytes(layer, &stream->last),
                 from->l2.offset + (uint32_t)slot * from->l2.bytes);
    }
    stream->filled++;
  }
  dory_l3_wait(&stream->request[stream->slot]);
}

/* The operands by the slots that they have. */
static void find_slots(dory_pipeline_t *pipeline) {
  dory_operands_t streamed = 0, single = 0, twofold = 0;
  for (int32_t operand = DORY_OPERANDS - 1; operand >= 0; operand--) {
    const dory_operand_t *of = &pipeline->layer.operand[operand];
    streamed = streamed << 1 | (of->l2.count > 0);
    single = single << 1 | (of->l1.count == 1);
    twofold = twofold << 1 | (of->l1.count == 2);
  }
  pipeline->streamed = streamed;
  pipeline->single = single;
  pipeline->twofold = twofold;
  pipeline->l2_second = 0;
  pipeline->l1_second = twofold & DORY_LOADED; /* the first tile turns to the first slots */
}

void dory_pipeline_open(dory_pipeline_t *pipeline, const dory_layer_t *layer) {
  pipeline->layer = *layer;
  layer = &pipeline->layer;
  find_slots(pipeline);
  pipeline->next_chunk = DORY_FIRST;
  pipeline->chunk = (dory_chunk_t){0};
  pipeline->pitch[0] = dory_pitch(layer->input[0], layer->input_bits[0]);
  pipeline->pitch[1] = dory_pitch(layer->input[1], layer->input_bits[1]);
  pipeline->output_pitch = dory_pitch(layer->output, layer->output_bits);
  for (int32_t i = DORY_INPUT0; i <= DORY_INPUT1; i++) {
    pipeline->fetch[i] = (dory_l3_t){0};
  }
  pipeline->constants.next = DORY_FIRST;
  pipeline->constants.head = layer->head_chunks;
  pipeline->constants.slot = 0;
  pipeline->constants.filled = 0;
  for (int32_t slot = 0; slot < DORY_MOST_SLOTS; slot++) {
    pipeline->constants.request[slot] = (dory_l3_t){0};
  }
  pipeline->load = (dory_dma_t){0};
  for (int32_t slot = 0; slot < 2; slot++) {
    pipeline->filled[slot].channels = 0;
    pipeline->write_back[slot] = (dory_l3_t){0};
    pipeline->store[slot] = (dory_dma_t){0};
  }
}

/* Waits for the chunk's streamed operands, which the chunk before, if any, may have had too, and starts to
 * fetch what the next ones need. */
static void bring(dory_pipeline_t *pipeline, const dory_chunk_t *before, const dory_chunk_t *chunk,
                  const dory_chunk_t *next) {
  const bool is_first = before == 0;
  const bool moves_on = is_first || before->rows.begin != chunk->rows.begin;
  for (int32_t operand = DORY_INPUT0; operand <= DORY_INPUT1; operand++) {
    if (!dory_has(pipeline->streamed, operand)) {
      continue;
    }
    const bool has_two = pipeline->layer.operand[operand].l2.count == 2;
    if (!is_first && moves_on && has_two) {
      pipeline->l2_second ^= 1u << operand;
    }
    if (is_first || (moves_on && !has_two)) {
      start_fetch(pipeline, operand, chunk, dory_has(pipeline->l2_second, operand));
    }
  }
  if (dory_has(pipeline->streamed, DORY_WEIGHTS)) {
    bring_constants(pipeline, !is_first && before->channels.begin != chunk->channels.begin);
  }
  for (int32_t operand = DORY_INPUT0; operand <= DORY_INPUT1; operand++) {
    if (!dory_has(pipeline->streamed, operand)) {
      continue;
    }
    dory_l3_wait(&pipeline->fetch[operand]);
    if (pipeline->layer.operand[operand].l2.count == 2 && chunk->rows.begin != next->rows.begin) {
      start_fetch(pipeline, operand, next, !dory_has(pipeline->l2_second, operand));
    }
  }
}

/* Turns to the next slot of the output and waits until what it held is in L3. */
static void turn_output(dory_pipeline_t *pipeline) {
  if (pipeline->layer.operand[DORY_OUTPUT].l2.count == 2) {
    pipeline->l2_second ^= 1u << DORY_OUTPUT;
  }
  dory_l3_wait(&pipeline->write_back[dory_has(pipeline->l2_second, DORY_OUTPUT)]);
}

/* Finds where the chunk's operands lie in L2. */
static void locate(dory_pipeline_t *pipeline) {
  const dory_chunk_t *chunk = &pipeline->chunk;
  for (int32_t operand = 0; operand < DORY_OPERANDS; operand++) {
    const dory_operand_t *of = &pipeline->layer.operand[operand];
    pipeline->l2[operand] = of->offset;
    if (dory_has(pipeline->streamed, operand)) {
      pipeline->l2[operand] = dory_slot_offset(of->l2, dory_has(pipeline->l2_second, operand));
      if (operand == DORY_WEIGHTS) {
        pipeline->l2[operand] = of->l2.offset + (uint32_t)pipeline->constants.slot * of->l2.bytes;
      } else if (operand == DORY_OUTPUT) {
        pipeline->l2[operand] -= (uint32_t)(chunk->rows.begin * pipeline->output_pitch.row);
      } else {
        pipeline->l2[operand] -= (uint32_t)(chunk->input_rows.begin * pipeline->pitch[operand].row) & ~3u;
      }
    } else if (operand == DORY_WEIGHTS) {
      pipeline->l2[operand] += chunk->constants;
    }
  }
}

bool dory_chunk_begin(dory_pipeline_t *pipeline) {
  const dory_layer_t *layer = &pipeline->layer;
  if (pipeline->next_chunk == DORY_NONE) {
    return false;
  }
  const bool is_first = pipeline->next_chunk == DORY_FIRST;
  dory_chunk_t *chunk = &pipeline->chunk;
  const dory_chunk_t before = *chunk;
  if (is_first) {
    dory_first_chunk(layer, chunk);
  } else {
    dory_next_chunk(layer, chunk);
  }
  dory_chunk_t next = *chunk;
  pipeline->next_chunk = dory_next_chunk(layer, &next) ? DORY_LATER : DORY_NONE;
  if (pipeline->streamed != 0) {
    bring(pipeline, is_first ? 0 : &before, chunk, &next);
  }
  if (dory_has(pipeline->streamed, DORY_OUTPUT) && !is_first && before.rows.begin != chunk->rows.begin) {
    turn_output(pipeline);
  }
  locate(pipeline);
  pipeline->next_tile = DORY_FIRST;
  return true;
}

void dory_chunk_end(dory_pipeline_t *pipeline) {
  const dory_layer_t *layer = &pipeline->layer;
  const dory_chunk_t *chunk = &pipeline->chunk;
  dory_dma_wait(&pipeline->store[0]);
  dory_dma_wait(&pipeline->store[1]);
  if (dory_has(pipeline->streamed, DORY_OUTPUT) &&
      chunk->channels.begin + chunk->channels.size == layer->output.channels) {
    const dory_operand_t *output = &layer->operand[DORY_OUTPUT];
    const bool is_second = dory_has(pipeline->l2_second, DORY_OUTPUT);
    const uint32_t row_bytes = (uint32_t)pipeline->output_pitch.row;
    dory_ram_write(&pipeline->write_back[is_second], output->offset + (uint32_t)chunk->rows.begin * row_bytes,
                   dory_slot_offset(output->l2, is_second),
                   dory_align4((uint32_t)chunk->rows.size * row_bytes));
  }
}

void dory_pipeline_close(dory_pipeline_t *pipeline) {
  dory_l3_wait(&pipeline->write_back[0]);
  dory_l3_wait(&pipeline->write_back[1]);
}

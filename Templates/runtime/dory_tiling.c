/* SPDX-License-Identifier: Apache-2.0 */
#include "dory_tiling.h"

/* The piece of an axis that begins somewhere; the last one is cut off at the end. */
static dory_range_t piece(int32_t begin, int32_t end, int32_t size) {
  return (dory_range_t){begin, dory_min(size, end - begin)};
}

static int32_t end_of(dory_range_t range) {
  return range.begin + range.size;
}

/* Input positions that the outputs of a range need, inside the map; `padding` gets those before the map, and
 * `reach` all of them. */
static dory_range_t needed(dory_range_t outputs, int32_t stride, int32_t kernel, int32_t dilation,
                           int32_t padding_before, int32_t size, int32_t *padding, int32_t *reach) {
  const int32_t first = outputs.begin * stride - padding_before;
  *reach = (outputs.size - 1) * stride + (kernel - 1) * dilation + 1;
  const int32_t begin = dory_min(dory_max(first, 0), size);
  *padding = begin - first;
  return (dory_range_t){begin, dory_max(dory_min(first + *reach, size) - begin, 0)};
}

static dory_range_t needed_rows(const dory_layer_t *layer, dory_range_t rows, int32_t *padding,
                                int32_t *reach) {
  return needed(rows, layer->stride_height, layer->kernel_height, layer->dilation_height, layer->padding_top,
                layer->input[0].height, padding, reach);
}

bool dory_is_direct(const dory_layer_t *layer) {
  return layer->operand[DORY_OUTPUT].l1.count == 0;
}

uint32_t dory_tile_constant_bytes(const dory_layer_t *layer, int32_t channels) {
  return dory_parameter_bytes(layer, channels) +
         (uint32_t)(layer->passes - 1) * dory_align4(dory_block_bytes(layer, channels, false)) +
         dory_align4(dory_block_bytes(layer, channels, true));
}

uint32_t dory_chunk_constant_bytes(const dory_layer_t *layer, const dory_chunk_t *chunk) {
  const int32_t channels = chunk->channels.size;
  if (layer->parameter_bytes == 0) {
    return 0;
  }
  if (channels <= layer->tile_channels) {
    return dory_tile_constant_bytes(layer, channels);
  }
  const int32_t last = channels % layer->tile_channels;
  const uint32_t full_tiles = (uint32_t)(channels / layer->tile_channels);
  const uint32_t bytes = full_tiles * dory_tile_constant_bytes(layer, layer->tile_channels);
  return last == 0 ? bytes : bytes + dory_tile_constant_bytes(layer, last);
}

static void set_chunk_rows(const dory_layer_t *layer, dory_chunk_t *chunk, int32_t begin) {
  int32_t padding, reach;
  chunk->rows = piece(begin, layer->output.height, layer->stripe_rows);
  chunk->input_rows = needed_rows(layer, chunk->rows, &padding, &reach);
}

/* The chunk before is the one whose constants end where those of this chunk begin. */
static void set_chunk_channels(const dory_layer_t *layer, dory_chunk_t *chunk, int32_t begin) {
  chunk->constants = begin == 0 ? 0 : chunk->constants + dory_chunk_constant_bytes(layer, chunk);
  chunk->channels = piece(begin, layer->output.channels, layer->stripe_channels);
}

void dory_first_chunk(const dory_layer_t *layer, dory_chunk_t *chunk) {
  set_chunk_rows(layer, chunk, 0);
  set_chunk_channels(layer, chunk, 0);
}

bool dory_next_chunk(const dory_layer_t *layer, dory_chunk_t *chunk) {
  if (end_of(chunk->channels) < layer->output.channels) {
    set_chunk_channels(layer, chunk, end_of(chunk->channels));
    return true;
  }
  if (end_of(chunk->rows) < layer->output.height) {
    set_chunk_channels(layer, chunk, 0);
    set_chunk_rows(layer, chunk, end_of(chunk->rows));
    return true;
  }
  return false;
}

static void set_rows(const dory_layer_t *layer, const dory_chunk_t *chunk, dory_tile_t *tile, int32_t begin) {
  tile->rows = piece(begin, end_of(chunk->rows), layer->tile_height);
  tile->input_rows = needed_rows(layer, tile->rows, &tile->padding_top, &tile->reach_rows);
}

static void set_columns(const dory_layer_t *layer, dory_tile_t *tile, int32_t begin) {
  tile->columns = piece(begin, layer->output.width, layer->tile_width);
  tile->input_columns =
      needed(tile->columns, layer->stride_width, layer->kernel_width, layer->dilation_width,
             layer->padding_left, layer->input[0].width, &tile->padding_left, &tile->reach_columns);
}

static void set_input_channels(const dory_layer_t *layer, dory_tile_t *tile, int32_t begin) {
  tile->input_channels = piece(begin, layer->input[0].channels, layer->tile_in_channels);
  tile->first_pass = begin == 0;
  tile->last_pass = end_of(tile->input_channels) == layer->input[0].channels;
}

static void set_channels(const dory_layer_t *layer, const dory_chunk_t *chunk, dory_tile_t *tile,
                         int32_t begin) {
  tile->channels = piece(begin, end_of(chunk->channels), layer->tile_channels);
  const int32_t outputs = layer->output_channels_per_group;
  const int32_t inputs = layer->input_channels_per_group;
  if (layer->dense) {
    return;
  }
  tile->input_channels = tile->channels;
  if (outputs > 1) {
    tile->input_channels =
        (dory_range_t){begin / outputs, dory_divide_up(tile->channels.size, outputs)}; /* of groups */
  }
  tile->input_channels.begin *= inputs;
  tile->input_channels.size *= inputs;
}

void dory_first_tile(const dory_layer_t *layer, const dory_chunk_t *chunk, dory_tile_t *tile) {
  tile->channel = tile->pass = 0;
  tile->first_pass = tile->last_pass = true;
  set_rows(layer, chunk, tile, chunk->rows.begin);
  set_columns(layer, tile, 0);
  set_channels(layer, chunk, tile, chunk->channels.begin);
  if (layer->dense) {
    set_input_channels(layer, tile, 0);
  }
  if (dory_is_direct(layer)) {
    tile->input_columns = (dory_range_t){0, layer->input[0].width};
  }
}

/* Each of these moves on along one axis, or goes back to its start at the end and returns false. */

static bool next_pass(const dory_layer_t *layer, dory_tile_t *tile) {
  if (!tile->last_pass) {
    set_input_channels(layer, tile, end_of(tile->input_channels));
    tile->pass++;
    return true;
  }
  if (!tile->first_pass) {
    set_input_channels(layer, tile, 0);
    tile->pass = 0;
  }
  return false;
}

static bool next_columns(const dory_layer_t *layer, dory_tile_t *tile) {
  const int32_t end = end_of(tile->columns);
  const bool is_last = end == layer->output.width;
  if (!is_last || tile->columns.begin > 0) {
    set_columns(layer, tile, is_last ? 0 : end);
  }
  return !is_last;
}

static bool next_rows(const dory_layer_t *layer, const dory_chunk_t *chunk, dory_tile_t *tile) {
  const int32_t end = end_of(tile->rows);
  const bool is_last = end == end_of(chunk->rows);
  if (!is_last || tile->rows.begin > chunk->rows.begin) {
    set_rows(layer, chunk, tile, is_last ? chunk->rows.begin : end);
  }
  return !is_last;
}

static bool next_channels(const dory_layer_t *layer, const dory_chunk_t *chunk, dory_tile_t *tile) {
  const int32_t end = end_of(tile->channels);
  const bool is_last = end == end_of(chunk->channels);
  if (!is_last || tile->channels.begin > chunk->channels.begin) {
    set_channels(layer, chunk, tile, is_last ? chunk->channels.begin : end);
    tile->channel = is_last ? 0 : tile->channel + 1;
  }
  return !is_last;
}

bool dory_next_tile(const dory_layer_t *layer, const dory_chunk_t *chunk, dory_tile_t *tile) {
  if (next_pass(layer, tile)) {
    return true;
  }
  if (layer->order == DORY_WEIGHT_STATIONARY) {
    return next_columns(layer, tile) || next_rows(layer, chunk, tile) || next_channels(layer, chunk, tile);
  }
  return next_channels(layer, chunk, tile) || next_columns(layer, tile) || next_rows(layer, chunk, tile);
}

dory_operands_t dory_changes(const dory_tile_t *before, const dory_tile_t *tile) {
  const bool inputs = before->input_channels.begin != tile->input_channels.begin;
  const bool outputs = before->channels.begin != tile->channels.begin;
  const bool position =
      before->rows.begin != tile->rows.begin || before->columns.begin != tile->columns.begin;
  return (inputs || position ? 1u << DORY_INPUT0 | 1u << DORY_INPUT1 : 0) |
         (inputs || outputs ? 1u << DORY_WEIGHTS : 0) | (outputs ? 1u << DORY_PARAMETERS : 0);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "dory_tiling.h"

static int32_t passes_of(const dory_layer_t *layer) {
  return layer->dense ? dory_divide_up(layer->input[0].channels, layer->tile_in_channels) : 1;
}

/* The piece of an axis that starts at a multiple of the step; the last one is cut off at the end. */
static dory_range_t piece(int32_t begin, int32_t end, int32_t step, int32_t index) {
  int32_t start = begin + index * step;
  return (dory_range_t){start, dory_min(step, end - start)};
}

/* Input positions that the outputs of a range need, inside the map; `padding` gets those before the map. */
static dory_range_t needed(dory_range_t outputs, int32_t stride, int32_t kernel, int32_t dilation,
                           int32_t padding_before, int32_t size, int32_t *padding) {
  int32_t first = outputs.begin * stride - padding_before;
  int32_t end = first + (outputs.size - 1) * stride + (kernel - 1) * dilation + 1;
  int32_t begin = dory_min(dory_max(first, 0), size);
  *padding = begin - first;
  return (dory_range_t){begin, dory_max(dory_min(end, size) - begin, 0)};
}

static dory_range_t needed_rows(const dory_layer_t *layer, dory_range_t rows, int32_t *padding) {
  return needed(rows, layer->stride_height, layer->kernel_height, layer->dilation_height, layer->padding_top,
                layer->input[0].height, padding);
}

bool dory_is_direct(const dory_layer_t *layer) {
  return layer->operand[DORY_OUTPUT].l1.count == 0;
}

uint32_t dory_input_row_bytes(const dory_layer_t *layer, int32_t input) {
  const dory_shape_t shape = layer->input[input];
  return (uint32_t)(shape.width * dory_packed_bytes(shape.channels, layer->input_bits[input]));
}

uint32_t dory_output_row_bytes(const dory_layer_t *layer) {
  return (uint32_t)(layer->output.width * dory_packed_bytes(layer->output.channels, layer->output_bits));
}

int32_t dory_channel_chunks(const dory_layer_t *layer) {
  return dory_divide_up(layer->output.channels, layer->stripe_channels);
}

int32_t dory_chunk_count(const dory_layer_t *layer) {
  return dory_divide_up(layer->output.height, layer->stripe_rows) * dory_channel_chunks(layer);
}

dory_chunk_t dory_chunk_at(const dory_layer_t *layer, int32_t index) {
  dory_chunk_t chunk;
  int32_t padding;
  chunk.stripe = index / dory_channel_chunks(layer);
  chunk.channel = index % dory_channel_chunks(layer);
  chunk.rows = piece(0, layer->output.height, layer->stripe_rows, chunk.stripe);
  chunk.channels = piece(0, layer->output.channels, layer->stripe_channels, chunk.channel);
  chunk.input_rows = needed_rows(layer, chunk.rows, &padding);
  chunk.row_tiles = dory_divide_up(chunk.rows.size, layer->tile_height);
  chunk.column_tiles = dory_divide_up(layer->output.width, layer->tile_width);
  chunk.channel_tiles = dory_divide_up(chunk.channels.size, layer->tile_channels);
  chunk.passes = passes_of(layer);
  return chunk;
}

int32_t dory_tile_count(const dory_chunk_t *chunk) {
  return chunk->row_tiles * chunk->column_tiles * chunk->channel_tiles * chunk->passes;
}

dory_tile_t dory_tile_at(const dory_layer_t *layer, const dory_chunk_t *chunk, int32_t index) {
  dory_tile_t tile = {.pass = index % chunk->passes};
  int32_t outer = index / chunk->passes;
  if (layer->order == DORY_WEIGHT_STATIONARY) {
    tile.column = outer % chunk->column_tiles;
    tile.row = outer / chunk->column_tiles % chunk->row_tiles;
    tile.channel = outer / chunk->column_tiles / chunk->row_tiles;
  } else {
    tile.channel = outer % chunk->channel_tiles;
    tile.column = outer / chunk->channel_tiles % chunk->column_tiles;
    tile.row = outer / chunk->channel_tiles / chunk->column_tiles;
  }
  tile.rows = piece(chunk->rows.begin, chunk->rows.begin + chunk->rows.size, layer->tile_height, tile.row);
  tile.columns = piece(0, layer->output.width, layer->tile_width, tile.column);
  tile.channels = piece(chunk->channels.begin, chunk->channels.begin + chunk->channels.size,
                        layer->tile_channels, tile.channel);
  tile.input_rows = needed_rows(layer, tile.rows, &tile.padding_top);
  tile.input_columns = needed(tile.columns, layer->stride_width, layer->kernel_width, layer->dilation_width,
                              layer->padding_left, layer->input[0].width, &tile.padding_left);
  if (dory_is_direct(layer)) {
    tile.input_columns = (dory_range_t){0, layer->input[0].width};
  }
  if (layer->dense) {
    tile.input_channels = piece(0, layer->input[0].channels, layer->tile_in_channels, tile.pass);
  } else {
    int32_t group = tile.channels.begin / layer->output_channels_per_group;
    int32_t groups = dory_divide_up(tile.channels.size, layer->output_channels_per_group);
    tile.input_channels.begin = group * layer->input_channels_per_group;
    tile.input_channels.size = groups * layer->input_channels_per_group;
  }
  tile.first_pass = tile.pass == 0;
  tile.last_pass = tile.pass == chunk->passes - 1;
  return tile;
}

uint32_t dory_weight_block_bytes(const dory_layer_t *layer, int32_t channels, int32_t input_channels) {
  int32_t per_channel = layer->dense ? input_channels : layer->input_channels_per_group;
  int32_t weights = channels * layer->kernel_height * layer->kernel_width * per_channel;
  return (uint32_t)dory_packed_bytes(weights, layer->weight_bits);
}

/* Constants of one channel tile. */
static uint32_t tile_constant_bytes(const dory_layer_t *layer, int32_t channels) {
  int32_t full_passes = passes_of(layer) - 1;
  int32_t last = layer->input[0].channels - full_passes * layer->tile_in_channels;
  uint32_t full_block = dory_align4(dory_weight_block_bytes(layer, channels, layer->tile_in_channels));
  return (uint32_t)(channels * layer->parameter_bytes) + (uint32_t)full_passes * full_block +
         dory_align4(dory_weight_block_bytes(layer, channels, last));
}

uint32_t dory_constant_bytes(const dory_layer_t *layer, int32_t channels) {
  int32_t full_tiles = channels / layer->tile_channels;
  int32_t last = channels % layer->tile_channels;
  uint32_t bytes = (uint32_t)full_tiles * tile_constant_bytes(layer, layer->tile_channels);
  return last == 0 ? bytes : bytes + tile_constant_bytes(layer, last);
}

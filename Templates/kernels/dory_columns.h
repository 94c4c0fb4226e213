/* SPDX-License-Identifier: Apache-2.0 */
/* Depthwise convolution, one output channel for each input channel, straight on HWC tiles with their border:
 * 8-bit activations and weights. The constants are in groups of four channels (dory_group.h), a segment for
 * each kernel row.
 *
 * Cores take whole groups in turn, so that they read different banks; what is left of the groups they share
 * by strips of output columns. */
#ifndef DORY_COLUMNS_H
#define DORY_COLUMNS_H

#include "dory_columns_5x5.h"

#if DORY_SIMD

typedef void dory_columns_kernel_t(const dory_columns_tile_t *tile, const dory_columns_run_t *run);

/* One of the functions whose names begin alike, for a layer's types and form; null where there is none. */
#define DORY_COLUMNS_BY_TYPE(layer, name)                                                                    \
  ((layer)->input_type == DORY_U8    ? (layer)->output_type == DORY_U8 ? name##_u8_u8 : name##_u8_i8         \
   : (layer)->output_type == DORY_U8 ? name##_i8_u8                                                          \
                                     : name##_i8_i8)
#define DORY_COLUMNS_BY_FORM(layer, name)                                                                    \
  ((layer)->form == DORY_RQ32    ? DORY_COLUMNS_BY_TYPE(layer, name##_rq32)                                  \
   : (layer)->form == DORY_RQ32P ? DORY_COLUMNS_BY_TYPE(layer, name##_rq32p)                                 \
   : (layer)->form == DORY_RQ32L ? DORY_COLUMNS_BY_TYPE(layer, name##_rq32l)                                 \
   : (layer)->form == DORY_RQ32D ? DORY_COLUMNS_BY_TYPE(layer, name##_rq32d)                                 \
                                 : NULL)

/* The function by hand for a layer; null where there is none. */
DORY_INLINE dory_columns_kernel_t *dory_columns_kernel(const dory_columns_t *layer, int32_t columns) {
  const dory_window_t *w = &layer->window;
  const int32_t stride = w->stride_width;
  if (w->dilation_height != 1 || w->dilation_width != 1 || w->stride_height != stride || stride > 2) {
    return NULL;
  }
  if (w->kernel_height == 3 && w->kernel_width == 3 && columns > 1) {
    return stride == 1 ? DORY_COLUMNS_BY_FORM(layer, dory_columns_3x3)
                       : DORY_COLUMNS_BY_FORM(layer, dory_columns_stride2);
  }
  if (w->kernel_height == 5 && w->kernel_width == 5) {
    return stride == 1 ? DORY_COLUMNS_BY_FORM(layer, dory_columns_5x5)
                       : DORY_COLUMNS_BY_FORM(layer, dory_columns_5x5_stride2);
  }
  return NULL;
}

/* Whether its strips are two output columns of two channels, rather than one of one. */
DORY_INLINE bool dory_columns_is_paired(const dory_columns_t *layer, int32_t columns) {
  return layer->window.kernel_width == 3 && dory_columns_kernel(layer, columns) != NULL;
}

/* Clips the channels of a group in some output columns to codes within those of the type. Layers share this
 * and the next function, whose work is small or rare, lest each has a copy. */
DORY_SHARED void dory_columns_clip(const dory_columns_t *layer, const dory_columns_tile_t *tile,
                                   int32_t group, dory_range_t columns) {
  const int32_t channel = group * DORY_GROUP;
  const int32_t channels = dory_min(tile->channels - channel, DORY_GROUP);
  const int32_t low = (int32_t)(UINT32_C(0x01010101) * (uint8_t)layer->low);
  const int32_t high = (int32_t)(UINT32_C(0x01010101) * (uint8_t)layer->high);
  for (int32_t row = 0; row < tile->rows; row++) {
    uint8_t *pixel = tile->output + (row * tile->columns + columns.begin) * tile->channels + channel;
    for (int32_t i = 0; i < columns.size; i++, pixel += tile->channels) {
      if (channels == DORY_GROUP) {
        const int32_t word = dory_load_word(pixel);
        dory_store_word(pixel, layer->output_type == DORY_U8
                                   ? dory_smaller_u8(dory_larger_u8(word, low), high)
                                   : dory_smaller_i8(dory_larger_i8(word, low), high));
      } else {
        for (int32_t c = 0; c < channels; c++) {
          const int32_t code = dory_element(layer->output_type, pixel, c);
          pixel[c] = (uint8_t)dory_clip(code, layer->low, layer->high);
        }
      }
    }
  }
}

/* What functions for pairs of channels and of columns leave out: an odd last channel, a single column. */
DORY_SHARED void dory_columns_odd(const dory_columns_t *layer, const dory_columns_tile_t *tile, int32_t group,
                                  int32_t first, dory_range_t columns) {
  const int32_t stride = layer->window.stride_width;
  dory_columns_t paired = *layer;
  paired.window = (dory_window_t){3, 3, stride, stride, 1, 1};
  if (dory_group_is_narrow(layer->form)) {
    dory_columns_any(&paired, tile, group, first, columns);
  }
}

/* Whether the type has more codes than the layer. */
DORY_INLINE bool dory_columns_is_clipped(const dory_columns_t *layer) {
  const int32_t lowest = layer->output_type == DORY_U8 ? 0 : -128;
  return layer->low > lowest || layer->high < lowest + 255;
}

DORY_INLINE void dory_columns_run(const dory_columns_t *layer, const dory_columns_tile_t *tile,
                                  dory_columns_run_t run) {
  dory_columns_kernel_t *kernel = dory_columns_kernel(layer, tile->columns);
  if (kernel == NULL) {
    for (int32_t i = 0; i < run.count; i++) {
      const int32_t group = run.first + i * run.step;
      if (dory_columns_is_paired(layer, 2)) {
        dory_columns_odd(layer, tile, group, 0, run.strips);
      } else {
        dory_columns_any(layer, tile, group, 0, run.strips);
      }
    }
    return;
  }
  kernel(tile, &run);
  dory_range_t columns = run.strips;
  if (dory_columns_is_paired(layer, tile->columns)) {
    const int32_t overlap = tile->columns & 1; /* strips past the first one begin a column early */
    columns.begin = dory_max(2 * run.strips.begin - overlap, 0);
    columns.size = dory_min(2 * (run.strips.begin + run.strips.size), tile->columns) - columns.begin;
    const int32_t last = run.first + (run.count - 1) * run.step;
    const int32_t channels = tile->channels - last * DORY_GROUP;
    if (channels < DORY_GROUP && (channels & 1) != 0) {
      dory_columns_odd(layer, tile, last, channels - 1, columns);
    }
  }
  if (dory_columns_is_clipped(layer)) {
    for (int32_t i = 0; i < run.count; i++) {
      dory_columns_clip(layer, tile, run.first + i * run.step, columns);
    }
  }
}

/* Strips of a tile. */
DORY_INLINE int32_t dory_columns_strips(const dory_columns_t *layer, int32_t columns) {
  return dory_columns_is_paired(layer, columns) ? (columns + 1) >> 1 : columns;
}

#else

DORY_INLINE int32_t dory_columns_strips(const dory_columns_t *layer, int32_t columns) {
  (void)layer;
  return columns;
}

DORY_INLINE void dory_columns_run(const dory_columns_t *layer, const dory_columns_tile_t *tile,
                                  dory_columns_run_t run) {
  for (int32_t i = 0; i < run.count; i++) {
    dory_columns_any(layer, tile, run.first + i * run.step, 0, run.strips);
  }
}

#endif

/* Whole groups first, then a share of the strips of the groups that are left, counted group by group. */
DORY_INLINE void dory_columns(const dory_tile_t *tile, const dory_columns_t *layer) {
  const dory_columns_tile_t work = dory_columns_tile(tile, layer);
  const int32_t cores = dory_core_count();
  const int32_t core = dory_core_id();
  const int32_t groups = dory_divide_up(work.channels, DORY_GROUP);
  const int32_t strips = dory_columns_strips(layer, work.columns);
  const int32_t rounds = (int32_t)((uint32_t)groups / (uint32_t)cores); /* each core takes so many groups */
  const uint32_t rest = (uint32_t)((groups - rounds * cores) * strips);
  int32_t next = 0;
  int32_t end = 0;
  if (rest > 0) {
    next = (int32_t)((uint32_t)core * rest / (uint32_t)cores);
    end = (int32_t)((uint32_t)(core + 1) * rest / (uint32_t)cores);
  }
  dory_columns_run_t run = {core, cores, rounds, {0, strips}};
  for (;;) {
    if (run.count > 0) {
      dory_columns_run(layer, &work, run);
    }
    if (next == end) {
      return;
    }
    const int32_t group = next / strips;
    const int32_t strip = next - group * strips;
    run = (dory_columns_run_t){rounds * cores + group, 1, 1, {strip, dory_min(strips - strip, end - next)}};
    next += run.strips.size;
  }
}

#endif

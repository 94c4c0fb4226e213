/* SPDX-License-Identifier: Apache-2.0 */
/* Rearrangements of codes, in place in L2. */
#ifndef DORY_MOVEMENT_H
#define DORY_MOVEMENT_H

#include "dory_border.h"
#include "dory_split.h"

enum { DORY_LOOPS = 6 };

/* A box of elements: loops nested in the order of the extents, the last one innermost. Offsets and strides
 * count elements in HWC order, from the start of the operand or, in a movement row by row, of its row. */
typedef struct {
  int32_t operand;
  int32_t input_offset, output_offset;
  int32_t extents[DORY_LOOPS];
  int32_t input_strides[DORY_LOOPS], output_strides[DORY_LOOPS];
} dory_piece_t;

/* An operand of a movement: how its elements are stored. */
typedef struct {
  dory_type_t type;
  int32_t width, channels;
} dory_place_t;

typedef struct {
  dory_place_t input[2], output;
  bool rowwise; /* the pieces describe one row of every operand, not the whole */
  int32_t fill; /* code where no piece writes */
  const dory_piece_t *pieces;
  int32_t piece_count;
  dory_split_t split; /* of the fill */
} dory_movement_t;

/* Where the element of an HWC index is stored: the same index, unless pixels end within a byte. */
DORY_INLINE int32_t dory_stored(dory_place_t place, int32_t index) {
  const int32_t pixel = dory_pixel_elements(place.type, place.channels);
  return pixel == place.channels ? index : index / place.channels * pixel + index % place.channels;
}

/* A row's first stored element. */
DORY_INLINE int32_t dory_row_start(dory_place_t place, int32_t row) {
  return row * place.width * dory_pixel_elements(place.type, place.channels);
}

/* Copies bytes, words where there are any. Stores are to whole words: one that is loaded from two costs an
 * access more. */
DORY_SHARED void dory_copy_bytes(uint8_t *to, const uint8_t *from, int32_t count) {
#if DORY_SIMD
  for (; count > 0 && ((uintptr_t)to & 3) != 0; count--) {
    *to++ = *from++;
  }
  for (; count >= 8; count -= 8, from += 8, to += 8) {
    const int32_t first = dory_load_word(from);
    const int32_t second = dory_load_word(from + 4);
    dory_store_word(to, first);
    dory_store_word(to + 4, second);
  }
  for (; count > 0; count--) {
    *to++ = *from++;
  }
#else
  __builtin_memcpy(to, from, (uint32_t)count);
#endif
}

/* `count` elements of the innermost loop. */
DORY_INLINE void dory_move_line(const dory_place_t *input, const void *from, int32_t source,
                                int32_t input_stride, const dory_place_t *output, void *to, int32_t target,
                                int32_t output_stride, int32_t row, int32_t count) {
  const int32_t bits = dory_bits(output->type);
  const int32_t input_row = dory_row_start(*input, row);
  const int32_t output_row = dory_row_start(*output, row);
  if (bits >= 8 && bits == dory_bits(input->type) && input_stride == 1 && output_stride == 1) {
    const int32_t bytes = bits / 8;
    dory_copy_bytes((uint8_t *)to + (output_row + target) * bytes,
                    (const uint8_t *)from + (input_row + source) * bytes, count * bytes);
    return;
  }
  for (int32_t i = 0; i < count; i++, source += input_stride, target += output_stride) {
    const int32_t code = dory_element(input->type, from, input_row + dory_stored(*input, source));
    dory_replace_element(output->type, to, output_row + dory_stored(*output, target), code);
  }
}

/* Moves the elements [begin, begin + size) of a piece, counted in loop order over all rows. */
DORY_INLINE void dory_move_piece(const dory_piece_t *piece, const dory_place_t *input, const void *from,
                                 const dory_place_t *output, void *to, int32_t begin, int32_t size) {
  const int32_t last = DORY_LOOPS - 1;
  int32_t at[DORY_LOOPS];
  int32_t row = begin;
  for (int32_t k = last; k >= 0; k--) {
    at[k] = row % piece->extents[k];
    row /= piece->extents[k];
  }
  int32_t source = piece->input_offset;
  int32_t target = piece->output_offset;
  for (int32_t k = 0; k < last; k++) {
    source += at[k] * piece->input_strides[k];
    target += at[k] * piece->output_strides[k];
  }
  while (size > 0) {
    const int32_t count = dory_min(piece->extents[last] - at[last], size);
    dory_move_line(input, from, source + at[last] * piece->input_strides[last], piece->input_strides[last],
                   output, to, target + at[last] * piece->output_strides[last], piece->output_strides[last],
                   row, count);
    size -= count;
    at[last] = 0;
    int32_t k = last - 1;
    for (; k >= 0; k--) {
      source += piece->input_strides[k];
      target += piece->output_strides[k];
      if (++at[k] < piece->extents[k]) {
        break;
      }
      at[k] = 0;
      source -= piece->extents[k] * piece->input_strides[k];
      target -= piece->extents[k] * piece->output_strides[k];
    }
    row += k < 0;
  }
}

/* Whether the lines of the only piece lie in the output one after the other. */
DORY_INLINE bool dory_has_gaps(const dory_movement_t *layer) {
  const int32_t last = DORY_LOOPS - 1;
  if (layer->rowwise || layer->piece_count != 1 || layer->pieces[0].output_strides[last] != 1) {
    return false;
  }
  const dory_piece_t *piece = &layer->pieces[0];
  int32_t reach = piece->extents[last];
  for (int32_t k = last - 1; k >= 0; k--) {
    if (piece->extents[k] > 1 && piece->output_strides[k] < reach) {
      return false;
    }
    reach += (piece->extents[k] - 1) * piece->output_strides[k];
  }
  return true;
}

/* Where a line of a piece begins in the output. */
DORY_INLINE int32_t dory_line_start(const dory_piece_t *piece, int32_t line) {
  int32_t target = piece->output_offset;
  for (int32_t k = DORY_LOOPS - 2; k >= 0; k--) {
    target += line % piece->extents[k] * piece->output_strides[k];
    line /= piece->extents[k];
  }
  return target;
}

/* Fills what lies before, between and after the lines of a piece. */
DORY_INLINE void dory_fill_gaps(const dory_piece_t *piece, uint8_t *start, uint8_t *end, int32_t bytes,
                                uint32_t word) {
  int32_t lines = 1;
  for (int32_t k = 0; k < DORY_LOOPS - 1; k++) {
    lines *= piece->extents[k];
  }
  const int32_t count = piece->extents[DORY_LOOPS - 1];
  dory_fill_together(start, start + piece->output_offset * bytes, word);
  const dory_range_t share = dory_share_of(lines - 1, 1);
  for (int32_t i = share.begin; i < share.begin + share.size; i++) {
    dory_fill_bytes(start + (dory_line_start(piece, i) + count) * bytes,
                    start + dory_line_start(piece, i + 1) * bytes, word);
  }
  dory_fill_together(start + (dory_line_start(piece, lines - 1) + count) * bytes, end, word);
}

/* Writes the fill code where no piece writes, or to the whole output; done by every core before any moves. */
DORY_INLINE void dory_fill(const dory_tile_t *tile, const dory_movement_t *layer) {
  const dory_type_t type = layer->output.type;
  const int32_t bits = dory_bits(type);
  const int32_t pixel = dory_pixel_elements(type, tile->channels.size);
  if (bits >= 8) {
    const uint32_t code = (uint32_t)layer->fill;
    const uint32_t word = bits == 8    ? (code & 0xFFu) * 0x01010101u
                          : bits == 16 ? (code & 0xFFFFu) * 0x00010001u
                                       : code;
    uint8_t *start = tile->output;
    uint8_t *end = start + tile->rows.size * tile->columns.size * pixel * (bits / 8);
    if (dory_has_gaps(layer)) {
      dory_fill_gaps(&layer->pieces[0], start, end, bits / 8, word);
    } else {
      dory_fill_together(start, end, word);
    }
    return;
  }
  const dory_share_t share = dory_share(tile, layer->split);
  for (int32_t i = 0; i < share.positions.size; i++) {
    const int32_t start = (share.positions.begin + i) * pixel + share.channels.begin;
    for (int32_t j = 0; j < share.channels.size; j++) {
      dory_set_element(type, tile->output, start + j, layer->fill);
    }
  }
}

/* Cores share the elements of each piece. Those narrower than a byte are shared by whole rows, or given to
 * one core where the movement is not row by row, so that no two cores write to one byte. */
DORY_INLINE void dory_movement(const dory_tile_t *tile, const dory_movement_t *layer) {
  const int32_t rows = layer->rowwise ? tile->rows.size : 1;
  for (int32_t i = 0; i < layer->piece_count; i++) {
    const dory_piece_t *piece = &layer->pieces[i];
    int32_t elements = 1;
    for (int32_t k = 0; k < DORY_LOOPS; k++) {
      elements *= piece->extents[k];
    }
    const dory_range_t share =
        dory_share_of(rows * elements, dory_bits(layer->output.type) < 8 ? elements : 4);
    /* Each operand by its own constant, so that the element accesses are known when the layer is compiled. */
    if (piece->operand == 0) {
      dory_move_piece(piece, &layer->input[0], tile->input[0], &layer->output, tile->output, share.begin,
                      share.size);
    } else {
      dory_move_piece(piece, &layer->input[1], tile->input[1], &layer->output, tile->output, share.begin,
                      share.size);
    }
  }
}

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* The border of an input tile: the positions of its windows outside the map. Copies fill what lies inside.
 * Elements have 8 or 16 bits. */
#ifndef DORY_BORDER_H
#define DORY_BORDER_H

#include <stddef.h>

#include "dory_element.h"
#include "dory_hal.h"
#include "dory_simd.h"

/* The code outside the map, of the input's type. */
typedef struct {
  dory_type_t input_type;
  int32_t padding_value;
} dory_border_t;

/* Fills bytes one by one up to a word, then words, then bytes. */
DORY_SHARED void dory_fill_bytes(uint8_t *byte, uint8_t *end, uint32_t word) {
  for (; byte < end && ((uintptr_t)byte & 3) != 0; byte++) {
    *byte = (uint8_t)(word >> (((uintptr_t)byte & 3) * 8));
  }
  for (; end - byte >= 4; byte += 4) {
    *(uint32_t *)(void *)byte = word;
  }
  for (; byte < end; byte++) {
    *byte = (uint8_t)(word >> (((uintptr_t)byte & 3) * 8));
  }
}

/* Fills bytes on all cores: their words go round, so that the cores meet in no bank; the first core has the
 * bytes before and after them. */
DORY_SHARED void dory_fill_together(uint8_t *byte, uint8_t *end, uint32_t word) {
  const int32_t core = dory_core_id();
  const int32_t step = 4 * dory_core_count();
  uint8_t *first = byte + (-(uintptr_t)byte & 3);
  if (first >= end) {
    first = end;
  }
  uint8_t *last = first + ((end - first) & ~(ptrdiff_t)3);
  if (core == 0) {
    dory_fill_bytes(byte, first, word);
    dory_fill_bytes(last, end, word);
  }
  for (first += 4 * core; first < last; first += step) {
    *(uint32_t *)(void *)first = word;
  }
}

/* Fills the border of a tile whose pixels have `pixel` bytes with the bytes of a word.
 *
 * The rows above and below the map lie together with what is left and right of the first and of the last row
 * inside; between two rows lies what is right of the one and left of the other. */
DORY_SHARED void dory_fill_around(const dory_tile_t *tile, int32_t pixel, uint32_t word) {
  const int32_t pitch = tile->reach_columns * pixel;
  uint8_t *start = (uint8_t *)tile->input[0];
  uint8_t *end = start + tile->reach_rows * pitch;
  const int32_t inside = tile->input_columns.size * pixel;
  const int32_t rows = tile->input_rows.size;
  if (inside == 0 || rows == 0) {
    dory_fill_together(start, end, word);
    return;
  }
  uint8_t *first = start + tile->padding_top * pitch + tile->padding_left * pixel;
  dory_fill_together(start, first, word);
  for (int32_t i = dory_core_id(); i < rows - 1; i += dory_core_count()) {
    uint8_t *row = first + i * pitch;
    dory_fill_bytes(row + inside, row + pitch, word);
  }
  dory_fill_together(first + (rows - 1) * pitch + inside, end, word);
}

DORY_INLINE void dory_fill_border(const dory_tile_t *tile, const dory_border_t *border) {
  const int32_t bytes = dory_bits(border->input_type) / 8;
  const uint32_t code = (uint32_t)border->padding_value;
  const uint32_t word = bytes == 1 ? (code & 0xFFu) * 0x01010101u : (code & 0xFFFFu) * 0x00010001u;
  dory_fill_around(tile, tile->input_channels.size * bytes, word);
}

#endif

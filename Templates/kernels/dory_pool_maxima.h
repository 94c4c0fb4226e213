/* SPDX-License-Identifier: Apache-2.0 */
/* Maxima of bytes under windows of 2x2 and 3x3 positions inside the map, in loops by hand: four channels of
 * all outputs of a block, row by row. */
#ifndef DORY_POOL_MAXIMA_H
#define DORY_POOL_MAXIMA_H

#include "dory_pool_words.h"
#include "dory_window.h"

/* The windows of rows x columns outputs, four channels of each. All steps are bytes. */
typedef struct {
  const uint8_t *at; /* the first position of the first window */
  uint8_t *output;
  int32_t rows, columns;
  int32_t right, down;             /* from a window's position to the next one in its row and in its column */
  int32_t next, next_row;          /* from a window to the next one in its row and in its column */
  int32_t output_step, output_row; /* from an output to the next one in its row and in its column */
  int32_t low, high;               /* bounds of the codes, in each byte */
} dory_block_t;

typedef void dory_block_loop_t(const dory_block_t *block);

#if DORY_SIMD

#define DORY_MAXIMA_LOAD(r, step)      DORY_MOVE_NEXT("lw", "%[" r "]", "%[at]", "%[" step "]")
#define DORY_MAXIMA_LARGER(mine, a, b) DORY_V mine " %[" a "], %[" a "], %[" b "]\n"
#define DORY_MAXIMA_STORE              DORY_LOOP_LAST("1") DORY_MOVE_NEXT("sw", "%[g]", "%[to]", "%[output_step]")

/* Loop 1 takes the rows, loop 0 the outputs of a row. `begin` comes before a row's first window. */
#define DORY_MAXIMA_LOOP(all_words, begin, words, body)                                                      \
  DORY_WORDS_BEGIN                                                                                           \
  DORY_LOOP1("%[rows]", all_words, "2")                                                                      \
  begin DORY_LOOP0("%[columns]", words, "1") body                                                            \
      "add %[to], %[to], %[row_output]\n" DORY_LOOP_LAST("2") "add %[at], %[at], %[row_at]\n" DORY_WORDS_END

/* A window of two rows: `stay` is from its last position to the next window. */
#define DORY_MAXIMA_2X2(mine, clip)                                                                          \
  DORY_MAXIMA_LOAD("g", "right")                                                                             \
  DORY_MAXIMA_LOAD("x", "down_left")                                                                         \
  DORY_MAXIMA_LOAD("y", "right")                                                                             \
  DORY_MAXIMA_LARGER(mine, "g", "x")                                                                         \
  DORY_MAXIMA_LOAD("z", "stay")                                                                              \
  DORY_MAXIMA_LARGER(mine, "g", "y") DORY_MAXIMA_LARGER(mine, "g", "z") clip DORY_MAXIMA_STORE

/* A window of three rows, one position after the other. */
#define DORY_MAXIMA_3X3(mine, clip)                                                                          \
  DORY_MAXIMA_LOAD("g", "right")                                                                             \
  DORY_MAXIMA_LOAD("x", "right")                                                                             \
  DORY_MAXIMA_LOAD("y", "down_left")                                                                         \
  DORY_MAXIMA_LARGER(mine, "g", "x")                                                                         \
  DORY_MAXIMA_LOAD("x", "right")                                                                             \
  DORY_MAXIMA_LARGER(mine, "g", "y")                                                                         \
  DORY_MAXIMA_LOAD("y", "right")                                                                             \
  DORY_MAXIMA_LARGER(mine, "g", "x")                                                                         \
  DORY_MAXIMA_LOAD("x", "down_left")                                                                         \
  DORY_MAXIMA_LARGER(mine, "g", "y")                                                                         \
  DORY_MAXIMA_LOAD("y", "right")                                                                             \
  DORY_MAXIMA_LARGER(mine, "g", "x")                                                                         \
  DORY_MAXIMA_LOAD("x", "right")                                                                             \
  DORY_MAXIMA_LARGER(mine, "g", "y")                                                                         \
  DORY_MAXIMA_LOAD("y", "stay")                                                                              \
  DORY_MAXIMA_LARGER(mine, "g", "x") DORY_MAXIMA_LARGER(mine, "g", "y") clip DORY_MAXIMA_STORE

/* A window of three columns whose last one is the first of the next window: its maximum is kept in z. */
#define DORY_MAXIMA_COLUMN(a, x, y)                                                                          \
  DORY_MAXIMA_LOAD(a, "down") DORY_MAXIMA_LOAD(x, "down") DORY_MAXIMA_LOAD(y, "up_right")
#define DORY_MAXIMA_SHARED_BEGIN(mine)                                                                       \
  DORY_MAXIMA_COLUMN("z", "x", "y") DORY_MAXIMA_LARGER(mine, "z", "x") DORY_MAXIMA_LARGER(mine, "z", "y")
#define DORY_MAXIMA_SHARED(mine, clip)                                                                       \
  DORY_MAXIMA_COLUMN("g", "x", "y")                                                                          \
  DORY_MAXIMA_LARGER(mine, "g", "z")                                                                         \
  DORY_MAXIMA_LARGER(mine, "g", "x")                                                                         \
  DORY_MAXIMA_LOAD("z", "down")                                                                              \
  DORY_MAXIMA_LARGER(mine, "g", "y")                                                                         \
  DORY_MAXIMA_LOAD("x", "down")                                                                              \
  DORY_MAXIMA_LOAD("y", "up_right")                                                                          \
  DORY_MAXIMA_LARGER(mine, "z", "x")                                                                         \
  DORY_MAXIMA_LARGER(mine, "z", "y") DORY_MAXIMA_LARGER(mine, "g", "z") clip DORY_MAXIMA_STORE

#define DORY_MAXIMA_FUNCTION(name, text, left, up, row)                                                      \
  DORY_SHARED void name(const dory_block_t *block) {                                                         \
    const dory_block_t b = *block;                                                                           \
    const uint8_t *at = b.at;                                                                                \
    uint8_t *to = b.output;                                                                                  \
    int32_t g, x, y, z;                                                                                      \
    __asm__ volatile(                                                                                        \
        text                                                                                                 \
        : [to] "+&r"(to), [at] "+&r"(at), [g] "=&r"(g), [x] "=&r"(x), [y] "=&r"(y), [z] "=&r"(z)             \
        : [rows] "r"(b.rows), [columns] "r"(b.columns), [right] "r"(b.right), [down] "r"(b.down),            \
          [down_left] "r"(b.down - (left)*b.right), [up_right] "r"(b.right - 2 * b.down),                    \
          [stay] "r"(b.next - (left)*b.right - (up)*b.down), [row_at] "r"(row),                              \
          [output_step] "r"(b.output_step), [row_output] "r"(b.output_row - b.columns * b.output_step),      \
          [low] "r"(b.low), [high] "r"(b.high)                                                               \
        : DORY_OVERWRITTEN);                                                                                 \
  }
#define DORY_MAXIMA_CLIP(least, greatest)                                                                    \
  DORY_V greatest " %[g], %[g], %[low]\n" DORY_V least " %[g], %[g], %[high]\n"

#define DORY_MAXIMA_LOOPS(sign, mine, least)                                                                 \
  DORY_MAXIMA_FUNCTION(                                                                                      \
      dory_maxima_2x2_##sign,                                                                                \
      DORY_MAXIMA_LOOP("13", "", "10", DORY_MAXIMA_2X2(mine, DORY_MAXIMA_CLIP(least, mine))), 1, 1,          \
      b.next_row - b.columns * b.next)                                                                       \
  DORY_MAXIMA_FUNCTION(                                                                                      \
      dory_maxima_3x3_##sign,                                                                                \
      DORY_MAXIMA_LOOP("23", "", "20", DORY_MAXIMA_3X3(mine, DORY_MAXIMA_CLIP(least, mine))), 2, 2,          \
      b.next_row - b.columns * b.next)                                                                       \
  DORY_MAXIMA_FUNCTION(dory_maxima_shared_##sign,                                                            \
                       DORY_MAXIMA_LOOP("23", DORY_MAXIMA_SHARED_BEGIN(mine), "15",                          \
                                        DORY_MAXIMA_SHARED(mine, DORY_MAXIMA_CLIP(least, mine))),            \
                       2, 2, b.next_row - b.columns * b.next - b.right)
DORY_MAXIMA_LOOPS(unsigned, "maxu.b", "minu.b")
DORY_MAXIMA_LOOPS(signed, "max.b", "min.b")

#else

DORY_INLINE void dory_maxima(const dory_block_t *block, int32_t size, bool has_signs) {
  for (int32_t i = 0; i < block->rows * block->columns; i++) {
    const int32_t row = i / block->columns;
    const int32_t column = i % block->columns;
    const uint8_t *at = block->at + row * block->next_row + column * block->next;
    int32_t greatest = block->low;
    for (int32_t j = 0; j < size * size; j++) {
      const int32_t word = dory_load_word(at + j / size * block->down + j % size * block->right);
      greatest = dory_larger_bytes(greatest, word, has_signs);
    }
    dory_store_word(block->output + row * block->output_row + column * block->output_step,
                    has_signs ? dory_smaller_i8(greatest, block->high)
                              : dory_smaller_u8(greatest, block->high));
  }
}

#define DORY_MAXIMA_FUNCTION(name, size, has_signs)                                                          \
  DORY_SHARED void name(const dory_block_t *block) {                                                         \
    dory_maxima(block, size, has_signs);                                                                     \
  }
DORY_MAXIMA_FUNCTION(dory_maxima_2x2_unsigned, 2, false)
DORY_MAXIMA_FUNCTION(dory_maxima_2x2_signed, 2, true)
DORY_MAXIMA_FUNCTION(dory_maxima_3x3_unsigned, 3, false)
DORY_MAXIMA_FUNCTION(dory_maxima_3x3_signed, 3, true)
DORY_MAXIMA_FUNCTION(dory_maxima_shared_unsigned, 3, false)
DORY_MAXIMA_FUNCTION(dory_maxima_shared_signed, 3, true)

#endif

/* The loop for a window, null if there is none. That of 2x2 takes all windows that are the sums of two steps:
 * those in one row or column with up to four positions, too. Next windows of 3x3 share a column where they
 * are two columns apart without gaps. */
DORY_INLINE dory_block_loop_t *dory_block_loop(const dory_window_t *window, bool has_signs) {
  const int32_t lesser = dory_min(window->kernel_height, window->kernel_width);
  const int32_t greater = dory_max(window->kernel_height, window->kernel_width);
  if (greater <= 2 || (lesser == 1 && greater <= 4)) {
    return has_signs ? dory_maxima_2x2_signed : dory_maxima_2x2_unsigned;
  }
  if (lesser != 3 || greater != 3) {
    return NULL;
  }
  if (window->stride_width == 2 && window->dilation_width == 1) {
    return has_signs ? dory_maxima_shared_signed : dory_maxima_shared_unsigned;
  }
  return has_signs ? dory_maxima_3x3_signed : dory_maxima_3x3_unsigned;
}

/* The steps of a window whose positions are `right` and `down` bytes apart: of three or four in a row, the
 * second step is what the first one leaves. */
DORY_INLINE void dory_set_steps(dory_block_t *block, const dory_window_t *window, int32_t right,
                                int32_t down) {
  block->right = right;
  block->down = down;
  if (window->kernel_height == 1) {
    block->right = window->kernel_width > 1 ? right : 0;
    block->down = dory_max(window->kernel_width - 2, 0) * right;
  } else if (window->kernel_width == 1) {
    block->right = (window->kernel_height - 2) * down;
  }
}

/* The outputs of a tile whose windows lie inside the map. */
typedef struct {
  dory_range_t rows, columns;
} dory_inside_t;

/* Along one axis: `size` positions of the map are in the tile, of which the first window misses `padding`. */
DORY_INLINE dory_range_t dory_inside_along(int32_t outputs, int32_t stride, int32_t padding, int32_t reach,
                                           int32_t size) {
  const int32_t begin = dory_divide_up(padding, stride);
  const int32_t last = size + padding - reach;
  const int32_t end = last < 0 ? 0 : dory_min(last / stride + 1, outputs);
  return (dory_range_t){begin, dory_max(end - begin, 0)};
}

DORY_INLINE dory_inside_t dory_inside(const dory_tile_t *tile, const dory_window_t *window) {
  const int32_t height = (window->kernel_height - 1) * window->dilation_height + 1;
  const int32_t width = (window->kernel_width - 1) * window->dilation_width + 1;
  return (dory_inside_t){dory_inside_along(tile->rows.size, window->stride_height, tile->padding_top, height,
                                           tile->input_rows.size),
                         dory_inside_along(tile->columns.size, window->stride_width, tile->padding_left,
                                           width, tile->input_columns.size)};
}

/* Computes a core's share of the outputs inside: they are counted through for channels 0 to 3, then for the
 * next four and so on, the last four of which overlap the ones before, and cut into pieces of equal size. A
 * piece is computed in blocks of whole rows and of parts of a row. */
DORY_INLINE void dory_pool_blocks(const dory_tile_t *tile, const dory_window_t *window,
                                  dory_block_loop_t *loop, dory_inside_t inside, int32_t low, int32_t high) {
  const int32_t channels = tile->channels.size;
  const int32_t width = inside.columns.size;
  const int32_t outputs = inside.rows.size * width;
  const dory_range_t share = dory_share_of(outputs * dory_divide_up(channels, 4), 1);
  const int32_t pitch = tile->input_columns.size * channels;
  dory_block_t block = {.next = window->stride_width * channels,
                        .next_row = window->stride_height * pitch,
                        .output_step = channels,
                        .output_row = tile->columns.size * channels,
                        .low = dory_four_times(low),
                        .high = dory_four_times(high)};
  dory_set_steps(&block, window, window->dilation_width * channels, window->dilation_height * pitch);
  int32_t left = share.size;
  int32_t word = left > 0 ? share.begin / outputs : 0;
  int32_t row = left > 0 ? share.begin % outputs / width : 0;
  int32_t column = left > 0 ? share.begin % outputs % width : 0;
  while (left > 0) {
    const int32_t channel = dory_min(4 * word, channels - 4);
    const int32_t y = inside.rows.begin + row;
    const int32_t x = inside.columns.begin + column;
    block.at = (const uint8_t *)tile->input[0] + channel +
               (y * window->stride_height - tile->padding_top) * pitch +
               (x * window->stride_width - tile->padding_left) * channels;
    block.output = (uint8_t *)tile->output + channel + y * block.output_row + x * channels;
    if (column == 0 && left >= width) {
      block.rows = dory_min(left / width, inside.rows.size - row);
      block.columns = width;
    } else {
      block.rows = 1;
      block.columns = dory_min(left, width - column);
    }
    loop(&block);
    left -= block.rows * block.columns;
    row += block.rows;
    column = 0;
    if (row == inside.rows.size) {
      row = 0;
      word++;
    }
  }
}

#endif

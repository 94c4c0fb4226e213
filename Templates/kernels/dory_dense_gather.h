/* SPDX-License-Identifier: Apache-2.0 */
/* Small windows copied together, since their segments would be filled up to words one by one. */
#ifndef DORY_DENSE_GATHER_H
#define DORY_DENSE_GATHER_H

#include "dory_dense_walk.h"

/* Room for a block's windows. Segments are copied in words, so that each writes up to 3 bytes into the next
 * one, which comes later. */
typedef struct {
  int32_t words[DORY_DENSE_GATHER_BYTES / 4 + 1];
} dory_dense_windows_t;

#if DORY_SIMD

/* A line of a window: all words but the first, then the first with a step to the next line; `words`
 * instructions. */
#define DORY_GATHER_LINES(words, loads, stores)                                                              \
  __asm__ volatile(                                                                                          \
      DORY_WORDS_BEGIN DORY_LOOP1("%[pixels]", "(" words " + 5)", "2")                                       \
          DORY_LOOP0("%[lines]", "(" words " + 2)", "1")                                                     \
              loads DORY_MOVE_NEXT("lw", "%[x]", "%[from]", "%[line]") stores DORY_LOOP_LAST("1")            \
                  DORY_MOVE_NEXT("sw", "%[x]", "%[to]", "%[bytes]") "add %[from], %[from], "                 \
                                                                    "%[from_back]\n" DORY_LOOP_LAST(         \
                                                                        "2") "add %[to], %[to], "            \
                                                                             "%[to_back]\n" DORY_WORDS_END   \
      : [from] "+&r"(from), [to] "+&r"(to), [x] "=&r"(x), [y] "=&r"(y), [z] "=&r"(z), [u] "=&r"(u)           \
      : [pixels] "r"(pixels), [lines] "r"(window->lines), [line] "r"(window->line_step),                     \
        [bytes] "r"(window->bytes), [from_back] "r"(from_back), [to_back] "r"(to_back)                       \
      : DORY_OVERWRITTEN)

DORY_INLINE bool dory_dense_has_nine(const dory_dense_window_t *window) {
  return window->pieces == 1 && window->lines == 3 && window->bytes == 9;
}

/* Windows of three lines of nine bytes, those of a 3x3 kernel on three channels, as seven aligned words: the
 * second line is read from the byte before it on, and the third from two bytes before. */
DORY_INLINE void dory_dense_gather_nine(const uint8_t *first, int32_t line, int32_t pixels, int32_t next,
                                        int32_t *to) {
  const uint8_t *second = first + line - 1;
  const uint8_t *third = first + 2 * line - 2;
  int32_t a, b, c, d, e;
  __asm__ volatile(
      DORY_WORDS_BEGIN
          DORY_LOOP0("%[pixels]", "18", "1") "lw %[b], 4(%[first])\nlbu %[c], 8(%[first])\n" DORY_MOVE_NEXT(
              "lw", "%[a]", "%[first]", "%[next]") "lw %[d], 4(%[second])\n" DORY_MOVE_NEXT("sw", "%[a]",
                                                                                            "%[to]", "4")
              DORY_MOVE_NEXT("sw", "%[b]", "%[to]", "4") "lw %[a], 8(%[second])\n" DORY_MOVE_NEXT(
                  "lw", "%[b]", "%[second]",
                  "%[next]") "lw %[e], 4(%[third])\n" DORY_V
                             "shuffle2.b %[b], %[c], %[one]\n" DORY_MOVE_NEXT(
                                 "sw", "%[b]", "%[to]",
                                 "4") "lw %[c], 8(%[third])\n" DORY_MOVE_NEXT("lw", "%[b]", "%[third]",
                                                                              "%[next]")
                                 DORY_MOVE_NEXT("sw", "%[d]", "%[to]", "4") DORY_V
      "shuffle2.b %[a], %[b], %[two]\n" DORY_MOVE_NEXT("sw", "%[a]", "%[to]", "4")
          DORY_MOVE_NEXT("sw", "%[e]", "%[to]", "4") DORY_LOOP_LAST("1")
              DORY_MOVE_NEXT("sw", "%[c]", "%[to]", "4") DORY_WORDS_END
      : [first] "+&r"(first), [second] "+&r"(second), [third] "+&r"(third), [to] "+&r"(to), [a] "=&r"(a),
        [b] "=&r"(b), [c] "=&r"(c), [d] "=&r"(d), [e] "=&r"(e)
      : [pixels] "r"(pixels), [next] "r"(next), [one] "r"(0x03020104), [two] "r"(0x07060100)
      : DORY_OVERWRITTEN);
}

/* Windows of five lines of five bytes, those of a 5x5 kernel on one channel, as seven aligned words, of which
 * the last has zero weights from its second byte on. The second line is read from the byte before it on. */
DORY_INLINE void dory_dense_gather_five(const uint8_t *first, int32_t line, int32_t pixels, int32_t next,
                                        int32_t *to) {
  const uint8_t *second = first + line - 1;
  const uint8_t *third = first + 2 * line;
  const uint8_t *fourth = first + 3 * line;
  const uint8_t *fifth = first + 4 * line;
  int32_t a, b, c, d;
  __asm__ volatile(
      DORY_WORDS_BEGIN DORY_LOOP0("%[pixels]", "20", "1") /* */
      "lbu %[b], 4(%[first])\nlhu %[d], 4(%[second])\n"   /* */
      DORY_MOVE_NEXT("lw", "%[a]", "%[first]", "%[next]") DORY_MOVE_NEXT("lw", "%[c]", "%[second]", "%[next]")
          DORY_MOVE_NEXT("sw", "%[a]", "%[to]", "4")                                                   /* */
      DORY_V "shuffle2.b %[c], %[b], %[one]\n"                                                         /* */
             "lw %[a], 2(%[third])\n"                                                                  /* */
      DORY_MOVE_NEXT("lhu", "%[b]", "%[third]", "%[next]") DORY_MOVE_NEXT("sw", "%[c]", "%[to]", "4")  /* */
      "lw %[c], 1(%[fourth])\n" DORY_EITHER("cv.pack", "pv.pack.h") " %[d], %[b], %[d]\n"              /* */
      DORY_MOVE_NEXT("lbu", "%[b]", "%[fourth]", "%[next]") DORY_MOVE_NEXT("sw", "%[d]", "%[to]", "4") /* */
      "lw %[d], 4(%[fifth])\n" DORY_V "shuffle2.b %[a], %[b], %[four]\n"                               /* */
      DORY_MOVE_NEXT("lw", "%[b]", "%[fifth]", "%[next]") DORY_MOVE_NEXT("sw", "%[a]", "%[to]", "4")
          DORY_MOVE_NEXT("sw", "%[c]", "%[to]", "4") DORY_MOVE_NEXT("sw", "%[b]", "%[to]", "4")
              DORY_LOOP_LAST("1") DORY_MOVE_NEXT("sw", "%[d]", "%[to]", "4") DORY_WORDS_END
      : [first] "+&r"(first), [second] "+&r"(second), [third] "+&r"(third), [fourth] "+&r"(fourth),
        [fifth] "+&r"(fifth), [to] "+&r"(to), [a] "=&r"(a), [b] "=&r"(b), [c] "=&r"(c), [d] "=&r"(d)
      : [pixels] "r"(pixels), [next] "r"(next), [one] "r"(0x03020104), [four] "r"(0x04020100)
      : DORY_OVERWRITTEN);
}

/* Windows of whole lines of up to 16 bytes. */
DORY_INLINE void dory_dense_gather_lines(const dory_dense_window_t *window, const uint8_t *from,
                                         int32_t pixels, int32_t next, int32_t bytes, uint8_t *to) {
  const int32_t from_back = next - window->lines * window->line_step;
  const int32_t to_back = bytes - window->lines * window->bytes;
  int32_t x, y, z, u;
  if (window->bytes <= 4) {
    DORY_GATHER_LINES("1", "", "nop\n");
  } else if (window->bytes <= 8) {
    DORY_GATHER_LINES("2", "lw %[y], 4(%[from])\n", "sw %[y], 4(%[to])\n");
  } else if (window->bytes <= 12) {
    DORY_GATHER_LINES("4", "lw %[y], 4(%[from])\nlw %[z], 8(%[from])\n",
                      "sw %[y], 4(%[to])\nsw %[z], 8(%[to])\n");
  } else {
    DORY_GATHER_LINES("6", "lw %[y], 4(%[from])\nlw %[z], 8(%[from])\nlw %[u], 12(%[from])\n",
                      "sw %[y], 4(%[to])\nsw %[z], 8(%[to])\nsw %[u], 12(%[to])\n");
  }
}

#endif

/* Copies the windows of a block's pixels, which lie `next` bytes apart in the tile and `bytes` in the copy.
 */
DORY_SHARED void dory_dense_gather(const dory_dense_window_t *window, const uint8_t *input, int32_t pixels,
                                   int32_t next, int32_t bytes, dory_dense_windows_t *windows) {
#if DORY_SIMD
  if (dory_dense_has_nine(window)) {
    dory_dense_gather_nine(input, window->line_step, pixels, next, windows->words);
    return;
  }
  if (window->pieces == 1 && window->lines == 5 && window->bytes == 5) {
    dory_dense_gather_five(input, window->line_step, pixels, next, windows->words);
    return;
  }
  if (window->pieces == 1 && window->bytes <= 16) {
    dory_dense_gather_lines(window, input, pixels, next, bytes, (uint8_t *)windows->words);
    return;
  }
#endif
  const int32_t words = (window->bytes + 3) / 4;
  for (int32_t pixel = 0; pixel < pixels; pixel++, input += next) {
    uint8_t *to = (uint8_t *)windows->words + pixel * bytes;
    for (int32_t line = 0; line < window->lines; line++) {
      for (int32_t piece = 0; piece < window->pieces; piece++, to += window->bytes) {
        const uint8_t *from = input + line * window->line_step + piece * window->piece_step;
        for (int32_t word = 0; word < words; word++) {
          dory_store_word(to + 4 * word, dory_load_word(from + 4 * word));
        }
      }
    }
  }
}

#endif
